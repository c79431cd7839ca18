//! The threads that writes are done on, and how long whoever asks waits for them.
//!
//! **Decision.** Whoever asks is told within [`super::Limits::write`], whatever the database does: when it does not answer, the thread stays
//! with it, and whoever asked is told that it cannot be had. As many threads as may write at once, so that no more are ever lost to a
//! database that stands still; what comes then waits in a bounded queue. **Consequence.** A write whose caller was sent away is not
//! begun, or undone at its next statement; only one whose commit was under way may still be kept.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{runtime, runtime::Runtime, sync::oneshot, time::timeout};

use super::{
    Store, Tx,
    dialect::Engine,
    write_timeout::{EXTENDED, Errand, WriteRequest},
};
use crate::domain::Error;

/// Writes that may be under way or wait; whoever comes then is refused, rather than be answered when nobody listens any more.
const MAX_WAITING: usize = 1_024;

/// How long a thread is kept that has nothing to do: as good as always.
const KEPT: Duration = Duration::from_hours(24 * 365);

/// Threads on which waiting is fine.
pub(super) struct Threads(Option<Runtime>);

impl Threads {
    pub(super) fn new(name: &str, most: usize) -> Result<Self, Error> {
        let threads = runtime::Builder::new_current_thread().max_blocking_threads(most).thread_keep_alive(KEPT).thread_name(name).build();
        let threads = Self(Some(threads.map_err(Error::internal)?));
        // One is there from the beginning, and stays: what waits for a thread is never left behind because the system gives none.
        threads.spawn(|| {});
        Ok(threads)
    }

    pub(super) fn spawn(&self, work: impl FnOnce() + Send + 'static) {
        if let Some(threads) = &self.0 {
            threads.spawn_blocking(work);
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Waiting for threads is not allowed everywhere that a store may be dropped.
        if let Some(threads) = self.0.take() {
            threads.shutdown_background();
        }
    }
}

/// Whether the database responds.
#[derive(Default)]
pub(super) struct Responsiveness {
    count: AtomicU64,
    silent: AtomicBool,
}

impl Responsiveness {
    /// It has answered.
    pub(super) fn answered(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
        if self.silent.load(Ordering::Relaxed) && self.silent.swap(false, Ordering::Relaxed) {
            tracing::warn!("the database answers again");
        }
    }

    pub(super) fn so_far(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Whether nothing was heard since then, which is logged once.
    fn nothing_since(&self, then: u64) -> bool {
        let nothing = self.so_far() == then;
        if nothing && !self.silent.swap(true, Ordering::Relaxed) {
            tracing::error!("the database does not answer; those who ask are told so until it does");
        }
        nothing
    }
}

/// Somebody's place among those who write; it goes back when they have their answer, or nobody waits for it.
struct Queued(Arc<AtomicUsize>);

impl Drop for Queued {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Whether a write has begun, or whoever asked has gone before: one of the two, and never the other afterwards.
#[derive(Default)]
struct Beginning(AtomicU8);

impl Beginning {
    const BEGUN: u8 = 1;
    const GIVEN_UP: u8 = 2;

    fn settle(&self, on: u8) -> bool {
        self.0.compare_exchange(0, on, Ordering::AcqRel, Ordering::Acquire).map_or_else(|already| already == on, |_| true)
    }

    /// Begin, if nobody has given up; what has begun may begin again.
    fn begin(&self) -> Result<(), Error> {
        if self.settle(Self::BEGUN) { Ok(()) } else { Err(Error::Busy) }
    }

    /// Give up, if it has not begun.
    fn give_up(&self) -> bool {
        self.settle(Self::GIVEN_UP)
    }
}

/// Tells the work that nobody waits for it, when this goes.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Store {
    /// What to tell whoever has waited for as long as anybody waits.
    pub(super) fn timed_out(&self, heard: u64, begun: bool) -> Error {
        if self.0.engine == Engine::Postgres && self.0.responsiveness.nothing_since(heard) {
            Error::unavailable("it has not answered for as long as anybody waits")
        } else if begun {
            Error::TookTooLong
        } else {
            Error::Busy
        }
    }

    pub(super) fn heard(&self) -> u64 {
        self.0.responsiveness.so_far()
    }

    /// Write on a thread where waiting is fine.
    pub(super) async fn write_in_turn<T, F>(&self, request: WriteRequest, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static,
    {
        if self.0.written.fetch_add(1, Ordering::AcqRel) >= MAX_WAITING {
            self.0.written.fetch_sub(1, Ordering::AcqRel);
            return Err(Error::Busy);
        }
        let (queued, gone, extended) = (Queued(self.0.written.clone()), request.gone.clone(), request.extended.clone());
        let begun = Arc::<Beginning>::default();
        let errand = Errand::here();
        let (tell, mut told) = oneshot::channel();
        let (store, begins) = (self.clone(), begun.clone());
        let f = move |tx: &mut Tx<'_>| {
            begins.begin()?;
            f(tx)
        };
        if self.0.engine == Engine::Sqlite {
            let place = self.0.write_queue.arrive(true);
            self.0.writing.spawn(move || {
                if request.is_waited_for() {
                    let tell = move |outcome| {
                        let _ = tell.send(outcome);
                        drop(queued);
                    };
                    errand.run("write", || store.run_shared(place, request, f, tell));
                }
            });
        } else {
            self.0.writing.spawn(move || {
                if request.is_waited_for() {
                    let _ = tell.send(errand.run("write", || store.run(Some(&request), store.again(f))));
                }
                drop(queued);
            });
        }
        let heard = self.heard();
        let _waiting = Waiting(gone);
        let outcome = async {
            if self.0.engine == Engine::Sqlite {
                tokio::select! {
                    biased;
                    outcome = &mut told => return outcome,
                    () = self.0.write_queue.patience() => if begun.give_up() {
                        return Ok(Err(Error::Busy));
                    },
                }
            }
            told.await
        };
        let mut outcome = pin!(outcome);
        let mut ended = timeout(self.0.limits.write, &mut outcome).await;
        if ended.is_err() && extended.load(Ordering::Relaxed) {
            ended = timeout(EXTENDED, outcome).await;
        }
        match ended {
            Ok(outcome) => outcome.map_err(Error::internal)?,
            Err(_) => Err(self.timed_out(heard, !begun.give_up())),
        }
    }
}
