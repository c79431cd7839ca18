//! What must not be done while a transaction that writes is open.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use dateline::domain::{
    Locale,
    body::{BlockId, Document, Format, Sent, blocks},
    diff,
    edition::Rendering,
    freshness::lag,
    preflight,
    sequence::Steps,
    translation::Words,
    write_transaction::{assert_none, bounded, mark},
};
use serde_json::json;

#[test]
fn the_mark_is_the_threads_own_and_goes_with_whoever_set_it_last() {
    let stopped = || catch_unwind(assert_none).is_err();
    assert!(!stopped());
    let outer = mark();
    drop(mark());
    assert!(stopped(), "the outer transaction is still open");
    assert!(!thread::spawn(move || catch_unwind(assert_none).is_err()).join().unwrap(), "another thread has none open");
    drop(outer);
    assert!(!stopped());
    let panicking = || {
        let _mark = mark();
        panic!("of a test");
    };
    assert!(catch_unwind(panicking).is_err());
    assert!(!stopped(), "a panic takes the mark with it");
}

#[test]
fn whatever_takes_as_long_as_a_body_says_is_stopped_where_somebody_writes() {
    let (words, english) = (Words::default(), Locale::english());
    let works: [(&str, &dyn Fn()); 10] = [
        ("reading", &|| drop(Sent { format: Format::Html, content: json!("<p>One.</p>") }.read(None, &mut || BlockId::new(1)))),
        ("matching", &|| blocks::keep_ids(&mut Document::default(), &Document::default())),
        ("comparing words", &|| drop(diff::words(&words, &words))),
        ("looking over", &|| drop(preflight::check(&words, preflight::Beside::nothing(&english)))),
        ("looking for obstacles", &|| drop(preflight::obstacles(&words, &english))),
        ("rendering", &|| drop(Rendering::of(&words, None))),
        ("telling what of a source has changed", &|| drop(lag(&words, &words, &words.body))),
        ("telling which blocks have", &|| drop(diff::blocks::touched(&words.body, &words.body))),
        ("telling what somebody changed", &|| drop(diff::changed(&words, &words))),
        ("comparing texts", &|| drop(diff::pieces("one", "two", &mut Steps::default()))),
    ];
    for (what, work) in works {
        work();
        let marked = mark();
        assert!(catch_unwind(AssertUnwindSafe(work)).is_err(), "{what}");
        bounded(work);
        assert!(catch_unwind(AssertUnwindSafe(work)).is_err(), "{what}, after what was bounded");
        drop(marked);
    }
}
