//! Connections to the database, in pools.
//!
//! **Decision.** Whoever needs a connection takes an idle one, or opens one by themselves when there may be more: so they hear at once why
//! none can be had. **Consequence.** Nobody asks a connection whether it is alive before it is used; beginning the transaction tells, and a
//! connection that was lost while nobody used it is exchanged then, for nothing was done on it. One that was not ended properly, or over
//! which nobody answered, never comes back into its pool.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use diesel::ConnectionError;

use super::{
    dialect::{self, Conn, Engine, Use, Watched},
    failure::in_words,
};
use crate::domain::Error;

/// Connections for one purpose.
pub(super) struct Pool {
    pub(super) engine: Engine,
    pub(super) url: String,
    pub(super) purpose: Use,
    pub(super) statements: Arc<Watched>,
    /// How many there may be.
    pub(super) size: usize,
    /// How long one is waited for.
    pub(super) queue_timeout: Duration,
    pub(super) state: Mutex<State>,
    pub(super) free: Condvar,
}

#[derive(Default)]
pub(super) struct State {
    idle: Vec<Conn>,
    taken: usize,
}

/// A connection out of a pool. It is closed when it is dropped, and goes back when it is [given back](Self::give_back).
pub(super) struct Pooled {
    pub(super) conn: Conn,
    place: Place,
}

/// A place in a pool, which is free when this goes.
struct Place {
    pool: Arc<Pool>,
    fresh: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        state.taken = state.taken.saturating_sub(1);
        drop(state);
        self.pool.free.notify_one();
    }
}

impl Pooled {
    /// Give it back, in order and at rest.
    pub(super) fn give_back(self) {
        let Self { mut conn, place } = self;
        conn.timed_by(None);
        if dialect::is_at_rest(&mut conn) && !conn.is_lost() {
            place.pool.state().idle.push(conn);
        }
    }
}

impl Pool {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection.
    ///
    /// # Errors
    /// [`Error::Busy`] when none comes free; [`Error::Unavailable`] when none can be opened.
    pub(super) fn get(self: &Arc<Self>) -> Result<Pooled, Error> {
        let state = self.state();
        let (mut state, _) =
            self.free.wait_timeout_while(state, self.queue_timeout, |s| s.taken >= self.size).unwrap_or_else(PoisonError::into_inner);
        if state.taken >= self.size {
            tracing::warn!("no database connection came free");
            return Err(Error::Busy);
        }
        state.taken = state.taken.saturating_add(1);
        let idle = state.idle.pop();
        drop(state);
        let place = Place { pool: self.clone(), fresh: idle.is_none() };
        let conn = match idle {
            Some(conn) => conn,
            None => dialect::connect(&self.url, self.purpose, self.statements.clone()).map_err(|e| cannot_be_opened(self.engine, e))?,
        };
        Ok(Pooled { conn, place })
    }

    /// A connection with a transaction begun on it.
    ///
    /// `is_had` is told when there is one, before it is asked anything. What was lost while nobody used it is exchanged: nothing was done on it.
    ///
    /// # Errors
    /// As [`Self::get`]; and those of the database.
    pub(super) fn begin(self: &Arc<Self>, mut is_had: impl FnMut()) -> Result<Pooled, Error> {
        // Ends: each round discards an idle connection, and a fresh one is believed.
        loop {
            let mut pooled = self.get()?;
            is_had();
            match dialect::begin(&mut pooled.conn, self.purpose) {
                Ok(()) => return Ok(pooled),
                Err(error) if pooled.place.fresh || self.engine == Engine::Sqlite => return Err(in_words(error)),
                Err(error) => match in_words(error) {
                    // Somebody writes alone.
                    Error::Busy => {
                        pooled.give_back();
                        return Err(Error::Busy);
                    }
                    error => tracing::info!(%error, "a database connection was lost while nobody used it; another is taken"),
                },
            }
        }
    }
}

/// What it means that a connection cannot be opened.
pub(super) fn cannot_be_opened(engine: Engine, error: ConnectionError) -> Error {
    match error {
        ConnectionError::CouldntSetupConfiguration(error) => in_words(error),
        error if engine == Engine::Postgres => Error::Unavailable(Box::new(error)),
        error => Error::internal(error),
    }
}
