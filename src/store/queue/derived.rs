//! The table that the queue is read from: a row for each article and each locale of the site.
//!
//! **Context.** What the queue tells of an article in a locale follows from five tables, and a page of it is sorted and narrowed by what follows. **Decision.**
//! It is derived when it changes. Verbs do not do that: before every commit, [`refresh`] derives the rows of all articles that the commit tells of
//! anew, in one statement, which is the only one that knows how. A verb cannot forget it, for what it changes it records; and of a new event the
//! compiler asks whether it matters. **Consequence.** A commit costs one statement more, whatever the number of locales, and on `PostgreSQL` another where
//! its verb has not held the articles: nobody else may change them from there on. Rows of which nothing changed are not written.
//!
//! **A new locale** would be a row more for every article there is. It gets them in pieces, from a worker ([`carry_on`]); until it has all, each article
//! that has no row of it yet is found under [`NO_LOCALE`]: there it stands as in any locale that has no words of it and is nobody's work.

use std::collections::BTreeSet;

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Bool, Nullable, Text},
};

use crate::{
    domain::{
        Error, Id, Locale,
        article::Article,
        change::{Event, Subject},
    },
    store::{
        Bind, RunQueryDsl, Tx, articles,
        dialect::{self, Hold, Uid},
        schema::{queue_fills, translation_queue},
        sql::Sql,
    },
};

/// What stands in the place of the locale in the row that an article has for all locales that it has no row of.
pub(super) const NO_LOCALE: &str = "";

/// What of the class of a row says that the public sees the original.
pub(super) const PUBLISHED: i32 = 1;
/// What says that it is somebody's work.
pub(super) const ASSIGNED: i32 = 2;
/// What says that it is another row for those who do not read the locale there: they see neither the words nor whose work it is.
pub(super) const HIDES: i32 = 4;
/// What says that the words are stale.
pub(super) const STALE: i32 = 8;
/// What the number of the state is multiplied by: 1 for a draft, 2 for what is in review, 3 for what is approved, 0 where there are no words.
pub(super) const STATE: i32 = 16;

/// Articles whose rows one statement derives.
const AT_ONCE: usize = 500;

/// Rows of a locale that are written, or removed, in one transaction.
const PIECE: i64 = 1_000;

/// Whether an event may change where an article stands in a queue.
fn matters(event: Event) -> bool {
    match event {
        Event::Created
        | Event::Revised
        | Event::Deleted
        | Event::Published
        | Event::Unpublished
        | Event::Assigned
        | Event::Withdrawn
        | Event::Reinstated
        | Event::Erased
        | Event::Trashed
        | Event::Restored
        | Event::Merged
        | Event::Moved => true,
        // They are told beside another, or of what the queue does not tell.
        Event::Aged
        | Event::Resolved
        | Event::Scheduled
        | Event::Unscheduled
        | Event::Failed
        | Event::EmbargoBroken
        | Event::Corrected
        | Event::Revoked
        | Event::Addressed
        | Event::Reopened
        | Event::Refused
        | Event::Voiced
        | Event::Linked
        | Event::Related => false,
    }
}

/// Derive the rows of all articles anew that the changes of a transaction tell of.
pub(in crate::store) fn refresh(tx: &mut Tx<'_>) -> Result<(), Error> {
    let article = |subject: &Subject| match subject {
        Subject::Article(id) | Subject::Translation(id, _) => Some(*id),
        _ => None,
    };
    let changes = tx.changes.iter().map(|recorded| &recorded.change).filter(|change| matters(change.event));
    let changed: Vec<_> = changes.filter_map(|change| article(&change.subject)).collect::<BTreeSet<_>>().into_iter().collect();
    changed.chunks(AT_ONCE).try_for_each(|some| derive(tx, some))
}

fn derive(tx: &mut Tx<'_>, articles: &[Id<Article>]) -> Result<(), Error> {
    hold(tx, articles)?;
    let mut which = Sql::new("a.id IN ");
    which.ids(articles.iter().copied());
    written(which, Sql::new(EVERYWHERE)).execute(tx).map(drop)
}

/// The locales that every article has a row of.
const EVERYWHERE: &str = "SELECT '' AS locale UNION SELECT locale FROM locales UNION SELECT locale FROM queue_fills";

/// Let nobody else change articles before the transaction ends: of two who change one, the second derives what both have done.
fn hold(tx: &mut Tx<'_>, articles: &[Id<Article>]) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Held {
        #[diesel(sql_type = Uid)]
        #[expect(dead_code, reason = "that it is held is enough")]
        id: Id<Article>,
    }
    let holding = dialect::holding(tx.conn, Hold::Waiting, false);
    let free: Vec<_> = articles.iter().copied().filter(|id| !tx.held.contains(id)).collect();
    if holding.is_empty() || free.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("SELECT a.id FROM articles a WHERE a.id IN ");
    sql.ids(free).push(" ORDER BY a.id").push(holding);
    sql.load::<Held>(tx).map(drop)
}

/// The statement that derives the rows of the articles `a` of a condition, in the locales of a query.
pub(in crate::store) fn written(articles: Sql, locales: Sql) -> Sql {
    let mut sql = Sql::new(
        "INSERT INTO translation_queue AS q (article_id, locale, section_id, class, since, outside_class, outside_since) WITH f AS MATERIALIZED (\
         SELECT a.id, l.locale, a.section_id, a.trashed_at IS NULL AND l.locale <> a.source_locale AND EXISTS (SELECT 1 FROM translations o \
         WHERE o.article_id = a.id AND o.locale = a.source_locale LIMIT 1 OFFSET 0) AS waits, ",
    );
    // All is looked up for each row: of what is joined, or has no `OFFSET`, `PostgreSQL` may read everything first.
    sql.push(&format!(
        "COALESCE((SELECT CASE t.state WHEN 'draft' THEN {STATE} WHEN 'in_review' THEN 2 * {STATE} WHEN 'approved' THEN 3 * {STATE} END \
         FROM translations t WHERE t.article_id = a.id AND t.locale = l.locale), 0) AS state, "
    ));
    sql.push(
        "(SELECT t.updated_at FROM translations t WHERE t.article_id = a.id AND t.locale = l.locale) AS saved, \
         EXISTS (SELECT 1 FROM assignments g WHERE g.article_id = a.id AND g.locale = l.locale LIMIT 1 OFFSET 0) AS given, \
         EXISTS (SELECT 1 FROM editions e WHERE e.article_id = a.id AND e.locale = l.locale AND e.ended_at IS NULL LIMIT 1 OFFSET 0) AS live, \
         EXISTS (SELECT 1 FROM editions e WHERE e.article_id = a.id AND e.locale = a.source_locale AND e.ended_at IS NULL LIMIT 1 OFFSET 0) AS seen, \
         (SELECT MIN(e.started_at) FROM translations t JOIN editions e ON e.article_id = t.article_id AND e.locale = t.made_from_locale \
         AND e.words_version > t.made_from_version WHERE t.article_id = a.id AND t.locale = l.locale AND NOT e.minor AND NOT e.moved_only) AS lacked, \
         COALESCE((SELECT MIN(e.started_at) FROM editions e WHERE e.article_id = a.id AND e.locale = a.source_locale AND NOT e.minor), a.created_at) \
         AS missing FROM articles a CROSS JOIN (",
    );
    sql.append(locales).push(") l WHERE ").append(articles);
    sql.push(&format!(
        "), h AS (SELECT f.*, NOT live AND (state > 0 OR given) AS hides, CASE WHEN seen THEN {PUBLISHED} ELSE 0 END AS published FROM f) \
         SELECT id, locale, section_id, CASE WHEN waits THEN state + CASE WHEN lacked IS NULL THEN 0 ELSE {STALE} END \
         + CASE WHEN hides THEN {HIDES} ELSE 0 END + CASE WHEN given THEN {ASSIGNED} ELSE 0 END + published END, COALESCE(lacked, saved, missing), \
         CASE WHEN waits AND hides THEN published END, CASE WHEN waits AND hides THEN missing END FROM h WHERE TRUE "
    ));
    sql.push(
        "ON CONFLICT (article_id, locale) DO UPDATE SET (section_id, class, since, outside_class, outside_since) = \
         (excluded.section_id, excluded.class, excluded.since, excluded.outside_class, excluded.outside_since) \
         WHERE (q.section_id, q.class, q.since, q.outside_class, q.outside_since) IS DISTINCT FROM \
         (excluded.section_id, excluded.class, excluded.since, excluded.outside_class, excluded.outside_since)",
    );
    sql
}

/// Derive the rows of articles that were written in bulk: those of a table of copies.
pub(in crate::store) fn derive_copies(tx: &mut Tx<'_>) -> Result<(), Error> {
    written(Sql::new("a.id IN (SELECT article FROM copies)"), Sql::new(EVERYWHERE)).execute(tx).map(drop)
}

/// Let a locale that is new have its rows, from here on in pieces. What is told of it under its tag still, from when it was a locale before, is true, or goes.
pub(in crate::store) fn begin_locale(tx: &mut Tx<'_>, locale: &Locale) -> Result<(), Error> {
    let was_clearing = diesel::update(queue_fills::table.find(locale.as_str()))
        .set((queue_fills::clears.eq(false), queue_fills::through.eq(None::<Bind<Id<Article>>>)))
        .execute(tx)?;
    if was_clearing == 0 {
        forget(tx, locale.as_str())?;
        let row = (queue_fills::locale.eq(locale.as_str()), queue_fills::clears.eq(false));
        diesel::insert_into(queue_fills::table).values(row).execute(tx)?;
    }
    // What is somebody's work is so in a row of its own.
    let mut which = Sql::new("a.id IN (SELECT g.article_id FROM assignments g WHERE g.locale = ");
    which.text(locale.as_str()).push(")");
    let mut this = Sql::new("SELECT CAST(");
    this.text(locale.as_str()).push(" AS TEXT) AS locale");
    written(which, this).execute(tx).map(drop)
}

/// Let the rows of a locale that is gone go, in pieces.
pub(in crate::store) fn end_locale(tx: &mut Tx<'_>, locale: &Locale) -> Result<(), Error> {
    diesel::delete(queue_fills::table.find(locale.as_str())).execute(tx)?;
    let row = (queue_fills::locale.eq(locale.as_str()), queue_fills::clears.eq(true));
    diesel::insert_into(queue_fills::table).values(row).execute(tx)?;
    Ok(())
}

/// Remove what is there under a tag at once.
pub(in crate::store) fn forget(tx: &mut Tx<'_>, locale: &str) -> Result<(), Error> {
    diesel::delete(translation_queue::table.filter(translation_queue::locale.eq(locale))).execute(tx)?;
    diesel::delete(queue_fills::table.find(locale)).execute(tx)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Fill {
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Bool)]
    clears: bool,
    #[diesel(sql_type = Nullable<Uid>)]
    through: Option<Id<Article>>,
}

/// Whether some locale has not all of its rows, or has rows that are to go.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_filling(tx: &mut Tx<'_>) -> Result<bool, Error> {
    Ok(Sql::new("SELECT COUNT(*) AS n FROM queue_fills").count(tx)? > 0)
}

/// Write, or remove, the next piece of the rows of a locale that has not all of its own; false when there is none such.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn carry_on(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let mut sql = Sql::new("SELECT locale, clears, through FROM queue_fills ORDER BY locale LIMIT 1");
    sql.push(dialect::holding(tx.conn, Hold::IfFree, false));
    let Some(Fill { locale, clears, through }) = sql.first::<Fill>(tx)? else { return Ok(false) };
    let there = queue_fills::table.find(&locale);
    if clears {
        let mut sql = Sql::new("DELETE FROM translation_queue WHERE locale = ");
        sql.text(&locale).push(" AND article_id IN (SELECT article_id FROM translation_queue WHERE locale = ").text(&locale);
        sql.push(" LIMIT ").int(PIECE).push(")");
        if sql.execute(tx)? == 0 {
            diesel::delete(there).execute(tx)?;
        }
        return Ok(true);
    }
    let articles = articles::ids_after(tx, through, PIECE)?;
    let Some(last) = articles.last() else {
        diesel::delete(there).execute(tx)?;
        return Ok(true);
    };
    hold(tx, &articles)?;
    let mut which = Sql::new("a.id IN ");
    which.ids(articles.iter().copied());
    let mut this = Sql::new("SELECT CAST(");
    this.text(&locale).push(" AS TEXT) AS locale");
    written(which, this).execute(tx)?;
    diesel::update(there).set(queue_fills::through.eq(Some(Bind(*last)))).execute(tx)?;
    Ok(true)
}
