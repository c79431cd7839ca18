//! What clients asked for under a key of their own, so that asking twice does nothing twice.
//!
//! **Context.** A client whose connection broke does not know whether its request was carried out. **Decision.** It sends a
//! key; the first request claims it, and its transaction marks the claim as committed along with everything else it writes. A claim
//! that nobody answers for is free again at once when the process that made it is dead (`store::liveness`), else after [`LEASE_SECONDS`],
//! and whoever lost it can no longer commit. **Consequence.** With any number of instances and crashes at any moment, what was asked under a
//! key is done at most once. An answer is kept sealed, for it may hold secrets and words; when words are erased, every answer that is kept by
//! then is forgotten, and so is that of whatever is under way, for what an answer shows is more than what its request has changed.

use diesel::prelude::*;

use super::{Bind, RunQueryDsl, Tx, dialect, schema::idempotency_keys, sql::Sql};
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
    /// It was done, and answered so, sealed.
    Answered(Vec<u8>),
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
    answer: Option<Vec<u8>>,
    claimed_at: Instant,
    claimed_by: Option<i64>,
    forgotten: bool,
}

/// The age at which a key is forgotten.
fn too_old(tx: &Tx<'_>) -> Instant {
    tx.now().plus_seconds(-KEPT_SECONDS)
}

/// Claim a key for a request, unless it was used before.
///
/// # Errors
/// [`Error::Taken`] when another request claimed it at the same moment.
pub fn claim(tx: &mut Tx<'_>, claim: &Claim, request_id: &str, fingerprint: &[u8]) -> Result<Standing, Error> {
    let now = tx.now();
    let mine = idempotency_keys::table.find((Bind(claim.user), &*claim.key));
    let known: Option<Row> = mine.select(Row::as_select()).first(tx)?;
    let known = match known {
        Some(old) if old.claimed_at <= too_old(tx) => {
            diesel::delete(mine.filter(idempotency_keys::claimed_at.le(Bind(too_old(tx))))).execute(tx)?;
            None
        }
        other => other,
    };
    let Some(known) = known else {
        let row = (
            idempotency_keys::user_id.eq(Bind(claim.user)),
            idempotency_keys::key.eq(&*claim.key),
            idempotency_keys::fingerprint.eq(fingerprint),
            idempotency_keys::request_id.eq(request_id),
            idempotency_keys::committed.eq(false),
            idempotency_keys::claimed_at.eq(Bind(now)),
            idempotency_keys::claimed_by.eq(tx.liveness),
            idempotency_keys::forgotten.eq(false),
        );
        diesel::insert_into(idempotency_keys::table).values(row).execute(tx)?;
        return Ok(Standing::Claimed);
    };
    if known.fingerprint != fingerprint {
        return Ok(Standing::Other);
    }
    match known.answer {
        Some(answer) => return Ok(Standing::Answered(answer)),
        // Its answer was there, or will not be kept.
        None if known.committed && known.forgotten => return Ok(Standing::Lost),
        None if known.claimed_at > now.plus_seconds(-LEASE_SECONDS) && !is_orphan(tx, known.claimed_by)? => return Ok(Standing::Running),
        None if known.committed => return Ok(Standing::Lost),
        None => {}
    }
    let lapsed = mine.filter(idempotency_keys::request_id.eq(known.request_id)).filter(idempotency_keys::committed.eq(false));
    let taken_over = (
        idempotency_keys::request_id.eq(request_id),
        idempotency_keys::claimed_at.eq(Bind(now)),
        idempotency_keys::claimed_by.eq(tx.liveness),
        idempotency_keys::forgotten.eq(false),
    );
    let won = diesel::update(lapsed).set(taken_over).execute(tx)? == 1;
    Ok(if won { Standing::Claimed } else { Standing::Running })
}

/// Whether a claim is that of a process that is dead, as far as this one can tell.
fn is_orphan(tx: &mut Tx<'_>, claimed_by: Option<i64>) -> Result<bool, Error> {
    let (Some(number), Some(own)) = (claimed_by, tx.liveness) else { return Ok(false) };
    dialect::is_dead(tx.conn, number, own)
}

/// Mark a claim as committed, in the transaction that does what was asked.
///
/// # Errors
/// [`Error::Conflict`] with code `superseded` when the claim is another request's by now.
pub(super) fn commit(tx: &mut Tx<'_>, claim: &Claim, request_id: &str) -> Result<(), Error> {
    let mine = idempotency_keys::table.find((Bind(claim.user), &*claim.key)).filter(idempotency_keys::request_id.eq(request_id));
    if diesel::update(mine).set(idempotency_keys::committed.eq(true)).execute(tx)? == 0 {
        let detail = "it took so long that the same request was carried out again".to_owned();
        return Err(Error::Conflict { code: "superseded", detail });
    }
    Ok(())
}

/// Keep the answer of what was done, sealed; unless words were erased meanwhile that it may hold.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn answer(tx: &mut Tx<'_>, claim: &Claim, request_id: &str, sealed: Vec<u8>) -> Result<(), Error> {
    let mine = idempotency_keys::table.find((Bind(claim.user), &*claim.key)).filter(idempotency_keys::request_id.eq(request_id));
    let kept = (idempotency_keys::committed.eq(true), idempotency_keys::answer.eq(Some(sealed)));
    if diesel::update(mine.filter(idempotency_keys::forgotten.eq(false))).set(kept).execute(tx)? == 0 {
        diesel::update(mine).set(idempotency_keys::committed.eq(true)).execute(tx)?;
    }
    Ok(())
}

/// Forget every answer that is kept, and those of what is under way; that it was done stays known.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn forget_answers(tx: &mut Tx<'_>) -> Result<(), Error> {
    let forgotten = (idempotency_keys::answer.eq(None::<Vec<u8>>), idempotency_keys::forgotten.eq(true));
    diesel::update(idempotency_keys::table.filter(idempotency_keys::forgotten.eq(false))).set(forgotten).execute(tx)?;
    Ok(())
}

/// Whether a key is there that is too old.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn has_expired(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let old = idempotency_keys::table.filter(idempotency_keys::claimed_at.le(Bind(too_old(tx))));
    diesel::select(diesel::dsl::exists(old)).get_result(tx)
}

/// Forget the oldest of the keys that are too old, about so many; how many they were.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn expire(tx: &mut Tx<'_>, about: i64) -> Result<usize, Error> {
    let mut sql = Sql::new("DELETE FROM idempotency_keys WHERE claimed_at <= (SELECT max(claimed_at) FROM (SELECT claimed_at FROM ");
    sql.push("idempotency_keys WHERE claimed_at <= ").at(too_old(tx)).push(" ORDER BY claimed_at LIMIT ").int(about).push(") oldest)");
    sql.execute(tx)
}

/// Give a key back when nothing was done under it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn release(tx: &mut Tx<'_>, claim: &Claim, request_id: &str) -> Result<(), Error> {
    let mine = idempotency_keys::table.find((Bind(claim.user), &*claim.key)).filter(idempotency_keys::request_id.eq(request_id));
    diesel::delete(mine.filter(idempotency_keys::committed.eq(false))).execute(tx)?;
    Ok(())
}
