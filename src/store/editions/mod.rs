//! Editions: what the public sees, and what it saw.

mod bodies;
mod content;
mod live;

use std::collections::{BTreeSet, HashMap};

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Integer, Nullable, Text},
};
use serde_json::json;

pub(super) use bodies::{Bare, Weighed, filled, fitting};
pub use bodies::{Bodies, bytes_everywhere};
pub use content::Content;
pub(super) use live::select;
pub use live::{Alternate, Frozen, Live, alternates, frozen, live, live_by_ids, live_by_slug, live_everywhere, named};

use super::{
    Tx,
    claims::{self, Claim, Wish},
    dialect::{At, Doc, Json, Uid, Unread},
    index,
    paths::path_of,
    schema::{edition_authors, edition_tags, editions},
    sections,
    sql::Sql,
    translations::{self, made_from},
};
use crate::{
    access::{Caller, Granted},
    domain::{
        Error, Id, Instant, Locale, Version,
        address::AddressKind,
        article::{Article, Facts},
        author::Author,
        change::{Change, Event, Subject},
        edition::{Dating, Edition},
        freshness::Lag,
        plan::Revisions,
        section::Section,
        slug::Slug,
        translation::{Copy, MadeFrom},
    },
};

#[derive(Insertable)]
#[diesel(table_name = editions)]
struct NewRow<'a> {
    id: Id<Edition>,
    article_id: Id<Article>,
    locale: &'a str,
    kind: &'static str,
    genre: &'static str,
    section_id: Id<Section>,
    facts: Json,
    facts_version: Version,
    slug: &'a str,
    headline: &'a str,
    summary: &'a str,
    lead_alt: &'a str,
    lead_caption: &'a str,
    seo_title: &'a str,
    seo_description: &'a str,
    html: &'a str,
    text: &'a str,
    words_version: Version,
    word_count: i32,
    reading_minutes: i32,
    published_at: Instant,
    updated_at: Instant,
    started_at: Instant,
    minor: bool,
    made_from_locale: Option<&'a str>,
    made_from_version: Option<Version>,
}

/// Make an edition the live one of its article and locale, ending the one before.
///
/// # Errors
/// [`Error::Taken`] when another was published at the same moment.
pub fn publish<A>(tx: &mut Tx<'_>, granted: &Granted<A, Copy>, edition: &Edition) -> Result<(), Error> {
    let copy = granted.get();
    if copy.article.id != edition.article_id || copy.translation.locale != edition.locale {
        return Err(Error::Forbidden("article.publish"));
    }
    let slug = address(tx, copy, edition)?;
    // Before anything is taken off a list: whoever moves the section writes those lists anew.
    let path = sections::path_held(tx, edition.facts.section_id)?;
    end(tx, edition.article_id, Some(&edition.locale), edition.started_at)?;
    let words = &edition.words;
    let row = NewRow {
        id: edition.id,
        article_id: edition.article_id,
        locale: edition.locale.as_str(),
        kind: edition.facts.kind.as_str(),
        genre: edition.facts.genre.as_str(),
        section_id: edition.facts.section_id,
        facts: Json(json!(edition.facts)),
        facts_version: edition.facts_version,
        slug: slug.as_str(),
        headline: &words.headline,
        summary: &words.summary,
        lead_alt: &words.lead_alt,
        lead_caption: &words.lead_caption,
        seo_title: &words.seo_title,
        seo_description: &words.seo_description,
        html: &edition.html,
        text: &edition.text,
        words_version: edition.words_version,
        word_count: edition.word_count,
        reading_minutes: edition.reading_minutes,
        published_at: edition.published_at,
        updated_at: edition.updated_at,
        started_at: edition.started_at,
        minor: edition.minor,
        made_from_locale: edition.made_from.as_ref().map(|m| m.locale.as_str()),
        made_from_version: edition.made_from.as_ref().map(|m| m.version),
    };
    diesel::insert_into(editions::table).values(&row).execute(tx.conn)?;
    for tag in &edition.facts.tags {
        let row = (edition_tags::tag_id.eq(*tag), edition_tags::edition_id.eq(edition.id));
        diesel::insert_into(edition_tags::table).values(row).execute(tx.conn)?;
    }
    let mut authors: Vec<Id<Author>> = edition.facts.credits.iter().map(|c| c.author_id).collect();
    authors.sort();
    authors.dedup();
    for author in authors {
        let row = (edition_authors::author_id.eq(author), edition_authors::edition_id.eq(edition.id));
        diesel::insert_into(edition_authors::table).values(row).execute(tx.conn)?;
    }
    index::list(tx, edition, &path)?;
    let subject = Subject::Translation(edition.article_id, edition.locale.clone());
    tx.record(Change::new(Event::Published, subject), granted.caller());
    Ok(())
}

/// Take the address of an edition for good. Where another story was public under it first, it gets a number, and the working copy has the
/// same one from then on. That is no save: the words are those they were, and what was made from them, or named them by their version,
/// means them still.
fn address(tx: &mut Tx<'_>, copy: &Copy, edition: &Edition) -> Result<Slug, Error> {
    let claim = Claim { kind: AddressKind::Article, target: edition.article_id.uuid(), locale: &edition.locale };
    let stem = copy.translation.stem().unwrap_or_else(|| edition.slug.clone());
    let slug = claims::claim(tx, claim, &Wish::numbered(edition.slug.clone(), stem))?;
    if slug != copy.translation.slug {
        translations::move_to(tx, &copy.translation, &slug)?;
    }
    Ok(slug)
}

/// End the live edition of an article in a locale, if there is one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn unpublish<A>(tx: &mut Tx<'_>, granted: &Granted<A, Copy>, at: Instant) -> Result<bool, Error> {
    let copy = granted.get();
    let (article, locale) = (copy.article.id, copy.translation.locale.clone());
    let ended = end(tx, article, Some(&locale), at)?;
    if ended {
        tx.record(Change::new(Event::Unpublished, Subject::Translation(article, locale)), granted.caller());
    }
    Ok(ended)
}

/// End what is live of an article, in one locale or in all of them.
pub(super) fn end(tx: &mut Tx<'_>, article: Id<Article>, locale: Option<&Locale>, at: Instant) -> Result<bool, Error> {
    index::unlist(tx, article, locale)?;
    let mut sql = Sql::new("UPDATE editions SET ended_at = ");
    sql.at(at).push(" WHERE ended_at IS NULL AND article_id = ").id(article);
    if let Some(locale) = locale {
        sql.push(" AND locale = ").text(locale.as_str());
    }
    Ok(sql.execute(tx)? > 0)
}

/// The last publication of an article in a locale.
#[derive(Debug, Clone, Copy)]
pub struct Last {
    /// How it dated itself.
    pub dating: Dating,
    /// Which revisions it made public, for as long as they are.
    pub live: Option<Revisions>,
}

/// The last publication of an article in a locale, live or not.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn last(tx: &mut Tx<'_>, article: Id<Article>, locale: &Locale) -> Result<Option<Last>, Error> {
    type Dates = (Instant, Instant, Instant, bool);
    let row: Option<(Dates, Option<Instant>, (Version, Version))> = editions::table
        .filter(editions::article_id.eq(article))
        .filter(editions::locale.eq(locale.as_str()))
        .order((editions::started_at.desc(), editions::id.desc()))
        .select((
            (editions::published_at, editions::updated_at, editions::started_at, editions::minor),
            editions::ended_at,
            (editions::words_version, editions::facts_version),
        ))
        .first(tx.conn)
        .optional()?;
    Ok(row.map(|((published_at, updated_at, started_at, minor), ended_at, (words, facts))| Last {
        dating: Dating { published_at, updated_at, started_at, minor },
        live: ended_at.is_none().then_some(Revisions { words, facts }),
    }))
}

/// How many revisions a source has published since one of them, minor publications aside.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn behind(tx: &mut Tx<'_>, article: Id<Article>, of: &MadeFrom) -> Result<i32, Error> {
    let mut sql = Sql::new("SELECT COUNT(DISTINCT words_version) AS n FROM editions WHERE article_id = ");
    sql.id(article).push(" AND locale = ").text(of.locale.as_str()).push(" AND minor = ").bool(false);
    sql.push(" AND words_version > ").int(of.version.into());
    let counted = sql.first::<Count>(tx)?.map_or(0, |c| c.n);
    Ok(i32::try_from(counted).unwrap_or(i32::MAX))
}

/// The same for the working copies of many articles, in one statement; those that are not behind are left out.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all_behind(tx: &mut Tx<'_>, articles: &[Id<Article>]) -> Result<HashMap<(Id<Article>, Locale), i32>, Error> {
    #[derive(QueryableByName)]
    struct BehindRow {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let mut sql = Sql::new(
        "SELECT t.article_id, t.locale, COUNT(DISTINCT e.words_version) AS n FROM translations t JOIN editions e \
         ON e.article_id = t.article_id AND e.locale = t.made_from_locale AND e.words_version > t.made_from_version WHERE e.minor = ",
    );
    sql.bool(false).push(" AND t.article_id IN ").ids(articles.iter().copied()).push(" GROUP BY t.article_id, t.locale");
    let row = |r: BehindRow| ((r.article_id, Locale::stored(r.locale)), i32::try_from(r.n).unwrap_or(i32::MAX));
    Ok(sql.load::<BehindRow>(tx)?.into_iter().map(row).collect())
}

/// The revision of the words that was published last, live or not.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn last_words(tx: &mut Tx<'_>, article: Id<Article>, locale: &Locale) -> Result<Option<Version>, Error> {
    Ok(editions::table
        .filter(editions::article_id.eq(article))
        .filter(editions::locale.eq(locale.as_str()))
        .order((editions::started_at.desc(), editions::id.desc()))
        .select(editions::words_version)
        .first(tx.conn)
        .optional()?)
}

/// Note how far the source of a live edition has moved on, if that is not what is noted already.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn age(tx: &mut Tx<'_>, by: &Caller, article: Id<Article>, locale: &Locale, behind: i32, lag: &Lag) -> Result<(), Error> {
    let live = editions::table
        .filter(editions::article_id.eq(article))
        .filter(editions::locale.eq(locale.as_str()))
        .filter(editions::ended_at.is_null());
    let lag = Json(json!(lag));
    let other = editions::behind.ne(behind).or(editions::lag.ne(lag.clone()));
    if diesel::update(live.filter(other)).set((editions::behind.eq(behind), editions::lag.eq(lag))).execute(tx.conn)? > 0 {
        tx.record(Change::new(Event::Aged, Subject::Translation(article, locale.clone())), by);
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
        #[diesel(sql_type = Text)]
        path: String,
    }
    if articles.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql =
        Sql::new("SELECT DISTINCT e.locale, e.facts, s.path FROM editions e JOIN sections s ON s.id = e.section_id WHERE e.article_id IN ");
    sql.ids(articles.iter().copied());
    let row = |r: ListedRow| Ok(Place { locale: Locale::stored(r.locale), facts: r.facts.read()?, section_path: path_of(&r.path)? });
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
    type Columns = (Id<Article>, String, String, Id<Section>, Instant);
    if articles.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Columns> = editions::table
        .filter(editions::article_id.eq_any(articles.iter().copied().collect::<Vec<_>>()))
        .select((editions::article_id, editions::locale, editions::slug, editions::section_id, editions::published_at))
        .distinct()
        .load(tx.conn)?;
    let address = |(article_id, locale, slug, section_id, published_at)| PageAddress {
        article_id,
        locale: Locale::stored(locale),
        slug: Slug::stored(slug),
        section_id,
        published_at,
    };
    Ok(rows.into_iter().map(address).collect())
}

/// True when the article ever had an edition, in this locale or in any.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn exist(tx: &mut Tx<'_>, article: Id<Article>, locale: Option<&Locale>) -> Result<bool, Error> {
    let of_article = editions::table.filter(editions::article_id.eq(article));
    Ok(match locale {
        Some(locale) => diesel::select(diesel::dsl::exists(of_article.filter(editions::locale.eq(locale.as_str())))).get_result(tx.conn)?,
        None => diesel::select(diesel::dsl::exists(of_article)).get_result(tx.conn)?,
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
