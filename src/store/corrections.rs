//! Corrections of articles.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use serde_json::json;

use super::{Bind, RunQueryDsl, Tx, dialect::Json, editions, schema::corrections};
use crate::{
    access::Granted,
    domain::{
        Error, Id, Instant, Locale, Version,
        article::Article,
        body::BlockId,
        change::{Change, Event, Subject},
        correction::{Corrected, Correction},
        user::User,
    },
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = corrections)]
struct Row {
    id: Bind<Id<Correction>>,
    article_id: Bind<Id<Article>>,
    kind: String,
    texts: Json,
    blocks: Json,
    made_at: Bind<Instant>,
    version: Version,
    created_by: Option<Bind<Id<User>>>,
    updated_at: Bind<Instant>,
}

fn domain(row: Row) -> Result<Correction, Error> {
    let texts: BTreeMap<String, String> = serde_json::from_value(row.texts.0).map_err(Error::internal)?;
    let blocks: Vec<String> = serde_json::from_value(row.blocks.0).map_err(Error::internal)?;
    Ok(Correction {
        id: row.id.0,
        article_id: row.article_id.0,
        kind: row.kind.parse()?,
        texts: texts.into_iter().map(|(locale, text)| (Locale::stored(locale), text)).collect(),
        blocks: blocks.iter().filter_map(|b| BlockId::parse(b)).collect(),
        made_at: row.made_at.0,
        version: row.version,
        created_by: row.created_by.map(|Bind(id)| id),
        updated_at: row.updated_at.0,
    })
}

fn row(c: &Correction) -> Row {
    Row {
        id: Bind(c.id),
        article_id: Bind(c.article_id),
        kind: c.kind.to_string(),
        texts: Json(json!(c.texts)),
        blocks: Json(json!(c.blocks)),
        made_at: Bind(c.made_at),
        version: c.version,
        created_by: c.created_by.map(Bind),
        updated_at: Bind(c.updated_at),
    }
}

/// One correction.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: Id<Correction>) -> Result<Correction, Error> {
    let row: Option<Row> = corrections::table.find(Bind(id)).select(Row::as_select()).first(tx)?;
    domain(row.ok_or(Error::NotFound("correction"))?)
}

/// The corrections of articles, newest first, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of(tx: &mut Tx<'_>, articles: &[Id<Article>]) -> Result<HashMap<Id<Article>, Vec<Correction>>, Error> {
    let until = tx.as_of.as_ref().map_or(Instant::from_micros(i64::MAX), |(at, _)| *at);
    let rows: Vec<Row> = corrections::table
        .filter(corrections::article_id.eq_any(articles.iter().copied().map(Bind)))
        .filter(corrections::made_at.le(Bind(until)))
        .order((corrections::made_at.desc(), corrections::id.desc()))
        .select(Row::as_select())
        .load(tx)?;
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let correction = domain(row)?;
        all.entry(correction.article_id).or_default().push(correction);
    }
    Ok(all)
}

/// What the desk learns, and what the public learns of every language that it sees.
fn record<A>(tx: &mut Tx<'_>, granted: &Granted<A, Corrected>, event: Event) -> Result<(), Error> {
    let Corrected { article, correction } = granted.get();
    tx.record(Change::new(event, Subject::Correction(correction.id)));
    for live in editions::live_heads(tx, &[article.id])?.remove(&article.id).unwrap_or_default() {
        tx.record(Change::new(Event::Corrected, Subject::Translation(article.id, live.locale)));
    }
    Ok(())
}

/// Save: a new one at version 1, else the next version.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Corrected>) -> Result<(), Error> {
    let c = &granted.get().correction;
    if c.version == 1 {
        diesel::insert_into(corrections::table).values(&row(c)).execute(tx)?;
        return record(tx, granted, Event::Created);
    }
    let at = corrections::table.find(Bind(c.id)).filter(corrections::version.eq(c.version.saturating_sub(1)));
    if diesel::update(at).set(&row(c)).execute(tx)? == 0 {
        return Err(Error::stale("correction", c.version));
    }
    record(tx, granted, Event::Revised)
}

/// Remove one that should not have been made.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn delete<A>(tx: &mut Tx<'_>, granted: &Granted<A, Corrected>, expected: Version) -> Result<(), Error> {
    let c = &granted.get().correction;
    if diesel::delete(corrections::table.find(Bind(c.id)).filter(corrections::version.eq(expected))).execute(tx)? == 0 {
        return Err(Error::stale("correction", c.version));
    }
    record(tx, granted, Event::Deleted)
}
