//! Lists of articles as the desk keeps them: by what they are narrowed, and in which order they stand.
//!
//! What is said of words is said of words that the reader is shown; who is not shown a translation, a plan or an assignment gets the list that
//! they would get without it.

use std::collections::HashMap;

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Integer, Nullable, Text},
};

use super::{
    RunQueryDsl, Tx, articles,
    dialect::{self, At},
    editions::LiveHead,
    sql::Sql,
    translations::{HEADS, Head, HeadRow},
    visibility::reads,
};
use crate::{
    access::Visibility,
    domain::{
        Error, Id, Instant, Locale,
        article::{Article, Genre, Kind},
        author::Author,
        collation::NameKey,
        fold::search_key,
        page::{Page, Paging, Place, Sorting},
        section::Section,
        tag::Tag,
        translation::State,
        user::{Named, User},
        vocabulary::vocabulary,
    },
};

vocabulary! {
    /// How a desk list is ordered; by publication only what is live.
    pub enum DeskOrder {
        /// Last saved first.
        LastUpdated => "-updated_at",
        /// First saved first.
        FirstUpdated => "updated_at",
        /// Last begun first.
        LastCreated => "-created_at",
        /// First begun first.
        FirstCreated => "created_at",
        /// Last published first.
        LastPublished => "-published_at",
        /// First published first.
        FirstPublished => "published_at",
        /// By the headline of the original, folded, letter by letter.
        Headline => "headline",
        /// The same, the last first.
        HeadlineDescending => "-headline",
    }
}

impl DeskOrder {
    /// How a list in this order is sorted.
    #[must_use]
    pub fn sorting(self) -> Sorting {
        match self {
            Self::LastUpdated => Sorting::Desk,
            Self::FirstUpdated => Sorting::DeskLeastUpdated,
            Self::LastCreated => Sorting::DeskLastCreated,
            Self::FirstCreated => Sorting::DeskFirstCreated,
            Self::LastPublished => Sorting::DeskLastPublished,
            Self::FirstPublished => Sorting::DeskFirstPublished,
            Self::Headline => Sorting::DeskByHeadline,
            Self::HeadlineDescending => Sorting::DeskByHeadlineDescending,
        }
    }

    fn is_by_headline(self) -> bool {
        matches!(self, Self::Headline | Self::HeadlineDescending)
    }

    fn is_by_publication(self) -> bool {
        matches!(self, Self::LastPublished | Self::FirstPublished)
    }

    fn column(self) -> &'static str {
        match self {
            Self::LastUpdated | Self::FirstUpdated | Self::Headline | Self::HeadlineDescending => "a.updated_at",
            Self::LastCreated | Self::FirstCreated => "a.created_at",
            Self::LastPublished | Self::FirstPublished => "fp.at",
        }
    }

    fn descends(self) -> bool {
        matches!(self, Self::LastUpdated | Self::LastCreated | Self::LastPublished | Self::HeadlineDescending)
    }
}

/// From one instant on, and before another.
#[derive(Debug, Clone, Copy, Default)]
pub struct Window {
    /// At or after this instant.
    pub after: Option<Instant>,
    /// Before this instant.
    pub before: Option<Instant>,
}

impl Window {
    fn is_open(self) -> bool {
        self.after.is_none() && self.before.is_none()
    }

    fn keep(self, sql: &mut Sql, column: &str) {
        if let Some(at) = self.after {
            sql.push(" AND ").push(column).push(" >= ").at(at);
        }
        if let Some(at) = self.before {
            sql.push(" AND ").push(column).push(" < ").at(at);
        }
    }
}

/// Which articles a desk list shows. A list of several asks for any of them, an empty one for nothing; `states`, `text` and `body_text` speak of one and
/// the same translation, and it is in one of `locales`, as are the editions, plans and assignments that are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// With a translation in one of these states.
    pub states: Vec<State>,
    /// With a translation in one of these locales.
    pub locales: Vec<Locale>,
    /// With this text in a headline.
    pub text: Option<String>,
    /// With this text in the newest revision of a body.
    pub body_text: Option<String>,
    /// In one of these sections or below it.
    pub sections: Vec<Id<Section>>,
    /// Credited to one of these authors.
    pub authors: Vec<Id<Author>>,
    /// Carrying one of these tags.
    pub tags: Vec<Id<Tag>>,
    /// Of one of these kinds.
    pub kinds: Vec<Kind>,
    /// Of one of these genres.
    pub genres: Vec<Genre>,
    /// With words that are given to one of these.
    pub assignees: Vec<Id<User>>,
    /// Or with words that are given to nobody: none of the article's are.
    pub unassigned: bool,
    /// Created by one of these.
    pub creators: Vec<Id<User>>,
    /// Of which something is live, or nothing.
    pub live: Option<bool>,
    /// Under an embargo that runs, or not.
    pub embargoed: Option<bool>,
    /// For which something is planned that has not failed, or nothing.
    pub scheduled: Option<bool>,
    /// First saved then.
    pub created: Window,
    /// Last saved then.
    pub updated: Window,
    /// With words that are live and were first published then.
    pub published: Window,
}

fn by_ids(sql: &mut Sql, filter: &Filter) {
    if !filter.sections.is_empty() {
        sql.push(" AND a.section_id IN (SELECT own.id FROM sections own JOIN sections top ON own.path = top.path OR own.path LIKE top.path || '/%' ");
        sql.push("WHERE top.id IN ").ids(filter.sections.iter().copied()).push(")");
    }
    if !filter.authors.is_empty() {
        sql.push(" AND a.id IN (SELECT c.article_id FROM article_credits c WHERE c.author_id IN ")
            .ids(filter.authors.iter().copied())
            .push(")");
    }
    if !filter.tags.is_empty() {
        sql.push(" AND a.id IN (SELECT c.article_id FROM article_tags c WHERE c.tag_id IN ").ids(filter.tags.iter().copied()).push(")");
    }
    if !filter.creators.is_empty() {
        sql.push(" AND a.created_by IN ").ids(filter.creators.iter().copied());
    }
    if !filter.kinds.is_empty() {
        sql.push(" AND a.kind IN ").words(filter.kinds.iter().map(|kind| kind.as_str()));
    }
    if !filter.genres.is_empty() {
        sql.push(" AND a.genre IN ").words(filter.genres.iter().map(|genre| genre.as_str()));
    }
}

fn in_locales(sql: &mut Sql, filter: &Filter, column: &str) {
    if !filter.locales.is_empty() {
        sql.push(" AND ").push(column).push(" IN ").locales(&filter.locales);
    }
}

fn given(sql: &mut Sql, visibility: &Visibility, filter: &Filter) {
    if filter.assignees.is_empty() && !filter.unassigned {
        return;
    }
    sql.push(" AND (");
    if !filter.assignees.is_empty() {
        // By person, who has few of them; and then of these the ones that the reader is shown.
        sql.push("(a.id IN (SELECT g.article_id FROM assignments g WHERE g.user_id IN ").ids(filter.assignees.iter().copied());
        sql.push(") AND EXISTS (SELECT 1 FROM assignments g WHERE g.article_id = a.id AND g.user_id IN ")
            .ids(filter.assignees.iter().copied());
        sql.push(" AND ");
        reads(sql, visibility, "g.locale");
        in_locales(sql, filter, "g.locale");
        sql.push("))");
    }
    if filter.unassigned {
        sql.push(if filter.assignees.is_empty() { "" } else { " OR " });
        sql.push("NOT EXISTS (SELECT 1 FROM assignments g WHERE g.article_id = a.id AND ");
        reads(sql, visibility, "g.locale");
        in_locales(sql, filter, "g.locale");
        sql.push(")");
    }
    sql.push(")");
}

fn narrow(tx: &Tx<'_>, sql: &mut Sql, visibility: &Visibility, filter: &Filter) {
    by_ids(sql, filter);
    given(sql, visibility, filter);
    filter.created.keep(sql, "a.created_at");
    filter.updated.keep(sql, "a.updated_at");
    if let Some(embargoed) = filter.embargoed {
        sql.push(if embargoed { " AND a.embargo_until > " } else { " AND (a.embargo_until IS NULL OR a.embargo_until <= " }).at(tx.now());
        sql.push(if embargoed { "" } else { ")" });
    }
    let not = |there: bool| if there { " AND EXISTS (" } else { " AND NOT EXISTS (" };
    if let Some(live) = filter.live {
        sql.push(not(live)).push("SELECT 1 FROM editions e WHERE e.article_id = a.id AND e.ended_at IS NULL");
        in_locales(sql, filter, "e.locale");
        sql.push(")");
    }
    if !filter.published.is_open() {
        sql.push(" AND EXISTS (SELECT 1 FROM editions e WHERE e.article_id = a.id AND e.ended_at IS NULL");
        in_locales(sql, filter, "e.locale");
        filter.published.keep(sql, "e.published_at");
        sql.push(")");
    }
    if let Some(scheduled) = filter.scheduled {
        sql.push(not(scheduled)).push("SELECT 1 FROM plans p WHERE p.article_id = a.id AND p.failed_at IS NULL AND ");
        reads(sql, visibility, "p.locale");
        in_locales(sql, filter, "p.locale");
        sql.push(")");
    }
    if !filter.states.is_empty() || !filter.locales.is_empty() || filter.text.is_some() || filter.body_text.is_some() {
        by_words(tx, sql, visibility, filter);
    }
}

fn by_words(tx: &Tx<'_>, sql: &mut Sql, visibility: &Visibility, filter: &Filter) {
    sql.push(" AND EXISTS (SELECT 1 FROM translations t");
    if filter.body_text.is_some() {
        // The newest revision alone is read, for its body is.
        sql.push(" ").push(dialect::join_in_order(tx.conn)).push("translation_revisions r ON r.article_id = t.article_id");
        sql.push(" AND r.locale = t.locale AND r.version = t.version");
    }
    sql.push(" WHERE t.article_id = a.id AND ");
    reads(sql, visibility, "t.locale");
    if !filter.states.is_empty() {
        sql.push(" AND t.state IN ").words(filter.states.iter().map(|state| state.as_str()));
    }
    in_locales(sql, filter, "t.locale");
    if let Some(text) = &filter.text {
        sql.push(" AND t.headline_key LIKE ").containing(&search_key(text));
    }
    if let Some(text) = &filter.body_text {
        sql.push(" AND ").push(&dialect::body_text_like(tx.conn, "r.words")).containing(text).push(")");
    }
    sql.push(")");
}

/// Letters of a folded headline that its place goes by: what a cursor has room for.
const LETTERS: &str = "30";

#[derive(QueryableByName)]
struct Row {
    #[diesel(embed)]
    article: articles::Row,
    #[diesel(sql_type = At)]
    sorted_at: Instant,
    #[diesel(sql_type = Text)]
    sorted_by: String,
    #[diesel(sql_type = Nullable<Text>)]
    creator: Option<String>,
    #[diesel(sql_type = Nullable<At>)]
    creator_left_at: Option<Instant>,
}

/// An article on a list, and what whoever created it is called.
pub type Listed = (Article, Option<Named>);

/// The tables of a list in an order.
fn from(sql: &mut Sql, filter: &Filter, order: DeskOrder) {
    sql.push(" FROM articles a JOIN sections s ON s.id = a.section_id");
    if order.is_by_headline() {
        sql.push(" JOIN translations o ON o.article_id = a.id AND o.locale = a.source_locale");
    }
    if order.is_by_publication() {
        sql.push(" JOIN (SELECT e.article_id, MIN(e.published_at) AS at FROM editions e WHERE e.ended_at IS NULL");
        in_locales(sql, filter, "e.locale");
        sql.push(" GROUP BY e.article_id) fp ON fp.article_id = a.id");
    }
    sql.push(" WHERE ");
}

/// A page of articles.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, visibility: &Visibility, filter: &Filter, order: DeskOrder, paging: Paging) -> Result<Page<Listed>, Error> {
    let headline = format!("SUBSTR(COALESCE(o.headline_key, ''), 1, {LETTERS}){}", dialect::bytewise(tx.conn));
    let by_headline = order.is_by_headline();
    let mut sql = Sql::new("SELECT ");
    sql.push(articles::COLUMNS).push(", ").push(order.column()).push(" AS sorted_at, ");
    sql.push(if by_headline { &headline } else { "''" }).push(" AS sorted_by, ");
    sql.push("(SELECT u.name FROM users u WHERE u.id = a.created_by) AS creator, (SELECT u.left_at FROM users u WHERE u.id = a.created_by) AS creator_left_at");
    from(&mut sql, filter, order);
    articles::visible(&mut sql, visibility);
    narrow(tx, &mut sql, visibility, filter);
    if by_headline {
        let ascending = order.descends() == paging.backwards();
        if let Some(at) = paging.cursor {
            sql.push(" AND (").push(&headline).push(", a.id)").push(if ascending { " > (" } else { " < (" });
            sql.text(&at.name.as_text()).push(", ").id(Id::<()>::from(at.id)).push(")");
        }
        let way = if ascending { "" } else { " DESC" };
        sql.push(" ORDER BY ").push(&headline).push(way).push(", a.id").push(way).push(" LIMIT ");
        sql.int(i64::from(paging.limit).saturating_add(1));
    } else {
        sql.page(paging, Some(order.column()), "a.id", order.descends());
    }
    let rows: Vec<Row> = sql.load(tx)?;
    let mut all = Vec::new();
    let places = rows.into_iter().map(|row| {
        all.push(row.article);
        let key = if by_headline { 0 } else { row.sorted_at.as_micros() };
        let creator = row.creator.map(|name| Named { name, former: row.creator_left_at.is_some() });
        (key, NameKey::of(row.sorted_by.as_bytes()), creator)
    });
    let places: Vec<_> = places.collect();
    let rows: Vec<_> = articles::told(tx, visibility, all)?.into_iter().zip(places).collect();
    let total = if paging.count { Some(count(tx, visibility, filter, order)?) } else { None };
    let place = |(article, (key, name, _)): &(Article, (i64, NameKey, _))| Place { key: *key, name: *name, id: article.id.uuid() };
    Ok(Page::cut(rows, paging, order.sorting(), total, place).map(|(article, (.., creator))| (article, creator)))
}

/// How many articles a list shows.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn how_many(tx: &mut Tx<'_>, visibility: &Visibility, filter: &Filter) -> Result<i64, Error> {
    count(tx, visibility, filter, DeskOrder::LastUpdated)
}

fn count(tx: &mut Tx<'_>, visibility: &Visibility, filter: &Filter, order: DeskOrder) -> Result<i64, Error> {
    let mut sql = Sql::new("SELECT COUNT(*) AS n");
    from(&mut sql, filter, order);
    articles::visible(&mut sql, visibility);
    narrow(tx, &mut sql, visibility, filter);
    sql.count(tx)
}

/// How a translation stands: without its words, what is live of it, and how many published revisions its source is ahead.
pub type Standing = (Head, Option<LiveHead>, i32);

/// How the translations stand that many articles show, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn standing(tx: &mut Tx<'_>, articles: &[Article]) -> Result<HashMap<Id<Article>, Vec<Standing>>, Error> {
    #[derive(QueryableByName)]
    struct LiveRow {
        #[diesel(sql_type = Nullable<Text>)]
        live_slug: Option<String>,
        #[diesel(sql_type = Nullable<Integer>)]
        words_version: Option<i32>,
        #[diesel(sql_type = Nullable<Integer>)]
        facts_version: Option<i32>,
        #[diesel(sql_type = Nullable<At>)]
        published_at: Option<Instant>,
        #[diesel(sql_type = Nullable<At>)]
        live_updated_at: Option<Instant>,
        #[diesel(sql_type = Nullable<At>)]
        started_at: Option<Instant>,
    }
    #[derive(QueryableByName)]
    struct StandingRow {
        #[diesel(embed)]
        head: HeadRow,
        #[diesel(embed)]
        live: LiveRow,
        #[diesel(sql_type = BigInt)]
        behind: i64,
    }
    let live = |row: LiveRow, locale: &Locale| {
        let (revisions, dates) = (row.words_version.zip(row.facts_version)?, row.published_at.zip(row.live_updated_at)?);
        Some(LiveHead {
            locale: locale.clone(),
            slug: row.live_slug?,
            words_version: revisions.0,
            facts_version: revisions.1,
            published_at: dates.0,
            updated_at: dates.1,
            started_at: row.started_at?,
            made_from: None,
            behind: 0,
        })
    };
    let mut sql = Sql::new(HEADS);
    sql.push(
        ", l.slug AS live_slug, l.words_version, l.facts_version, l.published_at, l.updated_at AS live_updated_at, l.started_at, \
         (SELECT COUNT(DISTINCT e.words_version) FROM editions e WHERE e.article_id = t.article_id AND e.locale = t.made_from_locale \
         AND e.words_version > t.made_from_version AND e.minor = ",
    );
    sql.bool(false).push(" AND e.moved_only = ").bool(false).push(
        ") AS behind FROM translations t LEFT JOIN editions l ON l.article_id = t.article_id AND l.locale = t.locale AND l.ended_at IS NULL \
         WHERE t.article_id IN ",
    );
    sql.ids(articles.iter().map(|a| a.id)).push(" ORDER BY t.article_id, t.locale");
    let of: HashMap<Id<Article>, &Article> = articles.iter().map(|a| (a.id, a)).collect();
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for row in sql.load::<StandingRow>(tx)? {
        let (id, head) = row.head.domain()?;
        if of.get(&id).is_some_and(|a| a.shows(&head.locale)) {
            let live = live(row.live, &head.locale);
            all.entry(id).or_default().push((head, live, i32::try_from(row.behind).unwrap_or(i32::MAX)));
        }
    }
    Ok(all)
}
