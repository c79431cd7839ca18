//! What the bounds of an API key leave of grants, and what whoever shows one is not.

use dateline::{
    access::{
        Caller,
        api_key::{Admitted, KeptKey, NewKey, Shown},
        caller::Work,
    },
    domain::{
        Error, Id, Instant, Locale,
        api_key::{ApiKey, Bounds, MAX_SECONDS, MIN_SECONDS},
        id::Entropy,
        section::Section,
        site::DeskReading,
        user::{Grant, Role, User, UserStatus},
    },
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
    Grant { id: uuid::Uuid::nil().into(), role: Role::Editor, section: section.map(id), locale: tag.map(locale), by_group: false }
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

#[test]
fn a_key_lives_a_minute_at_least_and_a_year_at_most() {
    let now = Instant::from_micros(1_000_000);
    for (seconds, lives) in
        [(MIN_SECONDS - 1, false), (MIN_SECONDS, true), (MAX_SECONDS, true), (MAX_SECONDS + 1, false), (i64::MIN, false), (i64::MAX, false)]
    {
        let expiring = ApiKey::expiring(now, seconds);
        assert_eq!(expiring.is_ok_and(|at| at == now.plus_seconds(seconds)), lives, "{seconds}");
    }
}

struct Nothing;

impl Entropy for Nothing {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// What comes of a key that limits nothing when this user's id stands in it.
fn shown(owner: Id<User>, user: Id<User>) -> Result<Caller, Error> {
    let (now, drawn) = (Instant::from_micros(1_000_000), NewKey::draw(&Nothing));
    let key = ApiKey {
        id: uuid::Uuid::from_u128(1).into(),
        owner,
        name: String::new(),
        handle: drawn.handle.clone(),
        bounds: Bounds::default(),
        created_by: None,
        created_at: now,
        expires_at: now.plus_seconds(1),
        revoked_at: None,
        last_used_at: None,
    };
    let of_text = Shown::read(drawn.text.expose()).unwrap();
    let admitted = Admitted::try_from_shown(&of_text, KeptKey { key, digest: drawn.digest }, now)?;
    let (email, name) = (Some("a@example.org".to_owned()), String::new());
    let user = User {
        id: user,
        email,
        name,
        status: UserStatus::Active,
        grants: vec![grant(None, None)],
        has_password: false,
        second_factor: false,
        single_sign_on: false,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    Caller::by_key(&admitted, user, path, DeskReading::Granted, Work::new())
}

#[test]
fn whoever_shows_a_key_that_limits_nothing_is_not_its_owner_themselves() {
    let owner = || uuid::Uuid::from_u128(2).into();
    let caller = shown(owner(), owner()).unwrap();
    assert!(caller.permissions().contains(&"article.publish") && !caller.is_limited());
    assert!(matches!(caller.myself(), Err(Error::Forbidden(_))));
    assert!(matches!(caller.without_key(), Err(Error::Forbidden(_))));
    assert!(shown(owner(), uuid::Uuid::from_u128(3).into()).is_err(), "another's key");
}
