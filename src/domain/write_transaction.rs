//! A mark on the thread that a transaction which writes is open on it.
//!
//! **Context.** `SQLite` has one writer, and on `PostgreSQL` a row that is locked is locked for everybody. Work inside of such a transaction
//! whose cost depends on what somebody sent makes all other writers wait. **Decision.** Bodies are read and matched, and revisions are
//! compared, before the transaction is opened; a verb takes what was read. The store sets the mark while it runs a verb that writes, and the
//! functions that must not be called then [assert](assert_none) that it is not set. **Consequence.** Whoever calls one of them too late is told
//! by any test that goes that way; a release build checks nothing. What a transaction still does is linear in bodies that are limited:
//! loading and writing them, equality, links to blocks of the source, and what an edition is made with.

use std::cell::Cell;

thread_local! {
    static OPEN: Cell<bool> = const { Cell::new(false) };
}

/// Keeps the mark on the thread; when it is dropped, the thread is marked as it was before.
#[derive(Debug)]
#[must_use]
pub struct Mark {
    before: bool,
}

/// Mark the thread.
pub fn mark() -> Mark {
    Mark { before: OPEN.replace(true) }
}

impl Drop for Mark {
    fn drop(&mut self) {
        OPEN.set(self.before);
    }
}

/// Stops a build with debug assertions when a transaction that writes is open on this thread.
pub fn assert_none() {
    debug_assert!(!OPEN.get(), "reading, matching and comparing bodies belongs before the transaction that writes");
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        thread,
    };

    use serde_json::json;

    use super::*;
    use crate::domain::{
        body::{BlockId, Document, Format, Sent, blocks},
        diff,
        sequence::Steps,
        translation::Words,
    };

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
        let words = Words {
            headline: String::new(),
            summary: String::new(),
            body: Document::default(),
            lead_alt: String::new(),
            lead_caption: String::new(),
            seo_title: String::new(),
            seo_description: String::new(),
        };
        let works: [(&str, &dyn Fn()); 4] = [
            ("reading", &|| drop(Sent { format: Format::Html, content: json!("<p>One.</p>") }.read(&mut || BlockId::new(1)))),
            ("matching", &|| blocks::keep_ids(&mut Document::default(), &Document::default())),
            ("comparing words", &|| drop(diff::words(&words, &words))),
            ("comparing texts", &|| drop(diff::pieces("one", "two", &mut Steps::default()))),
        ];
        for (what, work) in works {
            work();
            let marked = mark();
            assert!(catch_unwind(AssertUnwindSafe(work)).is_err(), "{what}");
            drop(marked);
        }
    }
}
