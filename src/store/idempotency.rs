//! What clients asked for under a key of their own, so that asking twice does nothing twice.
//!
//! **Context.** A client whose connection broke does not know whether its request was carried out. **Decision.** It sends a
//! key; the first request claims it, and its transaction marks the claim as committed along with everything else it writes. A claim
//! that nobody answers for is free again after [`LEASE_SECONDS`], and whoever lost it can no longer commit. **Consequence.** With any
//! number of instances and crashes at any moment, what was asked under a key is done at most once.

use diesel::prelude::*;
use serde_json::Value;

use super::{Tx, dialect::Json, schema::idempotency_keys};
use crate::{
    access::caller::Claim,
    domain::{Error, Instant},
};

/// Seconds that a key is remembered.
pub const KEPT_SECONDS: i64 = 24 * 3_600;
/// Seconds after which a claim without an answer is free again.
pub const LEASE_SECONDS: i64 = 60;

/// How a key stands for a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// It is claimed for this request now.
    Claimed,
    /// An earlier request with it is under way.
    Running,
    /// It was done, and answered so.
    Answered(Value),
    /// It was done, but the answer was lost on the way.
    Lost,
    /// It was used for something else.
    Other,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
struct Row {
    fingerprint: Vec<u8>,
    request_id: String,
    committed: bool,
    answer: Option<Json>,
    claimed_at: Instant,
}

/// Claim a key for a request, unless it was used before.
///
/// # Errors
/// [`Error::Taken`] when another request claimed it at the same moment.
pub fn claim(tx: &mut Tx<'_>, claim: &Claim, request_id: &str, fingerprint: &[u8]) -> Result<Standing, Error> {
    let now = tx.now();
    let old = idempotency_keys::table.filter(idempotency_keys::claimed_at.le(now.plus_seconds(-KEPT_SECONDS)));
    diesel::delete(old).execute(tx.conn)?;
    let mine = idempotency_keys::table.find((claim.user, &*claim.key));
    let known: Option<Row> = mine.select(Row::as_select()).first(tx.conn).optional()?;
    let Some(known) = known else {
        let row = (
            idempotency_keys::user_id.eq(claim.user),
            idempotency_keys::key.eq(&*claim.key),
            idempotency_keys::fingerprint.eq(fingerprint),
            idempotency_keys::request_id.eq(request_id),
            idempotency_keys::committed.eq(false),
            idempotency_keys::claimed_at.eq(now),
        );
        diesel::insert_into(idempotency_keys::table).values(row).execute(tx.conn)?;
        return Ok(Standing::Claimed);
    };
    if known.fingerprint != fingerprint {
        return Ok(Standing::Other);
    }
    match known.answer {
        Some(answer) => return Ok(Standing::Answered(answer.0)),
        None if known.claimed_at > now.plus_seconds(-LEASE_SECONDS) => return Ok(Standing::Running),
        None if known.committed => return Ok(Standing::Lost),
        None => {}
    }
    let lapsed = mine.filter(idempotency_keys::request_id.eq(known.request_id)).filter(idempotency_keys::committed.eq(false));
    let taken_over = (idempotency_keys::request_id.eq(request_id), idempotency_keys::claimed_at.eq(now));
    let won = diesel::update(lapsed).set(taken_over).execute(tx.conn)? == 1;
    Ok(if won { Standing::Claimed } else { Standing::Running })
}

/// Mark a claim as committed, in the transaction that does what was asked.
///
/// # Errors
/// [`Error::Conflict`] with code `superseded` when the claim is another request's by now.
pub(super) fn commit(tx: &mut Tx<'_>, claim: &Claim, request_id: &str) -> Result<(), Error> {
    let mine = idempotency_keys::table.find((claim.user, &*claim.key)).filter(idempotency_keys::request_id.eq(request_id));
    if diesel::update(mine).set(idempotency_keys::committed.eq(true)).execute(tx.conn)? == 0 {
        let detail = "it took so long that the same request was carried out again".to_owned();
        return Err(Error::Conflict { code: "superseded", detail });
    }
    Ok(())
}

/// Keep the answer of what was done.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn answer(tx: &mut Tx<'_>, claim: &Claim, request_id: &str, answer: Value) -> Result<(), Error> {
    let mine = idempotency_keys::table.find((claim.user, &*claim.key)).filter(idempotency_keys::request_id.eq(request_id));
    diesel::update(mine).set((idempotency_keys::committed.eq(true), idempotency_keys::answer.eq(Some(Json(answer))))).execute(tx.conn)?;
    Ok(())
}

/// Give a key back when nothing was done under it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn release(tx: &mut Tx<'_>, claim: &Claim, request_id: &str) -> Result<(), Error> {
    let mine = idempotency_keys::table.find((claim.user, &*claim.key)).filter(idempotency_keys::request_id.eq(request_id));
    diesel::delete(mine.filter(idempotency_keys::committed.eq(false))).execute(tx.conn)?;
    Ok(())
}
