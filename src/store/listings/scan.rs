//! Scans: along which facet a list is read, and from where to where.
//!
//! **Context.** A list narrowed by several facets shows what they share, and has to find it without reading all that either has.
//! **Decision.** It is read along one facet, and each row is looked up under the others, in the order in which theirs are kept as well, so
//! that neighbours are found beside each other. Which one, the database is asked first: that whose next hundred rows take the
//! longest time, for it is the sparsest there; and no further than any of them reaches. **Consequence.** Facets of different
//! times do not meet and cost nothing. Facets of the same time that hardly meet cost a look for each row of the sparser one.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable},
};

use super::{
    filter::{Filter, Order},
    key_range::{Bound, KeyRange},
};
use crate::{
    domain::{Error, Id, Instant, Locale, facet::Facet, page::Paging},
    store::{RunQueryDsl, Tx, dialect::At, sql::Sql},
};

/// How a list is read in one locale of its chain.
#[derive(Debug, Clone)]
pub(super) struct Scan<'f> {
    /// The locale.
    pub(super) locale: &'f Locale,
    /// Those whose editions come before this one's.
    pub(super) earlier: &'f [Locale],
    /// The facet that it is read along.
    pub(super) along: Facet,
    /// The facets that what is found has to be under as well.
    pub(super) others: Vec<Facet>,
    /// The part of the order that it is read in.
    pub(super) range: KeyRange,
}

/// How far a facet reaches, from where a page begins.
#[derive(QueryableByName)]
struct Reach {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Nullable<At>)]
    first: Option<Instant>,
    #[diesel(sql_type = Nullable<At>)]
    hundredth: Option<Instant>,
    #[diesel(sql_type = Nullable<At>)]
    last: Option<Instant>,
}

impl<'f> Scan<'f> {
    /// The scans that need no question: along the facet that fewest articles share by experience.
    pub(super) fn usual(filter: &'f Filter, paging: Paging) -> Vec<Self> {
        let mut others = filter.facets();
        let along = others.remove(0);
        let range = filter.range(paging);
        filter.locales().map(|(locale, earlier)| Self { locale, earlier, along, others: others.clone(), range }).collect()
    }

    /// The scans for a page where there may be something to be found, by one statement; by none for a single facet.
    pub(super) fn plan(tx: &mut Tx<'_>, filter: &'f Filter, paging: Paging) -> Result<Vec<Self>, Error> {
        let scans = Self::usual(filter, paging);
        let facets = filter.facets();
        if facets.len() == 1 || tx.as_of.is_some() {
            return Ok(scans);
        }
        let mut reaches = question(filter, paging, &facets).load::<Reach>(tx)?;
        reaches.sort_by_key(|reach| reach.place);
        let of_locales = reaches.chunks(facets.len());
        let through = |(scan, reaches): (Self, &[Reach])| scan.through(filter.ascending(paging), facets.iter().copied().zip(reaches));
        Ok(scans.into_iter().zip(of_locales).filter_map(through).collect())
    }

    /// The same along the sparsest of some facets, from where the last of them begins to where the first of them ends.
    fn through<'r>(mut self, ascending: bool, reaches: impl Iterator<Item = (Facet, &'r Reach)>) -> Option<Self> {
        let (mut sparsest, mut all) = (None, Vec::new());
        for (facet, reach) in reaches {
            let (first, last) = (reach.first?, reach.last?);
            let (low, high) = if ascending { (first, last) } else { (last, first) };
            self.range.above(Bound::before(low));
            self.range.below(Bound::after(high));
            // Of fewer than a hundred rows there is no end.
            let distance = reach.hundredth.map_or(u64::MAX, |at| at.as_micros().abs_diff(first.as_micros()));
            if sparsest.is_none_or(|(_, furthest)| distance > furthest) {
                sparsest = Some((facet, distance));
            }
            all.push(facet);
        }
        self.along = sparsest?.0;
        self.others = all.into_iter().filter(|facet| *facet != self.along).collect();
        Some(self)
    }
}

/// How far each facet reaches in each locale of the chain.
pub(super) fn question(filter: &Filter, paging: Paging, facets: &[Facet]) -> Sql {
    let ascending = filter.ascending(paging);
    let range = filter.range(paging);
    let mut sql = Sql::default();
    let asked = filter.chain.iter().flat_map(|locale| facets.iter().map(move |facet| (locale, *facet)));
    for (place, (locale, facet)) in (0i64..).zip(asked) {
        sql.push(if place == 0 { "SELECT " } else { " UNION ALL SELECT " }).int(place).push(" AS place");
        for (name, ascending, offset) in [("first", ascending, 0), ("hundredth", ascending, 100), ("last", !ascending, 0)] {
            sql.push(", (SELECT ").push(filter.order.column());
            under(&mut sql, "live_listings l", locale, facet);
            range.keep(&mut sql, filter.order.column());
            in_order(&mut sql, filter.order, ascending);
            sql.push(" LIMIT 1 OFFSET ").int(offset).push(") AS ").push(name);
        }
    }
    sql
}

/// From some tables, the rows `l` of a facet in a locale.
pub(super) fn under(sql: &mut Sql, tables: &str, locale: &Locale, facet: Facet) {
    sql.push(" FROM ")
        .push(tables)
        .push(" WHERE l.facet = ")
        .id(Id::<Facet>::from(facet.uuid()))
        .push(" AND l.locale = ")
        .text(locale.as_str());
}

/// The rows `l` in an order, upwards or downwards.
pub(super) fn in_order(sql: &mut Sql, order: Order, ascending: bool) {
    let way = if ascending { "" } else { " DESC" };
    sql.push(" ORDER BY ").push(order.column()).push(way).push(", l.article_id").push(way);
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Bound, Reach, Scan};
    use crate::{
        domain::{Instant, facet::Facet, page::Paging},
        store::listings::{Filter, Order, key_range::KeyRange},
    };

    fn reach(first: i64, hundredth: Option<i64>, last: i64) -> Reach {
        let at = |micros| Some(Instant::from_micros(micros));
        Reach { place: 0, first: at(first), hundredth: hundredth.and_then(at), last: at(last) }
    }

    fn through(order: Order, reaches: &[Reach]) -> Option<(Uuid, KeyRange)> {
        let filter = Filter { chain: vec!["en".parse().unwrap()], order, ..Filter::default() };
        let facets = (0u128..).map(|n| Facet::from(Uuid::from_u128(n))).zip(reaches);
        let scan = Scan::usual(&filter, Paging::first()).pop()?.through(filter.ascending(Paging::first()), facets)?;
        assert_eq!(scan.others.len(), reaches.len() - 1);
        assert!(!scan.others.contains(&scan.along));
        Some((scan.along.uuid(), scan.range))
    }

    fn between(low: i64, high: i64) -> KeyRange {
        let mut range = KeyRange::default();
        range.above(Bound::before(Instant::from_micros(low)));
        range.below(Bound::after(Instant::from_micros(high)));
        range
    }

    #[test]
    fn a_scan_is_along_the_sparsest_facet_where_all_of_them_reach() {
        let (dense, sparse, few) = (reach(900, Some(800), 0), reach(950, Some(500), 100), reach(700, None, 600));
        let scan = through(Order::Newest, &[dense, sparse]);
        assert_eq!(scan, Some((Uuid::from_u128(1), between(100, 900))));
        let scan = through(Order::Newest, &[reach(900, Some(800), 0), few, reach(950, Some(500), 100)]);
        assert_eq!(scan, Some((Uuid::from_u128(1), between(600, 700))));
        let scan = through(Order::Oldest, &[reach(0, Some(400), 900), reach(100, Some(200), 950)]);
        assert_eq!(scan, Some((Uuid::from_u128(0), between(100, 900))));
    }

    #[test]
    fn there_is_no_scan_where_a_facet_has_nothing() {
        let nothing = Reach { place: 0, first: None, hundredth: None, last: None };
        assert_eq!(through(Order::Newest, &[reach(9, None, 1), nothing]), None);
    }
}
