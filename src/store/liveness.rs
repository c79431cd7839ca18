//! Which process made a claim, and whether it still lives.
//!
//! **Context.** A process that died has left claims behind ([`super::idempotency`]); whoever repeats the request should not wait until these
//! lapse. **Decision.** A process has a number, and holds something that the system takes from it when it dies, however it does: on
//! `PostgreSQL` a lock of a session, on `SQLite` a lock on a file beside the database, which only one process can have. **Consequence.** A
//! claim of a number that nobody holds is a dead process's. A process that holds nothing (the second one over a `SQLite` file, or one whose
//! session was just lost) signs no claims, and hears of no death: its claims lapse, as all do, after their lease. That somebody is believed
//! dead who lives does no harm: the claim decides at its commit.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    Store,
    connections::cannot_be_opened,
    dialect::{self, Conn, Engine, Use},
};
use crate::domain::Error;

/// The lock that says that this process lives.
#[derive(Default)]
pub(super) struct Liveness {
    number: OnceLock<i64>,
    held: AtomicBool,
    what: Mutex<Option<What>>,
}

enum What {
    Session(Conn),
    File(#[expect(dead_code, reason = "held for its lock")] File),
}

impl Liveness {
    /// The number under which this process makes claims, when it can be seen to live.
    pub(super) fn number(&self) -> Option<i64> {
        self.number.get().copied().filter(|_| self.held.load(Ordering::Relaxed))
    }
}

impl Store {
    /// Let others see that this process lives; to be called again and again, for what shows it may be lost.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database does not answer.
    pub fn refresh_liveness(&self) -> Result<(), Error> {
        let liveness = &self.0.liveness;
        let mut what = liveness.what.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(What::Session(conn)) = what.as_mut()
            && !dialect::is_alive(conn)
        {
            liveness.held.store(false, Ordering::Relaxed);
            *what = None;
        }
        if what.is_none() {
            let number = *liveness.number.get_or_init(|| {
                let mut bytes = [0; 8];
                self.0.entropy.fill(&mut bytes);
                i64::from_le_bytes(bytes)
            });
            *what = self.lock_liveness(number)?;
        }
        liveness.held.store(what.is_some(), Ordering::Relaxed);
        Ok(())
    }

    fn lock_liveness(&self, number: i64) -> Result<Option<What>, Error> {
        if self.0.engine == Engine::Postgres {
            let mut conn = dialect::connect(&self.0.url, Use::Read, self.0.statements.clone())
                .map_err(|error| cannot_be_opened(self.0.engine, error))?;
            return Ok(dialect::hold_number(&mut conn, number)?.then_some(What::Session(conn)));
        }
        let path = format!("{}-serving", self.0.url.trim_start_matches("sqlite://"));
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = file.map_err(|error| Error::internal(format!("{path} cannot be opened: {error}")))?;
        Ok(file.try_lock().is_ok().then_some(What::File(file)))
    }
}
