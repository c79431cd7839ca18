//! Signing keys, sealed.

use diesel::prelude::*;

use super::{Bind, RunQueryDsl, Tx, changes, schema::signing_keys};
use crate::{access::keys::SealedKey, domain::Error};

/// All keys, oldest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<SealedKey>, Error> {
    let rows: Vec<(String, Vec<u8>, Vec<u8>)> = signing_keys::table
        .order((signing_keys::created_at, signing_keys::kid))
        .select((signing_keys::kid, signing_keys::public, signing_keys::sealed))
        .load(tx)?;
    Ok(rows.into_iter().map(|(kid, public, sealed)| SealedKey { kid, public, sealed }).collect())
}

/// All keys, with a first one made by `make` when there is none; of several instances only one makes it.
///
/// # Errors
/// Those of `make`.
pub fn ensure(tx: &mut Tx<'_>, make: impl FnOnce(&Tx<'_>) -> Result<SealedKey, Error>) -> Result<Vec<SealedKey>, Error> {
    // Taking the counter's row makes instances that start together wait for each other.
    changes::hold(tx)?;
    let mut keys = all(tx)?;
    if keys.is_empty() {
        let key = make(tx)?;
        let row = (
            signing_keys::kid.eq(&key.kid),
            signing_keys::public.eq(&key.public),
            signing_keys::sealed.eq(&key.sealed),
            signing_keys::created_at.eq(Bind(tx.now())),
        );
        diesel::insert_into(signing_keys::table).values(row).execute(tx)?;
        keys.push(key);
    }
    Ok(keys)
}
