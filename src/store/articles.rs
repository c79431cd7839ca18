//! Articles: their facts, with tags, credits and revisions.

use std::collections::{BTreeSet, HashMap};

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Integer, Nullable, Text},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::{self, At, Doc, Hold, Json, Uid},
    paths::path_of,
    schema::{article_credits, article_media, article_revisions, article_tags, articles},
    sql::Sql,
    visibility::{sees, show},
};
use crate::{
    access::{Granted, Visibility},
    domain::{
        Error, Id, Instant, Locale, Version,
        article::{Article, Facts, Shown},
        change::{Change, Event, Subject},
        credit::Credit,
        section::Section,
        tag::Tag,
        user::User,
    },
};

/// A row of a query by [`SELECT`].
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Uid)]
    id: Id<Article>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    genre: String,
    #[diesel(sql_type = Uid)]
    section_id: Id<Section>,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Nullable<Doc>)]
    lead: Option<Json>,
    #[diesel(sql_type = Text)]
    source_locale: String,
    #[diesel(sql_type = Nullable<At>)]
    embargo_until: Option<Instant>,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Nullable<Uid>)]
    created_by: Option<Id<User>>,
    #[diesel(sql_type = At)]
    created_at: Instant,
    #[diesel(sql_type = At)]
    updated_at: Instant,
    #[diesel(sql_type = Nullable<At>)]
    withdrawn_at: Option<Instant>,
    #[diesel(sql_type = Nullable<At>)]
    trashed_at: Option<Instant>,
}

macro_rules! columns {
    () => {
        "a.id, a.kind, a.genre, a.section_id, s.path, a.lead, a.source_locale, a.embargo_until, a.version, \
         a.created_by, a.created_at, a.updated_at, a.withdrawn_at, a.trashed_at"
    };
}

/// What of an article `a` in a section `s` a [`Row`] is made of.
pub(super) const COLUMNS: &str = columns!();

/// The articles of a condition, whose columns are [`COLUMNS`].
pub(super) const SELECT: &str = concat!("SELECT ", columns!(), " FROM articles a JOIN sections s ON s.id = a.section_id WHERE ");

/// The condition that the reader sees the article `a`, and that it is not in the trash.
pub(super) fn visible(sql: &mut Sql, visibility: &Visibility) {
    sql.push("a.trashed_at IS NULL AND ");
    sees(sql, visibility);
}

/// The articles of a query by [`SELECT`], as the reader is shown them.
pub(super) fn load(tx: &mut Tx<'_>, visibility: &Visibility, sql: Sql) -> Result<Vec<Article>, Error> {
    let rows = sql.load(tx)?;
    told(tx, visibility, rows)
}

/// The articles of such rows.
pub(super) fn told(tx: &mut Tx<'_>, visibility: &Visibility, rows: Vec<Row>) -> Result<Vec<Article>, Error> {
    let ids: Vec<Id<Article>> = rows.iter().map(|r| r.id).collect();
    let mut names = names_of(tx, &ids)?;
    let articles = rows
        .into_iter()
        .map(|row| {
            let Names { tags, credits } = names.remove(&row.id).unwrap_or_default();
            let lead = row.lead.map(|l| serde_json::from_value(l.0)).transpose().map_err(Error::internal)?;
            Ok(Article {
                id: row.id,
                facts: Facts {
                    kind: row.kind.parse()?,
                    genre: row.genre.parse()?,
                    section_id: row.section_id,
                    tags,
                    credits,
                    lead,
                    source_locale: Locale::stored(row.source_locale),
                    embargo_until: row.embargo_until,
                },
                section_path: path_of(&row.path)?,
                version: row.version,
                created_by: row.created_by,
                created_at: row.created_at,
                updated_at: row.updated_at,
                withdrawn_at: row.withdrawn_at,
                trashed_at: row.trashed_at,
                shown: Shown::All,
            })
        })
        .collect::<Result<Vec<_>, Error>>();
    let mut articles = articles?;
    show(tx, visibility, &mut articles)?;
    Ok(articles)
}

/// What articles name.
#[derive(Default)]
struct Names {
    tags: Vec<Id<Tag>>,
    credits: Vec<Credit>,
}

/// What articles name, in their order.
fn names_of(tx: &mut Tx<'_>, ids: &[Id<Article>]) -> Result<HashMap<Id<Article>, Names>, Error> {
    #[derive(QueryableByName)]
    struct NameRow {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Nullable<Text>)]
        role: Option<String>,
        #[diesel(sql_type = Uid)]
        named: Id<()>,
    }
    let mut sql = Sql::new("SELECT article_id, role, author_id AS named, position FROM article_credits WHERE article_id IN ");
    sql.ids(ids.iter().copied()).push(" UNION ALL SELECT article_id, NULL, tag_id, position FROM article_tags WHERE article_id IN ");
    sql.ids(ids.iter().copied()).push(" ORDER BY position");
    let mut all: HashMap<_, Names> = HashMap::new();
    for row in sql.load::<NameRow>(tx)? {
        let names = all.entry(row.article_id).or_default();
        match row.role {
            Some(role) => names.credits.push(Credit { role, author_id: row.named.cast() }),
            None => names.tags.push(row.named.cast()),
        }
    }
    Ok(all)
}

/// One article that the reader may see.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, visibility: &Visibility, id: Id<Article>) -> Result<Article, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("a.id = ").id(id).push(" AND ");
    visible(&mut sql, visibility);
    load(tx, visibility, sql)?.pop().ok_or(Error::NotFound("article"))
}

/// One article that the reader may see, in the trash or not.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find_anywhere(tx: &mut Tx<'_>, visibility: &Visibility, id: Id<Article>) -> Result<Article, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("a.id = ").id(id).push(" AND ");
    sees(&mut sql, visibility);
    load(tx, visibility, sql)?.pop().ok_or(Error::NotFound("article"))
}

/// Several articles that the reader may see, in the trash or not.
///
/// # Errors
/// [`Error::Busy`] when somebody changes one of them, and that is not waited for.
pub(super) fn find_all(tx: &mut Tx<'_>, visibility: &Visibility, ids: &BTreeSet<Id<Article>>, hold: Hold) -> Result<Vec<Article>, Error> {
    #[derive(QueryableByName)]
    struct Held {
        #[diesel(sql_type = Uid)]
        id: Id<Article>,
    }
    let holding = dialect::holding(tx.conn, hold, false);
    let mut held = None;
    if !holding.is_empty() {
        let mut sql = Sql::new("SELECT a.id FROM articles a WHERE a.id IN ");
        sql.ids(ids.iter().copied()).push(" AND ");
        sees(&mut sql, visibility);
        // In one order, so that of those who hold several nobody waits in a circle; and before they are read, so that they are read as they stay.
        sql.push(" ORDER BY a.id").push(holding);
        let all = sql.load::<Held>(tx)?.into_iter().map(|row| row.id).collect::<BTreeSet<_>>();
        tx.held.extend(&all);
        held = Some(all);
    }
    let mut sql = Sql::new(SELECT);
    sql.push("a.id IN ").ids(ids.iter().copied()).push(" AND ");
    sees(&mut sql, visibility);
    let found = load(tx, visibility, sql)?;
    let is_held = |article: &Article| held.as_ref().is_none_or(|held| held.contains(&article.id));
    if found.iter().all(is_held) { Ok(found) } else { Err(Error::Busy) }
}

/// The ids of all articles outside the trash, oldest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn ids_after(tx: &mut Tx<'_>, after: Option<Id<Article>>, limit: i64) -> Result<Vec<Id<Article>>, Error> {
    let there = articles::table.filter(articles::trashed_at.is_null());
    let mut query = there.select(articles::id).order(articles::id).limit(limit).into_boxed();
    if let Some(id) = after {
        query = query.filter(articles::id.gt(Bind(id)));
    }
    query.load(tx)
}

/// How many articles there are outside the trash.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, Error> {
    articles::table.filter(articles::trashed_at.is_null()).count().get_result(tx)
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = articles, treat_none_as_null = true)]
struct NewRow {
    id: Bind<Id<Article>>,
    kind: &'static str,
    genre: &'static str,
    section_id: Bind<Id<Section>>,
    lead: Option<Json>,
    source_locale: String,
    embargo_until: Option<Bind<Instant>>,
    version: i32,
    created_by: Option<Bind<Id<User>>>,
    created_at: Bind<Instant>,
    updated_at: Bind<Instant>,
}

fn row(article: &Article) -> NewRow {
    let facts = &article.facts;
    NewRow {
        id: Bind(article.id),
        kind: facts.kind.as_str(),
        genre: facts.genre.as_str(),
        section_id: Bind(facts.section_id),
        lead: facts.lead.as_ref().map(|l| Json(json!(l))),
        source_locale: facts.source_locale.to_string(),
        embargo_until: facts.embargo_until.map(Bind),
        version: article.version,
        created_by: article.created_by.map(Bind),
        created_at: Bind(article.created_at),
        updated_at: Bind(article.updated_at),
    }
}

/// Begin an article.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn begin<A>(tx: &mut Tx<'_>, granted: &Granted<A, Article>, note: &str) -> Result<(), Error> {
    let article = granted.get();
    diesel::insert_into(articles::table).values(&row(article)).execute(tx)?;
    tx.held.insert(article.id);
    keep(tx, granted, note)?;
    tx.record(Change::new(Event::Created, Subject::Article(article.id)));
    Ok(())
}

/// Save the next version of an article, with the revision that this makes.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Article>, note: &str) -> Result<(), Error> {
    let article = granted.get();
    let at = articles::table.find(Bind(article.id)).filter(articles::version.eq(article.version.saturating_sub(1)));
    if diesel::update(at).set(&row(article)).execute(tx)? == 0 {
        return Err(Error::stale("article", article.version));
    }
    tx.held.insert(article.id);
    diesel::delete(article_tags::table.filter(article_tags::article_id.eq(Bind(article.id)))).execute(tx)?;
    diesel::delete(article_credits::table.filter(article_credits::article_id.eq(Bind(article.id)))).execute(tx)?;
    diesel::delete(article_media::table.filter(article_media::article_id.eq(Bind(article.id)))).execute(tx)?;
    keep(tx, granted, note)?;
    tx.record(Change::new(Event::Revised, Subject::Article(article.id)));
    Ok(())
}

/// Keep what an article names, and the revision that it is.
fn keep<A>(tx: &mut Tx<'_>, granted: &Granted<A, Article>, note: &str) -> Result<(), Error> {
    let (id, facts) = (granted.get().id, &granted.get().facts);
    if !facts.tags.is_empty() {
        let mut sql = Sql::new("INSERT INTO article_tags (article_id, position, tag_id)");
        sql.values((0i32..).zip(&facts.tags), |row, (n, tag)| _ = row.id(id).int(n).id(*tag));
        sql.execute(tx)?;
    }
    if !facts.credits.is_empty() {
        let mut sql = Sql::new("INSERT INTO article_credits (article_id, position, role, author_id)");
        sql.values((0i32..).zip(&facts.credits), |row, (n, credit)| _ = row.id(id).int(n).text(&credit.role).id(credit.author_id));
        sql.execute(tx)?;
    }
    for media in facts.media() {
        let row = (article_media::media_id.eq(Bind(media)), article_media::article_id.eq(Bind(id)));
        diesel::insert_into(article_media::table).values(row).execute(tx)?;
    }
    let revision = (
        article_revisions::article_id.eq(Bind(id)),
        article_revisions::version.eq(granted.get().version),
        article_revisions::facts.eq(Json(json!(facts))),
        article_revisions::saved_by.eq(granted.caller().user_id()),
        article_revisions::saved_at.eq(Bind(granted.get().updated_at)),
        article_revisions::note.eq(note),
    );
    diesel::insert_into(article_revisions::table).values(revision).execute(tx)?;
    Ok(())
}

/// Put on record that an embargo was ended before its instant.
pub fn note_broken_embargo<A>(tx: &mut Tx<'_>, granted: &Granted<A, Article>, reason: &str) {
    tx.record(Change::new(Event::EmbargoBroken, Subject::Article(granted.get().id)).because(reason));
}

/// Let nobody else change an article, or publish it, before this transaction ends.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn hold(tx: &mut Tx<'_>, id: Id<Article>) -> Result<(), Error> {
    diesel::update(articles::table.find(Bind(id))).set(articles::version.eq(articles::version)).execute(tx)?;
    tx.held.insert(id);
    Ok(())
}

/// Let an article stand first in desk lists, for its words were saved.
pub(super) fn touch(tx: &mut Tx<'_>, id: Id<Article>, at: Instant) -> Result<(), Error> {
    diesel::update(articles::table.find(Bind(id))).set(articles::updated_at.eq(Bind(at))).execute(tx)?;
    tx.held.insert(id);
    Ok(())
}

/// Who saved a version of the facts, by name.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn saved_by(tx: &mut Tx<'_>, id: Id<Article>, version: Version) -> Result<Option<(String, Instant)>, Error> {
    use super::{present_users::everybody, schema::users};
    article_revisions::table
        .inner_join(everybody().on(article_revisions::saved_by.eq(users::id.nullable())))
        .filter(article_revisions::article_id.eq(Bind(id)))
        .filter(article_revisions::version.eq(version))
        .select((users::name, article_revisions::saved_at))
        .first(tx)
}

/// The ids as a set of UUIDs, for naming them.
#[must_use]
pub fn referenced(facts: &Facts, path: &[Id<Section>]) -> BTreeSet<Uuid> {
    let sections = path.iter().map(|id| id.uuid());
    sections.chain(facts.tags.iter().map(|t| t.uuid())).chain(facts.credits.iter().map(|c| c.author_id.uuid())).collect()
}
