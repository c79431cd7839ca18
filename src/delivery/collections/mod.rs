//! Collections as readers see them: what is pinned and live, at its slots, and what fills the others.

mod shape;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use shape::{CollectionInfo, CollectionListing, Pinned};

use super::{
    Reading,
    articles::{self, Article, Included, Shape},
    media::Library,
};
use crate::{
    access::Visibility,
    domain::{
        Error,
        address::AddressKind,
        article::{ArticleId, Lead},
        collection::{Collection, Item, Query, arranged},
        content::LeadWords,
        page::{Page, PageInfo, Paging},
        reference::Reference,
    },
    store::{
        self, Tx,
        editions::{Bodies, Live},
        listings::{Filter, Without},
    },
};

/// Articles that are asked for in one statement.
const AT_ONCE: usize = 100;

/// A story at its slot.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) live: Live,
    /// What pins it there; nothing, where it fills the slot.
    pub(super) item: Option<Item>,
}

/// What a collection shows.
pub(super) struct Arranged {
    pub(super) rows: Vec<Row>,
    /// Whether there is more that would fill it.
    pub(super) more: bool,
}

/// The list that a query asks for.
pub(super) fn filter(query: &Query, reading: &Reading) -> Filter {
    Filter {
        chain: reading.chain.clone(),
        sections: query.section.clone(),
        authors: query.author.clone(),
        tags: query.tag.clone(),
        all_tags: query.tag_all.clone(),
        kinds: query.kind.clone(),
        genres: query.genre.clone(),
        without: Without {
            ids: Vec::new(),
            sections: query.not_section.clone(),
            authors: query.not_author.clone(),
            tags: query.not_tag.clone(),
            kinds: query.not_kind.clone(),
            genres: query.not_genre.clone(),
        },
        published_after: query.published_after,
        published_before: query.published_before,
        updated_after: query.updated_after,
        order: query.sort.unwrap_or_default(),
        ..Filter::default()
    }
}

/// Those of some articles that are live for a reader, without bodies; in a statement for each hundred, and each locale of the chain. Nobody is told of the others.
pub(super) fn live(tx: &mut Tx<'_>, reading: &Reading, ids: &[ArticleId]) -> Result<HashMap<ArticleId, Live>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut found = HashMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let asked = Filter { chain: reading.chain.clone(), ids: ids.to_vec(), ..Filter::default() };
        let some = store::listings::page(tx, Visibility::public(), &asked, Paging::first(), Bodies::NONE)?.items;
        found.extend(some.into_iter().map(|live| (live.article_id, live)));
    }
    let absent: Vec<_> =
        ids.iter().filter(|id| !found.contains_key(id)).map(|id| Reference::new(AddressKind::Article, id.uuid())).collect();
    store::references::hide(tx, &absent, false);
    Ok(found)
}

/// What is pinned now in a collection of which so many stories are shown.
pub(super) fn pinned(tx: &mut Tx<'_>, collection: &Collection, most: usize) -> Vec<Item> {
    // Where fewer are shown than the collection has slots, what is pinned behind them is not there yet.
    let is_within = |item: &Item| usize::try_from(item.position).is_ok_and(|slot| slot <= most);
    store::collections::open(tx, collection).into_iter().filter(|item| is_within(item)).cloned().collect()
}

/// So many stories at most of a collection: what is pinned now and live, and what fills the rest.
pub(super) fn arrange(tx: &mut Tx<'_>, reading: &Reading, collection: &Collection, most: usize) -> Result<Arranged, Error> {
    let open = pinned(tx, collection, most);
    let ids: Vec<_> = open.iter().map(|item| item.article_id).collect();
    let lives = live(tx, reading, &ids)?;
    fill(tx, reading, (collection, most), (open, &lives), &BTreeSet::new())
}

/// The same of what is [pinned], as far as it is among what is live, without some that are shown elsewhere.
pub(super) fn fill(
    tx: &mut Tx<'_>,
    reading: &Reading,
    (collection, most): (&Collection, usize),
    (open, lives): (Vec<Item>, &HashMap<ArticleId, Live>),
    elsewhere: &BTreeSet<ArticleId>,
) -> Result<Arranged, Error> {
    let open = open.into_iter().filter(|item| !elsewhere.contains(&item.article_id));
    let pinned: Vec<_> = open.filter_map(|item| Some(Row { live: lives.get(&item.article_id)?.clone(), item: Some(item) })).collect();
    let wanted = most.saturating_sub(pinned.len());
    let filling = match &collection.arrangement.query {
        Some(query) if wanted > 0 => {
            let mut filter = filter(query, reading);
            filter.without.ids = pinned.iter().map(|row| row.live.article_id).chain(elsewhere.iter().copied()).collect();
            let paging = Paging { limit: u32::try_from(wanted).unwrap_or(100), cursor: None, count: false };
            store::listings::page(tx, Visibility::public(), &filter, paging, Bodies::NONE)?
        }
        _ => Page { items: Vec::new(), next: None, previous: None, total: None },
    };
    Ok(Arranged { rows: at_slots(pinned, filling.items, most), more: filling.next.is_some() })
}

fn at_slots(pinned: Vec<Row>, filling: Vec<Live>, most: usize) -> Vec<Row> {
    let slot = |row: &Row| row.item.as_ref().and_then(|item| usize::try_from(item.position).ok()).unwrap_or(1);
    let pinned = pinned.into_iter().map(|row| (slot(&row), row)).collect();
    arranged(pinned, filling.into_iter().map(|live| Row { live, item: None }), most)
}

/// The same with the bodies that are asked for: as many from the first slot on as one answer holds the bodies of.
pub(super) fn with_bodies(tx: &mut Tx<'_>, reading: &Reading, rows: Vec<Row>, shape: &Shape) -> Result<Vec<Row>, Error> {
    if shape.bodies() == Bodies::NONE || rows.is_empty() {
        return Ok(rows);
    }
    let ids = rows.iter().map(|row| row.live.article_id).collect();
    let asked = Filter { chain: reading.chain.clone(), ids, ..Filter::default() };
    let found = store::listings::named(tx, Visibility::public(), &asked, shape.bodies())?;
    let mut found: BTreeMap<ArticleId, Live> = found.into_iter().map(|live| (live.article_id, live)).collect();
    Ok(rows.into_iter().map_while(|row| Some(Row { live: found.remove(&row.live.article_id)?, ..row })).collect())
}

/// Stories in a shape, each with the headline and picture that it has at its slot.
pub(super) fn told(tx: &mut Tx<'_>, reading: &Reading, rows: Vec<Row>, shape: &Shape) -> Result<(Vec<Article>, Option<Included>), Error> {
    let (lives, items): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.live, row.item)).unzip();
    let pictures = items.iter().flatten().filter_map(|item| item.media_id).collect();
    let (mut articles, included) = articles::told(tx, reading, lives, shape)?;
    let library = Library::of(tx, &pictures)?.opened_by(reading);
    for ((position, article), item) in (1..).zip(&mut articles).zip(items) {
        let Some(Item { mut headlines, media_id, .. }) = item else { continue };
        let headline = headlines.remove(&article.locale);
        let lead = |media_id| library.lead(reading, &article.locale, &Lead::Library { media_id, poster_id: None }, LeadWords::default());
        let lead = media_id.and_then(lead);
        article.pinned = Some(Pinned { position, own_headline: headline.is_some(), own_lead: lead.is_some() });
        article.headline = headline.unwrap_or_else(|| std::mem::take(&mut article.headline));
        article.lead = lead.or_else(|| article.lead.take());
    }
    Ok((articles, included))
}

/// What a collection is called for a reader: in a language that they may have.
#[must_use]
pub fn info(reading: &Reading, collection: &Collection) -> CollectionInfo {
    let said = &collection.arrangement;
    let named = reading.names.iter().find_map(|locale| said.names.get_key_value(locale));
    CollectionInfo {
        slug: said.slug.to_string(),
        locale: named.map(|(locale, _)| locale.clone()),
        direction: named.map(|(locale, _)| reading.masthead.direction(locale)),
        name: named.map(|(_, name)| name.clone()),
    }
}

/// How many stories a collection shows at most.
pub(super) fn most(collection: &Collection) -> usize {
    usize::try_from(collection.arrangement.limit).unwrap_or_default()
}

/// What readers find at the slug of a collection.
///
/// # Errors
/// [`Error::NotFound`].
pub fn collection(tx: &mut Tx<'_>, reading: &Reading, slug: &str, shape: &Shape) -> Result<CollectionListing, Error> {
    let collection = store::collections::by_slug(tx, slug, &reading.locale)?;
    listing(tx, reading, &collection, shape)
}

/// What readers find in a collection.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn listing(tx: &mut Tx<'_>, reading: &Reading, collection: &Collection, shape: &Shape) -> Result<CollectionListing, Error> {
    let rows = arrange(tx, reading, collection, most(collection))?.rows;
    let (data, included) = told(tx, reading, rows, shape)?;
    Ok(CollectionListing { collection: info(reading, collection), data, page: PageInfo::default(), included })
}
