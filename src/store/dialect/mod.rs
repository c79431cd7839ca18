//! The only module in which the two databases differ.
//!
//! **Decision.** One code base runs on both engines through Diesel's `MultiConnection`; what differs on the wire gets
//! an SQL type of our own: [`Uid`], [`At`] and [`Doc`]. **Consequence.** Everything else in the store is written once.

mod held;
mod opening;
mod values;
mod watched;

use std::time::Duration;

use diesel::{
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    deserialize,
    migration::MigrationSource,
    prelude::*,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use uuid::Uuid;

pub use values::{At, Doc, Json, Uid};
pub(super) use values::{Bind, Unread};

use super::failure::in_words;
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
    pub(crate) enum Link {
        /// To `SQLite`.
        Sqlite(SqliteConnection),
        /// To `PostgreSQL`.
        Postgres(PgConnection),
    }
}
use connection::Link;
pub(super) use connection::MultiBackend;
pub(super) use held::Conn;
pub(super) use opening::connect;
use opening::{LIMITED, UNLIMITED};
pub(super) use watched::Watched;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Reading, from one snapshot for each transaction.
    Read,
    /// Writing.
    Write,
}

impl Use {
    /// What an error is to whoever used a connection for this: writing on one that reads is nobody's fault but ours.
    pub(super) fn explain(self, error: Error) -> Error {
        match error {
            Error::ReadOnly(source) if self == Self::Read => Error::Internal(source),
            other => other,
        }
    }
}

/// True while the server still answers.
pub(super) fn is_alive(conn: &mut Conn) -> bool {
    match &mut conn.link {
        Link::Sqlite(_) => true,
        Link::Postgres(pg) => pg.batch_execute("SELECT 1").is_ok(),
    }
}

/// True while no transaction is open on a connection, nor lost in one.
pub(super) fn is_at_rest(conn: &mut Conn) -> bool {
    !match &mut conn.link {
        Link::Sqlite(lite) => AnsiTransactionManager::is_broken_transaction_manager(lite),
        Link::Postgres(pg) => AnsiTransactionManager::is_broken_transaction_manager(pg),
    }
}

/// Begin a transaction, or a part of one that is open already, which can be undone alone; on `SQLite` a writing one takes
/// the lock at once, so that it never fails half-way for another's.
pub(super) fn begin(conn: &mut Conn, purpose: Use) -> QueryResult<()> {
    let first = is_at_rest(conn);
    if first {
        conn.begins();
    }
    let begun = match &mut conn.link {
        Link::Sqlite(lite) if purpose == Use::Write && first => AnsiTransactionManager::begin_transaction_sql(lite, "BEGIN IMMEDIATE"),
        Link::Sqlite(lite) => AnsiTransactionManager::begin_transaction(lite),
        Link::Postgres(pg) if purpose == Use::Write && first => {
            let shared = format!("BEGIN; SELECT pg_advisory_xact_lock_shared({WRITING})");
            // What fails after `BEGIN` leaves the server in a transaction that nobody here knows of.
            AnsiTransactionManager::begin_transaction_sql(pg, &shared).inspect_err(|_| _ = pg.batch_execute("ROLLBACK"))
        }
        Link::Postgres(pg) => AnsiTransactionManager::begin_transaction(pg),
    };
    conn.heard(begun)
}

/// End a transaction, or the part that was begun last, keeping or dropping what it wrote.
pub(super) fn end(conn: &mut Conn, keep: bool) -> QueryResult<()> {
    let ended = match (&mut conn.link, keep) {
        (Link::Sqlite(lite), true) => AnsiTransactionManager::commit_transaction(lite),
        (Link::Sqlite(lite), false) => AnsiTransactionManager::rollback_transaction(lite),
        (Link::Postgres(pg), true) => AnsiTransactionManager::commit_transaction(pg),
        (Link::Postgres(pg), false) => AnsiTransactionManager::rollback_transaction(pg),
    };
    conn.heard(ended)
}

/// The end of a query that locks the rows of some tables and passes over those that others have locked. `SQLite` has one writer.
pub(super) fn locking(conn: &Conn, tables: &'static str) -> String {
    match &conn.link {
        Link::Sqlite(_) => String::new(),
        Link::Postgres(_) => format!(" FOR UPDATE OF {tables} SKIP LOCKED"),
    }
}

/// The same, in the turn of whoever waits for the rows that others have locked.
pub(super) fn locking_in_turn(conn: &Conn, tables: &'static str) -> String {
    match &conn.link {
        Link::Sqlite(_) => String::new(),
        Link::Postgres(_) => format!(" FOR UPDATE OF {tables}"),
    }
}

/// How the rows of a query are held until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Not at all.
    Not,
    /// Whoever changes them is waited for.
    Waiting,
    /// Those that somebody changes are left out.
    IfFree,
}

/// The end of a query whose rows nobody else may change before the transaction ends; `shared`, others may hold them as well.
pub(super) fn holding(conn: &Conn, hold: Hold, shared: bool) -> &'static str {
    match (&conn.link, hold, shared) {
        (Link::Sqlite(_), ..) | (_, Hold::Not, _) => "",
        (_, Hold::Waiting, true) => " FOR SHARE",
        (_, Hold::IfFree, true) => " FOR SHARE SKIP LOCKED",
        (_, Hold::Waiting, false) => " FOR NO KEY UPDATE",
        (_, Hold::IfFree, false) => " FOR NO KEY UPDATE SKIP LOCKED",
    }
}

/// The end of a query whose rows nobody else may change, nor refer to from another table, before the transaction ends.
pub(super) fn holding_from_references(conn: &Conn) -> &'static str {
    match &conn.link {
        Link::Sqlite(_) => "",
        Link::Postgres(_) => " FOR UPDATE",
    }
}

/// The ids of all that the facts of a revision `r` name: their section, tags, authors and lead picture.
pub(super) fn named_by_facts(conn: &Conn) -> &'static str {
    match &conn.link {
        Link::Sqlite(_) => {
            "SELECT json_extract(r.facts, '$.section_id') UNION ALL SELECT value FROM json_each(r.facts, '$.tags') \
             UNION ALL SELECT json_extract(value, '$.author_id') FROM json_each(r.facts, '$.credits') \
             UNION ALL SELECT json_extract(r.facts, '$.lead.media_id') \
             UNION ALL SELECT json_extract(r.facts, '$.lead.poster_id')"
        }
        Link::Postgres(_) => {
            "SELECT r.facts ->> 'section_id' UNION ALL SELECT jsonb_array_elements_text(r.facts -> 'tags') \
             UNION ALL SELECT jsonb_array_elements(r.facts -> 'credits') ->> 'author_id' \
             UNION ALL SELECT r.facts -> 'lead' ->> 'media_id' \
             UNION ALL SELECT r.facts -> 'lead' ->> 'poster_id'"
        }
    }
}

/// A condition that an instant has come by the clock of the database's server too, whatever that of this machine says.
pub(super) fn come_by_its_clock(conn: &Conn, column: &'static str) -> String {
    match &conn.link {
        Link::Sqlite(_) => String::new(),
        Link::Postgres(_) => format!(" AND {column} <= clock_timestamp()"),
    }
}

/// Hold a number as long as this session lasts; false when another session holds it.
pub(super) fn hold_number(conn: &mut Conn, number: i64) -> Result<bool, Error> {
    match &mut conn.link {
        Link::Sqlite(_) => Ok(false),
        Link::Postgres(pg) => {
            diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(&format!("pg_try_advisory_lock({number})"))).get_result(pg)
        }
    }
    .map_err(in_words)
}

/// Whether the process is dead that held a number, as a process can tell that holds one of its own: there is one to a file.
pub(super) fn is_dead(conn: &mut Conn, number: i64, own: i64) -> Result<bool, Error> {
    match &mut conn.link {
        Link::Sqlite(_) => Ok(number != own),
        Link::Postgres(pg) => {
            let free = format!("pg_try_advisory_xact_lock_shared({number})");
            diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(&free)).get_result(pg)
        }
    }
    .map_err(in_words)
}

/// Wait for those who hold `what`, and hold it to the end of the transaction. `SQLite` has one writer.
pub(super) fn queue_for(conn: &mut Conn, what: &str) -> Result<(), Error> {
    match &mut conn.link {
        Link::Sqlite(_) => Ok(()),
        Link::Postgres(pg) => {
            // Of two numbers: those of one are for a whole database, such as a migration.
            let query = diesel::sql_query("SELECT pg_advisory_xact_lock(7220255, hashtext($1))");
            query.bind::<diesel::sql_types::Text, _>(what).execute(pg).map(drop)
        }
    }
    .map_err(in_words)
}

/// Let each statement of the transaction run for as long; an embedded one runs to its end.
pub(super) fn extend_statements(conn: &mut Conn, to: Duration) -> Result<(), Error> {
    match &mut conn.link {
        Link::Sqlite(_) => Ok(()),
        Link::Postgres(pg) => pg.batch_execute(&format!("SET LOCAL statement_timeout = {}", to.as_millis())),
    }
    .map_err(in_words)
}

/// Wait for everybody else who writes, and let nobody begin to before this transaction ends: for work on what all the others go by, such as the tags
/// of locales. `SQLite` has one writer.
pub(super) fn write_alone(conn: &mut Conn) -> Result<(), Error> {
    match &mut conn.link {
        Link::Sqlite(_) => Ok(()),
        Link::Postgres(pg) => pg.batch_execute(&format!("SELECT pg_advisory_xact_lock({WRITING})")),
    }
    .map_err(in_words)
}

/// The lock that whoever writes shares, and who writes alone has.
const WRITING: i64 = 7_220_256;

/// The type that JSON is kept as, to cast text to.
pub(super) fn doc_type(conn: &Conn) -> &'static str {
    match &conn.link {
        Link::Sqlite(_) => "TEXT",
        Link::Postgres(_) => "JSONB",
    }
}

/// The channel on which committed changes are told.
const CHANNEL: &str = "dateline_changes";

/// A column that tells whoever listens that there are changes, when the transaction that returns it is committed. A process beside a `SQLite`
/// file looks by itself.
pub(super) fn telling(conn: &Conn) -> String {
    match &conn.link {
        Link::Sqlite(_) => String::new(),
        Link::Postgres(_) => format!(", CAST(pg_notify('{CHANNEL}', '') AS TEXT) AS told"),
    }
}

/// Listen for changes on this connection from now on.
pub(super) fn listen(conn: &mut Conn) -> Result<(), Error> {
    match &mut conn.link {
        Link::Sqlite(_) => Ok(()),
        Link::Postgres(pg) => pg.batch_execute(&format!("LISTEN {CHANNEL}")),
    }
    .map_err(in_words)
}

/// True when changes were told since this was last asked; asks nothing of the server.
pub(super) fn was_told(conn: &mut Conn) -> Result<bool, Error> {
    match &mut conn.link {
        Link::Sqlite(_) => Ok(false),
        Link::Postgres(pg) => pg.notifications_iter().collect::<QueryResult<Vec<_>>>().map(|told| !told.is_empty()),
    }
    .map_err(in_words)
}

/// Take what was deleted out of the log of `SQLite` too, by writing it into the file and cutting it off; false when somebody who still
/// reads is in the way. On `PostgreSQL` that is a `VACUUM`'s work.
pub(super) fn truncate_log(conn: &mut Conn) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Outcome {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        busy: i32,
    }
    let Link::Sqlite(lite) = &mut conn.link else { return Ok(true) };
    // Nobody who writes is to wait for those who read.
    lite.batch_execute("PRAGMA busy_timeout = 200").map_err(in_words)?;
    let outcome = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Outcome>(lite);
    lite.batch_execute("PRAGMA busy_timeout = 10000").map_err(in_words)?;
    Ok(outcome.map_err(in_words)?.busy == 0)
}

/// Bring the schema up to date, one process at a time; the names of the migrations that ran.
pub(super) fn migrate(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let names = |done: Vec<diesel::migration::MigrationVersion<'_>>| done.iter().map(ToString::to_string).collect();
    match &mut conn.link {
        Link::Sqlite(lite) => lite.run_pending_migrations(SQLITE_MIGRATIONS).map(names).map_err(Error::Internal),
        Link::Postgres(pg) => {
            // An advisory lock of this session, released with it at the latest. Nobody is served meanwhile, so it takes as long as it takes.
            pg.batch_execute(UNLIMITED).map_err(in_words)?;
            pg.batch_execute("SELECT pg_advisory_lock(7220254)").map_err(in_words)?;
            let done = pg.run_pending_migrations(POSTGRES_MIGRATIONS).map(names).map_err(Error::Internal);
            pg.batch_execute("SELECT pg_advisory_unlock(7220254)").map_err(in_words)?;
            pg.batch_execute(LIMITED).map_err(in_words)?;
            done
        }
    }
}

/// True when there is a record of migrations.
pub(super) fn is_begun(conn: &mut Conn) -> Result<bool, Error> {
    let question = match &conn.link {
        Link::Sqlite(_) => "EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '__diesel_schema_migrations')",
        Link::Postgres(_) => "to_regclass('__diesel_schema_migrations') IS NOT NULL",
    };
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(question)).get_result(conn).map_err(in_words)
}

/// The migrations that have not run yet. Where none has, there is no record of them, and none is made.
pub(super) fn pending(conn: &mut Conn) -> Result<usize, Error> {
    let begun = is_begun(conn)?;
    let all = |source: EmbeddedMigrations| MigrationSource::<diesel::sqlite::Sqlite>::migrations(&source).map(|all| all.len());
    match &mut conn.link {
        _ if !begun => all(SQLITE_MIGRATIONS).map_err(Error::Internal),
        Link::Sqlite(lite) => lite.pending_migrations(SQLITE_MIGRATIONS).map(|all| all.len()).map_err(Error::Internal),
        Link::Postgres(pg) => pg.pending_migrations(POSTGRES_MIGRATIONS).map(|all| all.len()).map_err(Error::Internal),
    }
}

/// The migrations of this program that have not run, asked on a connection that reads.
pub(super) fn missing(conn: &mut Conn) -> Result<usize, Error> {
    #[derive(diesel::QueryableByName)]
    struct Ran {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let known: Vec<String> = match &conn.link {
        Link::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(&SQLITE_MIGRATIONS)?,
        Link::Postgres(_) => versions::<diesel::pg::Pg>(&POSTGRES_MIGRATIONS)?,
    };
    let ran: Vec<Ran> =
        diesel::sql_query("SELECT CAST(version AS text) AS version FROM __diesel_schema_migrations").load(conn).map_err(in_words)?;
    let ran: std::collections::BTreeSet<String> = ran.into_iter().map(|r| r.version).collect();
    Ok(known.iter().filter(|version| !ran.contains(*version)).count())
}

fn versions<DB: diesel::backend::Backend>(of: &EmbeddedMigrations) -> Result<Vec<String>, Error>
where
    EmbeddedMigrations: diesel::migration::MigrationSource<DB>,
{
    let all = MigrationSource::<DB>::migrations(of).map_err(Error::Internal)?;
    Ok(all.iter().map(|one| one.name().version().to_string()).collect())
}

/// Settings of the server that may lose acknowledged commits, in words.
pub(super) fn durability_faults(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let Link::Postgres(pg) = &mut conn.link else { return Ok(Vec::new()) };
    let mut faults = Vec::new();
    for (name, wanted) in [("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "off")] {
        let value: String = diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(&format!("current_setting('{name}')")))
            .get_result(pg)
            .map_err(in_words)?;
        if (value == wanted) == (wanted == "off") {
            faults.push(format!("PostgreSQL runs with {name} = {value}: a crash may lose acknowledged writes"));
        }
    }
    let language: String =
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>("current_setting('lc_messages')")).get_result(pg).map_err(in_words)?;
    if !is_english(&language) {
        faults.push(format!(
            "PostgreSQL runs with lc_messages = {language}: not all that it says is understood, and some passing trouble is 500"
        ));
    }
    Ok(faults)
}

/// Whether a server speaks English whose messages are in this locale.
fn is_english(locale: &str) -> bool {
    matches!(locale.split(['.', '_', '@']).next(), Some("" | "C" | "POSIX" | "en" | "English"))
}

/// What comes before and after the three digits of a salt in ids of version 7 that are made of an instant and of a number: hexadecimal text.
pub(super) fn uid_parts(conn: &Conn, at: &str, number: &str) -> (String, String) {
    match &conn.link {
        Link::Sqlite(_) => {
            (format!("printf('%08x%04x7', ({at}) / 1000 / 65536, ({at}) / 1000 % 65536)"), format!("printf('8000%012x', {number})"))
        }
        Link::Postgres(_) => (
            format!("lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || '7'"),
            format!("'8000' || lpad(to_hex(({number})::bigint), 12, '0')"),
        ),
    }
}

/// An id out of hexadecimal text.
pub(super) fn uid_of(conn: &Conn, text: &str) -> String {
    match &conn.link {
        Link::Sqlite(_) => format!("unhex({text})"),
        Link::Postgres(_) => format!("({text})::uuid"),
    }
}

/// An id, written out.
pub(super) fn uid_text(conn: &Conn, id: Uuid) -> String {
    match &conn.link {
        Link::Sqlite(_) => format!("x'{}'", id.simple()),
        Link::Postgres(_) => format!("'{id}'::uuid"),
    }
}

/// An instant, moved by an expression of microseconds.
pub(super) fn moved(conn: &Conn, at: Instant, micros: &str) -> String {
    match &conn.link {
        Link::Sqlite(_) => format!("{} + {micros}", at.as_micros()),
        Link::Postgres(_) => format!("'{at}'::timestamptz + ({micros}) * interval '1 microsecond'"),
    }
}

/// The JSON of words, under another headline.
pub(super) fn with_headline(conn: &Conn, words: &str, headline: &str) -> String {
    match &conn.link {
        Link::Sqlite(_) => format!("json_set({words}, '$.headline', {headline})"),
        Link::Postgres(_) => format!("jsonb_set({words}, '{{headline}}', to_jsonb({headline}))"),
    }
}

/// The beginning of a condition that a piece of text in the body of words is like something: the texts of the document, each as long as its
/// style stays the same. Without regard to the case of letters, as far as the engine knows them.
pub(super) fn body_text_like(conn: &Conn, words: &str) -> String {
    match &conn.link {
        Link::Sqlite(_) => format!("EXISTS (SELECT 1 FROM json_tree({words}, '$.body') bt WHERE bt.key = 'text' AND bt.atom LIKE "),
        Link::Postgres(_) => {
            format!("EXISTS (SELECT 1 FROM jsonb_path_query({words}, '$.body.**.text') AS bt (run) WHERE bt.run #>> '{{}}' ILIKE ")
        }
    }
}

/// What an expression of text needs to be compared byte by byte.
pub(super) fn bytewise(conn: &Conn) -> &'static str {
    match &conn.link {
        Link::Sqlite(_) => "",
        Link::Postgres(_) => " COLLATE \"C\"",
    }
}

/// A join whose sides are read in the order they are written. `SQLite`'s planner knows nothing of tables that are growing.
pub(super) fn join_in_order(conn: &Conn) -> &'static str {
    match &conn.link {
        Link::Sqlite(_) => "CROSS JOIN ",
        Link::Postgres(_) => "JOIN ",
    }
}

/// What stands before and behind the query, of rows `p` of the queue's table in an order, that is asked anew of each range `r`, so that it gives rows `q`.
/// `SQLite` knows no `LATERAL`: it finds the rows by their keys.
pub(super) fn of_each_range(conn: &Conn) -> (&'static str, &'static str) {
    match &conn.link {
        Link::Sqlite(_) => (" CROSS JOIN translation_queue q ON q.locale = r.locale AND q.article_id IN (SELECT p.article_id ", ")"),
        Link::Postgres(_) => (" CROSS JOIN LATERAL (SELECT p.article_id, p.since, p.outside_since ", ") q"),
    }
}

/// The statement that makes an index of a temporary table.
pub(super) fn index_of_temporary(conn: &Conn, table: &str, columns: &str) -> String {
    let schema = match &conn.link {
        Link::Sqlite(_) => "temp.",
        Link::Postgres(_) => "",
    };
    format!("CREATE INDEX {schema}{table}_key ON {table} ({columns})")
}

/// What stands before a query to hear how it would be answered, and the column of the answer.
pub(super) fn explain(conn: &Conn) -> &'static str {
    match &conn.link {
        Link::Sqlite(_) => "EXPLAIN QUERY PLAN ",
        Link::Postgres(_) => "EXPLAIN ",
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
pub(super) fn begin_bulk_load(conn: &mut Conn) -> Result<(), Error> {
    match &mut conn.link {
        Link::Sqlite(lite) => {
            lite.batch_execute(
                "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA cache_size = -524288; \
                 PRAGMA wal_autocheckpoint = 20000; PRAGMA busy_timeout = 0",
            )
            .map_err(in_words)?;
            // Without the log everything is written once instead of twice; not while somebody else has the file open.
            let _ = lite.batch_execute("PRAGMA journal_mode = MEMORY");
            lite.batch_execute("PRAGMA busy_timeout = 10000")
        }
        Link::Postgres(pg) => pg.batch_execute("SET synchronous_commit = off").and_then(|()| pg.batch_execute(UNLIMITED)),
    }
    .map_err(in_words)
}

/// Let the planner know how much there is of what. `PostgreSQL` vacuums as well: until it has, no index is read without its table.
pub(super) fn analyze(conn: &mut Conn) -> Result<(), Error> {
    match &mut conn.link {
        Link::Sqlite(lite) => lite.batch_execute("PRAGMA analysis_limit = 1000; ANALYZE"),
        Link::Postgres(pg) => {
            pg.batch_execute(UNLIMITED).and_then(|()| pg.batch_execute("VACUUM (ANALYZE)")).and_then(|()| pg.batch_execute(LIMITED))
        }
    }
    .map_err(in_words)
}

/// Compact the log of `SQLite` into its file, as before a copy or after a bulk load.
pub(super) fn checkpoint(conn: &mut Conn) -> Result<(), Error> {
    match &mut conn.link {
        // The read ends what a change of the mode leaves open.
        Link::Sqlite(lite) => lite.batch_execute(
            "PRAGMA journal_mode = WAL; SELECT count(*) FROM sqlite_master; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize",
        ),
        Link::Postgres(_) => Ok(()),
    }
    .map_err(in_words)
}

#[cfg(test)]
mod tests {
    use super::is_english;

    #[test]
    fn a_server_that_does_not_speak_english_is_known_by_its_locale() {
        assert!(["", "C", "C.UTF-8", "POSIX", "en_US.UTF-8", "en_IN", "en", "English_United States.1252"].into_iter().all(is_english));
        assert!(!["de_DE.UTF-8", "Croatian_Croatia.1250", "es_EN", "hi_IN@x"].into_iter().any(is_english));
    }
}
