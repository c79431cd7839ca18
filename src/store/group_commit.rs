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

use super::dialect::{self, Conn, Use};
use crate::domain::{Error, Instant, instant::Clock};

/// How many writes share a commit at most.
const MOST: u32 = 64;

/// For how long the turn is passed on without a commit, in microseconds.
const LONGEST: i64 = 20_000;

/// How long a turn is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection out of a pool.
pub(super) type Pooled = r2d2::PooledConnection<super::Manager>;

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
    pub(super) fn turn(&self, pool: &r2d2::Pool<super::Manager>) -> Result<Turn<'_>, Error> {
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
            None => Open { conn: super::taken_from(pool)?, group: Arc::default(), writes: 0, since: self.clock.now() },
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
        group.settle(outcome.as_ref().map(|()| ()).map_err(|e| format!("a commit failed: {e}")));
        Ok(outcome?)
    }
}
