//! Opening a connection, with what the promises of the store rest on.

use std::sync::Arc;

use diesel::{connection::SimpleConnection, pg::PgConnection, prelude::*, sqlite::SqliteConnection};

use super::{Conn, Link, Use, Watched};

/// Open a connection with the settings that the promises of the store rest on, watching its statements.
pub(in crate::store) fn connect(url: &str, purpose: Use, statements: Arc<Watched>) -> diesel::ConnectionResult<Conn> {
    let mut conn = if let Some(path) = url.strip_prefix("sqlite://") {
        let mut conn = SqliteConnection::establish(path)?;
        // The timeout comes first, so that the others wait for a busy file instead of failing.
        conn.batch_execute(
            "PRAGMA busy_timeout = 10000; PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
             PRAGMA temp_store = MEMORY;",
        )
        // Readers are many, and what they miss is mostly in the system's memory.
        .and_then(|()| {
            conn.batch_execute(match purpose {
                Use::Read => "PRAGMA cache_size = -2000; PRAGMA query_only = ON",
                // What is deleted is overwritten, at once and always: what lies in free pages cannot be found again to be erased.
                Use::Write => "PRAGMA cache_size = -8000; PRAGMA secure_delete = ON",
            })
        })
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Link::Sqlite(conn)
    } else {
        let mut conn = PgConnection::establish(&never_for_ever(url))?;
        let session = match purpose {
            Use::Read => "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            Use::Write => "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
        };
        // Compiling a query, or sharing it among processes, takes longer than any of ours runs.
        conn.batch_execute(
            "SET client_min_messages = warning; SET timezone = 'UTC'; SET jit = off; SET max_parallel_workers_per_gather = 0",
        )
        .and_then(|()| conn.batch_execute(session))
        .and_then(|()| conn.batch_execute(LIMITED))
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Link::Postgres(conn)
    };
    conn.set_instrumentation(statements.of_a_connection());
    Ok(Conn::over(conn))
}

/// What no session of a server may do for longer: run a statement, wait for a lock, stand still in a transaction. The last is for a process
/// that was stopped; one that runs has a shorter write timeout.
pub(super) const LIMITED: &str = "SET statement_timeout = '10s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'";

/// What lets a session's statements run for as long as they take.
pub(super) const UNLIMITED: &str = "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0";

/// The address of a server, with what makes the network give up on one that has gone; what the operator has set stays.
fn never_for_ever(url: &str) -> String {
    const SETTINGS: [(&str, u32); 5] = [
        ("connect_timeout", 5),
        ("keepalives_idle", 15),
        ("keepalives_interval", 5),
        ("keepalives_count", 3),
        ("tcp_user_timeout", 15_000),
    ];
    let mut url = url.to_owned();
    for (name, value) in SETTINGS {
        if !url.contains(&format!("{name}=")) {
            let joint = if url.contains('?') { "&" } else { "?" };
            url = [&url, joint, name, "=", &value.to_string()].concat();
        }
    }
    url
}
