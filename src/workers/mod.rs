//! What the server does by itself, each worker on a thread of its own.

pub mod follower;
pub mod illustrator;
pub mod indexer;
pub mod mailer;
pub mod media_sweeper;
pub mod openid;
pub mod projection;
pub mod purger;
pub mod queue_filler;
pub mod rate_sharing;
pub mod relating;
pub mod renewal;
pub mod scheduler;
pub mod sign_in_audit;
pub mod smtp;
pub mod speaker;
pub mod view_counting;
pub mod watchdog;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use crate::{desk::log_if_ours, domain::Error, media::give_way};

/// The least rest after a round that failed, so that a database that is away is not asked, and the log not filled, without end.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How long a worker is waited for that is to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// A running worker; it stops when dropped.
#[derive(Debug)]
pub struct Worker {
    stop: Arc<(Mutex<bool>, Condvar)>,
    ends: Receiver<()>,
    name: String,
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
        let (ending, ends) = channel::<()>();
        let work = move || {
            // Goes with the thread, however it ends.
            let _ending = ending;
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
        thread::Builder::new().name(name.to_owned()).spawn(work).map_err(Error::internal)?;
        Ok(Self { stop, ends, name: name.to_owned() })
    }

    /// The same on a thread that gives way to those that answer.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no thread.
    pub fn start_aside(name: &str, every: Duration, mut round: impl FnMut() -> Result<(), Error> + Send + 'static) -> Result<Self, Error> {
        let mut gives_way = false;
        Self::start(name, every, move || {
            if !std::mem::replace(&mut gives_way, true) {
                give_way();
            }
            round()
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let (stopped, bell) = &*self.stop;
        *stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        bell.notify_all();
        // One that waits for a database which does not answer is left behind: the process may end.
        if self.ends.recv_timeout(SHUTDOWN_TIMEOUT) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!(worker = self.name, "a worker did not come to its end, and is left behind");
        }
    }
}
