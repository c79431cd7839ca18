//! Slugs out of any script.

use dateline::domain::{
    Instant, Locale,
    content::Content,
    slug::Slug,
    text::limits,
    translation::{Save, Translation, Words},
};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

#[test]
fn slugs_keep_their_script() {
    for (text, slug) in [
        ("North Korea’s Kim Enjoys…", "north-korea-s-kim-enjoys"),
        ("हिन्दी में समाचार!", "हिन्दी-में-समाचार"),
        ("ಕನ್ನಡ ಸುದ್ದಿ", "ಕನ್ನಡ-ಸುದ್ದಿ"),
        ("  বাংলা—খবর  ", "বাংলা-খবর"),
        ("ಲೆಬ್ರಾನ್\u{200c}", "ಲೆಬ್ರಾನ್"),
    ] {
        assert_eq!(Slug::derive(text).unwrap().as_str(), slug);
    }
    assert!(Slug::derive("—!—").is_none());
}

#[test]
fn a_slug_given_by_hand_must_be_one() {
    assert!(Slug::parse("kim-enjoys", "#/slug").is_ok());
    assert!(Slug::parse("Kim Enjoys", "#/slug").is_err());
    assert!(Slug::parse("../admin", "#/slug").is_err());
}

/// Texts of any script: usual words, clusters of any length, and what ends in numbers already.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z]{1,30}",
        "[ক-ঢ]্[ক-ঢ]{1,3}",
        "[ಕ-ಳ]್[ಕ-ಳ]\u{200d}?",
        "[ा-ौक-ह]{1,40}",
        "[a-z\u{300}-\u{36f}]{1,90}",
        "[\u{1100}-\u{11ff}]{1,20}",
        "[0-9]{1,20}",
        "\\PC{0,20}",
    ];
    let between = prop_oneof![Just(" "), Just("-"), Just(""), Just("’")];
    prop::collection::vec((word, between), 0..12).prop_map(|all| all.into_iter().map(|(w, b)| w + b).collect())
}

#[test]
fn what_cannot_be_a_slug_is_known_by_its_form() {
    let (long, longer) = ("b".repeat(limits::SLUG), "b".repeat(limits::SLUG + 1));
    assert!([long.as_str(), "हिन्दी-में", "cafe\u{301}", "World"].into_iter().all(Slug::is_possible));
    let impossible = ["", longer.as_str(), "a b", "a/b", "../x", "a.b", "a\0", "%41", &"\u{301}".repeat(60_000), &"b".repeat(60_000)];
    assert!(!impossible.into_iter().any(Slug::is_possible));
}

proptest! {
    #[test]
    fn deriving_is_idempotent_and_bounded(text in text()) {
        if let Some(slug) = Slug::derive(&text) {
            prop_assert!(slug.as_str().chars().count() <= limits::SLUG);
            prop_assert_eq!(Slug::derive(slug.as_str()), Some(slug.clone()));
            prop_assert!(Slug::is_possible(slug.as_str()) && Slug::is_possible(slug.as_str().nfd().collect::<String>().as_str()));
        }
    }

    #[test]
    fn every_number_gives_a_slug_of_its_own(text in text(), more in prop::collection::btree_set(12usize.., 0..20)) {
        let Some(slug) = Slug::derive(&text) else { return Ok(()) };
        // Those that end in a number already, and those that a number was cut for, are numbered as any other.
        for slug in [slug.numbered(2), slug.numbered(2).numbered(2), slug.numbered(usize::MAX), slug] {
            let mut seen = std::collections::BTreeSet::new();
            for n in (1..12).chain(more.iter().copied()) {
                let numbered = slug.numbered(n);
                prop_assert_eq!(Slug::parse(numbered.as_str(), "#/slug").unwrap(), numbered.clone());
                prop_assert!(seen.insert(numbered.clone()), "{} again, for {}", numbered, n);
                let number = format!("-{n}");
                prop_assert!(n == 1 || numbered.as_str().ends_with(&number));
            }
        }
    }
}

fn translation(headline: &str, slug: &str) -> Translation {
    let words = Words { content: Content::headed(headline), ..Words::default() };
    let save = Save { slug: Slug::stored(slug.to_owned()), words, made_from: None, by: None, at: Instant::from_micros(0) };
    Translation::first(uuid::Uuid::nil().into(), Locale::english(), 0, save)
}

#[test]
fn an_automatic_slug_is_recognised() {
    let id = uuid::Uuid::nil().to_string();
    for (headline, slug) in [
        ("Rain in Kochi", "rain-in-kochi".to_owned()),
        ("Rain in Kochi", "rain-in-kochi-3".to_owned()),
        ("Rain in Kochi", format!("rain-in-kochi-{id}")),
        ("!!!", id.clone()),
        ("!!!", format!("{id}-2")),
    ] {
        assert!(translation(headline, &slug).stem().is_some(), "{slug}");
    }
    assert!(translation("Rain in Kochi", "monsoon").stem().is_none());
    assert!(translation("Rain in Kochi", "rain-in-kochi-live").stem().is_none());
    assert!(translation("Rain in Kochi", &id).stem().is_none());
}
