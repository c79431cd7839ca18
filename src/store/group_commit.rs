//! Group commit: writers of an embedded database who come while another is at work share its commit.
//!
//! **Decision.** `SQLite` has one writer at a time, and every commit waits for the disk. Whoever has the turn works in a
//! savepoint of the open transaction; when others wait by then, the turn goes to them with the transaction still open, and
//! the last of them commits for all. **Consequence.** Nobody is told that it is done before that commit, nor that it was
//! refused, for the reason may lie in what another wrote. `PostgreSQL` groups the commits of its connections by itself.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    connections::{Manager, Pooled, taken_from},
    dialect::{self, Conn, Use},
};
use crate::domain::{Error, Instant, instant::Clock};

/// How many writes share a commit at most.
const MOST: u32 = 64;

/// For how long the turn is passed on without a commit, in microseconds.
const LONGEST: i64 = 20_000;

/// How long a turn is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where writers wait for their turn.
pub(super) struct Line {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    free: Condvar,
}

#[derive(Default)]
struct State {
    taken: bool,
    waiting: u32,
    open: Option<Open>,
}

/// A transaction with what earlier turns wrote, and not committed yet.
struct Open {
    conn: Pooled,
    group: Arc<Group>,
    writes: u32,
    since: Instant,
}

impl Drop for Open {
    fn drop(&mut self) {
        // What was not committed is lost with the connection, which does not go back into its pool.
        self.group.settle(Err("the commit that this write would have shared did not come".to_owned()));
    }
}

/// Those who share a commit.
#[derive(Default)]
struct Group {
    outcome: Mutex<Option<Result<(), String>>>,
    settled: Condvar,
}

impl Group {
    /// Tell everybody how it ended; what is told first holds.
    fn settle(&self, outcome: Result<(), String>) {
        locked(&self.outcome).get_or_insert(outcome);
        self.settled.notify_all();
    }

    fn wait(&self) -> Result<(), Error> {
        let outcome = self.settled.wait_while(locked(&self.outcome), |outcome| outcome.is_none()).unwrap_or_else(PoisonError::into_inner);
        outcome.clone().unwrap_or(Ok(())).map_err(Error::internal)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Line {
    /// A line in which nobody waits.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default(), free: Condvar::new() }
    }

    /// Wait for the turn, and begin: in the open transaction, or in a new one on a connection of `pool`.
    ///
    /// # Errors
    /// [`Error::Busy`] when the turn does not come; [`Error::Internal`] when the database fails.
    pub(super) fn turn(&self, pool: &r2d2::Pool<Manager>) -> Result<Turn<'_>, Error> {
        let mut state = locked(&self.state);
        state.waiting = state.waiting.saturating_add(1);
        let (mut state, _) = self.free.wait_timeout_while(state, PATIENCE, |s| s.taken).unwrap_or_else(PoisonError::into_inner);
        state.waiting = state.waiting.saturating_sub(1);
        if state.taken {
            return Err(Error::Busy);
        }
        state.taken = true;
        let open = state.open.take();
        drop(state);
        let place = Place(self);
        let mut open = match open {
            Some(open) => open,
            None => Open { conn: taken_from(pool)?, group: Arc::default(), writes: 0, since: self.clock.now() },
        };
        dialect::begin(&mut open.conn, Use::Write)?;
        Ok(Turn { open, place })
    }
}

/// The turn itself; whoever waits gets it when this goes.
struct Place<'l>(&'l Line);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        locked(&self.0.state).taken = false;
        self.0.free.notify_one();
    }
}

/// A writer's turn, with its part of the transaction begun. Whoever drops it without ending it undoes the whole group's work.
pub(super) struct Turn<'l> {
    // Dropped first, so that nobody gets the turn before the connection is given back.
    open: Open,
    place: Place<'l>,
}

impl Turn<'_> {
    pub(super) fn conn(&mut self) -> &mut Conn {
        &mut self.open.conn
    }

    /// End this part, keeping or dropping what it wrote, and wait until what the group wrote is committed.
    ///
    /// # Errors
    /// [`Error::Internal`] when the commit fails, whoever carries it out.
    pub(super) fn end(self, keep: bool) -> Result<(), Error> {
        let Self { place, mut open } = self;
        let group = open.group.clone();
        let alone = open.writes == 0;
        if !(alone && keep) {
            dialect::end(&mut open.conn, keep)?;
        }
        if alone && !keep {
            group.settle(Ok(()));
            return Ok(());
        }
        open.writes = open.writes.saturating_add(1);
        let mut state = locked(&place.0.state);
        if state.waiting > 0 && open.writes < MOST && place.0.clock.now().as_micros().saturating_sub(open.since.as_micros()) < LONGEST {
            state.open = Some(open);
            drop(state);
            drop(place);
            return group.wait();
        }
        drop(state);
        let outcome = dialect::end(&mut open.conn, true);
        group.settle(outcome.as_ref().copied().map_err(|e| format!("a commit failed: {e}")));
        Ok(outcome?)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::{Arc, Mutex},
        thread::{self, Scope},
    };

    use diesel::{connection::SimpleConnection, prelude::*};

    use super::locked;
    use crate::{
        domain::{Error, Instant, id::Entropy, instant::Clock},
        store::{Options, Store, Tx},
    };

    struct Still;
    impl Clock for Still {
        fn now(&self) -> Instant {
            Instant::from_micros(0)
        }
    }
    impl Entropy for Still {
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
                while !rest.is_empty() && locked(&desk.store.0.line.state).waiting == 0 {
                    thread::yield_now();
                }
                first(desk, tx)
            };
            let answer = catch_unwind(AssertUnwindSafe(|| desk.store.write_now(work)));
            locked(&desk.answers).push(matches!(answer, Ok(Ok(()))));
        });
    }

    /// What is there when such writes are done, and how many of them were told that they succeeded.
    fn after(name: &str, writes: &[Write]) -> (Vec<i32>, usize) {
        let folder = std::env::temp_dir().join(format!("dateline-test-{}-{name}", std::process::id()));
        let url = format!("sqlite://{}", folder.join("group.db").display());
        let store = Store::open(Options { url, readers: 1, writers: 1, clock: Arc::new(Still), entropy: Arc::new(Still) }).unwrap();
        store.migrate().unwrap();
        store.write_now(|tx| Ok(tx.conn.batch_execute("CREATE TABLE written (n INTEGER NOT NULL)")?)).unwrap();
        let desk = Desk { store, answers: Mutex::default() };
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
    fn a_panic_loses_its_group_which_is_told_so_and_no_more() {
        let panicking: Write = |_, tx| {
            write(tx, 2)?;
            panic!("of a test")
        };
        let three: Write = |_, tx| write(tx, 3);
        let (there, succeeded) = after("panic", &[one, panicking, three]);
        assert_eq!((there, succeeded), (vec![3], 1));
    }
}
