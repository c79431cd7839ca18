//! The only room in which the two databases differ.
//!
//! **Decision.** One code base runs on both engines through Diesel's `MultiConnection`; what differs on the wire gets
//! an SQL type of our own: [`Uid`], [`At`] and [`Doc`]. **Consequence.** Everything else in the store is written once.

mod values;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use diesel::{
    connection::{AnsiTransactionManager, InstrumentationEvent, SimpleConnection, TransactionManager},
    deserialize,
    migration::MigrationSource,
    pg::PgConnection,
    prelude::*,
    sqlite::SqliteConnection,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use uuid::Uuid;

pub(super) use values::Unread;
pub use values::{At, Doc, Json, Uid};

use crate::domain::{Error, Instant};

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The engine behind a `DATABASE_URL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// The engine that a URL names: `sqlite://path` or `postgres://…`.
    #[must_use]
    pub fn of(url: &str) -> Option<Self> {
        if url.starts_with("sqlite://") {
            Some(Self::Sqlite)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Some(Self::Postgres)
        } else {
            None
        }
    }
}

mod connection {
    use diesel::{pg::PgConnection, sqlite::SqliteConnection};

    /// A connection to either engine.
    #[derive(diesel::MultiConnection)]
    pub(crate) enum Conn {
        /// To `SQLite`.
        Sqlite(SqliteConnection),
        /// To `PostgreSQL`.
        Postgres(PgConnection),
    }
}
pub(super) use connection::{Conn, MultiBackend};

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Reading, from one snapshot for each transaction.
    Read,
    /// Writing.
    Write,
}

/// Open a connection with the settings that the promises of the store rest on, counting its statements.
pub(super) fn connect(url: &str, purpose: Use, statements: Arc<AtomicI64>) -> diesel::ConnectionResult<Conn> {
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
        Conn::Sqlite(conn)
    } else {
        let mut conn = PgConnection::establish(url)?;
        let session = match purpose {
            Use::Read => "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            Use::Write => "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
        };
        // Compiling a query, or sharing it among processes, takes longer than any of ours runs.
        conn.batch_execute(
            "SET client_min_messages = warning; SET timezone = 'UTC'; SET jit = off; SET max_parallel_workers_per_gather = 0",
        )
        .and_then(|()| conn.batch_execute(session))
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Conn::Postgres(conn)
    };
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| match event {
        InstrumentationEvent::StartQuery { .. } => _ = statements.fetch_add(1, Ordering::Relaxed),
        // Diesel runs these as queries too; they are not counted.
        InstrumentationEvent::BeginTransaction { .. }
        | InstrumentationEvent::CommitTransaction { .. }
        | InstrumentationEvent::RollbackTransaction { .. } => _ = statements.fetch_sub(1, Ordering::Relaxed),
        _ => {}
    });
    Ok(conn)
}

/// True while the server still answers.
pub(super) fn is_alive(conn: &mut Conn) -> bool {
    match conn {
        Conn::Sqlite(_) => true,
        Conn::Postgres(pg) => pg.batch_execute("SELECT 1").is_ok(),
    }
}

/// True when [`is_alive`] runs a statement, which is not one of the store's.
pub(super) fn asks_to_know(conn: &Conn) -> bool {
    matches!(conn, Conn::Postgres(_))
}

/// True while no transaction is open on a connection, nor lost in one.
pub(super) fn is_at_rest(conn: &mut Conn) -> bool {
    !match conn {
        Conn::Sqlite(lite) => AnsiTransactionManager::is_broken_transaction_manager(lite),
        Conn::Postgres(pg) => AnsiTransactionManager::is_broken_transaction_manager(pg),
    }
}

/// Begin a transaction, or a part of one that is open already, which can be undone alone; on `SQLite` a writing one takes
/// the lock at once, so that it never fails half-way for another's.
pub(super) fn begin(conn: &mut Conn, purpose: Use) -> QueryResult<()> {
    let first = is_at_rest(conn);
    match conn {
        Conn::Sqlite(lite) if purpose == Use::Write && first => AnsiTransactionManager::begin_transaction_sql(lite, "BEGIN IMMEDIATE"),
        Conn::Sqlite(lite) => AnsiTransactionManager::begin_transaction(lite),
        Conn::Postgres(pg) => AnsiTransactionManager::begin_transaction(pg),
    }
}

/// End a transaction, or the part that was begun last, keeping or dropping what it wrote.
pub(super) fn end(conn: &mut Conn, keep: bool) -> QueryResult<()> {
    match (conn, keep) {
        (Conn::Sqlite(lite), true) => AnsiTransactionManager::commit_transaction(lite),
        (Conn::Sqlite(lite), false) => AnsiTransactionManager::rollback_transaction(lite),
        (Conn::Postgres(pg), true) => AnsiTransactionManager::commit_transaction(pg),
        (Conn::Postgres(pg), false) => AnsiTransactionManager::rollback_transaction(pg),
    }
}

/// The end of a query that locks the rows of some tables and passes over those that others have locked. `SQLite` has one writer.
pub(super) fn locking(conn: &Conn, tables: &'static str) -> String {
    match conn {
        Conn::Sqlite(_) => String::new(),
        Conn::Postgres(_) => format!(" FOR UPDATE OF {tables} SKIP LOCKED"),
    }
}

/// A condition that an instant has come by the clock of the database's server too, whatever that of this machine says.
pub(super) fn come_by_its_clock(conn: &Conn, column: &'static str) -> String {
    match conn {
        Conn::Sqlite(_) => String::new(),
        Conn::Postgres(_) => format!(" AND {column} <= clock_timestamp()"),
    }
}

/// The channel on which committed changes are told.
const CHANNEL: &str = "dateline_changes";

/// Tell whoever listens that there are changes, when this transaction is committed. A process beside a `SQLite` file looks by itself.
pub(super) fn notify(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(pg) => pg.batch_execute(&format!("NOTIFY {CHANNEL}")),
    }
}

/// Listen for changes on this connection from now on.
pub(super) fn listen(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(pg) => pg.batch_execute(&format!("LISTEN {CHANNEL}")),
    }
}

/// True when changes were told since this was last asked; asks nothing of the server.
pub(super) fn was_told(conn: &mut Conn) -> QueryResult<bool> {
    match conn {
        Conn::Sqlite(_) => Ok(false),
        Conn::Postgres(pg) => Ok(pg.notifications_iter().collect::<QueryResult<Vec<_>>>()?.into_iter().next().is_some()),
    }
}

/// Take what was deleted out of the log of `SQLite` too, by writing it into the file and cutting it off; false when somebody who still
/// reads is in the way. On `PostgreSQL` that is a `VACUUM`'s work.
pub(super) fn truncate_log(conn: &mut Conn) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Outcome {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        busy: i32,
    }
    let Conn::Sqlite(lite) = conn else { return Ok(true) };
    // Nobody who writes is to wait for those who read.
    lite.batch_execute("PRAGMA busy_timeout = 200")?;
    let outcome = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Outcome>(lite);
    lite.batch_execute("PRAGMA busy_timeout = 10000")?;
    Ok(outcome?.busy == 0)
}

/// Bring the schema up to date, one process at a time; the names of the migrations that ran.
pub(super) fn migrate(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let names = |done: Vec<diesel::migration::MigrationVersion<'_>>| done.iter().map(ToString::to_string).collect();
    match conn {
        Conn::Sqlite(lite) => lite.run_pending_migrations(SQLITE_MIGRATIONS).map(names).map_err(Error::Internal),
        Conn::Postgres(pg) => {
            // An advisory lock of this session, released with it at the latest.
            pg.batch_execute("SELECT pg_advisory_lock(7220254)")?;
            let done = pg.run_pending_migrations(POSTGRES_MIGRATIONS).map(names).map_err(Error::Internal);
            pg.batch_execute("SELECT pg_advisory_unlock(7220254)")?;
            done
        }
    }
}

/// True when there is a record of migrations.
pub(super) fn is_begun(conn: &mut Conn) -> QueryResult<bool> {
    let question = match conn {
        Conn::Sqlite(_) => "EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '__diesel_schema_migrations')",
        Conn::Postgres(_) => "to_regclass('__diesel_schema_migrations') IS NOT NULL",
    };
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(question)).get_result(conn)
}

/// The migrations that have not run yet. Where none has, there is no record of them, and none is made.
pub(super) fn pending(conn: &mut Conn) -> Result<usize, Error> {
    let begun = is_begun(conn)?;
    let all = |source: EmbeddedMigrations| MigrationSource::<diesel::sqlite::Sqlite>::migrations(&source).map(|all| all.len());
    match conn {
        _ if !begun => all(SQLITE_MIGRATIONS).map_err(Error::Internal),
        Conn::Sqlite(lite) => lite.pending_migrations(SQLITE_MIGRATIONS).map(|all| all.len()).map_err(Error::Internal),
        Conn::Postgres(pg) => pg.pending_migrations(POSTGRES_MIGRATIONS).map(|all| all.len()).map_err(Error::Internal),
    }
}

/// Settings of the server that may lose acknowledged commits, in words.
pub(super) fn durability_faults(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let Conn::Postgres(pg) = conn else { return Ok(Vec::new()) };
    let mut faults = Vec::new();
    for (name, wanted) in [("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "off")] {
        let value: String =
            diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(&format!("current_setting('{name}')"))).get_result(pg)?;
        if (value == wanted) == (wanted == "off") {
            faults.push(format!("PostgreSQL runs with {name} = {value}: a crash may lose acknowledged writes"));
        }
    }
    Ok(faults)
}

/// What comes before and after the three digits of a salt in ids of version 7 that are made of an instant and of a number: hexadecimal text.
pub(super) fn uid_parts(conn: &Conn, at: &str, number: &str) -> (String, String) {
    match conn {
        Conn::Sqlite(_) => {
            (format!("printf('%08x%04x7', ({at}) / 1000 / 65536, ({at}) / 1000 % 65536)"), format!("printf('8000%012x', {number})"))
        }
        Conn::Postgres(_) => (
            format!("lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || '7'"),
            format!("'8000' || lpad(to_hex(({number})::bigint), 12, '0')"),
        ),
    }
}

/// An id out of hexadecimal text.
pub(super) fn uid_of(conn: &Conn, text: &str) -> String {
    match conn {
        Conn::Sqlite(_) => format!("unhex({text})"),
        Conn::Postgres(_) => format!("({text})::uuid"),
    }
}

/// An id, written out.
pub(super) fn uid_text(conn: &Conn, id: Uuid) -> String {
    match conn {
        Conn::Sqlite(_) => format!("x'{}'", id.simple()),
        Conn::Postgres(_) => format!("'{id}'::uuid"),
    }
}

/// An instant, moved by an expression of microseconds.
pub(super) fn moved(conn: &Conn, at: Instant, micros: &str) -> String {
    match conn {
        Conn::Sqlite(_) => format!("{} + {micros}", at.as_micros()),
        Conn::Postgres(_) => format!("'{at}'::timestamptz + ({micros}) * interval '1 microsecond'"),
    }
}

/// A revision's words, under another headline.
pub(super) fn with_headline(conn: &Conn, words: &str, headline: &str) -> String {
    match conn {
        Conn::Sqlite(_) => format!("json_set({words}, '$.headline', {headline})"),
        Conn::Postgres(_) => format!("jsonb_set({words}, '{{headline}}', to_jsonb({headline}))"),
    }
}

/// A join whose sides are read in the order they are written. `SQLite`'s planner knows nothing of tables that are growing.
pub(super) fn join_in_order(conn: &Conn) -> &'static str {
    match conn {
        Conn::Sqlite(_) => "CROSS JOIN ",
        Conn::Postgres(_) => "JOIN ",
    }
}

/// The statement that makes an index of a temporary table.
pub(super) fn index_of_temporary(conn: &Conn, table: &str, columns: &str) -> String {
    let schema = match conn {
        Conn::Sqlite(_) => "temp.",
        Conn::Postgres(_) => "",
    };
    format!("CREATE INDEX {schema}{table}_key ON {table} ({columns})")
}

/// What stands before a query to hear how it would be answered, and the column of the answer.
pub(super) fn explain(conn: &Conn) -> &'static str {
    match conn {
        Conn::Sqlite(_) => "EXPLAIN QUERY PLAN ",
        Conn::Postgres(_) => "EXPLAIN (COSTS OFF) ",
    }
}

/// One step of a query plan, in the engine's words.
#[derive(Debug)]
pub(super) struct Step(pub(super) String);

impl diesel::deserialize::QueryableByName<MultiBackend> for Step {
    fn build<'a>(row: &impl diesel::row::NamedRow<'a, MultiBackend>) -> deserialize::Result<Self> {
        use diesel::row::{NamedRow, Row};
        let name = if Row::get(row, "detail").is_some() { "detail" } else { "QUERY PLAN" };
        NamedRow::get::<diesel::sql_types::Text, String>(row, name).map(Self)
    }
}

/// Write fast on this connection rather than safely: for a database that can be made anew, out of rows that were checked when they were made.
pub(super) fn hurry(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(lite) => {
            lite.batch_execute(
                "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA cache_size = -524288; \
                 PRAGMA wal_autocheckpoint = 20000; PRAGMA busy_timeout = 0",
            )?;
            // Without the log everything is written once instead of twice; not while somebody else has the file open.
            let _ = lite.batch_execute("PRAGMA journal_mode = MEMORY");
            lite.batch_execute("PRAGMA busy_timeout = 10000")
        }
        Conn::Postgres(pg) => pg.batch_execute("SET synchronous_commit = off"),
    }
}

/// Let the planner know how much there is of what.
pub(super) fn analyze(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(lite) => lite.batch_execute("PRAGMA analysis_limit = 1000; ANALYZE"),
        Conn::Postgres(pg) => pg.batch_execute("ANALYZE"),
    }
}

/// Compact the log of `SQLite` into its file, as before a copy or after a hurry.
pub(super) fn checkpoint(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        // The read ends what a change of the mode leaves open.
        Conn::Sqlite(lite) => lite.batch_execute(
            "PRAGMA journal_mode = WAL; SELECT count(*) FROM sqlite_master; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize",
        ),
        Conn::Postgres(_) => Ok(()),
    }
}
