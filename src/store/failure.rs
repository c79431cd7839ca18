//! Database failures in the newsroom's words: one place where constraints and transient failures become answers, for both engines.
//!
//! **What is tried again.** Whatever has certainly not happened, through no fault of whoever asked: a connection that was lost while nobody
//! used it is exchanged (`connections`); a transaction that a server undid for another's sake (a deadlock, a serialisation failure), or whose
//! connection was lost before its commit was asked for, is carried out again from its beginning (`work`); so is whatever only reads, wherever
//! it was lost (`snapshots`). Whether a commit whose answer was lost has happened cannot be known: that, and what fails again and again, is
//! answered as passing (503 with `Retry-After`), and whoever repeats it under its `Idempotency-Key` is safe either way. An embedded database
//! has one writer, which waits for the lock before it begins, and no connection that can be lost: there is nothing to be tried again.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

use super::write_timeout::TimedOut;
use crate::domain::Error;

/// Constraint on `PostgreSQL`, columns on `SQLite`, pointer, words.
const UNIQUE: [(&str, &str, &str, &str); 11] = [
    ("users_email_key", "users.email", "#/email", "another user has this address"),
    ("addresses_key", "addresses.locale, addresses.slug", "#/slug", "another address of this locale has this slug"),
    ("locales_pkey", "locales.locale", "#/locale", "the site has this locale already"),
    ("translations_pkey", "translations.article_id, translations.locale", "#/locale", "the article has this translation already"),
    ("editions_live_key", "editions.article_id, editions.locale", "#/locales", "it was published at the same moment"),
    ("idempotency_keys_key", "idempotency_keys.user_id, idempotency_keys.key", "Idempotency-Key", "it was claimed at the same moment"),
    ("redirects_key", "redirects.path", "#/from", "another redirect leads from there"),
    ("menus_key", "menus.slug", "#/slug", "another menu has this slug"),
    ("collections_of_locales_key", "collections.slug, collections.locale", "#/slug", "another collection has this slug"),
    ("collections_of_all_key", "collections.slug", "#/slug", "another collection has this slug"),
    ("imports_key", "imports.kind, imports.key", "#/key", "it was imported at the same moment"),
];

/// What kind of failure is transient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transient {
    Busy,
    TookTooLong,
    Unavailable,
    DiskFull,
    ReadOnly,
}

/// Transient failures that Diesel has no kind for, by what the engines say: it hands on neither `SQLSTATE` nor `SQLite`'s code, and libpq is asked for
/// them nowhere without `unsafe`. A server's language is its superuser's to choose (`lc_messages`), not a session's. **Consequence.** Of a server
/// that does not speak English, what Diesel has a kind for and deadlocks are understood, the rest is answered as a fault; the start warns of it.
const TRANSIENTS: [(&str, Transient); 17] = [
    // SQLite: BUSY, LOCKED, FULL, READONLY, IOERR, CANTOPEN.
    ("database is locked", Transient::Busy),
    ("database table is locked", Transient::Busy),
    ("database or disk is full", Transient::DiskFull),
    ("attempt to write a readonly database", Transient::ReadOnly),
    ("disk I/O error", Transient::Unavailable),
    ("unable to open database file", Transient::Unavailable),
    // PostgreSQL: 55P03, 57014, 53100, 57P01 to 57P03, 53300, 53200 and its shared memory.
    ("canceling statement due to lock timeout", Transient::Busy),
    ("canceling statement due to statement timeout", Transient::TookTooLong),
    ("No space left on device", Transient::DiskFull),
    ("terminating connection due to", Transient::Unavailable),
    ("the database system is", Transient::Unavailable),
    ("server closed the connection unexpectedly", Transient::Unavailable),
    ("no connection to the server", Transient::Unavailable),
    ("too many clients already", Transient::Unavailable),
    ("remaining connection slots are reserved", Transient::Unavailable),
    ("out of memory", Transient::Busy),
    ("out of shared memory", Transient::Busy),
];

/// Whether the server has undone a transaction in favour of another one: carried out again, it may well succeed.
pub(super) fn is_for_another(error: &Diesel) -> bool {
    match error {
        Diesel::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        Diesel::DatabaseError(DatabaseErrorKind::Unknown, info) => info.details().is_some_and(is_circle),
        _ => false,
    }
}

/// Whether the details of an error are those of a deadlock (40P01): a line for each of those who wait in a circle, naming the mode of the
/// lock that it waits for. Whatever language the server speaks, it does not translate these names; no other error of its own has such lines.
fn is_circle(details: &str) -> bool {
    const MODES: [&str; 8] = [
        "AccessShareLock",
        "RowShareLock",
        "RowExclusiveLock",
        "ShareUpdateExclusiveLock",
        "ShareLock",
        "ShareRowExclusiveLock",
        "ExclusiveLock",
        "AccessExclusiveLock",
    ];
    let waits = |line: &str| line.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| MODES.contains(&word));
    details.lines().count() > 1 && details.lines().all(waits)
}

impl Transient {
    /// Which transient failure an error of the database is, if it is one.
    fn of(error: &Diesel) -> Option<Self> {
        match error {
            error if is_for_another(error) => Some(Self::Busy),
            Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _)
            | Diesel::BrokenTransactionManager => Some(Self::Unavailable),
            Diesel::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => Some(Self::ReadOnly),
            Diesel::DatabaseError(DatabaseErrorKind::Unknown, info) => {
                let message = info.message();
                TRANSIENTS.iter().find(|(words, _)| message.contains(words)).map(|(_, trouble)| *trouble)
            }
            Diesel::QueryBuilderError(inner) if inner.is::<TimedOut>() => Some(Self::TookTooLong),
            Diesel::RollbackErrorOnCommit { commit_error, .. } => Self::of(commit_error),
            _ => None,
        }
    }
}

/// What a failure of the database is in the newsroom's words.
pub(super) fn in_words(error: Diesel) -> Error {
    if let Some(trouble) = Transient::of(&error) {
        return match trouble {
            Transient::Busy => Error::Busy,
            Transient::TookTooLong => Error::TookTooLong,
            Transient::Unavailable => Error::Unavailable(Box::new(error)),
            Transient::DiskFull => Error::DiskFull(Box::new(error)),
            Transient::ReadOnly => Error::ReadOnly(Box::new(error)),
        };
    }
    match &error {
        Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
            let name = info.constraint_name().unwrap_or_default();
            let known = UNIQUE.iter().find(|(constraint, columns, ..)| *constraint == name || info.message().ends_with(columns));
            match known {
                Some((_, _, pointer, detail)) => Error::taken(pointer, *detail, None),
                None => Error::Internal(Box::new(error)),
            }
        }
        // What was there when it was looked at is gone: whoever removed it was faster. Only `PostgreSQL` has two writers, and says which way it is.
        Diesel::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, said) if said.message().starts_with("insert or update on table") => {
            let detail = "what this refers to was removed by somebody who was faster; nothing was done";
            Error::Conflict { code: "overtaken", detail: detail.to_owned() }
        }
        Diesel::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
            Error::Conflict { code: "in-use", detail: "something else refers to this, or what this refers to is gone".to_owned() }
        }
        _ => Error::Internal(Box::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use diesel::{Connection, SqliteConnection, connection::SimpleConnection};

    use super::in_words;
    use crate::{
        access::Bookkeeping,
        domain::Error,
        store::{Store, Tx, fixture},
    };

    #[test]
    fn a_deadlock_is_known_in_any_language() {
        for circle in [
            "Process 1 waits for ShareLock on transaction 7; blocked by process 2.\nProcess 2 waits for ShareLock on transaction 8; blocked by process 1.",
            "Prozess 1 wartet auf ShareLock-Sperre auf Transaktion 7; blockiert von Prozess 2.\nProzess 2 wartet auf AccessExclusiveLock-Sperre \
             auf Relation 3 der Datenbank 4; blockiert von Prozess 1.",
            "プロセス 1 は ShareLock を トランザクション 7 で待機していましたが、プロセス 2 でブロックされました\nプロセス 2 は ExclusiveLock を待機",
        ] {
            assert!(super::is_circle(circle), "{circle}");
        }
        for other in ["", "Key (slug)=(ShareLock) already exists.", "Failing row contains (ShareLock\n, 1).", "(ShareLocks\nShareLocks)"] {
            assert!(!super::is_circle(other), "{other}");
        }
    }

    fn store(name: &str) -> (Store, PathBuf, PathBuf) {
        let (store, folder, file) = fixture::store(&format!("failing-{name}"));
        store.write_now(&Bookkeeping, |tx| tx.conn.batch_execute("CREATE TABLE written (n TEXT NOT NULL)").map_err(in_words)).unwrap();
        (store, folder, file)
    }

    fn sql(store: &Store, text: &str) -> Result<(), Error> {
        store.write_now(&Bookkeeping, |tx| tx.conn.batch_execute(text).map_err(in_words))
    }

    const MUCH: &str = "INSERT INTO written VALUES (hex(randomblob(1000000)))";

    #[test]
    fn a_full_disk_is_told_as_one_and_written_to_again_when_there_is_room() {
        let (store, folder, _) = store("full");
        sql(&store, "PRAGMA max_page_count = 3").unwrap();
        assert!(matches!(sql(&store, MUCH), Err(Error::DiskFull(_))));
        // The engine undoes such a transaction by itself, so the connection is another one by now, or has room again.
        sql(&store, "PRAGMA max_page_count = 4294967294").unwrap();
        sql(&store, MUCH).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_can_only_be_read_is_told_as_such_and_a_reader_that_writes_is_a_fault_of_ours() {
        let (store, folder, _) = store("read-only");
        store.on_the_writer(|conn| conn.batch_execute("PRAGMA query_only = ON").map_err(in_words)).unwrap();
        assert!(matches!(sql(&store, MUCH), Err(Error::ReadOnly(_))));
        let reader = |tx: &mut Tx<'_>| tx.conn.batch_execute(MUCH).map_err(in_words);
        assert!(matches!(store.read_now(reader), Err(Error::Internal(_))));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_that_another_process_writes_to_is_busy() {
        let (store, folder, file) = store("locked");
        store.on_the_writer(|conn| conn.batch_execute("PRAGMA busy_timeout = 0").map_err(in_words)).unwrap();
        let mut other = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        other.batch_execute("BEGIN IMMEDIATE").unwrap();
        assert!(matches!(sql(&store, MUCH), Err(Error::Busy)));
        other.batch_execute("ROLLBACK").unwrap();
        sql(&store, MUCH).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }
}
