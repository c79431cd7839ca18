//! How often stories were read, and which were read most.
//!
//! **Decision.** Counts are added, never set, so that any number of instances may count. What is read most is kept as places, which are written where another story has
//! come to one, and without a figure: readers are shown an order. **Consequence.** A list, or a rail of a page, reads as many rows as it shows; adding up, which reads all that counts in
//! a window, is done by one instance at a time, in a transaction that writes nothing.

use std::collections::{BTreeMap, HashSet};

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text},
};

use super::{RunQueryDsl, Tx, dialect::Uid, sql::Sql};
use crate::domain::{
    Error, Id, Locale,
    article::{Article, ArticleId},
    facet::Facet,
    views::{Merging, Window, aged, bucket},
};

/// Places of a ranking: more than are shown, so that what is taken down leaves no gap.
const PLACES: i64 = 60;
/// Rows that one statement writes.
const AT_ONCE: usize = 500;

/// How often the words of an article in a locale were read.
pub type Count = (ArticleId, Locale, i64);

/// Add up what was counted, as far as it is live; which that is.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn add(tx: &mut Tx<'_>, counts: &[Count]) -> Result<HashSet<(ArticleId, Locale)>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
    }
    let (now, mut live) = (bucket(tx.now()), HashSet::new());
    for part in counts.chunks(AT_ONCE) {
        let mut sql = Sql::new("WITH sent (article_id, locale, views) AS (");
        sql.values(part, |row, (article, locale, views)| _ = row.id(*article).text(locale.as_str()).int(*views));
        sql.push(") INSERT INTO view_counts (bucket, article_id, locale, views) SELECT ").int(now);
        sql.push(", s.article_id, s.locale, s.views FROM sent s WHERE EXISTS (SELECT 1 FROM editions e WHERE e.article_id = s.article_id ");
        sql.push("AND e.locale = s.locale AND e.ended_at IS NULL) ");
        // Two instances that add to the same ones wait for one another in the same order.
        sql.push("ORDER BY s.article_id, s.locale ON CONFLICT (bucket, article_id, locale) DO UPDATE SET ");
        sql.push("views = view_counts.views + excluded.views RETURNING article_id, locale");
        live.extend(sql.load::<Row>(tx)?.into_iter().map(|row| (row.article_id, Locale::stored(row.locale))));
    }
    Ok(live)
}

/// Which story has which place, under a facet in a locale.
pub type Places = BTreeMap<(Facet, Locale, i64), ArticleId>;

/// A ranking, and how it differs from the one that is kept.
#[derive(Debug, Default)]
pub struct Renewal {
    /// Places that another story has come to.
    pub taken: Places,
    /// Places that nobody has any more.
    pub left: Places,
}

#[derive(QueryableByName)]
struct PlaceRow {
    #[diesel(sql_type = Uid, deserialize_as = Id<Facet>)]
    facet: Facet,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Uid)]
    article_id: Id<Article>,
}

fn places(tx: &mut Tx<'_>, sql: Sql) -> Result<Places, Error> {
    Ok(sql.load::<PlaceRow>(tx)?.into_iter().map(|row| ((row.facet, Locale::stored(row.locale), row.place), row.article_id)).collect())
}

/// True when there is anything to be added up, or was.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn are_counted(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let sql = Sql::new(
        "SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM view_counts) OR EXISTS (SELECT 1 FROM most_read) THEN 1 ELSE 0 END AS BIGINT) AS n",
    );
    Ok(sql.count(tx)? > 0)
}

/// Add up what counts in a window: of all news and of each section, in each locale, what of it is live. Among equals the newest comes first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn renewal(tx: &mut Tx<'_>, window: Window) -> Result<Renewal, Error> {
    let mut sql = Sql::new("SELECT facet, locale, place, article_id FROM (SELECT l.facet, v.locale, v.article_id, ");
    sql.push("ROW_NUMBER() OVER (PARTITION BY l.facet, v.locale ORDER BY v.views DESC, l.published_at DESC, v.article_id DESC) AS place ");
    sql.push("FROM (SELECT article_id, locale, SUM(views) AS views FROM view_counts WHERE bucket >= ").int(window.begins(tx.now()));
    sql.push(
        " GROUP BY article_id, locale) v JOIN live_listings l ON l.article_id = v.article_id AND l.locale = v.locale WHERE l.facet = ",
    );
    sql.id(Id::<Facet>::from(Facet::ALL.uuid())).push(" OR l.facet IN (SELECT id FROM sections)) ranked WHERE place <= ").int(PLACES);
    let mut taken = places(tx, sql)?;
    let mut kept = Sql::new("SELECT facet, locale, place, article_id FROM most_read WHERE in_window = ");
    kept.text(window.as_str());
    let mut left = Places::new();
    for (place, article) in places(tx, kept)? {
        match taken.get(&place) {
            None => _ = left.insert(place, article),
            Some(now) if *now == article => _ = taken.remove(&place),
            Some(_) => {}
        }
    }
    Ok(Renewal { taken, left })
}

/// Keep a ranking.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn renew(tx: &mut Tx<'_>, window: Window, renewal: &Renewal) -> Result<(), Error> {
    for (facet, locale, place) in renewal.left.keys() {
        let mut sql = Sql::new("DELETE FROM most_read WHERE in_window = ");
        sql.text(window.as_str()).push(" AND facet = ").id(Id::<Facet>::from(facet.uuid()));
        sql.push(" AND locale = ").text(locale.as_str()).push(" AND place = ").int(*place);
        sql.execute(tx)?;
    }
    let taken: Vec<_> = renewal.taken.iter().collect();
    for part in taken.chunks(AT_ONCE) {
        let mut sql = Sql::new("WITH taken (facet, locale, place, article_id) AS (");
        sql.values(part, |row, ((facet, locale, place), article)| {
            _ = row.id(Id::<Facet>::from(facet.uuid())).text(locale.as_str()).int(*place).id(**article);
        });
        // Meanwhile it may have been removed.
        sql.push(") INSERT INTO most_read (in_window, facet, locale, place, article_id) SELECT ").text(window.as_str());
        sql.push(
            ", t.facet, t.locale, t.place, t.article_id FROM taken t WHERE EXISTS (SELECT 1 FROM articles a WHERE a.id = t.article_id) ",
        );
        sql.push("ON CONFLICT (in_window, facet, locale, place) DO UPDATE SET article_id = excluded.article_id");
        sql.execute(tx)?;
    }
    Ok(())
}

/// Merge the buckets that have aged, and forget those that nothing counts any more.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn age(tx: &mut Tx<'_>) -> Result<(), Error> {
    let (merged, forgotten) = aged(tx.now());
    let mut sql = Sql::new("DELETE FROM view_counts WHERE bucket < ");
    sql.int(forgotten);
    sql.execute(tx)?;
    for Merging { width, from, until } in merged {
        let of_these = |sql: &mut Sql| {
            sql.push(" WHERE bucket >= ").int(from).push(" AND bucket < ").int(until).push(&format!(" AND bucket % {width} <> 0"));
        };
        let mut sql = Sql::new(&format!("INSERT INTO view_counts (bucket, article_id, locale, views) SELECT bucket - bucket % {width}, "));
        sql.push("article_id, locale, CAST(SUM(views) AS BIGINT) FROM view_counts");
        of_these(&mut sql);
        sql.push(" GROUP BY 1, 2, 3 ON CONFLICT (bucket, article_id, locale) DO UPDATE SET views = view_counts.views + excluded.views");
        sql.execute(tx)?;
        let mut sql = Sql::new("DELETE FROM view_counts");
        of_these(&mut sql);
        sql.execute(tx)?;
    }
    Ok(())
}

/// Forget how often an article was read.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn forget(tx: &mut Tx<'_>, article: ArticleId) -> Result<(), Error> {
    for table in ["view_counts", "most_read"] {
        let mut sql = Sql::new(&format!("DELETE FROM {table} WHERE article_id = "));
        sql.id(article);
        sql.execute(tx)?;
    }
    Ok(())
}
