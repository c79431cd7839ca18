//! What a transaction has at hand, what it makes itself, and what it misses.

use std::sync::Arc;

use dateline::domain::{Version, edition::Rendering, freshness::Lag, precomputed::*};

fn revision(locale: &str, version: Version) -> Revision {
    Revision { article_id: uuid::Uuid::nil().into(), locale: locale.parse().unwrap(), version }
}

fn room(precomputed: &Precomputed, of: &Revision) -> Option<usize> {
    if let Found::Missing(room) = precomputed.find(of, Depth::Render) { Some(room) } else { None }
}

fn rendered(bytes: usize) -> Arc<Derived> {
    Arc::new(Derived { rendering: Rendering { html: "x".repeat(bytes), ..Rendering::default() }, ..Derived::default() })
}

#[test]
fn a_transaction_makes_so_much_itself_and_nothing_once_it_will_be_undone() {
    let (precomputed, english) = (Precomputed::default(), revision("en", 1));
    assert_eq!(room(&precomputed, &english), Some(IN_TURN));
    precomputed.spend(IN_TURN - 1);
    assert_eq!(room(&precomputed, &english), Some(1));
    precomputed.miss(Need::Words(english.clone(), Depth::Look));
    assert_eq!((room(&precomputed, &english), precomputed.has_missed()), (Some(0), true));
    precomputed.begin();
    assert_eq!((room(&precomputed, &english), precomputed.has_missed()), (Some(IN_TURN), false));
    assert_eq!(room(&Precomputed::on_the_spot(), &english), Some(usize::MAX));
}

#[test]
fn what_it_saved_is_made_in_it_and_forgotten_with_it() {
    let (precomputed, english, hindi) = (Precomputed::default(), revision("en", 1), revision("hi", 1));
    let lagging = Lagging { made_from: english.clone(), published: 2, locale: hindi.locale.clone(), version: 1 };
    precomputed.saved(english.article_id, &english.locale);
    precomputed.miss(Need::Lag(lagging.clone()));
    assert_eq!(
        (room(&precomputed, &english), room(&precomputed, &hindi), precomputed.room(&lagging)),
        (Some(usize::MAX), Some(0), usize::MAX)
    );
    for of in [&english, &hindi] {
        precomputed.keep(of.clone(), Some((Depth::Look, Arc::default())));
    }
    precomputed.keep_lag(lagging.clone(), Lag::default());
    precomputed.end();
    let is_there = |of: &Revision| matches!(precomputed.find(of, Depth::Look), Found::There(_));
    assert_eq!((is_there(&english), is_there(&hindi), precomputed.lag(&lagging)), (false, true, None));
}

#[test]
fn what_is_missed_is_made_by_revision_and_by_what_a_source_was_and_is() {
    let lagging = |locale: &str, published| {
        Need::Lag(Lagging { made_from: revision("en", 1), published, locale: locale.parse().unwrap(), version: 1 })
    };
    let precomputed = Precomputed::default();
    let words = Need::Words(revision("en", 2), Depth::Render);
    let all = [lagging("hi", 2), words.clone(), lagging("bn", 3), lagging("bn", 2)];
    assert!(!precomputed.is_to_render());
    all.into_iter().for_each(|need| precomputed.miss(need));
    assert!(precomputed.is_to_render());
    assert_eq!([precomputed.next(), precomputed.next()], [vec![words], vec![lagging("bn", 2), lagging("hi", 2)]]);
    assert_eq!([precomputed.next(), precomputed.next()], [vec![lagging("bn", 3)], Vec::new()]);
}

#[test]
fn no_more_is_held_ahead_than_there_is_room_for() {
    let (precomputed, second, story) = (Precomputed::default(), revision("hi", 1), rendered(RENDERED / 64));
    for version in 1..=64 {
        assert_eq!(precomputed.depth(Depth::Render), Depth::Render);
        precomputed.keep(revision("en", version), Some((Depth::Render, story.clone())));
    }
    assert_eq!(precomputed.depth(Depth::Render), Depth::Look);
    precomputed.keep(second.clone(), Some((Depth::Look, Arc::default())));
    assert!(matches!(precomputed.find(&second, Depth::Look), Found::There(_)));
    assert_eq!(room(&precomputed, &second), Some(usize::MAX), "it is rendered in the transaction");
    precomputed.keep(second.clone(), None);
    assert!(matches!(precomputed.find(&second, Depth::Look), Found::Absent));
}
