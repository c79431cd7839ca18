//! In which order names stand.

use dateline::domain::{
    Locale,
    collation::{Collation, NameKey},
};
use proptest::prelude::*;

fn sorted<'n>(locale: &str, names: &[&'n str]) -> Vec<&'n str> {
    let collation = Collation::of(&Locale::read(locale).unwrap()).unwrap();
    let mut names = names.to_vec();
    names.sort_by_key(|name| collation.key(name).as_bytes().to_vec());
    names
}

#[test]
fn names_are_in_the_order_of_the_language() {
    for (locale, names) in [
        ("en", vec!["Ärger", "apple", "Apple", "Zebra", "zoo", "été", "Ethel"]),
        ("sv", vec!["Ängel", "Zebra", "Öl", "Ål", "Anka"]),
        ("cs", vec!["Chrudim", "Hradec", "Cheb", "Cukr", "Ibis"]),
        ("es", vec!["ñandú", "nube", "oso", "nada"]),
        ("hi", vec!["नदी", "आम", "अदालत", "कानून", "हाथी", "Rivers"]),
        ("bn", vec!["নদী", "আম", "Rivers", "কলকাতা"]),
        ("zh", vec!["中国", "北京", "上海", "Rivers"]),
        ("tr", vec!["Izmir", "Irak", "İstanbul", "Kars", "Iğdır"]),
    ] {
        let told = sorted(locale, &names);
        let expected: Vec<&str> = match locale {
            "en" => vec!["apple", "Apple", "Ärger", "été", "Ethel", "Zebra", "zoo"],
            "sv" => vec!["Anka", "Zebra", "Ål", "Ängel", "Öl"],
            "cs" => vec!["Cukr", "Hradec", "Cheb", "Chrudim", "Ibis"],
            "es" => vec!["nada", "nube", "ñandú", "oso"],
            "hi" => vec!["अदालत", "आम", "कानून", "नदी", "हाथी", "Rivers"],
            "bn" => vec!["আম", "কলকাতা", "নদী", "Rivers"],
            "zh" => vec!["北京", "上海", "中国", "Rivers"],
            _ => vec!["Iğdır", "Irak", "Izmir", "İstanbul", "Kars"],
        };
        assert_eq!(told, expected, "{locale}");
    }
}

#[test]
fn the_rules_of_a_locale_have_a_version_that_is_its_own() {
    let version = |locale: &str| Collation::of(&Locale::read(locale).unwrap()).unwrap().version();
    assert_eq!(version("en"), version("en-IN"));
    // Welsh has letters of two, and nothing else that is its own.
    for locale in ["sv", "hi", "zh", "zh-Hant", "tr", "cs", "cy"] {
        assert_ne!(version("en"), version(locale), "{locale}");
    }
}

proptest! {
    #[test]
    fn a_key_is_read_back_as_it_is_and_is_no_longer_than_a_cursor_holds(name in "\\PC{0,200}") {
        let key = Collation::of(&Locale::english()).unwrap().key(&name);
        prop_assert!(key.as_bytes().len() <= NameKey::MAX);
        prop_assert_eq!(NameKey::of(key.as_bytes()), key);
    }
}
