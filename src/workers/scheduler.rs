//! The scheduler: carries out what is planned when its instant has come.
//!
//! It looks every half second, so that what is due is public within two seconds whatever the clock does meanwhile: a clock that
//! jumps is simply read again. Any number of instances may run one; the database decides who carries out what, in the transaction
//! that does it, so that nothing is done twice and nothing is lost when an instance dies.

use std::{cell::Cell, time::Duration};

use super::Worker;
use crate::{
    access::{
        Action, Bookkeeping, Caller, Permit, System,
        action::{Publish, Purge},
    },
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

fn permit<A: Action>() -> Result<Permit<A>, Error> {
    Permit::try_from(Caller::system(System::Scheduler))
}

/// Carry out everything that is due; how much there was.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails; the rest is done when it is asked again.
pub fn run_due(store: &Store) -> Result<usize, Error> {
    let now = store.now();
    let (plans, releases) = store.read_now(|tx| Ok((crate::store::plans::next(tx)?, crate::store::releases::next(tx)?)))?;
    // The one does not wait for the other to succeed.
    let released = if releases.is_some_and(|at| at <= now) { due_releases(store) } else { Ok(0) };
    let planned = if plans.is_some_and(|at| at <= now) { due_plans(store) } else { Ok(0) };
    Ok(released?.saturating_add(planned?))
}

fn due_releases(store: &Store) -> Result<usize, Error> {
    let permit = permit::<Publish>()?;
    let (mut done, mut again, at) = (0usize, false, Cell::new(None));
    // Ends: each round, or the second one, publishes a release or keeps why it cannot be, and takes it out of what is due.
    loop {
        let carried = match desk::precomputed::write_now(store, &permit, |tx| desk::releases::carry_out(tx, permit.clone(), &at)) {
            // It may have been the clock that was set, or the machine that stood still.
            Err(Error::TookTooLong) if !again => {
                again = true;
                continue;
            }
            other => match (other, at.get()) {
                (Err(Error::TookTooLong), Some(tried)) => {
                    store.write_now(&permit, |tx| desk::releases::give_up(tx, permit.clone(), tried))?
                }
                (other, _) => other?,
            },
        };
        again = false;
        if !carried {
            return Ok(done);
        }
        done = done.saturating_add(1);
    }
}

fn due_plans(store: &Store) -> Result<usize, Error> {
    let permit = permit::<Publish>()?;
    let (mut done, mut limit, at) = (0usize, AT_ONCE, Cell::new(None));
    // Ends: as above, but for one round that only lowers the limit.
    loop {
        let carried = match desk::precomputed::write_now(store, &permit, |tx| desk::scheduling::carry_out(tx, permit.clone(), limit, &at)) {
            Err(Error::TookTooLong) if limit > 1 => {
                // Together they take longer than the write timeout; which of them it is will be seen.
                limit = 1;
                continue;
            }
            other => match (other, at.get()) {
                (Err(Error::TookTooLong), Some(tried)) => {
                    store.write_now(&permit, |tx| desk::scheduling::give_up(tx, permit.clone(), tried))?
                }
                (other, _) => other?,
            },
        };
        if carried == 0 {
            return Ok(done);
        }
        done = done.saturating_add(carried);
    }
}

/// Empty the trash of what has lain there for long; how much that was.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails.
pub fn empty_trash(store: &Store) -> Result<usize, Error> {
    let permit = permit::<Purge>()?;
    let (old, all) = (store.now().plus_seconds(-desk::trash::KEPT_SECONDS), permit.visibility());
    if store.read_now(|tx| crate::store::trash::older_than(tx, &all, old, 1))?.is_empty() {
        return Ok(0);
    }
    store.write_now(&permit, |tx| desk::trash::empty(tx, permit.clone(), AT_ONCE))
}

/// Forget keys of requests that are too old, a few at a time; how many that was.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails.
pub fn expire_keys(store: &Store) -> Result<usize, Error> {
    if store.read_now(idempotency::has_expired)? {
        store.write_now(&Bookkeeping, |tx| idempotency::expire(tx, KEYS_AT_ONCE))
    } else {
        Ok(0)
    }
}

/// Carry out what comes due for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store) -> Result<Worker, Error> {
    let mut rounds = 0_u32;
    Worker::start("scheduler", EVERY, move || {
        let due = run_due(&store);
        // What keeps house is no reason to keep what is planned waiting, and each part of it fails alone.
        let shows = rounds.is_multiple_of(SHOWS);
        rounds = rounds.wrapping_add(1);
        let kept = [
            store.finish_erasing(),
            store.try_to_write(),
            if shows { store.refresh_liveness() } else { Ok(()) },
            if shows { expire_keys(&store).map(drop) } else { Ok(()) },
        ];
        let done = due?.saturating_add(empty_trash(&store)?);
        if done > 0 {
            tracing::info!(done, "carried out what was planned");
        }
        kept.into_iter().collect()
    })
}
