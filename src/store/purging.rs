//! How far each cache on the way to readers has been told what to drop.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Integer},
};

use super::{Tx, sql::Sql};
use crate::domain::{Error, Instant};

/// A cache that is ours to tell, and how far it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Told {
    /// The last change that it was told of.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// How often telling it of the next has failed.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
}

/// Begin with a cache that is new: it is told of what changes from now on. One that was kept under another name goes on under this.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn enrol(tx: &mut Tx<'_>, name: &str, former: &str) -> Result<(), Error> {
    let mut sql = Sql::new("UPDATE purge_targets SET name = ");
    sql.text(name)
        .push(" WHERE name = ")
        .text(former)
        .push(" AND NOT EXISTS (SELECT 1 FROM purge_targets WHERE name = ")
        .text(name)
        .push(")");
    sql.execute(tx)?;
    let now = tx.now();
    let mut sql = Sql::new("INSERT INTO purge_targets (name, seq, attempts, next_at) SELECT ");
    sql.text(name).push(", seq, 0, ").at(now).push(" FROM change_counter WHERE TRUE ON CONFLICT (name) DO NOTHING");
    sql.execute(tx).map(drop)
}

/// Forget every cache whose name holds an address, as earlier versions kept them with the credentials in it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn forget_addresses(tx: &mut Tx<'_>) -> Result<usize, Error> {
    Sql::new("DELETE FROM purge_targets WHERE name LIKE '%://%'").execute(tx)
}

/// Take it upon this process to tell a cache, until an instant; nothing when another has, when it is not yet time to try again, or when it
/// was told everything.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn lease(tx: &mut Tx<'_>, name: &str, until: Instant) -> Result<Option<Told>, Error> {
    let now = tx.now();
    let mut sql = Sql::new("UPDATE purge_targets SET leased_until = ");
    sql.at(until).push(" WHERE name = ").text(name).push(" AND next_at <= ").at(now);
    sql.push(" AND (leased_until IS NULL OR leased_until <= ").at(now);
    sql.push(") AND seq < (SELECT seq FROM change_counter) RETURNING seq, attempts");
    sql.first(tx)
}

/// True when a cache is behind, and may be told now.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_due(tx: &mut Tx<'_>, name: &str) -> Result<bool, Error> {
    let now = tx.now();
    let mut sql = Sql::new("SELECT seq, attempts FROM purge_targets WHERE name = ");
    sql.text(name).push(" AND next_at <= ").at(now).push(" AND seq < (SELECT seq FROM change_counter)");
    Ok(sql.first::<Told>(tx)?.is_some())
}

/// Note that a cache was told of everything up to a change, and let others tell it of what comes next.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn told(tx: &mut Tx<'_>, name: &str, seq: i64) -> Result<(), Error> {
    let mut sql = Sql::new("UPDATE purge_targets SET attempts = 0, leased_until = NULL, seq = ");
    sql.int(seq).push(" WHERE name = ").text(name).push(" AND seq < ").int(seq);
    sql.execute(tx).map(drop)
}

/// Note that a cache could not be told, and when to try again.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn failed(tx: &mut Tx<'_>, name: &str, next_at: Instant) -> Result<(), Error> {
    let mut sql = Sql::new("UPDATE purge_targets SET attempts = attempts + 1, leased_until = NULL, next_at = ");
    sql.at(next_at).push(" WHERE name = ").text(name);
    sql.execute(tx).map(drop)
}
