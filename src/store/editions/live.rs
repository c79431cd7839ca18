//! Live editions, as delivery reads them.

use std::collections::{BTreeSet, HashMap};

use diesel::{
    QueryableByName,
    sql_types::{Bool, Integer, Nullable, Text},
};
use uuid::Uuid;

use super::{body_form::BodyForm, live_heads};
use crate::{
    access::Visibility,
    domain::{
        Error, Id, Instant, Locale, Version,
        article::{Article, Facts, Kind},
        body::doc,
        cache_tag::CacheTag,
        content::Content,
        edition::Edition,
        freshness::Lag,
        media::MediaId,
        section::Section,
        slug::Slug,
        speech::Sound,
    },
    store::{
        RunQueryDsl, Tx, articles,
        dialect::{At, Doc, Uid, Unread},
        paths::path_of,
        sql::Sql,
    },
};

/// A live edition as delivery reads it.
#[derive(Debug, Clone)]
pub struct Live {
    /// The article.
    pub article_id: Id<Article>,
    /// The locale.
    pub locale: Locale,
    /// The facts as published.
    pub facts: Facts,
    /// The sections above its own and its own, as they lie now.
    pub section_path: Vec<Id<Section>>,
    /// The slug.
    pub slug: Slug,
    /// What it says beside its body.
    pub content: Content,
    /// The body, in the form that was asked for.
    pub body: String,
    /// Words of the body.
    pub word_count: i32,
    /// Minutes to read it.
    pub reading_minutes: i32,
    /// First publication.
    pub published_at: Instant,
    /// Last significant publication.
    pub updated_at: Instant,
    /// The locale that the words were translated from; none for an original.
    pub made_from: Option<Locale>,
    /// How many published revisions their source is ahead.
    pub behind: i32,
    /// What of the source has changed since.
    pub lag: Lag,
    /// Whether there are corrections.
    pub corrected: bool,
    /// What these very words sound like, spoken by a program.
    pub sound: Option<Sound>,
    /// The item of the library in which somebody speaks these very words.
    pub recording: Option<MediaId>,
}

impl Live {
    /// An edition that nobody published, as it would be read: what a preview shows.
    #[must_use]
    pub fn unpublished(edition: Edition, section_path: Vec<Id<Section>>, form: BodyForm) -> Self {
        let words = edition.words;
        Self {
            article_id: edition.article_id,
            locale: edition.locale,
            facts: edition.facts,
            section_path,
            slug: edition.slug,
            body: match form {
                BodyForm::None => String::new(),
                BodyForm::Html => edition.html,
                BodyForm::Text | BodyForm::Beginning => edition.text,
                BodyForm::Doc => doc::write(&words.body).to_string(),
            },
            content: words.content,
            word_count: edition.word_count,
            reading_minutes: edition.reading_minutes,
            published_at: edition.published_at,
            updated_at: edition.updated_at,
            made_from: edition.made_from.map(|m| m.locale),
            behind: 0,
            lag: Lag::default(),
            corrected: true,
            sound: None,
            recording: None,
        }
    }
}

#[derive(QueryableByName)]
pub(in crate::store) struct LiveRow {
    #[diesel(sql_type = Uid)]
    article_id: Id<Article>,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Doc)]
    facts: Unread,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Doc)]
    content: Unread,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Integer)]
    word_count: i32,
    #[diesel(sql_type = Integer)]
    reading_minutes: i32,
    #[diesel(sql_type = At)]
    published_at: Instant,
    #[diesel(sql_type = At)]
    updated_at: Instant,
    #[diesel(sql_type = Nullable<Text>)]
    made_from_locale: Option<String>,
    #[diesel(sql_type = Integer)]
    behind: i32,
    #[diesel(sql_type = Doc)]
    lag: Unread,
    #[diesel(sql_type = Bool)]
    corrected: bool,
    #[diesel(sql_type = Nullable<Doc>)]
    sound: Option<Unread>,
    #[diesel(sql_type = Nullable<Uid>)]
    recording: Option<MediaId>,
}

impl LiveRow {
    pub(in crate::store) fn domain(self) -> Result<Live, Error> {
        Ok(Live {
            article_id: self.article_id,
            locale: Locale::stored(self.locale),
            facts: self.facts.read()?,
            section_path: path_of(&self.path)?,
            slug: Slug::stored(self.slug),
            content: Content::stored(&self.content.read()?),
            body: self.body,
            word_count: self.word_count,
            reading_minutes: self.reading_minutes,
            published_at: self.published_at,
            updated_at: self.updated_at,
            made_from: self.made_from_locale.map(Locale::stored),
            behind: self.behind,
            lag: self.lag.read()?,
            corrected: self.corrected,
            sound: self.sound.map(|sound| sound.read()).transpose()?,
            recording: self.recording,
        })
    }
}

pub(in crate::store) fn select(form: BodyForm) -> Sql {
    let mut sql = Sql::new("SELECT e.article_id, e.locale, e.facts, s.path, e.slug, e.content, e.word_count, ");
    sql.push("e.reading_minutes, e.published_at, e.updated_at, e.made_from_locale, e.behind, e.lag, ");
    sql.push("EXISTS (SELECT 1 FROM corrections c WHERE c.article_id = e.article_id) AS corrected, ");
    // Of other words nothing is heard.
    for (what, of, name) in [("r.sound", "r.spoken", "sound"), ("r.media_id", "r.recorded_of", "recording")] {
        sql.push(&format!(
            "(SELECT {what} FROM recordings r WHERE r.article_id = e.article_id AND r.locale = e.locale AND {of} = e.spoken) AS {name}, "
        ));
    }
    sql.push(form.select()).push(" AS body");
    sql
}

/// Order by the place of a locale in the chain.
fn by_rank(sql: &mut Sql, column: &str, chain: &[Locale]) {
    sql.push("CASE ").push(column);
    for (n, locale) in (0i64..).zip(chain) {
        sql.push(" WHEN ").text(locale.as_str()).push(" THEN ").int(n);
    }
    sql.push(" END");
}

/// The live edition of an article in the first locale of the chain that has one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn live(tx: &mut Tx<'_>, _: Visibility, id: Id<Article>, chain: &[Locale], form: BodyForm) -> Result<Option<Live>, Error> {
    tx.note(CacheTag::thing(id.uuid()));
    let mut sql = select(form);
    sql.push(" FROM editions e JOIN sections s ON s.id = e.section_id WHERE ").public(tx, "e").push(" AND e.article_id = ").id(id);
    sql.push(" AND e.locale IN ").locales(chain).push(" ORDER BY ");
    by_rank(&mut sql, "e.locale", chain);
    sql.push(" LIMIT 1");
    sql.first::<LiveRow>(tx)?.map(LiveRow::domain).transpose()
}

/// The live edition that a public slug leads to, now or formerly, in the first locale of the chain that has one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn live_by_slug(tx: &mut Tx<'_>, _: Visibility, slug: &str, chain: &[Locale], form: BodyForm) -> Result<Option<Live>, Error> {
    tx.note(CacheTag::slug(slug));
    let mut sql = select(form);
    sql.push(" FROM addresses a JOIN editions e ON e.article_id = a.target_id JOIN sections s ON s.id = e.section_id ");
    sql.push("WHERE a.kind = 'article' AND a.slug = ").text(slug);
    sql.push(" AND a.locale IN ").locales(chain).push(" AND ").public(tx, "e").push(" AND e.locale IN ").locales(chain).push(" ORDER BY ");
    by_rank(&mut sql, "a.locale", chain);
    sql.push(", ");
    by_rank(&mut sql, "e.locale", chain);
    sql.push(" LIMIT 1");
    let found = sql.first::<LiveRow>(tx)?.map(LiveRow::domain).transpose()?;
    found.iter().for_each(|live| tx.note(CacheTag::thing(live.article_id.uuid())));
    Ok(found)
}

/// Live editions by their own ids, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn live_by_ids(tx: &mut Tx<'_>, _: Visibility, ids: &BTreeSet<Uuid>, form: BodyForm) -> Result<Vec<Live>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = select(form);
    sql.push(" FROM editions e JOIN sections s ON s.id = e.section_id WHERE ").public(tx, "e").push(" AND e.id IN ");
    sql.ids(ids.iter().map(|id| Id::<Edition>::from(*id)));
    noted(tx, sql)
}

/// The live editions of some articles in every locale, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn live_everywhere(tx: &mut Tx<'_>, _: Visibility, articles: &[Id<Article>], form: BodyForm) -> Result<Vec<Live>, Error> {
    let mut sql = select(form);
    sql.push(" FROM editions e JOIN sections s ON s.id = e.section_id WHERE ").public(tx, "e").push(" AND e.article_id IN ");
    sql.ids(articles.iter().copied()).push(" ORDER BY e.article_id, e.locale");
    noted(tx, sql)
}

/// Live editions of articles in a locale each, in one statement; in no order.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn live_each(tx: &mut Tx<'_>, _: Visibility, those: &[(Id<Article>, &Locale)], form: BodyForm) -> Result<Vec<Live>, Error> {
    those.iter().for_each(|(id, _)| tx.note(CacheTag::thing(id.uuid())));
    if those.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = select(form);
    sql.push(" FROM editions e JOIN sections s ON s.id = e.section_id WHERE ").public(tx, "e").push(" AND ");
    sql.pairs(("e.article_id", "e.locale"), those.iter().copied());
    noted(tx, sql)
}

fn noted(tx: &mut Tx<'_>, sql: Sql) -> Result<Vec<Live>, Error> {
    let all = sql.load::<LiveRow>(tx)?.into_iter().map(LiveRow::domain).collect::<Result<Vec<_>, _>>()?;
    all.iter().for_each(|live| tx.note(CacheTag::thing(live.article_id.uuid())));
    Ok(all)
}

/// In which other locales an article is live.
#[derive(Debug, Clone)]
pub struct Alternate {
    /// The locale.
    pub locale: Locale,
    /// The slug there.
    pub slug: Slug,
    /// Its form there.
    pub kind: Kind,
    /// The section there.
    pub section_id: Id<Section>,
    /// First publication there.
    pub published_at: Instant,
    /// How many published revisions its source is ahead.
    pub behind: i32,
}

/// The live editions of articles, as a language switcher needs them, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn alternates(tx: &mut Tx<'_>, _: Visibility, ids: &[Id<Article>]) -> Result<HashMap<Id<Article>, Vec<Alternate>>, Error> {
    #[derive(QueryableByName)]
    struct AlternateRow {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = Uid)]
        section_id: Id<Section>,
        #[diesel(sql_type = At)]
        published_at: Instant,
        #[diesel(sql_type = Integer)]
        behind: i32,
    }
    let mut sql = Sql::new("SELECT e.article_id, e.locale, e.slug, e.kind, e.section_id, e.published_at, e.behind FROM editions e WHERE ");
    sql.public(tx, "e").push(" AND e.article_id IN ");
    ids.iter().for_each(|id| tx.note(CacheTag::thing(id.uuid())));
    sql.ids(ids.iter().copied());
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for row in sql.load::<AlternateRow>(tx)? {
        all.entry(row.article_id).or_default().push(Alternate {
            locale: Locale::stored(row.locale),
            slug: Slug::stored(row.slug),
            kind: row.kind.parse()?,
            section_id: row.section_id,
            published_at: row.published_at,
            behind: row.behind,
        });
    }
    Ok(all)
}

/// What is live of a translation, whole, for an export.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// The edition's words.
    pub live: Live,
    /// The revision of the words.
    pub words_version: Version,
    /// The revision of the facts.
    pub facts_version: Version,
}

/// The live editions of an article, whole, with the revisions they froze.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn frozen(tx: &mut Tx<'_>, visibility: &Visibility, id: Id<Article>) -> Result<Vec<Frozen>, Error> {
    let heads = live_heads(tx, &[id])?.remove(&id).unwrap_or_default();
    let mut all = Vec::new();
    for head in heads {
        if let Some(live) = live(tx, visibility.clone(), id, std::slice::from_ref(&head.locale), BodyForm::Doc)? {
            all.push(Frozen { live, words_version: head.words_version, facts_version: head.facts_version });
        }
    }
    Ok(all)
}

/// The ids that the page of a live edition names.
#[must_use]
pub fn named(live: &Live) -> BTreeSet<Uuid> {
    articles::referenced(&live.facts, &live.section_path)
}
