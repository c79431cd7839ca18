//! Documents as somebody would write them who means no good, and what becomes of them in every form that goes out.

use super::{
    mint, renumbered,
    seen::{nothing_executable, of_document, of_html},
};
use std::collections::BTreeSet;

use dateline::domain::{Error, Instant, Violation, body::*, content::Content, diff, error::Faults, translation::Words, url::safe_link};
use proptest::{collection::vec, option, prelude::*, sample::select};

const PIECES: [&str; 92] = [
    "a",
    "b1",
    "Zeit",
    "हिन्दी",
    "বাংলা",
    "ಕನ್ನಡ",
    "مرحبا",
    "\u{2067}שלום\u{2069}",
    " ",
    " ",
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{200d}",
    "\u{feff}",
    "\u{2028}",
    "\u{3000}",
    "1.",
    "2)",
    "- ",
    "+ ",
    "* ",
    "-",
    "=",
    "===",
    "---",
    "***",
    "___",
    "#",
    "## ",
    "> ",
    "```",
    "~~~",
    "`",
    "``",
    "~~",
    "~",
    "<!--",
    "-->",
    "<http://x.example>",
    "http://x.example/y",
    "www.x.example",
    "me@x.example",
    "ftp://x.example",
    "&lt;",
    "&#x27;",
    "&amp;lt;",
    "&copy",
    "&copy;",
    "&",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "![x](y)",
    "[x]: y",
    "[^1]",
    "[^1]: x",
    "[ ] ",
    "[x] ",
    "|",
    "| a |",
    "|-|-|",
    ":-",
    ":-:",
    "\\",
    "\\\\",
    "$x$",
    ":smile:",
    "{{x}}",
    "</p>",
    "</td></table>",
    "</code></pre>",
    "<![CDATA[",
    "<?x?>",
    "<!DOCTYPE html>",
    "\"",
    "'",
    "(",
    ")",
    "!",
    "^",
    ": x",
    ". ",
    "</textarea>",
    "é",
];

const ADDRESSES: [&str; 16] = [
    "https://x.example/?q=<b>\"'`",
    "https://x.example/?a=1&copy=2&lt;3",
    "https://x.example/a)b(c]d[",
    "https://x.example/?a\\b\\)",
    "https://x.example/#`*_~|\\",
    "mailto:a<b>c`d\"e@x.example",
    "mailto:me@x.example?subject=[x](y) z",
    "tel:+1(2)3",
    "http://x.example/--><script>alert(1)</script>",
    "https://x.example/%3Cscript%3E?%22%27",
    "https://ख़बर.example/ख़बर",
    "https://x.example",
    "/en/<b>\"'`/x?a=1&copy=2#`*_~|\\",
    "/hi/ख़बर/](x)",
    "#0",
    "#7",
];

fn raw() -> impl Strategy<Value = String> {
    vec(select(&PIECES[..]), 1..7).prop_map(|p| dateline::domain::text::nfc(&p.concat()).into_owned())
}

/// Text as an attribute holds it.
fn attribute() -> impl Strategy<Value = String> {
    // A mark of byte order in front is taken off whatever comes in.
    let front = |c: char| c == '\u{feff}' || c.is_whitespace();
    option::of(raw()).prop_map(move |t| t.unwrap_or_default().trim_start_matches(front).split_whitespace().collect::<Vec<_>>().join(" "))
}

fn marks() -> impl Strategy<Value = Vec<Mark>> {
    let mark = prop_oneof![
        Just(Mark::Bold),
        Just(Mark::Italic),
        Just(Mark::Underline),
        Just(Mark::Strike),
        Just(Mark::Sub),
        Just(Mark::Sup),
        Just(Mark::Code),
        Just(Mark::Code),
        select(vec!["hi", "en-IN", "zh-Hant", "ur"]).prop_map(|l| Mark::Lang(l.parse().unwrap())),
        select(&ADDRESSES[..]).prop_map(|a| Mark::Link { href: anchors::link(a).unwrap().into() }),
    ];
    vec(mark, 0..3)
}

fn line() -> impl Strategy<Value = Vec<Inline>> {
    vec((option::weighted(0.85, raw()), marks()), 0..5).prop_map(|parts| {
        let mut line = Vec::new();
        for (text, marks) in parts {
            match text {
                Some(text) => push_text(&mut line, &text, &marks),
                None => line.push(Inline::HardBreak),
            }
        }
        line
    })
}

fn image() -> impl Strategy<Value = Node> {
    (
        attribute(),
        attribute(),
        attribute(),
        option::of((1u32..9000, 1u32..9000)),
        0usize..ADDRESSES.len(),
        option::of(select(&ADDRESSES[..])),
    )
        .prop_map(|(alt, caption, credit, size, n, href)| {
            let href = href.map(|href| anchors::link(href).unwrap().into());
            let url = dateline::domain::url::web_address(ADDRESSES[n]).unwrap_or_else(|| "https://x.example/p.jpg".to_owned());
            Node::Image(Image { url, alt, caption, credit, size, href, ..Image::default() })
        })
}

fn code() -> impl Strategy<Value = Node> {
    (
        option::of("[A-Za-z0-9+#._-]{1,40}"),
        option::weighted(0.9, vec(prop_oneof![raw(), Just("\n".to_owned()), Just("\n\t".to_owned()), Just("\n   ".to_owned())], 1..6)),
    )
        .prop_map(|(language, text)| Node::CodeBlock {
            language: language.and_then(|l| Language::parse(&l)),
            text: text.unwrap_or_default().concat(),
        })
}

fn block(node: Node) -> Block {
    Block::new(BlockId::new(0), node)
}

/// The node as a block, in any language.
fn any_block(node: impl Strategy<Value = Node>) -> impl Strategy<Value = Block> {
    (node, super::lang()).prop_map(super::block())
}

fn leaf() -> impl Strategy<Value = Node> {
    prop_oneof![
        6 => line().prop_map(Node::Paragraph),
        2 => (2u8..5, line()).prop_map(|(level, text)| Node::Heading { level, text }),
        1 => (line(), attribute()).prop_map(|(text, attribution)| Node::PullQuote { text, attribution }),
        1 => image(),
        1 => vec(any_block(image()), 0..3).prop_map(Node::Gallery),
        1 => attribute().prop_map(|title| Node::Embed { url: "https://www.youtube.com/watch?v=a&copy=\"".parse::<url::Url>().unwrap().into(), title }),
        1 => super::table(line(), 0),
        3 => code(),
        1 => Just(Node::HorizontalRule),
    ]
}

fn node() -> impl Strategy<Value = Node> {
    leaf().prop_recursive(3, 24, 4, |inner| {
        let some = vec(any_block(inner), 0..4).boxed();
        let items = vec(any_block(some.clone().prop_map(Node::ListItem)), 0..4).boxed();
        prop_oneof![
            some.clone().prop_map(Node::Blockquote),
            items.clone().prop_map(Node::BulletList),
            (prop_oneof![Just(0u32), Just(1), Just(9), 0u32..1_000_000], items)
                .prop_map(|(start, items)| Node::OrderedList { start, items }),
            (attribute(), some).prop_map(|(title, blocks)| Node::Factbox { title, blocks }),
        ]
    })
}

fn top() -> impl Strategy<Value = Node> {
    let update = (0i64..4_000_000_000_000_000, attribute(), vec(any_block(node()), 0..3));
    prop_oneof![8 => node(), 1 => update.prop_map(|(at, title, blocks)| Node::LiveUpdate { at: Instant::from_micros(at), title, blocks })]
}

pub(super) fn document() -> impl Strategy<Value = Document> {
    vec(any_block(top()), 0..5).prop_map(super::made)
}

/// Markdown as a page shows it that knows `CommonMark` alone, or what GitHub added to it too.
fn shown(markdown: &str, github: bool) -> String {
    let mut options = comrak::Options::default();
    options.render.r#unsafe = true;
    if github {
        options.extension.table = true;
        options.extension.strikethrough = true;
        options.extension.autolink = true;
        options.extension.tasklist = true;
        options.extension.footnotes = true;
        options.extension.description_lists = true;
    }
    comrak::markdown_to_html(markdown, &options)
}

fn keys_differ(value: &serde_json::Value) {
    if let Some(all) = value.as_array() {
        let keys: Vec<_> = all.iter().filter_map(|v| v.get("_key")).map(ToString::to_string).collect();
        let mut once = keys.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), keys.len(), "{value}");
        all.iter().for_each(keys_differ);
    }
    value.as_object().into_iter().flatten().for_each(|(_, v)| keys_differ(v));
}

/// The letters of running text in Portable Text, and of the document.
fn told(value: &serde_json::Value, out: &mut String) {
    match value {
        serde_json::Value::Array(all) => all.iter().for_each(|v| told(v, out)),
        serde_json::Value::Object(map) => {
            if map.get("_type").is_some_and(|t| t == "span") {
                out.push_str(map["text"].as_str().unwrap());
            }
            map.values().for_each(|v| told(v, out));
        }
        _ => {}
    }
}

fn spoken(blocks: &[Block], out: &mut String) {
    for block in blocks {
        let lines: Vec<&[Inline]> = match &block.node {
            Node::Paragraph(text) | Node::Heading { text, .. } | Node::PullQuote { text, .. } => vec![text],
            Node::Table(rows) => rows.iter().flatten().map(|c| c.text.as_slice()).collect(),
            _ => Vec::new(),
        };
        lines.into_iter().for_each(|l| out.push_str(&text::of_inlines(l)));
        spoken(block.node.children(), out);
    }
}

/// Make blocks what no document may hold, or leave them.
fn spoil(blocks: &mut Vec<Block>, how: usize) {
    for block in blocks.iter_mut() {
        match (&mut block.node, how) {
            (_, 0) => block.id = BlockId::new(7),
            (Node::Table(rows), 1) => rows.iter_mut().flatten().for_each(|cell| cell.rowspan = 900),
            (Node::Heading { level, .. }, 2) => *level = 4,
            (node, 3) => node.texts_mut().into_iter().for_each(|text| text.push('\u{1}')),
            (node, 4) => node.texts_mut().into_iter().for_each(|text| text.push('\u{2067}')),
            (node, 5) => node.texts_mut().into_iter().for_each(|text| text.push_str(&"x".repeat(2_001))),
            (node, 6) => node.texts_mut().into_iter().for_each(|text| text.push_str(&"\u{301}".repeat(1_001))),
            (Node::Image(image), 7) => image.href = Some("#gone".to_owned().into()),
            (Node::Image(image), 8) => "/x".clone_into(&mut image.url),
            (Node::Embed { url, .. }, 8) => "https://x.example/".clone_into(url),
            (Node::Paragraph(line), 9) => push_text(line, "x", &[Mark::Link { href: "javascript:x".to_owned().into() }]),
            _ => {}
        }
        match &mut block.node {
            Node::Blockquote(inner) | Node::Factbox { blocks: inner, .. } | Node::ListItem(inner) => spoil(inner, how),
            _ => {}
        }
    }
    if let (10, Some(block)) = (how, blocks.first().cloned()) {
        let nest = |block, _| Block::new(BlockId::new(99), Node::Blockquote(vec![block]));
        blocks[0] = (0..12).fold(block, nest);
    }
    if how == 11 {
        let node = Node::LiveUpdate { at: Instant::from_micros(0), title: String::new(), blocks: Vec::new() };
        blocks.push(Block::new(BlockId::new(98), Node::ListItem(vec![Block::new(BlockId::new(97), node)])));
    }
}

/// What reading a document sets right of itself: the steps of headings, and attributes that were escaped twice.
fn settle(blocks: &mut [Block]) {
    let plain = |text: &mut String| *text = text.replace(['&', '\u{feff}'], "").split_whitespace().collect::<Vec<_>>().join(" ");
    for block in blocks {
        match &mut block.node {
            Node::Heading { level, .. } => *level = 2,
            Node::Image(image) => [&mut image.alt, &mut image.caption, &mut image.credit].into_iter().for_each(plain),
            Node::PullQuote { attribution: text, .. } | Node::Embed { title: text, .. } => plain(text),
            Node::Factbox { title, .. } | Node::LiveUpdate { title, .. } => plain(title),
            _ => {}
        }
        settle(block.node.children_mut());
    }
}

fn count(blocks: &[Block]) -> usize {
    blocks.iter().map(|block| 1 + count(block.node.children())).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_browser_sees_the_document_in_its_html_and_runs_nothing(document in document()) {
        let html = html::write(&document);
        nothing_executable(&html, &[]);
        prop_assert_eq!(of_html(&html), of_document(&document), "{}", html);
    }

    #[test]
    fn every_reader_of_markdown_sees_the_document_and_runs_nothing(document in document(), github in any::<bool>()) {
        let markdown = markdown::write(&document);
        let html = shown(&markdown, github);
        nothing_executable(&html, &[]);
        prop_assert_eq!(of_html(&html), of_document(&document), "{}\n{}", markdown, html);
    }

    #[test]
    fn markdown_is_read_back_as_its_html_is(document in document()) {
        let markdown = markdown::write(&document);
        let (from_markdown, _) = markdown::read(&markdown, &mut mint()).unwrap();
        let (from_html, _) = parse::read(&html::write(&document), &mut mint()).unwrap();
        prop_assert_eq!(of_document(&renumbered(&from_markdown)), of_document(&renumbered(&from_html)), "{}", markdown);
    }

    #[test]
    fn the_document_itself_comes_back_as_it_went(mut document in document()) {
        settle(&mut document.blocks);
        prop_assert_eq!(doc::read(&doc::write(&document), "#", &mut mint()).unwrap(), document);
    }

    #[test]
    fn a_document_is_checked_as_its_json_is_read(mut document in document(), spoilt in vec(0usize..12, 0..3)) {
        spoilt.into_iter().for_each(|how| spoil(&mut document.blocks, how));
        let mut faults = Faults::default();
        doc::check(&mut faults, &document, "#");
        let codes = |all: Vec<Violation>| all.into_iter().map(|v| v.code).collect::<BTreeSet<_>>();
        // Ids that are made are those of no block that is there.
        let mut made = 1 << 40;
        let mut mint = || {
            made += 1;
            BlockId::new(made)
        };
        let read = match doc::read(&doc::write(&document), "#", &mut mint) {
            Err(Error::Invalid(all)) => codes(all),
            other => codes(other.map(|_| Vec::new()).unwrap()),
        };
        let mut checked = codes(faults.into_inner());
        // Who reads it gives a block under another's id one of its own.
        let repeats = blocks::ids(&document).into_iter().collect::<std::collections::HashSet<_>>().len() < count(&document.blocks);
        let stops = checked.contains("too_deep") || checked.contains("misplaced_node");
        let repeated = checked.remove("repeated");
        prop_assert!(if stops { !repeated || repeats } else { repeated == repeats }, "{}, {}", repeated, repeats);
        // Beyond the hundredth fault none is told apart.
        let too_many = checked.contains("more") && (read.contains("more") || repeated);
        prop_assert!(checked == read || too_many, "{:?} and {:?}", checked, read);
        prop_assert_eq!(serde_json::to_string(&document).unwrap().len(), doc::size(&document));
    }

    #[test]
    fn portable_text_says_every_letter_under_keys_of_its_own(document in document()) {
        let value = portable::write(&document);
        keys_differ(&value);
        let (mut one, mut other) = (String::new(), String::new());
        told(&value, &mut one);
        spoken(&document.blocks, &mut other);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn plain_text_says_every_word(document in document()) {
        let (text, mut all) = (text::plain(&document), String::new());
        spoken(&document.blocks, &mut all);
        let letters = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let (text, all) = (letters(&text), letters(&all));
        let mut rest = text.chars();
        prop_assert!(all.chars().all(|c| rest.any(|r| r == c)), "{} in {}", all, text);
    }

    #[test]
    fn a_comparison_runs_nothing(before in document(), after in document()) {
        let words = |body: Document| Words { content: Content::headed("<script>"), body };
        nothing_executable(&diff::html(&diff::words(&words(before), &words(after))), &["ins", "del"]);
    }
}

#[test]
fn what_is_no_name_of_a_language_is_refused_dropped_or_forgotten() {
    for bad in ["a`b", "a\nb", "a b", "a\"b", "<script>", "é", "a&b", "x'y", &"a".repeat(41)] {
        let sent = serde_json::json!({ "type": "doc", "content": [{ "type": "code_block", "attrs": { "language": bad } }] });
        let Err(Error::Invalid(all)) = doc::read(&sent, "#", &mut mint()) else { panic!("{bad:?}") };
        assert_eq!(all.iter().map(|v| (v.pointer.as_str(), v.code)).collect::<Vec<_>>(), [("#/content/0/attrs/language", "language")]);
        // What is kept from before is shown without it.
        let kept = doc::stored(&sent).unwrap();
        assert_eq!(markdown::write(&kept), "```\n```\n");
        let class = html::escape(&format!("language-{bad}"));
        let (document, dropped) =
            parse::read(&format!("<pre><code class=\"{class}\">&lt;img src=x&gt;</code></pre>"), &mut mint()).unwrap();
        let told = dropped.iter().any(|d| d.detail.contains("language"));
        // White space ends a class, and what comes before it may be a name.
        assert!(told || bad.contains(char::is_whitespace), "{bad:?}: {dropped:?}");
        nothing_executable(&shown(&markdown::write(&document), true), &[]);
    }
    for good in ["rust", "C++", "c#", "objective-c", "asp.net", "x_y", "a".repeat(40).as_str()] {
        let sent = serde_json::json!({ "type": "doc", "content": [{ "type": "code_block", "attrs": { "language": good } }] });
        assert_eq!(doc::write(&doc::read(&sent, "#", &mut mint()).unwrap()).pointer("/content/0/attrs/language"), Some(&good.into()));
    }
}

/// Documents of about `n` nodes, each of a shape that some way of writing might take too long for.
fn large(n: usize) -> Vec<Document> {
    let text = |t: &str| vec![Inline::Text { text: t.to_owned(), marks: Vec::new() }];
    let paragraph = || block(Node::Paragraph(text("word *word* <word>")));
    let nest = |inner: Vec<Block>| (0..4).fold(inner, |inner, _| vec![block(Node::BulletList(vec![block(Node::ListItem(inner))]))]);
    let marked =
        |i: usize| Inline::Text { text: format!("`{i:05}` "), marks: if i.is_multiple_of(2) { vec![Mark::Bold] } else { Vec::new() } };
    let cell = || Cell::new(false, text("| a |"));
    [
        (0..n).map(|_| paragraph()).collect(),
        nest((0..n).map(|_| paragraph()).collect()),
        vec![block(Node::BulletList((0..n).map(|_| block(Node::ListItem(vec![paragraph()]))).collect()))],
        (0..10).fold((0..n).map(|_| paragraph()).collect(), |inner, _| vec![block(Node::Blockquote(inner))]),
        (0..10).fold((0..n).map(|_| paragraph()).collect(), |blocks, _| vec![block(Node::Factbox { title: "t".to_owned(), blocks })]),
        nest(vec![block(Node::CodeBlock { language: None, text: "`\n".repeat(n * 20) })]),
        vec![block(Node::Paragraph((0..n).map(marked).collect()))],
        vec![block(Node::Paragraph(text(&".:@#1) ".repeat(n * 20))))],
        vec![block(Node::Paragraph(vec![Inline::HardBreak; n]))],
        vec![block(Node::Table((0..n / 10).map(|_| (0..10).map(|_| cell()).collect()).collect()))],
    ]
    .into_iter()
    .map(|blocks| Document { blocks })
    .collect()
}

#[test]
fn what_is_written_grows_as_the_document_does_and_no_faster() {
    let written = |d: &Document| {
        [
            html::write(d).len(),
            markdown::write(d).len(),
            text::plain(d).len(),
            portable::write(d).to_string().len(),
            doc::write(d).to_string().len(),
        ]
    };
    for (which, (small, big)) in large(1_000).iter().zip(large(4_000)).enumerate() {
        for (form, (one, four)) in written(small).into_iter().zip(written(&big)).enumerate() {
            assert!(four <= one * 4 + one / 2 + 100, "shape {which}, form {form}: {one} and {four}");
        }
    }
}

#[test]
fn a_link_behind_an_exclamation_mark_is_a_link() {
    let link = Mark::Link { href: safe_link("https://x.example/").unwrap().into() };
    for before in ["wow!", "!", "\\!", "a!!", "![!"] {
        let mut line = Vec::new();
        push_text(&mut line, before, &[]);
        push_text(&mut line, "here", std::slice::from_ref(&link));
        let document = Document { blocks: vec![block(Node::Paragraph(line))] };
        let markdown = markdown::write(&document);
        assert_eq!(of_html(&shown(&markdown, false)), of_document(&document), "{markdown}");
    }
}
