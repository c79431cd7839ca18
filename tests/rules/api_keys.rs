//! What the bounds of an API key leave of grants.

use dateline::domain::{
    Id, Locale,
    api_key::Bounds,
    section::Section,
    user::{Grant, Role},
};

fn id(n: u128) -> Id<Section> {
    uuid::Uuid::from_u128(n).into()
}

const WORLD: u128 = 1;
const ASIA: u128 = 2;
const CRIME: u128 = 3;

fn path(section: Id<Section>) -> Vec<Id<Section>> {
    match section.uuid().as_u128() {
        ASIA => vec![id(WORLD), id(ASIA)],
        known @ (WORLD | CRIME) => vec![id(known)],
        _ => Vec::new(),
    }
}

fn locale(tag: &str) -> Locale {
    tag.parse().unwrap()
}

fn grant(section: Option<u128>, tag: Option<&str>) -> Grant {
    Grant { id: uuid::Uuid::nil().into(), role: Role::Editor, section: section.map(id), locale: tag.map(locale) }
}

/// What is left of grants, as sections and locales.
fn left(grants: &[Grant], sections: Option<&[u128]>, locales: Option<&[&str]>) -> Vec<(Option<u128>, Option<String>)> {
    let bounds = Bounds {
        scope: None,
        sections: sections.map(|all| all.iter().map(|n| id(*n)).collect()),
        locales: locales.map(|all| all.iter().map(|tag| locale(tag)).collect()),
    };
    let narrow = bounds.narrow(grants, path);
    narrow.into_iter().map(|g| (g.section.map(|s| s.uuid().as_u128()), g.locale.map(|l| l.to_string()))).collect()
}

#[test]
fn a_grant_reaches_through_a_key_where_both_reach() {
    let hi = || Some("hi".to_owned());
    for (granted, sections, locales, expected) in [
        (grant(None, None), None, None, vec![(None, None)]),
        (grant(None, None), Some(&[WORLD][..]), None, vec![(Some(WORLD), None)]),
        (grant(None, None), None, Some(&["hi"][..]), vec![(None, hi())]),
        (grant(Some(WORLD), None), Some(&[ASIA]), None, vec![(Some(ASIA), None)]),
        (grant(Some(ASIA), None), Some(&[WORLD]), None, vec![(Some(ASIA), None)]),
        (grant(Some(WORLD), None), Some(&[CRIME]), None, vec![]),
        (grant(Some(ASIA), None), Some(&[WORLD, ASIA]), None, vec![(Some(ASIA), None)]),
        (grant(None, Some("hi")), None, Some(&["hi", "en"]), vec![(None, hi())]),
        (grant(None, Some("hi")), None, Some(&["en"]), vec![]),
        (grant(Some(WORLD), Some("hi")), Some(&[ASIA, CRIME]), Some(&["hi", "en"]), vec![(Some(ASIA), hi())]),
    ] {
        assert_eq!(left(std::slice::from_ref(&granted), sections, locales), expected, "{granted:?} within {sections:?} {locales:?}");
    }
}

#[test]
fn nothing_is_left_within_a_section_that_is_gone_but_what_is_nowhere() {
    assert_eq!(left(&[grant(Some(WORLD), None)], Some(&[9]), None), []);
    assert_eq!(left(&[grant(None, None)], Some(&[9]), None), [(Some(9), None)]);
}

#[test]
fn bounds_hold_what_lies_in_one_of_their_sections_and_locales() {
    let bounds = Bounds { scope: None, sections: Some(vec![id(WORLD)]), locales: Some(vec![locale("hi")]) };
    assert!(bounds.hold(&path(id(ASIA)), &locale("hi")));
    assert!(!bounds.hold(&path(id(ASIA)), &locale("en")) && !bounds.hold(&path(id(CRIME)), &locale("hi")));
    assert!(Bounds::default().hold(&path(id(CRIME)), &locale("en")));
}
