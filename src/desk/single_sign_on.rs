//! Letting people in by the word of the newsroom's OpenID provider.
//!
//! **Context.** The provider knows who somebody is, and in which groups; who may do what here, and whose work it was, is known here. **Decision.** Somebody's account is
//! theirs by the provider's name of them, which it never gives to another. An account that was there before becomes theirs by the address, when the provider has made sure
//! of that and nobody else of the provider's has the account. Whoever has none gets one, as soon as a group of theirs is granted something. Groups give grants and take
//! them, each time somebody comes from there; what was granted by hand stays. **Consequence.** Sessions of whoever leaves a group, or the newsroom, end
//! within [`SESSION_SECONDS`], and the next one has less, or is none; API keys hear of it then. To shut somebody out at once, suspend them here.

use crate::{
    access::{
        Caller, Permit,
        action::ManageUsers,
        password,
        scope::Whole,
        secret::Secret,
        sign_in_attempt::{Asked, meets},
        token::{new_refresh, refresh_digest},
    },
    desk::{
        sessions::{self, Begun},
        sign_ins::Why,
        users::{self, Draft, GrantDraft},
    },
    domain::{
        Error, Id,
        error::Faults,
        identity::{GroupGrant, GroupGrants, Introduced},
        network::Network,
        text::{limits, line},
        user::{User, UserStatus, email},
    },
    store::{self, Tx, sign_in_codes::SignInCode},
};

/// Seconds after which whoever came in by the provider's word has to show themselves there again: twelve hours.
pub const SESSION_SECONDS: i64 = 12 * 3_600;
/// Seconds for which a tool may redeem a code.
const CODE_SECONDS: i64 = 60;

/// Why somebody whom the provider introduces is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAdmitted {
    /// They are suspended here.
    Suspended,
    /// They have no account, and none can be made without an address that the provider has made sure of.
    NoVerifiedAddress,
    /// Their address is that of an account which is somebody else's, by the provider's own word.
    AddressOfAnother,
    /// Nothing is granted to them: neither by a group nor by hand.
    NothingGranted,
}

impl From<NotAdmitted> for Why {
    fn from(why: NotAdmitted) -> Self {
        match why {
            NotAdmitted::Suspended => Self::Suspended,
            NotAdmitted::NoVerifiedAddress => Self::NoVerifiedAddress,
            NotAdmitted::AddressOfAnother => Self::AddressOfAnother,
            NotAdmitted::NothingGranted => Self::NothingGranted,
        }
    }
}

impl NotAdmitted {
    /// The same, for whoever reads it.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Suspended => "This account is suspended.",
            Self::NoVerifiedAddress => {
                "There is no account, and the provider tells of no verified e-mail address that one could be made with."
            }
            Self::AddressOfAnother => "The account with this e-mail address belongs to another person of the provider.",
            Self::NothingGranted => "Nothing is granted here to any group that the provider tells of.",
        }
    }
}

/// Whether somebody is let in.
#[derive(Debug)]
pub enum Admission {
    /// They are, as this user.
    In(Id<User>),
    /// They are not; whom it concerns, if they have an account.
    Out(Option<Id<User>>, NotAdmitted),
}

/// Let somebody in whom the provider introduces; what their groups give and take is kept, whether they come in or not.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn admit(tx: &mut Tx<'_>, permit: Permit<ManageUsers>, introduced: &Introduced, granted: &GroupGrants) -> Result<Admission, Error> {
    let (wanted, missing) = wanted(tx, granted, introduced.groups.as_deref().unwrap_or_default())?;
    if !missing.is_empty() {
        tracing::warn!("DATELINE_OIDC_GRANTS grants nothing by {missing:?}: there is no such section or locale");
    }
    let address = introduced.email.as_deref().and_then(|address| email(address).ok());
    let mut known = account(tx, introduced, address.as_deref())?;
    if known.is_none() && !wanted.is_empty() {
        // Whoever comes in twice at once has one account.
        store::users::hold_all(tx)?;
        known = account(tx, introduced, address.as_deref())?;
    }
    let (id, is_new) = match known {
        Some(id) => (id, false),
        None if wanted.is_empty() => return Ok(Admission::Out(None, NotAdmitted::NothingGranted)),
        None => {
            let Some(address) = address else { return Ok(Admission::Out(None, NotAdmitted::NoVerifiedAddress)) };
            let draft = Draft { name: called(introduced, &address), email: Some(address), status: UserStatus::Active, grants: Vec::new() };
            (users::create(tx, permit.clone(), &draft, password::NONE)?.id, true)
        }
    };
    // Whoever changes them beside this comes before or after.
    store::users::hold_alone(tx, id)?;
    let user = match store::users::find(tx, id) {
        // Somebody deleted them meanwhile, so that neither the provider's name of them nor their address finds them any more.
        Err(Error::NotFound(_)) => return admit(tx, permit, introduced, granted),
        found => found?,
    };
    if user.status != UserStatus::Active {
        return Ok(Admission::Out(Some(id), NotAdmitted::Suspended));
    }
    if store::identities::user(tx, &introduced.identity)? != Some(id) {
        // By its former name a provider lets nobody in any more. What it has made sure of is a mailbox of these very letters, and of no other that is written alike.
        let is_theirs =
            is_new || user.email.as_deref().zip(introduced.email.as_deref()).is_some_and(|(kept, said)| is_same_mailbox(kept, said));
        if !is_theirs || store::identities::issuer(tx, id)?.as_ref() == Some(&introduced.identity.issuer) {
            return Ok(Admission::Out(Some(id), NotAdmitted::AddressOfAnother));
        }
        store::identities::set(tx, &permit.over(Whole(user))?, Some(&introduced.identity))?;
    }
    let user = users::grant_by_groups(tx, &permit, id, &wanted)?;
    Ok(if user.grants.is_empty() { Admission::Out(Some(id), NotAdmitted::NothingGranted) } else { Admission::In(id) })
}

/// True for two addresses of one mailbox, but for capitals: their letters before the @ are the same, and their domains were compared as addresses are.
fn is_same_mailbox(kept: &str, said: &str) -> bool {
    let local = |address: &str| address.trim().rsplit_once('@').map(|(local, _)| local.to_ascii_lowercase());
    local(kept) == local(said)
}

/// Whose account it is: by the provider's name of them, else by their address.
fn account(tx: &mut Tx<'_>, introduced: &Introduced, address: Option<&str>) -> Result<Option<Id<User>>, Error> {
    if let Some(id) = store::identities::user(tx, &introduced.identity)? {
        return Ok(Some(id));
    }
    Ok(address.map(|address| store::users::by_email(tx, address)).transpose()?.flatten())
}

/// What groups give, each once, as far as the site has what their grants are limited to; and what it has not.
fn wanted<'a>(tx: &mut Tx<'_>, granted: &'a GroupGrants, groups: &[String]) -> Result<(Vec<GrantDraft>, Vec<&'a GroupGrant>), Error> {
    let masthead = store::site::masthead(tx)?;
    let (mut all, mut missing) = (Vec::new(), Vec::new());
    for grant in granted.of(groups) {
        let section = match grant.section.as_deref().map(|named| users::section(tx, named)).transpose() {
            Err(Error::NotFound(_)) => {
                missing.push(grant);
                continue;
            }
            found => found?,
        };
        if grant.locale.as_ref().is_some_and(|locale| masthead.settings(locale).is_none()) {
            missing.push(grant);
            continue;
        }
        let one = GrantDraft { role: grant.role, section, locale: grant.locale.clone() };
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Ok((all, missing))
}

/// What somebody is called here: as the provider has it, or their address, where that is no name.
fn called(introduced: &Introduced, address: &str) -> String {
    let mut faults = Faults::default();
    let named = introduced.name.as_deref().map(|name| line(&mut faults, "#/name", name, limits::NAME));
    named.filter(|_| faults.or(()).is_ok()).unwrap_or_else(|| address.to_owned())
}

/// A code by which the tool that somebody signs in to begins their session; it works once, for a minute.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn give_code(tx: &mut Tx<'_>, user: Id<User>, asked: &Asked) -> Result<Secret<String>, Error> {
    let code = new_refresh(tx.entropy());
    let kept = SignInCode {
        user,
        challenge: asked.challenge.clone(),
        redirect_uri: asked.redirect_uri.clone(),
        scope: asked.scope.clone(),
        expires_at: tx.now().plus_seconds(CODE_SECONDS),
    };
    store::sign_in_codes::issue(tx, &refresh_digest(&code), &kept)?;
    Ok(Secret::new(code))
}

/// What a tool shows for a session (RFC 6749 §4.1.3, RFC 7636 §4.5).
#[derive(Debug, Clone)]
pub struct Redeemed {
    /// The digest of the code.
    pub digest: Vec<u8>,
    /// What the challenge is the digest of.
    pub verifier: Secret<String>,
    /// Where the code was sent.
    pub redirect_uri: String,
}

/// Begin the session that a code is for. The code is used up, whatever else was shown; nothing is begun, when it is not good or something else is wrong.
///
/// # Errors
/// [`Error::WrongCredentials`] when the user was suspended meanwhile.
pub fn redeem(tx: &mut Tx<'_>, shown: &Redeemed, from: Network) -> Result<Option<Begun>, Error> {
    let Some(code) = store::sign_in_codes::spend(tx, &shown.digest)? else { return Ok(None) };
    if code.redirect_uri != shown.redirect_uri || !meets(shown.verifier.expose(), &code.challenge) {
        return Ok(None);
    }
    sessions::begin_for(tx, code.user, code.scope, from, SESSION_SECONDS).map(Some)
}

/// Whether somebody who shows a token of the provider's is let in.
#[derive(Debug)]
pub enum Entry {
    /// They are, as this caller.
    In(Caller),
    /// They are not; whom it concerns.
    Out(Id<User>, NotAdmitted),
}

/// Who shows a token of the provider's: whoever has come in by its word, with what was granted by hand, and what the groups give that the token names. Nothing
/// is written for it: a token of an hour ago takes nothing and gives nothing that outlasts it. Nothing, for whoever has never come in.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn enter(tx: &mut Tx<'_>, introduced: &Introduced, granted: &GroupGrants) -> Result<Option<Entry>, Error> {
    let Some(id) = store::identities::user(tx, &introduced.identity)? else { return Ok(None) };
    let mut user = store::users::find(tx, id)?;
    if user.status != UserStatus::Active {
        return Ok(Some(Entry::Out(id, NotAdmitted::Suspended)));
    }
    if let Some(groups) = &introduced.groups {
        let (wanted, _) = wanted(tx, granted, groups)?;
        user.grants = users::with_groups(tx, &user.grants, &wanted);
    }
    if user.grants.is_empty() {
        return Ok(Some(Entry::Out(id, NotAdmitted::NothingGranted)));
    }
    let (reading, work) = sessions::circumstances(tx, &user)?;
    Caller::introduced(user, reading, work).map(|caller| Some(Entry::In(caller)))
}

/// Let the provider's word let somebody in no more; what its groups gave them is taken, and what was granted by hand stays.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] to an API key, and within limits only.
pub fn unlink(tx: &mut Tx<'_>, permit: Permit<ManageUsers>, id: Id<User>) -> Result<(), Error> {
    permit.everywhere()?;
    permit.caller().without_key()?;
    store::users::hold_alone(tx, id)?;
    let user = store::users::find(tx, id)?;
    if !user.single_sign_on {
        return Ok(());
    }
    users::grant_by_groups(tx, &permit, id, &[])?;
    store::identities::set(tx, &permit.over(Whole(user))?, None)?;
    store::sessions::end_all(tx, id)
}
