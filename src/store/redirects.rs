//! Redirects.

use std::collections::{BTreeSet, HashSet};

use diesel::{
    QueryableByName,
    sql_types::{Bool, Integer, Nullable, Text},
};
use uuid::Uuid;

use super::{
    RunQueryDsl, Tx,
    articles::visible,
    dialect::{self, At, Uid},
    site,
    sql::{Sql, Values},
};
use crate::{
    access::{Granted, Visibility, action::ManageRedirects, scope::Whole},
    domain::{
        Error, Id, Instant, Locale, Version,
        address::AddressKind,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        page::{Page, Paging, Sorting},
        redirect::{Destination, Redirect, RedirectId, Thing},
    },
};

/// How many one statement reads or writes.
const AT_ONCE: usize = 1_000;

/// Which redirects are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// From addresses that begin like this.
    pub prefix: Option<String>,
    /// With this status.
    pub status: Option<i32>,
    /// Leading to the thing with this id.
    pub target: Option<Uuid>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    id: Id<()>,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Integer)]
    status: i32,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<Uid>)]
    target_id: Option<Id<()>>,
    #[diesel(sql_type = Nullable<Text>)]
    locale: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    url: Option<String>,
    #[diesel(sql_type = Text)]
    note: String,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = At)]
    created_at: Instant,
    #[diesel(sql_type = At)]
    updated_at: Instant,
}

impl TryFrom<Row> for Redirect {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        let to = match (row.kind, row.target_id, row.locale) {
            (Some(kind), Some(id), Some(locale)) => {
                Some(Destination::Thing(Thing { kind: kind.parse()?, id: id.uuid(), locale: Locale::stored(locale) }))
            }
            _ => row.url.map(Destination::Address),
        };
        let Row { path: from, status, note, version, created_at, updated_at, .. } = row;
        Ok(Self { id: row.id.cast(), from, to, status, note, version, created_at, updated_at })
    }
}

fn select(of: &str) -> Sql {
    Sql::new(&format!("SELECT id, path, status, kind, target_id, locale, url, note, version, created_at, updated_at FROM redirects {of}"))
}

fn all(tx: &mut Tx<'_>, sql: Sql) -> Result<Vec<Redirect>, Error> {
    sql.load::<Row>(tx)?.into_iter().map(Redirect::try_from).collect()
}

/// One redirect.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: RedirectId) -> Result<Redirect, Error> {
    let mut sql = select("WHERE id = ");
    sql.id(id);
    sql.first::<Row>(tx)?.ok_or(Error::NotFound("redirect"))?.try_into()
}

/// The redirect from an address, as it is spelled, whether or not what it leads to is public.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn at(tx: &mut Tx<'_>, address: &str) -> Result<Option<Redirect>, Error> {
    tx.note(CacheTag::Redirects);
    // What it leads to may become public, or cease to be: that touches the addresses that lead to it.
    tx.note(CacheTag::slug(address));
    let mut sql = select("WHERE path = ");
    sql.text(address);
    sql.first::<Row>(tx)?.map(Redirect::try_from).transpose()
}

/// The addresses with a query from which redirects lead, and their paths, by the cache tags of these: two may share one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn with_query(tx: &mut Tx<'_>) -> Result<HashSet<CacheTag>, Error> {
    #[derive(QueryableByName)]
    struct Path {
        #[diesel(sql_type = Text)]
        path: String,
    }
    // With the last change before what is read.
    site::masthead(tx)?;
    tx.note(CacheTag::Redirects);
    let all = Sql::new("SELECT path FROM redirects WHERE path LIKE '%?%'").load::<Path>(tx)?;
    let path = |row: &Path| row.path.split('?').next().map(CacheTag::slug);
    Ok(all.iter().flat_map(|row| path(row).into_iter().chain([CacheTag::slug(&row.path)])).collect())
}

/// The redirects from some addresses, as they are spelled; in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn from_any(tx: &mut Tx<'_>, addresses: &BTreeSet<String>) -> Result<Vec<Redirect>, Error> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = select("WHERE path IN ");
    sql.texts(addresses);
    all(tx, sql)
}

/// The redirects that lead to things of these ids, by their addresses.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn leading_to(tx: &mut Tx<'_>, ids: &BTreeSet<Uuid>) -> Result<Vec<Redirect>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = select("WHERE target_id IN ");
    sql.ids(ids.iter().map(|id| Id::<()>::from(*id))).push(" ORDER BY path");
    all(tx, sql)
}

/// The redirects from some addresses, as they are spelled, whether or not what they lead to is public.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn from(tx: &mut Tx<'_>, addresses: &BTreeSet<String>) -> Result<Vec<Redirect>, Error> {
    let (addresses, mut found) = (Vec::from_iter(addresses), Vec::new());
    for some in addresses.chunks(AT_ONCE) {
        let mut sql = select("WHERE path IN ");
        sql.texts(some.iter().copied());
        found.extend(all(tx, sql)?);
    }
    Ok(found)
}

/// Those of some things that there are, and that the reader may see.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn things(
    tx: &mut Tx<'_>,
    visibility: &Visibility,
    asked: &BTreeSet<(AddressKind, Uuid)>,
) -> Result<BTreeSet<(AddressKind, Uuid)>, Error> {
    #[derive(QueryableByName)]
    struct There {
        #[diesel(sql_type = Uid)]
        id: Id<()>,
    }
    let mut there = BTreeSet::new();
    for kind in AddressKind::ALL {
        let ids: Vec<Uuid> = asked.iter().filter(|(of, _)| of == kind).map(|(_, id)| *id).collect();
        for some in ids.chunks(AT_ONCE) {
            let filed = if *kind == AddressKind::Article { " JOIN sections s ON s.id = a.section_id" } else { "" };
            let mut sql = Sql::new(&format!("SELECT a.id FROM {} a{filed}", table(*kind)));
            sql.push(" WHERE a.id IN ").ids(some.iter().map(|id| Id::<()>::from(*id)));
            if *kind == AddressKind::Article {
                visible(sql.push(" AND "), visibility);
            }
            there.extend(sql.load::<There>(tx)?.into_iter().map(|row| (*kind, row.id.uuid())));
        }
    }
    Ok(there)
}

/// Whether a thing has words, or a name, in its locale.
///
/// # Errors
/// [`Error::NotFound`] when it is not there, or in the trash.
pub fn has_words(tx: &mut Tx<'_>, thing: &Thing) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Bool)]
        has_words: bool,
    }
    let (words, at_hand) = match thing.kind {
        AddressKind::Article => ("translations w WHERE w.article_id", " AND a.trashed_at IS NULL"),
        _ => ("names w WHERE w.target_id", ""),
    };
    let mut sql = Sql::new(&format!("SELECT EXISTS (SELECT 1 FROM {words} = a.id AND w.locale = "));
    sql.text(thing.locale.as_str()).push(&format!(") AS has_words FROM {} a WHERE a.id = ", table(thing.kind)));
    sql.id(Id::<()>::from(thing.id)).push(at_hand);
    sql.first::<Answer>(tx)?.map(|answer| answer.has_words).ok_or(Error::NotFound(thing.kind.as_str()))
}

fn table(kind: AddressKind) -> &'static str {
    match kind {
        AddressKind::Article => "articles",
        AddressKind::Section => "sections",
        AddressKind::Author => "authors",
        AddressKind::Tag => "tags",
    }
}

/// Let nobody else change where redirects lead before this transaction ends: whether they lead round in a circle is a matter of the others.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn queue(tx: &mut Tx<'_>) -> Result<(), Error> {
    dialect::queue_for(tx.conn, "redirects")
}

fn narrow(sql: &mut Sql, filter: &Filter) {
    if let Some(prefix) = &filter.prefix {
        sql.push(" AND path >= ").text(prefix).push(" AND path < ").text(&format!("{prefix}{}", char::MAX));
    }
    if let Some(status) = filter.status {
        sql.push(" AND status = ").int(i64::from(status));
    }
    if let Some(target) = filter.target {
        sql.push(" AND target_id = ").id(Id::<()>::from(target));
    }
}

/// A page of redirects, oldest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, filter: &Filter, paging: Paging) -> Result<Page<Redirect>, Error> {
    let mut sql = select("WHERE TRUE");
    narrow(&mut sql, filter);
    sql.page(paging, None, "id", false);
    let found = all(tx, sql)?;
    let total = if paging.count {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM redirects WHERE TRUE");
        narrow(&mut sql, filter);
        Some(sql.count(tx)?)
    } else {
        None
    };
    Ok(Page::cut(found, paging, Sorting::Redirects, total, |r| (0, r.id.uuid())))
}

/// Save: new ones at version 1, others at their next version.
///
/// # Errors
/// [`Error::Taken`] when another leads from there, [`Error::Stale`] when another save came first.
pub fn save(tx: &mut Tx<'_>, granted: &Granted<ManageRedirects, Whole<Vec<Redirect>>>) -> Result<(), Error> {
    for some in granted.get().0.chunks(AT_ONCE) {
        let mut sql =
            Sql::new("INSERT INTO redirects (id, path, status, kind, target_id, locale, url, note, version, created_at, updated_at)");
        sql.values(some, |row, r| {
            let (thing, url) = match &r.to {
                Some(Destination::Thing(thing)) => (Some(thing), None),
                Some(Destination::Address(url)) => (None, Some(url)),
                None => (None, None),
            };
            row.id(r.id).text(&r.from).int(r.status);
            row.some(thing, |row, t| row.text(t.kind.as_str())).some(thing.map(|t| Id::<()>::from(t.id)), Values::id);
            row.some(thing, |row, t| row.text(t.locale.as_str())).some(url, |row, url| row.text(url));
            row.text(&r.note).int(r.version).at(r.created_at).at(r.updated_at);
        });
        sql.push(" ON CONFLICT (id) DO UPDATE SET status = excluded.status, kind = excluded.kind, target_id = excluded.target_id, ");
        sql.push("locale = excluded.locale, url = excluded.url, note = excluded.note, version = excluded.version, ");
        sql.push("updated_at = excluded.updated_at WHERE redirects.version = excluded.version - 1");
        if sql.execute(tx)? != some.len() {
            return Err(Error::stale("redirect", some.iter().map(|r| r.version).max().unwrap_or_default()));
        }
        for r in some {
            let event = if r.version == 1 { Event::Created } else { Event::Revised };
            tx.record(Change::new(event, Subject::Redirect(r.id)).because(&r.to_string()));
        }
    }
    Ok(())
}

/// Remove one.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn delete(tx: &mut Tx<'_>, granted: &Granted<ManageRedirects, Whole<Redirect>>, expected: Version) -> Result<(), Error> {
    let Whole(redirect) = granted.get();
    let mut sql = Sql::new("DELETE FROM redirects WHERE id = ");
    sql.id(redirect.id).push(" AND version = ").int(i64::from(expected));
    if sql.execute(tx)? == 0 {
        return Err(Error::stale("redirect", redirect.version));
    }
    tx.record(Change::new(Event::Deleted, Subject::Redirect(redirect.id)).because(&redirect.to_string()));
    Ok(())
}

/// How many redirects lead into a locale.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn into(tx: &mut Tx<'_>, locale: &Locale) -> Result<i64, Error> {
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM redirects WHERE locale = ");
    sql.text(locale.as_str());
    sql.count(tx)
}
