//! Which stories lead on from one: lists that are derived, and what editors say of them.
//!
//! **Context.** What is related is costly to find, has to be the same on all instances, and readers must never wait for it. **Decision.** It is found by a worker and
//! kept as places; what is to be found again is marked in the same database, so that nothing is forgotten and nothing found twice. What readers are shown is what of a list is
//! live in the snapshot of their answer. **Consequence.** A list may be behind for some seconds, and never shows what is not public.

use std::collections::{BTreeSet, HashMap};

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Integer, Nullable, Text},
};
use uuid::Uuid;

use super::{
    RunQueryDsl, Tx,
    dialect::{At, Uid},
    sql::{Sql, Values},
};
use crate::{
    access::{Granted, Visibility, action::EditArticle},
    domain::{
        Error, Id, Instant, Locale, Version,
        article::{Article, ArticleId, Kind},
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        edition::Edition,
        facet::Facet,
        related::{Choices, Chosen},
        section::SectionId,
    },
};

/// Stories that one list has.
pub const LONGEST: usize = 20;
/// The later of two changes for which a list is to be found: what an index had not taken up is not forgotten.
const LATER: &str = "CASE WHEN related_lists.due_since > excluded.due_since THEN related_lists.due_since ELSE excluded.due_since END";
/// Lists that are looked for again, of those that name a story which has changed: the latest.
const NAMING: i64 = 100;
/// Live stories that are looked at at once for whether they have a list.
const FILLED: i64 = 1_000;

/// A list that is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The story.
    pub article: ArticleId,
    /// The locale of its words.
    pub locale: Locale,
    /// Whether the story itself has changed: then the lists of those that it names are found again as well.
    pub has_changed: bool,
    /// The change for which it is to be found.
    since: i64,
}

fn news(sql: &mut Sql, edition: &str) {
    sql.push(edition).push(".ended_at IS NULL AND ").push(edition).push(".kind NOT IN ");
    sql.words(Kind::ALL.iter().filter(|kind| !kind.is_news()).map(|kind| kind.as_str()));
}

/// Mark what is to be found again after a change in which some stories have changed, come or gone.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn mark(tx: &mut Tx<'_>, changed: &BTreeSet<ArticleId>, seq: i64) -> Result<(), Error> {
    if changed.is_empty() {
        return Ok(());
    }
    // Of what has changed the latest that name it; of what has gone all that do.
    let mut naming = Sql::new("UPDATE related_lists SET due = CASE WHEN due > 1 THEN due ELSE 1 END, due_since = ");
    naming.int(seq).push(" WHERE due_since < ").int(seq).push(" AND (article_id, locale) IN (SELECT named.article_id, named.locale FROM (");
    naming.push("SELECT r.article_id, r.locale, r.other_id, ROW_NUMBER() OVER (PARTITION BY r.other_id ORDER BY l.published_at DESC, r.article_id) AS n ");
    naming.push("FROM related_stories r JOIN related_lists l ON l.article_id = r.article_id AND l.locale = r.locale WHERE r.other_id IN ");
    naming.ids(changed.iter().copied()).push(") named WHERE named.n <= ").int(NAMING).push(" OR NOT EXISTS (SELECT 1 FROM editions e ");
    naming.push("WHERE e.article_id = named.other_id AND e.locale = named.locale AND e.ended_at IS NULL))");
    naming.execute(tx)?;
    for table in ["related_stories", "related_lists"] {
        let mut gone = Sql::new(&format!("DELETE FROM {table} WHERE article_id IN "));
        gone.ids(changed.iter().copied());
        gone.push(&format!(
            " AND NOT EXISTS (SELECT 1 FROM editions e WHERE e.article_id = {table}.article_id AND e.locale = {table}.locale AND "
        ));
        news(&mut gone, "e");
        gone.push(")");
        gone.execute(tx)?;
    }
    let mut live = Sql::new(
        "INSERT INTO related_lists (article_id, locale, published_at, due, due_since) SELECT e.article_id, e.locale, e.published_at, 2, ",
    );
    live.int(seq).push(" FROM editions e WHERE ");
    news(&mut live, "e");
    live.push(" AND e.article_id IN ")
        .ids(changed.iter().copied())
        .push(" ORDER BY e.article_id, e.locale ON CONFLICT (article_id, locale) DO UPDATE SET ");
    live.push("due = 2, published_at = excluded.published_at, due_since = ").push(LATER);
    live.execute(tx).map(drop)
}

/// Mark live stories of a locale that have no list which was found for what they say now: of so many that are looked at, the latest first, behind a place among them. The
/// last place that was looked at; nothing, when there are no more. With `due` 2 the lists of those that they name are found again as well.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn fill(
    tx: &mut Tx<'_>,
    locale: &Locale,
    behind: Option<(Instant, ArticleId)>,
    (due, seq): (i64, i64),
) -> Result<Option<(Instant, ArticleId)>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: ArticleId,
        #[diesel(sql_type = Uid)]
        edition_id: Id<Edition>,
        #[diesel(sql_type = At)]
        published_at: Instant,
        #[diesel(sql_type = Nullable<Uid>)]
        found_for: Option<Id<Edition>>,
        #[diesel(sql_type = Integer)]
        due: i32,
    }
    let mut sql = Sql::new(
        "SELECT l.article_id, l.edition_id, l.published_at, r.edition_id AS found_for, COALESCE(r.due, 0) AS due FROM live_listings l \
         LEFT JOIN related_lists r ON r.article_id = l.article_id AND r.locale = l.locale WHERE l.facet = ",
    );
    sql.id(Id::<Facet>::from(Facet::ALL.uuid())).push(" AND l.locale = ").text(locale.as_str());
    if let Some((at, id)) = behind {
        sql.push(" AND (l.published_at, l.article_id) < (").at(at).push(", ").id(id).push(")");
    }
    sql.push(" ORDER BY l.published_at DESC, l.article_id DESC LIMIT ").int(FILLED);
    let rows = sql.load::<Row>(tx)?;
    let lacking: Vec<_> = rows.iter().filter(|row| row.due == 0 && row.found_for != Some(row.edition_id)).collect();
    if !lacking.is_empty() {
        let mut sql = Sql::new("INSERT INTO related_lists (article_id, locale, published_at, due, due_since)");
        sql.values(lacking, |values, row| {
            _ = values.id(row.article_id).text(locale.as_str()).at(row.published_at).int(due).int(seq);
        });
        sql.push(" ON CONFLICT (article_id, locale) DO UPDATE SET due = excluded.due, due_since = ").push(LATER);
        sql.push(" WHERE related_lists.due = 0");
        sql.execute(tx)?;
    }
    Ok(rows.last().map(|row| (row.published_at, row.article_id)))
}

/// Put a list off that cannot be found, to after a later change.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn put_off(tx: &mut Tx<'_>, due: &Due, until: i64) -> Result<(), Error> {
    let mut sql = Sql::new("UPDATE related_lists SET due_since = ");
    sql.int(until).push(" WHERE article_id = ").id(due.article).push(" AND locale = ").text(due.locale.as_str());
    sql.push(" AND due_since < ").int(until);
    sql.execute(tx).map(drop)
}

/// The stories of a section that were published next to an instant, before it and after it, so many each.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn around(tx: &mut Tx<'_>, section: SectionId, locale: &Locale, at: Instant, each: i64) -> Result<Vec<ArticleId>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: ArticleId,
    }
    let mut all = Vec::new();
    for (than, order) in [(" <= ", " DESC"), (" > ", "")] {
        let mut sql = Sql::new("SELECT article_id FROM live_listings WHERE facet = ");
        sql.id(Id::<Facet>::from(Facet::from(section).uuid())).push(" AND locale = ").text(locale.as_str());
        sql.push(" AND published_at").push(than).at(at).push(" ORDER BY published_at").push(order).push(", article_id").push(order);
        sql.push(" LIMIT ").int(each);
        all.extend(sql.load::<Row>(tx)?.into_iter().map(|row| row.article_id));
    }
    Ok(all)
}

/// Lists that are to be found for changes up to one: of stories that have changed first, then the latest.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn due(tx: &mut Tx<'_>, until: i64, limit: i64) -> Result<Vec<Due>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: ArticleId,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Integer)]
        due: i32,
        #[diesel(sql_type = BigInt)]
        due_since: i64,
    }
    let mut sql = Sql::new("SELECT article_id, locale, due, due_since FROM related_lists WHERE due > 0 AND due_since <= ");
    sql.int(until).push(" ORDER BY due DESC, published_at DESC, article_id, locale LIMIT ").int(limit);
    let due =
        |row: Row| Due { article: row.article_id, locale: Locale::stored(row.locale), has_changed: row.due > 1, since: row.due_since };
    Ok(sql.load::<Row>(tx)?.into_iter().map(due).collect())
}

/// The edition that is live of what a list is to be found for; nothing, where none is.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn edition(tx: &mut Tx<'_>, due: &Due) -> Result<Option<Uuid>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        id: Id<Edition>,
    }
    let mut sql = Sql::new("SELECT e.id FROM editions e WHERE e.article_id = ");
    sql.id(due.article).push(" AND e.locale = ").text(due.locale.as_str()).push(" AND ");
    news(&mut sql, "e");
    Ok(sql.first::<Row>(tx)?.map(|row| row.id.uuid()))
}

fn kept(tx: &mut Tx<'_>, due: &Due) -> Result<Vec<ArticleId>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        other_id: ArticleId,
    }
    let mut sql = Sql::new("SELECT other_id FROM related_stories WHERE article_id = ");
    sql.id(due.article).push(" AND locale = ").text(due.locale.as_str()).push(" ORDER BY place");
    Ok(sql.load::<Row>(tx)?.into_iter().map(|row| row.other_id).collect())
}

/// Keep a list as it was found for an edition, or none where nothing is live any more; whether it is another one than before.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn keep(tx: &mut Tx<'_>, due: &Due, found: Option<(Uuid, &[ArticleId])>) -> Result<bool, Error> {
    let Some((edition, others)) = found else {
        let mut sql = Sql::new("DELETE FROM related_lists WHERE article_id = ");
        sql.id(due.article).push(" AND locale = ").text(due.locale.as_str()).push(" AND due_since = ").int(due.since);
        sql.execute(tx)?;
        return Ok(false);
    };
    // What has changed meanwhile is found once more.
    let mut sql = Sql::new("UPDATE related_lists SET due = 0, edition_id = ");
    sql.id(Id::<Edition>::from(edition)).push(" WHERE article_id = ").id(due.article).push(" AND locale = ").text(due.locale.as_str());
    sql.push(" AND due > 0 AND due_since = ").int(due.since);
    if sql.execute(tx)? == 0 {
        return Ok(false);
    }
    let before = kept(tx, due)?;
    if due.has_changed {
        let named: BTreeSet<ArticleId> = before.iter().chain(others).copied().collect();
        let mut sql = Sql::new("UPDATE related_lists SET due = CASE WHEN due > 1 THEN due ELSE 1 END, due_since = CASE WHEN due_since > ");
        sql.int(due.since).push(" THEN due_since ELSE ").int(due.since).push(" END WHERE (due = 0 OR due_since < ").int(due.since);
        sql.push(") AND locale = ").text(due.locale.as_str()).push(" AND article_id IN ").ids(named);
        sql.execute(tx)?;
    }
    if before == others {
        return Ok(false);
    }
    let mut sql = Sql::new("DELETE FROM related_stories WHERE article_id = ");
    sql.id(due.article).push(" AND locale = ").text(due.locale.as_str());
    sql.execute(tx)?;
    if !others.is_empty() {
        let mut sql = Sql::new("INSERT INTO related_stories (article_id, locale, place, other_id)");
        sql.values((0_i32..).zip(others), |row, (place, other)| {
            _ = row.id(due.article).text(due.locale.as_str()).int(place).id(*other);
        });
        sql.execute(tx)?;
    }
    tx.record_of_nobody(Change::new(Event::Related, Subject::Translation(due.article, due.locale.clone())), "");
    Ok(true)
}

/// What leads on from some words.
#[derive(Debug, Default)]
pub struct LeadingOn {
    /// The editions of what is pinned and live, in order.
    pub pinned: Vec<(ArticleId, Uuid)>,
    /// The editions of what was found and is live, the nearest first, but for what is pinned or banned.
    pub found: Vec<(ArticleId, Uuid)>,
    /// What never does.
    pub banned: BTreeSet<ArticleId>,
}

/// What leads on from the words of some articles in a locale each, as far as it is live in the same; so many of each list are looked at. In one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn leading_on(
    tx: &mut Tx<'_>,
    _: Visibility,
    those: &[(ArticleId, &Locale)],
    each: usize,
) -> Result<HashMap<(ArticleId, Locale), LeadingOn>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: ArticleId,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Uid)]
        other_id: ArticleId,
        /// From 100 on what was found, and -1 what is banned.
        #[diesel(sql_type = Integer)]
        place: i32,
        #[diesel(sql_type = Nullable<Uid>)]
        edition_id: Option<Id<Edition>>,
    }
    // What led on in the past is not known.
    if those.is_empty() || tx.as_of.is_some() {
        return Ok(HashMap::new());
    }
    those.iter().for_each(|(id, _)| tx.note(CacheTag::related(id.uuid())));
    let mut sql = Sql::new("WITH asked (article_id, locale) AS (");
    sql.values(those, |row, (id, locale)| _ = row.id(*id).text(locale.as_str()));
    sql.push(") SELECT k.article_id, k.locale, k.other_id, k.place, e.id AS edition_id FROM (");
    sql.push("SELECT a.article_id, a.locale, p.other_id, COALESCE(p.place, -1) AS place FROM asked a JOIN related_picks p ON p.article_id = a.article_id ");
    sql.push("UNION ALL SELECT a.article_id, a.locale, r.other_id, r.place + 100 AS place FROM asked a ");
    sql.push("JOIN related_stories r ON r.article_id = a.article_id AND r.locale = a.locale WHERE r.place < ")
        .int(i64::try_from(each).unwrap_or(i64::MAX));
    sql.push(") k LEFT JOIN editions e ON e.article_id = k.other_id AND e.locale = k.locale AND ");
    sql.public(tx, "e").push(" ORDER BY k.article_id, k.locale, k.place");
    let mut all: HashMap<(ArticleId, Locale), LeadingOn> = HashMap::new();
    for row in sql.load::<Row>(tx)? {
        let of = all.entry((row.article_id, Locale::stored(row.locale))).or_default();
        // Picks come before what was found.
        if row.place < 0 {
            of.banned.insert(row.other_id);
            continue;
        }
        if of.banned.contains(&row.other_id) || of.pinned.iter().any(|(pinned, _)| *pinned == row.other_id) {
            continue;
        }
        let Some(edition) = row.edition_id else {
            // Nobody is told of what is not live here.
            tx.note_untold(CacheTag::thing(row.other_id.uuid()));
            continue;
        };
        tx.note(CacheTag::thing(row.other_id.uuid()));
        let list = if row.place < 100 { &mut of.pinned } else { &mut of.found };
        list.push((row.other_id, edition.uuid()));
    }
    Ok(all)
}

/// What editors say of the stories that lead on from one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn chosen(tx: &mut Tx<'_>, article: ArticleId) -> Result<Chosen, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        version: Version,
        #[diesel(sql_type = Nullable<Uid>)]
        other_id: Option<ArticleId>,
        #[diesel(sql_type = Nullable<Integer>)]
        place: Option<i32>,
    }
    let mut sql = Sql::new(
        "SELECT c.version, p.other_id, p.place FROM related_choices c LEFT JOIN related_picks p ON p.article_id = c.article_id WHERE c.article_id = ",
    );
    sql.id(article).push(" ORDER BY p.place, p.other_id");
    let mut chosen = Chosen { article_id: article, choices: Choices::default(), version: 1 };
    for row in sql.load::<Row>(tx)? {
        chosen.version = row.version;
        let Some(other) = row.other_id else { continue };
        let list = if row.place.is_some() { &mut chosen.choices.pinned } else { &mut chosen.choices.banned };
        list.push(other);
    }
    Ok(chosen)
}

/// The articles of which editors have said what leads on from them.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all_chosen(tx: &mut Tx<'_>) -> Result<Vec<ArticleId>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: ArticleId,
    }
    let sql = Sql::new("SELECT article_id FROM related_choices ORDER BY article_id");
    Ok(sql.load::<Row>(tx)?.into_iter().map(|row| row.article_id).collect())
}

/// The articles beneath which some are pinned, or were found.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn naming(tx: &mut Tx<'_>, articles: &BTreeSet<ArticleId>) -> Result<Vec<ArticleId>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: ArticleId,
    }
    if articles.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT article_id FROM related_picks WHERE place IS NOT NULL AND other_id IN ");
    sql.ids(articles.iter().copied())
        .push(" UNION SELECT article_id FROM related_stories WHERE other_id IN ")
        .ids(articles.iter().copied());
    Ok(sql.load::<Row>(tx)?.into_iter().map(|row| row.article_id).collect())
}

/// Save what editors say of the stories that lead on from one, at its next version.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn choose(tx: &mut Tx<'_>, granted: &Granted<EditArticle, Article>, choices: &Choices, expected: Version) -> Result<(), Error> {
    let article = granted.get().id;
    let mut sql = Sql::new("INSERT INTO related_choices (article_id, version)");
    sql.values([article], |row, id| _ = row.id(id).int(expected.saturating_add(1)));
    sql.push(" ON CONFLICT (article_id) DO UPDATE SET version = excluded.version WHERE related_choices.version = ").int(expected.into());
    if sql.execute(tx)? == 0 {
        return Err(Error::stale("related stories", expected.saturating_add(1)));
    }
    let mut sql = Sql::new("DELETE FROM related_picks WHERE article_id = ");
    sql.id(article);
    sql.execute(tx)?;
    let pinned = (0_i32..).zip(&choices.pinned).map(|(place, id)| (Some(place), *id));
    let picks: Vec<_> = pinned.chain(choices.banned.iter().map(|id| (None, *id))).collect();
    if !picks.is_empty() {
        let mut sql = Sql::new("INSERT INTO related_picks (article_id, other_id, place)");
        sql.values(picks, |row, (place, other)| _ = row.id(article).id(other).some(place, Values::int));
        sql.execute(tx)?;
    }
    tx.record(Change::new(Event::Related, Subject::Article(article)));
    Ok(())
}

/// Let an article that has no words any more lead on to nothing, and nothing to it; of one that is no more, nothing is left at all.
pub(super) fn forget(tx: &mut Tx<'_>, article: ArticleId, is_gone: bool) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Left {
        #[diesel(sql_type = Uid)]
        article_id: ArticleId,
    }
    let mut sql = Sql::new(
        "UPDATE related_choices SET version = version + 1 WHERE article_id IN (SELECT article_id FROM related_picks WHERE other_id = ",
    );
    sql.id(article).push(") RETURNING article_id");
    for left in sql.load::<Left>(tx)? {
        tx.record(Change::new(Event::Related, Subject::Article(left.article_id)));
    }
    for (table, column) in [
        ("related_picks", "other_id"),
        ("related_picks", "article_id"),
        ("related_stories", "other_id"),
        ("related_stories", "article_id"),
        ("related_lists", "article_id"),
    ] {
        let mut sql = Sql::new(&format!("DELETE FROM {table} WHERE {column} = "));
        sql.id(article);
        sql.execute(tx)?;
    }
    // No version is given twice.
    let mut sql = Sql::new(if is_gone { "DELETE FROM related_choices" } else { "UPDATE related_choices SET version = version + 1" });
    sql.push(" WHERE article_id = ").id(article);
    sql.execute(tx).map(drop)
}
