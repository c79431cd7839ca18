//! The outbox: mails that wait to be sent, written in the transaction that they come of. What is secret in them is sealed, and gone with them.

use diesel::prelude::*;

use super::{
    Bind, RunQueryDsl, Tx,
    present_users::present,
    schema::{mails, password_links, users},
};
use crate::domain::{
    Error, Id, Instant,
    change::{Change, Event, Subject},
    password_link::LinkKind,
    user::User,
};

/// Marks ids of mails.
#[derive(Debug)]
pub struct Mail;

/// Seconds until the second try; twice as many until each one after it.
const FIRST_WAIT: i64 = 10;
/// The longest that is waited before another try, in seconds.
const MAX_WAIT: i64 = 900;

/// Put a mail with a link into the outbox; `sealed` is its token.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn put(tx: &mut Tx<'_>, id: Id<Mail>, link: &[u8], sealed: &[u8]) -> Result<(), Error> {
    let row =
        (mails::id.eq(Bind(id)), mails::link.eq(link), mails::sealed.eq(sealed), mails::attempts.eq(0), mails::next_at.eq(Bind(tx.now())));
    diesel::insert_into(mails::table).values(row).execute(tx)?;
    Ok(())
}

/// Those whose turn it is, the longest waiting first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn due(tx: &mut Tx<'_>, most: i64) -> Result<Vec<Id<Mail>>, Error> {
    let now = tx.now();
    mails::table.filter(mails::next_at.le(Bind(now))).order((mails::next_at, mails::id)).limit(most).select(mails::id).load(tx)
}

/// A mail that this process sends now.
#[derive(Debug)]
pub struct Outgoing {
    /// Its id.
    pub id: Id<Mail>,
    /// Who is sent it.
    pub user: Id<User>,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What its link is for.
    pub kind: LinkKind,
    /// The token of the link, sealed.
    pub sealed: Vec<u8>,
    /// How often it was tried before.
    pub attempts: i32,
}

/// Take it upon this process to send a mail, until an instant; nothing when another has. One whose link is good no more is dropped.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn take(tx: &mut Tx<'_>, id: Id<Mail>, until: Instant) -> Result<Option<Outgoing>, Error> {
    let now = tx.now();
    let mine = mails::table.find(Bind(id)).filter(mails::next_at.le(Bind(now)));
    let set = (mails::attempts.eq(mails::attempts + 1), mails::next_at.eq(Bind(until)));
    if diesel::update(mine).set(set).execute(tx)? == 0 {
        return Ok(None);
    }
    type Row = (Vec<u8>, i32, String, Id<User>, String, String);
    let row: Option<Row> = present()
        .inner_join(password_links::table.on(password_links::user_id.eq(users::id)))
        .inner_join(mails::table.on(mails::link.eq(password_links::digest)))
        .filter(mails::id.eq(Bind(id)))
        .filter(password_links::ended_at.is_null())
        .filter(password_links::expires_at.gt(Bind(now)))
        .filter(password_links::email.eq(users::email))
        .filter(users::status.eq("active"))
        .select((mails::sealed, mails::attempts, password_links::kind, users::id, users::email, users::name))
        .first(tx)?;
    let Some((sealed, attempts, kind, user, email, name)) = row else {
        sent(tx, id)?;
        return Ok(None);
    };
    Ok(Some(Outgoing { id, user, email, name, kind: kind.parse()?, sealed, attempts: attempts.saturating_sub(1) }))
}

/// It was sent: nothing of it is kept.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn sent(tx: &mut Tx<'_>, id: Id<Mail>) -> Result<(), Error> {
    diesel::delete(mails::table.find(Bind(id))).execute(tx)?;
    Ok(())
}

/// It could not be sent, and is tried again; in how many seconds.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn put_off(tx: &mut Tx<'_>, mail: &Outgoing) -> Result<i64, Error> {
    let wait = u32::try_from(mail.attempts).ok().and_then(|n| FIRST_WAIT.checked_mul(1i64.checked_shl(n)?)).unwrap_or(MAX_WAIT);
    let wait = wait.clamp(FIRST_WAIT, MAX_WAIT);
    let at = tx.now().plus_seconds(wait);
    diesel::update(mails::table.find(Bind(mail.id))).set(mails::next_at.eq(Bind(at))).execute(tx)?;
    Ok(wait)
}

/// It was refused for good, or cannot be read: it is dropped, and the audit trail says so.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn give_up(tx: &mut Tx<'_>, mail: &Outgoing) -> Result<(), Error> {
    sent(tx, mail.id)?;
    tx.record_of_nobody(Change::new(Event::Failed, Subject::User(mail.user)).because("mail-refused"), "");
    Ok(())
}
