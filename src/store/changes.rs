//! The change log: what every commit did, numbered in the order of commits.

use diesel::{QueryableByName, prelude::*, sql_types::BigInt};

use super::{
    Tx,
    dialect::At,
    schema::{change_counter, changes},
    sql::Sql,
};
use crate::domain::{Error, Id, Instant};

#[derive(Insertable)]
#[diesel(table_name = changes)]
struct NewRow {
    seq: i64,
    at: Instant,
    audience: &'static str,
    event: &'static str,
    kind: &'static str,
    subject_id: Option<Id<()>>,
    locale: Option<String>,
    actor: String,
    request_id: String,
    origin: String,
    reason: String,
}

#[derive(QueryableByName)]
struct Counter {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = At)]
    at: Instant,
}

/// Number the changes of a transaction and log them; its last statements before the commit.
pub(super) fn number(tx: &mut Tx<'_>) -> Result<(), Error> {
    let recorded = std::mem::take(&mut tx.changes);
    let count = i64::try_from(recorded.len()).map_err(Error::internal)?;
    if count == 0 {
        return Ok(());
    }
    // One statement takes the lock that is held to the commit; the instant never runs backwards.
    let now = tx.now;
    let mut sql = Sql::new("UPDATE change_counter SET seq = seq + ");
    sql.int(count).push(", at = CASE WHEN at < ").at(now).push(" THEN ").at(now).push(" ELSE at END RETURNING seq, at");
    let counter: Counter = sql.first(tx)?.ok_or_else(|| Error::internal("the change counter is missing"))?;
    let first = counter.seq.saturating_sub(count);
    if let Some((claim, request_id)) = recorded.iter().find_map(|r| r.claim.clone().map(|claim| (claim, r.request_id.clone()))) {
        super::idempotency::commit(tx, &claim, &request_id)?;
    }
    for (n, r) in (1i64..).zip(recorded) {
        let (kind, id, locale) = r.change.parts();
        let row = NewRow {
            seq: first.saturating_add(n),
            at: counter.at,
            audience: r.change.audience().as_str(),
            event: r.change.event.as_str(),
            kind,
            subject_id: id.map(Id::from),
            locale: locale.map(ToString::to_string),
            actor: r.actor,
            request_id: r.request_id,
            origin: r.origin,
            reason: r.change.reason,
        };
        diesel::insert_into(changes::table).values(&row).execute(tx.conn)?;
    }
    Ok(())
}

/// Let nobody else commit a change before this transaction ends, so that what it counts from here on stays true.
pub(super) fn hold(tx: &mut Tx<'_>) -> Result<(), Error> {
    diesel::update(change_counter::table).set(change_counter::seq.eq(change_counter::seq)).execute(tx.conn)?;
    Ok(())
}

/// One row of the log.
#[derive(Debug, Clone)]
pub struct Logged {
    /// Its number: gapless, in commit order.
    pub seq: i64,
    /// Who may learn of it.
    pub audience: String,
    /// What happened.
    pub event: String,
    /// To what kind of thing.
    pub kind: String,
    /// Who did it.
    pub actor: String,
}

/// The rows after `seq`, oldest first, at most `limit`.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn after(tx: &mut Tx<'_>, seq: i64, limit: i64) -> Result<Vec<Logged>, Error> {
    type Columns = (i64, String, String, String, String);
    let rows: Vec<Columns> = changes::table
        .filter(changes::seq.gt(seq))
        .order(changes::seq)
        .limit(limit)
        .select((changes::seq, changes::audience, changes::event, changes::kind, changes::actor))
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|(seq, audience, event, kind, actor)| Logged { seq, audience, event, kind, actor }).collect())
}
