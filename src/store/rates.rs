//! What callers have spent of their budgets, added up over all instances.

use super::{RunQueryDsl, Tx, sql::Sql};
use crate::{access::rate::Untold, domain::Error};

/// A budget, and when it will be whole again, in microseconds.
#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    budget: String,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    whole_at: i64,
}

/// Add what was spent; when each of these budgets will be whole again, by what all instances have spent of it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn add(tx: &mut Tx<'_>, spent: &[Untold]) -> Result<Vec<Option<i64>>, Error> {
    // Two instances that add to the same ones wait for one another in the same order.
    let mut ordered: Vec<(String, i64, i64)> = spent.iter().map(|one| (one.key.shared(), one.micros.min(one.whole), one.whole)).collect();
    ordered.sort();
    let now = tx.now().as_micros();
    let mut rows = Vec::new();
    for (budget, micros, whole) in ordered {
        let mut sql = Sql::new("INSERT INTO rate_limits (budget, whole_at) VALUES (");
        sql.text(&budget).push(", ").int(now.saturating_add(micros)).push(") ON CONFLICT (budget) DO UPDATE SET whole_at = ");
        // Never more than all of a budget is spent, however many have let through how much before they told.
        sql.push("CASE WHEN rate_limits.whole_at > ").int(now.saturating_add(whole).saturating_sub(micros)).push(" THEN ");
        sql.int(now.saturating_add(whole)).push(" WHEN rate_limits.whole_at > ").int(now).push(" THEN rate_limits.whole_at + ").int(micros);
        sql.push(" ELSE ").int(now.saturating_add(micros)).push(" END RETURNING budget, whole_at");
        rows.extend(sql.first::<Row>(tx)?);
    }
    let whole_at = |one: &Untold| {
        let budget = one.key.shared();
        rows.iter().find(|row| row.budget == budget).map(|row| row.whole_at)
    };
    Ok(spent.iter().map(whole_at).collect())
}

/// Forget the budgets that are whole.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn forget(tx: &mut Tx<'_>) -> Result<(), Error> {
    let mut sql = Sql::new("DELETE FROM rate_limits WHERE whole_at < ");
    sql.int(tx.now().as_micros());
    sql.execute(tx).map(drop)
}
