//! What the server does by itself, each worker on a thread of its own.

pub mod doorkeeper;
pub mod follower;
pub mod purger;
pub mod scheduler;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use crate::{desk::log_if_ours, domain::Error};

/// The least rest after a round that failed, so that a database that is away is not asked, and the log not filled, without end.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// A running worker; it stops when dropped.
#[derive(Debug)]
pub struct Worker {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Worker {
    /// Do a round of work again and again, with a rest of `every` between the rounds. What fails is logged, and tried again after a second at least.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no thread.
    pub fn start(name: &str, every: Duration, mut round: impl FnMut() -> Result<(), Error> + Send + 'static) -> Result<Self, Error> {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let told = stop.clone();
        let called = name.to_owned();
        let work = move || {
            let (stopped, bell) = &*told;
            let mut guard = stopped.lock().unwrap_or_else(PoisonError::into_inner);
            while !*guard {
                drop(guard);
                let mut rest = every;
                // A fault of one round is no reason to do nothing from then on.
                match catch_unwind(AssertUnwindSafe(&mut round)).unwrap_or_else(|_| Err(Error::internal("it panicked"))) {
                    Ok(()) => {}
                    Err(Error::Busy) => tracing::debug!(worker = called, "the database is busy; what is due waits"),
                    Err(error) => {
                        log_if_ours(&error, &format!("the {called} failed, and tries again"));
                        rest = rest.max(AFTER_FAILURE);
                    }
                }
                guard = stopped.lock().unwrap_or_else(PoisonError::into_inner);
                if !*guard {
                    guard = bell.wait_timeout(guard, rest).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work).map_err(Error::internal)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let (stopped, bell) = &*self.stop;
        *stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        bell.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
