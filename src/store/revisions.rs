//! Revisions: what every save left, of facts and of words.

use std::{
    collections::{BTreeSet, HashMap},
    ops::RangeInclusive,
};

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Bool, Integer, Nullable, Text},
};
use uuid::Uuid;

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::{At, Doc, Json, Uid, Unread},
    schema::{article_revisions, translation_revisions},
    sql::Sql,
    translations::read_words,
};
use crate::domain::{
    Error, Id, Instant, Locale, Version,
    article::{Article, Facts},
    diff,
    page::{Page, Paging, Sorting},
    precomputed::Revision,
    revision::{PublicSpan, SaveGroup, Saved, fold},
    slug::Slug,
    translation::{MadeFrom, Words},
    user::{Named, User},
};

/// Which revisions of an article: those of its facts, or of its words in a locale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series<'a> {
    /// Of the facts.
    Facts,
    /// Of the words.
    Words(&'a Locale),
}

impl Series<'_> {
    /// True when an article shows them.
    fn is_shown(self, article: &Article) -> bool {
        match self {
            Self::Facts => true,
            Self::Words(locale) => article.shows(locale),
        }
    }

    /// How a list of it is sorted.
    #[must_use]
    pub fn sorting(&self) -> Sorting {
        match self {
            Self::Facts => Sorting::Facts,
            Self::Words(_) => Sorting::Words,
        }
    }
}

/// Saves that are read at once while a page is folded.
const BATCH: i64 = 200;

#[derive(QueryableByName)]
struct SavedRow {
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Nullable<Uid>)]
    saved_by: Option<Id<User>>,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Bool)]
    former: bool,
    #[diesel(sql_type = At)]
    saved_at: Instant,
    #[diesel(sql_type = Text)]
    note: String,
}

impl From<SavedRow> for Saved {
    fn from(row: SavedRow) -> Self {
        Self {
            version: row.version,
            by: row.saved_by.zip(row.name.map(|name| Named { name, former: row.former })),
            at: row.saved_at,
            note: row.note,
        }
    }
}

fn saves(article: &Article, series: Series<'_>) -> Sql {
    let mut sql = Sql::new("SELECT r.version, r.saved_by, u.name, u.left_at IS NOT NULL AS former, r.saved_at, r.note FROM ");
    match series {
        Series::Facts => sql.push("article_revisions r LEFT JOIN users u ON u.id = r.saved_by WHERE r.article_id = ").id(article.id),
        Series::Words(locale) => {
            sql.push("translation_revisions r LEFT JOIN users u ON u.id = r.saved_by WHERE r.locale = ").text(locale.as_str());
            sql.push(" AND r.article_id = ").id(article.id)
        }
    };
    sql
}

/// Who saved a version, when and why.
///
/// # Errors
/// [`Error::NotFound`] when there is no such version.
pub fn saved(tx: &mut Tx<'_>, article: &Article, series: Series<'_>, version: Version) -> Result<Saved, Error> {
    if !series.is_shown(article) {
        return Err(Error::NotFound("revision"));
    }
    let mut sql = saves(article, series);
    sql.push(" AND r.version = ").int(version.into());
    sql.first::<SavedRow>(tx)?.map(Saved::from).ok_or(Error::NotFound("revision"))
}

/// A page of revisions, newest first, with the saves of one group as one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, article: &Article, series: Series<'_>, paging: Paging) -> Result<Page<SaveGroup>, Error> {
    if !series.is_shown(article) {
        return Err(Error::NotFound("translation"));
    }
    let upwards = paging.backwards();
    let limit = usize::try_from(paging.limit).unwrap_or(100);
    let mut from = paging.cursor.map(|c| c.key);
    let mut groups: Vec<SaveGroup> = Vec::new();
    // Ends: each round reads on from the last revision of the one before, and there are so many.
    loop {
        let mut sql = saves(article, series);
        if let Some(from) = from {
            sql.push(if upwards { " AND r.version > " } else { " AND r.version < " }).int(from);
        }
        sql.push(if upwards { " ORDER BY r.version LIMIT " } else { " ORDER BY r.version DESC LIMIT " }).int(BATCH);
        let rows = sql.load::<SavedRow>(tx)?;
        let ended = i64::try_from(rows.len()).is_ok_and(|n| n < BATCH);
        from = rows.last().map(|r| r.version.into());
        fold(rows.into_iter().map(Saved::from), &mut groups);
        // The last group may go on in the next batch; one more than the page holds is enough to know that there are more.
        if ended || groups.len() > limit.saturating_add(1) {
            break;
        }
    }
    let mut page = Page::cut(groups, paging, series.sorting(), None, |s| (s.last.version.into(), Uuid::nil()));
    if let (Some(next), Some(last)) = (&mut page.next, page.items.last()) {
        next.key = last.first.version.into();
    }
    Ok(page)
}

/// When revisions of these versions were public, each stretch of time with the locale it was public in; in the locales that the article shows.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn public_spans(
    tx: &mut Tx<'_>,
    article: &Article,
    series: Series<'_>,
    versions: RangeInclusive<Version>,
) -> Result<Vec<(Version, PublicSpan)>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        version: i32,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = At)]
        started_at: Instant,
        #[diesel(sql_type = Nullable<At>)]
        ended_at: Option<Instant>,
    }
    let column = if series == Series::Facts { "facts_version" } else { "words_version" };
    let mut sql = Sql::new(&format!("SELECT {column} AS version, locale, started_at, ended_at FROM editions WHERE article_id = "));
    sql.id(article.id);
    if let Series::Words(locale) = series {
        sql.push(" AND locale = ").text(locale.as_str());
    }
    sql.push(&format!(" AND {column} >= ")).int((*versions.start()).into());
    sql.push(&format!(" AND {column} <= ")).int((*versions.end()).into()).push(" ORDER BY started_at, locale");
    let span = |row: Row| (row.version, PublicSpan { locale: Locale::stored(row.locale), from: row.started_at, until: row.ended_at });
    let spans = sql.load::<Row>(tx)?.into_iter().map(span);
    Ok(spans.filter(|(_, span)| article.shows(&span.locale)).collect())
}

/// The facts as a revision left them.
///
/// # Errors
/// [`Error::NotFound`] when there is no such version.
pub fn facts(tx: &mut Tx<'_>, article: &Article, version: Version) -> Result<Facts, Error> {
    let facts: Option<Json> = article_revisions::table.find((Bind(article.id), version)).select(article_revisions::facts).first(tx)?;
    serde_json::from_value(facts.ok_or(Error::NotFound("revision"))?.0).map_err(Error::internal)
}

/// The newest words of these working copies, in one statement, in none for nothing; whether they are shown is for whoever asks to know.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn newest(tx: &mut Tx<'_>, of: &[(Id<Article>, Locale)]) -> Result<HashMap<(Id<Article>, Locale), Words>, Error> {
    #[derive(QueryableByName)]
    struct Newest {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Doc)]
        words: Unread,
    }
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::new(
        "SELECT t.article_id, t.locale, r.words FROM translations t JOIN translation_revisions r ON r.article_id = t.article_id AND r.locale = t.locale \
         AND r.version = t.version WHERE ",
    );
    sql.pairs(("t.article_id", "t.locale"), of.iter().map(|(article, locale)| (*article, locale)));
    let told = |row: Newest| Ok(((row.article_id, Locale::stored(row.locale)), read_words(&row.words.read()?)?));
    sql.load::<Newest>(tx)?.into_iter().map(told).collect()
}

/// The words as a revision left them, and what they were made from.
///
/// # Errors
/// [`Error::NotFound`] when there is no such version.
pub fn words(tx: &mut Tx<'_>, article: &Article, locale: &Locale, version: Version) -> Result<(Words, Option<MadeFrom>), Error> {
    if !article.shows(locale) {
        return Err(Error::NotFound("revision"));
    }
    let row: Option<(Json, Option<Json>)> = translation_revisions::table
        .find((Bind(article.id), locale.as_str(), version))
        .select((translation_revisions::words, translation_revisions::made_from))
        .first(tx)?;
    let (words, made_from) = row.ok_or(Error::NotFound("revision"))?;
    let made_from = made_from.map(|m| serde_json::from_value(m.0)).transpose().map_err(Error::internal)?;
    Ok((read_words(&words.0)?, made_from))
}

/// The facts of several revisions, of those that there are.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn facts_of(tx: &mut Tx<'_>, of: &BTreeSet<(Id<Article>, Version)>) -> Result<HashMap<(Id<Article>, Version), Facts>, Error> {
    #[derive(QueryableByName)]
    struct FactsRow {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Integer)]
        version: Version,
        #[diesel(sql_type = Doc)]
        facts: Unread,
    }
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::new("WITH meant (article_id, version) AS (");
    sql.values(of, |row, (id, version)| _ = row.id(*id).int(*version));
    sql.push(") SELECT r.article_id, r.version, r.facts FROM meant JOIN article_revisions r ");
    sql.push("ON r.article_id = meant.article_id AND r.version = meant.version");
    sql.load::<FactsRow>(tx)?.into_iter().map(|row| Ok(((row.article_id, row.version), row.facts.read()?))).collect()
}

/// The slugs of some revisions of words, and whether these are approved; of those that there are.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn slugs(tx: &mut Tx<'_>, of: &BTreeSet<Revision>) -> Result<Vec<(Revision, Slug, bool)>, Error> {
    #[derive(QueryableByName)]
    struct SlugRow {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Integer)]
        version: Version,
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Bool)]
        approved: bool,
    }
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let row = |row: SlugRow| {
        let of = Revision { article_id: row.article_id, locale: Locale::stored(row.locale), version: row.version };
        (of, Slug::stored(row.slug), row.approved)
    };
    Ok(among(of, "r.article_id, r.locale, r.version, r.slug, r.approved").load::<SlugRow>(tx)?.into_iter().map(row).collect())
}

/// Columns of some revisions of words, each found by its key: a list of keys in a condition would be looked up for every row that there is.
fn among<'r>(of: impl IntoIterator<Item = &'r Revision>, columns: &str) -> Sql {
    let mut sql = Sql::new("WITH meant (article_id, locale, version) AS (");
    sql.values(of, |row, of| _ = row.id(of.article_id).text(of.locale.as_str()).int(of.version));
    sql.push(") SELECT ").push(columns).push(" FROM meant JOIN translation_revisions r ");
    sql.push("ON r.article_id = meant.article_id AND r.locale = meant.locale AND r.version = meant.version");
    sql
}

/// Words as a revision keeps them.
#[derive(Debug)]
pub struct Kept {
    /// The words.
    pub words: Words,
    /// What they were made from.
    pub made_from: Option<MadeFrom>,
    /// The bytes that they are kept in.
    pub bytes: usize,
}

/// The words of a revision, when they are kept in no more than so many bytes: what is longer is not taken apart. Whoever asks has looked whether
/// they are shown.
///
/// # Errors
/// [`Error::NotFound`] when there is no such version.
pub fn kept(tx: &mut Tx<'_>, of: &Revision, most: usize) -> Result<Option<Kept>, Error> {
    if most == 0 {
        return Ok(None);
    }
    all_kept(tx, std::slice::from_ref(of), most)?.remove(of).ok_or(Error::NotFound("revision"))
}

/// The same for several, in one statement; those that there are.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all_kept(tx: &mut Tx<'_>, of: &[Revision], most: usize) -> Result<HashMap<Revision, Option<Kept>>, Error> {
    #[derive(QueryableByName)]
    struct KeptRow {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Integer)]
        version: Version,
        #[diesel(sql_type = Doc)]
        words: Unread,
        #[diesel(sql_type = Nullable<Doc>)]
        made_from: Option<Json>,
    }
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = among(of, "r.article_id, r.locale, r.version, r.words, r.made_from");
    let kept = |row: KeptRow| {
        let of = Revision { article_id: row.article_id, locale: Locale::stored(row.locale), version: row.version };
        let bytes = row.words.len();
        if bytes > most {
            return Ok((of, None));
        }
        let made_from = row.made_from.map(|m| serde_json::from_value(m.0)).transpose().map_err(Error::internal)?;
        Ok((of, Some(Kept { words: read_words(&row.words.read()?)?, made_from, bytes })))
    };
    sql.load::<KeptRow>(tx)?.into_iter().map(kept).collect()
}

/// What is not what it was between two revisions of words, as JSON pointers; nothing where one of them is kept elsewhere.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn changed(tx: &mut Tx<'_>, before: &Revision, after: Version) -> Result<Vec<&'static str>, Error> {
    let after = Revision { version: after, ..before.clone() };
    let mut words = |of: &Revision| match kept(tx, of, usize::MAX) {
        Err(Error::NotFound(_)) => Ok(None),
        other => other,
    };
    Ok(words(before)?.zip(words(&after)?).map_or_else(Vec::new, |(before, after)| diff::changed(&before.words, &after.words)))
}
