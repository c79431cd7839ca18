//! What rows of a list have to be: the conditions beside the range that they are read from.

use crate::{
    domain::{Id, article::Kind, facet::Facet, page::Order},
    store::{Tx, sql::Sql},
};

use super::{
    filter::{Filter, Ordering as _},
    scan::{Scan, under},
};

/// What was under a facet, whatever lists it stands on now.
fn was_under(sql: &mut Sql, facet: Facet) {
    if let Some(kind) = Kind::ALL.iter().find(|kind| Facet::kind(**kind) == facet) {
        sql.push("l.kind = ").text(kind.as_str());
        return;
    }
    // As `Facet::of` lists.
    sql.push("l.kind NOT IN ").words(Kind::ALL.iter().filter(|kind| !kind.is_news()).map(|kind| kind.as_str()));
    if facet == Facet::ALL {
        return;
    }
    let id = Id::<Facet>::from(facet.uuid());
    sql.push(" AND (EXISTS (SELECT 1 FROM edition_tags x WHERE x.edition_id = l.id AND x.tag_id = ").id(id);
    sql.push(") OR EXISTS (SELECT 1 FROM edition_authors x WHERE x.edition_id = l.id AND x.author_id = ").id(id);
    sql.push(") OR EXISTS (SELECT 1 FROM sections own JOIN sections top ON own.path = top.path OR own.path LIKE top.path || '/%' ");
    sql.push("WHERE own.id = l.section_id AND top.id = ").id(id).push("))");
}

/// Keep to what was under one of some facets.
pub(super) fn keep_what_was_under(sql: &mut Sql, facets: &[Facet]) {
    for (n, facet) in facets.iter().enumerate() {
        sql.push(if n == 0 { " AND ((" } else { ") OR (" });
        was_under(sql, *facet);
    }
    sql.push(if facets.is_empty() { "" } else { "))" });
}

/// How what is under several facets is found; how an `EXISTS` ends.
#[derive(Clone, Copy)]
pub(super) enum Look {
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

/// Where the rows of a list are read from.
#[derive(Clone, Copy)]
pub(super) enum Source<'s> {
    /// From the listings under a facet.
    Facet(Facet),
    /// From all editions: what was public once, or what is of a few articles.
    Editions(&'s [Facet]),
}

impl Source<'_> {
    /// How it names the edition of a row.
    fn edition(self) -> &'static str {
        match self {
            Self::Facet(_) => "l.edition_id",
            Self::Editions(_) => "l.id",
        }
    }
}

/// What is listed under one of some facets as well. By the key of the listings, in the order of the scan: what is looked up for neighbours
/// lies side by side.
fn listed_under(sql: &mut Sql, source: Source<'_>, facets: &[Facet], look: Look) {
    sql.push("EXISTS (SELECT 1 FROM live_listings x WHERE x.facet ");
    match facets {
        [facet] => sql.push("= ").id(Id::<Facet>::from(facet.uuid())),
        several => sql.push("IN ").ids(several.iter().map(|facet| Id::<Facet>::from(facet.uuid()))),
    };
    sql.push(" AND x.locale = l.locale AND x.published_at = l.published_at AND x.article_id = l.article_id");
    sql.push(" AND x.edition_id = ").push(source.edition()).push(look.end());
}

/// The part of the listings that a scan leads to, in one locale of the chain; or of all editions, for what was public once.
pub(super) fn narrow(tx: &Tx<'_>, sql: &mut Sql, filter: &Filter, scan: &Scan<'_>, source: Source<'_>, look: Look) {
    match source {
        Source::Editions(along) => {
            sql.push(" FROM editions l JOIN editions e ON e.id = l.id JOIN sections s ON s.id = e.section_id WHERE ").public(tx, "l");
            sql.push(" AND l.locale = ").text(scan.locale.as_str());
            if tx.as_of.is_some() {
                keep_what_was_under(sql, along);
            }
        }
        Source::Facet(along) => {
            let tables = "live_listings l JOIN editions e ON e.id = l.edition_id JOIN sections s ON s.id = e.section_id";
            under(sql, tables, scan.locale, along);
            sql.push(" AND e.ended_at IS NULL");
        }
    }
    if !filter.ids.is_empty() {
        sql.push(" AND l.article_id IN ").ids(filter.ids.iter().copied());
    }
    for facets in &scan.others {
        if tx.as_of.is_some() {
            keep_what_was_under(sql, facets);
        } else {
            listed_under(sql.push(" AND "), source, facets, look);
        }
    }
    leave_out(tx, sql, filter, source, look);
    if !scan.earlier.is_empty() {
        // Of several live editions of an article, the one that comes first in the chain.
        sql.push(" AND NOT EXISTS (SELECT 1 FROM editions b WHERE b.article_id = l.article_id AND ").public(tx, "b");
        sql.push(" AND b.locale IN ").locales(scan.earlier).push(look.end());
    }
    filter.keep_kinds(sql);
    if !filter.genres.is_empty() {
        sql.push(" AND e.genre IN ").words(filter.genres.iter().map(|genre| genre.as_str()));
    }
    scan.range.keep(sql, filter.order.column());
    if filter.order == Order::Updated {
        // A list in this order is read along its index, and the window is looked up row by row.
        if let Some(at) = filter.published_after {
            sql.push(" AND e.published_at >= ").at(at);
        }
        if let Some(at) = filter.published_before {
            sql.push(" AND e.published_at < ").at(at);
        }
    } else if let Some(at) = filter.updated_after {
        sql.push(" AND l.updated_at >= ").at(at);
    }
}

/// Leave out what is not wanted, row by row.
fn leave_out(tx: &Tx<'_>, sql: &mut Sql, filter: &Filter, source: Source<'_>, look: Look) {
    let without = &filter.without;
    let facets = without.facets();
    if !facets.is_empty() {
        if tx.as_of.is_some() {
            sql.push(" AND NOT (TRUE");
            keep_what_was_under(sql, &facets);
            sql.push(")");
        } else {
            listed_under(sql.push(" AND NOT "), source, &facets, look);
        }
    }
    if !without.genres.is_empty() {
        sql.push(" AND e.genre NOT IN ").words(without.genres.iter().map(|genre| genre.as_str()));
    }
    if !without.ids.is_empty() {
        sql.push(" AND l.article_id NOT IN ").ids(without.ids.iter().copied());
    }
}

/// Keep to what is under none of some facets: where it is counted along another one, which is counted after these.
pub(super) fn leave_to_others(sql: &mut Sql, source: Source<'_>, facets: &[Facet]) {
    if !facets.is_empty() {
        listed_under(sql.push(" AND NOT "), source, facets, Look::AtAll);
    }
}
