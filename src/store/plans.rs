//! Plans: what the scheduler will do.

use std::collections::HashMap;

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Bool, Integer, Nullable, Text},
};

use super::{
    Bind, RunQueryDsl, Tx,
    articles::visible,
    dialect::{self, At, Uid},
    jobs::{self, Kind},
    schema::plans,
    sql::{Sql, Values},
    visibility::reads,
};
use crate::{
    access::{Granted, Visibility},
    domain::{
        Error, Id, Instant, Locale, Version,
        article::Article,
        change::{Change, Event, Subject},
        media::MediaId,
        page::{Page, Paging, Sorting},
        plan::{Intent, Plan, PlanVerb, Revisions},
        section::Section,
        translation::Copy,
        user::User,
    },
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    id: Id<Plan>,
    #[diesel(sql_type = Uid)]
    article_id: Id<Article>,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Text)]
    verb: String,
    #[diesel(sql_type = At)]
    at: Instant,
    #[diesel(sql_type = Nullable<Integer>)]
    words_version: Option<Version>,
    #[diesel(sql_type = Nullable<Integer>)]
    facts_version: Option<Version>,
    #[diesel(sql_type = Bool)]
    minor: bool,
    #[diesel(sql_type = Nullable<Uid>)]
    planned_by: Option<Id<User>>,
    #[diesel(sql_type = At)]
    planned_at: Instant,
    #[diesel(sql_type = Nullable<At>)]
    failed_at: Option<Instant>,
    #[diesel(sql_type = Nullable<Text>)]
    failure: Option<String>,
}

const SELECT: &str = "SELECT p.id, p.article_id, p.locale, p.verb, p.at, p.words_version, p.facts_version, p.minor, p.planned_by, \
    p.planned_at, p.failed_at, p.failure FROM plans p JOIN articles a ON a.id = p.article_id ";

impl Row {
    fn domain(self) -> Result<Plan, Error> {
        let intent = match (self.verb.parse()?, self.words_version, self.facts_version) {
            (PlanVerb::Publish, Some(words), Some(facts)) => Intent::Publish { revisions: Revisions { words, facts }, minor: self.minor },
            (PlanVerb::Publish, ..) => return Err(Error::internal(format!("plan {} names no revisions", self.id))),
            (PlanVerb::Unpublish, ..) => Intent::Unpublish,
        };
        Ok(Plan {
            id: self.id,
            article_id: self.article_id,
            locale: Locale::stored(self.locale),
            intent,
            at: self.at,
            planned_by: self.planned_by,
            planned_at: self.planned_at,
            failure: self.failed_at.zip(self.failure),
        })
    }
}

fn load(tx: &mut Tx<'_>, sql: Sql) -> Result<Vec<Plan>, Error> {
    sql.load::<Row>(tx)?.into_iter().map(Row::domain).collect()
}

/// The plans for many articles, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of(tx: &mut Tx<'_>, articles: &[Id<Article>]) -> Result<HashMap<Id<Article>, Vec<Plan>>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("WHERE p.article_id IN ").ids(articles.iter().copied()).push(" ORDER BY p.locale, p.at");
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for plan in load(tx, sql)? {
        all.entry(plan.article_id).or_default().push(plan);
    }
    Ok(all)
}

/// Which plans a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// For words in this locale.
    pub locale: Option<Locale>,
    /// For articles in this section or below it.
    pub section: Option<Id<Section>>,
    /// Of this kind.
    pub verb: Option<PlanVerb>,
    /// That could not be carried out, or are still to be.
    pub failed: Option<bool>,
    /// From this instant on.
    pub from: Option<Instant>,
    /// Before this instant.
    pub until: Option<Instant>,
}

/// A page of plans, the next one first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, visibility: &Visibility, filter: &Filter, paging: Paging) -> Result<Page<Plan>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("JOIN sections s ON s.id = a.section_id WHERE ");
    visible(&mut sql, visibility);
    sql.push(" AND ");
    reads(&mut sql, visibility, "p.locale");
    if let Some(locale) = &filter.locale {
        sql.push(" AND p.locale = ").text(locale.as_str());
    }
    if let Some(section) = filter.section {
        sql.push(" AND EXISTS (SELECT 1 FROM sections top WHERE top.id = ").id(section);
        sql.push(" AND (s.path = top.path OR s.path LIKE top.path || '/%'))");
    }
    if let Some(verb) = filter.verb {
        sql.push(" AND p.verb = ").text(verb.as_str());
    }
    match filter.failed {
        Some(true) => _ = sql.push(" AND p.failed_at IS NOT NULL"),
        Some(false) => _ = sql.push(" AND p.failed_at IS NULL"),
        None => {}
    }
    if let Some(at) = filter.from {
        sql.push(" AND p.at >= ").at(at);
    }
    if let Some(at) = filter.until {
        sql.push(" AND p.at < ").at(at);
    }
    if let Some(c) = paging.cursor {
        let (at, id) = (Instant::from_micros(c.key), Id::<Plan>::from(c.id));
        let sign = if c.backwards { " < " } else { " > " };
        sql.push(" AND (p.at").push(sign).at(at).push(" OR (p.at = ").at(at).push(" AND p.id").push(sign).id(id).push("))");
    }
    sql.push(if paging.backwards() { " ORDER BY p.at DESC, p.id DESC LIMIT " } else { " ORDER BY p.at, p.id LIMIT " });
    sql.int(i64::from(paging.limit).saturating_add(1));
    Ok(Page::cut(load(tx, sql)?, paging, Sorting::Plans, None, |p| (p.at.as_micros(), p.id.uuid())))
}

/// Let the plans of a story be what they are after a verb.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn follow(tx: &mut Tx<'_>, before: &[Plan], after: &[Plan]) -> Result<(), Error> {
    let gone: Vec<_> = before.iter().map(|p| p.id).filter(|id| after.iter().all(|p| p.id != *id)).map(Bind).collect();
    if !gone.is_empty() {
        diesel::delete(plans::table.filter(plans::id.eq_any(gone))).execute(tx)?;
    }
    for plan in after.iter().filter(|plan| before.iter().any(|p| p.id == plan.id && p.at != plan.at)) {
        diesel::update(plans::table.find(Bind(plan.id))).set(plans::at.eq(Bind(plan.at))).execute(tx)?;
    }
    let new: Vec<_> = after.iter().filter(|plan| before.iter().all(|p| p.id != plan.id)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let mut sql =
        Sql::new("INSERT INTO plans (id, article_id, locale, verb, at, words_version, facts_version, minor, planned_by, planned_at)");
    sql.values(new, |row, p| {
        row.id(p.id).id(p.article_id).text(p.locale.as_str()).text(p.verb().as_str()).at(p.at);
        let revisions = p.intent.revisions();
        row.some(revisions, |row, of| row.int(of.words)).some(revisions, |row, of| row.int(of.facts));
        row.bool(p.intent.is_minor()).some(p.planned_by, Values::id).at(p.planned_at);
    });
    sql.execute(tx).map(drop)
}

/// Take back what is planned for words that are removed.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn forget<A>(tx: &mut Tx<'_>, granted: &Granted<A, Copy>) -> Result<(), Error> {
    let Copy { article, translation } = granted.get();
    let of_words = plans::table.filter(plans::article_id.eq(Bind(article.id))).filter(plans::locale.eq(translation.locale.as_str()));
    if diesel::delete(of_words).execute(tx)? > 0 {
        tx.record(Change::new(Event::Unscheduled, Subject::Translation(article.id, translation.locale.clone())));
    }
    Ok(())
}

/// True when something that is planned to be published, by itself or in a release, names a section, an author or a tag: what becomes public
/// is a former revision, and its article may name others by now. A release that nobody has said an instant of holds nothing for ever: what
/// is gone when it is published keeps it from that, and so it is with what has failed.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn name<T>(tx: &mut Tx<'_>, id: Id<T>) -> Result<bool, Error> {
    let mut sql = Sql::new("SELECT 1 AS n FROM (SELECT article_id, facts_version FROM plans WHERE failed_at IS NULL UNION ALL ");
    sql.push(
        "SELECT i.article_id, i.facts_version FROM release_items i JOIN releases l ON l.id = i.release_id \
         WHERE l.published_at IS NULL AND l.failed_at IS NULL AND l.publish_at IS NOT NULL",
    );
    sql.push(") AS p JOIN article_revisions r ON r.article_id = p.article_id AND r.version = p.facts_version WHERE ");
    sql.text(&id.to_string()).push(" IN (").push(dialect::named_by_facts(tx.conn)).push(") LIMIT 1");
    Ok(sql.first::<Named>(tx)?.is_some())
}

/// True when words that are planned to be published, by themselves or in a release, show an item of the media library in their body, as [`name()`] says it
/// of facts.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn show(tx: &mut Tx<'_>, id: MediaId) -> Result<bool, Error> {
    let mut sql = Sql::new("SELECT 1 AS n FROM (SELECT article_id, locale, words_version FROM plans WHERE failed_at IS NULL UNION ALL ");
    sql.push(
        "SELECT i.article_id, i.locale, i.words_version FROM release_items i JOIN releases l ON l.id = i.release_id \
         WHERE l.published_at IS NULL AND l.failed_at IS NULL AND l.publish_at IS NOT NULL",
    );
    sql.push(") AS p JOIN translation_revisions r ON r.article_id = p.article_id AND r.locale = p.locale AND r.version = p.words_version ");
    sql.push("WHERE CAST(r.words AS TEXT) LIKE ").containing(&format!("\"{id}\"")).push(" LIMIT 1");
    Ok(sql.first::<Named>(tx)?.is_some())
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    #[expect(dead_code, reason = "that there is one is enough")]
    n: i32,
}

/// When the next plan comes due, or is tried again, if there is one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn next(tx: &mut Tx<'_>) -> Result<Option<Instant>, Error> {
    let waiting = jobs::waiting::<Plan>(tx, Kind::Plan)?;
    let others = plans::table.filter(plans::failed_at.is_null()).filter(plans::id.ne_all(waiting.keys().copied().map(Bind)));
    let next = others.select(plans::at).order(plans::at).first(tx)?;
    Ok(next.into_iter().chain(waiting.into_values()).min())
}

/// Claim plans that are due, or only this one, with their articles, but for those that failed just now: nobody else carries them out before this transaction ends.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn claim(tx: &mut Tx<'_>, only: Option<Id<Plan>>, limit: i64) -> Result<Vec<Plan>, Error> {
    let waiting = jobs::waiting::<Plan>(tx, Kind::Plan)?;
    jobs::claim(tx, "p, a", limit, |tx, until, limit, locking| {
        let mut sql = Sql::new(SELECT);
        sql.push("WHERE p.failed_at IS NULL AND p.at <= ").at(until);
        if !waiting.is_empty() {
            sql.push(" AND p.id NOT IN ").ids(waiting.keys().copied());
        }
        if let Some(only) = only {
            sql.push(" AND p.id = ").id(only);
        }
        sql.push(&dialect::come_by_its_clock(tx.conn, "p.at")).push(" ORDER BY p.at, p.id LIMIT ").int(limit).push(locking);
        load(tx, sql)
    })
}

/// A plan could not be carried out, and is kept with the reason.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn fail(tx: &mut Tx<'_>, plan: &Plan, why: &str) -> Result<(), Error> {
    diesel::update(plans::table.find(Bind(plan.id)))
        .set((plans::failed_at.eq(Some(tx.now())), plans::failure.eq(Some(why))))
        .execute(tx)?;
    tx.record(Change::new(Event::Failed, Subject::Translation(plan.article_id, plan.locale.clone())).because(why));
    Ok(())
}
