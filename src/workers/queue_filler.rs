//! The filler of the queue: gives a locale that is new the place of every article in its queue, and takes those of one that is gone, piece by piece.
//!
//! Until it is done the queue tells what it will tell then: what is not there yet is found in another way (`store::queue`).

use std::time::Duration;

use super::Worker;
use crate::{
    access::Bookkeeping,
    domain::Error,
    store::{self, Store},
};

/// How often it looks whether there is something to do.
const EVERY: Duration = Duration::from_secs(10);

/// Fill for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store) -> Result<Worker, Error> {
    Worker::start("queue_filler", EVERY, move || round(&store).map(drop))
}

/// One round; how many pieces were written.
///
/// # Errors
/// [`Error::Unavailable`] when the database does not answer.
pub fn round(store: &Store) -> Result<usize, Error> {
    let mut pieces = 0_usize;
    // Ends: each piece is of articles that were not in one before, or removes rows that nobody writes again.
    while store.read_now(store::queue::is_filling)? && store.write_now(&Bookkeeping, store::queue::carry_on)? {
        pieces = pieces.saturating_add(1);
    }
    Ok(pieces)
}
