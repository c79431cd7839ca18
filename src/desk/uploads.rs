//! Files that come in several requests: begun, and at their end an item of the library.

use super::media::{self, Added};
use crate::{
    access::{Permit, action::WriteMedia},
    domain::{
        Error, Id,
        media::{Description, StoredFile},
        upload::{LIFE, Outcome, Upload, UploadId, may_begin},
        user::User,
    },
    store::{self, Tx},
};

/// An upload that somebody begins.
#[derive(Debug, Clone)]
pub struct Draft {
    /// How many bytes it will have.
    pub length: u64,
    /// What the file is called.
    pub name: String,
    /// What its sender says of it, as it was sent.
    pub metadata: String,
}

/// Whose uploads somebody sees and sends: their own.
///
/// # Errors
/// [`Error::Unauthenticated`] for whoever is nobody.
pub fn owner<A: crate::access::Action>(permit: &Permit<A>) -> Result<Id<User>, Error> {
    permit.caller().user_id().ok_or(Error::Unauthenticated)
}

/// Begin an upload; of files the largest may have so many bytes.
///
/// # Errors
/// [`Error::Conflict`] with code `too-many`.
pub fn begin(tx: &mut Tx<'_>, permit: Permit<WriteMedia>, draft: Draft, largest: u64) -> Result<Upload, Error> {
    let user_id = owner(&permit)?;
    let (count, bytes) = store::uploads::unfinished(tx, user_id)?;
    may_begin(count, bytes, draft.length, largest)?;
    let Draft { length, name, metadata } = draft;
    let (id, created_at) = (tx.new_id(), tx.now());
    let expires_at = created_at.plus_seconds(LIFE);
    let granted = permit.over(Upload { id, user_id, length, received: 0, name, metadata, outcome: None, created_at, expires_at })?;
    store::uploads::begin(tx, &granted)?;
    Ok(granted.into_inner())
}

/// Make an item of an upload whose file is whole and stored.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`]; those of [`media::add`].
pub fn finish(tx: &mut Tx<'_>, permit: Permit<WriteMedia>, id: UploadId, file: StoredFile) -> Result<Upload, Error> {
    let upload = store::uploads::find(tx, id, owner(&permit)?)?;
    let granted = permit.over(upload.clone())?;
    let said = Description { name: upload.name, ..Description::default() };
    let Added { media, .. } = media::add(tx, permit, file, said)?;
    store::uploads::end(tx, &granted, &Outcome::Item(media.id))?;
    store::uploads::find(tx, id, granted.get().user_id)
}

/// Write down that the file of an upload is not taken.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`].
pub fn refuse(tx: &mut Tx<'_>, permit: Permit<WriteMedia>, id: UploadId, outcome: &Outcome) -> Result<(), Error> {
    let upload = store::uploads::find(tx, id, owner(&permit)?)?;
    store::uploads::end(tx, &permit.over(upload)?, outcome)
}

/// Forget an upload, and what came of it: an item stays.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`].
pub fn delete(tx: &mut Tx<'_>, permit: Permit<WriteMedia>, id: UploadId) -> Result<(), Error> {
    let upload = store::uploads::find(tx, id, owner(&permit)?)?;
    store::uploads::delete(tx, &permit.over(upload)?)
}
