//! Whether anything can be written: a full disk, and a database that can only be read, refuse every write of everybody.
//!
//! **Context.** Whoever runs the server has to hear of that, also when nobody writes at the moment, and must not hear of it any longer than it
//! lasts. **Decision.** What a write was refused for is remembered, whoever's it was, until a change is committed. Meanwhile a worker tries by
//! itself, with as much as a story takes: put and taken away again in one commit, which is little enough to be tried every half second, and
//! more than what lies free in a file that has just run full. **Consequence.** `ready` knows without entering the write queue, and what has
//! passed is known of within a second or so, without anybody's help.

use std::sync::atomic::{AtomicU8, Ordering};

use serde_json::Value;
use uuid::Uuid;

use super::{Store, Tx, dialect::Engine, imports};
use crate::{access::Bookkeeping, domain::Error};

/// The kind under which nothing is imported: what is tried stands there, until the end of its transaction.
const KIND: &str = "probe";

/// How much is tried, in bytes.
const MUCH: usize = 65_536;

/// Why nothing can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// There is no room left.
    DiskFull,
    /// The database can only be read.
    ReadOnly,
    /// The file of an embedded database cannot be written to for another reason.
    Unavailable,
}

/// What writes were refused for.
#[derive(Default)]
pub(super) struct WriteHealth(AtomicU8);

impl WriteHealth {
    fn stopped(&self) -> Option<Stopped> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(Stopped::DiskFull),
            2 => Some(Stopped::ReadOnly),
            _ => Some(Stopped::Unavailable),
        }
    }

    /// Something was written.
    pub(super) fn written(&self) {
        if self.0.load(Ordering::Relaxed) != 0 && self.0.swap(0, Ordering::Relaxed) != 0 {
            tracing::warn!("one can write again");
        }
    }

    /// A write was refused.
    pub(super) fn note(&self, engine: Engine, error: &Error) {
        let why = match error {
            Error::DiskFull(_) => 1,
            Error::ReadOnly(_) => 2,
            // Whether a server answers is seen by those who read, too.
            Error::Unavailable(_) if engine == Engine::Sqlite => 3,
            _ => return,
        };
        if self.0.swap(why, Ordering::Relaxed) != why {
            tracing::error!(why = error.for_the_log(), "nothing can be written until that has passed; whoever reads is answered");
        }
    }
}

impl Store {
    /// Why nothing can be written, as far as the last who tried were told.
    #[must_use]
    pub fn writes_stopped(&self) -> Option<Stopped> {
        self.0.write_health.stopped()
    }

    /// Try whether one can write again, when nothing could be written. It may be that it cannot: that is no failure.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`] and [`Error::Internal`] when that cannot be said.
    pub fn try_to_write(&self) -> Result<(), Error> {
        if self.writes_stopped().is_none() {
            return Ok(());
        }
        match self.write_now(&Bookkeeping, write_and_take_away) {
            Ok(()) => self.0.write_health.written(),
            Err(Error::DiskFull(_) | Error::ReadOnly(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn write_and_take_away(tx: &mut Tx<'_>) -> Result<(), Error> {
    // Of chance: what says the same all over would be kept in a few bytes.
    let mut bytes = vec![0; MUCH / 2];
    tx.entropy().fill(&mut bytes);
    let digest = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let key = tx.new_id::<()>().to_string();
    imports::put(tx, KIND, &key, &imports::Imported { target: Uuid::nil(), digest, versions: Value::Null })?;
    imports::forget(tx, KIND, &key)
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;

    use super::Stopped;
    use crate::{
        access::Bookkeeping,
        domain::Error,
        store::{failure::in_words, fixture},
    };

    #[test]
    fn a_full_file_is_remembered_until_there_is_room_for_a_story() {
        let (store, folder, _) = fixture::store("room");
        store.migrate().unwrap();
        let pages = |most: &str| {
            store.on_the_writer(|conn| conn.batch_execute(&format!("PRAGMA max_page_count = {most}")).map_err(in_words)).unwrap();
        };
        store.try_to_write().unwrap();
        assert_eq!(store.writes_stopped(), None);
        pages("1");
        let much = |tx: &mut crate::store::Tx<'_>| {
            tx.conn.batch_execute("CREATE TABLE much AS SELECT hex(randomblob(1000000)) AS n").map_err(in_words)
        };
        assert!(matches!(store.write_now(&Bookkeeping, much), Err(Error::DiskFull(_))));
        assert_eq!(store.writes_stopped(), Some(Stopped::DiskFull));
        // Neither what needs no room nor what is tried in vain tells of any.
        store.write_now(&Bookkeeping, |_| Ok(())).unwrap();
        store.try_to_write().unwrap();
        assert_eq!(store.writes_stopped(), Some(Stopped::DiskFull));
        pages("4294967294");
        store.try_to_write().unwrap();
        assert_eq!(store.writes_stopped(), None);
        let probes = |tx: &mut crate::store::Tx<'_>| crate::store::imports::find(tx, super::KIND, "");
        assert_eq!(store.read_now(probes).unwrap(), None);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
