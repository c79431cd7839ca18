//! Jobs: whose turn it is with work that is done once by any instance, how often that failed, and when it is tried again.
//!
//! **Context.** Projections tell others what the change log says, plans and releases are carried out at their instant; each by one instance
//! at a time, and again when it failed. **Decision.** One table has the leases, failures and waits of every kind of work, and nothing of
//! what is due: that is said by the change log behind a place, by plans and by releases. A queue that repeats what plans say would be a
//! second truth, and taking back a plan a write to both. Where the work is all in one transaction, its rows are held by that and it needs no
//! lease: then there is a row here only after a failure. **Consequence.** A row may be lost, or left behind, without harm: what is due is
//! done, at worst sooner than it would have been tried again. The one thing that is kept here alone is the place of a projection.

use std::collections::HashMap;

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Integer, Nullable, Text},
};

use super::{
    RunQueryDsl, Tx,
    dialect::{self, At, Uid},
    sql::Sql,
};
use crate::domain::{Error, Id, Instant};

/// The longest that is waited before another try, in seconds.
const MAX_WAIT: i64 = 300;
/// Seconds for which what is due is passed over while somebody holds it.
const PATIENCE: i64 = 1;
/// Seconds after which a failure of what is carried out in one transaction is forgotten: by then it is done, given up or taken back.
const FORGOTTEN_AFTER: i64 = 24 * 3600;

/// The right to carry a projection on, until it lapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Lease {
    /// Who has it; drawn for this lease alone.
    #[diesel(sql_type = Uid)]
    holder: Id<Lease>,
    /// The last change that was applied.
    #[diesel(sql_type = BigInt)]
    pub place: i64,
    /// How often the next one has failed.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
}

/// How long is waited before another try, in seconds, after so many that failed before the last: twice as long each time.
fn wait(attempts: i32) -> i64 {
    1i64.checked_shl(u32::try_from(attempts).unwrap_or(0)).unwrap_or(MAX_WAIT).clamp(1, MAX_WAIT)
}

/// Begin with a projection that is new: it follows what changes from now on. One that was kept under another name goes on under this.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn enrol(tx: &mut Tx<'_>, name: &str, former: &str) -> Result<(), Error> {
    let mut sql = Sql::new("UPDATE jobs SET name = ");
    sql.text(name).push(" WHERE kind = 'projection' AND name = ").text(former);
    sql.push(" AND NOT EXISTS (SELECT 1 FROM jobs WHERE kind = 'projection' AND name = ").text(name).push(")");
    sql.execute(tx)?;
    let now = tx.now();
    let mut sql = Sql::new("INSERT INTO jobs (kind, name, place, attempts, next_at) SELECT 'projection', ");
    sql.text(name).push(", seq, 0, ").at(now).push(" FROM change_counter WHERE TRUE ON CONFLICT (kind, name) DO NOTHING");
    sql.execute(tx).map(drop)
}

/// Forget every projection whose name holds an address, as earlier versions kept them with the credentials in it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn forget_addresses(tx: &mut Tx<'_>) -> Result<usize, Error> {
    Sql::new("DELETE FROM jobs WHERE kind = 'projection' AND name LIKE '%://%'").execute(tx)
}

/// The place of a projection: the last change that was applied.
///
/// # Errors
/// [`Error::NotFound`] for one that nobody began with; [`Error::Internal`] when the database fails.
pub fn place(tx: &mut Tx<'_>, name: &str) -> Result<i64, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push(" WHERE kind = 'projection' AND name = ").text(name);
    sql.first::<Row>(tx)?.and_then(|row| row.place).ok_or(Error::NotFound("projection"))
}

const SELECT: &str = "SELECT name, place, attempts, next_at FROM jobs";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    place: Option<i64>,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = At)]
    next_at: Instant,
}

fn is_due_now(sql: &mut Sql, name: &str, now: Instant) {
    sql.push(" WHERE kind = 'projection' AND name = ").text(name).push(" AND next_at <= ").at(now);
    sql.push(" AND place < (SELECT seq FROM change_counter)");
}

/// True when a projection is behind, and may be carried on now.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_due(tx: &mut Tx<'_>, name: &str) -> Result<bool, Error> {
    let mut sql = Sql::new(SELECT);
    is_due_now(&mut sql, name, tx.now());
    Ok(sql.first::<Row>(tx)?.is_some())
}

/// Take it upon this process to carry a projection on, until an instant; nothing when another has, when it is not yet time to try again, or
/// when it is behind nothing.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn lease(tx: &mut Tx<'_>, name: &str, until: Instant) -> Result<Option<Lease>, Error> {
    let (now, holder) = (tx.now(), tx.new_id::<Lease>());
    let mut sql = Sql::new("UPDATE jobs SET held_until = ");
    sql.at(until).push(", holder = ").id(holder);
    is_due_now(&mut sql, name, now);
    sql.push(" AND (held_until IS NULL OR held_until <= ").at(now).push(") RETURNING holder, place, attempts");
    sql.first(tx)
}

/// Note that a projection has applied everything up to a change, and let others carry it on; nothing when the lease has gone to another.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn applied(tx: &mut Tx<'_>, name: &str, lease: Lease, place: i64) -> Result<(), Error> {
    let mut sql = Sql::new("UPDATE jobs SET attempts = 0, failure = NULL, holder = NULL, held_until = NULL, place = ");
    sql.int(place).push(" WHERE kind = 'projection' AND name = ").text(name).push(" AND holder = ").id(lease.holder);
    sql.execute(tx).map(drop)
}

/// Note that a projection has failed, and let whoever is next try it again, later each time; in how many seconds.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn put_off(tx: &mut Tx<'_>, name: &str, lease: Lease, why: &str) -> Result<i64, Error> {
    let (now, wait) = (tx.now(), wait(lease.attempts));
    let mut sql = Sql::new("UPDATE jobs SET attempts = attempts + 1, holder = NULL, held_until = NULL, failure = ");
    sql.text(why).push(", next_at = ").at(now.plus_seconds(wait));
    sql.push(" WHERE kind = 'projection' AND name = ").text(name).push(" AND holder = ").id(lease.holder);
    sql.execute(tx).map(|_| wait)
}

/// Work that is carried out in one transaction, and held by its own rows meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To carry out a plan.
    Plan,
    /// To publish a release at its instant.
    Release,
    /// To add up what is read most.
    Ranking,
    /// To find what leads on from stories.
    Relating,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Release => "release",
            Self::Ranking => "ranking",
            Self::Relating => "relating",
        }
    }
}

/// What has failed of a kind of work, and when it is to be tried again.
pub(super) fn waiting<T>(tx: &mut Tx<'_>, kind: Kind) -> Result<HashMap<Id<T>, Instant>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push(" WHERE kind = ").text(kind.as_str()).push(" AND next_at > ").at(tx.now());
    sql.load::<Row>(tx)?.into_iter().map(|row| Ok((row.name.parse().map_err(Error::internal)?, row.next_at))).collect()
}

/// Claim what is due: what nobody holds, so many at most; where that is nothing, the first that has been due for longer, in the turn of whoever waits for it. What others
/// hold one after the other would be passed over each time. `due` finds what is due at an instant, so many at most, and locks it by the end of a query.
pub(super) fn claim<T>(
    tx: &mut Tx<'_>,
    tables: &'static str,
    limit: i64,
    mut due: impl FnMut(&mut Tx<'_>, Instant, i64, &str) -> Result<Vec<T>, Error>,
) -> Result<Vec<T>, Error> {
    let (now, free, in_turn) = (tx.now(), dialect::locking(tx.conn, tables), dialect::locking_in_turn(tx.conn, tables));
    let claimed = due(tx, now, limit, &free)?;
    if claimed.is_empty() { due(tx, now.plus_seconds(-PATIENCE), 1, &in_turn) } else { Ok(claimed) }
}

/// Note that something has failed, and is tried again, later each time; how often it has.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn fail<T>(tx: &mut Tx<'_>, kind: Kind, id: Id<T>, why: &str) -> Result<i32, Error> {
    let (now, name) = (tx.now(), id.to_string());
    let mut sql = Sql::new("DELETE FROM jobs WHERE place IS NULL AND next_at < ");
    sql.at(now.plus_seconds(-FORGOTTEN_AFTER));
    sql.execute(tx)?;
    let mut sql = Sql::new(SELECT);
    sql.push(" WHERE kind = ").text(kind.as_str()).push(" AND name = ").text(&name);
    let before = sql.first::<Row>(tx)?.map_or(0, |row| row.attempts);
    let mut sql = Sql::new("INSERT INTO jobs (kind, name, attempts, next_at, failure) VALUES (");
    sql.text(kind.as_str()).push(", ").text(&name).push(", 1, ").at(now.plus_seconds(wait(before))).push(", ").text(why);
    sql.push(
        ") ON CONFLICT (kind, name) DO UPDATE SET attempts = jobs.attempts + 1, next_at = excluded.next_at, failure = excluded.failure",
    );
    sql.execute(tx).map(|_| before.saturating_add(1))
}

/// Forget how often something has failed: it is not tried again.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn forget<T>(tx: &mut Tx<'_>, kind: Kind, id: Id<T>) -> Result<(), Error> {
    let mut sql = Sql::new("DELETE FROM jobs WHERE kind = ");
    sql.text(kind.as_str()).push(" AND name = ").text(&id.to_string());
    sql.execute(tx).map(drop)
}

/// The right to do once what comes round at intervals, until it lapses.
#[derive(Debug, QueryableByName)]
pub struct Turn {
    #[diesel(sql_type = Uid)]
    holder: Id<Turn>,
}

/// True when what comes round is due, and nobody does it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_turn(tx: &mut Tx<'_>, kind: Kind, name: &str) -> Result<bool, Error> {
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM jobs WHERE kind = ");
    sql.text(kind.as_str()).push(" AND name = ").text(name).push(" AND (next_at > ").at(tx.now());
    sql.push(" OR held_until > ").at(tx.now()).push(")");
    Ok(sql.count(tx)? == 0)
}

/// Take it upon this process to do what comes round, until an instant; nothing when another has, or it is not due.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn take_turn(tx: &mut Tx<'_>, kind: Kind, name: &str, until: Instant) -> Result<Option<Turn>, Error> {
    let (now, holder) = (tx.now(), tx.new_id::<Turn>());
    let mut sql = Sql::new("INSERT INTO jobs (kind, name, attempts, next_at, holder, held_until) VALUES (");
    sql.text(kind.as_str()).push(", ").text(name).push(", 0, ").at(now).push(", ").id(holder).push(", ").at(until);
    sql.push(") ON CONFLICT (kind, name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until WHERE jobs.next_at <= ");
    sql.at(now).push(" AND (jobs.held_until IS NULL OR jobs.held_until <= ").at(now).push(") RETURNING holder");
    sql.first(tx)
}

/// Note, in the transaction that does it, that something is done until its next turn; false when the turn has gone to another, and nothing is to be done.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn end_turn(tx: &mut Tx<'_>, (kind, name): (Kind, &str), turn: &Turn, next: Instant) -> Result<bool, Error> {
    let mut sql = Sql::new("UPDATE jobs SET holder = NULL, held_until = NULL, next_at = ");
    sql.at(next).push(" WHERE kind = ").text(kind.as_str()).push(" AND name = ").text(name).push(" AND holder = ").id(turn.holder);
    Ok(sql.execute(tx)? == 1)
}
