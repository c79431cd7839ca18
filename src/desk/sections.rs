//! Keeping the section tree.
//!
//! Who is granted a section is granted whatever lies below it. So a section put somewhere else gives its stories to those who are granted
//! the new place and takes them from those of the old one: moving needs the right over both, and the order of a level is a matter
//! of the section above it, not of those in it.

use std::collections::BTreeMap;

use super::{in_use, naming};
use crate::{
    access::{Permit, action::ManageSections},
    domain::{
        Error, Id, Locale, Version,
        address::AddressKind,
        name::{NameDraft, Names},
        section::{Level, Section},
        text::limits,
    },
    store::{self, Tx, desk_lists::Filter},
};

/// What a caller says of a section.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The section it lies in; none at the top.
    pub parent_id: Option<Id<Section>>,
    /// Its place among its siblings; the last one when not said.
    pub position: Option<i32>,
    /// Its names.
    pub translations: BTreeMap<Locale, NameDraft>,
}

fn assign(
    tx: &mut Tx<'_>,
    permit: &Permit<ManageSections>,
    id: Id<Section>,
    drafts: BTreeMap<Locale, NameDraft>,
    before: &Names,
) -> Result<Names, Error> {
    naming::assign(tx, permit, (AddressKind::Section, id.uuid()), "description", drafts, before)
}

fn parent(tx: &mut Tx<'_>, id: Option<Id<Section>>) -> Result<Option<Section>, Error> {
    let found = id.map(|id| store::sections::find(tx, id)).transpose();
    found.map_err(|e| match e {
        Error::NotFound(_) => Error::invalid("#/parent_id", "unknown_section", "there is no such section"),
        other => other,
    })
}

fn next_position(tx: &mut Tx<'_>, parent: Option<Id<Section>>) -> Result<i32, Error> {
    let all = store::sections::all(tx)?;
    Ok(all.iter().filter(|s| s.parent() == parent).map(|s| s.position).max().unwrap_or(0).saturating_add(1))
}

/// Add a section to the tree.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Taken`], [`Error::Forbidden`] outside the grant.
pub fn create(tx: &mut Tx<'_>, permit: Permit<ManageSections>, id: Option<Id<Section>>, draft: Draft) -> Result<Section, Error> {
    store::sections::queue(tx)?;
    if store::sections::count(tx)? >= limits::SECTIONS {
        return Err(Error::Conflict { code: "too-many", detail: format!("a site has at most {} sections", limits::SECTIONS) });
    }
    let id = id.unwrap_or_else(|| tx.new_id());
    let above = parent(tx, draft.parent_id)?;
    let path = Section::path_below(id, above.as_ref())?;
    permit.over(Level(above))?;
    let position = match draft.position {
        Some(position) => position,
        None => next_position(tx, draft.parent_id)?,
    };
    let (now, names) = (tx.now(), assign(tx, &permit, id, draft.translations, &Names::new())?);
    let section = permit.over(Section { id, path, position, names, version: 1, created_at: now, updated_at: now })?;
    store::sections::save(tx, &section)?;
    Ok(section.into_inner())
}

/// Change a section: its names, its place, or the section it lies in.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`], [`Error::Taken`]; [`Error::Forbidden`] outside the grant, also when only the old or the new
/// place lies there.
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<ManageSections>,
    id: Id<Section>,
    expected: Version,
    with: impl FnOnce(&Section) -> Result<Draft, Error>,
) -> Result<Section, Error> {
    store::sections::queue(tx)?;
    let section = permit.over(store::sections::find(tx, id)?)?;
    Error::unless_newest("section", section.get().version, expected)?;
    let draft = with(section.get())?;
    let above = parent(tx, draft.parent_id)?;
    let path = Section::path_below(id, above.as_ref())?;
    let own = &section.get().path;
    let below = if path == *own { Vec::new() } else { store::sections::below(tx, own)? };
    let levels = below.iter().map(|path| path.len().saturating_sub(own.len())).max().unwrap_or(0);
    if path.len().saturating_add(levels) > limits::SECTION_DEPTH {
        return Err(Error::invalid("#/parent_id", "too_deep", format!("at most {} levels", limits::SECTION_DEPTH)));
    }
    // Before any slug is taken: whoever publishes holds the section first, and takes theirs then.
    store::sections::hold(tx, below.iter().filter_map(|path| path.last().copied()).chain([id]))?;
    let names = assign(tx, &permit, id, draft.translations, &section.get().names)?;
    let before = section.get().clone();
    let now = tx.now();
    let position = draft.position.unwrap_or(before.position);
    if before.parent() != draft.parent_id || before.position != position {
        let left = parent(tx, before.parent())?;
        permit.over_all([Level(left), Level(above)])?;
    }
    if before.path == path && before.names == names && before.position == position {
        return Ok(before);
    }
    let section = section.try_map(|s| Ok(Section { path, names, position, version: s.version.saturating_add(1), updated_at: now, ..s }))?;
    store::sections::save(tx, &section)?;
    Ok(section.into_inner())
}

/// Put the sections below `parent` in this order.
///
/// # Errors
/// [`Error::Invalid`] when `order` does not name exactly those sections; [`Error::Forbidden`] when their level lies outside the grant.
pub fn reorder(
    tx: &mut Tx<'_>,
    permit: Permit<ManageSections>,
    parent: Option<Id<Section>>,
    order: &[Id<Section>],
) -> Result<Vec<Section>, Error> {
    store::sections::queue(tx)?;
    let all = store::sections::all(tx)?;
    let siblings: BTreeMap<_, _> = all.iter().filter(|s| s.parent() == parent).map(|s| (s.id, s)).collect();
    let mut named = order.to_vec();
    named.sort();
    if !named.iter().eq(siblings.keys()) {
        return Err(Error::invalid("#/order", "order", "names each section of this level once"));
    }
    let above = self::parent(tx, parent)?;
    permit.over(Level(above))?;
    store::sections::hold(tx, named)?;
    let now = tx.now();
    let mut sorted = Vec::new();
    for (position, id) in (1i32..).zip(order) {
        let Some(section) = siblings.get(id).copied().cloned() else { continue };
        let section = permit.over(section)?;
        if section.get().position == position {
            sorted.push(section.into_inner());
            continue;
        }
        let moved = section.try_map(|s| Ok(Section { position, version: s.version.saturating_add(1), updated_at: now, ..s }))?;
        store::sections::save(tx, &moved)?;
        sorted.push(moved.into_inner());
    }
    Ok(sorted)
}

/// Remove a section that nothing uses.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `in-use`.
pub fn delete(tx: &mut Tx<'_>, permit: Permit<ManageSections>, id: Id<Section>, expected: Version) -> Result<(), Error> {
    store::sections::queue(tx)?;
    let section = permit.over(store::sections::find(tx, id)?)?;
    Error::unless_newest("section", section.get().version, expected)?;
    if let Some(users) = store::sections::used_by(tx, id)? {
        let filter = Filter { sections: vec![id], ..Filter::default() };
        let below = in_use::of("section", store::sections::right_below(tx, id)?, "/v1/desk/sections");
        let articles = in_use::articles(tx, &permit, &filter, &format!("section={id}"))?;
        let grants = in_use::grants(tx, &permit, store::users::Granting::Section(id))?;
        let menus = in_use::of("menu", store::menus::leading_to(tx, id)?, "/v1/desk/menus");
        let collections = in_use::of("collection", store::collection_uses::naming(tx, id)?, "/v1/desk/collections");
        let used_by = below.into_iter().chain(articles).chain(grants).chain(menus).chain(collections).collect();
        return Err(Error::in_use("section", users, used_by));
    }
    store::sections::delete(tx, &section, expected)
}
