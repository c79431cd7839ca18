//! Keeping authors and tags.

use std::{collections::BTreeMap, mem};

use super::{in_use, naming::assign};
use crate::{
    access::{Permit, action::Kept},
    domain::{
        Error, Id, Locale, Version,
        address::AddressKind,
        name::{Name, NameDraft, Names},
        named::Named,
    },
    store::{
        self, Tx,
        desk_lists::Filter,
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
    store::site::queue(tx)?;
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
    store::site::queue(tx)?;
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

/// Let one become one with another: whatever names it names the other, what led to it leads there, and in locales where the other has no name it
/// gets this one's.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`]; [`Error::Invalid`] at `#/into`.
pub fn merge<K: Kept + Stored>(
    tx: &mut Tx<'_>,
    permit: Permit<K::Manage>,
    id: Id<Named<K>>,
    expected: Version,
    into: Id<Named<K>>,
) -> Result<Named<K>, Error> {
    permit.everywhere()?;
    store::merging::hold(tx, id)?;
    let one = permit.over(find(tx, id)?)?;
    Error::unless_newest(K::ADDRESS.as_str(), one.get().version, expected)?;
    if id == into {
        return Err(Error::invalid("#/into", "itself", format!("{} cannot be merged into itself", K::ADDRESS)));
    }
    let missing = || Error::invalid("#/into", "unknown", format!("there is no {} with this id", K::ADDRESS));
    let other = find(tx, into).map_err(|e| if matches!(e, Error::NotFound(_)) { missing() } else { e })?;
    let other = permit.over(other)?;
    store::merging::merge(tx, &one, &other)?;
    let mut new = one.into_inner().names;
    // What is said of it stays where nothing is said of the other.
    new.retain(|locale, name| match other.get().names.get(locale) {
        None => true,
        Some(has) if has.about.is_empty() && !name.about.is_empty() => {
            *name = Name { about: mem::take(&mut name.about), ..has.clone() };
            true
        }
        Some(_) => false,
    });
    if new.is_empty() {
        return Ok(other.into_inner());
    }
    let now = tx.now();
    let other = other.try_map(|mut other| {
        other.names.extend(new);
        Ok(Named { version: other.version.saturating_add(1), updated_at: now, ..other })
    })?;
    save(tx, &other)?;
    Ok(other.into_inner())
}

/// Remove one that nothing names.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `in-use`.
pub fn delete<K: Kept + Stored>(tx: &mut Tx<'_>, permit: Permit<K::Manage>, id: Id<Named<K>>, expected: Version) -> Result<(), Error> {
    permit.everywhere()?;
    store::site::queue(tx)?;
    let named = permit.over(find(tx, id)?)?;
    Error::unless_newest(K::ADDRESS.as_str(), named.get().version, expected)?;
    if K::in_use(tx, id)? {
        let (filter, query) = match K::ADDRESS {
            AddressKind::Author => (Filter { authors: vec![id.cast()], ..Filter::default() }, "author"),
            _ => (Filter { tags: vec![id.cast()], ..Filter::default() }, "tag"),
        };
        let articles = in_use::articles(tx, &permit, &filter, &format!("{query}={id}"))?;
        let menus = in_use::of("menu", store::menus::leading_to(tx, id)?, "/v1/desk/menus");
        let collections = in_use::of("collection", store::collection_uses::naming(tx, id)?, "/v1/desk/collections");
        let hidden = "articles, live editions, planned publications, menus or collections";
        return Err(Error::in_use(K::ADDRESS.as_str(), hidden, articles.into_iter().chain(menus).chain(collections).collect()));
    }
    store::named::delete(tx, &named, expected)
}
