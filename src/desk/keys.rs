//! Keeping the keys that tokens are signed with.

use crate::{
    access::{
        Permit,
        action::ManageKeys,
        keys::{KeyRing, SealedKey},
        scope::Whole,
    },
    domain::{
        Error,
        signing_key::{KeyLife, Succession},
    },
    store::{self, Tx},
};

/// What is told of a key: its name, and when it does what.
pub type Told = (String, KeyLife);

fn told(kept: &[SealedKey]) -> Vec<Told> {
    kept.iter().map(|key| (key.kid.clone(), key.life)).collect()
}

/// All keys, newest first.
///
/// # Errors
/// [`Error::Forbidden`] within limits only.
pub fn list(tx: &mut Tx<'_>, permit: &Permit<ManageKeys>) -> Result<Vec<Told>, Error> {
    permit.everywhere()?;
    let mut all = told(&store::keys::all(tx)?);
    all.reverse();
    Ok(all)
}

/// Make another key, which signs once others may know it.
///
/// # Errors
/// [`Error::Conflict`] with code `key-announced`; [`Error::Forbidden`] within limits only.
pub fn rotate(tx: &mut Tx<'_>, permit: Permit<ManageKeys>, ring: &KeyRing) -> Result<Told, Error> {
    permit.everywhere()?;
    let all = told(&store::keys::held(tx)?);
    let made = save(tx, permit, ring, Succession::rotation(&all, tx.now())?)?;
    made.ok_or_else(|| Error::internal("a rotation made no key"))
}

/// Revoke a key: nothing that it signed is taken any more. Whatever it was to do falls to another one at once.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] within limits only.
pub fn revoke(tx: &mut Tx<'_>, permit: Permit<ManageKeys>, ring: &KeyRing, kid: &str) -> Result<(), Error> {
    permit.everywhere()?;
    let all = told(&store::keys::held(tx)?);
    save(tx, permit, ring, Succession::revocation(&all, kid, tx.now())?).map(drop)
}

/// Write it down, with the key that is to be made; that.
fn save(tx: &mut Tx<'_>, permit: Permit<ManageKeys>, ring: &KeyRing, succession: Succession) -> Result<Option<Told>, Error> {
    let made = succession.made.map(|life| ring.generate(tx.entropy(), life)).transpose()?;
    let told = made.as_ref().map(|key| (key.kid.clone(), key.life));
    store::keys::save(tx, &permit.over(Whole((succession, made)))?)?;
    Ok(told)
}
