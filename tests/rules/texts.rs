//! What is kept of a text, and how its length and its words are counted.

use dateline::domain::{error::Faults, text::*};

fn kept(text: &str, max: usize) -> (String, Vec<&'static str>) {
    let mut faults = Faults::default();
    let kept = line(&mut faults, "#/x", text, Length { min: 1, max });
    (kept, faults.into_inner().into_iter().map(|v| v.code).collect())
}

#[test]
fn entities_are_decoded_once_and_ampersands_stay() {
    for (text, decoded) in [
        ("Russia&#x27;s Far East", "Russia's Far East"),
        ("Russia&amp;#x27;s", "Russia&#x27;s"),
        ("&amp;amp;lt;", "&amp;lt;"),
        ("Marks & Spencer; R&D", "Marks & Spencer; R&D"),
        ("a&#0;b", "a&#0;b"),
        ("&&lt;;&", "&<;&"),
        ("&#x1F600;", "😀"),
        ("&#x0001F600;", "&#x0001F600;"),
        ("&हिन्दी;", "&हिन्दी;"),
    ] {
        assert_eq!(unescape(text), decoded);
    }
    assert_eq!(unescape_twice_escaped("&amp;#x27; &#x27; &amp; &amp;amp;lt;"), "&#x27; &#x27; &amp; &amp;lt;");
}

#[test]
fn an_ampersand_is_looked_at_no_further_than_an_entity_reaches() {
    assert_eq!(entity_at("#x10ffff;"), None, "a noncharacter");
    assert_eq!(entity_at("#x10fffd;"), Some(('\u{10fffd}', 9)));
    assert_eq!(entity_at(&format!("{};", "0".repeat(9))), None);
}

proptest::proptest! {
    #[test]
    fn what_is_escaped_comes_back(text in "(&|amp;|lt;|#x27;|;|&amp;|[a-z]|\\PC){0,12}") {
        let escaped = reescape(&text).into_owned();
        proptest::prop_assert_eq!(unescape(&escaped), text.as_str());
    }

    #[test]
    fn text_is_kept_verbatim_but_for_nfc_and_stays_so(text in "(&lt;|&amp;|  |\u{a0}|\u{202f}|\u{feff}|\u{200d}|e\u{301}|\\PC){1,20}") {
        let (once, faults) = kept(&text, 100);
        proptest::prop_assert_eq!(&once, &nfc(&text));
        if faults.is_empty() {
            proptest::prop_assert_eq!(kept(&once, 100), (once, faults));
        }
    }
}

#[test]
fn lengths_count_what_a_reader_sees() {
    assert_eq!(kept("हिन्दी \u{feff}", 4), ("हिन्दी \u{feff}".to_owned(), vec![]));
    assert_eq!(kept("हिन्दी", 1).1, ["too_long"]);
    assert_eq!(kept(&format!("e{}", "\u{301}".repeat(9)), 1).1, ["too_long"]);
    assert_eq!(kept(&"&".repeat(10_000), 100), (String::new(), vec!["too_long"]));
    assert_eq!(kept(" \u{a0}\u{feff}", 9).1, ["required"]);
    assert_eq!(kept("a\nb", 9).1, ["line_break"]);
}

#[test]
fn line_breaks_are_written_one_way() {
    let mut faults = Faults::default();
    assert_eq!(lines(&mut faults, "#/x", "a\r\nb\rc\n\n d ", Length { min: 1, max: 40 }), "a\nb\nc\n\n d ");
    assert!(faults.into_inner().is_empty());
    assert_eq!(phrase(&mut Faults::default(), "#/x", " a \n\t b\u{a0}: c ", Length { min: 1, max: 40 }), "a b\u{a0}: c");
}

#[test]
fn more_marks_in_a_row_than_any_script_has_are_seen() {
    assert!(marks_within(&format!("e{}e", "\u{301}".repeat(limits::MARKS))));
    assert!(!marks_within(&"\u{316}".repeat(limits::MARKS + 1)));
}

#[test]
fn nfc_decomposes_composition_exclusions() {
    assert_eq!(nfc("\u{958}"), "\u{915}\u{93c}");
}

#[test]
fn bidi_controls_must_be_closed() {
    assert!(bidi_balanced("a\u{2067}b\u{2069}c"));
    assert!(!bidi_balanced("a\u{202e}b"));
    assert!(!bidi_balanced("a\u{202c}b"));
}

#[test]
fn words_of_every_script_count() {
    assert_eq!(word_count("Don't stop — now!"), 3);
    assert_eq!(word_count("हिन्दी में समाचार।"), 3);
    assert_eq!(reading_minutes(0, 238), 1);
    assert_eq!(reading_minutes(239, 238), 2);
}
