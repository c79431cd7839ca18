//! Which signing key does what, and when.

use dateline::domain::{
    Error, Instant,
    preview::MAX_SECONDS,
    signing_key::{ACCESS_SECONDS, KeyLife, KeyState, LEEWAY, OVERLAP, Succession},
};

type Keys = Vec<(String, KeyLife)>;

fn at(seconds: i64) -> Instant {
    Instant::from_micros(0).plus_seconds(seconds)
}

/// The keys with what was brought about.
fn with(mut keys: Keys, succession: Succession) -> Keys {
    for (kid, life) in succession.changed {
        keys.iter_mut().find(|(name, _)| *name == kid).unwrap().1 = life;
    }
    let made = succession.made.map(|life| (keys.len().to_string(), life));
    keys.extend(made);
    keys
}

fn rotated(keys: &Keys, now: i64) -> Keys {
    with(keys.clone(), Succession::rotation(keys, at(now)).unwrap())
}

fn revoked(keys: &Keys, kid: &str, now: i64) -> Keys {
    with(keys.clone(), Succession::revocation(keys, kid, at(now)).unwrap())
}

fn first() -> Keys {
    vec![("0".to_owned(), KeyLife::at_once(at(0)))]
}

fn of_state(keys: &Keys, state: KeyState, now: Instant) -> Option<String> {
    keys.iter().find(|(_, life)| life.state(now) == state).map(|(kid, _)| kid.clone())
}

#[test]
fn a_key_is_published_before_it_signs_and_verifies_after() {
    let keys = rotated(&first(), 100);
    let states = |seconds: i64| keys.iter().map(|(_, life)| life.state(at(seconds))).collect::<Vec<_>>();
    let change = 100 + OVERLAP;
    assert_eq!(states(100), [KeyState::Signing, KeyState::Published]);
    assert_eq!(states(change - 1), [KeyState::Signing, KeyState::Published]);
    assert_eq!(states(change), [KeyState::Verifying, KeyState::Signing]);
    assert_eq!(states(change + MAX_SECONDS + LEEWAY), [KeyState::Verifying, KeyState::Signing]);
    assert_eq!(states(change + MAX_SECONDS + LEEWAY + 1), [KeyState::Retired, KeyState::Signing]);
    let former = keys[0].1;
    assert!(former.verifies(ACCESS_SECONDS, at(change + ACCESS_SECONDS + LEEWAY)));
    assert!(!former.verifies(ACCESS_SECONDS, at(change + ACCESS_SECONDS + LEEWAY + 1)));
    assert!(keys[1].1.verifies(ACCESS_SECONDS, at(100)), "it is published at once");
    assert!(matches!(Succession::rotation(&keys, at(change - 1)), Err(Error::Conflict { code: "key-announced", .. })));
    assert!(Succession::rotation(&keys, at(change)).is_ok());
}

#[test]
fn what_is_revoked_verifies_nothing_and_its_part_falls_to_another() {
    let keys = rotated(&first(), 0);
    let without_next = revoked(&keys, "1", 10);
    assert_eq!((without_next[0].1.signs_until, without_next[1].1.state(at(10))), (None, KeyState::Revoked), "the former one goes on");
    let without_first = revoked(&keys, "0", 10);
    assert_eq!((without_first.len(), without_first[1].1.signs_from), (2, at(10)), "the announced one begins");
    assert!(!without_first[0].1.verifies(MAX_SECONDS, at(10)));
    let without_both = revoked(&without_first, "1", 20);
    assert_eq!(of_state(&without_both, KeyState::Signing, at(20)), Some("2".to_owned()), "a new one begins");
    assert_eq!(Succession::revocation(&without_both, "1", at(30)).unwrap(), Succession::default(), "revoked once is revoked");
    assert!(matches!(Succession::revocation(&keys, "2", at(30)), Err(Error::NotFound("key"))));
}

#[test]
fn whatever_is_done_in_whatever_order_one_key_signs() {
    const DEEDS: usize = 7;
    for sequence in 0..DEEDS.pow(6) {
        let (mut keys, mut now, mut rest) = (first(), 1, sequence);
        let mut any_revoked = false;
        for _ in 0..6 {
            let revoke = |state: KeyState| of_state(&keys, state, at(now)).map(|kid| Succession::revocation(&keys, &kid, at(now)).unwrap());
            let done = match rest % DEEDS {
                0 => Succession::rotation(&keys, at(now)).ok(),
                1 => revoke(KeyState::Signing),
                2 => revoke(KeyState::Published),
                3 => revoke(KeyState::Verifying),
                4 => {
                    now += 100;
                    None
                }
                5 => {
                    now += OVERLAP;
                    None
                }
                _ => {
                    now += MAX_SECONDS + LEEWAY + 1;
                    None
                }
            };
            any_revoked |= (1..=3).contains(&(rest % DEEDS));
            keys = with(keys, done.unwrap_or_default());
            rest /= DEEDS;
            let signing: Vec<_> = keys.iter().filter(|(_, life)| life.state(at(now)) == KeyState::Signing).collect();
            assert_eq!(signing.len(), 1, "{sequence}: {keys:?}");
            // The one that signs is the one that the ring takes.
            let taken = keys.iter().filter(|(_, life)| life.may_sign(at(now))).min_by_key(|(_, life)| life.signs_from);
            assert_eq!(taken, signing.first().copied(), "{sequence}: {keys:?}");
            let waited = signing[0].0 == "0" || signing[0].1.signs_from >= signing[0].1.published_at.plus_seconds(OVERLAP);
            assert!(any_revoked || waited, "{sequence}: {keys:?}");
        }
    }
}

#[test]
fn clocks_that_were_wrong_leave_no_moment_without_a_key_that_signs() {
    // Made by a server whose clock was an hour ahead.
    let early = vec![("0".to_owned(), KeyLife::at_once(at(3_600)))];
    for now in [0, 1, 3_599] {
        for keys in [rotated(&early, now), revoked(&early, "0", now)] {
            assert!(of_state(&keys, KeyState::Signing, at(now)).is_some(), "{now}: {keys:?}");
            // The secrets that outlive keys are derived from the first one, which stays the first.
            let first = keys.iter().min_by_key(|(_, life)| life.published_at).unwrap();
            assert_eq!(first.0, "0", "{keys:?}");
        }
    }
}
