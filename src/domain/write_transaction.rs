//! A mark on the thread that a transaction which writes is open on it.
//!
//! **Context.** `SQLite` has one writer, and on `PostgreSQL` a row that is locked is locked for everybody. Work inside of such a transaction
//! whose cost depends on what somebody sent makes all other writers wait. **Decision.** Bodies are read and matched, and revisions are
//! compared, looked over and rendered, outside of the transaction; a verb takes what was read, or says what it needs ([`super::precomputed`]). The
//! store sets the mark while it runs a verb that writes, and the functions that must not be called then [assert](assert_none) that it is not
//! set. **Consequence.** Whoever calls one of them too late is told by any test that goes that way; a release build checks nothing.
//!
//! **What remains, and its bound.** A save loads the words it replaces and their source, once or twice each (those of up to
//! eight sources above either, where it is made from another locale now), links blocks, compares for equality,
//! and writes what it brings: at most [`BODY_BYTES`](super::text::limits::BODY_BYTES) each. Publishing writes the HTML and the text of each
//! edition and the list of changed blocks of each live translation, without looking at them: as many as a release, a request of many verbs or a
//! round of the scheduler has (200, 100, 25), in one transaction. What is [bounded] it derives itself: all that comes of a quarter of
//! a megabyte, of words that the same transaction saved, and of what a very large release has beyond what is held ahead. An import saves what it
//! publishes, a story at a time, and derives all of it there.

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

/// Do this although a transaction that writes is open: it is bounded otherwise, as [`super::precomputed`] says.
pub fn bounded<T>(work: impl FnOnce() -> T) -> T {
    let _mark = Mark { before: OPEN.replace(false) };
    work()
}

/// Stops a build with debug assertions when a transaction that writes is open on this thread.
pub fn assert_none() {
    debug_assert!(!OPEN.get(), "reading, matching and comparing bodies belongs before the transaction that writes");
}
