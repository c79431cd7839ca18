//! Write timeouts: who holds a connection that writes, for what, since when, and for how long they may.
//!
//! **Context.** An embedded database has one writer, a server a few: whoever holds one for long stops the newsroom. **Decision.** A write has a
//! limit ([`Limits::write_transaction`]). Past it, or when whoever asked has hung up, its next statement is refused, so that it is undone and the writer
//! is free; others who share its commit lose nothing. What does not even come to a statement cannot be stopped, but is noticed: it is logged
//! once with its operation, those who wait are told at once that it is busy, and so is whoever comes. The time is the store's clock. A few
//! operations whose work grows with the whole site are given more (`Tx::extend_timeout`), and whoever asked for them waits as long: moving a section,
//! importing redirects, correcting the tag of a locale.
//!
//! **Every loop in `store`, `desk` and `domain` whose end depends on data, and why it ends.** A `for` ends with what it goes over: with what was sent,
//! and what is sent is limited (docs/limits.md); or with rows that were loaded, and a load is limited by a page, by the locales of a site, or by a
//! limit of its own. Why a `loop` or a `while` ends is said at each (`// Ends: …`), and a test asks for it. What calls itself goes down a tree whose
//! depth is limited before it is built (`domain::body`), or into parts that are smaller (`domain::sequence`, in counted steps). Migrations, and
//! what `dateline generate` does in bulk, have no limit: they run where nobody is served, or before anybody is.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    thread,
    time::Duration,
};

use diesel::result::{Error as Diesel, QueryResult};
use tracing::{
    Span,
    dispatcher::{self, Dispatch},
};

use crate::{
    access::{Actor, Caller},
    domain::instant::Clock,
};

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A transaction that writes, by the store's clock.
    pub write_transaction: Duration,
    /// Waiting in the write queue, or for a connection.
    pub queue_timeout: Duration,
    /// Whoever asks to read something, until they are told that it cannot be had.
    pub read: Duration,
    /// Whoever asks to write something.
    pub write: Duration,
    /// From how long on a statement is logged as slow, by the store's clock.
    pub slow: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            write_transaction: seconds(5),
            queue_timeout: seconds(5),
            read: seconds(5),
            write: seconds(10),
            slow: Duration::from_millis(500),
        }
    }
}

/// How long a write may last whose work grows with the whole site.
pub(super) const EXTENDED: Duration = Duration::from_mins(1);

/// How long a write has to be over its limit before it is believed that it never ends, in microseconds.
const STUCK_AFTER: i64 = 60_000_000;

tokio::task_local! {
    static OPERATION: Arc<str>;
}

/// Run `work` in the name of an operation, which the log gives when it takes too long.
pub async fn named<F: Future>(operation: Arc<str>, work: F) -> F::Output {
    OPERATION.scope(operation, work).await
}

/// The operation under way; the name of the thread, where a worker or a command is at work.
#[must_use]
pub fn operation() -> Arc<str> {
    OPERATION.try_with(Arc::clone).unwrap_or_else(|_| thread::current().name().unwrap_or("a thread without a name").into())
}

/// Work for somebody on another thread: in the name of their operation, and part of what the log tells of it.
pub(super) struct Errand {
    operation: Arc<str>,
    span: Span,
    heard: Dispatch,
}

impl Errand {
    /// For whoever asks here.
    pub(super) fn here() -> Self {
        Self { operation: operation(), span: Span::current(), heard: dispatcher::get_default(Clone::clone) }
    }

    /// Do it, there.
    pub(super) fn run<T>(self, purpose: &'static str, work: impl FnOnce() -> T) -> T {
        let Self { operation, span, heard } = self;
        dispatcher::with_default(&heard, || {
            let within = tracing::debug_span!(parent: &span, "verb", purpose, operation = &*operation);
            within.in_scope(|| OPERATION.sync_scope(operation, work))
        })
    }
}

/// The write was stopped.
#[derive(Debug, thiserror::Error)]
#[error("the write has timed out, and nothing more was asked for it")]
pub(super) struct TimedOut;

/// Somebody's hold on a connection that writes.
pub(in crate::store) struct WriteTimer {
    operation: Arc<str>,
    clock: Arc<dyn Clock>,
    since: AtomicI64,
    until: AtomicI64,
    gone: Arc<AtomicBool>,
    extended: Arc<AtomicBool>,
    told: AtomicBool,
    asking: AtomicBool,
}

impl WriteTimer {
    fn now(&self) -> i64 {
        self.clock.now().as_micros()
    }

    fn is_over(&self) -> bool {
        self.now() >= self.until.load(Ordering::Relaxed)
    }

    fn lasted(&self) -> i64 {
        self.now().saturating_sub(self.since.load(Ordering::Relaxed))
    }

    /// Whether one thing more may be asked; notes that it is.
    pub(in crate::store) fn ask(&self) -> QueryResult<()> {
        if self.gone.load(Ordering::Relaxed) || self.is_over() {
            return Err(Diesel::QueryBuilderError(Box::new(TimedOut)));
        }
        self.asking.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// What was asked is answered.
    pub(in crate::store) fn was_answered(&self) {
        self.asking.store(false, Ordering::Relaxed);
    }

    /// Extend the timeout to [`EXTENDED`], also of whoever waits.
    pub(in crate::store) fn extend_timeout(&self) {
        self.until.fetch_max(self.now().saturating_add(micros(EXTENDED)), Ordering::Relaxed);
        self.extended.store(true, Ordering::Relaxed);
    }
}

fn micros(of: Duration) -> i64 {
    i64::try_from(of.as_micros()).unwrap_or(i64::MAX)
}

/// Who asked to write.
#[derive(Clone)]
pub(super) struct WriteRequest {
    pub(super) operation: Arc<str>,
    /// In whose name; nobody's, where the server keeps books.
    pub(super) caller: Option<Caller>,
    /// Set when nobody waits for the outcome any more.
    pub(super) gone: Arc<AtomicBool>,
    /// Set when the work is given more time than others have.
    pub(super) extended: Arc<AtomicBool>,
}

impl WriteRequest {
    /// Somebody who stays until they know the outcome.
    pub(super) fn of(actor: &impl Actor) -> Self {
        Self { operation: operation(), caller: actor.caller().cloned(), gone: Arc::default(), extended: Arc::default() }
    }

    pub(super) fn is_waited_for(&self) -> bool {
        !self.gone.load(Ordering::Relaxed)
    }
}

/// How long the longest write has lasted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriteDurations {
    /// Writes under way.
    pub writes: usize,
    /// Whole seconds of the longest of them.
    pub seconds: i64,
    /// Whether one is over its limit.
    pub too_long: bool,
    /// Writes that compute without end, as far as one can tell: no statement is under way, and the limit was passed long ago.
    pub stuck: usize,
}

/// All writes under way.
pub(super) struct ActiveWrites {
    clock: Arc<dyn Clock>,
    limit: AtomicI64,
    open: Mutex<Vec<Arc<WriteTimer>>>,
}

impl fmt::Debug for ActiveWrites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActiveWrites").finish_non_exhaustive()
    }
}

impl ActiveWrites {
    pub(super) fn new(clock: Arc<dyn Clock>, limit: Duration) -> Self {
        Self { clock, limit: AtomicI64::new(micros(limit)), open: Mutex::default() }
    }

    fn open(&self) -> MutexGuard<'_, Vec<Arc<WriteTimer>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Let every write from here on last for as long as it does: for a process that serves nobody.
    pub(super) fn unlimited(&self) {
        self.limit.store(i64::MAX, Ordering::Relaxed);
    }

    /// A write begins.
    pub(super) fn begin(self: &Arc<Self>, request: &WriteRequest) -> ActiveWrite {
        let now = self.clock.now().as_micros();
        let timer = Arc::new(WriteTimer {
            operation: request.operation.clone(),
            clock: self.clock.clone(),
            since: AtomicI64::new(now),
            until: AtomicI64::new(now.saturating_add(self.limit.load(Ordering::Relaxed))),
            gone: request.gone.clone(),
            extended: request.extended.clone(),
            told: AtomicBool::new(false),
            asking: AtomicBool::new(true),
        });
        self.open().push(timer.clone());
        ActiveWrite { timer, active_writes: self.clone() }
    }

    /// Whether a write is over its limit, and holds up the others.
    pub(super) fn any_over_limit(&self) -> bool {
        self.open().iter().any(|timer| timer.is_over())
    }

    /// How long the writes under way have lasted.
    pub(super) fn write_durations(&self) -> WriteDurations {
        let open = self.open();
        let stuck = |timer: &&Arc<WriteTimer>| {
            !timer.asking.load(Ordering::Relaxed) && timer.now() >= timer.until.load(Ordering::Relaxed).saturating_add(STUCK_AFTER)
        };
        WriteDurations {
            writes: open.len(),
            seconds: open.iter().map(|timer| timer.lasted()).max().unwrap_or(0) / 1_000_000,
            too_long: open.iter().any(|timer| timer.is_over()),
            stuck: open.iter().filter(stuck).count(),
        }
    }

    /// Log every write that is over its limit, once; whether one is.
    pub(super) fn look(&self) -> bool {
        let over: Vec<Arc<WriteTimer>> = self.open().iter().filter(|timer| timer.is_over()).cloned().collect();
        for timer in over.iter().filter(|timer| !timer.told.swap(true, Ordering::Relaxed)) {
            let what = if timer.asking.load(Ordering::Relaxed) { "waits for the database" } else { "computes" };
            tracing::error!(
                operation = &*timer.operation,
                seconds = timer.lasted() / 1_000_000,
                "somebody holds a writer for too long, and {what}; those who wait for it are sent away"
            );
        }
        !over.is_empty()
    }
}

/// A write under way; it ends when this goes.
pub(super) struct ActiveWrite {
    pub(super) timer: Arc<WriteTimer>,
    active_writes: Arc<ActiveWrites>,
}

impl ActiveWrite {
    /// The database has let it begin: what it waited for is not counted.
    pub(super) fn begins(&self) {
        let (now, timer) = (self.timer.now(), &self.timer);
        let before = timer.since.swap(now, Ordering::Relaxed);
        let waited = now.saturating_sub(before);
        // A write without a limit has none afterwards either.
        let _ = timer.until.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |until| Some(until.saturating_add(waited)));
        timer.was_answered();
    }
}

impl Drop for ActiveWrite {
    fn drop(&mut self) {
        self.active_writes.open().retain(|timer| !Arc::ptr_eq(timer, &self.timer));
        if self.timer.is_over() {
            tracing::error!(
                operation = &*self.timer.operation,
                seconds = self.timer.lasted() / 1_000_000,
                "a transaction has held a writer for too long; what it did after its limit was refused"
            );
        }
    }
}
