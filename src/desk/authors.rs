//! Keeping authors.

use std::collections::BTreeMap;

use super::naming::{Named, assign};
use crate::{
    access::{Permit, action::ManageAuthors},
    domain::{
        Error, Id, Locale, Version,
        address::AddressKind,
        author::{Author, AuthorKind},
        name::{NameDraft, Names},
    },
    store::{self, Tx},
};

/// What a caller says of an author.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it is.
    pub kind: AuthorKind,
    /// Its names.
    pub translations: BTreeMap<Locale, NameDraft>,
}

fn named(id: Id<Author>) -> Named {
    Named { kind: AddressKind::Author, id: id.uuid(), about: "bio" }
}

/// Add an author.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Taken`], [`Error::Forbidden`].
pub fn create(tx: &mut Tx<'_>, permit: Permit<ManageAuthors>, id: Option<Id<Author>>, draft: Draft) -> Result<Author, Error> {
    permit.everywhere()?;
    let id = id.unwrap_or_else(|| tx.new_id());
    let (now, names) = (tx.now(), assign(tx, &named(id), draft.translations, &Names::new())?);
    let author = permit.over(Author { id, kind: draft.kind, names, version: 1, created_at: now, updated_at: now })?;
    store::authors::save(tx, &author)?;
    Ok(author.into_inner())
}

/// Change an author.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`], [`Error::Taken`], [`Error::Forbidden`].
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<ManageAuthors>,
    id: Id<Author>,
    expected: Version,
    with: impl FnOnce(&Author) -> Result<Draft, Error>,
) -> Result<Author, Error> {
    permit.everywhere()?;
    let author = permit.over(store::authors::find(tx, id)?)?;
    Error::unless_newest("author", author.get().version, expected)?;
    let draft = with(author.get())?;
    let names = assign(tx, &named(id), draft.translations, &author.get().names)?;
    if author.get().kind == draft.kind && author.get().names == names {
        return Ok(author.into_inner());
    }
    let now = tx.now();
    let author = author.try_map(|a| Ok(Author { kind: draft.kind, names, version: a.version.saturating_add(1), updated_at: now, ..a }))?;
    store::authors::save(tx, &author)?;
    Ok(author.into_inner())
}

/// Remove an author that nothing names.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `in-use`.
pub fn delete(tx: &mut Tx<'_>, permit: Permit<ManageAuthors>, id: Id<Author>, expected: Version) -> Result<(), Error> {
    permit.everywhere()?;
    let author = permit.over(store::authors::find(tx, id)?)?;
    Error::unless_newest("author", author.get().version, expected)?;
    if store::authors::in_use(tx, id)? {
        return Err(Error::Conflict { code: "in-use", detail: "articles, editions or planned publications name this author".to_owned() });
    }
    store::authors::delete(tx, &author, expected)
}
