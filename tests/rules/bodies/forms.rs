//! What holds in every form a body comes in: how long words may be, what is set right of them, and which language they are in.

use dateline::domain::body::{Document, Format, Node, Sent, doc, html};
use serde_json::Value;

use super::mint;

fn read(format: Format, text: &str, locale: Option<&str>) -> (Document, Vec<&'static str>) {
    let sent = Sent { format, content: Value::String(text.to_owned()) };
    let locale = locale.map(|tag| tag.parse().unwrap());
    let (document, warnings) = sent.read(locale.as_ref(), &mut mint()).unwrap_or_else(|refused| panic!("{text:.80}: {refused:?}"));
    doc::read(&doc::write(&document), "#", &mut mint()).unwrap();
    (document, warnings.into_iter().map(|w| w.code).collect())
}

fn shown(sent: &str, locale: &str) -> String {
    html::write(&read(Format::Html, sent, Some(locale)).0)
}

#[test]
fn what_the_schema_lets_stand_no_reader_takes_off() {
    // Six clusters of more code points each; 996 of them are legal as `alt`, and 1,998 as a title.
    let word = "हिन्दी ";
    for (length, fits) in [(220, true), (1_000, false)] {
        let words = word.repeat(length);
        let sent = format!("<img src=https://x.example/a.jpg alt=\"{words}\">");
        let (document, _) = read(Format::Html, &sent, None);
        let Node::Image(image) = &document.blocks[0].node else { panic!("{document:?}") };
        assert_eq!((image.alt.as_str(), document.blocks.len()), if fits { (words.trim(), 1) } else { ("", 2) });
    }
    for (length, fits) in [(400, true), (700, false)] {
        let words = word.repeat(length);
        for sent in [
            format!("<iframe src=https://www.youtube.com/embed/abc title=\"{words}\"></iframe>"),
            format!("<figure class=embed><a href=https://www.youtube.com/embed/abc>{words}</a></figure>"),
        ] {
            let (document, warnings) = read(Format::Html, &sent, None);
            let Node::Embed { title, .. } = &document.blocks[0].node else { panic!("{document:?}") };
            assert_eq!((title.as_str(), document.blocks.len()), if fits { (words.trim(), 1) } else { ("", 2) });
            assert!(warnings.is_empty(), "{warnings:?}");
        }
        let sent = format!("<figure><img src=https://x.example/a.jpg><figcaption>{words}</figcaption></figure>");
        let (document, _) = read(Format::Html, &sent, None);
        let Node::Image(image) = &document.blocks[0].node else { panic!("{document:?}") };
        assert_eq!((image.caption.as_str(), document.blocks.len()), if fits { (words.trim(), 1) } else { ("", 2) });
    }
}

#[test]
fn words_are_measured_with_what_closes_them() {
    for (letters, blocks) in [(998, 1), (999, 2)] {
        let sent = format!("<img src=https://x.example/a.jpg alt=\"\u{202b}{}\">", "a".repeat(letters));
        assert_eq!(read(Format::Html, &sent, None).0.blocks.len(), blocks);
    }
}

#[test]
fn controls_and_open_directions_are_set_right_and_told_in_every_form() {
    for format in [Format::Html, Format::Markdown, Format::Text] {
        for (sent, kept, code) in [
            ("a\u{1}b", "ab", "control_character"),
            ("a\u{fdd0}b", "ab", "control_character"),
            ("a\u{202b}b", "a\u{202b}b\u{202c}", "unbalanced_bidi"),
            ("a\u{2069}b", "ab", "unbalanced_bidi"),
            ("a\u{93}b", "a“b", "windows_1252"),
        ] {
            let (document, warnings) = read(format, sent, None);
            assert_eq!(html::write(&document), format!("<p>{kept}</p>"), "{format}");
            assert_eq!(warnings, [code], "{format}");
        }
    }
}

#[test]
fn the_language_of_the_body_is_said_again_within_another() {
    for (sent, kept) in [
        ("<div lang=hi><p lang=en>a</p><p>b</p></div>", "<p>a</p><p lang=\"hi\" dir=\"ltr\">b</p>"),
        (
            "<blockquote lang=hi><p lang=en>a</p><p>b</p></blockquote>",
            "<blockquote lang=\"hi\" dir=\"ltr\"><p lang=\"en\" dir=\"ltr\">a</p><p>b</p></blockquote>",
        ),
        ("<p lang=hi>a <span lang=en>b</span></p>", "<p lang=\"hi\" dir=\"ltr\">a <span lang=\"en\">b</span></p>"),
        ("<p><span lang=hi>a <span lang=en>b</span></span></p>", "<p><span lang=\"hi\">a </span>b</p>"),
        ("<p lang=en>a <span lang=en>b</span></p><ul lang=en><li lang=en>c</ul>", "<p>a b</p><ul><li><p>c</p></li></ul>"),
        (
            "<table><tbody lang=hi><tr><td>a<td lang=en>b<tr lang=bn><td>c</table>",
            "<table><tbody><tr><td><span lang=\"hi\">a</span></td><td>b</td></tr><tr><td><span lang=\"bn\">c</span></td></tr></tbody></table>",
        ),
        ("<table><caption lang=hi>a<tr><td>b</table>", "<p lang=\"hi\" dir=\"ltr\">a</p><table><tbody><tr><td>b</td></tr></tbody></table>"),
        ("<figure><p>a</p><figcaption lang=hi>b</figcaption></figure>", "<p>a</p><p lang=\"hi\" dir=\"ltr\">b</p>"),
    ] {
        assert_eq!(shown(sent, "en"), kept, "{sent}");
    }
    let sent = "<figure><img src=https://x.example/a.jpg alt=a><figcaption lang=hi>b</figcaption></figure>";
    assert_eq!(read(Format::Html, sent, Some("en")).1, ["dropped"]);
    assert!(read(Format::Html, &sent.replace("hi", "en"), Some("en")).1.is_empty());
}

#[test]
fn a_direction_that_a_block_cannot_keep_is_told() {
    for element in ["<p dir=rtl>a", "<div dir=rtl>a</div>", "<table><tr><td dir=rtl>a</table>", "<p lang=ar dir=ltr>a"] {
        assert_eq!(read(Format::Html, element, Some("en")).1, ["dropped"], "{element}");
    }
    for element in ["<p dir=ltr>a", "<p dir=auto>a", "<p lang=ar dir=rtl>a", "<div lang=ur><p dir=rtl>a</div>"] {
        assert!(read(Format::Html, element, Some("en")).1.is_empty(), "{element}");
    }
}

#[test]
fn hidden_rows_are_left_out_and_names_of_rows_and_captions_lead_somewhere() {
    let sent = "<table><tr style=display:none><td>hidden<tr><td rowspan=2>a<tbody hidden><tr><td>gone</table>";
    let (document, warnings) = read(Format::Html, sent, None);
    assert_eq!(html::write(&document), "<table><tbody><tr><td>a</td></tr></tbody></table>");
    assert_eq!(warnings, ["dropped", "dropped"]);
    let sent = "<p><a href=#c>c</a> <a href=#r>r</a><table><caption id=c>a<tr id=r><td>b</table>";
    assert!(read(Format::Html, sent, None).1.is_empty());
}

#[test]
fn the_numbers_of_words_lists_are_read_by_what_stands_before() {
    let list = |markers: &[&str]| {
        let item = |m: &&str| format!("<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>{m} </span>x</p>");
        read(Format::Html, &markers.iter().map(item).collect::<String>(), None)
    };
    for (markers, start) in [
        (&["1.", "2."][..], 1),
        (&["iv.", "v."], 4),
        (&["v.", "vi."], 5),
        (&["c.", "d."], 3),
        (&["h.", "i.", "j."], 8),
        (&["i.", "ii.", "iii."], 1),
        (&["a.", "b.", "c."], 1),
        (&["XIV.", "XV."], 14),
    ] {
        let (document, warnings) = list(markers);
        let [block] = document.blocks.as_slice() else { panic!("{markers:?}: {document:?}") };
        let Node::OrderedList { start: from, items } = &block.node else { panic!("{markers:?}: {document:?}") };
        assert_eq!((*from, items.len()), (start, markers.len()), "{markers:?}");
        assert_eq!(warnings.is_empty(), markers[0] == "1.", "{markers:?}: {warnings:?}");
    }
}
