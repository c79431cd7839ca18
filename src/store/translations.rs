//! Translations: the words of articles, with their revisions.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
};

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Integer, Nullable, Text},
};
use serde_json::{Value, json};

use super::{
    Bind, RunQueryDsl, Tx, articles,
    dialect::{At, Json, Uid},
    schema::{translation_media, translation_revisions, translations},
    sql::{Sql, Values},
};
use crate::{
    access::{Granted, action::EditTranslation},
    domain::{
        Error, Id, Instant, Locale, Version,
        article::Article,
        body::{Document, doc, pictures},
        change::{Change, Event, Subject},
        content::Content,
        fold::search_key,
        slug::Slug,
        translation::{Copy, MadeFrom, Slot, State, Translation, Words},
        user::User,
    },
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = translations, treat_none_as_null = true)]
struct Row {
    article_id: Bind<Id<Article>>,
    locale: String,
    slug: String,
    headline: String,
    state: String,
    made_from_locale: Option<String>,
    made_from_version: Option<i32>,
    version: i32,
    updated_by: Option<Bind<Id<User>>>,
    created_at: Bind<Instant>,
    updated_at: Bind<Instant>,
    headline_key: Option<String>,
    changes_requested_at: Option<Bind<Instant>>,
}

fn row(t: &Translation) -> Row {
    Row {
        article_id: Bind(t.article_id),
        locale: t.locale.to_string(),
        slug: t.slug.to_string(),
        headline: t.words.content.headline.clone(),
        state: t.state.to_string(),
        made_from_locale: t.made_from.as_ref().map(|m| m.locale.to_string()),
        made_from_version: t.made_from.as_ref().map(|m| m.version),
        version: t.version,
        updated_by: t.updated_by.map(Bind),
        created_at: Bind(t.created_at),
        updated_at: Bind(t.updated_at),
        headline_key: Some(search_key(&t.words.content.headline)),
        changes_requested_at: t.changes_requested_at.map(Bind),
    }
}

fn domain((row, words): (Row, Json)) -> Result<Translation, Error> {
    let words = read_words(&words.0)?;
    of_row(row, words)
}

fn of_row(row: Row, words: Words) -> Result<Translation, Error> {
    Ok(Translation {
        article_id: row.article_id.0,
        locale: Locale::stored(row.locale),
        slug: Slug::stored(row.slug),
        words,
        state: row.state.parse()?,
        changes_requested_at: row.changes_requested_at.map(|Bind(at)| at),
        made_from: made_from(row.made_from_locale, row.made_from_version),
        version: row.version,
        updated_by: row.updated_by.map(|Bind(id)| id),
        created_at: row.created_at.0,
        updated_at: row.updated_at.0,
    })
}

pub(super) fn made_from(locale: Option<String>, version: Option<i32>) -> Option<MadeFrom> {
    locale.zip(version).map(|(locale, version)| MadeFrom { locale: Locale::stored(locale), version })
}

/// The condition that a revision is the newest of a translation, which holds its words.
#[diesel::dsl::auto_type]
fn is_newest() -> _ {
    translation_revisions::article_id
        .eq(translations::article_id)
        .and(translation_revisions::locale.eq(translations::locale))
        .and(translation_revisions::version.eq(translations::version))
}

/// The words of an article in one locale, if there are any and it shows them.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn find(tx: &mut Tx<'_>, article: &Article, locale: &Locale) -> Result<Option<Translation>, Error> {
    if !article.shows(locale) {
        return Ok(None);
    }
    let newest = translations::table.inner_join(translation_revisions::table.on(is_newest()));
    let found: Option<(Row, Json)> = newest
        .filter(translations::article_id.eq(Bind(article.id)))
        .filter(translations::locale.eq(locale.as_str()))
        .select((Row::as_select(), translation_revisions::words))
        .first(tx)?;
    found.map(domain).transpose()
}

/// The translations that an article shows without what only their revisions keep, in the order of their locales' tags, of one locale or all: of
/// the words the headline is there, and nothing else. For whoever needs to know where they stand, and no body.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn bare(tx: &mut Tx<'_>, article: &Article, locale: Option<&Locale>) -> Result<Vec<Translation>, Error> {
    let mut of_article = translations::table.filter(translations::article_id.eq(Bind(article.id))).into_boxed();
    if let Some(locale) = locale {
        of_article = of_article.filter(translations::locale.eq(locale.as_str()));
    }
    let rows: Vec<Row> = of_article.order(translations::locale).select(Row::as_select()).load(tx)?;
    let shown = rows.into_iter().filter(|row| article.shows(&Locale::stored(row.locale.clone())));
    shown.map(without_words).collect()
}

/// The translations of several articles in the same way, shown or not.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn all_bare(tx: &mut Tx<'_>, articles: &BTreeSet<Id<Article>>) -> Result<Vec<Translation>, Error> {
    let of_articles = translations::table.filter(translations::article_id.eq_any(articles.iter().copied().map(Bind)));
    of_articles.select(Row::as_select()).load(tx)?.into_iter().map(without_words).collect()
}

fn without_words(mut row: Row) -> Result<Translation, Error> {
    let content = Content::headed(mem::take(&mut row.headline));
    of_row(row, Words { content, ..Words::default() })
}

/// All words that an article shows, in the order of their locales' tags.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all(tx: &mut Tx<'_>, article: &Article) -> Result<Vec<Translation>, Error> {
    let rows: Vec<(Row, Json)> = translations::table
        .inner_join(translation_revisions::table.on(is_newest()))
        .filter(translations::article_id.eq(Bind(article.id)))
        .order(translations::locale)
        .select((Row::as_select(), translation_revisions::words))
        .load(tx)?;
    rows.into_iter().filter(|(row, _)| article.shows(&Locale::stored(row.locale.clone()))).map(domain).collect()
}

/// A translation without its words.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its locale.
    pub locale: Locale,
    /// Its headline.
    pub headline: String,
    /// Its slug.
    pub slug: String,
    /// Where it stands.
    pub state: State,
    /// Since when changes to it are requested.
    pub changes_requested_at: Option<Instant>,
    /// What it was made from.
    pub made_from: Option<MadeFrom>,
    /// Newest version.
    pub version: Version,
    /// Last saved.
    pub updated_at: Instant,
}

impl From<Translation> for Head {
    fn from(t: Translation) -> Self {
        Self {
            locale: t.locale,
            headline: t.words.content.headline,
            slug: t.slug.to_string(),
            state: t.state,
            changes_requested_at: t.changes_requested_at,
            made_from: t.made_from,
            version: t.version,
            updated_at: t.updated_at,
        }
    }
}

/// What of a translation `t` a [`HeadRow`] is made of.
pub(super) const HEADS: &str = "SELECT t.article_id, t.locale, t.headline, t.slug, t.state, t.changes_requested_at, t.made_from_locale, \
    t.made_from_version, t.version, t.updated_at";

#[derive(QueryableByName)]
pub(super) struct HeadRow {
    #[diesel(sql_type = Uid)]
    article_id: Id<Article>,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Text)]
    headline: String,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<At>)]
    changes_requested_at: Option<Instant>,
    #[diesel(sql_type = Nullable<Text>)]
    made_from_locale: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    made_from_version: Option<i32>,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = At)]
    updated_at: Instant,
}

impl HeadRow {
    pub(super) fn domain(self) -> Result<(Id<Article>, Head), Error> {
        let head = Head {
            locale: Locale::stored(self.locale),
            headline: self.headline,
            slug: self.slug,
            state: self.state.parse()?,
            changes_requested_at: self.changes_requested_at,
            made_from: made_from(self.made_from_locale, self.made_from_version),
            version: self.version,
            updated_at: self.updated_at,
        };
        Ok((self.article_id, head))
    }
}

/// The translations that many articles show, without their words, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn heads(tx: &mut Tx<'_>, articles: &[Article]) -> Result<HashMap<Id<Article>, Vec<Head>>, Error> {
    let mut sql = Sql::new(HEADS);
    sql.push(" FROM translations t WHERE t.article_id IN ").ids(articles.iter().map(|a| a.id)).push(" ORDER BY t.article_id, t.locale");
    let of: HashMap<Id<Article>, &Article> = articles.iter().map(|a| (a.id, a)).collect();
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for row in sql.load::<HeadRow>(tx)? {
        let (id, head) = row.domain()?;
        if of.get(&id).is_some_and(|a| a.shows(&head.locale)) {
            all.entry(id).or_default().push(head);
        }
    }
    Ok(all)
}

/// The words as a revision keeps them.
#[must_use]
pub fn words_json(words: &Words) -> Value {
    let mut kept = json!(words.content);
    if let Some(kept) = kept.as_object_mut() {
        kept.insert("body".to_owned(), doc::write(&words.body));
    }
    kept
}

/// Words out of what [`words_json`] made of them.
pub(super) fn read_words(kept: &Value) -> Result<Words, Error> {
    let body = kept.get("body").ok_or_else(|| Error::internal("a revision without a body"))?;
    Ok(Words { content: Content::stored(kept), body: doc::stored(body)? })
}

#[derive(Insertable)]
#[diesel(table_name = translation_revisions)]
struct NewRevision<'a> {
    article_id: Bind<Id<Article>>,
    locale: &'a str,
    version: Version,
    slug: &'a str,
    words: Json,
    made_from: Option<Json>,
    saved_by: Option<Bind<Id<User>>>,
    saved_at: Bind<Instant>,
    note: &'a str,
    approved: bool,
}

/// The first version of a translation, with the grant to write it.
#[derive(Debug)]
pub struct First {
    /// Where it is written.
    pub slot: Granted<EditTranslation, Slot>,
    /// The words.
    pub translation: Translation,
    /// A note on the save.
    pub note: String,
}

/// Save the words that an article begins with.
///
/// # Errors
/// [`Error::Forbidden`] for words that were not granted.
pub fn begin(tx: &mut Tx<'_>, words: &[First]) -> Result<(), Error> {
    let is_granted = |First { slot, translation, .. }: &First| {
        slot.get().locale == translation.locale && slot.get().article.id == translation.article_id
    };
    if !words.iter().all(is_granted) {
        return Err(Error::Forbidden("translation.edit"));
    }
    let mut sql = Sql::new(
        "INSERT INTO translations (article_id, locale, slug, headline, state, made_from_locale, made_from_version, version, updated_by, \
         created_at, updated_at, headline_key)",
    );
    sql.values(words, |row, First { translation: t, .. }| {
        row.id(t.article_id).text(t.locale.as_str()).text(t.slug.as_str()).text(&t.words.content.headline).text(t.state.as_str());
        row.some(t.made_from.as_ref(), |row, m| row.text(m.locale.as_str())).some(t.made_from.as_ref(), |row, m| row.int(m.version));
        row.int(t.version).some(t.updated_by, Values::id).at(t.created_at).at(t.updated_at);
        row.text(&search_key(&t.words.content.headline));
    });
    sql.execute(tx)?;
    let mut sql =
        Sql::new("INSERT INTO translation_revisions (article_id, locale, version, slug, words, made_from, saved_by, saved_at, note)");
    sql.values(words, |row, First { translation: t, note, .. }| {
        row.id(t.article_id).text(t.locale.as_str()).int(t.version).text(t.slug.as_str()).doc(words_json(&t.words));
        row.some(t.made_from.as_ref(), |row, m| row.doc(json!(m))).some(t.updated_by, Values::id).at(t.updated_at).text(note);
    });
    sql.execute(tx)?;
    for First { translation, .. } in words {
        let subject = Subject::Translation(translation.article_id, translation.locale.clone());
        tx.record(Change::new(Event::Created, subject));
    }
    Ok(())
}

/// Save the first version of a translation in a granted slot.
///
/// # Errors
/// [`Error::Taken`] when the article has one in this locale already.
pub fn create<A>(tx: &mut Tx<'_>, granted: &Granted<A, Slot>, translation: &Translation, note: &str) -> Result<(), Error> {
    if granted.get().article.id != translation.article_id || granted.get().locale != translation.locale {
        return Err(Error::Forbidden("translation.edit"));
    }
    diesel::insert_into(translations::table).values(&row(translation)).execute(tx)?;
    revision(tx, translation, note)?;
    let subject = Subject::Translation(translation.article_id, translation.locale.clone());
    tx.record(Change::new(Event::Created, subject));
    Ok(())
}

/// Save the next version of a translation, which was read under this slug.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Copy>, slug: &Slug, note: &str) -> Result<(), Error> {
    let translation = &granted.get().translation;
    update(tx, translation, (translation.version.saturating_sub(1), slug))?;
    revision(tx, translation, note)?;
    let subject = Subject::Translation(translation.article_id, translation.locale.clone());
    tx.record(Change::new(Event::Revised, subject));
    Ok(())
}

/// Save where a translation stands, which makes no revision: its newest one is approved from now on, or is not.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn step<A>(tx: &mut Tx<'_>, granted: &Granted<A, Copy>) -> Result<(), Error> {
    let translation = &granted.get().translation;
    update(tx, translation, (translation.version, &translation.slug))?;
    approve(tx, translation, translation.state == State::Approved)?;
    let subject = Subject::Translation(translation.article_id, translation.locale.clone());
    tx.record(Change::new(Event::Moved, subject));
    Ok(())
}

/// Let the newest revision of words be approved or not, and with it those that say the same: marking words as current changes none.
fn approve(tx: &mut Tx<'_>, t: &Translation, approved: bool) -> Result<(), Error> {
    let of_words = |sql: &mut Sql| _ = sql.push("article_id = ").id(t.article_id).push(" AND locale = ").text(t.locale.as_str());
    let mut sql = Sql::new("UPDATE translation_revisions SET approved = ");
    sql.bool(approved).push(" WHERE ");
    of_words(&mut sql);
    if approved {
        sql.push(" AND version = ").int(t.version.into());
    } else {
        sql.push(" AND approved AND words = (SELECT words FROM translation_revisions WHERE ");
        of_words(&mut sql);
        sql.push(" AND version = ").int(t.version.into()).push(")");
    }
    sql.execute(tx).map(drop)
}

/// Give every save of words under one slug another, the working copy where it has that still.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn rename(tx: &mut Tx<'_>, (article, locale): (Id<Article>, &Locale), from: &Slug, to: &Slug) -> Result<(), Error> {
    let at = translations::table.find((Bind(article), locale.as_str())).filter(translations::slug.eq(from.as_str()));
    diesel::update(at).set(translations::slug.eq(to.as_str())).execute(tx)?;
    let saves = translation_revisions::table
        .filter(translation_revisions::article_id.eq(Bind(article)))
        .filter(translation_revisions::locale.eq(locale.as_str()))
        .filter(translation_revisions::slug.eq(from.as_str()));
    diesel::update(saves).set(translation_revisions::slug.eq(to.as_str())).execute(tx)?;
    Ok(())
}

/// Write words over those of a version, under the slug that they were read with: publishing may have given them another since.
fn update(tx: &mut Tx<'_>, translation: &Translation, (version, slug): (Version, &Slug)) -> Result<(), Error> {
    let at = translations::table.find((Bind(translation.article_id), translation.locale.as_str()));
    let as_read = at.filter(translations::version.eq(version)).filter(translations::slug.eq(slug.as_str()));
    if diesel::update(as_read).set(&row(translation)).execute(tx)? == 0 {
        return Err(translation.stale());
    }
    Ok(())
}

fn revision(tx: &mut Tx<'_>, t: &Translation, note: &str) -> Result<(), Error> {
    let new = NewRevision {
        article_id: Bind(t.article_id),
        locale: t.locale.as_str(),
        version: t.version,
        slug: t.slug.as_str(),
        words: Json(words_json(&t.words)),
        made_from: t.made_from.as_ref().map(|m| Json(json!(m))),
        saved_by: t.updated_by.map(Bind),
        saved_at: Bind(t.updated_at),
        note,
        approved: t.state == State::Approved,
    };
    diesel::insert_into(translation_revisions::table).values(&new).execute(tx)?;
    pictured(tx, t)?;
    articles::touch(tx, t.article_id, t.updated_at)
}

/// Note what the body of a working copy shows of the media library.
fn pictured(tx: &mut Tx<'_>, t: &Translation) -> Result<(), Error> {
    let of_words = translation_media::article_id.eq(Bind(t.article_id)).and(translation_media::locale.eq(t.locale.as_str()));
    diesel::delete(translation_media::table.filter(of_words)).execute(tx)?;
    let all = pictures::of(&t.words.body);
    if all.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("INSERT INTO translation_media (media_id, article_id, locale)");
    sql.values(all, |row, media| _ = row.id(media).id(t.article_id).text(t.locale.as_str()));
    sql.execute(tx).map(drop)
}

/// The body of a revision, for linking a translation's blocks to it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn revision_body(tx: &mut Tx<'_>, article: Id<Article>, of: &MadeFrom) -> Result<Option<Document>, Error> {
    let words: Option<Json> = translation_revisions::table
        .find((Bind(article), of.locale.as_str(), of.version))
        .select(translation_revisions::words)
        .first(tx)?;
    words.and_then(|w| w.0.get("body").map(doc::stored)).transpose()
}

/// The newest version that words ever had in a locale, those removed since included; 0 when there never were any.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn last_version(tx: &mut Tx<'_>, article: Id<Article>, locale: &Locale) -> Result<Version, Error> {
    let newest: Option<Version> = translation_revisions::table
        .filter(translation_revisions::article_id.eq(Bind(article)))
        .filter(translation_revisions::locale.eq(locale.as_str()))
        .order(translation_revisions::version.desc())
        .select(translation_revisions::version)
        .first(tx)?;
    Ok(newest.unwrap_or(0))
}

/// Who saved a version, by name, and when.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn saved_by(tx: &mut Tx<'_>, t: &Translation) -> Result<Option<(String, Instant)>, Error> {
    use super::{present_users::everybody, schema::users};
    translation_revisions::table
        .inner_join(everybody().on(translation_revisions::saved_by.eq(users::id.nullable())))
        .filter(translation_revisions::article_id.eq(Bind(t.article_id)))
        .filter(translation_revisions::locale.eq(t.locale.as_str()))
        .filter(translation_revisions::version.eq(t.version))
        .select((users::name, translation_revisions::saved_at))
        .first(tx)
}

/// Remove words that never had an edition; their revisions stay, and the count of versions goes on from them.
///
/// # Errors
/// [`Error::Stale`] when they have moved on.
pub fn delete<A>(tx: &mut Tx<'_>, granted: &Granted<A, Copy>, expected: Version) -> Result<(), Error> {
    let t = &granted.get().translation;
    let at = translations::table.find((Bind(t.article_id), t.locale.as_str())).filter(translations::version.eq(expected));
    if diesel::delete(at).execute(tx)? == 0 {
        return Err(t.stale());
    }
    super::recordings::forget(tx, t.article_id, Some(&t.locale))?;
    let subject = Subject::Translation(t.article_id, t.locale.clone());
    tx.record(Change::new(Event::Deleted, subject));
    Ok(())
}
