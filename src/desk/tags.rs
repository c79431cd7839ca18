//! Keeping tags.

use std::collections::BTreeMap;

use super::naming::{Named, assign};
use crate::{
    access::{Permit, action::ManageTags},
    domain::{
        Error, Id, Locale, Version,
        address::AddressKind,
        name::{NameDraft, Names},
        tag::{Tag, TagKind},
    },
    store::{self, Tx},
};

/// What a caller says of a tag.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it is.
    pub kind: TagKind,
    /// Its names.
    pub translations: BTreeMap<Locale, NameDraft>,
}

fn named(id: Id<Tag>) -> Named {
    Named { kind: AddressKind::Tag, id: id.uuid(), about: "description" }
}

/// Add a tag.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Taken`], [`Error::Forbidden`].
pub fn create(tx: &mut Tx<'_>, permit: Permit<ManageTags>, id: Option<Id<Tag>>, draft: Draft) -> Result<Tag, Error> {
    permit.everywhere()?;
    let id = id.unwrap_or_else(|| tx.new_id());
    let (now, names) = (tx.now(), assign(tx, &named(id), draft.translations, &Names::new())?);
    let tag = permit.over(Tag { id, kind: draft.kind, names, version: 1, created_at: now, updated_at: now })?;
    store::tags::save(tx, &tag)?;
    Ok(tag.into_inner())
}

/// Change a tag.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`], [`Error::Taken`], [`Error::Forbidden`].
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<ManageTags>,
    id: Id<Tag>,
    expected: Version,
    with: impl FnOnce(&Tag) -> Result<Draft, Error>,
) -> Result<Tag, Error> {
    permit.everywhere()?;
    let tag = permit.over(store::tags::find(tx, id)?)?;
    Error::unless_newest("tag", tag.get().version, expected)?;
    let draft = with(tag.get())?;
    let names = assign(tx, &named(id), draft.translations, &tag.get().names)?;
    if tag.get().kind == draft.kind && tag.get().names == names {
        return Ok(tag.into_inner());
    }
    let now = tx.now();
    let tag = tag.try_map(|a| Ok(Tag { kind: draft.kind, names, version: a.version.saturating_add(1), updated_at: now, ..a }))?;
    store::tags::save(tx, &tag)?;
    Ok(tag.into_inner())
}

/// Remove a tag that nothing names.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `in-use`.
pub fn delete(tx: &mut Tx<'_>, permit: Permit<ManageTags>, id: Id<Tag>, expected: Version) -> Result<(), Error> {
    permit.everywhere()?;
    let tag = permit.over(store::tags::find(tx, id)?)?;
    Error::unless_newest("tag", tag.get().version, expected)?;
    if store::tags::in_use(tx, id)? {
        return Err(Error::Conflict { code: "in-use", detail: "articles, editions or planned publications name this tag".to_owned() });
    }
    store::tags::delete(tx, &tag, expected)
}
