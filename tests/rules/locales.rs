//! Tags of languages, and which one a reader gets.

use dateline::domain::{
    Locale,
    locale::{Direction, accepted},
};

fn locales(tags: &[&str]) -> Vec<Locale> {
    tags.iter().map(|t| t.parse().unwrap()).collect()
}

#[test]
fn tags_are_canonical_and_nonsense_is_refused() {
    for (tag, canonical) in [
        ("EN-in", "en-IN"),
        ("ZH-hant", "zh-Hant"),
        ("iw", "he"),
        ("in-ID", "id-ID"),
        ("ji", "yi"),
        ("sh", "sr-Latn"),
        ("cmn-Hant-TW", "zh-Hant-TW"),
        ("arb", "ar"),
        ("de-DD", "de-DE"),
        ("hi-latn", "hi-Latn"),
        ("zh-TW", "zh-TW"),
        ("pnb", "pnb"),
        ("gom", "gom"),
        ("tl", "tl"),
        ("hin", "hi"),
        ("prs", "fa-AF"),
        ("mni-Mtei", "mni-Mtei"),
    ] {
        assert_eq!(tag.parse::<Locale>().unwrap().as_str(), canonical);
    }
    for bad in ["en_IN", "", "e", "und", "english!", "../hi", "en-UK", &"a-".repeat(40)] {
        assert!(bad.parse::<Locale>().is_err(), "{bad}");
    }
    assert!(Locale::read("en-uk").unwrap_err().contains("en-GB"));
}

#[test]
fn direction_follows_the_script() {
    let rtl = [
        "ur", "ar-EG", "az-Arab", "arz", "pnb", "pa-PK", "iw", "ckb", "sd", "ks", "ug", "dv", "uz-AF", "ku-IQ", "ms-Arab", "syr", "nqo",
        "ff-Adlm", "rhg",
    ];
    let ltr = [
        "hi", "ur-Latn", "ks-Deva", "pa", "pa-IN", "sd-Deva", "hi-Latn", "he-Latn", "az", "uz", "ku", "zh-TW", "mn-Mong", "en", "kk", "tg",
    ];
    for (tags, direction) in [(&rtl[..], Direction::Rtl), (&ltr, Direction::Ltr)] {
        for tag in tags {
            assert_eq!(Direction::of(&tag.parse().unwrap()), direction, "{tag}");
        }
    }
}

#[test]
fn a_range_finds_the_nearest_locale() {
    let pick = |accept: &str, site: &[&str]| accepted(accept, &locales(site)).first().map(ToString::to_string);
    let of = |accept| pick(accept, &["en", "hi", "zh-Hant"]);
    assert_eq!(of("hi-IN, en;q=0.8").as_deref(), Some("hi"));
    assert_eq!(of("fr, en;q=0.5, hi;q=0.9").as_deref(), Some("hi"));
    assert_eq!(of("zh-Hant-CN-x-p").as_deref(), Some("zh-Hant"));
    assert_eq!(of("zh"), None);
    assert_eq!(of("zh-TW").as_deref(), Some("zh-Hant"));
    assert_eq!(of("zh-CN"), None);
    assert_eq!(of("hi;q=0, en;q=0.1").as_deref(), Some("en"));
    assert_eq!(of("*, xx"), None);
    assert_eq!(of("hi;q=7"), None);
    for (accept, site, found) in [
        ("zh-HK", &["zh", "zh-Hant"][..], "zh-Hant"),
        ("zh-SG", &["zh-Hant", "zh-Hans"], "zh-Hans"),
        ("zh-TW", &["en", "zh"], "zh"),
        ("pa-PK", &["pa", "pa-Arab"], "pa-Arab"),
        ("sr-Latn-RS", &["sr", "sr-Latn"], "sr-Latn"),
        ("sr-ME", &["sr", "sr-Latn"], "sr-Latn"),
        ("en-GB", &["en-IN", "en-GB", "en"], "en-GB"),
        ("en-AU", &["en-IN", "en"], "en"),
        ("en-UK", &["hi", "en"], "en"),
        ("hi", &["en", "hi-IN"], "hi-IN"),
        ("iw", &["en", "he"], "he"),
        ("hi-Latn", &["hi", "hi-Latn"], "hi-Latn"),
    ] {
        assert_eq!(pick(accept, site).as_deref(), Some(found), "{accept} of {site:?}");
    }
}

#[test]
fn all_that_a_reader_accepts_is_told_the_best_first() {
    let site = locales(&["en", "en-IN", "bn", "hi", "ta"]);
    let all: Vec<_> = accepted("bn, hi;q=0.9, en-GB;q=0.5, bn-BD;q=0.4", &site).into_iter().map(Locale::as_str).collect();
    assert_eq!(all, ["bn", "hi", "en", "en-IN"]);
}
