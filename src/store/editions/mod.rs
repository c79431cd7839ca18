//! Editions: what the public sees, and what it saw.

mod bodies;
mod body_form;
mod live;
pub(super) mod writing;

use std::collections::{BTreeSet, HashMap};

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Bool, Integer, Nullable, Text},
};
use serde_json::json;

pub(super) use bodies::{Bare, Weighed, filled, fitting};
pub use bodies::{Bodies, bytes_everywhere};
pub use body_form::BodyForm;
pub(super) use live::select;
pub use live::{Alternate, Frozen, Live, alternates, frozen, live, live_by_ids, live_by_slug, live_each, live_everywhere, named};

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::{At, Doc, Uid, Unread},
    paths::path_of,
    schema::editions,
    sql::Sql,
    translations::made_from,
};
use crate::domain::{
    Error, Id, Instant, Locale, Version,
    article::{Article, Facts, Kind},
    change::{Change, Event, Subject},
    edition::Dating,
    freshness::Lag,
    media::MediaId,
    plan::Revisions,
    section::Section,
    slug::Slug,
    story::LastEdition,
    translation::MadeFrom,
};

/// The newest editions of some articles, of each locale one: what is live, whatever its dates are, else what began last.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn newest(tx: &mut Tx<'_>, articles: &BTreeSet<Id<Article>>) -> Result<Vec<(Id<Article>, Locale, LastEdition)>, Error> {
    #[derive(QueryableByName)]
    struct LastRow {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Uid)]
        section_id: Id<Section>,
        #[diesel(sql_type = Integer)]
        words_version: Version,
        #[diesel(sql_type = Integer)]
        facts_version: Version,
        #[diesel(sql_type = At)]
        published_at: Instant,
        #[diesel(sql_type = At)]
        updated_at: Instant,
        #[diesel(sql_type = At)]
        started_at: Instant,
        #[diesel(sql_type = Nullable<At>)]
        ended_at: Option<Instant>,
        #[diesel(sql_type = Bool)]
        minor: bool,
        #[diesel(sql_type = Nullable<Text>)]
        made_from_locale: Option<String>,
        #[diesel(sql_type = Nullable<Integer>)]
        made_from_version: Option<Version>,
        #[diesel(sql_type = Integer)]
        behind: i32,
    }
    let mut sql = Sql::new(
        "SELECT article_id, locale, slug, section_id, words_version, facts_version, published_at, updated_at, started_at, ended_at, minor, \
         made_from_locale, made_from_version, behind FROM editions WHERE id IN (SELECT (SELECT l.id FROM editions l \
         WHERE l.article_id = t.article_id AND l.locale = t.locale \
         ORDER BY CASE WHEN l.ended_at IS NULL THEN 0 ELSE 1 END, l.started_at DESC, l.id DESC LIMIT 1) \
         FROM (SELECT DISTINCT article_id, locale FROM editions WHERE article_id IN ",
    );
    sql.ids(articles.iter().copied()).push(") t)");
    let last = |row: LastRow| {
        let last = LastEdition {
            live: row.ended_at.is_none(),
            revisions: Revisions { words: row.words_version, facts: row.facts_version },
            dating: Dating { published_at: row.published_at, updated_at: row.updated_at, started_at: row.started_at, minor: row.minor },
            slug: Slug::stored(row.slug),
            section_id: row.section_id,
            made_from: made_from(row.made_from_locale, row.made_from_version),
            behind: row.behind,
        };
        (row.article_id, Locale::stored(row.locale), last)
    };
    Ok(sql.load::<LastRow>(tx)?.into_iter().map(last).collect())
}

/// How many revisions a source has published since one of them, minor publications aside and those in which blocks only moved.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn behind(tx: &mut Tx<'_>, article: Id<Article>, of: &MadeFrom) -> Result<i32, Error> {
    let mut sql = Sql::new("SELECT COUNT(DISTINCT words_version) AS n FROM editions WHERE article_id = ");
    sql.id(article).push(" AND locale = ").text(of.locale.as_str()).push(" AND minor = ").bool(false);
    sql.push(" AND moved_only = ").bool(false).push(" AND words_version > ").int(of.version.into());
    Ok(sql.first::<Count>(tx)?.map_or(0, |c| count(c.n)))
}

#[derive(QueryableByName)]
struct BehindRow {
    #[diesel(sql_type = Uid)]
    article_id: Id<Article>,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn count(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// The same for the working copies of many articles, in one statement; those that are not behind are left out.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all_behind(tx: &mut Tx<'_>, articles: &[Id<Article>]) -> Result<HashMap<(Id<Article>, Locale), i32>, Error> {
    let mut sql = Sql::new(
        "SELECT t.article_id, t.locale, COUNT(DISTINCT e.words_version) AS n FROM translations t JOIN editions e \
         ON e.article_id = t.article_id AND e.locale = t.made_from_locale AND e.words_version > t.made_from_version WHERE e.minor = ",
    );
    sql.bool(false)
        .push(" AND e.moved_only = ")
        .bool(false)
        .push(" AND t.article_id IN ")
        .ids(articles.iter().copied())
        .push(" GROUP BY t.article_id, t.locale");
    let row = |r: BehindRow| ((r.article_id, Locale::stored(r.locale)), count(r.n));
    Ok(sql.load::<BehindRow>(tx)?.into_iter().map(row).collect())
}

/// The same for the live editions of an article.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn live_behind(tx: &mut Tx<'_>, article: Id<Article>) -> Result<HashMap<Locale, i32>, Error> {
    let mut sql = Sql::new(
        "SELECT t.article_id, t.locale, COUNT(DISTINCT e.words_version) AS n FROM editions t JOIN editions e \
         ON e.article_id = t.article_id AND e.locale = t.made_from_locale AND e.words_version > t.made_from_version WHERE e.minor = ",
    );
    sql.bool(false)
        .push(" AND e.moved_only = ")
        .bool(false)
        .push(" AND t.ended_at IS NULL AND t.article_id = ")
        .id(article)
        .push(" GROUP BY t.article_id, t.locale");
    Ok(sql.load::<BehindRow>(tx)?.into_iter().map(|row| (Locale::stored(row.locale), count(row.n))).collect())
}

/// The revision of the words that was published last, live or not.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn last_words(tx: &mut Tx<'_>, article: Id<Article>, locale: &Locale) -> Result<Option<Version>, Error> {
    editions::table
        .filter(editions::article_id.eq(Bind(article)))
        .filter(editions::locale.eq(locale.as_str()))
        .order((editions::started_at.desc(), editions::id.desc()))
        .select(editions::words_version)
        .first(tx)
}

/// The words that were public in a locale before those that are now, if they were others.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn former_words(tx: &mut Tx<'_>, article: Id<Article>, locale: &Locale, now: Version) -> Result<Option<Version>, Error> {
    editions::table
        .filter(editions::article_id.eq(Bind(article)))
        .filter(editions::locale.eq(locale.as_str()))
        .filter(editions::words_version.ne(now))
        .order((editions::started_at.desc(), editions::id.desc()))
        .select(editions::words_version)
        .first(tx)
}

/// Note that what is live in a locale says what was public there before, with blocks elsewhere.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn note_moved(tx: &mut Tx<'_>, article: Id<Article>, locale: &Locale) -> Result<(), Error> {
    let mut sql = Sql::new("UPDATE editions SET moved_only = ");
    sql.bool(true).push(" WHERE article_id = ").id(article).push(" AND ended_at IS NULL AND locale = ").text(locale.as_str());
    sql.execute(tx).map(drop)
}

/// Note how far the sources of live editions have moved on, of those where that is not what is noted already.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn age(tx: &mut Tx<'_>, article: Id<Article>, ages: &[(&Locale, i32, Lag)]) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct AgedRow {
        #[diesel(sql_type = Text)]
        locale: String,
    }
    if ages.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("WITH aged (locale, behind, lag) AS (");
    sql.values(ages, |row, (locale, behind, lag)| _ = row.text(locale.as_str()).int(*behind).doc(json!(lag)));
    sql.push(") UPDATE editions SET behind = aged.behind, lag = aged.lag FROM aged WHERE editions.locale = aged.locale AND article_id = ");
    sql.id(article)
        .push(" AND ended_at IS NULL AND (editions.behind <> aged.behind OR editions.lag <> aged.lag) RETURNING editions.locale");
    for row in sql.load::<AgedRow>(tx)? {
        tx.record(Change::new(Event::Aged, Subject::Translation(article, Locale::stored(row.locale))));
    }
    Ok(())
}

/// Where an edition is listed, or was.
#[derive(Debug, Clone)]
pub struct Place {
    /// In the lists of this locale.
    pub locale: Locale,
    /// By these facts.
    pub facts: Facts,
    /// With these items of the media library in its body.
    pub pictured: BTreeSet<MediaId>,
    /// In the section at the end of this path, as it lies now.
    pub section_path: Vec<Id<Section>>,
}

/// Where the editions of some articles are listed, or were.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn listed(tx: &mut Tx<'_>, articles: &BTreeSet<Id<Article>>) -> Result<Vec<Place>, Error> {
    #[derive(QueryableByName)]
    struct ListedRow {
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Doc)]
        facts: Unread,
        #[diesel(sql_type = Doc)]
        media: Unread,
        #[diesel(sql_type = Text)]
        path: String,
    }
    if articles.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(
        "SELECT DISTINCT e.locale, e.facts, e.media, s.path FROM editions e JOIN sections s ON s.id = e.section_id WHERE e.article_id IN ",
    );
    sql.ids(articles.iter().copied());
    let row = |r: ListedRow| {
        let (locale, section_path) = (Locale::stored(r.locale), path_of(&r.path)?);
        Ok(Place { locale, facts: r.facts.read()?, pictured: r.media.read()?, section_path })
    };
    sql.load::<ListedRow>(tx)?.into_iter().map(row).collect()
}

/// Where an edition's page is, or was.
#[derive(Debug, Clone)]
pub struct PageAddress {
    /// The article.
    pub article_id: Id<Article>,
    /// The locale.
    pub locale: Locale,
    /// The slug.
    pub slug: Slug,
    /// Its form.
    pub kind: Kind,
    /// The section.
    pub section_id: Id<Section>,
    /// First publication.
    pub published_at: Instant,
}

/// Where the pages of some articles are, and were.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn addresses(tx: &mut Tx<'_>, articles: &BTreeSet<Id<Article>>) -> Result<Vec<PageAddress>, Error> {
    type Columns = (Id<Article>, String, String, String, Id<Section>, Instant);
    if articles.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Columns> = editions::table
        .filter(editions::article_id.eq_any(articles.iter().copied().map(Bind)))
        .select((editions::article_id, editions::locale, editions::slug, editions::kind, editions::section_id, editions::published_at))
        .distinct()
        .load(tx)?;
    let address = |(article_id, locale, slug, kind, section_id, published_at): Columns| {
        let (locale, slug) = (Locale::stored(locale), Slug::stored(slug));
        Ok(PageAddress { article_id, locale, slug, kind: kind.parse()?, section_id, published_at })
    };
    rows.into_iter().map(address).collect()
}

/// True when the article ever had an edition, in this locale or in any.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn exist(tx: &mut Tx<'_>, article: Id<Article>, locale: Option<&Locale>) -> Result<bool, Error> {
    let of_article = editions::table.filter(editions::article_id.eq(Bind(article)));
    Ok(match locale {
        Some(locale) => diesel::select(diesel::dsl::exists(of_article.filter(editions::locale.eq(locale.as_str())))).get_result(tx)?,
        None => diesel::select(diesel::dsl::exists(of_article)).get_result(tx)?,
    })
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The live edition of a translation, as the desk sees it.
#[derive(Debug, Clone)]
pub struct LiveHead {
    /// Its locale.
    pub locale: Locale,
    /// The slug the public knows.
    pub slug: String,
    /// The revision of the words that is live.
    pub words_version: Version,
    /// The revision of the facts that is live.
    pub facts_version: Version,
    /// First publication.
    pub published_at: Instant,
    /// Last significant publication.
    pub updated_at: Instant,
    /// Live since.
    pub started_at: Instant,
    /// What it was made from; nothing, for an original.
    pub made_from: Option<MadeFrom>,
    /// How many published revisions its source is ahead.
    pub behind: i32,
}

/// The live editions of many articles without their words, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn live_heads(tx: &mut Tx<'_>, articles: &[Id<Article>]) -> Result<HashMap<Id<Article>, Vec<LiveHead>>, Error> {
    #[derive(QueryableByName)]
    struct HeadRow {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Integer)]
        words_version: i32,
        #[diesel(sql_type = Integer)]
        facts_version: i32,
        #[diesel(sql_type = At)]
        published_at: Instant,
        #[diesel(sql_type = At)]
        updated_at: Instant,
        #[diesel(sql_type = At)]
        started_at: Instant,
        #[diesel(sql_type = Nullable<Text>)]
        made_from_locale: Option<String>,
        #[diesel(sql_type = Nullable<Integer>)]
        made_from_version: Option<i32>,
        #[diesel(sql_type = Integer)]
        behind: i32,
    }
    let mut sql = Sql::new(
        "SELECT article_id, locale, slug, words_version, facts_version, published_at, updated_at, started_at, made_from_locale, \
         made_from_version, behind FROM editions \
         WHERE ended_at IS NULL AND article_id IN ",
    );
    sql.ids(articles.iter().copied()).push(" ORDER BY article_id, locale");
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for row in sql.load::<HeadRow>(tx)? {
        all.entry(row.article_id).or_default().push(LiveHead {
            locale: Locale::stored(row.locale),
            slug: row.slug,
            words_version: row.words_version,
            facts_version: row.facts_version,
            published_at: row.published_at,
            updated_at: row.updated_at,
            started_at: row.started_at,
            made_from: made_from(row.made_from_locale, row.made_from_version),
            behind: row.behind,
        });
    }
    Ok(all)
}
