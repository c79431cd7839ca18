//! What failed when somebody signed in, counted over all instances.

use super::{
    RunQueryDsl, Tx,
    dialect::{self, At, Hold, Uid},
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

/// What is counted of an attempt: by account and network, by account, and by network.
fn names(account: Account, network: Network) -> [String; 3] {
    [format!("{account} {network}"), account.to_string(), network.to_string()]
}

/// Weigh an attempt by what is counted of it, which nobody else changes meanwhile, and keep what comes of that.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn weigh<T>(tx: &mut Tx<'_>, (account, network): (Account, Network), to: impl FnOnce(Weighed) -> (Weighed, T)) -> Result<T, Error> {
    let now = tx.now();
    let named = names(account, network);
    let mut ordered = named.clone();
    ordered.sort();
    // What is there can be held, and in one order; two that come first at once would else both begin from nothing.
    let mut sql = Sql::new("INSERT INTO sign_in_counts (counted, failures, wrong, since, last) VALUES ");
    for (n, name) in ordered.iter().enumerate() {
        sql.push(if n == 0 { "(" } else { ", (" }).text(name).push(", 0, 0, ").at(now).push(", ").at(now).push(")");
    }
    sql.push(" ON CONFLICT (counted) DO NOTHING");
    sql.execute(tx)?;
    let mut sql = Sql::new("SELECT counted, failures, wrong, since, last, user_id FROM sign_in_counts WHERE counted IN (");
    for (n, name) in ordered.iter().enumerate() {
        sql.push(if n == 0 { "" } else { ", " }).text(name);
    }
    sql.push(") ORDER BY counted").push(dialect::holding(tx.conn, Hold::Waiting, false));
    let rows: Vec<Row> = sql.load(tx)?;
    let of = |name: &String| rows.iter().find(|row| row.counted == *name).map_or_else(|| Count::new(now), Row::count);
    let [both, by_account, by_network] = &named;
    let before = Weighed { both: of(both), account: of(by_account), network: of(by_network) };
    let (after, told) = to(before);
    for (name, before, after) in
        [(both, before.both, after.both), (by_account, before.account, after.account), (by_network, before.network, after.network)]
    {
        if before != after {
            set(tx, name, &after)?;
        }
    }
    Ok(told)
}

fn set(tx: &mut Tx<'_>, name: &str, count: &Count) -> Result<(), Error> {
    let mut sql = Sql::new("UPDATE sign_in_counts SET failures = ");
    sql.int(count.failures.into()).push(", wrong = ").int(count.wrong.into());
    sql.push(", since = ").at(count.since).push(", last = ").at(count.last).push(", user_id = ");
    match count.user {
        Some(user) => sql.id(user),
        None => sql.push("NULL"),
    };
    sql.push(" WHERE counted = ").text(name);
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
