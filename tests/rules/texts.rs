//! What is kept of a text, and how its length and its words are counted.

use dateline::domain::{error::Faults, fold::search_key, locale::reading_speed, text::*};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

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
    // Where nothing stands between words, a dictionary or a model knows them, also beside another script.
    for (text, words) in [
        ("ภาษาไทยสวยงาม", 3..=4),
        ("ประเทศไทยรวมเลือดเนื้อชาติเชื้อไทย", 5..=9),
        ("ປະເທດລາວງາມ", 2..=4),
        ("ប្រទេសកម្ពុជា", 1..=3),
        ("မြန်မာနိုင်ငံ", 1..=3),
        ("東京都に住んでいます。", 5..=8),
        ("我们热爱自由。 BBC News 24", 6..=7),
    ] {
        assert!(words.contains(&word_count(text)), "{text}: {}", word_count(text));
        assert!(text.unicode_words().count() > usize::try_from(*words.end()).unwrap() || text.contains("BBC"), "{text}");
    }
    assert_eq!(reading_minutes(0, 238), 1);
    assert_eq!(reading_minutes(239, 238), 2);
}

#[test]
fn a_text_is_found_however_it_is_typed() {
    for alike in [
        &["École", "ecole", "E\u{301}COLE", "école", "Ｅｃｏｌｅ"][..],
        &["Россия", "россия", "РОССИЯ"],
        &["Αθήνας", "ΑΘΗΝΑΣ", "αθηνασ"],
        &["İzmir", "izmir", "IZMIR", "I\u{307}zmir"],
        &["Işık", "IŞIK", "isik"],
        &["Łódź", "lodz"],
        &["Straße", "STRASSE"],
        &["می\u{200c}خواهم", "میخواهم"],
        &["ലോകത്തില്\u{200d}", "ലോകത്തിൽ"],
        &["\u{958}लम", "\u{915}\u{93c}लम", "कलम"],
        &["ज़मीन", "जमीन"],
        &["ਸ਼ਹਿਰ", "ਸਹਿਰ"],
        &["שָׁלוֹם", "שלום"],
        &["O’Brien", "O'Brien", "Oʼbrien"],
        &["10\u{a0}000\u{202f}€", "10 000 €"],
        &["東京\u{3000}大阪", "東京 大阪"],
        &["co\u{ad}op", "coop"],
        &["ﾎﾟｽﾄ", "ポスト"],
        &["مُحَمَّد", "محمد"],
    ] {
        let keys: std::collections::BTreeSet<String> =
            alike.iter().flat_map(|text| [search_key(text), search_key(&text.nfd().collect::<String>())]).collect();
        assert_eq!(keys.len(), 1, "{keys:?}");
    }
    for [one, other] in [["कि", "क"], ["का", "क"], ["क्", "क"], ["が", "か"], ["ポ", "ホ"], ["ക", "കാ"], ["ก", "กี"]]
    {
        assert_ne!(search_key(one), search_key(other), "{one} {other}");
    }
}

proptest::proptest! {
    #[test]
    fn a_key_is_its_own_key(text in "([a-zA-ZßİıΣς]|\u{301}|\u{3099}|\u{345}|[\u{1e00}-\u{1fff}]|[\u{d00}-\u{d7f}]|\u{ad}|\u{200d}|\u{a0}|\\PC){0,12}") {
        let key = search_key(&text);
        proptest::prop_assert_eq!(search_key(&key), key.clone());
        proptest::prop_assert_eq!(search_key(&text.nfd().collect::<String>()), key);
    }
}

#[test]
fn the_same_news_take_the_same_time() {
    let speed = |tag: &str| reading_speed(&tag.parse().unwrap());
    for (tag, speed_of) in
        [("en", 238), ("am", 180), ("hi", 290), ("pl", 220), ("ja", 305), ("zh-Hant", 275), ("km", 316), ("iw", 195), ("cy", 238)]
    {
        assert_eq!(speed(tag), speed_of, "{tag}");
    }
}

#[test]
fn what_shows_nothing_is_no_text() {
    for blank in [
        "",
        " \u{3000}\t",
        "\u{200b}\u{2060}",
        "\u{feff}",
        "\u{200d}\u{200c}",
        "\u{ad}",
        "\u{fe0f}",
        "\u{202e}\u{202c}",
        "\u{2800}\u{3164}\u{115f}",
        "\u{fff9}\u{fffb}",
        "\u{e0001}\u{e0101}",
    ] {
        assert!(is_blank(blank), "{blank:?}");
    }
    for said in ["\u{200b}a", "ക്‍", "क्\u{200d}ष", "ನ್\u{200c}", "\u{600}", "❤\u{fe0f}", ".", "\u{301}"] {
        assert!(!is_blank(said), "{said:?}");
    }
}
