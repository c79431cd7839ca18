//! Collections: what editors arrange, and which of them make a part of the site.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    RunQueryDsl, Tx,
    dialect::{self, At, Doc, Uid, Unread},
    paths::path_of,
    site,
    sql::{Sql, Values},
};
use crate::{
    access::{Granted, action::ManageCollections},
    domain::{
        Error, Instant, Locale, Version,
        article::ArticleId,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        collection::{Arrangement, Collection, CollectionId, Item, MOVED, Place},
        media::MediaId,
        page::{Page, Paging, Sorting},
        section::SectionId,
        slug::Slug,
    },
};
use diesel::{
    QueryableByName,
    sql_types::{Integer, Nullable, Text},
};
use serde_json::json;

/// Where the names of a collection stand among its texts.
const NAMES: i32 = -1;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    id: CollectionId,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Nullable<Text>)]
    locale: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    part: Option<String>,
    #[diesel(sql_type = Nullable<Uid>)]
    section_id: Option<SectionId>,
    #[diesel(sql_type = Nullable<Text>)]
    path: Option<String>,
    #[diesel(sql_type = Integer)]
    shows: i32,
    #[diesel(sql_type = Nullable<Doc>)]
    query: Option<Unread>,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = At)]
    created_at: Instant,
    #[diesel(sql_type = At)]
    updated_at: Instant,
    #[diesel(sql_type = Nullable<Integer>)]
    place: Option<i32>,
    #[diesel(sql_type = Nullable<Uid>)]
    article_id: Option<ArticleId>,
    #[diesel(sql_type = Nullable<Integer>)]
    position: Option<i32>,
    #[diesel(sql_type = Nullable<At>)]
    shown_from: Option<Instant>,
    #[diesel(sql_type = Nullable<At>)]
    shown_until: Option<Instant>,
    #[diesel(sql_type = Nullable<Uid>)]
    media_id: Option<MediaId>,
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Uid)]
    collection_id: CollectionId,
    #[diesel(sql_type = Integer)]
    place: i32,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Text)]
    text: String,
}

/// The texts of all collections, by where they stand.
type Texts = HashMap<(CollectionId, i32), BTreeMap<Locale, String>>;

impl Row {
    /// The collection, without anything pinned.
    fn begun(&self, texts: &mut Texts) -> Result<Collection, Error> {
        let place = self.part.as_deref().map(|kind| Ok::<_, Error>(Place { kind: kind.parse()?, section_id: self.section_id }));
        let arrangement = Arrangement {
            slug: Slug::stored(self.slug.clone()),
            names: texts.remove(&(self.id, NAMES)).unwrap_or_default(),
            locale: self.locale.clone().map(Locale::stored),
            place: place.transpose()?,
            limit: self.shows,
            items: Vec::new(),
            query: self.query.as_ref().map(Unread::read).transpose()?,
        };
        let section_path = self.path.as_deref().map(path_of).transpose()?.unwrap_or_default();
        let Self { id, version, created_at, updated_at, .. } = *self;
        Ok(Collection { id, arrangement, section_path, version, created_at, updated_at })
    }

    /// What is pinned here.
    fn item(&self, texts: &mut Texts) -> Option<Item> {
        Some(Item {
            article_id: self.article_id?,
            position: self.position?,
            from: self.shown_from,
            until: self.shown_until,
            headlines: texts.remove(&(self.id, self.place?)).unwrap_or_default(),
            media_id: self.media_id,
        })
    }
}

fn read(tx: &mut Tx<'_>) -> Result<Vec<Collection>, Error> {
    let rows: Vec<Row> = Sql::new(
        "SELECT c.id, c.slug, c.locale, c.place AS part, c.section_id, s.path, c.shows, c.query, c.version, c.created_at, c.updated_at, \
         i.place, i.article_id, i.position, i.shown_from, i.shown_until, i.media_id FROM collections c \
         LEFT JOIN sections s ON s.id = c.section_id LEFT JOIN collection_items i ON i.collection_id = c.id ORDER BY c.created_at, c.id, i.place",
    )
    .load(tx)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut texts = Texts::new();
    for row in Sql::new("SELECT collection_id, place, locale, text FROM collection_texts").load::<TextRow>(tx)? {
        texts.entry((row.collection_id, row.place)).or_default().insert(Locale::stored(row.locale), row.text);
    }
    let mut all: Vec<Collection> = Vec::new();
    for row in rows {
        if all.last().is_none_or(|last| last.id != row.id) {
            all.push(row.begun(&mut texts)?);
        }
        let item = row.item(&mut texts);
        if let Some(last) = all.last_mut() {
            last.arrangement.items.extend(item);
        }
    }
    Ok(all)
}

/// All collections, oldest first: in two statements, in none where there are none, and in none where readers have them.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all(tx: &mut Tx<'_>) -> Result<Arc<Vec<Collection>>, Error> {
    if !site::masthead(tx)?.has_collections {
        return Ok(Arc::default());
    }
    let shared = site::reference_data(tx)?;
    let known = shared.as_ref().and_then(|(shared, _)| shared.collections.get());
    let all = known.cloned().map_or_else(|| read(tx).map(Arc::new), Ok)?;
    if let Some((shared, _)) = &shared {
        let _ = shared.collections.set(all.clone());
    }
    Ok(all)
}

/// A page of them, oldest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, paging: Paging) -> Result<Page<Collection>, Error> {
    let all = all(tx)?;
    let total = paging.count.then(|| i64::try_from(all.len()).unwrap_or(i64::MAX));
    let key = |one: &Collection| (one.created_at.as_micros(), one.id.uuid());
    let limit = usize::try_from(paging.limit).unwrap_or(100).saturating_add(1);
    let at = paging.cursor.map(|at| (at.key, at.id));
    let rows: Vec<Collection> = if paging.backwards() {
        all.iter().rev().filter(|one| at.is_none_or(|at| key(one) < at)).take(limit).cloned().collect()
    } else {
        all.iter().filter(|one| at.is_none_or(|at| at < key(one))).take(limit).cloned().collect()
    };
    Ok(Page::cut(rows, paging, Sorting::Collections, total, key))
}

/// One collection.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: CollectionId) -> Result<Collection, Error> {
    all(tx)?.iter().find(|collection| collection.id == id).cloned().ok_or(Error::NotFound("collection"))
}

/// Of those that are meant, those for the readers of a locale: one of that locale stands in for the one of all locales that has its slug.
fn of_readers<'c>(all: &'c [Collection], locale: &Locale, meant: impl Fn(&Arrangement) -> bool) -> Vec<&'c Collection> {
    let is_own = |one: &Collection| one.arrangement.locale.as_ref() == Some(locale);
    // Who arranges one part of the site takes no other from anybody.
    let stands_in = |own: &Collection, one: &Collection| meant(&own.arrangement) && own.arrangement.slug == one.arrangement.slug;
    let stood_in_for = |one: &Collection| all.iter().any(|own| is_own(own) && stands_in(own, one));
    let is_theirs = |one: &&Collection| is_own(one) || (one.arrangement.locale.is_none() && !stood_in_for(one));
    all.iter().filter(is_theirs).filter(|one| meant(&one.arrangement)).collect()
}

/// Whether readers of a locale find a collection at its slug.
pub(super) fn is_for(all: &[Collection], collection: &Collection, locale: &Locale) -> bool {
    of_readers(all, locale, |one| one.slug == collection.arrangement.slug).first().is_some_and(|found| found.id == collection.id)
}

/// What readers of a locale find at a slug.
///
/// # Errors
/// [`Error::NotFound`].
pub fn by_slug(tx: &mut Tx<'_>, slug: &str, locale: &Locale) -> Result<Collection, Error> {
    tx.note(CacheTag::slug(slug));
    let all = all(tx)?;
    let found = of_readers(&all, locale, |one| one.slug.as_str() == slug).into_iter().next().cloned();
    let found = found.ok_or(Error::NotFound("collection"))?;
    tx.note(CacheTag::thing(found.id.uuid()));
    Ok(found)
}

/// The collections that make a part of the site for readers of a locale, oldest first; of a part that one alone makes the one of their own locale first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn at(tx: &mut Tx<'_>, place: &Place, locale: &Locale) -> Result<Vec<Collection>, Error> {
    tx.note(CacheTag::place(place));
    let all = all(tx)?;
    let mut found: Vec<Collection> = of_readers(&all, locale, |one| one.place == Some(*place)).into_iter().cloned().collect();
    if !place.kind.is_rail() {
        found.sort_by_key(|one| one.arrangement.locale.is_none());
        found.truncate(1);
    }
    found.iter().for_each(|one| tx.note(CacheTag::thing(one.id.uuid())));
    Ok(found)
}

/// What is pinned in a collection now, each story once; what is read is another thing when the next window begins or ends.
#[must_use]
pub fn open<'c>(tx: &mut Tx<'_>, collection: &'c Collection) -> Vec<&'c Item> {
    let at = tx.as_of.as_ref().map_or(tx.now, |(at, _)| *at);
    let items = &collection.arrangement.items;
    if let Some(turn) = items.iter().filter_map(|item| item.turns_after(at)).min() {
        tx.note_until(turn);
    }
    items.iter().filter(|item| item.is_open(at)).collect()
}

/// Let nobody else change collections before this transaction ends: how many there are, and which makes a part of the site, is a matter of all.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn queue(tx: &mut Tx<'_>) -> Result<(), Error> {
    dialect::queue_for(tx.conn, "collections")
}

/// Save: a new one at version 1, others at their next version.
///
/// # Errors
/// [`Error::Taken`] when another has its slug, [`Error::Stale`] when another save came first.
pub fn save(tx: &mut Tx<'_>, granted: &Granted<ManageCollections, Collection>) -> Result<(), Error> {
    let collection = granted.get();
    let said = &collection.arrangement;
    let before = all(tx)?.iter().find(|one| one.id == collection.id).map(|one| one.arrangement.place);
    let mut sql = Sql::new("INSERT INTO collections (id, slug, locale, place, section_id, shows, query, version, created_at, updated_at)");
    sql.values([collection], |row, c| {
        row.id(c.id).text(said.slug.as_str()).some(said.locale.as_ref(), |row, locale| row.text(locale.as_str()));
        row.some(said.place, |row, place| row.text(place.kind.as_str()));
        row.some(said.place.and_then(|place| place.section_id), Values::id).int(said.limit);
        row.some(said.query.as_ref(), |row, query| row.doc(json!(query)));
        row.int(c.version).at(c.created_at).at(c.updated_at);
    });
    sql.push(" ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, locale = excluded.locale, place = excluded.place, ");
    sql.push("section_id = excluded.section_id, shows = excluded.shows, query = excluded.query, version = excluded.version, ");
    sql.push("updated_at = excluded.updated_at WHERE collections.version = excluded.version - 1");
    if sql.execute(tx)? == 0 {
        return Err(Error::stale("collection", collection.version));
    }
    clear(tx, collection.id)?;
    let items: Vec<(i32, &Item)> = (0..).zip(&said.items).collect();
    if !items.is_empty() {
        let mut sql =
            Sql::new("INSERT INTO collection_items (collection_id, place, article_id, position, shown_from, shown_until, media_id)");
        sql.values(&items, |row, (place, item)| {
            row.id(collection.id).int(*place).id(item.article_id).int(item.position).some(item.from, Values::at);
            row.some(item.until, Values::at).some(item.media_id, Values::id);
        });
        sql.execute(tx)?;
    }
    let names = said.names.iter().map(|text| (NAMES, text));
    let headlines = items.iter().flat_map(|(place, item)| item.headlines.iter().map(move |text| (*place, text)));
    let texts: Vec<_> = names.chain(headlines).collect();
    for some in texts.chunks(1_000) {
        let mut sql = Sql::new("INSERT INTO collection_texts (collection_id, place, locale, text)");
        sql.values(some, |row, (place, (locale, text))| _ = row.id(collection.id).int(*place).text(locale.as_str()).text(text));
        sql.execute(tx)?;
    }
    let event = if collection.version == 1 { Event::Created } else { Event::Revised };
    let moved = before.is_some_and(|place| place != said.place);
    tx.record(Change::new(event, Subject::Collection(collection.id)).because(if moved { MOVED } else { "" }));
    Ok(())
}

fn clear(tx: &mut Tx<'_>, id: CollectionId) -> Result<(), Error> {
    for table in ["collection_texts", "collection_items"] {
        let mut sql = Sql::new(&format!("DELETE FROM {table} WHERE collection_id = "));
        sql.id(id);
        sql.execute(tx)?;
    }
    Ok(())
}

/// Remove one.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn delete(tx: &mut Tx<'_>, granted: &Granted<ManageCollections, Collection>, expected: Version) -> Result<(), Error> {
    let collection = granted.get();
    clear(tx, collection.id)?;
    let mut sql = Sql::new("DELETE FROM collections WHERE id = ");
    sql.id(collection.id).push(" AND version = ").int(i64::from(expected));
    if sql.execute(tx)? == 0 {
        return Err(Error::stale("collection", collection.version));
    }
    tx.record(Change::new(Event::Deleted, Subject::Collection(collection.id)));
    Ok(())
}
