//! Keeping menus.

use std::collections::BTreeSet;

use crate::{
    access::{
        Permit,
        action::{ManageMenus, ReadArticle},
        scope::Whole,
    },
    domain::{
        Error, Locale, Version,
        address::AddressKind,
        error::{Faults, Holder},
        menu::{Item, Menu, MenuDraft, MenuId, Target, Thing, each, things},
        site::Masthead,
        text::limits,
    },
    store::{self, Tx, menu_targets::Led},
};

/// The items with what was merged standing for what it was merged into, when all that they lead to is there, or was led to before.
fn settled(tx: &mut Tx<'_>, permit: &Permit<ManageMenus>, mut items: Vec<Item>, before: &[Item]) -> Result<Vec<Item>, Error> {
    fn stand_for(items: &mut [Item], instead: &impl Fn(&mut Thing)) {
        for item in items {
            if let Some(Target::Thing(thing)) = &mut item.to {
                instead(thing);
            }
            stand_for(&mut item.items, instead);
        }
    }
    let was: BTreeSet<_> = things(before).into_iter().map(|(_, thing)| (thing.kind, thing.id)).collect();
    let asked: BTreeSet<(AddressKind, uuid::Uuid)> = things(&items).into_iter().map(|(_, thing)| (thing.kind, thing.id)).collect();
    let new: BTreeSet<_> = asked.difference(&was).copied().collect();
    if new.is_empty() {
        return Ok(items);
    }
    let known = store::redirects::things(tx, &permit.visibility(), &new)?;
    let merged = store::merging::present(tx, new.difference(&known).copied())?;
    if new.iter().any(|thing| thing.0 == AddressKind::Article && !known.contains(thing)) {
        // Whoever reads no articles at all is told that, not that there are none.
        Permit::<ReadArticle>::try_from(permit.caller().clone())?;
    }
    let mut faults = Faults::default();
    for (at, Thing { kind, id }) in things(&items) {
        if new.contains(&(kind, id)) && !known.contains(&(kind, id)) && !merged.contains_key(&id) {
            faults.add(format!("{at}/to/id"), "unknown", format!("there is no {kind} with this id"));
        }
    }
    stand_for(&mut items, &|thing| thing.id = merged.get(&thing.id).copied().unwrap_or(thing.id));
    faults.or(items)
}

fn taken(all: &[Menu], id: MenuId, slug: &str) -> Result<(), Error> {
    match all.iter().find(|menu| menu.id != id && menu.slug.as_str() == slug) {
        None => Ok(()),
        Some(other) => {
            let holder = Holder { kind: "menu", id: Some(other.id.uuid()), locale: None, name: other.slug.to_string() };
            Err(Error::taken("#/slug", "another menu has this slug", Some(holder)))
        }
    }
}

/// Let nobody else change menus before this transaction ends, nor what they lead to and the locales of their labels: no key of the database keeps what
/// an item names. All who wait for several of these do so in this order.
fn queue(tx: &mut Tx<'_>) -> Result<(), Error> {
    store::site::queue(tx)?;
    store::sections::queue(tx)?;
    store::menus::queue(tx)
}

/// Begin a menu.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Taken`]; [`Error::Conflict`] when the site has as many as it may; [`Error::Forbidden`].
pub fn create(tx: &mut Tx<'_>, permit: Permit<ManageMenus>, draft: MenuDraft) -> Result<Menu, Error> {
    permit.everywhere()?;
    queue(tx)?;
    let (all, masthead) = (store::menus::all(tx)?, store::site::masthead(tx)?);
    if all.len() >= limits::MENUS {
        return Err(Error::Conflict { code: "too-many", detail: format!("a site has at most {} menus", limits::MENUS) });
    }
    let (slug, items) = draft.check(&masthead)?;
    let (id, now) = (tx.new_id(), tx.now());
    taken(&all, id, slug.as_str())?;
    let items = settled(tx, &permit, items, &[])?;
    let menu = Menu { id, slug, items, version: 1, created_at: now, updated_at: now };
    store::menus::save(tx, &permit.over(Whole(menu.clone()))?)?;
    Ok(menu)
}

/// Change a menu: its slug, or its items as a whole. Saving what is there already changes nothing.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`], [`Error::Taken`], [`Error::Forbidden`].
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<ManageMenus>,
    id: MenuId,
    expected: Version,
    with: impl FnOnce(&Menu) -> Result<MenuDraft, Error>,
) -> Result<Menu, Error> {
    permit.everywhere()?;
    queue(tx)?;
    let (before, masthead) = (store::menus::find(tx, id)?, store::site::masthead(tx)?);
    Error::unless_newest("menu", before.version, expected)?;
    let (slug, items) = with(&before)?.check(&masthead)?;
    taken(&store::menus::all(tx)?, id, slug.as_str())?;
    let items = settled(tx, &permit, items, &before.items)?;
    if (&slug, &items) == (&before.slug, &before.items) {
        return Ok(before);
    }
    let menu = Menu { slug, items, version: before.version.saturating_add(1), updated_at: tx.now(), ..before };
    store::menus::save(tx, &permit.over(Whole(menu.clone()))?)?;
    Ok(menu)
}

/// Remove a menu.
///
/// # Errors
/// [`Error::Stale`], [`Error::Forbidden`].
pub fn delete(tx: &mut Tx<'_>, permit: Permit<ManageMenus>, id: MenuId, expected: Version) -> Result<(), Error> {
    permit.everywhere()?;
    queue(tx)?;
    let menu = permit.over(Whole(store::menus::find(tx, id)?))?;
    Error::unless_newest("menu", menu.get().0.version, expected)?;
    store::menus::delete(tx, &menu, expected)
}

/// An item that readers of some locales are not shown.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// Where it stands: `#/items/0/items/2`.
    pub pointer: String,
    /// The public locales in which what it leads to is not live, nor in one that they fall back to; all of them, where it has no name in any.
    pub locales: Vec<Locale>,
}

/// The items of each menu that lead to something which is not public, or have no name that readers may know, in the order in which they stand; in three statements at most.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn left_out(tx: &mut Tx<'_>, menus: &[Menu]) -> Result<Vec<Vec<LeftOut>>, Error> {
    let led = Led::to(tx, menus)?;
    let readers = store::site::masthead(tx)?.for_readers();
    let of = |menu: &Menu| {
        let mut all = Vec::new();
        each(&menu.items, &mut |at, item| {
            let locales = hidden_in(&readers, &led, item);
            if !locales.is_empty() {
                all.push(LeftOut { pointer: at.to_owned(), locales });
            }
        });
        all
    };
    Ok(menus.iter().map(of).collect())
}

fn hidden_in(readers: &Masthead, led: &Led, item: &Item) -> Vec<Locale> {
    let is_shown = |locale: &Locale| {
        let chain = readers.chain(locale);
        item.to.as_ref().is_none_or(|to| led.shows(to, &chain)) && led.label(item, &chain, &readers.name_chain(locale)).is_some()
    };
    readers.locales.iter().map(|settings| &settings.locale).filter(|locale| !is_shown(locale)).cloned().collect()
}
