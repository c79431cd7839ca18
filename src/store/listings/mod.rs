//! Listings: what is live, under everything it is listed under, in the order of lists.
//!
//! **Context.** A newsroom's archive has millions of editions, and a page of a list has to cost the same at its first and at its
//! thousandth page, whatever the list is narrowed by. **Decision.** Every live edition has a row for each [`Facet`] it belongs to, in the
//! order of lists; a list is one range of one index, that of its sparsest facet (`scan`), and other facets are looked up row by row.
//! **Consequence.** Publishing writes some eight small rows more, and moving a section rewrites those of its stories.

mod filter;
mod key_range;
mod scan;

use std::cmp::Ordering;

use diesel::QueryableByName;
use uuid::Uuid;

use super::{
    RunQueryDsl, Tx,
    dialect::{self, At, Uid},
    editions::{Bare, Bodies, BodyForm, Live, Weighed, filled, fitting, select},
    sql::Sql,
};
use crate::{
    access::Visibility,
    domain::{
        Error, Id, Instant, Locale,
        article::{Article, Kind},
        cache_tag::CacheTag,
        edition::Edition,
        facet::Facet,
        page::{Page, Paging},
    },
};
pub use filter::{Filter, Order};
use key_range::Bound;
use scan::{Scan, in_order, question, under};

/// Keep to what was under a facet, whatever lists it stands on now.
fn was_under(sql: &mut Sql, facet: Facet) {
    if facet == Facet::ALL {
        return;
    }
    if let Some(kind) = Kind::ALL.iter().find(|kind| Facet::kind(**kind) == facet) {
        sql.push(" AND l.kind = ").text(kind.as_str());
        return;
    }
    let id = Id::<Facet>::from(facet.uuid());
    sql.push(" AND (EXISTS (SELECT 1 FROM edition_tags x WHERE x.edition_id = l.id AND x.tag_id = ").id(id);
    sql.push(") OR EXISTS (SELECT 1 FROM edition_authors x WHERE x.edition_id = l.id AND x.author_id = ").id(id);
    sql.push(") OR EXISTS (SELECT 1 FROM sections own JOIN sections top ON own.path = top.path OR own.path LIKE top.path || '/%' ");
    sql.push("WHERE own.id = l.section_id AND top.id = ").id(id).push("))");
}

/// How what is under several facets is found; how an `EXISTS` ends.
#[derive(Clone, Copy)]
enum Look {
    /// Row by row, until a page is full. What has an `OFFSET`, `PostgreSQL` makes no join of, which it may believe to be cheaper and which
    /// reads all that is listed under a facet.
    UntilFull,
    /// All of it, in whatever way.
    AtAll,
}

impl Look {
    fn end(self) -> &'static str {
        match self {
            Self::UntilFull => " LIMIT 1 OFFSET 0)",
            Self::AtAll => ")",
        }
    }
}

/// The part of the listings that a scan leads to, in one locale of the chain; or of all editions, for what was public once.
fn narrow(tx: &Tx<'_>, sql: &mut Sql, filter: &Filter, scan: &Scan<'_>, look: Look) {
    if tx.as_of.is_some() {
        sql.push(" FROM editions l JOIN editions e ON e.id = l.id JOIN sections s ON s.id = e.section_id WHERE ").public(tx, "l");
        sql.push(" AND l.locale = ").text(scan.locale.as_str());
        [scan.along].iter().chain(&scan.others).for_each(|facet| was_under(sql, *facet));
    } else {
        under(
            sql,
            "live_listings l JOIN editions e ON e.id = l.edition_id JOIN sections s ON s.id = e.section_id",
            scan.locale,
            scan.along,
        );
        sql.push(" AND e.ended_at IS NULL");
        for facet in &scan.others {
            // By the key of the listings, in the order of the scan: what is looked up for neighbours lies side by side.
            sql.push(" AND EXISTS (SELECT 1 FROM live_listings x WHERE x.facet = ").id(Id::<Facet>::from(facet.uuid()));
            sql.push(" AND x.locale = l.locale AND x.published_at = l.published_at AND x.article_id = l.article_id");
            sql.push(" AND x.edition_id = l.edition_id").push(look.end());
        }
    }
    if !scan.earlier.is_empty() {
        // Of several live editions of an article, the one that comes first in the chain.
        sql.push(" AND NOT EXISTS (SELECT 1 FROM editions b WHERE b.article_id = l.article_id AND ").public(tx, "b");
        sql.push(" AND b.locale IN ").locales(scan.earlier).push(look.end());
    }
    filter.keep_kinds(sql);
    scan.range.keep(sql, filter.order.column());
    if filter.order == Order::Updated {
        // A list in this order is read along its index, and the window is looked up row by row.
        if let Some(at) = filter.published_after {
            sql.push(" AND e.published_at >= ").at(at);
        }
        if let Some(at) = filter.published_before {
            sql.push(" AND e.published_at < ").at(at);
        }
    }
}

/// One locale's part of a page.
fn part(tx: &Tx<'_>, filter: &Filter, paging: Paging, scan: &Scan<'_>, bodies: Bodies) -> Sql {
    let mut sql = select(BodyForm::None);
    bodies.weigh(tx, &mut sql);
    narrow(tx, &mut sql, filter, scan, Look::UntilFull);
    in_order(&mut sql, filter.order, filter.ascending(paging));
    sql.push(" LIMIT ").int(i64::from(paging.limit).saturating_add(1));
    sql
}

/// A page of live editions: one statement for each locale of the chain, of which a later one looks no further than what is found already;
/// one to plan by when there are several facets, and one for bodies. A page is shorter than asked for when its bodies would be longer than
/// one answer holds.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, _: Visibility, filter: &Filter, paging: Paging, bodies: Bodies) -> Result<Page<Live>, Error> {
    // What comes or goes is under all facets that are asked for, so that one of them tells of it.
    Scan::usual(filter, paging).iter().for_each(|scan| tx.note(CacheTag::list(scan.locale, scan.along)));
    if filter.section.is_some() {
        // A section that moves takes its stories along.
        tx.note(CacheTag::Sections);
    }
    let (order, ascending) = (filter.order, filter.ascending(paging));
    let wanted = usize::try_from(paging.limit).unwrap_or(100).saturating_add(1);
    let mut rows: Vec<Bare> = Vec::new();
    let scans = Scan::plan(tx, filter, paging)?;
    for mut scan in scans.iter().cloned() {
        if let Some(last) = rows.last().filter(|_| rows.len() >= wanted) {
            scan.range.beyond(!ascending, Bound::at(order.key(&last.live), true));
        }
        for row in part(tx, filter, paging, &scan, bodies).load::<Weighed>(tx)? {
            let bare = row.domain()?;
            tx.note(CacheTag::thing(bare.live.article_id.uuid()));
            rows.push(bare);
        }
        rows.sort_by(|a, b| {
            let way = order.key(&a.live).cmp(&order.key(&b.live));
            if ascending { way } else { Ordering::reverse(way) }
        });
        rows.truncate(wanted);
    }
    let total = if !paging.count {
        None
    } else if paging.cursor.is_none() {
        Some(count(tx, filter, &scans)?)
    } else {
        let whole = Scan::plan(tx, filter, Paging { cursor: None, ..paging })?;
        Some(count(tx, filter, &whole)?)
    };
    // What has too many bytes is on the next page.
    let fits = fitting(&rows);
    rows.truncate(fits.saturating_add(1));
    let limit = paging.limit.min(u32::try_from(fits).unwrap_or(u32::MAX));
    let page = Page::cut(rows, Paging { limit, ..paging }, order.sorting(), total, |bare| order.key(&bare.live));
    Ok(Page { items: filled(tx, page.items, bodies.form)?, next: page.next, previous: page.previous, total: page.total })
}

/// An edition among the latest of a facet.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Latest {
    #[diesel(sql_type = Uid, deserialize_as = Id<Facet>)]
    /// The facet.
    pub facet: Facet,
    /// The article.
    #[diesel(sql_type = Uid)]
    pub article_id: Id<Article>,
    /// The edition.
    #[diesel(sql_type = Uid, deserialize_as = Id<Edition>)]
    pub edition_id: Uuid,
    /// First publication.
    #[diesel(sql_type = At)]
    pub at: Instant,
}

/// The latest of several facets in a locale, so many of each, newest first: one statement for a hundred facets.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn latest(tx: &mut Tx<'_>, _: Visibility, locale: &Locale, facets: &[Facet], each: u32) -> Result<Vec<Latest>, Error> {
    let mut all = Vec::new();
    for hundred in facets.chunks(100) {
        let mut sql = Sql::default();
        for (n, facet) in hundred.iter().enumerate() {
            tx.note(CacheTag::list(locale, *facet));
            sql.push(if n == 0 { "" } else { " UNION ALL " });
            sql.push("SELECT * FROM (SELECT ");
            if tx.as_of.is_some() {
                sql.id(Id::<Facet>::from(facet.uuid()));
                sql.push(" AS facet, l.article_id, l.id AS edition_id, l.published_at AS at FROM editions l WHERE ");
                sql.public(tx, "l").push(" AND l.locale = ").text(locale.as_str());
                was_under(&mut sql, *facet);
            } else {
                sql.push("l.facet, l.article_id, l.edition_id, l.published_at AS at");
                under(&mut sql, "live_listings l", locale, *facet);
            }
            in_order(&mut sql, Order::Newest, false);
            sql.push(" LIMIT ").int(i64::from(each)).push(") AS of_facet");
        }
        all.extend(sql.load::<Latest>(tx)?);
    }
    Ok(all)
}

/// How many live editions the scans of a whole list lead to, in one statement.
fn count(tx: &mut Tx<'_>, filter: &Filter, scans: &[Scan<'_>]) -> Result<i64, Error> {
    let mut sql = Sql::new("SELECT CAST(0 AS BIGINT)");
    for scan in scans {
        sql.push(" + (SELECT COUNT(*)");
        narrow(tx, &mut sql, filter, scan, Look::AtAll);
        sql.push(")");
    }
    sql.push(" AS n");
    sql.count(tx)
}

/// How the database would find a page, in its own words: a line for each step, of what it is planned by and of every locale of the chain.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn explain(tx: &mut Tx<'_>, _: Visibility, filter: &Filter, paging: Paging) -> Result<Vec<String>, Error> {
    let mut queries = Vec::new();
    let facets = filter.facets();
    if facets.len() > 1 {
        queries.push(question(filter, paging, &facets));
    }
    let planned = Scan::plan(tx, filter, paging)?;
    for usual in Scan::usual(filter, paging) {
        // Where there is nothing to be found, as it would be looked for.
        let scan = planned.iter().find(|scan| scan.locale == usual.locale).unwrap_or(&usual);
        queries.push(part(tx, filter, paging, scan, Bodies::NONE));
    }
    let mut steps = Vec::new();
    for query in queries {
        let mut sql = Sql::new(dialect::explain(tx.conn));
        sql.append(query);
        steps.extend(sql.load::<dialect::Step>(tx)?.into_iter().map(|step| step.0));
    }
    Ok(steps)
}
