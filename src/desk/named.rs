//! Keeping authors and tags.

use std::collections::BTreeMap;

use super::naming::assign;
use crate::{
    access::{Permit, action::Kept},
    domain::{
        Error, Id, Locale, Version,
        name::{NameDraft, Names},
        named::Named,
    },
    store::{
        self, Tx,
        named::{Stored, find, save},
    },
};

/// What a caller says of an author or a tag.
#[derive(Debug, Clone)]
pub struct Draft<K> {
    /// What it is.
    pub kind: K,
    /// Its names.
    pub translations: BTreeMap<Locale, NameDraft>,
}

/// Add one.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Taken`], [`Error::Forbidden`].
pub fn create<K: Kept + Stored>(
    tx: &mut Tx<'_>,
    permit: Permit<K::Manage>,
    id: Option<Id<Named<K>>>,
    draft: Draft<K>,
) -> Result<Named<K>, Error> {
    permit.everywhere()?;
    let id = id.unwrap_or_else(|| tx.new_id());
    let (now, names) = (tx.now(), assign(tx, &permit, (K::ADDRESS, id.uuid()), K::ABOUT, draft.translations, &Names::new())?);
    let named = permit.over(Named { id, kind: draft.kind, names, version: 1, created_at: now, updated_at: now })?;
    save(tx, &named)?;
    Ok(named.into_inner())
}

/// Change one.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`], [`Error::Taken`], [`Error::Forbidden`].
pub fn revise<K: Kept + Stored>(
    tx: &mut Tx<'_>,
    permit: Permit<K::Manage>,
    id: Id<Named<K>>,
    expected: Version,
    with: impl FnOnce(&Named<K>) -> Result<Draft<K>, Error>,
) -> Result<Named<K>, Error> {
    permit.everywhere()?;
    let named = permit.over(find(tx, id)?)?;
    Error::unless_newest(K::ADDRESS.as_str(), named.get().version, expected)?;
    let draft = with(named.get())?;
    let names = assign(tx, &permit, (K::ADDRESS, id.uuid()), K::ABOUT, draft.translations, &named.get().names)?;
    if named.get().kind == draft.kind && named.get().names == names {
        return Ok(named.into_inner());
    }
    let now = tx.now();
    let named = named.try_map(|n| Ok(Named { kind: draft.kind, names, version: n.version.saturating_add(1), updated_at: now, ..n }))?;
    save(tx, &named)?;
    Ok(named.into_inner())
}

/// Remove one that nothing names.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `in-use`.
pub fn delete<K: Kept + Stored>(tx: &mut Tx<'_>, permit: Permit<K::Manage>, id: Id<Named<K>>, expected: Version) -> Result<(), Error> {
    permit.everywhere()?;
    let named = permit.over(find(tx, id)?)?;
    Error::unless_newest(K::ADDRESS.as_str(), named.get().version, expected)?;
    if K::in_use(tx, id)? {
        let detail = format!("articles, live editions or planned publications name this {}", K::ADDRESS);
        return Err(Error::Conflict { code: "in-use", detail });
    }
    store::named::delete(tx, &named, expected)
}
