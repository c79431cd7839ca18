//! Authors.

use std::collections::BTreeSet;

use diesel::prelude::*;
use uuid::Uuid;

use super::{
    Tx,
    names::{self, take},
    schema::{article_credits, authors, edition_authors, live_listings},
};
use crate::{
    access::Granted,
    domain::{
        Error, Id, Instant, Version,
        author::Author,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        facet::Facet,
        name::Names,
        page::{Page, Paging, Sorting},
    },
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = authors)]
struct Row {
    id: Id<Author>,
    kind: String,
    version: i32,
    created_at: Instant,
    updated_at: Instant,
}

fn row(author: &Author) -> Row {
    Row {
        id: author.id,
        kind: author.kind.to_string(),
        version: author.version,
        created_at: author.created_at,
        updated_at: author.updated_at,
    }
}

fn domain(row: &Row, names: Names) -> Result<Author, Error> {
    Ok(Author { id: row.id, kind: row.kind.parse()?, names, version: row.version, created_at: row.created_at, updated_at: row.updated_at })
}

/// A page of authors, oldest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, paging: Paging) -> Result<Page<Author>, Error> {
    list(tx, paging, false)
}

/// A page of the authors whom live stories credit, oldest first: an author is public while one does, so that none tells of a story to come.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn live_page(tx: &mut Tx<'_>, paging: Paging) -> Result<Page<Author>, Error> {
    list(tx, paging, true)
}

/// True while a live story credits the author.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_live(tx: &mut Tx<'_>, id: Id<Author>) -> Result<bool, Error> {
    tx.note(CacheTag::listed(Facet::from(id)));
    if tx.as_of.is_some() {
        // A desk that asks what was public knows of every author.
        return Ok(true);
    }
    let live = live_listings::table.filter(live_listings::facet.eq(id));
    Ok(diesel::select(diesel::dsl::exists(live)).get_result(tx.conn)?)
}

fn list(tx: &mut Tx<'_>, paging: Paging, live: bool) -> Result<Page<Author>, Error> {
    tx.note(CacheTag::Authors);
    let credited = || diesel::dsl::exists(live_listings::table.filter(live_listings::facet.eq(authors::id)));
    let mut query = authors::table.select(Row::as_select()).limit(i64::from(paging.limit).saturating_add(1)).into_boxed();
    if live {
        query = query.filter(credited());
    }
    if let Some(cursor) = paging.cursor {
        let id = Id::<Author>::from(cursor.id);
        query = if cursor.backwards { query.filter(authors::id.lt(id)) } else { query.filter(authors::id.gt(id)) };
    }
    query = if paging.backwards() { query.order(authors::id.desc()) } else { query.order(authors::id.asc()) };
    let rows: Vec<Row> = query.load(tx.conn)?;
    let total = match (paging.count, live) {
        (true, true) => Some(authors::table.filter(credited()).count().get_result(tx.conn)?),
        (true, false) => Some(authors::table.count().get_result(tx.conn)?),
        (false, _) => None,
    };
    let ids: BTreeSet<Uuid> = rows.iter().map(|r| r.id.uuid()).collect();
    let mut names = names::of(tx, &ids)?;
    Page::cut(rows, paging, Sorting::Authors, total, |r| (0, r.id.uuid())).try_map(|row| {
        let of_row = take(&mut names, row.id);
        domain(&row, of_row)
    })
}

/// One author.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: Id<Author>) -> Result<Author, Error> {
    tx.note(CacheTag::thing(id.uuid()));
    let row: Option<Row> = authors::table.find(id).select(Row::as_select()).first(tx.conn).optional()?;
    let row = row.ok_or(Error::NotFound("author"))?;
    let names = names::one(tx, id)?;
    domain(&row, names)
}

/// Those of `ids` that exist, whole, in two statements.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn some(tx: &mut Tx<'_>, ids: &BTreeSet<Id<Author>>) -> Result<Vec<Author>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<Id<Author>> = ids.iter().copied().collect();
    let rows: Vec<Row> = authors::table.filter(authors::id.eq_any(wanted)).order(authors::id).select(Row::as_select()).load(tx.conn)?;
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
pub fn known(tx: &mut Tx<'_>, ids: &[Id<Author>]) -> Result<BTreeSet<Id<Author>>, Error> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let found: Vec<Id<Author>> = authors::table.filter(authors::id.eq_any(ids.to_vec())).select(authors::id).load(tx.conn)?;
    Ok(found.into_iter().collect())
}

/// Save: a new one at version 1, else the next version.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Author>) -> Result<(), Error> {
    let author = granted.get();
    let subject = Subject::Author(author.id);
    if author.version == 1 {
        diesel::insert_into(authors::table).values(&row(author)).execute(tx.conn)?;
        tx.record(Change::new(Event::Created, subject));
    } else {
        let at = authors::table.find(author.id).filter(authors::version.eq(author.version.saturating_sub(1)));
        if diesel::update(at).set(&row(author)).execute(tx.conn)? == 0 {
            return Err(Error::stale("author", author.version));
        }
        tx.record(Change::new(Event::Revised, subject));
    }
    names::replace(tx, author.id, &author.names)
}

/// Remove one that nothing uses.
///
/// # Errors
/// [`Error::Stale`] when it has moved on; [`Error::Conflict`] with code `in-use`.
pub fn delete<A>(tx: &mut Tx<'_>, granted: &Granted<A, Author>, expected: Version) -> Result<(), Error> {
    let author = granted.get();
    names::remove(tx, author.id)?;
    let at = authors::table.find(author.id).filter(authors::version.eq(expected));
    if diesel::delete(at).execute(tx.conn)? == 0 {
        return Err(Error::stale("author", author.version));
    }
    tx.record(Change::new(Event::Deleted, Subject::Author(author.id)));
    Ok(())
}

/// True when an article, an edition or a planned publication names it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn in_use(tx: &mut Tx<'_>, id: Id<Author>) -> Result<bool, Error> {
    use diesel::dsl::exists;
    Ok(diesel::select(exists(article_credits::table.filter(article_credits::author_id.eq(id)))).get_result(tx.conn)?
        || diesel::select(exists(edition_authors::table.filter(edition_authors::author_id.eq(id)))).get_result(tx.conn)?
        || super::plans::name(tx, id)?)
}
