//! Tells other instances what callers have spent of their budgets, and is told by them.

use std::{sync::Arc, time::Duration};

use super::Worker;
use crate::{
    access::{Bookkeeping, rate::RateLimits},
    domain::Error,
    store::{self, Store},
};

/// How often it tells.
const EVERY: Duration = Duration::from_millis(250);
/// Rounds after which budgets that are whole, and failures that have faded, are forgotten: a minute.
const FORGETS: u32 = 240;

/// Tell what was spent since the last time; how many budgets that were.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails; what was to be told is told the next time.
pub fn share(store: &Store, rates: &RateLimits) -> Result<usize, Error> {
    let untold = rates.take_untold();
    if untold.is_empty() {
        return Ok(0);
    }
    let added = store.write_now(&Bookkeeping, |tx| store::rates::add(tx, &untold)).inspect_err(|_| rates.take_back(&untold))?;
    for (one, whole_at) in untold.iter().zip(added) {
        if let Some(whole_at) = whole_at {
            rates.told(one, whole_at, store.now());
        }
    }
    Ok(untold.len())
}

/// Share for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store, rates: Arc<RateLimits>) -> Result<Worker, Error> {
    let mut rounds = 0u32;
    Worker::start("rate_sharing", EVERY, move || {
        rounds = rounds.wrapping_add(1);
        if rounds.is_multiple_of(FORGETS) {
            store.write_now(&Bookkeeping, |tx| {
                store::rates::forget(tx)?;
                store::sign_in_counts::forget(tx)
            })?;
        }
        share(&store, &rates).map(drop)
    })
}
