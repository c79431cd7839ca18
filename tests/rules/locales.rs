//! Tags of languages, and which one a reader gets.

use dateline::domain::{
    Locale,
    locale::{Direction, negotiate},
};

fn locales(tags: &[&str]) -> Vec<Locale> {
    tags.iter().map(|t| t.parse().unwrap()).collect()
}

#[test]
fn tags_are_canonical_and_nonsense_is_refused() {
    assert_eq!("EN-in".parse::<Locale>().unwrap().as_str(), "en-IN");
    assert_eq!("ZH-hant".parse::<Locale>().unwrap().as_str(), "zh-Hant");
    for bad in ["en_IN", "", "e", "und", "english!", "../hi", &"a-".repeat(40)] {
        assert!(bad.parse::<Locale>().is_err(), "{bad}");
    }
}

#[test]
fn direction_follows_the_script() {
    for (tag, rtl) in [("ur", true), ("ar-EG", true), ("hi", false), ("az-Arab", true), ("ur-Latn", false), ("ks-Deva", false)] {
        assert_eq!(Direction::of(&tag.parse().unwrap()) == Direction::Rtl, rtl, "{tag}");
    }
}

#[test]
fn lookup_shortens_and_never_lengthens() {
    let site = locales(&["en", "hi", "zh-Hant"]);
    let pick = |accept: &str| negotiate(accept, &site).map(Locale::as_str);
    assert_eq!(pick("hi-IN, en;q=0.8"), Some("hi"));
    assert_eq!(pick("fr, en;q=0.5, hi;q=0.9"), Some("hi"));
    assert_eq!(pick("zh-Hant-CN-x-p"), Some("zh-Hant"));
    assert_eq!(pick("zh"), None);
    assert_eq!(pick("hi;q=0, en;q=0.1"), Some("en"));
    assert_eq!(pick("*, xx"), None);
    assert_eq!(pick("hi;q=7"), None);
}
