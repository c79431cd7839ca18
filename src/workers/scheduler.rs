//! The scheduler: carries out what is planned when its instant has come.
//!
//! It looks every half second, so that what is due is public within two seconds whatever the clock does meanwhile: a clock that
//! jumps is simply read again. Any number of instances may run one; the database decides who carries out what, in the transaction
//! that does it, so that nothing is done twice and nothing is lost when an instance dies.

use std::time::Duration;

use super::Worker;
use crate::{
    access::{Caller, Permit, System, action::Purge},
    desk,
    domain::Error,
    store::{Store, idempotency},
};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(500);
/// Plans in one transaction: few enough to hold up nobody, enough to get through a full hour.
const AT_ONCE: i64 = 25;
/// Keys that are forgotten in one transaction.
const KEYS_AT_ONCE: i64 = 500;
/// Rounds after which it looks after the keys of requests, and whether this process is still seen.
const SHOWS: u32 = 4;

fn permit() -> Result<Permit<crate::access::action::Publish>, Error> {
    Permit::try_from(Caller::system(System::Scheduler))
}

/// Carry out everything that is due; how much there was.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails; the rest is done when it is asked again.
pub fn run_due(store: &Store) -> Result<usize, Error> {
    let now = store.now();
    let (plans, releases) = store.read_now(|tx| Ok((crate::store::plans::next(tx)?, crate::store::releases::next(tx)?)))?;
    let mut done = 0usize;
    if releases.is_some_and(|at| at <= now) {
        while store.write_now(|tx| desk::releases::carry_out(tx, permit()?))? {
            done = done.saturating_add(1);
        }
    }
    if plans.is_some_and(|at| at <= now) {
        loop {
            let carried = store.write_now(|tx| desk::scheduling::carry_out(tx, permit()?, AT_ONCE))?;
            done = done.saturating_add(carried);
            if carried == 0 {
                break;
            }
        }
    }
    Ok(done)
}

/// Empty the trash of what has lain there for long; how much that was.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails.
pub fn empty_trash(store: &Store) -> Result<usize, Error> {
    let permit = || Permit::<Purge>::try_from(Caller::system(System::Scheduler));
    let (old, all) = (store.now().plus_seconds(-desk::trash::KEPT_SECONDS), permit()?.visibility());
    if store.read_now(|tx| crate::store::trash::older_than(tx, &all, old, 1))?.is_empty() {
        return Ok(0);
    }
    store.write_now(|tx| desk::trash::empty(tx, permit()?, AT_ONCE))
}

/// Forget keys of requests that are too old, a few at a time; how many that was.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails.
pub fn expire_keys(store: &Store) -> Result<usize, Error> {
    if store.read_now(idempotency::has_expired)? { store.write_now(|tx| idempotency::expire(tx, KEYS_AT_ONCE)) } else { Ok(0) }
}

/// Carry out what comes due for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store) -> Result<Worker, Error> {
    let mut rounds = 0_u32;
    Worker::start("scheduler", EVERY, move || {
        if rounds.is_multiple_of(SHOWS) {
            store.show_presence()?;
            expire_keys(&store)?;
        }
        rounds = rounds.wrapping_add(1);
        store.finish_erasing()?;
        let done = run_due(&store)?.saturating_add(empty_trash(&store)?);
        if done > 0 {
            tracing::info!(done, "carried out what was planned");
        }
        Ok(())
    })
}
