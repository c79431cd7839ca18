//! Signing keys, sealed.

use diesel::prelude::*;

use super::{Bind, RunQueryDsl, Tx, changes, schema::signing_keys};
use crate::{
    access::{Granted, action::ManageKeys, keys::SealedKey, scope::Whole},
    domain::{
        Error, Instant,
        change::{Change, Event, Subject},
        signing_key::{KeyLife, Succession},
    },
};

/// All keys, oldest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<SealedKey>, Error> {
    type Row = (String, Vec<u8>, Vec<u8>, Instant, Instant, Option<Instant>, Option<Instant>);
    let rows: Vec<Row> = signing_keys::table
        .order((signing_keys::created_at, signing_keys::kid))
        .select((
            signing_keys::kid,
            signing_keys::public,
            signing_keys::sealed,
            signing_keys::created_at,
            signing_keys::signs_from,
            signing_keys::signs_until,
            signing_keys::revoked_at,
        ))
        .load(tx)?;
    let key = |(kid, public, sealed, published_at, signs_from, signs_until, revoked_at)| SealedKey {
        kid,
        public,
        sealed,
        life: KeyLife { published_at, signs_from, signs_until, revoked_at },
    };
    Ok(rows.into_iter().map(key).collect())
}

/// The name and the sealed half of all keys, oldest first, also of a database that is not up to date.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn sealed(tx: &mut Tx<'_>) -> Result<Vec<(String, Vec<u8>)>, Error> {
    signing_keys::table.order((signing_keys::created_at, signing_keys::kid)).select((signing_keys::kid, signing_keys::sealed)).load(tx)
}

/// All keys, with a first one made by `make` when there is none; of several instances only one makes it.
///
/// # Errors
/// Those of `make`.
pub fn ensure(tx: &mut Tx<'_>, make: impl FnOnce(&Tx<'_>) -> Result<SealedKey, Error>) -> Result<Vec<SealedKey>, Error> {
    let mut keys = held(tx)?;
    if keys.is_empty() {
        let key = make(tx)?;
        add(tx, &key)?;
        keys.push(key);
    }
    Ok(keys)
}

/// All keys, oldest first, which nobody else changes before this transaction ends.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn held(tx: &mut Tx<'_>) -> Result<Vec<SealedKey>, Error> {
    // Taking the counter's row makes those who keep keys, and instances that start together, wait for each other.
    changes::hold(tx)?;
    all(tx)
}

fn add(tx: &mut Tx<'_>, key: &SealedKey) -> Result<(), Error> {
    let row = (
        signing_keys::kid.eq(&key.kid),
        signing_keys::public.eq(&key.public),
        signing_keys::sealed.eq(&key.sealed),
        signing_keys::created_at.eq(Bind(key.life.published_at)),
        signing_keys::signs_from.eq(Bind(key.life.signs_from)),
        signing_keys::signs_until.eq(key.life.signs_until),
        signing_keys::revoked_at.eq(key.life.revoked_at),
    );
    diesel::insert_into(signing_keys::table).values(row).execute(tx)?;
    Ok(())
}

/// Write down what a rotation or a revocation brought about, with the key that it made.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn save(tx: &mut Tx<'_>, granted: &Granted<ManageKeys, Whole<(Succession, Option<SealedKey>)>>) -> Result<(), Error> {
    let Whole((succession, made)) = granted.get();
    for (kid, life) in &succession.changed {
        let set = (
            signing_keys::signs_from.eq(Bind(life.signs_from)),
            signing_keys::signs_until.eq(life.signs_until),
            signing_keys::revoked_at.eq(life.revoked_at),
        );
        diesel::update(signing_keys::table.find(kid)).set(set).execute(tx)?;
        if life.revoked_at.is_some() {
            tx.record(Change::new(Event::Revoked, Subject::SigningKey).because(kid));
        }
    }
    if let Some(key) = made {
        add(tx, key)?;
        tx.record(Change::new(Event::Created, Subject::SigningKey).because(&key.kid));
    }
    Ok(())
}
