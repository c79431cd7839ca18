//! The five forms of a body: what goes into one comes out of it.

use dateline::domain::{Error, Locale, body::*, text::limits};
use proptest::{collection::vec, option, prelude::*, sample::select};
use uuid::Uuid;

mod becomes;
mod forms;
mod kept;
mod law;
mod leaves;
mod lines;
mod nasty;
mod pasted;
mod pictures;
mod references;
mod schema;
mod seen;
mod within;

fn mint() -> impl FnMut() -> BlockId {
    let mut n = 0u64;
    move || {
        n += 1;
        BlockId::new(n)
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}",
        Just("हिन्दी".to_owned()),
        Just("বাংলা".to_owned()),
        Just("ಕನ್ನಡ".to_owned()),
        Just("a*b_c".to_owned()),
        Just("<b>".to_owned()),
        Just("R&D".to_owned()),
        Just("&lt;b&gt;".to_owned()),
        Just("&amp;#x27;".to_owned()),
        Just("1.".to_owned()),
        Just("#x".to_owned()),
        Just("[y](z)".to_owned()),
        Just("[gallery ids=\"1\"]".to_owned()),
        Just("`q`".to_owned()),
        Just("\\".to_owned()),
        Just("—“”".to_owned()),
        Just("~~|".to_owned()),
        Just("+".to_owned()),
        Just("``q`".to_owned()),
        Just("\u{2067}שלום\u{2069}".to_owned()),
    ]
}

fn phrase() -> impl Strategy<Value = String> {
    vec(word(), 1..5).prop_map(|w| w.join(" "))
}

/// A link; one to a block is `#` and a number, until the blocks are known.
fn href() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("https://example.org/a?b=c&d=(e)".to_owned()),
        Just("/en/world/x?a=1&b=`#c".to_owned()),
        (0usize..40).prop_map(|n| format!("#{n}")),
    ]
}

fn lang() -> impl Strategy<Value = Option<Locale>> {
    option::weighted(0.2, select(vec!["hi", "ur", "en-IN", "zh-Hant", "ks-Deva"]).prop_map(|tag| tag.parse().unwrap()))
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
        Just(Mark::Lang("hi".parse().unwrap())),
        href().prop_map(|href| Mark::Link { href: href.into() }),
    ];
    vec(mark, 0..3)
}

fn line() -> impl Strategy<Value = Vec<Inline>> {
    vec((phrase(), marks(), any::<bool>(), any::<bool>()), 1..4).prop_map(|parts| {
        let mut line = Vec::new();
        let count = parts.len();
        for (n, (text, marks, space, broken)) in parts.into_iter().enumerate() {
            push_text(&mut line, &text, &marks);
            if n + 1 < count {
                if broken {
                    line.push(Inline::HardBreak);
                } else if space {
                    push_text(&mut line, " ", &[]);
                }
            }
        }
        line
    })
}

fn image() -> impl Strategy<Value = Node> {
    let size = option::of((1u32..9000, 1u32..9000));
    (option::of(phrase()), option::of(phrase()), option::of(phrase()), size, option::of(href()), option::of(0u128..3)).prop_map(
        |(alt, caption, credit, size, href, media)| {
            Node::Image(Image {
                media: media.map(|n| Uuid::from_u128(n).into()),
                url: media.map_or_else(|| "https://example.org/p.jpg".to_owned(), |_| String::new()),
                alt: alt.unwrap_or_default(),
                caption: caption.unwrap_or_default(),
                credit: credit.unwrap_or_default(),
                size: size.filter(|_| media.is_none()),
                href: href.map(Into::into),
                shown: None,
            })
        },
    )
}

fn block() -> impl Fn((Node, Option<Locale>)) -> Block + Clone {
    |(node, lang)| Block { lang: lang.filter(|_| node != Node::HorizontalRule), ..Block::new(BlockId::new(0), node) }
}

/// Cells of any span, none of which reaches beyond the last row.
fn table(line: impl Strategy<Value = Vec<Inline>>, fewest: usize) -> impl Strategy<Value = Node> {
    let cell = (any::<bool>(), prop_oneof![3 => Just(1u16), 1 => 1u16..=1000], prop_oneof![2 => Just(1u16), 1 => 1u16..4], line);
    let cell = cell.prop_map(|(header, colspan, rowspan, text)| Cell { header, colspan, rowspan, text });
    vec(vec(cell, fewest..3), fewest..4).prop_map(|mut rows| {
        let count = rows.len();
        for (n, row) in rows.iter_mut().enumerate() {
            row.iter_mut().for_each(|cell| cell.rowspan = cell.rowspan.min(u16::try_from(count - n).unwrap()));
        }
        Node::Table(rows)
    })
}

fn number(blocks: &mut [Block], next: &mut impl FnMut() -> BlockId) {
    for b in blocks {
        b.id = next();
        number(b.node.children_mut(), next);
    }
}

/// Blocks with ids of their own, and links to them.
fn made(blocks: Vec<Block>) -> Document {
    let mut document = Document { blocks };
    number(&mut document.blocks, &mut mint());
    let ids = anchors::ids(&document);
    anchors::each(&mut document.blocks, &mut |href| {
        if let Some(n) = href.strip_prefix('#') {
            href.address = format!("#{}", ids[n.parse::<usize>().unwrap() % ids.len()]);
        }
        true
    });
    document
}

/// The document with its blocks numbered, and links following them.
fn renumbered(document: &Document) -> Document {
    let mut numbered = document.clone();
    number(&mut numbered.blocks, &mut mint());
    anchors::follow(&mut numbered, &anchors::ids(document));
    numbered
}

fn leaf() -> impl Strategy<Value = Node> {
    prop_oneof![
        4 => line().prop_map(Node::Paragraph),
        1 => line().prop_map(|text| Node::Heading { level: 2, text }),
        1 => (line(), option::of(phrase())).prop_map(|(text, a)| Node::PullQuote { text, attribution: a.unwrap_or_default() }),
        1 => image(),
        1 => vec((image(), lang()).prop_map(block()), 1..3).prop_map(Node::Gallery),
        1 => option::of(phrase()).prop_map(|t| Node::Embed { url: "https://www.youtube.com/watch?v=abc".to_owned(), title: t.unwrap_or_default() }),
        1 => table(line(), 1),
        1 => ("[a-z]{0,5}", "[ -~\n]{0,40}").prop_map(|(language, text)| Node::CodeBlock { language: Language::parse(&language), text }),
        1 => Just(Node::HorizontalRule),
    ]
}

fn node() -> impl Strategy<Value = Node> {
    leaf().prop_recursive(3, 24, 4, |inner| {
        let some = vec((inner, lang()).prop_map(block()), 1..4).boxed();
        let items = vec((some.clone().prop_map(Node::ListItem), lang()).prop_map(block()), 1..3).boxed();
        prop_oneof![
            some.clone().prop_map(Node::Blockquote),
            items.clone().prop_map(Node::BulletList),
            (1u32..50, items).prop_map(|(start, items)| Node::OrderedList { start, items }),
            (option::of(phrase()), some).prop_map(|(t, blocks)| Node::Factbox { title: t.unwrap_or_default(), blocks }),
        ]
    })
}

fn document() -> impl Strategy<Value = Document> {
    vec((node(), lang()).prop_map(block()), 0..6).prop_map(made)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn json_comes_back_as_it_went(document in document()) {
        prop_assert_eq!(doc::read(&doc::write(&document), "#", &mut mint()).unwrap(), document);
    }

    #[test]
    fn html_comes_back_as_it_went(document in document()) {
        let html = html::write(&document);
        let (back, dropped) = parse::read(&html, &mut mint()).unwrap();
        prop_assert!(dropped.is_empty(), "{:?}", dropped);
        prop_assert_eq!(renumbered(&back), document, "{}", html);
    }

    #[test]
    fn markdown_comes_back_as_it_went(document in document()) {
        let markdown = markdown::write(&document);
        let (back, dropped) = markdown::read(&markdown, &mut mint()).unwrap();
        prop_assert!(dropped.is_empty(), "{:?}", dropped);
        prop_assert_eq!(renumbered(&back), document, "{}", markdown);
    }

    #[test]
    fn text_comes_back_as_it_went(text in vec(phrase(), 0..5).prop_map(|p| p.join("\n\n"))) {
        prop_assert_eq!(text::plain(&parse::read_plain(&text, &mut mint()).unwrap().0), text);
    }

    #[test]
    fn any_html_gives_a_valid_document_and_sanitising_is_idempotent(html in "(<(/?)(p|b|a href=\"javascript:x\"|ul|li|table|tr|td|svg|math|style|script|template|div|h3|blockquote|figure|img src=x onerror=y|!--)>|&#x27;|[ -~]{0,9}){0,40}") {
        let (document, _) = parse::read(&html, &mut mint()).unwrap();
        prop_assert_eq!(doc::read(&doc::write(&document), "#", &mut mint()).unwrap(), document.clone());
        let out = html::write(&document);
        let (again, _) = parse::read(&out, &mut mint()).unwrap();
        prop_assert_eq!(html::write(&again), out);
    }

    #[test]
    fn unchanged_blocks_keep_their_ids(mut document in document(), cut in 0usize..6) {
        let (mut back, _) = parse::read(&html::write(&document), &mut mint()).unwrap();
        blocks::keep_ids(&mut back, &document);
        prop_assert_eq!(&back, &document);
        if cut < back.blocks.len() {
            // What leads to the block that goes would change with it.
            anchors::each(&mut document.blocks, &mut |href| !href.starts_with('#'));
            let mut shorter = document.clone();
            shorter.blocks.remove(cut);
            let (mut again, _) = parse::read(&html::write(&shorter), &mut mint()).unwrap();
            blocks::keep_ids(&mut again, &document);
            let known: Vec<_> = document.blocks.iter().map(|b| &b.id).collect();
            prop_assert!(again.blocks.iter().all(|b| known.contains(&&b.id)));
        }
    }
}

#[test]
fn attacks_leave_nothing_executable() {
    let attacks = r#"
        <p onclick="x()">one</p><script>alert(1)</script><a href="javas&#10;cript:alert(1)">two</a><img src=x onerror=alert(1)>
        <iframe src="https://evil.example/"></iframe><iframe srcdoc="<script>x</script>"></iframe><a href="data:text/html,x">three</a>
        <form id=a><input name=b></form><template><script>y</script></template><noscript><p title="</noscript><img src=x onerror=alert(1)>">
        <p style="background:url(javascript:x)">four</p><object data=x></object><base href="//evil"><meta http-equiv=refresh content="0">
        <svg><style><!--</style><img src onerror=alert(1)>--></svg><math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">"#;
    let (document, dropped) = parse::read(attacks, &mut mint()).unwrap();
    let html = html::write(&document);
    for bad in ["script", "onerror", "onclick", "javascript", "srcdoc", "evil", "style=", "<svg", "<form", "data:"] {
        let shown = html.replace("&lt;", "‹");
        assert!(!shown.to_lowercase().contains(&format!("<{bad}")) && !shown.contains(&format!("{bad}=\"")), "{bad}: {html}");
    }
    assert!(html.contains("<p>one</p>") && html.contains("two") && html.contains("<p>four</p>"), "{html}");
    assert!(dropped.iter().any(|d| d.detail.starts_with("<script>")), "{dropped:?}");
}

#[test]
fn faults_of_a_document_are_all_named() {
    let value = serde_json::json!({ "schema": 1, "type": "doc", "content": [
        { "type": "paragraph", "attrs": { "id": "a", "onclick": "x" }, "content": [{ "type": "text", "text": "x", "marks": [{ "type": "link", "attrs": { "href": "javascript:x" } }] }] },
        { "type": "script" },
        { "type": "paragraph", "attrs": { "id": "a" } },
        { "type": "heading", "attrs": { "level": 5 } },
        { "type": "image", "attrs": { "url": "file:///x" } },
        { "type": "list_item" },
    ]});
    let Err(Error::Invalid(all)) = doc::read(&value, "#/body/content", &mut mint()) else { panic!("accepted") };
    let found: Vec<_> = all.iter().map(|v| (v.pointer.as_str(), v.code)).collect();
    for expected in [
        ("#/body/content/content/0/attrs/onclick", "unknown_attribute"),
        ("#/body/content/content/0/content/0/marks/0/attrs/href", "unsafe_link"),
        ("#/body/content/content/1/type", "unknown_node"),
        ("#/body/content/content/3/attrs/level", "out_of_range"),
        ("#/body/content/content/4/attrs/url", "url"),
        ("#/body/content/content/5/type", "misplaced_node"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
}

#[test]
fn deep_and_large_bodies_are_refused_or_flattened() {
    let mut deep = serde_json::json!({ "type": "paragraph" });
    for _ in 0..40 {
        deep = serde_json::json!({ "type": "blockquote", "content": [deep] });
    }
    assert!(doc::read(&serde_json::json!({ "type": "doc", "content": [deep] }), "#", &mut mint()).is_err());
    let many = vec![serde_json::json!({ "type": "horizontal_rule" }); limits::BODY_NODES + 1];
    assert!(doc::read(&serde_json::json!({ "type": "doc", "content": many }), "#", &mut mint()).is_err());
    let deep = |n: usize| format!("{}deep{}", "<blockquote><ul><li>".repeat(n), "</li></ul></blockquote>".repeat(n));
    let (document, _) = parse::read(&deep(60), &mut mint()).unwrap();
    assert!(parse::read(&deep(3_000), &mut mint()).is_err());
    assert!(doc::read(&doc::write(&document), "#", &mut mint()).is_ok());
}

#[test]
fn a_translation_names_the_blocks_it_renders() {
    let (source, _) = parse::read("<h2>One</h2><p>Two</p>", &mut mint()).unwrap();
    let (mut same, _) = parse::read("<h2>एक</h2><p>दो</p>", &mut mint()).unwrap();
    blocks::link(&mut same, &source);
    assert_eq!(
        same.blocks.iter().map(|b| b.source.clone().unwrap().id).collect::<Vec<_>>(),
        source.blocks.iter().map(|b| b.id.clone()).collect::<Vec<_>>()
    );
    let (mut other, _) = parse::read("<p>दो</p>", &mut mint()).unwrap();
    blocks::link(&mut other, &source);
    assert!(other.blocks.iter().all(|b| b.source.is_none()));
}

#[test]
fn of_blocks_that_come_under_one_id_the_one_that_it_was_keeps_it() {
    let there = "The river rose by a metre in the night, and the old bridge was closed. Nobody was hurt, the council said on Monday.";
    let (first, second) = there.split_once(". ").unwrap();
    let other = "Trains to the coast will run again from Thursday.";
    let paragraph =
        |text: &str| serde_json::json!({ "type": "paragraph", "attrs": { "id": "a" }, "content": [{ "type": "text", "text": text }] });
    let keeper = |texts: &[&str]| {
        let content = serde_json::json!({ "type": "doc", "content": texts.iter().map(|t| paragraph(t)).collect::<Vec<_>>() });
        let (over, _) = doc::read_parting(&serde_json::json!({ "type": "doc", "content": [paragraph(there)] }), "#", &mut mint()).unwrap();
        let read = ReadBody::read(&Sent { format: Format::Doc, content }, None, Some(&over), &mut mint()).unwrap();
        let ids: Vec<_> = read.document().unwrap().blocks.iter().map(|b| b.id.to_string()).collect();
        let apart: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(apart.len(), texts.len());
        ids.iter().position(|id| id == "a").unwrap()
    };
    // Split, at whatever place: the first part.
    assert_eq!(keeper(&[first, second]), 0);
    assert_eq!(
        keeper(&["The river rose", "by a metre in the night, and the old bridge was closed. Nobody was hurt, the council said on Monday."]),
        0
    );
    // Copied above or below itself, and the copy written anew: the one that is as it was.
    assert_eq!(keeper(&[other, there]), 1);
    assert_eq!(keeper(&[there, other]), 0);
    assert_eq!(keeper(&[other, &there.replace("Monday", "Tuesday")]), 1);
    assert_eq!(keeper(&[there, there, there]), 0);
    // What says nothing of it: the first.
    assert_eq!(keeper(&[other, "Gold."]), 0);
}

#[test]
fn a_guess_needs_the_same_neighbours_as_many_blocks_of_the_same_kinds_and_something_new() {
    let read = |html: &str, from: u64| {
        let mut n = from;
        let mint = &mut || {
            n += 1;
            BlockId::new(n)
        };
        parse::read(html, mint).unwrap().0
    };
    let source = read("<p>a</p><p>b</p><h2>c</h2><p>d</p>", 0);
    // What a translation of these blocks, of which these render those of the source, is guessed to render.
    let guessed = |html: &str, rendered: &[(usize, usize)], is_new: bool| {
        let mut translation = read(html, 100);
        for (block, of) in rendered {
            translation.blocks[*block].source = Some(SourceBlock::told(source.blocks[*of].id.clone()));
        }
        blocks::guess(&mut translation, &source, |_| is_new);
        let place = |of: &SourceBlock| source.blocks.iter().position(|b| b.id == of.id).unwrap();
        translation.blocks.iter().filter_map(|b| b.source.as_ref().filter(|of| of.guessed).map(place)).collect::<Vec<_>>()
    };
    let page = "<p>1</p><p>2</p><h2>3</h2><p>4</p>";
    assert_eq!(guessed(page, &[(0, 0), (3, 3)], true), [1, 2]);
    assert_eq!(guessed(page, &[(1, 1), (2, 2)], true), [0, 3]);
    assert_eq!(guessed(page, &[(0, 0), (3, 3)], false), Vec::<usize>::new());
    assert_eq!(guessed("<p>1</p><p>2</p><p>4</p>", &[(0, 0), (2, 3)], true), Vec::<usize>::new());
    // What is rendered elsewhere is nobody's to render twice; what turned round is not between its neighbours.
    assert_eq!(guessed("<p>1</p><p>2</p><h2>x</h2><p>4</p>", &[(0, 0), (1, 1), (3, 3)], true), [2]);
    assert_eq!(guessed("<p>4</p><p>2</p><p>1</p>", &[(0, 3), (2, 0)], true), Vec::<usize>::new());
}

#[test]
fn what_the_reference_page_showed_escaped_is_repaired() {
    let (document, _) = parse::read("<p>a remote space base in Russia&amp;#x27;s Far East</p>", &mut mint()).unwrap();
    assert_eq!(html::write(&document), "<p>a remote space base in Russia&#39;s Far East</p>");
}
