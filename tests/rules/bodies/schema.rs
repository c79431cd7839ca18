//! What the schema says of links, languages, tables and words, and what becomes of it in every form.

use super::mint;
use dateline::domain::{
    Error,
    article::{Facts, Lead},
    body::*,
    error::FAULTS,
    text::{limits, nfc},
};
use serde_json::{Value, json};
use uuid::Uuid;

fn doc_of(content: &Value) -> Value {
    json!({ "schema": 1, "type": "doc", "content": content })
}

fn linked(href: &str) -> Value {
    json!({ "type": "text", "text": "x", "marks": [{ "type": "link", "attrs": { "href": href } }] })
}

/// The codes of what is wrong with these blocks, and where.
fn faults(content: &Value) -> Vec<(String, &'static str)> {
    match doc::read(&doc_of(content), "#", &mut mint()) {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(all)) => all.into_iter().map(|v| (v.pointer, v.code)).collect(),
        Err(other) => panic!("{other}"),
    }
}

fn sent(format: Format, text: &str) -> (Document, Vec<&'static str>) {
    let (document, warnings) = Sent { format, content: json!(text) }.read(None, &mut mint()).unwrap();
    (document, warnings.iter().map(|w| w.code).collect())
}

#[test]
fn a_link_is_absolute_a_path_of_the_site_or_names_a_block_that_is_there() {
    let block = |href: &str| json!([{ "type": "paragraph", "attrs": { "id": "a" }, "content": [linked(href)] }]);
    for (given, kept) in [
        ("https://x.example/ख़", "https://x.example/%E0%A4%96%E0%A4%BC"),
        ("/en/world/x?a=b#c", "/en/world/x?a=b#c"),
        ("/", "/"),
        ("/en/../hi/x", "/hi/x"),
        ("/hi/हिन्दी", "/hi/%E0%A4%B9%E0%A4%BF%E0%A4%A8%E0%A5%8D%E0%A4%A6%E0%A5%80"),
        ("#a", "#a"),
    ] {
        let document = doc::read(&doc_of(&block(given)), "#", &mut mint()).unwrap();
        assert_eq!(doc::write(&document).pointer("/content/0/content/0/marks/0/attrs/href"), Some(&json!(kept)), "{given}");
    }
    let at = "#/content/0/content/0/marks/0/attrs/href".to_owned();
    for bad in
        ["", "#", "#A", "x", "../x", "?a", "//evil.example/x", "/\\evil.example", "/\t/evil.example", "/.//evil.example", "javascript:x"]
    {
        assert_eq!(faults(&block(bad)), [(at.clone(), "unsafe_link")], "{bad}");
    }
    assert_eq!(faults(&block("#b")), [(at, "unknown_block")]);
    let picture = |href: &str| json!([{ "type": "image", "attrs": { "url": "https://x.example/p", "alt": "", "href": href } }]);
    assert_eq!(faults(&picture("/x")), []);
    assert_eq!(faults(&picture("//x")), [("#/content/0/attrs/href".to_owned(), "unsafe_link")]);
    assert_eq!(faults(&picture("#x")), [("#/content/0/attrs/href".to_owned(), "unknown_block")]);
}

#[test]
fn links_follow_their_blocks_through_html_and_back() {
    let page = "<p>See <a href=\"#n%C3%B6te\">the note</a>, <a href='#in'>that</a>.</p><h2 id=menu>One</h2>\
        <ul><li>a</li><li id=\"nöte\">b <i id=in>c</i></li></ul><p><a name=end></a>End</p><p><a href=#end>down</a><a href=#menu>up</a></p>";
    let (document, warnings) = sent(Format::Html, page);
    assert_eq!(warnings, Vec::<&str>::new());
    let list = document.blocks[2].node.children();
    let paragraph = &list[1].node.children()[0];
    let of = |block: &Block| anchors::links(&block.node).map(|href| href.address.clone()).collect::<Vec<_>>();
    assert_eq!(of(&document.blocks[0]), [format!("#{}", list[1].id), format!("#{}", paragraph.id)]);
    assert_eq!(of(&document.blocks[4]), [format!("#{}", document.blocks[3].id), format!("#{}", document.blocks[1].id)]);
    let html = html::write(&document);
    assert!(
        html.contains(&format!("<a href=\"#block-{0}\">the note</a>", list[1].id))
            && html.contains(&format!("<li id=\"block-{}\">", list[1].id))
    );
    assert_eq!(html.matches(" id=").count(), 4, "only blocks that are led to have one: {html}");

    // Another session sends the page again, with words before it: the blocks are those that were there, and so are the links.
    let mut n = 100;
    let mut later = || {
        n += 1;
        BlockId::new(n)
    };
    let read =
        ReadBody::read(&Sent { format: Format::Html, content: json!(format!("<p>New.</p>{html}")) }, None, Some(&document), &mut later)
            .unwrap();
    let read = read.document().unwrap();
    assert_eq!(read.blocks[1..], document.blocks[..]);
}

#[test]
fn a_link_to_what_is_not_there_leaves_its_words_and_is_told() {
    for (format, text) in [
        (
            Format::Html,
            "<p>See <a href=\"#gone\">the <b>note</b></a>, <a href=#x>x</a>.</p><p><a href=#gone><img src=https://x.example/p></a></p>",
        ),
        (Format::Markdown, "See [the **note**](#gone), [x](#x).\n\n[![](https://x.example/p)](#gone)"),
    ] {
        let (document, warnings) = sent(format, text);
        assert_eq!(warnings, ["unknown_block", "unknown_block"], "{text}");
        assert_eq!(
            html::write(&document),
            "<p>See the <strong>note</strong>, x.</p><figure class=\"image\"><img src=\"https://x.example/p\" alt=\"\"></figure>"
        );
    }
}

#[test]
fn very_many_links_to_what_is_not_there_are_told_of_together() {
    let page: String = (0..1_000).map(|n| format!("<a href=#a{n}>x</a>")).collect();
    let told = Sent { format: Format::Html, content: json!(page) }.read(None, &mut mint()).unwrap().1;
    assert!(told.len() < FAULTS && told.iter().all(|w| w.code == "unknown_block"), "{told:?}");
}

#[test]
fn a_cell_spans_what_a_table_has() {
    let table = |attrs: Value| {
        json!([{ "type": "table", "content": [
            { "type": "table_row", "content": [{ "type": "table_cell", "attrs": attrs }] },
            { "type": "table_row", "content": [] }] }])
    };
    let at = |name: &str| format!("#/content/0/content/0/content/0/attrs/{name}");
    assert_eq!(faults(&table(json!({ "colspan": 1000, "rowspan": 2 }))), []);
    for (name, bad) in [
        ("colspan", json!(0)),
        ("colspan", json!(1001)),
        ("colspan", json!("2")),
        ("rowspan", json!(0)),
        ("rowspan", json!(3)),
        ("rowspan", json!(65_535)),
    ] {
        assert_eq!(faults(&table(json!({ name: bad }))), [(at(name), "out_of_range")], "{name} {bad}");
    }
    assert_eq!(faults(&table(json!({ "colwidth": 1 }))), [(at("colwidth"), "unknown_attribute")]);
    // As a browser reads them: zero is the rest of the group, nothing reaches beyond it, and nonsense is one.
    let (document, _) = sent(
        Format::Html,
        "<table><thead><tr><th rowspan=9 colspan=2000>a<tbody><tr><td rowspan=0>b<td rowspan=2>c<td colspan=-1 rowspan=x>d<tr><td colspan=0>e</table>",
    );
    let Node::Table(rows) = &document.blocks[0].node else { panic!() };
    let spans: Vec<_> = rows.iter().flatten().map(|c| (c.colspan, c.rowspan)).collect();
    assert_eq!(spans, [(limits::COLSPAN, 1), (1, 2), (1, 2), (1, 1), (1, 1)]);
}

#[test]
fn program_text_within_a_line_is_a_code_span() {
    for (text, markdown) in
        [("a", "`a`"), ("*a* <b> &amp; \\", "`*a* <b> &amp; \\`"), ("a`b", "``a`b``"), ("`a``", "``` `a`` ```"), ("a|b", "`a|b`")]
    {
        let (document, _) =
            sent(Format::Html, &format!("<p>x <code>{}</code> y</p>", html::escape(text).replace("&amp;amp;", "&amp;<!---->amp;")));
        assert_eq!(markdown::write(&document), format!("x {markdown} y\n"));
        assert_eq!(portable::write(&document).pointer("/0/children/1/marks"), Some(&json!(["code"])));
    }
}

#[test]
fn only_words_are_normalised() {
    // Composed, they would name another file.
    let (e, n) = ("e\u{301}", "n\u{303}");
    let picture = format!("https://x.example/{e}.jpg?{n}");
    let kept = url::Url::parse(&picture).unwrap().to_string();
    assert_ne!(kept, url::Url::parse(&nfc(&picture)).unwrap().to_string());
    let page = format!(
        "<p>{e}<a href=\"/{e}?{n}\">{n}</a></p><figure><a href='{picture}'><img src='{picture}' alt='{e}'></a><figcaption>{n}</figcaption></figure>"
    );
    let markdown = format!("{e}[{n}](/{e}?{n})\n\n[![{e}]({picture})]({picture})");
    let content = doc_of(&json!([
        { "type": "paragraph", "content": [{ "type": "text", "text": e }, { "type": "text", "text": n, "marks": [{ "type": "link", "attrs": { "href": format!("/{e}?{n}") } }] }] },
        { "type": "image", "attrs": { "url": picture, "alt": e, "href": picture } }]));
    let documents = [sent(Format::Html, &page).0, sent(Format::Markdown, &markdown).0, doc::read(&content, "#", &mut mint()).unwrap()];
    for document in documents {
        let Node::Image(image) = &document.blocks[1].node else { panic!("{document:?}") };
        assert_eq!((image.url.as_str(), image.href.as_deref(), image.alt.as_str()), (kept.as_str(), Some(kept.as_str()), "é"));
        assert_eq!(anchors::links(&document.blocks[0].node).map(|href| &**href).collect::<Vec<_>>(), ["/e%CC%81?n%CC%83"]);
        assert_eq!(text::of_inlines(document.blocks[0].node.lines()[0]), "éñ");
    }
    let facts = json!({ "kind": "story", "genre": "news", "section_id": Uuid::nil(), "tags": [], "credits": [], "source_locale": "en",
        "lead": { "url": picture, "width": 1, "height": 1, "credit": e } });
    let lead = serde_json::from_value::<Facts>(facts).unwrap().check().unwrap().lead.unwrap();
    let Lead::External(lead) = lead else { panic!("{lead:?}") };
    assert_eq!((lead.url, lead.credit.as_str()), (kept, "é"));

    // Words that are composed across what stood between them, and signs that a combining one would take.
    let (document, _) = sent(Format::Html, "<p>e<!-- x -->\u{301}</p><p>\u{338}a</p>");
    assert_eq!(text::plain(&document), "é\n\n\u{338}a");
}

#[test]
fn isolates_pass_every_form_and_may_span_marks() {
    let line = json!([{ "type": "text", "text": "a \u{2067}שלום " }, { "type": "text", "text": "\u{2066}b\u{2069}", "marks": [{ "type": "bold" }] }, { "type": "text", "text": "!\u{2069} \u{2068}c\u{2069}" }]);
    let text = "a \u{2067}שלום \u{2066}b\u{2069}!\u{2069} \u{2068}c\u{2069}";
    let document = doc::read(&doc_of(&json!([{ "type": "paragraph", "content": line }])), "#", &mut mint()).unwrap();
    assert_eq!(text::plain(&document), text);
    for (format, written) in [(Format::Html, html::write(&document)), (Format::Markdown, markdown::write(&document))] {
        assert_eq!(sent(format, &written).0, document);
    }
    assert_eq!(text::plain(&sent(Format::Text, text).0), text);
    let open = json!([{ "type": "paragraph", "content": [{ "type": "text", "text": "\u{2067}a" }] }, { "type": "paragraph", "content": [{ "type": "text", "text": "\u{2069}" }] }]);
    assert_eq!(faults(&open), [("#/content/0".to_owned(), "unbalanced_bidi"), ("#/content/1".to_owned(), "unbalanced_bidi")]);
}

#[test]
fn a_language_of_a_block_goes_everywhere_that_has_words() {
    let item = json!({ "type": "list_item", "attrs": { "id": "b" }, "content": [{ "type": "paragraph", "attrs": { "id": "c" }, "content": [linked("#a")] }] });
    let content = json!([
        { "type": "paragraph", "attrs": { "id": "p", "lang": "UR" }, "content": [linked("#p")] },
        { "type": "bullet_list", "attrs": { "id": "a", "lang": "hi-deva" }, "content": [item] },
        { "type": "code_block", "attrs": { "id": "d", "lang": "en" }, "content": [{ "type": "text", "text": "x\ny" }] }]);
    let document = doc::read(&doc_of(&content), "#", &mut mint()).unwrap();
    let html = html::write(&document);
    assert!(html.starts_with("<p id=\"block-p\" lang=\"ur\" dir=\"rtl\">"), "{html}");
    assert!(
        html.contains("<ul id=\"block-a\" lang=\"hi-Deva\" dir=\"ltr\"><li><p><a href=\"#block-a\">")
            && html.contains("<pre lang=\"en\" dir=\"ltr\"><code>")
    );
    assert_eq!(
        markdown::write(&document),
        format!("{}\n", html.replace("x\ny", "x&#10;y").replace("</p><ul", "</p>\n\n<ul").replace("</ul><pre", "</ul>\n\n<pre"))
    );
    let portable = portable::write(&document);
    let langs: Vec<_> = portable.as_array().unwrap().iter().map(|b| b["lang"].as_str().unwrap()).collect();
    assert_eq!(langs, ["ur", "hi-Deva", "en"]);
    // A list has no key there: what stands first in it is meant.
    assert_eq!(portable.pointer("/1/markDefs/0/href"), Some(&json!("#c")));
    let bad = json!([{ "type": "paragraph", "attrs": { "lang": "x y" } }, { "type": "horizontal_rule", "attrs": { "lang": "hi" } }]);
    assert_eq!(faults(&bad), [("#/content/0/attrs/lang".to_owned(), "locale"), ("#/content/1/attrs/lang".to_owned(), "unknown_attribute")]);
}
