//! What collections name: sections, authors and tags in their queries, articles and pictures that are pinned, and locales.

use std::collections::BTreeSet;

use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text},
};
use serde_json::json;

use super::{
    RunQueryDsl, Tx,
    dialect::{At, Doc, Uid, Unread},
    sql::Sql,
};
use crate::domain::{
    Error, Id, Instant, Locale,
    article::ArticleId,
    cache_tag::CacheTag,
    change::{Change, Event, Subject},
    collection::{CollectionId, Place, Query},
    facet::Facet,
    media::MediaId,
    section::SectionId,
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

/// The locales in which a collection shows an item of the media library now: of whose readers it is, and where a story is live that it is shown with.
pub(super) fn shown_in(tx: &mut Tx<'_>, id: MediaId) -> Result<Vec<(Option<Locale>, Locale)>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        collection_id: CollectionId,
        #[diesel(sql_type = Nullable<Text>)]
        own: Option<String>,
        #[diesel(sql_type = Uid)]
        article_id: ArticleId,
        #[diesel(sql_type = Nullable<At>)]
        shown_from: Option<Instant>,
        #[diesel(sql_type = Nullable<At>)]
        shown_until: Option<Instant>,
        #[diesel(sql_type = Nullable<Text>)]
        locale: Option<String>,
    }
    let mut sql = Sql::new(
        "SELECT i.collection_id, c.locale AS own, i.article_id, i.shown_from, i.shown_until, l.locale \
         FROM collection_items i JOIN collections c ON c.id = i.collection_id \
         LEFT JOIN live_listings l ON l.article_id = i.article_id AND l.facet = ",
    );
    sql.id(Id::<Facet>::from(Facet::ALL.uuid())).push(" WHERE i.media_id = ").id(id);
    let (now, mut shown) = (tx.now(), Vec::new());
    for row in sql.load::<Row>(tx)? {
        tx.note(CacheTag::thing(row.collection_id.uuid()));
        tx.note(CacheTag::thing(row.article_id.uuid()));
        [row.shown_from, row.shown_until].into_iter().flatten().filter(|at| *at > now).for_each(|at| tx.note_until(at));
        let is_open = row.shown_from.is_none_or(|from| from <= now) && row.shown_until.is_none_or(|until| now < until);
        match row.locale {
            Some(live) if is_open => shown.push((row.own.map(Locale::stored), Locale::stored(live))),
            Some(_) => {}
            // Nobody is told of what is not public.
            None => tx.hide(CacheTag::thing(row.article_id.uuid())),
        }
    }
    Ok(shown)
}
