//! Saves, and the groups that they are listed in.

use dateline::domain::{
    Instant,
    revision::{SAVE_GROUP_SECONDS, Saved, fold},
    user::Named,
};
use proptest::prelude::*;

fn saves() -> impl Strategy<Value = Vec<Saved>> {
    prop::collection::vec((0..3u8, 0..400i64, any::<bool>()), 0..40).prop_map(|all| {
        let mut at = 0;
        let mut saves = Vec::new();
        for (n, (who, gap, noted)) in (1..).zip(all) {
            at += gap;
            let by = (who > 0).then(|| (uuid::Uuid::from_u128(who.into()).into(), Named { name: format!("User {who}"), former: false }));
            let note = if noted && gap % 7 == 0 { "why".to_owned() } else { String::new() };
            saves.push(Saved { version: n, by, at: Instant::from_micros(at.saturating_mul(1_000_000)), note });
        }
        saves
    })
}

proptest! {
    #[test]
    fn folding_loses_nothing_and_is_the_same_from_both_ends(saves in saves()) {
        let (mut up, mut down) = (Vec::new(), Vec::new());
        fold(saves.clone(), &mut up);
        fold(saves.iter().rev().cloned(), &mut down);
        down.reverse();
        prop_assert_eq!(&up, &down);
        prop_assert_eq!(up.iter().map(|s| usize::try_from(s.saves()).unwrap()).sum::<usize>(), saves.len());
        for group in &up {
            prop_assert_eq!(&group.first.by, &group.last.by);
            prop_assert!(group.last.at.as_seconds() - group.first.at.as_seconds() < SAVE_GROUP_SECONDS);
        }
    }
}

#[test]
fn a_note_ends_a_group() {
    let save = |version: i32, note: &str| Saved { version, by: None, at: Instant::from_micros(0), note: note.to_owned() };
    let mut folded = Vec::new();
    fold([save(1, ""), save(2, "first draft"), save(3, ""), save(4, "")], &mut folded);
    let versions: Vec<_> = folded.iter().map(|s| (s.first.version, s.last.version)).collect();
    assert_eq!(versions, [(1, 2), (3, 4)]);
}
