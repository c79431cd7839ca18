//! Group commit: writers of an embedded database who come while another is at work share its commit.
//!
//! **Decision.** `SQLite` has one writer at a time, and every commit waits for the disk. The leader works in a
//! savepoint of the open transaction; when others wait by then, leadership goes to them with the transaction still open, and
//! the last of the group commits for all. The writes of requests stand in line for one thread ([`super::threads`]), which goes from one
//! to the next without a wake-up in between; commands and workers wait on threads of their own, and come after one of these at the latest. **Consequence.** Nobody is told that it is done
//! before that commit, nor that it was refused, for the reason may lie in what another wrote. `PostgreSQL` groups the commits of its
//! connections by itself.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
        mpsc,
    },
    time::Duration,
};

use tokio::{sync::Notify, time::timeout};

use super::{
    connections::{Pool, Pooled},
    dialect::{self, Conn, Use},
    failure::in_words,
    write_timeout::{ActiveWrite, ActiveWrites, WriteRequest},
};
use crate::domain::{Error, Instant, instant::Clock, site::Masthead};

/// How many writes share a commit at most.
const MAX: u32 = 64;

/// For how long leadership is passed on without a commit, in microseconds.
const LONGEST: i64 = 20_000;

/// Where writers wait.
pub(super) struct WriteQueue {
    clock: Arc<dyn Clock>,
    active_writes: Arc<ActiveWrites>,
    queue_timeout: Duration,
    state: Mutex<State<Open>>,
    free: Condvar,
    /// Told when somebody has looked which writes are over their limit.
    limits_looked_at: Notify,
    /// How long the last commit took, in microseconds.
    commit_took: AtomicI64,
}

/// Who leads the group, who waits for that (its followers), and the transaction that was left open
/// for them. **Decision.** Leadership is handed over in one step under one lock: whether anybody waits is asked, and the transaction left to
/// them, without letting go in between; and whoever gives up waiting takes what was left, in the step that ends their waiting, if leadership is
/// free. **Consequence.** Between any two steps, what was left open is somebody's who waits. Asked in one step and left in the next, it could
/// be nobody's: the last who waits may give up between the two, and the group would hear nothing before somebody else writes.
struct State<O> {
    taken: bool,
    waiting: u32,
    /// How many of them have a thread that has to be woken; of these, how many are not the thread of requests.
    blocked: u32,
    others: u32,
    /// It is the turn of one of these others: the thread of requests, which needs no waking, would always be there before them.
    turn_of_others: bool,
    open: Option<O>,
}

impl<O> State<O> {
    const fn new() -> Self {
        Self { taken: false, waiting: 0, blocked: 0, others: 0, turn_of_others: false, open: None }
    }

    fn arrive(&mut self) {
        self.waiting = self.waiting.saturating_add(1);
    }

    /// Whether one who waits, in the line of requests or not, may lead now.
    fn may_lead(&self, in_line: bool) -> bool {
        !(self.taken || in_line && self.turn_of_others && self.others > 0)
    }

    /// Stop waiting: with leadership, and what was left open for whoever gets it, when it is free; else without.
    fn take(&mut self, in_line: bool) -> Result<Option<O>, Error> {
        self.waiting = self.waiting.saturating_sub(1);
        if self.taken {
            return Err(Error::Busy);
        }
        self.taken = true;
        self.turn_of_others &= in_line;
        Ok(self.open.take())
    }

    /// Leave leadership and the open transaction to somebody who waits, at once; it comes back when nobody does.
    fn hand_over(&mut self, open: O, in_line: bool) -> Option<O> {
        if self.waiting == 0 {
            return Some(open);
        }
        self.open = Some(open);
        self.leave(in_line);
        None
    }

    fn leave(&mut self, in_line: bool) {
        self.taken = false;
        self.turn_of_others |= in_line;
    }
}

/// A transaction with what the group has written, and not committed yet.
struct Open {
    conn: Pooled,
    group: Group,
    writes: u32,
    since: Instant,
    masthead: Option<(Arc<Masthead>, i64)>,
}

/// What somebody does who hears how the commit ended that they share.
type Told = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// Those who share a commit, in the order of their writes. When it is dropped before they are told how it ended, they are told that it did not come.
#[derive(Default)]
struct Group(Vec<Told>);

impl Group {
    /// Tell everybody how it ended.
    fn settle(&mut self, outcome: &Result<(), Error>) {
        for told in mem::take(&mut self.0) {
            // One who fails to hear it keeps nobody else from it.
            if catch_unwind(AssertUnwindSafe(|| told(outcome.clone()))).is_err() {
                tracing::error!("whoever was told of a commit has panicked");
            }
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // What was not committed is lost with the connection, which does not go back into its pool.
        self.settle(&Err(Error::internal("the commit that this write would have shared did not come")));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl WriteQueue {
    /// A queue in which nobody waits.
    pub(super) fn new(clock: Arc<dyn Clock>, active_writes: Arc<ActiveWrites>, queue_timeout: Duration) -> Self {
        Self {
            clock,
            active_writes,
            queue_timeout,
            state: Mutex::new(State::new()),
            free: Condvar::new(),
            limits_looked_at: Notify::new(),
            commit_took: AtomicI64::new(0),
        }
    }

    /// Whether a group is to be committed although somebody waits. **Decision.** It is, as soon as it has cost more time than its commit will, and
    /// half of those who were there are in it: while they are answered and ask again, the other half writes. **Consequence.** Neither the disk
    /// nor those who ask stand still for the other; where a commit takes long, more share it.
    fn is_large_enough(&self, writes: u32, lasted: i64, waiting: u32) -> bool {
        writes >= MAX || lasted >= LONGEST || (writes >= waiting && lasted > self.commit_took.load(Ordering::Relaxed))
    }

    /// Begin to wait, in the line of requests or on a thread of one's own. From here on a leader may leave its transaction to this place, although
    /// nobody has entered with it yet.
    pub(super) fn arrive(self: &Arc<Self>, in_line: bool) -> Place {
        locked(&self.state).arrive();
        Place { queue: Some(self.clone()), in_line }
    }

    /// Ends after as long as anybody waits, or when a write is over its limit: whoever still waits then is to be sent away.
    pub(super) async fn patience(&self) {
        let leader = async {
            // Ends: when the leader is over its limit; whoever looks for that wakes this.
            loop {
                let mut looked = pin!(self.limits_looked_at.notified());
                looked.as_mut().enable();
                if self.active_writes.any_over_limit() {
                    return;
                }
                looked.await;
            }
        };
        let _ = timeout(self.queue_timeout, leader).await;
    }

    /// Wake those who have to be woken, now that one of them may lead.
    fn wake_next(&self, state: MutexGuard<'_, State<Open>>) {
        let blocked = state.blocked;
        drop(state);
        if blocked > 0 {
            // All, for whose turn it is they know themselves.
            self.free.notify_all();
        }
    }

    /// Let those who wait look whether they still want to.
    pub(super) fn wake_waiting(&self) {
        self.free.notify_all();
        self.limits_looked_at.notify_waiters();
    }
}

/// A place in the queue. Whoever gives it up, while nobody leads, takes what was left to those who wait, and commits it or passes it on.
pub(super) struct Place {
    queue: Option<Arc<WriteQueue>>,
    in_line: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(queue) = self.queue.take() else { return };
        let taken = locked(&queue.state).take(self.in_line);
        if let Ok(open) = taken {
            let leadership = Leadership { queue: Some(queue), in_line: self.in_line };
            if let Some(open) = open {
                leadership.pass_on(open, None);
            }
        }
    }
}

impl Place {
    /// Wait to lead, and begin: in the open transaction, or in a new one on a connection of `pool`.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue does not come to it in time; what the database fails with.
    pub(super) fn enter(mut self, pool: &Arc<Pool>, request: &WriteRequest) -> Result<GroupedWrite, Error> {
        let in_line = self.in_line;
        let queue = self.queue.take().ok_or_else(|| Error::internal("a place in the write queue that was given up"))?;
        let mut state = locked(&queue.state);
        state.blocked = state.blocked.saturating_add(1);
        state.others = state.others.saturating_add(u32::from(!in_line));
        // Nobody waits for somebody of whom it is known that they take too long.
        let wait = |s: &mut State<Open>| !s.may_lead(in_line) && !queue.active_writes.any_over_limit();
        let (mut state, _) = queue.free.wait_timeout_while(state, queue.queue_timeout, wait).unwrap_or_else(PoisonError::into_inner);
        state.blocked = state.blocked.saturating_sub(1);
        state.others = state.others.saturating_sub(u32::from(!in_line));
        let open = state.take(in_line)?;
        drop(state);
        let leadership = Leadership { queue: Some(queue.clone()), in_line };
        let active = queue.active_writes.begin(request);
        let since = queue.clock.now();
        let mut open = match open {
            Some(open) => open,
            None => Open { conn: pool.get()?, group: Group::default(), writes: 0, since, masthead: None },
        };
        dialect::begin(&mut open.conn.conn, Use::Write).map_err(in_words)?;
        active.begins();
        open.conn.conn.timed_by(Some(active.timer.clone()));
        Ok(GroupedWrite { open, active, leadership })
    }
}

/// Leadership itself; whoever waits gets it when this goes.
struct Leadership {
    queue: Option<Arc<WriteQueue>>,
    in_line: bool,
}

impl Drop for Leadership {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.take() {
            let mut state = locked(&queue.state);
            state.leave(self.in_line);
            queue.wake_next(state);
        }
    }
}

impl Leadership {
    /// Leave leadership, with the open transaction, to somebody who waits; when nobody does, or the group is large enough, commit it.
    fn pass_on(mut self, open: Open, active: Option<ActiveWrite>) {
        let Some(queue) = self.queue.clone() else { return };
        let now = queue.clock.now();
        let lasted = micros_since(open.since, now);
        let mut state = locked(&queue.state);
        let left = if queue.is_large_enough(open.writes, lasted, state.waiting) { Some(open) } else { state.hand_over(open, self.in_line) };
        let Some(Open { mut conn, mut group, .. }) = left else {
            // Leadership is another's already.
            self.queue = None;
            return queue.wake_next(state);
        };
        drop(state);
        let ended = dialect::end(&mut conn.conn, true).map_err(in_words);
        let outcome = ended.and_then(|()| {
            if dialect::is_at_rest(&mut conn.conn) { Ok(()) } else { Err(Error::internal("a commit that left its transaction open")) }
        });
        queue.commit_took.store(micros_since(now, queue.clock.now()), Ordering::Relaxed);
        conn.give_back();
        // Whoever is told may look at once whether somebody writes.
        drop(active);
        group.settle(&outcome);
    }
}

fn micros_since(then: Instant, now: Instant) -> i64 {
    now.as_micros().saturating_sub(then.as_micros())
}

/// A write in a group, with its savepoint begun. Whoever drops it without ending it undoes the whole group's work.
pub(super) struct GroupedWrite {
    // Dropped first, so that nobody gets leadership before the connection is given back.
    open: Open,
    active: ActiveWrite,
    leadership: Leadership,
}

impl GroupedWrite {
    pub(super) fn conn(&mut self) -> &mut Conn {
        &mut self.open.conn.conn
    }

    /// What a [`Tx`](super::Tx) knows of the site, handed on to the next of the group.
    pub(super) fn masthead(&mut self) -> &mut Option<(Arc<Masthead>, i64)> {
        &mut self.open.masthead
    }

    pub(super) fn active(&self) -> &ActiveWrite {
        &self.active
    }

    /// End this part, keeping or dropping what it wrote; `told` is told when what the group wrote is committed, or what the commit fails with,
    /// whoever carries it out.
    pub(super) fn end(self, keep: bool, told: impl FnOnce(Result<(), Error>) + Send + 'static) {
        let Self { leadership, mut open, active } = self;
        // Whoever is undone holds nobody up any more.
        let active = Some(active).filter(|_| keep);
        open.conn.conn.timed_by(None);
        let alone = open.writes == 0;
        if alone && !keep {
            match dialect::end(&mut open.conn.conn, false) {
                Ok(()) => open.conn.give_back(),
                // `SQLite` has undone it by itself, as where the disk is full; the connection is closed.
                Err(error) => tracing::error!(%error, "a rollback failed"),
            }
            return told(Ok(()));
        }
        if !alone && let Err(error) = dialect::end(&mut open.conn.conn, keep) {
            drop(open);
            return told(Err(in_words(error)));
        }
        open.writes = open.writes.saturating_add(1);
        open.group.0.push(Box::new(told));
        leadership.pass_on(open, active);
    }

    /// The same, waiting for it.
    ///
    /// # Errors
    /// What the commit fails with.
    pub(super) fn end_and_wait(self, keep: bool) -> Result<(), Error> {
        let (tell, told) = mpsc::sync_channel(1);
        self.end(keep, move |outcome| drop(tell.send(outcome)));
        told.recv().map_err(Error::internal)?
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        panic::{AssertUnwindSafe, catch_unwind},
        path::PathBuf,
        pin::{Pin, pin},
        sync::{
            Arc, Barrier, Mutex,
            atomic::{AtomicI64, Ordering},
        },
        task::Poll,
        thread::{self, Scope},
        time::Duration,
    };

    use diesel::{connection::SimpleConnection, prelude::*};

    use super::{ActiveWrites, LONGEST, MAX, WriteQueue, in_words, locked};
    use crate::{
        access::Bookkeeping,
        domain::{Error, Instant, id::Entropy, instant::Clock},
        store::{Limits, Options, Store, Tx, query::RunQueryDsl},
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
        diesel::insert_into(written::table).values(written::n.eq(n)).execute(tx)?;
        Ok(())
    }

    fn seen(store: &Store) -> Vec<i32> {
        store.read_now(|tx| written::table.select(written::n).order(written::n).load(tx)).unwrap()
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

    /// A desk with a table to write to, and the folder it is in.
    fn desk(name: &str) -> (Desk, PathBuf) {
        let folder = std::env::temp_dir().join(format!("dateline-test-{}-{name}", std::process::id()));
        let url = format!("sqlite://{}", folder.join("group.db").display());
        let clock = Arc::<ManualClock>::default();
        // Whoever waits is sent away before, or waits in vain.
        let limits = Limits { queue_timeout: Duration::from_hours(1), ..Limits::default() };
        let options = Options {
            url,
            readers: 1,
            writers: 1,
            clock: clock.clone(),
            entropy: Arc::new(FixedClock),
            media_url: "http://127.0.0.1:8080/v1/media".to_owned(),
            limits,
        };
        let store = Store::open(options).unwrap();
        store.migrate().unwrap();
        store.write_now(&Bookkeeping, |tx| tx.conn.batch_execute("CREATE TABLE written (n INTEGER NOT NULL)").map_err(in_words)).unwrap();
        (Desk { store, clock, answers: Mutex::default() }, folder)
    }

    /// What is there when such writes are done, and how many of them were told that they succeeded.
    fn after(name: &str, writes: &[Write]) -> (Vec<i32>, usize) {
        let (desk, folder) = desk(name);
        thread::scope(|scope| queue(scope, &desk, writes));
        let (there, answers) = (seen(&desk.store), desk.answers.into_inner().unwrap());
        drop(desk.store);
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

    /// Ask a future once whether it is done.
    async fn poll<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
        poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
    }

    /// What a request's write of 1 is told, and what is there then, when something is done while it stands still inside its transaction.
    fn while_one_writes(name: &str, meanwhile: impl AsyncFnOnce(&Desk)) -> (Result<(), Error>, Vec<i32>) {
        let (desk, folder) = desk(name);
        let barrier = Arc::new(Barrier::new(2));
        let waiting = barrier.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let told = runtime.block_on(async {
            let mut one = pin!(desk.store.write(Bookkeeping, move |tx, _| {
                waiting.wait();
                waiting.wait();
                write(tx, 1)
            }));
            assert!(poll(one.as_mut()).await.is_pending());
            barrier.wait();
            meanwhile(&desk).await;
            barrier.wait();
            one.await
        });
        let there = seen(&desk.store);
        drop(desk);
        std::fs::remove_dir_all(folder).unwrap();
        (told, there)
    }

    #[test]
    fn what_is_left_to_a_request_that_hung_up_is_committed() {
        let (told, there) = while_one_writes("hung-up", async |desk| {
            let mut two = Box::pin(desk.store.write(Bookkeeping, |tx, _| write(tx, 2)));
            assert!(poll(two.as_mut()).await.is_pending());
            assert_eq!(locked(&desk.store.0.write_queue.state).waiting, 1, "it would not be left to anybody");
        });
        assert!(told.is_ok(), "{told:?}");
        assert_eq!(there, [1]);
    }

    #[test]
    fn a_request_behind_one_that_takes_too_long_is_sent_away() {
        let (told, there) = while_one_writes("sent-away", async |desk| {
            let mut two = pin!(desk.store.write(Bookkeeping, |tx, _| write(tx, 2)));
            assert!(poll(two.as_mut()).await.is_pending());
            desk.clock.0.fetch_add(5_000_000, Ordering::SeqCst);
            desk.store.check_write_timeouts();
            assert!(matches!(poll(two.as_mut()).await, Poll::Ready(Err(Error::Busy))), "at once");
            let mut three = pin!(desk.store.write(Bookkeeping, |tx, _| write(tx, 3)));
            assert!(matches!(poll(three.as_mut()).await, Poll::Ready(Err(Error::Busy))), "nor does anybody wait who comes later");
        });
        assert!(matches!(told, Err(Error::TookTooLong)), "{told:?}");
        assert!(there.is_empty());
    }

    #[test]
    fn after_a_request_it_is_the_turn_of_a_worker_that_waits_and_then_of_anybody() {
        let mut state = super::State { others: 1, ..super::State::new() };
        state.arrive();
        assert!(state.may_lead(true), "nobody has led");
        assert!(matches!(state.take(true), Ok(None)));
        state.arrive();
        state.arrive();
        assert_eq!(state.hand_over((), true), None);
        assert!(!state.may_lead(true) && state.may_lead(false));
        assert!(matches!(state.take(false), Ok(Some(()))));
        state.leave(false);
        assert!(state.may_lead(true) && state.may_lead(false));
        state.leave(true);
        assert!(!state.may_lead(true));
        state.others = 0;
        assert!(state.may_lead(true), "who gave up waiting has no turn");
    }

    #[test]
    fn a_worker_writes_between_requests_however_many_of_them_wait() {
        let order = Arc::<Mutex<Vec<i32>>>::default();
        let noted = order.clone();
        let (told, there) = while_one_writes("fair", async move |desk| {
            let write_noted = |n: i32| {
                let noted = noted.clone();
                move |tx: &mut Tx<'_>| {
                    locked(&noted).push(n);
                    write(tx, n)
                }
            };
            for n in 2..5 {
                let (store, work) = (desk.store.clone(), write_noted(n));
                tokio::spawn(async move { store.write(Bookkeeping, move |tx, _| work(tx)).await });
            }
            tokio::task::yield_now().await;
            let (store, work) = (desk.store.clone(), write_noted(9));
            thread::spawn(move || store.write_now(&Bookkeeping, work));
            while locked(&desk.store.0.write_queue.state).others == 0 {
                thread::yield_now();
            }
        });
        assert!(told.is_ok(), "{told:?}");
        assert_eq!(there, [1, 2, 3, 4, 9]);
        assert_eq!(*locked(&order), [9, 2, 3, 4]);
    }

    #[test]
    fn requests_share_a_commit_and_a_refusal_undoes_its_own_part_alone() {
        let before = Arc::<Mutex<Vec<i32>>>::default();
        let looked = before.clone();
        let (told, there) = while_one_writes("requests", async move |desk| {
            let request = |n: i32, answer: Result<(), Error>| {
                let (store, reader, looked) = (desk.store.clone(), desk.store.clone(), looked.clone());
                let work = move |tx: &mut Tx<'_>, _| {
                    locked(&looked).extend(seen(&reader));
                    write(tx, n).and(answer)
                };
                tokio::spawn(async move { store.write(Bookkeeping, work).await })
            };
            drop([request(2, Ok(())), request(3, Err(Error::Busy)), request(4, Ok(()))]);
            tokio::task::yield_now().await;
            assert_eq!(locked(&desk.store.0.write_queue.state).waiting, 3);
        });
        assert!(told.is_ok(), "{told:?}");
        assert_eq!(there, [1, 2, 4]);
        assert!(locked(&before).is_empty(), "something was committed before the last of the group was done");
    }

    #[test]
    fn a_group_is_committed_when_half_of_those_who_were_there_are_in_it_unless_commits_take_longer() {
        let queue = WriteQueue::new(
            Arc::<ManualClock>::default(),
            Arc::new(ActiveWrites::new(Arc::<ManualClock>::default(), Duration::MAX)),
            Duration::MAX,
        );
        let is_large_enough = |writes, lasted, waiting| queue.is_large_enough(writes, lasted, waiting);
        assert!(is_large_enough(4, 1, 4) && !is_large_enough(3, 1, 5));
        queue.commit_took.store(5_000, Ordering::Relaxed);
        assert!(!is_large_enough(7, 5_000, 1) && is_large_enough(7, 5_001, 1));
        assert!(is_large_enough(MAX, 0, 100) && is_large_enough(1, LONGEST, 100));
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
        let copy = || super::State { taken: state.taken, waiting: state.waiting, open: state.open, ..super::State::new() };
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
                Writer::Waits => match next.take(true) {
                    Ok(_) => step(next, Writer::Works),
                    Err(_) => step(next, Writer::Gone),
                },
                Writer::Works => {
                    // It fails, and what was open is undone, whoever waits; or it is done.
                    let mut failed = copy();
                    failed.leave(true);
                    step(failed, Writer::Gone);
                    if split && next.waiting > 0 {
                        step(next, Writer::Leaves);
                    } else {
                        let commits = next.hand_over((), true).is_some();
                        step(next, if commits { Writer::Commits } else { Writer::Gone });
                    }
                }
                Writer::Leaves => {
                    (next.open, next.taken) = (Some(()), false);
                    step(next, Writer::Gone);
                }
                Writer::Commits => {
                    next.leave(true);
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
