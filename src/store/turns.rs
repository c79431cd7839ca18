//! Turns: who holds a connection that writes, for what, since when, and for how long they may.
//!
//! **Context.** An embedded database has one writer, a server a few: whoever holds one for long stops the newsroom. **Decision.** A turn has a
//! limit ([`Limits::turn`]). Past it, or when whoever asked has hung up, its next statement is refused, so that it is undone and the writer
//! is free; others who share its commit lose nothing. What does not even come to a statement cannot be stopped, but is noticed: it is logged
//! once with its operation, those who wait are told at once that it is busy, and so is whoever comes. The time is the store's clock. A few
//! operations whose work grows with the whole site are given more (`Tx::take_longer`): moving a section.
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
    /// A turn that writes, by the store's clock.
    pub turn: Duration,
    /// Waiting for a turn, or for a connection.
    pub patience: Duration,
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
        Self { turn: seconds(5), patience: seconds(5), read: seconds(5), write: seconds(10), slow: Duration::from_millis(500) }
    }
}

/// How long a turn may last whose work grows with the whole site, in microseconds.
const LONGER: i64 = 60_000_000;

/// How long a turn has to be over its limit before it is believed that it never ends, in microseconds.
const HOPELESS: i64 = 60_000_000;

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
            let within = tracing::info_span!(parent: &span, "verb", purpose, operation = &*operation);
            within.in_scope(|| OPERATION.sync_scope(operation, work))
        })
    }
}

/// The turn was stopped.
#[derive(Debug, thiserror::Error)]
#[error("the turn was over, and no more was asked for it")]
pub(super) struct Stopped;

/// Somebody's hold on a connection that writes.
pub(in crate::store) struct Hold {
    operation: Arc<str>,
    clock: Arc<dyn Clock>,
    since: AtomicI64,
    until: AtomicI64,
    gone: Arc<AtomicBool>,
    told: AtomicBool,
    asking: AtomicBool,
}

impl Hold {
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
            return Err(Diesel::QueryBuilderError(Box::new(Stopped)));
        }
        self.asking.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// What was asked is answered.
    pub(in crate::store) fn was_answered(&self) {
        self.asking.store(false, Ordering::Relaxed);
    }

    /// Have longer than others.
    pub(in crate::store) fn take_longer(&self) {
        self.until.fetch_max(self.now().saturating_add(LONGER), Ordering::Relaxed);
    }
}

fn micros(of: Duration) -> i64 {
    i64::try_from(of.as_micros()).unwrap_or(i64::MAX)
}

/// Who asked for a turn.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) operation: Arc<str>,
    /// In whose name; nobody's, where the server keeps books.
    pub(super) caller: Option<Caller>,
    /// Set when nobody waits for the outcome any more.
    pub(super) gone: Arc<AtomicBool>,
}

impl Asked {
    /// Somebody who stays until they know the outcome.
    pub(super) fn of(actor: &impl Actor) -> Self {
        Self { operation: operation(), caller: actor.caller().cloned(), gone: Arc::default() }
    }

    pub(super) fn is_waited_for(&self) -> bool {
        !self.gone.load(Ordering::Relaxed)
    }
}

/// How long the longest turn has lasted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lasting {
    /// Turns under way.
    pub turns: usize,
    /// Whole seconds of the longest of them.
    pub seconds: i64,
    /// Whether one is over its limit.
    pub too_long: bool,
    /// Turns that compute without end, as far as one can tell: no statement is under way, and the limit was passed long ago.
    pub hopeless: usize,
}

/// All turns under way.
pub(super) struct Turns {
    clock: Arc<dyn Clock>,
    limit: AtomicI64,
    open: Mutex<Vec<Arc<Hold>>>,
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turns").finish_non_exhaustive()
    }
}

impl Turns {
    pub(super) fn new(clock: Arc<dyn Clock>, limit: Duration) -> Self {
        Self { clock, limit: AtomicI64::new(micros(limit)), open: Mutex::default() }
    }

    fn open(&self) -> MutexGuard<'_, Vec<Arc<Hold>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Let every turn from here on last for as long as it does: for a process that serves nobody.
    pub(super) fn unlimited(&self) {
        self.limit.store(i64::MAX, Ordering::Relaxed);
    }

    /// A turn begins.
    pub(super) fn begin(self: &Arc<Self>, asked: &Asked) -> Holding {
        let now = self.clock.now().as_micros();
        let hold = Arc::new(Hold {
            operation: asked.operation.clone(),
            clock: self.clock.clone(),
            since: AtomicI64::new(now),
            until: AtomicI64::new(now.saturating_add(self.limit.load(Ordering::Relaxed))),
            gone: asked.gone.clone(),
            told: AtomicBool::new(false),
            asking: AtomicBool::new(true),
        });
        self.open().push(hold.clone());
        Holding { hold, turns: self.clone() }
    }

    /// Whether a turn is over its limit, and holds up the others.
    pub(super) fn one_is_too_long(&self) -> bool {
        self.open().iter().any(|hold| hold.is_over())
    }

    /// How long the turns under way have lasted.
    pub(super) fn lasting(&self) -> Lasting {
        let open = self.open();
        let hopeless = |hold: &&Arc<Hold>| {
            !hold.asking.load(Ordering::Relaxed) && hold.now() >= hold.until.load(Ordering::Relaxed).saturating_add(HOPELESS)
        };
        Lasting {
            turns: open.len(),
            seconds: open.iter().map(|hold| hold.lasted()).max().unwrap_or(0) / 1_000_000,
            too_long: open.iter().any(|hold| hold.is_over()),
            hopeless: open.iter().filter(hopeless).count(),
        }
    }

    /// Log every turn that is over its limit, once; whether one is.
    pub(super) fn look(&self) -> bool {
        let over: Vec<Arc<Hold>> = self.open().iter().filter(|hold| hold.is_over()).cloned().collect();
        for hold in over.iter().filter(|hold| !hold.told.swap(true, Ordering::Relaxed)) {
            let what = if hold.asking.load(Ordering::Relaxed) { "waits for the database" } else { "computes" };
            tracing::error!(
                operation = &*hold.operation,
                seconds = hold.lasted() / 1_000_000,
                "somebody holds a writer for too long, and {what}; those who wait for it are sent away"
            );
        }
        !over.is_empty()
    }
}

/// A turn under way; it ends when this goes.
pub(super) struct Holding {
    pub(super) hold: Arc<Hold>,
    turns: Arc<Turns>,
}

impl Holding {
    /// The database has let it begin: what it waited for is not counted.
    pub(super) fn begins(&self) {
        let (now, hold) = (self.hold.now(), &self.hold);
        let before = hold.since.swap(now, Ordering::Relaxed);
        let waited = now.saturating_sub(before);
        // A turn without a limit has none afterwards either.
        let _ = hold.until.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |until| Some(until.saturating_add(waited)));
        hold.was_answered();
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.turns.open().retain(|hold| !Arc::ptr_eq(hold, &self.hold));
        if self.hold.is_over() {
            tracing::error!(
                operation = &*self.hold.operation,
                seconds = self.hold.lasted() / 1_000_000,
                "a turn has held a writer for too long; what it did after its limit was refused"
            );
        }
    }
}
