//! Releases: what becomes public together.

use std::collections::HashMap;

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Integer, Nullable, Text},
};

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::{self, At, Uid},
    jobs::{self, Kind},
    schema::{release_items, releases},
    sql::Sql,
    visibility::{reads, sees},
};
use crate::{
    access::{Granted, Visibility, visibility::Viewer},
    domain::{
        Error, Id, Instant, Locale, Version,
        article::Article,
        change::{Change, Event, Subject},
        page::{Page, Paging, Sorting},
        plan::Revisions,
        release::{Item, Release, ReleaseState},
        user::User,
    },
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    id: Id<Release>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<At>)]
    publish_at: Option<Instant>,
    #[diesel(sql_type = Nullable<At>)]
    published_at: Option<Instant>,
    #[diesel(sql_type = Nullable<At>)]
    failed_at: Option<Instant>,
    #[diesel(sql_type = Integer)]
    version: Version,
    #[diesel(sql_type = Nullable<Uid>)]
    created_by: Option<Id<User>>,
    #[diesel(sql_type = At)]
    created_at: Instant,
    #[diesel(sql_type = At)]
    updated_at: Instant,
    #[diesel(sql_type = Nullable<Uid>)]
    planned_by: Option<Id<User>>,
    #[diesel(sql_type = Nullable<Text>)]
    failure: Option<String>,
}

const SELECT: &str = "SELECT r.id, r.name, r.publish_at, r.published_at, r.failed_at, r.version, r.created_by, r.created_at, r.updated_at, \
    r.planned_by, r.failure FROM releases r WHERE ";

fn load(tx: &mut Tx<'_>, sql: Sql) -> Result<Vec<Release>, Error> {
    type ItemRow = (Id<Release>, Id<Article>, String, Version, Version);
    let rows: Vec<Row> = sql.load(tx)?;
    let items: Vec<ItemRow> = release_items::table
        .filter(release_items::release_id.eq_any(rows.iter().map(|r| Bind(r.id))))
        .order((release_items::release_id, release_items::position))
        .select((
            release_items::release_id,
            release_items::article_id,
            release_items::locale,
            release_items::words_version,
            release_items::facts_version,
        ))
        .load(tx)?;
    let mut of: HashMap<Id<Release>, Vec<Item>> = HashMap::new();
    for (release, article_id, locale, words, facts) in items {
        let item = Item { article_id, locale: Locale::stored(locale), revisions: Revisions { words, facts } };
        of.entry(release).or_default().push(item);
    }
    let domain = |row: Row| Release {
        items: of.remove(&row.id).unwrap_or_default(),
        id: row.id,
        name: row.name,
        publish_at: row.publish_at,
        published_at: row.published_at,
        planned_by: row.planned_by,
        failed_at: row.failed_at,
        failure: row.failure,
        version: row.version,
        created_by: row.created_by,
        created_at: row.created_at,
        updated_at: row.updated_at,
    };
    Ok(rows.into_iter().map(domain).collect())
}

/// The condition that the reader sees a release: all words in it; and, while nothing is in it, that they made it.
pub(super) fn visible(sql: &mut Sql, visibility: &Visibility, release: &str) {
    let Viewer::Granted(reach) = visibility.viewer() else {
        sees(sql, visibility);
        return;
    };
    sql.push("NOT EXISTS (SELECT 1 FROM release_items gi JOIN articles a ON a.id = gi.article_id WHERE gi.release_id = ").push(release);
    sql.push(".id AND NOT (");
    sees(sql, visibility);
    sql.push(" AND ");
    reads(sql, visibility, "gi.locale");
    sql.push(")) AND (").push(release).push(".created_by = ").id(reach.user);
    sql.push(" OR EXISTS (SELECT 1 FROM release_items gi WHERE gi.release_id = ").push(release).push(".id))");
}

/// One release that the reader sees.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, visibility: &Visibility, id: Id<Release>) -> Result<Release, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("r.id = ").id(id).push(" AND ");
    visible(&mut sql, visibility, "r");
    load(tx, sql)?.pop().ok_or(Error::NotFound("release"))
}

/// A page of the releases that the reader sees, the newest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, visibility: &Visibility, state: Option<ReleaseState>, paging: Paging) -> Result<Page<Release>, Error> {
    let mut sql = Sql::new(SELECT);
    visible(&mut sql, visibility, "r");
    sql.push(match state {
        None => "",
        Some(ReleaseState::Published) => " AND r.published_at IS NOT NULL",
        Some(ReleaseState::Failed) => " AND r.published_at IS NULL AND r.failed_at IS NOT NULL",
        Some(ReleaseState::Scheduled) => " AND r.published_at IS NULL AND r.failed_at IS NULL AND r.publish_at IS NOT NULL",
        Some(ReleaseState::Open) => " AND r.published_at IS NULL AND r.failed_at IS NULL AND r.publish_at IS NULL",
    });
    sql.page(paging, None, "r.id", true);
    Ok(Page::cut(load(tx, sql)?, paging, Sorting::Releases, None, |r| (0, r.id.uuid())))
}

/// Releases that the reader sees and that are to be published by an instant, so many at most, the next one first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn until(tx: &mut Tx<'_>, visibility: &Visibility, at: Instant, most: i64) -> Result<Vec<Release>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("r.published_at IS NULL AND r.failed_at IS NULL AND r.publish_at <= ").at(at).push(" AND ");
    visible(&mut sql, visibility, "r");
    sql.push(" ORDER BY r.publish_at, r.id LIMIT ").int(most);
    load(tx, sql)
}

/// When the next release comes due, or is tried again, if there is one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn next(tx: &mut Tx<'_>) -> Result<Option<Instant>, Error> {
    let waiting = jobs::waiting::<Release>(tx, Kind::Release)?;
    let others = releases::table.filter(releases::id.ne_all(waiting.keys().copied().map(Bind)));
    let others = others.filter(releases::published_at.is_null()).filter(releases::failed_at.is_null());
    let at: Option<Option<Instant>> =
        others.filter(releases::publish_at.is_not_null()).select(releases::publish_at).order(releases::publish_at).first(tx)?;
    Ok(at.flatten().into_iter().chain(waiting.into_values()).min())
}

/// Claim a release that is due, and did not fail just now: nobody else publishes it before this transaction ends.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn claim(tx: &mut Tx<'_>, only: Option<Id<Release>>) -> Result<Option<Release>, Error> {
    let waiting = jobs::waiting::<Release>(tx, Kind::Release)?;
    let claimed = jobs::claim(tx, "r", 1, |tx, until, limit, locking| {
        let mut sql = Sql::new(SELECT);
        sql.push("r.published_at IS NULL AND r.failed_at IS NULL AND r.publish_at <= ").at(until);
        if !waiting.is_empty() {
            sql.push(" AND r.id NOT IN ").ids(waiting.keys().copied());
        }
        if let Some(only) = only {
            sql.push(" AND r.id = ").id(only);
        }
        sql.push(&dialect::come_by_its_clock(tx.conn, "r.publish_at")).push(" ORDER BY r.publish_at, r.id LIMIT ").int(limit).push(locking);
        load(tx, sql)
    });
    Ok(claimed?.pop())
}

/// Save: a new release at version 1, else the next version, which `event` brought about.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Release>, event: Event) -> Result<(), Error> {
    let r = granted.get();
    let changing = (
        releases::name.eq(&r.name),
        releases::publish_at.eq(r.publish_at),
        releases::published_at.eq(r.published_at),
        releases::planned_by.eq(r.planned_by),
        releases::failed_at.eq(r.failed_at),
        releases::failure.eq(&r.failure),
        releases::version.eq(r.version),
        releases::updated_at.eq(Bind(r.updated_at)),
    );
    if r.version == 1 {
        let made = (releases::id.eq(Bind(r.id)), releases::created_by.eq(r.created_by), releases::created_at.eq(Bind(r.created_at)));
        diesel::insert_into(releases::table).values((made, changing)).execute(tx)?;
    } else {
        let at = releases::table.find(Bind(r.id)).filter(releases::version.eq(r.version.saturating_sub(1)));
        if diesel::update(at).set(changing).execute(tx)? == 0 {
            return Err(Error::stale("release", r.version));
        }
        diesel::delete(release_items::table.filter(release_items::release_id.eq(Bind(r.id)))).execute(tx)?;
    }
    for (n, item) in (0i32..).zip(&r.items) {
        let row = (
            release_items::release_id.eq(Bind(r.id)),
            release_items::position.eq(n),
            release_items::article_id.eq(Bind(item.article_id)),
            release_items::locale.eq(item.locale.as_str()),
            release_items::words_version.eq(item.revisions.words),
            release_items::facts_version.eq(item.revisions.facts),
        );
        diesel::insert_into(release_items::table).values(row).execute(tx)?;
    }
    let why = r.failure.as_deref().unwrap_or_default();
    tx.record(Change::new(event, Subject::Release(r.id)).because(why));
    Ok(())
}

/// Remove a release; what it published stays.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn delete<A>(tx: &mut Tx<'_>, granted: &Granted<A, Release>, expected: Version) -> Result<(), Error> {
    let release = granted.get();
    let at = releases::table.find(Bind(release.id)).filter(releases::version.eq(expected));
    if diesel::delete(at).execute(tx)? == 0 {
        return Err(Error::stale("release", release.version));
    }
    tx.record(Change::new(Event::Deleted, Subject::Release(release.id)));
    Ok(())
}
