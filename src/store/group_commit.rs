//! Group commit: writers of an embedded database who come while another is at work share its commit.
//!
//! **Decision.** `SQLite` has one writer at a time, and every commit waits for the disk. The leader works in a
//! savepoint of the open transaction; when others wait by then, leadership goes to them with the transaction still open, and
//! the last of them commits for all. **Consequence.** Nobody is told that it is done before that commit, nor that it was
//! refused, for the reason may lie in what another wrote. `PostgreSQL` groups the commits of its connections by itself.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{
    connections::{Pool, Pooled},
    dialect::{self, Conn, Use},
    write_timeout::{ActiveWrite, ActiveWrites, WriteRequest},
};
use crate::domain::{Error, Instant, instant::Clock};

/// How many writes share a commit at most.
pub(super) const MAX: u32 = 64;

/// For how long leadership is passed on without a commit, in microseconds.
const LONGEST: i64 = 20_000;

/// Where writers wait.
pub(super) struct WriteQueue {
    clock: Arc<dyn Clock>,
    active_writes: Arc<ActiveWrites>,
    queue_timeout: Duration,
    state: Mutex<State<Open>>,
    free: Condvar,
}

/// Who leads the group, who waits for that (its followers), and the transaction that was left open
/// for them. **Decision.** Leadership is handed over in one step under one lock: whether anybody waits is asked, and the transaction left to
/// them, without letting go in between; and whoever gives up waiting takes what was left, in the step that ends their waiting, if leadership is
/// free. **Consequence.** Between any two steps, what was left open is somebody's who waits. Asked in one step and left in the next, it could
/// be nobody's: the last who waits may give up between the two, and the group would hear nothing before somebody else writes.
struct State<O> {
    taken: bool,
    waiting: u32,
    open: Option<O>,
}

impl<O> State<O> {
    const fn new() -> Self {
        Self { taken: false, waiting: 0, open: None }
    }

    fn arrive(&mut self) {
        self.waiting = self.waiting.saturating_add(1);
    }

    /// Stop waiting: with leadership, and what was left open for whoever gets it, when it is free; else without.
    fn take(&mut self) -> Result<Option<O>, Error> {
        self.waiting = self.waiting.saturating_sub(1);
        if self.taken {
            return Err(Error::Busy);
        }
        self.taken = true;
        Ok(self.open.take())
    }

    /// Leave leadership and the open transaction to somebody who waits, at once; it comes back when nobody does.
    fn hand_over(&mut self, open: O) -> Option<O> {
        if self.waiting == 0 {
            return Some(open);
        }
        self.open = Some(open);
        self.taken = false;
        None
    }

    fn leave(&mut self) {
        self.taken = false;
    }
}

/// A transaction with what the group has written, and not committed yet.
struct Open {
    conn: Pooled,
    group: CommitGuard,
    writes: u32,
    since: Instant,
}

/// Those who share a commit.
#[derive(Default)]
struct Group {
    outcome: Mutex<Option<Result<(), Error>>>,
    settled: Condvar,
}

impl Group {
    /// Tell everybody how it ended; what is told first holds.
    fn settle(&self, outcome: Result<(), Error>) {
        locked(&self.outcome).get_or_insert(outcome);
        self.settled.notify_all();
    }

    fn wait(&self) -> Result<(), Error> {
        let outcome = self.settled.wait_while(locked(&self.outcome), |outcome| outcome.is_none()).unwrap_or_else(PoisonError::into_inner);
        match &*outcome {
            Some(Err(error)) => Err(error.clone()),
            _ => Ok(()),
        }
    }
}

/// A group whose commit is in somebody's hands; when they let it fall, everybody is told.
#[derive(Default)]
struct CommitGuard(Arc<Group>);

impl Drop for CommitGuard {
    fn drop(&mut self) {
        // What was not committed is lost with the connection, which does not go back into its pool.
        self.0.settle(Err(Error::internal("the commit that this write would have shared did not come")));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl WriteQueue {
    /// A queue in which nobody waits.
    pub(super) fn new(clock: Arc<dyn Clock>, active_writes: Arc<ActiveWrites>, queue_timeout: Duration) -> Self {
        Self { clock, active_writes, queue_timeout, state: Mutex::new(State::new()), free: Condvar::new() }
    }

    /// Wait to lead, and begin: in the open transaction, or in a new one on a connection of `pool`.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue does not come to it in time; what the database fails with.
    pub(super) fn enter(&self, pool: &Arc<Pool>, request: &WriteRequest) -> Result<GroupedWrite<'_>, Error> {
        let mut state = locked(&self.state);
        state.arrive();
        // Nobody waits for somebody of whom it is known that they take too long.
        let wait = |s: &mut State<Open>| s.taken && !self.active_writes.any_over_limit();
        let (mut state, _) = self.free.wait_timeout_while(state, self.queue_timeout, wait).unwrap_or_else(PoisonError::into_inner);
        let open = state.take()?;
        drop(state);
        let leadership = Leadership(self);
        let active = self.active_writes.begin(request);
        let mut open = match open {
            Some(open) => open,
            None => Open { conn: pool.get()?, group: CommitGuard::default(), writes: 0, since: self.clock.now() },
        };
        dialect::begin(&mut open.conn.conn, Use::Write)?;
        active.begins();
        open.conn.conn.timed_by(Some(active.timer.clone()));
        Ok(GroupedWrite { open, active, leadership })
    }

    /// Let those who wait look whether they still want to.
    pub(super) fn wake_waiting(&self) {
        self.free.notify_all();
    }
}

/// Leadership itself; whoever waits gets it when this goes.
struct Leadership<'l>(&'l WriteQueue);

impl Drop for Leadership<'_> {
    fn drop(&mut self) {
        locked(&self.0.state).leave();
        self.0.free.notify_one();
    }
}

impl Leadership<'_> {
    /// Leave leadership, with the open transaction, to somebody who waits; it comes back when nobody does.
    fn hand_over(self, open: Open) -> Option<(Self, Open)> {
        if let Some(open) = locked(&self.0.state).hand_over(open) {
            return Some((self, open));
        }
        self.0.free.notify_one();
        // Leadership is another's already.
        std::mem::forget(self);
        None
    }
}

/// A write in a group, with its savepoint begun. Whoever drops it without ending it undoes the whole group's work.
pub(super) struct GroupedWrite<'l> {
    // Dropped first, so that nobody gets leadership before the connection is given back.
    open: Open,
    active: ActiveWrite,
    leadership: Leadership<'l>,
}

impl GroupedWrite<'_> {
    pub(super) fn conn(&mut self) -> &mut Conn {
        &mut self.open.conn.conn
    }

    pub(super) fn active(&self) -> &ActiveWrite {
        &self.active
    }

    /// End this part, keeping or dropping what it wrote, and wait until what the group wrote is committed.
    ///
    /// # Errors
    /// What the commit fails with, whoever carries it out.
    pub(super) fn end(self, keep: bool) -> Result<(), Error> {
        let Self { mut leadership, mut open, active } = self;
        // Whoever is undone holds nobody up any more.
        let active = Some(active).filter(|_| keep);
        open.conn.conn.timed_by(None);
        let group = open.group.0.clone();
        let alone = open.writes == 0;
        if !(alone && keep) {
            dialect::end(&mut open.conn.conn, keep)?;
        }
        if alone && !keep {
            group.settle(Ok(()));
            open.conn.give_back();
            return Ok(());
        }
        open.writes = open.writes.saturating_add(1);
        if open.writes < MAX && leadership.0.clock.now().as_micros().saturating_sub(open.since.as_micros()) < LONGEST {
            match leadership.hand_over(open) {
                None => {
                    drop(active);
                    return group.wait();
                }
                Some(back) => (leadership, open) = back,
            }
        }
        let outcome = dialect::end(&mut open.conn.conn, true).map_err(Error::from);
        group.settle(outcome.clone());
        open.conn.give_back();
        drop(leadership);
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::{
            Arc, Mutex,
            atomic::{AtomicI64, Ordering},
        },
        thread::{self, Scope},
        time::Duration,
    };

    use diesel::{connection::SimpleConnection, prelude::*};

    use super::locked;
    use crate::{
        access::Bookkeeping,
        domain::{Error, Instant, id::Entropy, instant::Clock},
        store::{Limits, Options, Store, Tx},
    };

    struct FixedClock;
    #[derive(Default)]
    struct ManualClock(AtomicI64);
    impl Clock for ManualClock {
        fn now(&self) -> Instant {
            Instant::from_micros(self.0.load(Ordering::SeqCst))
        }
    }
    impl Entropy for FixedClock {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    diesel::table! {
        written (n) {
            n -> Integer,
        }
    }

    /// A store, and what those who wrote to it were told: that it is done, or not.
    struct Desk {
        store: Store,
        clock: Arc<ManualClock>,
        answers: Mutex<Vec<bool>>,
    }

    type Write = fn(&Desk, &mut Tx<'_>) -> Result<(), Error>;

    fn write(tx: &mut Tx<'_>, n: i32) -> Result<(), Error> {
        diesel::insert_into(written::table).values(written::n.eq(n)).execute(tx.conn)?;
        Ok(())
    }

    fn seen(store: &Store) -> Vec<i32> {
        store.read_now(|tx| Ok(written::table.select(written::n).order(written::n).load(tx.conn)?)).unwrap()
    }

    /// Carry out writes one after the other, each while the next waits for its turn.
    fn queue<'s>(scope: &'s Scope<'s, '_>, desk: &'s Desk, writes: &'s [Write]) {
        let Some((first, rest)) = writes.split_first() else { return };
        scope.spawn(move || {
            let work = |tx: &mut Tx<'_>| {
                queue(scope, desk, rest);
                while !rest.is_empty() && locked(&desk.store.0.write_queue.state).waiting == 0 {
                    thread::yield_now();
                }
                first(desk, tx)
            };
            let answer = catch_unwind(AssertUnwindSafe(|| desk.store.write_now(&Bookkeeping, work)));
            locked(&desk.answers).push(matches!(answer, Ok(Ok(()))));
        });
    }

    /// What is there when such writes are done, and how many of them were told that they succeeded.
    fn after(name: &str, writes: &[Write]) -> (Vec<i32>, usize) {
        let folder = std::env::temp_dir().join(format!("dateline-test-{}-{name}", std::process::id()));
        let url = format!("sqlite://{}", folder.join("group.db").display());
        let clock = Arc::<ManualClock>::default();
        // Whoever waits is sent away before, or waits in vain.
        let limits = Limits { queue_timeout: Duration::from_hours(1), ..Limits::default() };
        let options = Options { url, readers: 1, writers: 1, clock: clock.clone(), entropy: Arc::new(FixedClock), limits };
        let store = Store::open(options).unwrap();
        store.migrate().unwrap();
        store.write_now(&Bookkeeping, |tx| Ok(tx.conn.batch_execute("CREATE TABLE written (n INTEGER NOT NULL)")?)).unwrap();
        let desk = Desk { store, clock, answers: Mutex::default() };
        thread::scope(|scope| queue(scope, &desk, writes));
        let (there, answers) = (seen(&desk.store), desk.answers.into_inner().unwrap());
        std::fs::remove_dir_all(folder).unwrap();
        assert_eq!(answers.len(), writes.len());
        (there, answers.iter().filter(|ok| **ok).count())
    }

    fn one(_: &Desk, tx: &mut Tx<'_>) -> Result<(), Error> {
        write(tx, 1)
    }

    #[test]
    fn those_who_wait_share_a_commit() {
        let last: Write = |desk, tx| {
            assert!(seen(&desk.store).is_empty(), "something was committed before the last of the group was done");
            assert!(locked(&desk.answers).is_empty(), "somebody was told that it is done before it was committed");
            write(tx, 3)
        };
        assert_eq!(after("shared", &[one, |_, tx| write(tx, 2), last]), (vec![1, 2, 3], 3));
    }

    #[test]
    fn a_refusal_undoes_its_own_part_alone() {
        let refused: Write = |_, tx| {
            write(tx, 2)?;
            Err(Error::Busy)
        };
        let three: Write = |_, tx| write(tx, 3);
        assert_eq!(after("middle", &[one, refused, three]), (vec![1, 3], 2));
        assert_eq!(after("first", &[refused, one, three]), (vec![1, 3], 2));
        assert_eq!(after("last", &[one, three, refused]), (vec![1, 3], 2));
    }

    #[test]
    fn who_takes_too_long_loses_its_own_part_alone() {
        let late: Write = |desk, tx| {
            write(tx, 2)?;
            desk.clock.0.fetch_add(5_000_000, Ordering::SeqCst);
            write(tx, 2)
        };
        let silent: Write = |desk, tx| {
            write(tx, 2)?;
            desk.clock.0.fetch_add(5_000_000, Ordering::SeqCst);
            Ok(())
        };
        let three: Write = |_, tx| write(tx, 3);
        assert_eq!(after("late", &[one, late, three]), (vec![1, 3], 2));
        assert_eq!(after("late-first", &[late, one, three]), (vec![1, 3], 2));
        assert_eq!(after("late-silent", &[one, three, silent]), (vec![1, 3], 2));
    }

    #[test]
    fn who_waits_for_somebody_who_takes_too_long_is_sent_away_and_nobody_waits_behind() {
        let stuck: Write = |desk, tx| {
            desk.clock.0.fetch_add(5_000_000, Ordering::SeqCst);
            desk.store.check_write_timeouts();
            while locked(&desk.answers).is_empty() {
                thread::yield_now();
            }
            match desk.store.write_now(&Bookkeeping, |_| Ok(())) {
                Err(Error::Busy) => write(tx, 1),
                _ => Ok(()),
            }
        };
        let two: Write = |_, tx| write(tx, 2);
        assert_eq!(after("stuck", &[stuck, two]), (vec![], 0));
    }

    #[test]
    fn a_panic_loses_its_group_which_is_told_so_and_no_more() {
        let panicking: Write = |_, tx| {
            write(tx, 2)?;
            panic!("of a test")
        };
        let three: Write = |_, tx| write(tx, 3);
        let (there, succeeded) = after("panic", &[one, panicking, three]);
        assert_eq!((there, succeeded), (vec![3], 1));
    }

    /// What a writer does, one step under the lock after the other.
    #[derive(Clone, Copy, PartialEq, Debug)]
    enum Writer {
        Comes,
        Waits,
        Works,
        /// Has seen that somebody waits, and let go of the lock: only where the hand-over is split.
        Leaves,
        Commits,
        Gone,
    }

    /// Try every order in which writers can take their steps, of whom each may also give up waiting; how often a transaction
    /// is left open for nobody.
    fn stranded(state: &super::State<()>, writers: [Writer; 3], split: bool) -> usize {
        let copy = || super::State { taken: state.taken, waiting: state.waiting, open: state.open };
        if state.open.is_some() && !state.taken && state.waiting == 0 {
            return 1;
        }
        let mut found = 0;
        for (n, writer) in writers.into_iter().enumerate() {
            let mut step = |state: super::State<()>, becomes: Writer| {
                let mut writers = writers;
                writers[n] = becomes;
                found += stranded(&state, writers, split);
            };
            let mut next = copy();
            match writer {
                Writer::Comes => {
                    next.arrive();
                    step(next, Writer::Waits);
                }
                // Awake because leadership is free, or because its time is over.
                Writer::Waits => match next.take() {
                    Ok(_) => step(next, Writer::Works),
                    Err(_) => step(next, Writer::Gone),
                },
                Writer::Works => {
                    // It fails, and what was open is undone, whoever waits; or it is done.
                    let mut failed = copy();
                    failed.leave();
                    step(failed, Writer::Gone);
                    if split && next.waiting > 0 {
                        step(next, Writer::Leaves);
                    } else {
                        let commits = next.hand_over(()).is_some();
                        step(next, if commits { Writer::Commits } else { Writer::Gone });
                    }
                }
                Writer::Leaves => {
                    (next.open, next.taken) = (Some(()), false);
                    step(next, Writer::Gone);
                }
                Writer::Commits => {
                    next.leave();
                    step(next, Writer::Gone);
                }
                Writer::Gone => {}
            }
        }
        found
    }

    #[test]
    fn no_order_of_steps_leaves_a_transaction_open_for_nobody() {
        assert_eq!(stranded(&super::State::new(), [Writer::Comes; 3], false), 0);
        assert!(stranded(&super::State::new(), [Writer::Comes; 3], true) > 0, "a hand-over in two steps is not found out");
    }
}
