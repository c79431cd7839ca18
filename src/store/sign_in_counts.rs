//! What failed when somebody signed in, counted over all instances.

use super::{
    RunQueryDsl, Tx,
    dialect::{self, At, Uid},
    sql::Sql,
};
use crate::{
    access::throttle::{Account, Count, Weighed},
    domain::{Error, Id, Instant, network::Network, user::User},
};

/// Seconds after which what nobody has tried again is forgotten: longer than any count takes to fade.
const FADED: i64 = 2 * 3_600;

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    counted: String,
    #[diesel(sql_type = diesel::sql_types::Integer)]
    failures: i32,
    #[diesel(sql_type = diesel::sql_types::Integer)]
    wrong: i32,
    #[diesel(sql_type = At)]
    since: Instant,
    #[diesel(sql_type = At)]
    last: Instant,
    #[diesel(sql_type = diesel::sql_types::Nullable<Uid>)]
    user_id: Option<Id<User>>,
}

impl Row {
    fn count(&self) -> Count {
        let whole = |n: i32| u32::try_from(n).unwrap_or_default();
        Count { failures: whole(self.failures), wrong: whole(self.wrong), since: self.since, last: self.last, user: self.user_id }
    }
}

/// Weigh an attempt by what is counted of it, which nobody else changes meanwhile, and keep what comes of that, if it is something else. Of a network
/// that is known for the account nothing is looked at but what the account got wrong from there.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn weigh<T>(
    tx: &mut Tx<'_>,
    (account, network, known): (Account, Network, bool),
    to: impl FnOnce(Weighed) -> (Weighed, T),
) -> Result<T, Error> {
    let now = tx.now();
    let [both, by_account, by_network] = [format!("{account} {network}"), account.to_string(), network.to_string()];
    let names: &[&String] = if known { &[&both] } else { &[&both, &by_account, &by_network] };
    // What is not there yet can be held by its name alone. All of them go the same way: the network's first.
    let held: &[&String] = if known { &[&both] } else { &[&by_network, &by_account] };
    for name in held {
        dialect::queue_for(tx.conn, name)?;
    }
    let mut sql = Sql::new("SELECT counted, failures, wrong, since, last, user_id FROM sign_in_counts WHERE counted IN (");
    for (n, name) in names.iter().enumerate() {
        sql.push(if n == 0 { "" } else { ", " }).text(name);
    }
    sql.push(")");
    let rows: Vec<Row> = sql.load(tx)?;
    let of = |name: &String| rows.iter().find(|row| row.counted == *name).map_or_else(|| Count::new(now), Row::count);
    let before = Weighed { both: of(&both), account: of(&by_account), network: of(&by_network) };
    let (after, told) = to(before);
    for (name, before, after) in
        [(&both, before.both, after.both), (&by_account, before.account, after.account), (&by_network, before.network, after.network)]
    {
        if before != after {
            set(tx, name, &after)?;
        }
    }
    Ok(told)
}

/// Keep a count; of nothing there is none.
fn set(tx: &mut Tx<'_>, name: &str, count: &Count) -> Result<(), Error> {
    if count.failures == 0 {
        let mut sql = Sql::new("DELETE FROM sign_in_counts WHERE counted = ");
        sql.text(name);
        return sql.execute(tx).map(drop);
    }
    let mut sql = Sql::new("INSERT INTO sign_in_counts (counted, failures, wrong, since, last, user_id) VALUES (");
    sql.text(name).push(", ").int(count.failures.into()).push(", ").int(count.wrong.into());
    sql.push(", ").at(count.since).push(", ").at(count.last).push(", ");
    match count.user {
        Some(user) => sql.id(user),
        None => sql.push("NULL"),
    };
    sql.push(") ON CONFLICT (counted) DO UPDATE SET failures = excluded.failures, wrong = excluded.wrong, since = excluded.since, ");
    sql.push("last = excluded.last, user_id = excluded.user_id");
    sql.execute(tx).map(drop)
}

/// Forget what has faded.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn forget(tx: &mut Tx<'_>) -> Result<(), Error> {
    let mut sql = Sql::new("DELETE FROM sign_in_counts WHERE last < ");
    sql.at(tx.now().plus_seconds(-FADED));
    sql.execute(tx).map(drop)
}
