//! Tags.

use std::collections::BTreeSet;

use diesel::prelude::*;
use uuid::Uuid;

use super::{
    Tx,
    names::{self, take},
    schema::{article_tags, edition_tags, live_listings, tags},
};
use crate::{
    access::Granted,
    domain::{
        Error, Id, Instant, Version,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        facet::Facet,
        name::Names,
        page::{Page, Paging, Sorting},
        tag::Tag,
    },
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tags)]
struct Row {
    id: Id<Tag>,
    kind: String,
    version: i32,
    created_at: Instant,
    updated_at: Instant,
}

fn row(tag: &Tag) -> Row {
    Row { id: tag.id, kind: tag.kind.to_string(), version: tag.version, created_at: tag.created_at, updated_at: tag.updated_at }
}

fn domain(row: &Row, names: Names) -> Result<Tag, Error> {
    Ok(Tag { id: row.id, kind: row.kind.parse()?, names, version: row.version, created_at: row.created_at, updated_at: row.updated_at })
}

/// A page of tags, oldest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, paging: Paging) -> Result<Page<Tag>, Error> {
    list(tx, paging, false)
}

/// A page of the tags that live stories carry, oldest first: a tag is public while one does, so that none tells of a story to come.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn live_page(tx: &mut Tx<'_>, paging: Paging) -> Result<Page<Tag>, Error> {
    list(tx, paging, true)
}

/// True while a live story carries the tag.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_live(tx: &mut Tx<'_>, id: Id<Tag>) -> Result<bool, Error> {
    tx.note(CacheTag::listed(Facet::from(id)));
    if tx.as_of.is_some() {
        // A desk that asks what was public knows of every tag.
        return Ok(true);
    }
    let live = live_listings::table.filter(live_listings::facet.eq(id));
    Ok(diesel::select(diesel::dsl::exists(live)).get_result(tx.conn)?)
}

fn list(tx: &mut Tx<'_>, paging: Paging, live: bool) -> Result<Page<Tag>, Error> {
    tx.note(CacheTag::Tags);
    let carried = || diesel::dsl::exists(live_listings::table.filter(live_listings::facet.eq(tags::id)));
    let mut query = tags::table.select(Row::as_select()).limit(i64::from(paging.limit).saturating_add(1)).into_boxed();
    if live {
        query = query.filter(carried());
    }
    if let Some(cursor) = paging.cursor {
        let id = Id::<Tag>::from(cursor.id);
        query = if cursor.backwards { query.filter(tags::id.lt(id)) } else { query.filter(tags::id.gt(id)) };
    }
    query = if paging.backwards() { query.order(tags::id.desc()) } else { query.order(tags::id.asc()) };
    let rows: Vec<Row> = query.load(tx.conn)?;
    let total = match (paging.count, live) {
        (true, true) => Some(tags::table.filter(carried()).count().get_result(tx.conn)?),
        (true, false) => Some(tags::table.count().get_result(tx.conn)?),
        (false, _) => None,
    };
    let ids: BTreeSet<Uuid> = rows.iter().map(|r| r.id.uuid()).collect();
    let mut names = names::of(tx, &ids)?;
    Page::cut(rows, paging, Sorting::Tags, total, |r| (0, r.id.uuid())).try_map(|row| {
        let of_row = take(&mut names, row.id);
        domain(&row, of_row)
    })
}

/// One tag.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: Id<Tag>) -> Result<Tag, Error> {
    tx.note(CacheTag::thing(id.uuid()));
    let row: Option<Row> = tags::table.find(id).select(Row::as_select()).first(tx.conn).optional()?;
    let row = row.ok_or(Error::NotFound("tag"))?;
    let names = names::one(tx, id)?;
    domain(&row, names)
}

/// Those of `ids` that exist, whole, in two statements.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn some(tx: &mut Tx<'_>, ids: &BTreeSet<Id<Tag>>) -> Result<Vec<Tag>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<Id<Tag>> = ids.iter().copied().collect();
    let rows: Vec<Row> = tags::table.filter(tags::id.eq_any(wanted)).order(tags::id).select(Row::as_select()).load(tx.conn)?;
    let mut names = names::of(tx, &ids.iter().map(|id| id.uuid()).collect())?;
    rows.into_iter()
        .map(|row| {
            let of_row = take(&mut names, row.id);
            domain(&row, of_row)
        })
        .collect()
}

/// Those of `ids` that exist.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn known(tx: &mut Tx<'_>, ids: &[Id<Tag>]) -> Result<BTreeSet<Id<Tag>>, Error> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let found: Vec<Id<Tag>> = tags::table.filter(tags::id.eq_any(ids.to_vec())).select(tags::id).load(tx.conn)?;
    Ok(found.into_iter().collect())
}

/// Save: a new one at version 1, else the next version.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Tag>) -> Result<(), Error> {
    let tag = granted.get();
    let subject = Subject::Tag(tag.id);
    if tag.version == 1 {
        diesel::insert_into(tags::table).values(&row(tag)).execute(tx.conn)?;
        tx.record(Change::new(Event::Created, subject));
    } else {
        let at = tags::table.find(tag.id).filter(tags::version.eq(tag.version.saturating_sub(1)));
        if diesel::update(at).set(&row(tag)).execute(tx.conn)? == 0 {
            return Err(Error::stale("tag", tag.version));
        }
        tx.record(Change::new(Event::Revised, subject));
    }
    names::replace(tx, tag.id, &tag.names)
}

/// Remove one that nothing uses.
///
/// # Errors
/// [`Error::Stale`] when it has moved on; [`Error::Conflict`] with code `in-use`.
pub fn delete<A>(tx: &mut Tx<'_>, granted: &Granted<A, Tag>, expected: Version) -> Result<(), Error> {
    let tag = granted.get();
    names::remove(tx, tag.id)?;
    let at = tags::table.find(tag.id).filter(tags::version.eq(expected));
    if diesel::delete(at).execute(tx.conn)? == 0 {
        return Err(Error::stale("tag", tag.version));
    }
    tx.record(Change::new(Event::Deleted, Subject::Tag(tag.id)));
    Ok(())
}

/// True when an article, an edition or a planned publication names it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn in_use(tx: &mut Tx<'_>, id: Id<Tag>) -> Result<bool, Error> {
    use diesel::dsl::exists;
    Ok(diesel::select(exists(article_tags::table.filter(article_tags::tag_id.eq(id)))).get_result(tx.conn)?
        || diesel::select(exists(edition_tags::table.filter(edition_tags::tag_id.eq(id)))).get_result(tx.conn)?
        || super::plans::name(tx, id)?)
}
