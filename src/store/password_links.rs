//! Links by which somebody sets a password: of a link, its digest alone is kept.

use diesel::prelude::*;

use super::{
    Bind, RunQueryDsl, Tx,
    schema::{mails, password_links},
};
use crate::domain::{
    Error, Id, Instant,
    change::{Change, Event, Subject},
    network::Network,
    password_link::{LinkKind, counted_since},
    user::User,
};

/// A link about to be kept.
#[derive(Debug)]
pub struct NewLink<'a> {
    /// The SHA-256 of its token.
    pub digest: &'a [u8],
    /// Whose password it sets.
    pub user: Id<User>,
    /// What it is for.
    pub kind: LinkKind,
    /// The address that they have, without which it is void.
    pub email: &'a str,
    /// Whether it is sent to that address.
    pub mailed: bool,
    /// Until when it is good.
    pub expires_at: Instant,
}

/// Keep a link: from here on it is the only one of its kind. Those that tell nobody anything any more are dropped on the way.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn issue(tx: &mut Tx<'_>, link: &NewLink<'_>) -> Result<(), Error> {
    end(tx, link.user, Some(link.kind))?;
    let now = tx.now();
    let over = password_links::table.filter(password_links::user_id.eq(Bind(link.user)));
    let over = over.filter(password_links::ended_at.is_not_null().or(password_links::expires_at.le(Bind(now))));
    diesel::delete(over.filter(password_links::created_at.le(Bind(counted_since(now))))).execute(tx)?;
    let row = (
        password_links::digest.eq(link.digest),
        password_links::user_id.eq(Bind(link.user)),
        password_links::kind.eq(link.kind.as_str()),
        password_links::email.eq(link.email),
        password_links::mailed.eq(link.mailed),
        password_links::created_at.eq(Bind(now)),
        password_links::expires_at.eq(Bind(link.expires_at)),
    );
    diesel::insert_into(password_links::table).values(row).execute(tx)?;
    Ok(())
}

/// Log that a link was made, by the caller.
pub fn told(tx: &mut Tx<'_>, user: Id<User>, kind: LinkKind) {
    tx.record(Change::new(Event::Linked, Subject::User(user)).because(kind.as_str()));
}

/// Log that a link was made, for whoever asked from a network.
pub fn told_of_nobody(tx: &mut Tx<'_>, user: Id<User>, kind: LinkKind, from: Network) {
    tx.record_of_nobody(Change::new(Event::Linked, Subject::User(user)).because(kind.as_str()), &from.to_string());
}

/// End the links of a user, with the mails that were to bring them: of one kind, or all.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn end(tx: &mut Tx<'_>, user: Id<User>, kind: Option<LinkKind>) -> Result<(), Error> {
    let now = tx.now();
    let kinds = LinkKind::ALL.iter().filter(|one| kind.is_none_or(|kind| kind == **one)).map(|one| one.as_str());
    let open = password_links::table
        .filter(password_links::user_id.eq(Bind(user)))
        .filter(password_links::kind.eq_any(kinds))
        .filter(password_links::ended_at.is_null());
    let digests: Vec<Vec<u8>> = open.select(password_links::digest).load(tx)?;
    if digests.is_empty() {
        return Ok(());
    }
    diesel::delete(mails::table.filter(mails::link.eq_any(digests.clone()))).execute(tx)?;
    diesel::update(password_links::table.filter(password_links::digest.eq_any(digests)))
        .set(password_links::ended_at.eq(Some(now)))
        .execute(tx)?;
    Ok(())
}

/// When somebody was sent mails of late, the latest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn mailed(tx: &mut Tx<'_>, user: Id<User>) -> Result<Vec<Instant>, Error> {
    password_links::table
        .filter(password_links::user_id.eq(Bind(user)))
        .filter(password_links::mailed.eq(true))
        .filter(password_links::created_at.gt(Bind(counted_since(tx.now()))))
        .order(password_links::created_at.desc())
        .select(password_links::created_at)
        .load(tx)
}

/// A link that is good, as far as it tells by itself.
#[derive(Debug, Clone)]
pub struct Good {
    /// Whose password it sets.
    pub user: Id<User>,
    /// What it is for.
    pub kind: LinkKind,
    /// The address that it was made for.
    pub email: String,
}

/// The link with this digest, while it is good.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn good(tx: &mut Tx<'_>, digest: &[u8]) -> Result<Option<Good>, Error> {
    let row: Option<(Id<User>, String, String)> = password_links::table
        .find(digest.to_vec())
        .filter(password_links::ended_at.is_null())
        .filter(password_links::expires_at.gt(Bind(tx.now())))
        .select((password_links::user_id, password_links::kind, password_links::email))
        .first(tx)?;
    row.map(|(user, kind, email)| Ok(Good { user, kind: kind.parse()?, email })).transpose()
}

/// Use a link up; false, when somebody else was first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn spend(tx: &mut Tx<'_>, digest: &[u8]) -> Result<bool, Error> {
    let now = tx.now();
    let open = password_links::table.find(digest.to_vec()).filter(password_links::ended_at.is_null());
    let spent = diesel::update(open).set(password_links::ended_at.eq(Some(now))).execute(tx)? == 1;
    if spent {
        diesel::delete(mails::table.filter(mails::link.eq(digest.to_vec()))).execute(tx)?;
    }
    Ok(spent)
}
