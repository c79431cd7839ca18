//! Threads that draw, and give way to those that answer.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        mpsc::{Sender, channel},
    },
    thread,
};

use tokio::sync::oneshot;

use crate::domain::Error;

/// How much they give way: to a thread that answers they are what a third of one would be.
const NICE: i32 = 5;

type Job = Box<dyn FnOnce() + Send>;

/// So many threads, which begin with the first that is to be drawn and end with this.
#[derive(Debug)]
pub(super) struct Drawers {
    count: usize,
    jobs: OnceLock<Sender<Job>>,
}

impl Drawers {
    pub(super) const fn of(count: usize) -> Self {
        Self { count, jobs: OnceLock::new() }
    }

    /// Do this on one of them. What was begun is done, whether or not somebody waits for it.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move || {
            let _ = tell.send(work());
        });
        self.jobs.get_or_init(|| start(self.count)).send(job).map_err(|_none| Error::internal("no thread draws pictures"))?;
        told.await.map_err(Error::internal)?
    }
}

fn start(count: usize) -> Sender<Job> {
    let (jobs, waiting) = channel::<Job>();
    let waiting = Arc::new(Mutex::new(waiting));
    for _ in 0..count {
        let waiting = waiting.clone();
        let draw = move || {
            give_way();
            // Ends: with what jobs are sent by.
            loop {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(job) = next else { return };
                // Whoever waits for one that panics is told, and the next one is drawn.
                let _ = catch_unwind(AssertUnwindSafe(job));
            }
        };
        if let Err(error) = thread::Builder::new().name("drawer".to_owned()).spawn(draw) {
            tracing::error!(%error, "the system gives no thread to draw pictures");
        }
    }
    jobs
}

/// Let this thread give way to those that answer, where the system knows priorities of threads.
pub fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "a thread could not be made to give way");
    }
}
