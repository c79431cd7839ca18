//! Shared snapshots: readers who wait while others read are served in what those see, if it is new enough for them.
//!
//! **Context.** Most of what a short read costs is around it: a thread to do it, a connection, a transaction, and the site and the names that
//! every answer to a reader needs. **Decision.** Reads wait in one queue, first come, first served. A thread begins a transaction and goes on
//! in it with whoever came before it began, and all of them share what they read of the site and of names. The threads of an embedded database
//! compute, and would only take the processor from each other and from those who talk to clients: a second one reads when somebody has waited
//! for half a millisecond, or would have to. Those of a server wait for it, and all read at once. **Consequence.** Nobody sees less than was
//! committed when they came. Whoever comes alone has a transaction of their own; the more wait, the less each costs. A slow read keeps one
//! thread, and nobody who waits.

use std::{
    collections::VecDeque,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

use super::{
    Store, Tx,
    dialect::{Conn, Engine, Use},
    reference_data::{Newest, OfSnapshot},
    threads::Threads,
    tx::Surroundings,
    work::TRIES,
    write_timeout::Errand,
};
use crate::domain::{Error, Instant};

/// Reads that may wait for a thread; whoever comes when these do is refused, rather than be answered when nobody listens any more.
const MAX_WAITING: usize = 1_024;

/// For how long a snapshot takes in more reads, in microseconds: while it is held, its connection is, and the log of an embedded database
/// cannot be started anew.
const LONGEST: i64 = 20_000;

/// How long those who wait may have to before one more thread reads, in microseconds.
const SPAWN_AFTER: i64 = 500;

/// A transaction that reads, for one after the other.
pub(super) struct Snapshot<'s> {
    conn: &'s mut Conn,
    surroundings: Surroundings<'s>,
    began: Instant,
    reference_data: OfSnapshot<'s>,
}

impl Snapshot<'_> {
    fn tx(&mut self) -> Tx<'_> {
        let mut tx = Tx::new(self.conn, self.began, self.surroundings);
        tx.reference_data = Some(&self.reference_data);
        tx
    }
}

/// Something to be read, or the reason why it cannot be. True when the snapshot is as good as it was.
type Read = Box<dyn FnOnce(Result<&mut Snapshot<'_>, Error>) -> bool + Send>;

/// Where reads wait, and the threads that do them.
pub(super) struct ReadPool {
    threads: Threads,
    /// Threads that read as soon as somebody waits, and those that do when somebody waits for long.
    usual: usize,
    most: usize,
    queue: Mutex<ReadQueue>,
    reference_data: Newest,
}

#[derive(Default)]
struct ReadQueue {
    waiting: VecDeque<(u64, Read)>,
    /// How many have come so far.
    came: u64,
    /// Threads that read.
    busy: usize,
    /// How long a read took lately, in microseconds.
    each: i64,
}

impl ReadQueue {
    fn enter(&mut self, read: Read) -> Result<(), Error> {
        if self.waiting.len() >= MAX_WAITING {
            return Err(Error::Busy);
        }
        self.waiting.push_back((self.came, read));
        self.came = self.came.wrapping_add(1);
        Ok(())
    }

    fn leave(&mut self) {
        self.busy = self.busy.saturating_sub(1);
    }

    /// Whether the last who came will not wait for long when one thread reads.
    fn is_short(&self) -> bool {
        i64::try_from(self.waiting.len()).unwrap_or(i64::MAX).saturating_mul(self.each) < SPAWN_AFTER
    }
}

impl ReadPool {
    pub(super) fn new(engine: Engine, readers: u32) -> Result<Self, Error> {
        let most = usize::try_from(readers).unwrap_or(usize::MAX).max(1);
        let usual = if engine == Engine::Sqlite { 1 } else { most };
        Ok(Self { threads: Threads::new("reader", most)?, usual, most, queue: Mutex::default(), reference_data: Newest::default() })
    }

    fn queue(&self) -> MutexGuard<'_, ReadQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many reads wait for a thread.
    pub(super) fn waiting(&self) -> usize {
        self.queue().waiting.len()
    }

    /// Whoever came first, and how many have come by now.
    fn next(&self) -> Option<(Read, u64)> {
        let mut queue = self.queue();
        let (_, read) = queue.waiting.pop_front()?;
        Some((read, queue.came))
    }

    /// Whoever came first, when they were among the first so many.
    fn next_of(&self, first: u64) -> Option<Read> {
        let mut queue = self.queue();
        let (number, _) = queue.waiting.front()?;
        if *number >= first {
            return None;
        }
        queue.waiting.pop_front().map(|(_, read)| read)
    }
}

impl Store {
    /// Read in a snapshot of what is committed by now; again, when the database was lost in the middle of it.
    ///
    /// `failure` is what may have spoiled the snapshot for others.
    pub(super) async fn read_in_turn<T, F>(&self, f: F, failure: fn(&T) -> Option<&Error>) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static,
    {
        let mut left = self.0.limits.read;
        for _ in 1..if self.undoes() { TRIES } else { 1 } {
            let (outcome, undone) = self.read_once(f.clone(), failure, &mut left).await?;
            if !undone {
                return outcome;
            }
            tracing::info!("the database was lost in the middle of a read, which is carried out again");
        }
        self.read_once(f, failure, &mut left).await?.0
    }

    /// Read, within so long; and whether it failed for no reason of its own.
    async fn read_once<T, F>(&self, f: F, failure: fn(&T) -> Option<&Error>, left: &mut Duration) -> Result<(Result<T, Error>, bool), Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let begun = Arc::<AtomicBool>::default();
        let (begins, errand) = (begun.clone(), Errand::here());
        let read: Read = Box::new(move |snapshot| {
            // Whoever asked may be gone.
            if tell.is_closed() {
                return true;
            }
            begins.store(true, Ordering::Relaxed);
            let (outcome, undone) = match snapshot {
                Ok(snapshot) => (errand.run("read", || f(&mut snapshot.tx())), snapshot.conn.is_undone() || snapshot.conn.is_lost()),
                Err(error) => (Err(error), false),
            };
            let outcome = outcome.map_err(|error| Use::Read.explain(error));
            let failure = match &outcome {
                Ok(value) => failure(value),
                Err(error) => Some(error),
            };
            // A transaction in which a statement failed may be over.
            let sound = !failure.is_some_and(|error| error.passes() || matches!(error, Error::Internal(_)));
            let undone = undone && failure.is_some();
            let _ = tell.send((outcome, undone));
            sound
        });
        self.0.read_pool.queue().enter(read)?;
        ReadWorker::open(self, false);
        let (mut told, mut wait) = (pin!(told), Duration::from_micros(SPAWN_AFTER.unsigned_abs()).min(*left));
        let heard = self.heard();
        // Ends: what is left of the time shrinks by no less than a part of a millisecond.
        loop {
            match timeout(wait, told.as_mut()).await {
                Ok(outcome) => return outcome.map_err(Error::internal),
                Err(_) => ReadWorker::open(self, true),
            }
            *left = left.saturating_sub(wait);
            if left.is_zero() {
                return Err(self.timed_out(heard, begun.load(Ordering::Relaxed)));
            }
            // Many who wait for long do not keep everybody busy with looking.
            wait = wait.saturating_mul(2).min(*left);
        }
    }
}

/// A thread of the pool; it goes back when whoever has it leaves, whatever made them.
struct ReadWorker(Store);

impl ReadWorker {
    /// Read on one thread more, if somebody waits; on more than usual when they have waited for long, or will.
    fn open(store: &Store, for_long: bool) {
        let pool = &store.0.read_pool;
        let mut queue = pool.queue();
        let enough = if for_long || !queue.is_short() { pool.most } else { pool.usual };
        if queue.waiting.is_empty() || queue.busy >= enough {
            return;
        }
        queue.busy = queue.busy.saturating_add(1);
        drop(queue);
        let worker = Self(store.clone());
        pool.threads.spawn(move || worker.serve());
    }

    /// Microseconds since an instant.
    fn since(&self, at: Instant) -> i64 {
        self.0.now().as_micros().saturating_sub(at.as_micros())
    }

    /// Read until nobody waits; or until those who do will not wait for long without this thread.
    fn serve(&self) {
        let pool = &self.0.0.read_pool;
        // Ends: when nobody waits. Where somebody always does, it is what a thread that reads is for.
        while let Some((read, came)) = pool.next() {
            let (surroundings, began, mut reads) = (self.0.0.surroundings(), self.0.now(), 1_i64);
            match self.0.begin(None) {
                Err(error) => {
                    // What has gone is not asked for by each of them.
                    // Ends: with those who had come by then.
                    while let Some(next) = matches!(error, Error::Unavailable(_)).then(|| pool.next_of(came)).flatten() {
                        next(Err(error.clone()));
                    }
                    read(Err(error));
                }
                Ok(mut session) => {
                    let mut snapshot =
                        Snapshot { conn: session.conn(), surroundings, began, reference_data: OfSnapshot::new(&pool.reference_data) };
                    let mut sound = read(Ok(&mut snapshot));
                    // Ends: with those who had come when the snapshot began.
                    while sound && self.since(began) < LONGEST {
                        let Some(next) = pool.next_of(came) else { break };
                        sound = next(Ok(&mut snapshot));
                        reads = reads.saturating_add(1);
                    }
                    if let Err(error) = session.end(sound) {
                        tracing::error!(error = %error, "a snapshot did not end");
                    }
                }
            }
            let each = self.since(began) / reads;
            let mut queue = pool.queue();
            queue.each = each;
            if queue.busy > pool.usual && queue.is_short() {
                break;
            }
        }
    }
}

impl Drop for ReadWorker {
    fn drop(&mut self) {
        let pool = &self.0.0.read_pool;
        pool.queue().leave();
        // Somebody may have come when this place was still taken.
        Self::open(&self.0, false);
    }
}
