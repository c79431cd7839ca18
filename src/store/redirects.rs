//! Redirects.

use std::collections::BTreeSet;

use diesel::{
    QueryableByName,
    sql_types::{Integer, Nullable, Text},
};
use uuid::Uuid;

use super::{
    RunQueryDsl, Tx,
    dialect::{At, Uid},
    sql::{Sql, Values},
};
use crate::{
    access::{Granted, action::ManageRedirects, scope::Whole},
    domain::{
        Error, Id, Instant, Locale, Version,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        page::{Page, Paging, Sorting},
        redirect::{Destination, Redirect, RedirectId, Thing},
    },
};

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

/// Those redirects of some that there are, by their ids.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn some(tx: &mut Tx<'_>, ids: &BTreeSet<RedirectId>) -> Result<Vec<Redirect>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = select("WHERE id IN ");
    sql.ids(ids.iter().copied());
    all(tx, sql)
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

/// Save: a new one at version 1, else the next version.
///
/// # Errors
/// [`Error::Taken`] when another leads from there, [`Error::Stale`] when another save came first.
pub fn save(tx: &mut Tx<'_>, granted: &Granted<ManageRedirects, Whole<Redirect>>) -> Result<(), Error> {
    let Whole(redirect) = granted.get();
    let (thing, url) = match &redirect.to {
        Some(Destination::Thing(thing)) => (Some(thing), None),
        Some(Destination::Address(url)) => (None, Some(url)),
        None => (None, None),
    };
    let event = if redirect.version == 1 { Event::Created } else { Event::Revised };
    if event == Event::Revised {
        remove(tx, redirect, redirect.version.saturating_sub(1))?;
    }
    let mut sql = Sql::new("INSERT INTO redirects (id, path, status, kind, target_id, locale, url, note, version, created_at, updated_at)");
    sql.values([redirect], |row, r| {
        row.id(r.id).text(&r.from).int(r.status);
        row.some(thing, |row, t| row.text(t.kind.as_str())).some(thing.map(|t| Id::<()>::from(t.id)), Values::id);
        row.some(thing, |row, t| row.text(t.locale.as_str())).some(url, |row, url| row.text(url));
        row.text(&r.note).int(r.version).at(r.created_at).at(r.updated_at);
    });
    sql.execute(tx)?;
    tx.record(Change::new(event, Subject::Redirect(redirect.id)));
    Ok(())
}

/// Remove one.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn delete(tx: &mut Tx<'_>, granted: &Granted<ManageRedirects, Whole<Redirect>>, expected: Version) -> Result<(), Error> {
    let Whole(redirect) = granted.get();
    remove(tx, redirect, expected)?;
    tx.record(Change::new(Event::Deleted, Subject::Redirect(redirect.id)));
    Ok(())
}

fn remove(tx: &mut Tx<'_>, redirect: &Redirect, expected: Version) -> Result<(), Error> {
    let mut sql = Sql::new("DELETE FROM redirects WHERE id = ");
    sql.id(redirect.id).push(" AND version = ").int(i64::from(expected));
    if sql.execute(tx)? == 0 { Err(Error::stale("redirect", redirect.version)) } else { Ok(()) }
}
