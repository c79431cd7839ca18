//! What collections name: sections, authors and tags in their queries, articles and pictures that are pinned, and locales.

use std::collections::{BTreeSet, HashMap};

use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text},
};
use serde_json::json;

use super::{
    RunQueryDsl, Tx, collections,
    dialect::{Doc, Uid, Unread},
    sql::Sql,
};
use crate::domain::{
    Error, Id, Locale,
    article::ArticleId,
    cache_tag::CacheTag,
    change::{Change, Event, Subject},
    collection::{Collection, CollectionId, Item, Place, PlaceKind, Query, arranged},
    facet::Facet,
    media::MediaId,
    section::SectionId,
    site::Masthead,
    text::limits,
};

/// How many collections name a section, author or tag: in their query, or as the section whose front they make.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn naming<T>(tx: &mut Tx<'_>, id: Id<T>) -> Result<i64, Error> {
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM collections WHERE section_id = ");
    sql.id(id).push(" OR CAST(query AS TEXT) LIKE ").containing(&format!("\"{id}\""));
    sql.count(tx)
}

/// How many collections are for readers of a locale, or have texts in it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn in_locale(tx: &mut Tx<'_>, locale: &Locale) -> Result<i64, Error> {
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM collections c WHERE c.locale = ");
    sql.text(locale.as_str()).push(" OR EXISTS (SELECT 1 FROM collection_texts t WHERE t.collection_id = c.id AND t.locale = ");
    sql.text(locale.as_str()).push(")");
    sql.count(tx)
}

/// How many collections show an item of the media library.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn showing(tx: &mut Tx<'_>, id: MediaId) -> Result<i64, Error> {
    let mut sql = Sql::new("SELECT COUNT(DISTINCT collection_id) AS n FROM collection_items WHERE media_id = ");
    sql.id(id);
    sql.count(tx)
}

#[derive(QueryableByName)]
struct QueryRow {
    #[diesel(sql_type = Uid)]
    id: CollectionId,
    #[diesel(sql_type = Doc)]
    query: Unread,
}

/// Let what names one author or tag name another.
pub(super) fn merge<T>(tx: &mut Tx<'_>, one: Id<T>, into: Id<T>) -> Result<(), Error> {
    let mut sql = Sql::new("SELECT id, query FROM collections WHERE CAST(query AS TEXT) LIKE ");
    sql.containing(&format!("\"{one}\"")).push(" ORDER BY id");
    for row in sql.load::<QueryRow>(tx)? {
        let query = row.query.read::<Query>()?.merged(one.uuid(), into.uuid());
        let mut sql = Sql::new("UPDATE collections SET version = version + 1, updated_at = ");
        sql.at(tx.now()).push(", query = ").doc(json!(query)).push(" WHERE id = ").id(row.id);
        sql.execute(tx)?;
        tx.record(Change::new(Event::Revised, Subject::Collection(row.id)));
    }
    Ok(())
}

/// Let an article that is no more, or has no words any more, leave all collections.
pub(super) fn forget(tx: &mut Tx<'_>, article: ArticleId) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Left {
        #[diesel(sql_type = Uid)]
        id: CollectionId,
    }
    let mut sql = Sql::new("UPDATE collections SET version = version + 1, updated_at = ");
    sql.at(tx.now())
        .push(" WHERE id IN (SELECT collection_id FROM collection_items WHERE article_id = ")
        .id(article)
        .push(") RETURNING id");
    let left = sql.load::<Left>(tx)?;
    if left.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("DELETE FROM collection_texts WHERE EXISTS (SELECT 1 FROM collection_items i WHERE i.article_id = ");
    sql.id(article).push(" AND i.collection_id = collection_texts.collection_id AND i.place = collection_texts.place)");
    sql.execute(tx)?;
    let mut sql = Sql::new("DELETE FROM collection_items WHERE article_id = ");
    sql.id(article);
    sql.execute(tx)?;
    left.into_iter().for_each(|one| tx.record(Change::new(Event::Revised, Subject::Collection(one.id))));
    Ok(())
}

/// What answers are made from that some collections are a part of by now; what was made from them before says so by their ids.
pub(super) fn touched(tx: &mut Tx<'_>, ids: &BTreeSet<CollectionId>) -> Result<BTreeSet<CacheTag>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Nullable<Text>)]
        place: Option<String>,
        #[diesel(sql_type = Nullable<Uid>)]
        section_id: Option<SectionId>,
        #[diesel(sql_type = Nullable<Uid>)]
        media_id: Option<MediaId>,
    }
    let mut tags = BTreeSet::new();
    if ids.is_empty() {
        return Ok(tags);
    }
    let mut sql = Sql::new(
        "SELECT c.slug, c.place, c.section_id, i.media_id FROM collections c \
         LEFT JOIN collection_items i ON i.collection_id = c.id AND i.media_id IS NOT NULL WHERE c.id IN ",
    );
    sql.ids(ids.iter().copied());
    for Row { slug, place, section_id, media_id } in sql.load::<Row>(tx)? {
        tags.insert(CacheTag::slug(&slug));
        if let Some(kind) = place {
            tags.insert(CacheTag::place(&Place { kind: kind.parse()?, section_id }));
        }
        // Whether its file is public.
        tags.extend(media_id.map(|id| CacheTag::listed(Facet::from(id))));
    }
    Ok(tags)
}

/// How many of the stories pinned in a collection may be left out of it, because the page that it stands on shows them elsewhere.
fn left_out(readers: &Masthead, collection: &Collection) -> usize {
    match collection.arrangement.place.map(|place| place.kind) {
        Some(kind) if kind.is_rail() && readers.site.unique_on_page => limits::COLLECTION_ITEMS,
        // The story that it stands beside.
        Some(PlaceKind::RailOfArticle) => 1,
        _ => 0,
    }
}

/// In which locales some articles are in lists.
fn live_in(tx: &mut Tx<'_>, articles: &[ArticleId]) -> Result<HashMap<ArticleId, BTreeSet<Locale>>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: ArticleId,
        #[diesel(sql_type = Text)]
        locale: String,
    }
    let mut live: HashMap<ArticleId, BTreeSet<Locale>> = HashMap::new();
    if articles.is_empty() {
        return Ok(live);
    }
    let mut sql = Sql::new("SELECT article_id, locale FROM live_listings WHERE facet = ");
    sql.id(Id::<Facet>::from(Facet::ALL.uuid())).push(" AND article_id IN ").ids(articles.iter().copied());
    for row in sql.load::<Row>(tx)? {
        live.entry(row.article_id).or_default().insert(Locale::stored(row.locale));
    }
    for id in articles {
        tx.note(CacheTag::thing(id.uuid()));
        if !live.contains_key(id) {
            // Nobody is told of what is not public.
            tx.hide(CacheTag::thing(id.uuid()));
        }
    }
    Ok(live)
}

/// The locales of the stories with which readers find an item of the media library in collections now: where it is theirs, and not behind as many as that shows.
pub(super) fn shown_in(tx: &mut Tx<'_>, readers: &Masthead, id: MediaId) -> Result<BTreeSet<Locale>, Error> {
    let mut shown = BTreeSet::new();
    let all = collections::all(tx)?;
    for collection in all.iter().filter(|one| one.arrangement.items.iter().any(|item| item.media_id == Some(id))) {
        tx.note(CacheTag::thing(collection.id.uuid()));
        tx.note(CacheTag::slug(collection.arrangement.slug.as_str()));
        let open = collections::open(tx, collection);
        let articles: Vec<_> = open.iter().map(|item| item.article_id).collect();
        let live = live_in(tx, &articles)?;
        let most = usize::try_from(collection.arrangement.limit).unwrap_or_default().saturating_add(left_out(readers, collection));
        let theirs = readers.locales.iter().map(|reader| &reader.locale).filter(|reader| collections::is_for(&all, collection, reader));
        for chain in theirs.flat_map(|reader| [vec![reader.clone()], readers.chain(reader)]) {
            let found = |item: &Item| chain.iter().find(|locale| live.get(&item.article_id).is_some_and(|live| live.contains(locale)));
            let slot = |item: &Item| usize::try_from(item.position).unwrap_or(1);
            let pinned = open.iter().filter_map(|item| Some((slot(item), (item.media_id, found(item)?)))).collect();
            let rows = arranged(pinned, [], most).into_iter();
            shown.extend(rows.filter(|(media, _)| *media == Some(id)).map(|(_, locale)| locale.clone()));
        }
    }
    Ok(shown)
}
