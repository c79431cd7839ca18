//! Signing in and out.
//!
//! **Context.** Two tabs refresh at once, and answers are lost on the way. **Decision.** The token that follows a refresh token is derived of it with
//! a secret of the server's ([`Keys::successor`]), so that nothing is kept to give it once more: whoever shows the same token within ten seconds gets the same
//! successor, as long as nobody has used that. A spent one that comes later, or when its successor was used, ends its session, whoever sends it.
//! **Consequence.** A session is one chain, however many ask at once. A thief who is as quick as that gets what the owner has, and whoever of
//! the two refreshes second after that, later than ten seconds, ends it for both. Whoever has the server's secret can follow a chain; they could sign tokens as well.
//!
//! **Decision.** What somebody is granted is part of their access token, as a digest. **Consequence.** A change of grants ends the token, and not
//! the session: the next refresh brings one with the new rights, and nobody has to sign in again because an editor gave them a section.

use crate::{
    access::{
        Caller, caller,
        keys::Keys,
        secret::Secret,
        token::{self, REFRESH_SECONDS, SESSION_SECONDS, Subject, Verified},
    },
    domain::{
        Error, Id,
        error::TokenFault,
        network::Network,
        site::DeskReading,
        user::{Grant, User, UserStatus},
    },
    store::{
        self, Tx,
        sessions::{NewRefresh, Open, Spent},
    },
};

/// A session with the refresh token that continues it.
#[derive(Debug)]
pub struct Begun {
    /// The session.
    pub session: Open,
    /// What its user is granted.
    pub grants: Vec<Grant>,
    /// The token, to be shown once.
    pub refresh: Secret<String>,
}

impl Begun {
    /// What an access token of the session says.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let Open { id, user, scope } = self.session.clone();
        Subject { user, session: id, scope, grants: token::of_grants(&self.grants) }
    }
}

/// Begin a session for a user whose password was right, from a network that is known for them from then on.
///
/// # Errors
/// [`Error::WrongCredentials`] when the user is suspended or gone.
pub fn begin(tx: &mut Tx<'_>, user: Id<User>, scope: Option<String>, from: Network) -> Result<Begun, Error> {
    begin_for(tx, user, scope, from, SESSION_SECONDS)
}

/// The same, which lasts so many seconds at most.
pub(super) fn begin_for(tx: &mut Tx<'_>, user: Id<User>, scope: Option<String>, from: Network, lasts: i64) -> Result<Begun, Error> {
    // Whoever suspends them beside this ends their sessions: with this one, or before it begins.
    store::users::hold(tx, user)?;
    let grants = of_active(tx, user)?.ok_or(Error::WrongCredentials)?.grants;
    let session = Open { id: tx.new_id(), user, scope };
    let refresh = token::new_refresh(tx.entropy());
    let now = tx.now();
    let kept = NewRefresh { digest: &token::refresh_digest(&refresh), expires_at: now.plus_seconds(REFRESH_SECONDS) };
    store::sessions::begin(tx, &session, now.plus_seconds(lasts), &kept, from)?;
    Ok(Begun { session, grants, refresh: Secret::new(refresh) })
}

/// Begin a session for a user whose password was looked at, and found to be the one of this hash: while that is still theirs.
///
/// # Errors
/// [`Error::WrongCredentials`] when they were given another one meanwhile, or are suspended or gone.
pub fn begin_by_password(tx: &mut Tx<'_>, (user, hash): (Id<User>, &str), scope: Option<String>, from: Network) -> Result<Begun, Error> {
    // Whoever sets another password beside this ends their sessions: with this one, or before it begins.
    store::users::hold(tx, user)?;
    if !store::users::has_hash(tx, user, hash)? {
        return Err(Error::WrongCredentials);
    }
    begin(tx, user, scope, from)
}

/// The user, when they are there and active: since their password was looked at, somebody may have suspended or deleted them.
fn of_active(tx: &mut Tx<'_>, user: Id<User>) -> Result<Option<User>, Error> {
    match store::users::find(tx, user) {
        Ok(user) => Ok(Some(user).filter(|user| user.status == UserStatus::Active)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// What became of a session that was to go on.
#[derive(Debug)]
pub enum Continued {
    /// It goes on.
    Begun(Begun),
    /// Its token was spent before, so that it has ended; whose it was.
    Reused(Id<User>),
    /// Its token is no longer good; whose it was, if it was somebody's.
    Refused(Option<Id<User>>),
}

/// Continue a session: its refresh token is spent and another given, or given once more.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn refresh(tx: &mut Tx<'_>, keys: &Keys, shown: &str) -> Result<Continued, Error> {
    let refresh = keys.successor(shown);
    let digest = token::refresh_digest(&refresh);
    // A spent token ends its session, which has to be kept: that is no error here.
    let (session, is_new) = match store::sessions::spend(tx, &token::refresh_digest(shown), &digest)? {
        Spent::Now(session) => (session, true),
        Spent::JustNow(session) => (session, false),
        Spent::Before(user) => return Ok(Continued::Reused(user)),
        Spent::Never(user) => return Ok(Continued::Refused(user)),
    };
    let Some(user) = of_active(tx, session.user)? else { return Ok(Continued::Refused(Some(session.user))) };
    if is_new {
        let expires_at = tx.now().plus_seconds(REFRESH_SECONDS);
        store::sessions::keep(tx, session.id, &NewRefresh { digest: &digest, expires_at })?;
    }
    Ok(Continued::Begun(Begun { session, grants: user.grants, refresh: Secret::new(refresh) }))
}

/// End a session.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn end(tx: &mut Tx<'_>, verified: &Verified) -> Result<(), Error> {
    store::sessions::end(tx, verified.session())
}

/// Who shows a token whose session is still open, and who is granted what they were when it was signed.
///
/// # Errors
/// [`Error::TokenRefused`].
pub fn caller(tx: &mut Tx<'_>, verified: &Verified) -> Result<Caller, Error> {
    let user = store::users::of_session(tx, verified.session())?.filter(|user| user.id == verified.user());
    let user = user.ok_or(Error::TokenRefused(TokenFault::SessionEnded))?;
    if !verified.is_of(&user.grants) {
        return Err(Error::TokenRefused(TokenFault::Expired));
    }
    let (reading, work) = circumstances(tx, &user)?;
    Caller::user(verified, user, reading, work)
}

/// What counts of a user beside their grants: how the site lets its desks read, and what they are assigned.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn circumstances(tx: &mut Tx<'_>, user: &User) -> Result<(DeskReading, caller::Work), Error> {
    // Who was granted something everywhere reads as much either way.
    let limited = user.grants.iter().any(|g| g.section.is_some() || g.locale.is_some());
    let reading = if limited { store::site::desk_reading(tx)? } else { DeskReading::Granted };
    let work = if caller::works_everywhere(user) { caller::Work::new() } else { store::assignments::given_to(tx, user.id)? };
    Ok((reading, work))
}
