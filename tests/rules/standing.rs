//! Where words stand: sequences of verbs.

use dateline::domain::{
    Instant,
    standing::{Standing, Verb},
    translation::State,
};
use proptest::prelude::*;

fn verb() -> impl Strategy<Value = Verb> {
    let instant = || (0i64..40).prop_map(Instant::from_micros);
    prop_oneof![
        Just(Verb::Save),
        Just(Verb::Submit),
        Just(Verb::Approve),
        Just(Verb::RequestChanges),
        Just(Verb::Publish),
        Just(Verb::Unpublish),
        instant().prop_map(Verb::Start),
        instant().prop_map(Verb::End),
        Just(Verb::Cancel),
        Just(Verb::Withdraw),
        Just(Verb::Reinstate),
        Just(Verb::Trash),
        Just(Verb::Restore),
    ]
}

/// What the scheduler does with what has come due, in the order of the instants.
fn pass(mut s: Standing, now: Instant) -> Standing {
    if s.start.is_some_and(|at| at <= now) {
        s = Standing { live: true, start: None, ..s };
    }
    if s.end.is_some_and(|at| at <= now) {
        s = Standing { live: false, end: None, ..s };
    }
    s
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn no_sequence_of_verbs_reaches_an_illegal_standing(verbs in proptest::collection::vec(verb(), 0..40)) {
        let (mut s, mut reviewed) = (Standing::new(), false);
        for (n, verb) in (0i64..).zip(verbs) {
            let now = Instant::from_micros(n);
            s = pass(s, now);
            let before = s;
            let Ok(next) = s.after(verb, now) else { continue };
            match verb {
                Verb::Save | Verb::RequestChanges => reviewed = false,
                Verb::Submit => { prop_assert_eq!(before.state, State::Draft); reviewed = true; }
                _ => {}
            }
            s = next;
            prop_assert!(s.state != State::Approved || reviewed, "approved without review");
            prop_assert!(!(s.withdrawn && (s.live || s.start.is_some() || s.end.is_some())), "taken down, and yet public or to be");
            prop_assert!(!(s.trashed && (s.live || s.start.is_some() || s.end.is_some())), "in the trash, and yet public or to be");
            prop_assert!(s.end.is_none() || s.live || s.start.is_some(), "an end of nothing");
            prop_assert!(s.start.zip(s.end).is_none_or(|(start, end)| start < end), "an end before its beginning");
            prop_assert!(s.start.is_none_or(|at| at > now) && s.end.is_none_or(|at| at > now), "a plan for the past");
            prop_assert!(!before.trashed || verb == Verb::Restore, "something was done in the trash");
        }
    }

    #[test]
    fn only_publishing_makes_public_and_saving_never_does(verb in verb(), live in any::<bool>()) {
        let s = Standing { live, ..Standing::new() };
        if let Ok(next) = s.after(verb, Instant::from_micros(0)) {
            prop_assert!(next.live == live || matches!(verb, Verb::Publish | Verb::Unpublish | Verb::Withdraw));
        }
    }
}
