//! Second factors: begun, confirmed, asked for when somebody signs in, and turned off.
//!
//! **Context.** Whoever is half signed in is a state of its own, with tokens of its own, that everything has to know of. **Decision.** There is none: who has
//! a second factor is told so when the password is right, and sends everything again with a code. **Consequence.** A password is hashed twice for one
//! sign-in, and a wrong code counts as a wrong password does.

use super::log_if_ours;
use crate::{
    access::{
        Action, Myself, Permit,
        action::ManageUsers,
        keys::Keys,
        scope::Whole,
        second_factor::{SecondFactor, is_code, recovery_codes, recovery_digest, tried, typed},
        secret::Secret,
    },
    domain::{Error, Id, user::User},
    store::{self, Tx, second_factors::Kept},
};

/// What somebody needs to set up the application that makes their codes.
#[derive(Debug)]
pub struct Begun {
    /// The secret, in base32.
    pub secret: Secret<String>,
    /// The same as an address, which applications read as a picture.
    pub url: Secret<String>,
}

/// The name that a secret is sealed under.
fn sealed_as(user: Id<User>) -> String {
    format!("second factor {user}")
}

fn opened(keys: &Keys, user: Id<User>, kept: &Kept) -> Result<SecondFactor, Error> {
    let secret = keys.kept(&sealed_as(user), &kept.sealed);
    secret.map(SecondFactor::of).ok_or_else(|| Error::internal("a second factor cannot be opened: was the first signing key deleted?"))
}

/// Begin with a second factor. Nothing asks for it before a code of it was shown.
///
/// # Errors
/// [`Error::Conflict`] with code `second-factor-on`.
pub fn begin(tx: &mut Tx<'_>, me: Myself, keys: &Keys) -> Result<Begun, Error> {
    store::users::hold_alone(tx, me.id())?;
    let user = store::users::find(tx, me.id())?;
    if user.second_factor {
        return Err(Error::Conflict { code: "second-factor-on", detail: "you have a second factor: turn it off first".to_owned() });
    }
    let factor = SecondFactor::new(tx.entropy());
    let (secret, url) = factor.told(&store::site::masthead(tx)?.site.name, user.email.as_deref().unwrap_or_default())?;
    let sealed = keys.keep(&sealed_as(user.id), factor.secret(), tx.entropy())?;
    store::second_factors::begin(tx, me, &sealed)?;
    Ok(Begun { secret, url })
}

/// Ask for it from now on, when a code of it was shown; the recovery codes, to be told once.
///
/// # Errors
/// [`Error::Invalid`] at `#/code`: not begun, or not right; [`Error::Conflict`] with code `second-factor-on`.
pub fn confirm(tx: &mut Tx<'_>, me: Myself, keys: &Keys, code: &str) -> Result<Vec<Secret<String>>, Error> {
    store::users::hold_alone(tx, me.id())?;
    let kept = store::second_factors::find(tx, me.id())?;
    let kept = kept.ok_or_else(|| Error::invalid("#/code", "not_begun", "begin with a second factor first"))?;
    if kept.is_on {
        return Err(Error::Conflict { code: "second-factor-on", detail: "your second factor is on already".to_owned() });
    }
    let wrong = || Error::invalid("#/code", "wrong_code", "not the code of this moment: is the clock of your device right?");
    let step = opened(keys, me.id(), &kept)?.step(&typed(code), tx.now(), kept.last_step)?.ok_or_else(wrong)?;
    if !store::second_factors::take(tx, me.id(), step)? {
        return Err(wrong());
    }
    let codes = recovery_codes(tx.entropy());
    let digests: Vec<_> = codes.iter().map(|code| recovery_digest(&typed(code.expose()))).collect();
    store::second_factors::turn_on(tx, me, &digests)?;
    Ok(codes)
}

/// Count a code that is to be tried, before it is looked at, so that what is tried at once is counted before any of it is done. Recovery codes are not
/// counted: nobody guesses one.
///
/// # Errors
/// [`Error::TooSoon`] when as many as may be were tried within the hour.
pub fn count(tx: &mut Tx<'_>, user: Id<User>, code: &str) -> Result<(), Error> {
    if !is_code(&typed(code)) {
        return Ok(());
    }
    store::users::hold_alone(tx, user)?;
    let Some(before) = store::second_factors::tried(tx, user)? else { return Ok(()) };
    let after = tried(before, tx.now())?;
    store::second_factors::keep_tried(tx, user, Some(after))
}

/// Nothing, when whoever has shown a user's password has shown what else it takes to be them.
///
/// # Errors
/// [`Error::SecondFactor`] without a code, with a wrong one, and with one that was taken before.
pub fn pass(tx: &mut Tx<'_>, keys: &Keys, user: Id<User>, code: Option<&str>) -> Result<(), Error> {
    let Some(kept) = store::second_factors::find(tx, user)?.filter(|kept| kept.is_on) else {
        // Whoever is asked for one, and has none that could be looked at, is not let in for that.
        let is_asked = store::users::find(tx, user)?.second_factor;
        return if is_asked { Err(Error::SecondFactor { shown: code.is_some() }) } else { Ok(()) };
    };
    let code = code.map(typed).filter(|code| !code.is_empty()).ok_or(Error::SecondFactor { shown: false })?;
    let taken = if is_code(&code) {
        // Where the secret is lost that all are sealed with, recovery codes still work, and taking it off.
        let step = match opened(keys, user, &kept) {
            Ok(factor) => factor.step(&code, tx.now(), kept.last_step)?,
            Err(error) => {
                log_if_ours(&error, "somebody who has a second factor cannot be let in by it");
                None
            }
        };
        match step {
            Some(step) => store::second_factors::take(tx, user, step)?,
            None => false,
        }
    } else {
        store::second_factors::recover(tx, user, &recovery_digest(&code))?
    };
    if !taken {
        return Err(Error::SecondFactor { shown: true });
    }
    store::second_factors::keep_tried(tx, user, None)
}

/// Ask for one's own no more; what was only begun is forgotten, too. The password that was shown is still theirs.
///
/// # Errors
/// [`Error::WrongCredentials`] when they were given another one since.
pub fn turn_off(tx: &mut Tx<'_>, me: Myself, hash: &str) -> Result<(), Error> {
    store::users::hold_alone(tx, me.id())?;
    if !store::users::has_hash(tx, me.id(), hash)? {
        return Err(Error::WrongCredentials);
    }
    store::second_factors::turn_off(tx, me)
}

/// Ask for somebody's no more, who has lost it with all recovery codes. Their password alone lets them in then.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] within limits only.
pub fn take_off(tx: &mut Tx<'_>, permit: Permit<ManageUsers>, id: Id<User>) -> Result<(), Error> {
    permit.everywhere()?;
    of_another(&permit, id)?;
    store::users::hold_alone(tx, id)?;
    let user = permit.over(Whole(store::users::find(tx, id)?))?;
    store::second_factors::take_off(tx, &user)
}

/// What lets somebody in is changed by people, for others: for oneself the password has to be shown.
///
/// # Errors
/// [`Error::Forbidden`] to an API key; [`Error::Invalid`] for oneself.
pub(super) fn of_another<A: Action>(permit: &Permit<A>, id: Id<User>) -> Result<(), Error> {
    permit.caller().without_key()?;
    if permit.caller().user_id() == Some(id) {
        return Err(Error::invalid(
            "{id}",
            "oneself",
            "for yourself, show your password: at /v1/auth/second-factor/off, or /v1/auth/password",
        ));
    }
    Ok(())
}
