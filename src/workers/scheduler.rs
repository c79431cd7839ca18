//! The scheduler: carries out what is planned when its instant has come.
//!
//! It looks every half second, so that what is due is public within two seconds whatever the clock does meanwhile: a clock that
//! jumps is simply read again. Any number of instances may run one; the database decides who carries out what, in the transaction
//! that does it, so that nothing is done twice and nothing is lost when an instance dies.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use crate::{
    access::{Caller, Permit, System},
    desk,
    domain::Error,
    store::Store,
};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(500);
/// Plans in one transaction: few enough to hold up nobody, enough to get through a full hour.
const AT_ONCE: i64 = 25;

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
    let old = store.now().plus_seconds(-desk::trash::KEPT_SECONDS);
    if store.read_now(|tx| crate::store::trash::older_than(tx, old, 1))?.is_empty() {
        return Ok(0);
    }
    store.write_now(|tx| desk::trash::empty(tx, Permit::try_from(Caller::system(System::Scheduler))?, AT_ONCE))
}

/// A running scheduler; it stops when dropped.
#[derive(Debug)]
pub struct Scheduler {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Scheduler {
    /// Start one over this store, on a thread of its own.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no thread.
    pub fn start(store: Store) -> Result<Self, Error> {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let told = stop.clone();
        let work = move || {
            let (stopped, bell) = &*told;
            let mut guard = stopped.lock().unwrap_or_else(PoisonError::into_inner);
            while !*guard {
                drop(guard);
                // A fault of one round is no reason to publish nothing from then on.
                match catch_unwind(AssertUnwindSafe(|| Ok(run_due(&store)?.saturating_add(empty_trash(&store)?))))
                    .unwrap_or_else(|_| Err(Error::internal("it panicked")))
                {
                    Ok(0) => {}
                    Ok(done) => tracing::info!(done, "carried out what was planned"),
                    Err(Error::Busy) => tracing::debug!("the database is busy; what is due waits"),
                    Err(error) => desk::log_if_ours(&error, "what is due could not be carried out"),
                }
                guard = stopped.lock().unwrap_or_else(PoisonError::into_inner);
                if !*guard {
                    guard = bell.wait_timeout(guard, EVERY).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        };
        let thread = thread::Builder::new().name("scheduler".to_owned()).spawn(work).map_err(Error::internal)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        let (stopped, bell) = &*self.stop;
        *stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        bell.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
