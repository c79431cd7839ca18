//! Arranging collections.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use crate::{
    access::{
        Permit, Visibility,
        action::{ManageCollections, ReadArticle},
    },
    domain::{
        Error, Id, Locale, Version,
        address::AddressKind,
        article::ArticleId,
        collection::{Arrangement, Collection, CollectionDraft, CollectionId, Item, Query},
        error::{Faults, Holder},
        file::MediaKind,
        media::MediaId,
        section::Section,
        text::limits,
    },
    store::{self, Tx, editions::LiveHead},
};

/// Articles that are asked for in one statement.
const AT_ONCE: usize = 1_000;

/// Those of some articles that a reader of the desk sees, or that anybody does, and that may be named anew: of what was erased nothing is left to be named.
pub(super) fn seen(tx: &mut Tx<'_>, visibility: &Visibility, articles: BTreeSet<ArticleId>) -> Result<BTreeSet<ArticleId>, Error> {
    let asked = articles.iter().map(|id| (AddressKind::Article, id.uuid())).collect();
    let mut seen: BTreeSet<ArticleId> = store::redirects::things(tx, visibility, &asked)?.into_iter().map(|(_, id)| id.into()).collect();
    let others: Vec<_> = articles.difference(&seen).copied().collect();
    if !others.is_empty() {
        let readers = store::site::masthead(tx)?.for_readers();
        let live = live_heads(tx, &others)?.into_iter();
        seen.extend(live.filter(|(_, heads)| heads.iter().any(|head| readers.settings(&head.locale).is_some())).map(|(id, _)| id));
    }
    for erased in store::takedowns::erased(tx, &seen)? {
        seen.remove(&erased);
    }
    Ok(seen)
}

/// The words above which some items have headlines that a reader of the desk does not read, and that are not public either: these headlines are hidden, and stay
/// whatever the reader sends.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn hidden<'i>(
    tx: &mut Tx<'_>,
    visibility: &Visibility,
    items: impl IntoIterator<Item = &'i Item>,
) -> Result<BTreeSet<(ArticleId, Locale)>, Error> {
    let above = |item: &Item| item.headlines.keys().map(|locale| (item.article_id, locale.clone())).collect::<Vec<_>>();
    let mut hidden: BTreeSet<_> = items.into_iter().flat_map(above).collect();
    if hidden.is_empty() {
        return Ok(hidden);
    }
    let read = store::visibility::read(tx, visibility, &hidden)?;
    hidden.retain(|words| !read.contains(words));
    let others: Vec<_> = hidden.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>().into_iter().collect();
    if !others.is_empty() {
        let readers = store::site::masthead(tx)?.for_readers();
        for (id, heads) in live_heads(tx, &others)? {
            let public = heads.into_iter().map(|head| head.locale).filter(|locale| readers.settings(locale).is_some());
            public.for_each(|locale| _ = hidden.remove(&(id, locale)));
        }
    }
    Ok(hidden)
}

/// What is live of some articles, however many.
fn live_heads(tx: &mut Tx<'_>, articles: &[ArticleId]) -> Result<HashMap<ArticleId, Vec<LiveHead>>, Error> {
    let mut all = HashMap::new();
    for some in articles.chunks(AT_ONCE) {
        all.extend(store::editions::live_heads(tx, some)?);
    }
    Ok(all)
}

/// For each of some items the one that it was before: of the same story, in the same window, else at the same slot, else the first that is left.
fn matched<'b>(items: &[Item], before: &'b [Item]) -> Vec<Option<&'b Item>> {
    let mut matched: Vec<Option<&'b Item>> = vec![None; items.len()];
    let mut left: Vec<&'b Item> = before.iter().collect();
    let ways: [fn(&Item, &Item) -> bool; 3] =
        [|one, other| (one.from, one.until) == (other.from, other.until), |one, other| one.position == other.position, |_, _| true];
    for is_alike in ways {
        for (item, was) in items.iter().zip(&mut matched).filter(|(_, was)| was.is_none()) {
            let found = left.iter().position(|other| other.article_id == item.article_id && is_alike(item, other));
            *was = found.map(|n| left.remove(n));
        }
    }
    matched
}

/// The items with those headlines that are hidden as they were before, whatever is said of them.
fn keep_hidden(items: &mut [Item], before: &[Item], hidden: &BTreeSet<(ArticleId, Locale)>) {
    let was: Vec<_> = matched(items, before);
    for (item, was) in items.iter_mut().zip(was) {
        let Some(was) = was else { continue };
        let id = item.article_id;
        let is_hidden = |locale: &Locale| hidden.contains(&(id, locale.clone()));
        item.headlines.retain(|locale, _| !is_hidden(locale));
        let kept = was.headlines.iter().filter(|(locale, _)| is_hidden(locale));
        item.headlines.extend(kept.map(|(locale, headline)| (locale.clone(), headline.clone())));
    }
}

/// Note what is pinned that is not there, or that who asks may not know of; what was pinned before stays.
fn pinned(tx: &mut Tx<'_>, permit: &Permit<ManageCollections>, faults: &mut Faults, items: &[Item], before: &[Item]) -> Result<(), Error> {
    let was: BTreeSet<_> = before.iter().map(|item| item.article_id).collect();
    let new: BTreeSet<_> = items.iter().map(|item| item.article_id).filter(|id| !was.contains(id)).collect();
    if !new.is_empty() {
        // Whoever reads no articles at all is told that, not that there are none.
        Permit::<ReadArticle>::try_from(permit.caller().clone())?;
    }
    let known = seen(tx, &permit.visibility(), new.clone())?;
    let had: BTreeSet<MediaId> = before.iter().filter_map(|item| item.media_id).collect();
    let pictures: BTreeSet<MediaId> = items.iter().filter_map(|item| item.media_id).filter(|id| !had.contains(id)).collect();
    let library = store::media::of(tx, &pictures)?;
    for (n, item) in items.iter().enumerate() {
        if new.contains(&item.article_id) && !known.contains(&item.article_id) {
            faults.add(format!("#/items/{n}/article_id"), "unknown", "there is no article with this id");
        }
        let Some(id) = item.media_id.filter(|id| pictures.contains(id)) else { continue };
        if library.get(&id).is_none_or(|media| media.kind() != MediaKind::Image) {
            faults.add(format!("#/items/{n}/media_id"), "unknown", "there is no picture with this id in the media library");
        }
    }
    Ok(())
}

/// The query with what was merged standing for what it was merged into; what it names that is not there is noted.
fn settled(tx: &mut Tx<'_>, faults: &mut Faults, mut query: Query) -> Result<Query, Error> {
    let named = query.named();
    let asked: BTreeSet<(AddressKind, Uuid)> = named.iter().flat_map(|(_, kind, ids)| ids.iter().map(move |id| (*kind, *id))).collect();
    let known = store::redirects::things(tx, &Visibility::public(), &asked)?;
    let merged = store::merging::present(tx, asked.difference(&known).copied())?;
    for (member, kind, ids) in named {
        for (n, id) in ids.into_iter().enumerate() {
            if !known.contains(&(kind, id)) && !merged.contains_key(&id) {
                faults.add(format!("#/query/{member}/{n}"), "unknown", format!("there is no {kind} with this id"));
            }
        }
    }
    for (one, into) in merged {
        query = query.merged(one, into);
    }
    Ok(query)
}

/// Nothing, when no other collection has the slug for the same readers, or makes the same part of the site for them.
fn taken(all: &[Collection], id: CollectionId, said: &Arrangement) -> Result<(), Error> {
    let others = || all.iter().filter(|other| other.id != id && other.arrangement.locale == said.locale);
    let refused = |pointer: &str, detail: &'static str, other: &Collection| {
        let locale = other.arrangement.locale.as_ref().map(Locale::to_string);
        let holder = Holder { kind: "collection", id: Some(other.id.uuid()), locale, name: other.arrangement.slug.to_string() };
        Err(Error::taken(pointer, detail, Some(holder)))
    };
    if let Some(other) = others().find(|other| other.arrangement.slug == said.slug) {
        return refused("#/slug", "another collection has this slug", other);
    }
    // One for all readers, and those that stand in for it, make the same part of the site: nobody takes it away from there.
    let are_alike = |other: &&Collection| other.arrangement.locale.is_none() || said.locale.is_none();
    let mut beside = all.iter().filter(|other| other.id != id).filter(are_alike);
    if let Some(other) = beside.find(|other| other.arrangement.slug == said.slug && other.arrangement.place != said.place) {
        return refused("#/slug", "the collection that has this slug for other readers makes another part of the site", other);
    }
    let Some(place) = said.place else { return Ok(()) };
    let is_seen_with = |other: &&Collection| other.arrangement.locale == said.locale || (place.kind.is_rail() && are_alike(other));
    let beside = all.iter().filter(|other| other.id != id).filter(is_seen_with);
    let same: Vec<_> = beside.filter(|other| other.arrangement.place == Some(place)).collect();
    match same.first() {
        Some(other) if !place.kind.is_rail() => refused("#/place", "another collection makes this part of the site", other),
        _ if same.len() >= limits::COLLECTION_RAILS => {
            let detail = format!("a page has at most {} such rails", limits::COLLECTION_RAILS);
            Err(Error::Conflict { code: "too-many", detail })
        }
        _ => Ok(()),
    }
}

/// Let nobody else change collections before this transaction ends, nor the sections and locales that they are of, and what their queries name. All who
/// wait for several of these do so in this order.
fn queue(tx: &mut Tx<'_>) -> Result<(), Error> {
    store::site::queue(tx)?;
    store::sections::queue(tx)?;
    store::collections::queue(tx)
}

/// What a caller says of a collection, when all of it holds, and the sections that it lies in.
fn checked(
    tx: &mut Tx<'_>,
    permit: &Permit<ManageCollections>,
    draft: CollectionDraft,
    before: &[Item],
) -> Result<(Arrangement, Vec<Id<Section>>), Error> {
    let said = draft.check(&*store::site::masthead(tx)?)?;
    let mut faults = Faults::default();
    let section_path = match said.place.and_then(|place| place.section_id).map(|id| store::sections::find(tx, id)) {
        None => Vec::new(),
        Some(Ok(section)) => section.path,
        Some(Err(Error::NotFound(_))) => {
            faults.add("#/place/section_id", "unknown", "there is no section with this id");
            Vec::new()
        }
        Some(Err(other)) => return Err(other),
    };
    pinned(tx, permit, &mut faults, &said.items, before)?;
    let query = said.query.clone().map(|query| settled(tx, &mut faults, query)).transpose()?;
    faults.or((Arrangement { query, ..said }, section_path))
}

/// Begin a collection.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Taken`]; [`Error::Conflict`] when the site has as many as it may; [`Error::Forbidden`].
pub fn create(tx: &mut Tx<'_>, permit: Permit<ManageCollections>, draft: CollectionDraft) -> Result<Collection, Error> {
    queue(tx)?;
    let all = store::collections::all(tx)?;
    let (arrangement, section_path) = checked(tx, &permit, draft, &[])?;
    let (id, now) = (tx.new_id(), tx.now());
    let made = permit.over(Collection { id, arrangement, section_path, version: 1, created_at: now, updated_at: now })?;
    if all.len() >= limits::COLLECTIONS {
        return Err(Error::Conflict { code: "too-many", detail: format!("a site has at most {} collections", limits::COLLECTIONS) });
    }
    taken(&all, id, &made.get().arrangement)?;
    store::collections::save(tx, &made)?;
    Ok(made.into_inner())
}

/// Change a collection: what is said of it, or what is pinned, as a whole. Saving what is there already changes nothing.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`], [`Error::Taken`], [`Error::Forbidden`].
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<ManageCollections>,
    id: CollectionId,
    expected: Version,
    with: impl FnOnce(&Collection) -> Result<CollectionDraft, Error>,
) -> Result<Collection, Error> {
    queue(tx)?;
    let before = permit.over(store::collections::find(tx, id)?)?;
    Error::unless_newest("collection", before.get().version, expected)?;
    let mut draft = with(before.get())?;
    let was = &before.get().arrangement.items;
    let hidden = hidden(tx, &permit.visibility(), was.iter().chain(&draft.items))?;
    keep_hidden(&mut draft.items, was, &hidden);
    let (arrangement, section_path) = checked(tx, &permit, draft, &before.get().arrangement.items)?;
    taken(&store::collections::all(tx)?, id, &arrangement)?;
    if arrangement == before.get().arrangement {
        return Ok(before.into_inner());
    }
    let now = tx.now();
    let next = before.try_map(|before| {
        Ok(Collection { arrangement, section_path, version: before.version.saturating_add(1), updated_at: now, ..before })
    })?;
    store::collections::save(tx, &next)?;
    Ok(next.into_inner())
}

/// Remove a collection: what it made is the latest again.
///
/// # Errors
/// [`Error::Stale`], [`Error::Forbidden`].
pub fn delete(tx: &mut Tx<'_>, permit: Permit<ManageCollections>, id: CollectionId, expected: Version) -> Result<(), Error> {
    queue(tx)?;
    let collection = permit.over(store::collections::find(tx, id)?)?;
    Error::unless_newest("collection", collection.get().version, expected)?;
    store::collections::delete(tx, &collection, expected)
}

/// What is pinned that readers of some locales are not shown.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// Where it stands: `#/items/2`.
    pub pointer: String,
    /// The public locales of the collection in which it is not live, nor in one that they fall back to.
    pub locales: Vec<Locale>,
}

/// What is pinned in each collection that is not live everywhere, whatever its window, in the order in which it stands; in a statement for each thousand of
/// stories.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn left_out(tx: &mut Tx<'_>, collections: &[Collection]) -> Result<Vec<Vec<LeftOut>>, Error> {
    let pinned = collections.iter().flat_map(|one| &one.arrangement.items).map(|item| item.article_id);
    let articles: Vec<_> = pinned.collect::<BTreeSet<_>>().into_iter().collect();
    let live = live_heads(tx, &articles)?;
    let live: BTreeMap<_, BTreeSet<Locale>> =
        live.into_iter().map(|(id, heads)| (id, heads.into_iter().map(|l| l.locale).collect())).collect();
    let readers = store::site::masthead(tx)?.for_readers();
    let of = |collection: &Collection| {
        let own = collection.arrangement.locale.as_ref();
        let locales = || readers.locales.iter().map(|l| &l.locale).filter(|locale| own.is_none_or(|own| own == *locale));
        let is_shown = |item: &Item, locale: &Locale| {
            live.get(&item.article_id).is_some_and(|live| readers.chain(locale).iter().any(|locale| live.contains(locale)))
        };
        let one = |(n, item): (usize, &Item)| {
            let locales: Vec<_> = locales().filter(|locale| !is_shown(item, locale)).cloned().collect();
            (!locales.is_empty()).then(|| LeftOut { pointer: format!("#/items/{n}"), locales })
        };
        collection.arrangement.items.iter().enumerate().filter_map(one).collect()
    };
    Ok(collections.iter().map(of).collect())
}
