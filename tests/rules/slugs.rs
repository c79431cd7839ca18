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
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

#[test]
fn slugs_keep_their_script() {
    for (text, slug) in [
        ("North Korea’s Kim Enjoys…", "north-korea-s-kim-enjoys"),
        ("हिन्दी में समाचार!", "हिन्दी-में-समाचार"),
        ("ಕನ್ನಡ ಸುದ್ದಿ", "ಕನ್ನಡ-ಸುದ್ದಿ"),
        ("  বাংলা—খবর  ", "বাংলা-খবর"),
        ("ಲೆಬ್ರಾನ್\u{200c}", "ಲೆಬ್ರಾನ್"),
    ] {
        assert_eq!(Slug::derive(text, &Locale::english()).unwrap().as_str(), slug);
    }
    assert!(Slug::derive("—!—", &Locale::english()).is_none());
}

#[test]
fn letters_of_older_encodings_are_the_plain_ones() {
    for (text, slug) in [
        ("ＷＩＤＥ ｶﾞ", "wide-ガ"),
        ("ﬁnance ﬂows", "finance-flows"),
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
        ("İstanbul", "istanbul"),
        // Letters that have another form in compatibility stay as they are written.
        ("นำ x²", "นำ-x²"),
    ] {
        assert_eq!(Slug::derive(text, &Locale::english()).unwrap().as_str(), slug, "{text}");
    }
}

#[test]
fn what_shows_nothing_parts_no_words() {
    for (text, slug) in [
        ("a\u{200b}b", "ab"),
        ("co\u{ad}op\u{ad}era\u{ad}tion", "cooperation"),
        ("❤️ wins", "wins"),
        ("team ❤\u{fe0f}\u{200d}🔥 wins", "team-wins"),
        ("\u{200e}\u{feff}שלום\u{200f} 24", "שלום-24"),
        ("می\u{200c}خواهم", "میخواهم"),
        ("സര്\u{200d}\u{ad}ക്കാര്\u{200d}", "സർക്കാർ"),
        ("ലോക\u{ad}ത്തി\u{200b}ല്\u{200d}", "ലോകത്തിൽ"),
        ("e\u{ad}\u{301}", "é"),
        ("ภาษา\u{200b}ไทย", "ภาษาไทย"),
    ] {
        assert_eq!(Slug::derive(text, &Locale::english()).unwrap().as_str(), slug);
    }
}

#[test]
fn a_mark_without_its_letter_is_left_out() {
    for (text, slug) in [("\u{93e} क\u{93e}", "का"), ("x \u{d46}\u{d3e} y", "x-y"), ("❤\u{20e3} 1", "1"), ("a-\u{301}\u{301}b", "a-b")]
    {
        assert_eq!(Slug::derive(text, &Locale::english()).unwrap().as_str(), slug);
    }
    assert!(Slug::derive("\u{93e}\u{94d} \u{301}", &Locale::english()).is_none());
}

#[test]
fn lower_case_is_the_locales() {
    for (text, locale, slug) in [
        ("İstanbul’da IŞIK", "tr", "istanbul-da-ışık"),
        ("I\u{307}STANBUL DİYARBAKIR", "tr-CY", "istanbul-diyarbakır"),
        ("QIZIL İLİN XƏBƏRİ", "az-Latn", "qızıl-ilin-xəbəri"),
        ("IRON", "en", "iron"),
        ("ΟΔΥΣΣΕΥΣ ΣΤΗΝ ΑΘΗΝΑ", "el", "οδυσσευς-στην-αθηνα"),
    ] {
        assert_eq!(Slug::derive(text, &locale.parse().unwrap()).unwrap().as_str(), slug);
    }
}

#[test]
fn what_was_a_slug_by_an_earlier_rule_still_is_one() {
    let english = Locale::english();
    for slug in ["\u{fe0f}-wins", "\u{93e}क-ख"] {
        assert_eq!(Slug::parse(slug, &english, "#/slug").unwrap().as_str(), slug);
    }
    for none in ["-\u{fe0f}-wins", "a\u{200b}b", "\u{fe0f}--wins", "\u{fe0f}-Wins", "\u{fe0f}"] {
        assert!(Slug::parse(none, &english, "#/slug").is_err(), "{none:?}");
    }
}

#[test]
fn a_slug_given_by_hand_must_be_one() {
    assert!(Slug::parse("kim-enjoys", &Locale::english(), "#/slug").is_ok());
    assert!(Slug::parse("Kim Enjoys", &Locale::english(), "#/slug").is_err());
    assert!(Slug::parse("../admin", &Locale::english(), "#/slug").is_err());
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

const UNSEEN: &[char] = &[
    '\u{ad}',
    '\u{200b}',
    '\u{200c}',
    '\u{200e}',
    '\u{2060}',
    '\u{feff}',
    '\u{fe0e}',
    '\u{fe0f}',
    '\u{e0100}',
    '\u{115f}',
    '\u{61c}',
    '\u{34f}',
];

fn is_letter_or_digit(c: char) -> bool {
    matches!(c.general_category_group(), GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number)
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
    fn deriving_is_idempotent_and_bounded(text in text(), locale in prop::sample::select(vec!["en", "tr", "el", "ml"])) {
        let locale: Locale = locale.parse().unwrap();
        let slug = Slug::derive(&text, &locale);
        prop_assert_eq!(Slug::derive(&text.nfd().collect::<String>(), &locale), slug.clone());
        if let Some(slug) = slug {
            prop_assert!(slug.as_str().chars().count() <= limits::SLUG);
            prop_assert_eq!(Slug::derive(slug.as_str(), &locale), Some(slug.clone()));
            prop_assert!(slug.as_str().split('-').all(|part| part.starts_with(is_letter_or_digit)), "{:?}", slug);
            prop_assert!(Slug::is_possible(slug.as_str()) && Slug::is_possible(slug.as_str().nfd().collect::<String>().as_str()));
        }
    }

    #[test]
    fn what_shows_nothing_changes_no_slug(text in text(), unseen in prop::collection::vec((0usize..40, prop::sample::select(UNSEEN)), 1..6)) {
        let mut with: Vec<char> = text.chars().collect();
        for (at, c) in unseen {
            with.insert(at.min(with.len()), c);
        }
        // Whoever writes a chillu with a joiner parts it by nothing.
        prop_assume!(!text.contains('\u{200d}'));
        let english = Locale::english();
        prop_assert_eq!(Slug::derive(&with.into_iter().collect::<String>(), &english), Slug::derive(&text, &english));
    }

    #[test]
    fn every_number_gives_a_slug_of_its_own(text in text(), more in prop::collection::btree_set(12usize.., 0..20)) {
        let Some(slug) = Slug::derive(&text, &Locale::english()) else { return Ok(()) };
        // Those that end in a number already, and those that a number was cut for, are numbered as any other.
        for slug in [slug.numbered(2), slug.numbered(2).numbered(2), slug.numbered(usize::MAX), slug] {
            let mut seen = std::collections::BTreeSet::new();
            for n in (1..12).chain(more.iter().copied()) {
                let numbered = slug.numbered(n);
                prop_assert_eq!(Slug::parse(numbered.as_str(), &Locale::english(), "#/slug").unwrap(), numbered.clone());
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
