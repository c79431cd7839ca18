//! Authors and tags: one set of statements, over the table of each.

use std::collections::BTreeSet;

use diesel::{
    QueryableByName,
    sql_types::{Binary, Bool, Integer, Nullable, Text},
};
use uuid::Uuid;

use super::{
    RunQueryDsl, Tx,
    dialect::{At, Uid},
    names::{self, take},
    sorted_names,
    sql::Sql,
};
use crate::{
    access::{Granted, action::Kept},
    domain::{
        Error, Id, Instant, Locale, Version,
        address::AddressKind,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        collation::NameKey,
        facet::Facet,
        name::Names,
        named::{Listed, NameOrder, Named, NamedKind},
        page::{Page, Paging, Place, Sorting},
        site::{AuthorsPublic, Masthead},
    },
};

/// Where things with names are kept.
pub trait Stored: NamedKind {
    /// Their table.
    const TABLE: &'static str;
    /// How they are listed: as they were made, by name, and by name the other way.
    const SORTINGS: [Sorting; 3];
    /// The table that notes which working copies name them, and its column.
    const IN_ARTICLES: (&'static str, &'static str);
    /// The table that notes which editions name them, and its column.
    const IN_EDITIONS: (&'static str, &'static str);
    /// What lists of them are made from.
    const LISTED: CacheTag;
    /// One of them, as the change log names it.
    fn subject(id: Id<Named<Self>>) -> Subject;
    /// True when an article, a live edition, a planned publication, a menu or a collection names it.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    fn in_use(tx: &mut Tx<'_>, id: Id<Named<Self>>) -> Result<bool, Error>;
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    id: Id<()>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = At)]
    created_at: Instant,
    #[diesel(sql_type = At)]
    updated_at: Instant,
}

#[derive(QueryableByName)]
struct ListedRow {
    #[diesel(embed)]
    thing: Row,
    #[diesel(sql_type = Nullable<Binary>)]
    sort_key: Option<Vec<u8>>,
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = Uid)]
    id: Id<()>,
}

impl Row {
    fn named<K: NamedKind>(self, names: Names) -> Result<Named<K>, Error> {
        let Self { id, kind, version, created_at, updated_at } = self;
        Ok(Named { id: id.cast(), kind: kind.parse()?, names, version, created_at, updated_at })
    }
}

fn rows<K: Stored>() -> Sql {
    Sql::new(&format!("SELECT id, kind, version, created_at, updated_at FROM {} WHERE ", K::TABLE))
}

/// How a list in an order is sorted.
#[must_use]
pub fn sorting<K: Stored>(order: Option<NameOrder>) -> Sorting {
    let [made, ascending, descending] = K::SORTINGS;
    match order {
        None => made,
        Some(NameOrder::Ascending) => ascending,
        Some(NameOrder::Descending) => descending,
    }
}

/// A page of all of them, oldest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page<K: Stored>(tx: &mut Tx<'_>, paging: Paging) -> Result<Page<Named<K>>, Error> {
    desk_page(tx, &Listed::default(), None, paging)
}

/// A page of them: in the order of the names that readers of a locale are shown, of the site's default where none is named. Looked for
/// by a text, they have it in the name there; in that of any locale where none is named.
///
/// # Errors
/// [`Error::Invalid`] at `?locale` for one that the site has not.
pub fn desk_page<K: Stored>(tx: &mut Tx<'_>, listed: &Listed, locale: Option<&Locale>, paging: Paging) -> Result<Page<Named<K>>, Error> {
    let masthead = super::site::masthead(tx)?;
    super::site::know(tx, locale)?;
    list(tx, listed, (locale.unwrap_or(&masthead.site.default_locale), locale.is_none()), "", paging)
}

/// A page of all of them as readers of a locale see them.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn shown_page<K: Stored>(tx: &mut Tx<'_>, listed: &Listed, locale: &Locale, paging: Paging) -> Result<Page<Named<K>>, Error> {
    list(tx, listed, (locale, false), "", paging)
}

/// The same of those that live stories name: such a thing is public while one does, so that none tells of a story to come.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn live_page<K: Stored>(tx: &mut Tx<'_>, listed: &Listed, locale: &Locale, paging: Paging) -> Result<Page<Named<K>>, Error> {
    let live = format!(" AND EXISTS (SELECT 1 FROM live_listings l WHERE l.facet = k.id{})", public_listings(tx)?);
    list(tx, listed, (locale, false), &live, paging)
}

/// True while a live story names it in a locale that the site is read with.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_live(tx: &mut Tx<'_>, masthead: &Masthead, facet: Facet) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Bool)]
        live: bool,
    }
    tx.note(CacheTag::listed(facet));
    if tx.as_of.is_some() {
        // A desk that asks what was public knows of all.
        return Ok(true);
    }
    let public = listings_in(tx, masthead)?;
    let mut sql = Sql::new("SELECT EXISTS (SELECT 1 FROM live_listings l WHERE l.facet = ");
    sql.id(Id::<()>::from(facet.uuid())).push(&public).push(") AS live");
    Ok(sql.first::<Answer>(tx)?.is_some_and(|answer| answer.live))
}

/// Those of some authors and tags that have a page: as [`is_live`], and authors where the site shows them all. In one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn with_page(tx: &mut Tx<'_>, all: &[(AddressKind, Uuid)]) -> Result<BTreeSet<Uuid>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        facet: Id<()>,
    }
    all.iter().for_each(|(_, id)| tx.note(CacheTag::listed(Facet::from(*id))));
    if tx.as_of.is_some() {
        return Ok(all.iter().map(|(_, id)| *id).collect());
    }
    let shows_all = super::site::masthead(tx)?.site.authors_public == AuthorsPublic::Always;
    let has = |kind: AddressKind| kind == AddressKind::Author && shows_all;
    let mut with: BTreeSet<Uuid> = all.iter().filter(|(kind, _)| has(*kind)).map(|(_, id)| *id).collect();
    let asked: Vec<Id<()>> = all.iter().filter(|(kind, _)| !has(*kind)).map(|(_, id)| Id::from(*id)).collect();
    if !asked.is_empty() {
        let public = public_listings(tx)?;
        let mut sql = Sql::new("SELECT DISTINCT l.facet FROM live_listings l WHERE l.facet IN ");
        sql.ids(asked).push(&public);
        with.extend(sql.load::<Row>(tx)?.into_iter().map(|row| row.facet.uuid()));
    }
    Ok(with)
}

/// What leaves out live stories in locales that readers are not offered, if the site has any.
fn public_listings(tx: &mut Tx<'_>) -> Result<String, Error> {
    let public = super::site::masthead(tx)?.for_readers();
    listings_in(tx, &public)
}

/// What leaves out live stories in locales that are not `among` those of the site, if there are any.
fn listings_in(tx: &mut Tx<'_>, among: &Masthead) -> Result<String, Error> {
    let masthead = super::site::masthead(tx)?;
    let kept_back = masthead.locales.iter().filter(|l| among.settings(&l.locale).is_none());
    // Tags are letters, digits and hyphens.
    let tags: Vec<String> = kept_back.map(|l| format!("'{}'", l.locale)).collect();
    Ok(if tags.is_empty() { String::new() } else { format!(" AND l.locale NOT IN ({})", tags.join(", ")) })
}

/// What is listed, before it is paged; with `anywhere`, a text may be in a name of any locale.
fn listing<K: Stored>(listed: &Listed, (locale, anywhere): (&Locale, bool), only: &str) -> Sql {
    let (table, kind, by_name) = (K::TABLE, K::ADDRESS, listed.order.is_some());
    let mut sql = if by_name {
        // In the order of the index, whatever the planner expects of the others.
        Sql::new(&format!(" FROM sorted_names s CROSS JOIN {table} k WHERE k.id = s.target_id AND s.kind = '{kind}' AND s.locale = "))
    } else {
        Sql::new(&format!(" FROM {table} k WHERE TRUE"))
    };
    if by_name {
        sql.text(locale.as_str());
    }
    match &listed.text {
        Some(text) if by_name && !anywhere => _ = sql.push(" AND s.folded LIKE ").containing(text),
        Some(text) => {
            sql.push(&format!(" AND k.id IN (SELECT x.target_id FROM sorted_names x WHERE x.kind = '{kind}'"));
            if !anywhere {
                sql.push(" AND x.locale = ").text(locale.as_str());
            }
            sql.push(" AND x.folded LIKE ").containing(text).push(")");
        }
        None => {}
    }
    sql.push(only);
    sql
}

fn list<K: Stored>(tx: &mut Tx<'_>, listed: &Listed, of: (&Locale, bool), only: &str, paging: Paging) -> Result<Page<Named<K>>, Error> {
    tx.note(K::LISTED);
    let key = if listed.order.is_some() { "s.sort_key" } else { "NULL" };
    let mut sql = Sql::new(&format!("SELECT k.id, k.kind, k.version, k.created_at, k.updated_at, {key} AS sort_key"));
    sql.append(listing::<K>(listed, of, only));
    match listed.order {
        None => _ = sql.page(paging, None, "k.id", false),
        Some(order) => {
            let ascending = (order == NameOrder::Ascending) != paging.backwards();
            if let Some(at) = paging.cursor {
                sql.push(" AND (s.sort_key, s.target_id)").push(if ascending { " > (" } else { " < (" });
                sql.bytes(at.name.as_bytes()).push(", ").id(Id::<()>::from(at.id)).push(")");
            }
            let way = if ascending { "" } else { " DESC" };
            sql.push(&format!(" ORDER BY s.sort_key{way}, s.target_id{way} LIMIT ")).int(i64::from(paging.limit).saturating_add(1));
        }
    }
    let found: Vec<ListedRow> = sql.load(tx)?;
    let total = if paging.count {
        let mut sql = Sql::new("SELECT COUNT(*) AS n");
        sql.append(listing::<K>(listed, of, only));
        Some(sql.count(tx)?)
    } else {
        None
    };
    let ids: BTreeSet<Uuid> = found.iter().map(|r| r.thing.id.uuid()).collect();
    let mut names = names::of(tx, &ids)?;
    let place = |r: &ListedRow| Place { key: 0, name: NameKey::of(r.sort_key.as_deref().unwrap_or_default()), id: r.thing.id.uuid() };
    Page::cut(found, paging, sorting::<K>(listed.order), total, place).try_map(|ListedRow { thing, .. }| {
        let of_thing = take(&mut names, thing.id);
        thing.named(of_thing)
    })
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find<K: Stored>(tx: &mut Tx<'_>, id: Id<Named<K>>) -> Result<Named<K>, Error> {
    tx.note(CacheTag::thing(id.uuid()));
    let mut sql = rows::<K>();
    sql.push("id = ").id(id);
    let row: Row = sql.first(tx)?.ok_or(Error::NotFound(K::ADDRESS.as_str()))?;
    let names = names::one(tx, id)?;
    row.named(names)
}

/// Those of `ids` that exist, whole, in two statements.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn some<K: Stored>(tx: &mut Tx<'_>, ids: &BTreeSet<Id<Named<K>>>) -> Result<Vec<Named<K>>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = rows::<K>();
    sql.push("id IN ").ids(ids.iter().copied()).push(" ORDER BY id");
    let found: Vec<Row> = sql.load(tx)?;
    let mut names = names::of(tx, &ids.iter().map(|id| id.uuid()).collect())?;
    found
        .into_iter()
        .map(|row| {
            let of_row = take(&mut names, row.id);
            row.named(of_row)
        })
        .collect()
}

/// Those of `ids` that exist.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn known<K: Stored>(tx: &mut Tx<'_>, ids: &[Id<Named<K>>]) -> Result<BTreeSet<Id<Named<K>>>, Error> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut sql = Sql::new(&format!("SELECT id FROM {} WHERE id IN ", K::TABLE));
    sql.ids(ids.iter().copied());
    Ok(sql.load::<KnownRow>(tx)?.into_iter().map(|row| row.id.cast()).collect())
}

/// Save: a new one at version 1, else the next version.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn save<K: Kept + Stored>(tx: &mut Tx<'_>, granted: &Granted<K::Manage, Named<K>>) -> Result<(), Error> {
    let Named { id, kind, version, created_at, updated_at, ref names } = *granted.get();
    let event = if version == 1 {
        let mut sql = Sql::new(&format!("INSERT INTO {} (id, kind, version, created_at, updated_at)", K::TABLE));
        sql.values([()], |row, ()| _ = row.id(id).text(&kind.to_string()).int(version).at(created_at).at(updated_at));
        sql.execute(tx)?;
        Event::Created
    } else {
        let mut sql = Sql::new(&format!("UPDATE {} SET kind = ", K::TABLE));
        sql.text(&kind.to_string()).push(", version = version + 1, updated_at = ").at(updated_at);
        sql.push(" WHERE id = ").id(id).push(" AND version = ").int(i64::from(version.saturating_sub(1)));
        if sql.execute(tx)? == 0 {
            return Err(Error::stale(K::ADDRESS.as_str(), version));
        }
        Event::Revised
    };
    tx.record(Change::new(event, K::subject(id)));
    names::replace(tx, id, names)?;
    sorted_names::replace(tx, (K::ADDRESS, id.cast()), names)
}

/// Remove one that nothing uses.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn delete<K: Kept + Stored>(tx: &mut Tx<'_>, granted: &Granted<K::Manage, Named<K>>, expected: Version) -> Result<(), Error> {
    let Named { id, version, .. } = *granted.get();
    names::remove(tx, id)?;
    sorted_names::remove(tx, id.cast())?;
    let mut sql = Sql::new("DELETE FROM merged WHERE into_id = ");
    sql.id(id);
    sql.execute(tx)?;
    // Editions that have ended keep its id in their facts.
    let (table, column) = K::IN_EDITIONS;
    let mut sql = Sql::new(&format!("DELETE FROM {table} WHERE {column} = "));
    sql.id(id);
    sql.execute(tx)?;
    let mut sql = Sql::new(&format!("DELETE FROM {} WHERE id = ", K::TABLE));
    sql.id(id).push(" AND version = ").int(i64::from(expected));
    if sql.execute(tx)? == 0 {
        return Err(Error::stale(K::ADDRESS.as_str(), version));
    }
    tx.record(Change::new(Event::Deleted, K::subject(id)));
    Ok(())
}
