//! Links by which somebody sets a password: who was invited, and who forgot theirs.
//!
//! **Context.** Whoever asks for a reset is nobody yet, and must not learn who has an account: neither by the answer nor by how long it takes. **Decision.**
//! What was asked is put into a short line in memory, whoever it was for, and answered; a worker looks at it. **Consequence.** A restart forgets
//! what it has not looked at, some second's worth, and whoever asked asks again. A network has only so many places in the line.
//!
//! **Decision.** A token is 256 random bits, kept as SHA-256. The mail that brings it keeps it sealed until it is sent. **Consequence.** Whoever has the
//! database alone sets nobody's password.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::second_factors::of_another;
use crate::{
    access::{
        Bookkeeping, Permit,
        action::ManageUsers,
        keys::Keys,
        scope::Whole,
        secret::Secret,
        token::{new_refresh, refresh_digest},
    },
    domain::{
        Error, Id, Instant,
        network::Network,
        password_link::{LinkKind, wait},
        token_page,
        user::{User, UserStatus},
    },
    store::{
        self, Store, Tx,
        mails::Mail,
        password_links::{Good, NewLink},
    },
};

/// How many who asked may wait to be looked at.
const MAX: usize = 1_000;
/// How many of these may come from one network.
const OF_NETWORK: usize = 20;

/// What links are made for, and who has asked for one.
#[derive(Debug, Default)]
pub struct PasswordLinks {
    /// The page that a token opens, where it is known.
    pub page: Option<String>,
    /// Whether links are sent by mail.
    pub mailed: bool,
    asked: Mutex<VecDeque<(String, Network)>>,
}

impl PasswordLinks {
    /// Those that open this page, sent by mail or not.
    #[must_use]
    pub fn new(page: Option<String>, mailed: bool) -> Self {
        Self { page, mailed, asked: Mutex::default() }
    }

    /// The address that a token is opened by, where the page is known.
    #[must_use]
    pub fn url(&self, token: &str) -> Option<String> {
        self.page.as_deref().map(|page| token_page::opened(page, token))
    }

    fn asked(&self) -> MutexGuard<'_, VecDeque<(String, Network)>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Note that somebody asked for a reset, by an address as it is compared. Where nothing is sent there is nothing to be done about it.
    pub fn ask(&self, address: String, from: Network) {
        let mut asked = self.asked();
        let of_network = asked.iter().filter(|(_, other)| *other == from).count();
        let known = asked.iter().any(|(waiting, _)| *waiting == address);
        if self.mailed && !known && asked.len() < MAX && of_network < OF_NETWORK {
            asked.push_back((address, from));
        }
    }

    /// Make a link for everybody who asked, has an account, and may be sent one; how many that were.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails; what was asked is looked at again then.
    pub fn make(&self, store: &Store, keys: &Keys) -> Result<usize, Error> {
        let mut waiting: VecDeque<_> = std::mem::take(&mut *self.asked());
        if waiting.is_empty() {
            return Ok(0);
        }
        let done = made(store, keys, &mut waiting);
        if done.is_err() {
            let mut asked = self.asked();
            waiting.into_iter().rev().for_each(|one| asked.push_front(one));
        }
        done
    }
}

fn made(store: &Store, keys: &Keys, waiting: &mut VecDeque<(String, Network)>) -> Result<usize, Error> {
    let addresses: Vec<String> = waiting.iter().map(|(address, _)| address.clone()).collect();
    // What nobody has holds up no writer.
    let somebodys = store.read_now(|tx| store::users::having(tx, &addresses))?;
    waiting.retain(|(address, _)| somebodys.contains(address));
    let mut made = 0;
    // Ends: each round takes one out of the line, or leaves with what failed.
    while let Some((address, from)) = waiting.front() {
        let is_made = store.write_now(&Bookkeeping, |tx| forgotten(tx, keys, address, *from))?;
        made += usize::from(is_made);
        waiting.pop_front();
    }
    Ok(made)
}

/// A link that was made, to be told once.
#[derive(Debug, Clone)]
pub struct Made {
    /// What it is for.
    pub kind: LinkKind,
    /// The address that it is bound to.
    pub email: String,
    /// Until when it is good.
    pub expires_at: Instant,
    /// Its token.
    pub token: Secret<String>,
}

/// Make a link for a user; into the outbox, where it is sent by mail.
fn issue(tx: &mut Tx<'_>, keys: &Keys, user: &User, kind: LinkKind, mailed: bool) -> Result<Made, Error> {
    let none = || Error::invalid("{id}", "service_account", "a service account has neither address nor password");
    let email = user.email.clone().ok_or_else(none)?;
    let token = new_refresh(tx.entropy());
    let (digest, expires_at) = (refresh_digest(&token), tx.now().plus_seconds(kind.seconds()));
    store::password_links::issue(tx, &NewLink { digest: &digest, user: user.id, kind, email: &email, mailed, expires_at })?;
    if mailed {
        let id = tx.new_id();
        let sealed = keys.keep(&sealed_as(id), token.as_bytes(), tx.entropy())?;
        store::mails::put(tx, id, &digest, &sealed)?;
    }
    Ok(Made { kind, email, expires_at, token: Secret::new(token) })
}

/// The name that the token in a mail is sealed under.
#[must_use]
pub fn sealed_as(id: Id<Mail>) -> String {
    format!("mail {id}")
}

/// Give somebody a link: an invitation, as long as they have no password, else a reset. The one of its kind that they had is good no more.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] with code `suspended`; [`Error::TooSoon`] after as many mails as somebody is sent in an hour.
pub fn send(tx: &mut Tx<'_>, permit: Permit<ManageUsers>, keys: &Keys, id: Id<User>, mailed: bool) -> Result<Made, Error> {
    permit.everywhere()?;
    of_another(&permit, id)?;
    let is_of_somebody = permit.caller().user_id().is_some();
    store::users::find(tx, id)?;
    store::users::hold_alone(tx, id)?;
    let Whole(user) = permit.over(Whole(store::users::find(tx, id)?))?.into_inner();
    if user.status != UserStatus::Active {
        let detail = "they are suspended: a password would not let them in".to_owned();
        return Err(Error::Conflict { code: "suspended", detail });
    }
    let sent = if mailed { store::password_links::mailed(tx, id)? } else { Vec::new() };
    // Whoever is at the machine is kept from nothing by who asks for links.
    if let Some(seconds) = wait(&sent, tx.now()).filter(|_| is_of_somebody) {
        return Err(Error::TooSoon { seconds });
    }
    let kind = if user.has_password { LinkKind::Reset } else { LinkKind::Invitation };
    store::password_links::told(tx, id, kind);
    issue(tx, keys, &user, kind, mailed)
}

/// Send whoever has an address a link, who says they forgot their password; false for nobody, whoever is suspended, and who was sent enough.
fn forgotten(tx: &mut Tx<'_>, keys: &Keys, address: &str, from: Network) -> Result<bool, Error> {
    let Some(id) = store::users::by_email(tx, address)? else { return Ok(false) };
    store::users::hold_alone(tx, id)?;
    let user = match store::users::find(tx, id) {
        Err(Error::NotFound(_)) => return Ok(false),
        found => found?,
    };
    // Whoever comes in by the OpenID provider's word alone is given no other way by whoever reads their mails.
    let by_provider = user.single_sign_on && !user.has_password;
    let sent = store::password_links::mailed(tx, id)?;
    if by_provider || user.status != UserStatus::Active || user.email.as_deref() != Some(address) || wait(&sent, tx.now()).is_some() {
        return Ok(false);
    }
    store::password_links::told_of_nobody(tx, id, LinkKind::Reset, from);
    issue(tx, keys, &user, LinkKind::Reset, true).map(|_| true)
}

/// The link that a token opens, while it is good for its user: they are active, and have the address that it was made for.
///
/// # Errors
/// [`Error::Gone`] for any other: used, replaced, too old, or never made.
pub fn good(tx: &mut Tx<'_>, digest: &[u8]) -> Result<Good, Error> {
    let good = store::password_links::good(tx, digest)?.ok_or(Error::Gone(LINK))?;
    let user = match store::users::find(tx, good.user) {
        Err(Error::NotFound(_)) => return Err(Error::Gone(LINK)),
        found => found?,
    };
    if user.status != UserStatus::Active || user.email.as_ref() != Some(&good.email) {
        return Err(Error::Gone(LINK));
    }
    Ok(good)
}

const LINK: &str = "link";

/// Set the password of whoever shows a link. It is used up then, as all others of theirs are, and every session ends.
///
/// # Errors
/// Those of [`good`].
pub fn redeem(tx: &mut Tx<'_>, digest: &[u8], hash: &str, from: Network) -> Result<(), Error> {
    let user = good(tx, digest)?.user;
    // Whoever suspends them beside this, or gives them another address, comes before or after.
    store::users::hold_alone(tx, user)?;
    let Good { kind, .. } = good(tx, digest)?;
    if !store::password_links::spend(tx, digest)? {
        return Err(Error::Gone(LINK));
    }
    store::users::set_password(tx, user, hash, kind, from)?;
    store::password_links::end(tx, user, None)?;
    store::sessions::end_all(tx, user)
}
