//! Sessions and refresh tokens. Signing in and out is bookkeeping, not a change.

use diesel::prelude::*;

use super::{
    Bind, RunQueryDsl, Tx,
    schema::{refresh_tokens, sessions, sign_in_codes},
};
use crate::{
    access::Myself,
    domain::{
        Error, Id, Instant,
        change::{Change, Event, Subject},
        network::Network,
        page::{Page, Paging, Sorting},
        user::{Session, User},
    },
};

/// A session that has not ended.
#[derive(Debug, Clone)]
pub struct Open {
    /// Its id.
    pub id: Id<Session>,
    /// Whose it is.
    pub user: Id<User>,
    /// The actions it is limited to.
    pub scope: Option<String>,
}

/// A refresh token about to be kept.
#[derive(Debug)]
pub struct NewRefresh<'a> {
    /// Its SHA-256.
    pub digest: &'a [u8],
    /// When it ends, unused.
    pub expires_at: Instant,
}

/// Begin a session, from a network.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn begin(tx: &mut Tx<'_>, open: &Open, ends: Instant, refresh: &NewRefresh<'_>, from: Network) -> Result<(), Error> {
    let row = (
        sessions::id.eq(Bind(open.id)),
        sessions::user_id.eq(Bind(open.user)),
        sessions::scope.eq(open.scope.as_deref()),
        sessions::created_at.eq(Bind(tx.now())),
        sessions::expires_at.eq(Bind(ends)),
        sessions::network.eq(from.to_string()),
    );
    diesel::insert_into(sessions::table).values(row).execute(tx)?;
    keep(tx, open.id, refresh)
}

/// Keep the next refresh token of a session.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn keep(tx: &mut Tx<'_>, session: Id<Session>, refresh: &NewRefresh<'_>) -> Result<(), Error> {
    let row = (
        refresh_tokens::digest.eq(refresh.digest),
        refresh_tokens::session_id.eq(Bind(session)),
        refresh_tokens::expires_at.eq(Bind(refresh.expires_at)),
    );
    diesel::insert_into(refresh_tokens::table).values(row).execute(tx)?;
    Ok(())
}

/// The session, while it is open.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn open(tx: &mut Tx<'_>, id: Id<Session>) -> Result<Option<Open>, Error> {
    let row: Option<(Id<User>, Option<String>)> = sessions::table
        .find(Bind(id))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(Bind(tx.now())))
        .select((sessions::user_id, sessions::scope))
        .first(tx)?;
    Ok(row.map(|(user, scope)| Open { id, user, scope }))
}

/// What became of a refresh token that was shown.
#[derive(Debug)]
pub enum Spent {
    /// It was good, and is spent now.
    Now(Open),
    /// It was spent a moment ago, and nobody has used what came of it: by another tab, or by whoever lost the answer.
    JustNow(Open),
    /// It was spent before: it was stolen, or its thief was first. Its session, which is this user's, has ended.
    Before(Id<User>),
    /// It is too old, or its session has ended; whose it was, if it was somebody's.
    Never(Option<Id<User>>),
}

/// Seconds for which a refresh token that was spent still tells what came of it.
pub const GRACE_SECONDS: i64 = 10;

/// Spend a refresh token, which another one follows; of several at once exactly one spends it. What is shown again is forgiven for a moment, while
/// its successor is unused, and ends the session from then on.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn spend(tx: &mut Tx<'_>, digest: &[u8], successor: &[u8]) -> Result<Spent, Error> {
    let now = tx.now();
    let unused = refresh_tokens::table.find(digest.to_vec()).filter(refresh_tokens::used_at.is_null());
    let won = diesel::update(unused).set(refresh_tokens::used_at.eq(Some(now))).execute(tx)? == 1;
    type Row = (Id<Session>, Instant, Option<Instant>, Id<User>);
    let row: Option<Row> = refresh_tokens::table
        .inner_join(sessions::table.on(sessions::id.eq(refresh_tokens::session_id)))
        .filter(refresh_tokens::digest.eq(digest.to_vec()))
        .select((refresh_tokens::session_id, refresh_tokens::expires_at, refresh_tokens::used_at, sessions::user_id))
        .first(tx)?;
    let Some((session, expires, used, user)) = row else { return Ok(Spent::Never(None)) };
    if won {
        return Ok(match open(tx, session)? {
            Some(open) if expires > now => Spent::Now(open),
            _ => Spent::Never(Some(user)),
        });
    }
    let moment_ago = used.is_some_and(|used| now <= used.plus_seconds(GRACE_SECONDS));
    if moment_ago
        && is_unused(tx, session, successor)?
        && let Some(open) = open(tx, session)?
    {
        return Ok(Spent::JustNow(open));
    }
    end(tx, session)?;
    Ok(Spent::Before(user))
}

/// True for a refresh token of this session that nobody has spent.
fn is_unused(tx: &mut Tx<'_>, of: Id<Session>, digest: &[u8]) -> Result<bool, Error> {
    let unused = refresh_tokens::table.find(digest.to_vec()).filter(refresh_tokens::used_at.is_null());
    let found: Option<Id<Session>> = unused.select(refresh_tokens::session_id).first(tx)?;
    Ok(found == Some(of))
}

/// True for a refresh token that was given to somebody, whatever became of it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn was_given(tx: &mut Tx<'_>, digest: &[u8]) -> Result<bool, Error> {
    let found: Option<Id<Session>> = refresh_tokens::table.find(digest.to_vec()).select(refresh_tokens::session_id).first(tx)?;
    Ok(found.is_some())
}

/// Log that somebody was not let in: as whom, where that is known, from which network, and why.
pub fn refused(tx: &mut Tx<'_>, user: Option<Id<User>>, from: Network, why: &str) {
    let subject = user.map_or(Subject::SignIn, Subject::User);
    tx.record_of_nobody(Change::new(Event::Refused, subject).because(why), &from.to_string());
}

/// End a session.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn end(tx: &mut Tx<'_>, id: Id<Session>) -> Result<(), Error> {
    let now = tx.now();
    diesel::update(sessions::table.find(Bind(id)).filter(sessions::revoked_at.is_null()))
        .set(sessions::revoked_at.eq(Some(now)))
        .execute(tx)?;
    Ok(())
}

/// A session as its user is shown it.
#[derive(Debug, Clone, Queryable)]
pub struct Listed {
    /// Its id.
    pub id: Id<Session>,
    /// The actions it is limited to.
    pub scope: Option<String>,
    /// When it began.
    pub created_at: Instant,
    /// When it ends at the latest.
    pub expires_at: Instant,
    /// Where it began.
    pub network: String,
}

/// A page of somebody's own sessions that have not ended, newest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, me: Myself, paging: Paging) -> Result<Page<Listed>, Error> {
    let now = tx.now();
    let open = || {
        let own = sessions::table.filter(sessions::user_id.eq(Bind(me.id())));
        own.filter(sessions::revoked_at.is_null()).filter(sessions::expires_at.gt(Bind(now)))
    };
    let columns = (sessions::id, sessions::scope, sessions::created_at, sessions::expires_at, sessions::network);
    let mut query = open().select(columns).limit(i64::from(paging.limit).saturating_add(1)).into_boxed();
    if let Some(cursor) = paging.cursor {
        let id = Id::<Session>::from(cursor.id);
        query = if cursor.backwards { query.filter(sessions::id.gt(Bind(id))) } else { query.filter(sessions::id.lt(Bind(id))) };
    }
    query = if paging.backwards() { query.order(sessions::id.asc()) } else { query.order(sessions::id.desc()) };
    let rows: Vec<Listed> = query.load(tx)?;
    let total = if paging.count { Some(open().count().get_result(tx)?) } else { None };
    Ok(Page::cut(rows, paging, Sorting::Sessions, total, |row| (0, row.id.uuid())))
}

/// End a session of somebody's own.
///
/// # Errors
/// [`Error::NotFound`] when there is none that is open.
pub fn end_own(tx: &mut Tx<'_>, me: Myself, id: Id<Session>) -> Result<(), Error> {
    if open(tx, id)?.is_none_or(|open| open.user != me.id()) {
        return Err(Error::NotFound("session"));
    }
    end(tx, id)
}

/// End every session of somebody's own but one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn end_others(tx: &mut Tx<'_>, me: Myself, kept: Id<Session>) -> Result<(), Error> {
    let others = sessions::table.filter(sessions::user_id.eq(Bind(me.id()))).filter(sessions::id.ne(Bind(kept)));
    let now = tx.now();
    diesel::update(others.filter(sessions::revoked_at.is_null())).set(sessions::revoked_at.eq(Some(now))).execute(tx)?;
    Ok(())
}

/// End every session of a user, and those that a code would have begun.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn end_all(tx: &mut Tx<'_>, user: Id<User>) -> Result<(), Error> {
    diesel::delete(sign_in_codes::table.filter(sign_in_codes::user_id.eq(Bind(user)))).execute(tx)?;
    let now = tx.now();
    diesel::update(sessions::table.filter(sessions::user_id.eq(Bind(user))).filter(sessions::revoked_at.is_null()))
        .set(sessions::revoked_at.eq(Some(now)))
        .execute(tx)?;
    Ok(())
}
