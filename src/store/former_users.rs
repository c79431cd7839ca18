//! Users who leave.
//!
//! **Context.** Whoever has worked in a newsroom stands in its histories, which go on telling who did what; and whoever has left is to be let in by nothing, and
//! reached by nothing. **Decision.** The record of somebody whom a history names stays, with their name and the instant at which they left, and
//! `present_users::present` is the one way to users, which passes over it. Everything else that hangs on them goes in the same
//! transaction: [`EMPTIED`] are the columns whose rows go, [`TELLS`] those that go on telling, and every reference to users in the schema is one or the other.
//! **Consequence.** A former user is nobody to every verb, though none of them knows of any. Nobody comes back as one: the same address is a new user's.

use diesel::prelude::*;

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::holding_from_references,
    present_users::{everybody, present},
    schema::{assignments, users},
    sql::Sql,
};
use crate::{
    access::{Caller, Granted, password, scope::Whole},
    domain::{
        Error, Id, Instant, Locale, Version,
        article::Article,
        change::{Change, Event, Subject},
        user::{User, UserStatus},
    },
};

/// What lets somebody in, says what they may do, waits for them or calls them: tables with the column that says whose it is. None of it outlasts a user. What hangs on
/// these rows goes with them: refresh tokens, and mails that were not sent.
pub const EMPTIED: [(&str, &str); 11] = [
    ("api_keys", "user_id"),
    ("assignments", "user_id"),
    ("comment_mentions", "user_id"),
    ("grants", "user_id"),
    ("idempotency_keys", "user_id"),
    ("password_links", "user_id"),
    ("recovery_codes", "user_id"),
    ("second_factors", "user_id"),
    ("sessions", "user_id"),
    ("sign_in_codes", "user_id"),
    ("uploads", "user_id"),
];

/// What keeps telling who did it: tables with the column that says who.
pub const TELLS: [(&str, &str); 18] = [
    ("articles", "created_by"),
    ("api_keys", "created_by"),
    ("assignments", "assigned_by"),
    ("comments", "created_by"),
    ("comments", "resolved_by"),
    ("corrections", "created_by"),
    ("media", "created_by"),
    ("plans", "planned_by"),
    ("previews", "created_by"),
    ("recordings", "recorded_by"),
    ("releases", "created_by"),
    ("releases", "planned_by"),
    ("takedowns", "taken_by"),
    ("takedowns", "lifted_by"),
    ("takedowns", "erased_by"),
    ("translations", "updated_by"),
    ("article_revisions", "saved_by"),
    ("translation_revisions", "saved_by"),
];

/// The reason that the audit trail gives where a record is kept.
pub const KEPT: &str = "record-kept";

/// Let nobody change a user, nor anything begin to refer to them, before this transaction ends.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn hold(tx: &mut Tx<'_>, id: Id<User>) -> Result<(), Error> {
    let mut sql = Sql::new("SELECT id FROM users WHERE id = ");
    sql.id(id).push(holding_from_references(tx.conn));
    sql.execute(tx).map(drop)
}

/// Let a user be one no more. What lets them in, reaches them or waits for them goes; and their record too, unless a history names them.
///
/// # Errors
/// [`Error::Stale`] when they have moved on.
pub fn leave<A>(tx: &mut Tx<'_>, granted: &Granted<A, Whole<User>>, expected: Version) -> Result<(), Error> {
    let Whole(user) = granted.get();
    let (id, now) = (user.id, tx.now());
    let left = (
        users::email.eq(id.to_string()),
        users::password_hash.eq(password::NONE),
        users::second_factor_at.eq(None::<Instant>),
        users::identity_issuer.eq(None::<String>),
        users::identity_subject.eq(None::<String>),
        users::status.eq(UserStatus::Suspended.as_str()),
        users::version.eq(users::version + 1),
        users::updated_at.eq(Bind(now)),
        users::left_at.eq(Some(now)),
    );
    let at = present().filter(users::id.eq(Bind(id))).filter(users::version.eq(expected));
    if diesel::update(at).set(left).execute(tx)? == 0 {
        return Err(Error::stale("user", user.version));
    }
    unassign(tx, id)?;
    forget_address(tx, user)?;
    let mut previews = Sql::new("UPDATE previews SET revoked_at = ");
    previews.at(now).push(" WHERE revoked_at IS NULL AND created_by = ").id(id);
    previews.execute(tx)?;
    // First, so that whoever refreshes beside this is waited for before their session is taken.
    let mut tokens = Sql::new("DELETE FROM refresh_tokens WHERE session_id IN (SELECT id FROM sessions WHERE user_id = ");
    tokens.id(id).push(")");
    tokens.execute(tx)?;
    for (table, whose) in EMPTIED {
        let mut sql = Sql::new(&format!("DELETE FROM {table} WHERE {whose} = "));
        sql.id(id);
        sql.execute(tx)?;
    }
    let gone = Change::new(Event::Deleted, Subject::User(id));
    if is_told_of(tx, id)? {
        tx.record(gone.because(KEPT));
        return Ok(());
    }
    diesel::delete(everybody().filter(users::id.eq(Bind(id)))).execute(tx)?;
    tx.record(gone);
    Ok(())
}

/// Call somebody by what stands before the sign, whose name is their address: for the provider gave no other.
fn forget_address(tx: &mut Tx<'_>, user: &User) -> Result<(), Error> {
    let Some((before, _)) =
        user.email.as_deref().filter(|email| user.name.trim().eq_ignore_ascii_case(email)).and_then(|e| e.split_once('@'))
    else {
        return Ok(());
    };
    let (sort_key, name_key) = super::user_keys::keys(before)?;
    let called = (users::name.eq(before), users::sort_key.eq(Some(sort_key)), users::name_key.eq(Some(name_key)));
    diesel::update(everybody().filter(users::id.eq(Bind(user.id)))).set(called).execute(tx)?;
    Ok(())
}

/// Tell that nobody works any more on what somebody was to work on.
fn unassign(tx: &mut Tx<'_>, id: Id<User>) -> Result<(), Error> {
    let held = assignments::table.filter(assignments::user_id.eq(Bind(id))).order((assignments::article_id, assignments::locale));
    let rows: Vec<(Id<Article>, String)> = held.select((assignments::article_id, assignments::locale)).load(tx)?;
    for (article, locale) in rows {
        tx.record(Change::new(Event::Assigned, Subject::Translation(article, Locale::stored(locale))));
    }
    Ok(())
}

/// True when a history names somebody: they are the one who does this, or stand in the audit trail, which is asked first, for it names most; or it is one of what
/// tells of them.
fn is_told_of(tx: &mut Tx<'_>, id: Id<User>) -> Result<bool, Error> {
    if tx.caller.as_ref().and_then(Caller::user_id) == Some(id) {
        return Ok(true);
    }
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM (SELECT 1 FROM changes WHERE actor = ");
    sql.text(&id.to_string()).push(" LIMIT 1) t");
    if sql.count(tx)? > 0 {
        return Ok(true);
    }
    for (table, who) in TELLS {
        let mut sql = Sql::new(&format!("SELECT COUNT(*) AS n FROM (SELECT 1 FROM {table} WHERE {who} = "));
        sql.id(id).push(" LIMIT 1) t");
        if sql.count(tx)? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
