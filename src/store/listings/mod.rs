//! Listings: what is live, under everything it is listed under, in the order of lists.
//!
//! **Context.** A newsroom's archive has millions of editions, and a page of a list has to cost the same at its first and at its
//! thousandth page, whatever the list is narrowed by. **Decision.** Every live edition has a row for each [`Facet`] it belongs to, in the
//! order of lists; a list is one range of one index, that of its sparsest facet (`scan`), and other facets are looked up row by row.
//! **Consequence.** Publishing writes some eight small rows more, and moving a section rewrites those of its stories.

mod conditions;
mod filter;
mod key_range;
mod rails;
mod scan;

use std::cmp::Ordering;

use diesel::QueryableByName;

use super::{
    RunQueryDsl, Tx,
    dialect::{self, Uid},
    editions::{Bare, Bodies, BodyForm, Live, Weighed, filled, fitting, select},
    sql::Sql,
};
pub use crate::domain::page::Order;
use crate::{
    access::Visibility,
    domain::{
        Error, Id, Locale,
        article::{Article, Kind},
        cache_tag::CacheTag,
        facet::Facet,
        page::{Page, Paging},
    },
};
use conditions::{Look, Source, leave_to_others, narrow};
use filter::Ordering as _;
pub use filter::{Filter, Without};
use key_range::Bound;
pub use rails::{Latest, Rail, latest, rails};
use scan::{Scan, in_order, questions};

/// One locale's part of a page.
fn part(tx: &Tx<'_>, filter: &Filter, paging: Paging, scan: &Scan<'_>, bodies: Bodies) -> Sql {
    let limit = i64::from(paging.limit).saturating_add(1);
    let mut sql = select(BodyForm::None);
    bodies.weigh(tx, &mut sql);
    match sources(tx, scan)[..] {
        [source] => narrow(tx, &mut sql, filter, scan, source, Look::UntilFull),
        // Of each as much as may be shown: what comes first among all is among these.
        ref several => {
            let keys = "l.article_id, l.published_at, l.updated_at, l.edition_id";
            sql.push(" FROM (SELECT DISTINCT ").push(keys).push(" FROM (");
            for (n, source) in several.iter().enumerate() {
                sql.push(if n == 0 { "SELECT * FROM (SELECT " } else { " UNION ALL SELECT * FROM (SELECT " }).push(keys);
                narrow(tx, &mut sql, filter, scan, *source, Look::UntilFull);
                in_order(&mut sql, filter.order, filter.ascending(paging));
                sql.push(" LIMIT ").int(limit).push(") AS of_facet");
            }
            sql.push(") l) l JOIN editions e ON e.id = l.edition_id JOIN sections s ON s.id = e.section_id");
        }
    }
    in_order(&mut sql, filter.order, filter.ascending(paging));
    sql.push(" LIMIT ").int(limit);
    sql
}

/// What a scan reads from: the facets along which it goes, or all editions at once.
fn sources<'s>(tx: &Tx<'_>, scan: &'s Scan<'_>) -> Vec<Source<'s>> {
    if tx.as_of.is_some() || scan.along.is_empty() {
        return vec![Source::Editions(&scan.along)];
    }
    scan.along.iter().copied().map(Source::Facet).collect()
}

/// A page of live editions: one statement for each locale of the chain, of which a later one looks no further than what is found already;
/// one to plan by when there are several facets, and one for bodies. A page is shorter than asked for when its bodies would be longer than
/// one answer holds.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, _: Visibility, filter: &Filter, paging: Paging, bodies: Bodies) -> Result<Page<Live>, Error> {
    note(tx, filter, paging);
    let Some(filter) = filter.of_their_kinds(tx)? else { return Ok(empty(paging)) };
    let filter = &*filter;
    let order = filter.order;
    let scans = Scan::plan(tx, filter, paging)?;
    let mut rows = found(tx, filter, paging, &scans, bodies)?;
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

/// Note what a page is made from: what comes or goes is under all facets that are asked for, so that one of them tells of it.
fn note(tx: &mut Tx<'_>, filter: &Filter, paging: Paging) {
    for scan in Scan::usual(filter, paging) {
        scan.along.iter().for_each(|facet| tx.note(CacheTag::list(scan.locale, *facet)));
    }
    filter.ids.iter().for_each(|id| tx.note(CacheTag::thing(id.uuid())));
    if !filter.sections.is_empty() || !filter.without.sections.is_empty() {
        // A section that moves takes its stories along.
        tx.note(CacheTag::Sections);
    }
}

/// The rows of a page, one more than asked for when there are more, in its direction.
fn found(tx: &mut Tx<'_>, filter: &Filter, paging: Paging, scans: &[Scan<'_>], bodies: Bodies) -> Result<Vec<Bare>, Error> {
    let (order, ascending) = (filter.order, filter.ascending(paging));
    let wanted = usize::try_from(paging.limit).unwrap_or(100).saturating_add(1);
    let mut rows: Vec<Bare> = Vec::new();
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
    Ok(rows)
}

/// The articles that a filter names, a hundred at most, as far as they are live, in the order in which it names them: so many, from the first on, as one answer
/// holds the bodies of.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn named(tx: &mut Tx<'_>, _: Visibility, filter: &Filter, bodies: Bodies) -> Result<Vec<Live>, Error> {
    let paging = Paging::first();
    note(tx, filter, paging);
    let Some(filter) = filter.of_their_kinds(tx)? else { return Ok(Vec::new()) };
    let scans = Scan::plan(tx, &filter, paging)?;
    let mut rows = found(tx, &filter, paging, &scans, bodies)?;
    rows.sort_by_key(|bare| filter.ids.iter().position(|id| *id == bare.live.article_id));
    rows.truncate(fitting(&rows));
    filled(tx, rows, bodies.form)
}

/// A page of what there is nothing of.
fn empty(paging: Paging) -> Page<Live> {
    Page { items: Vec::new(), next: None, previous: None, total: paging.count.then_some(0) }
}

/// Note that an answer is made from all that is live in some locales: of these kinds, or of news.
pub fn depend_on_all(tx: &mut Tx<'_>, locales: &[Locale], kinds: &[Kind]) {
    for locale in locales {
        if kinds.is_empty() {
            tx.note(CacheTag::list(locale, Facet::ALL));
        }
        kinds.iter().for_each(|kind| tx.note(CacheTag::list(locale, Facet::kind(*kind))));
    }
}

/// Every article that is live under a facet in any locale.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all_under(tx: &mut Tx<'_>, facet: Facet) -> Result<Vec<Id<Article>>, Error> {
    #[derive(QueryableByName)]
    struct Under {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
    }
    let mut sql = Sql::new("SELECT DISTINCT article_id FROM live_listings WHERE facet = ");
    sql.id(Id::<Facet>::from(facet.uuid()));
    Ok(sql.load::<Under>(tx)?.into_iter().map(|row| row.article_id).collect())
}

/// How many live editions the scans of a whole list lead to, in one statement.
fn count(tx: &mut Tx<'_>, filter: &Filter, scans: &[Scan<'_>]) -> Result<i64, Error> {
    let mut sql = Sql::new("SELECT CAST(0 AS BIGINT)");
    for scan in scans {
        for (n, source) in sources(tx, scan).into_iter().enumerate() {
            sql.push(" + (SELECT COUNT(*)");
            narrow(tx, &mut sql, filter, scan, source, Look::AtAll);
            if let Source::Facet(_) = source {
                leave_to_others(&mut sql, source, scan.along.get(..n).unwrap_or_default());
            }
            sql.push(")");
        }
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
    let Some(filter) = filter.of_their_kinds(tx)? else { return Ok(Vec::new()) };
    let filter = &*filter;
    let groups = filter.groups();
    if groups.len() > 1 && filter.ids.is_empty() {
        queries.extend(questions(filter, paging, &groups));
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
