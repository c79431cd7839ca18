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
    filter::{Filter, Ordering as _},
    key_range::{Bound, KeyRange},
};
use crate::{
    domain::{
        Error, Id, Instant, Locale,
        facet::Facet,
        page::{Order, Paging},
    },
    store::{RunQueryDsl, Tx, dialect::At, sql::Sql},
};

/// How a list is read in one locale of its chain.
#[derive(Debug, Clone)]
pub(super) struct Scan<'f> {
    /// The locale.
    pub(super) locale: &'f Locale,
    /// Those whose editions come before this one's.
    pub(super) earlier: &'f [Locale],
    /// The facets that it is read along, of one of which everything is; none when it is read article by article.
    pub(super) along: Vec<Facet>,
    /// The groups of facets of each of which what is found has to be under one as well.
    pub(super) others: Vec<Vec<Facet>>,
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
    /// The scans that need no question: along the facets that fewest articles share by experience, or article by article where these are named.
    pub(super) fn usual(filter: &'f Filter, paging: Paging) -> Vec<Self> {
        let mut others = filter.groups();
        let along = if filter.ids.is_empty() { others.remove(0) } else { Vec::new() };
        let range = filter.range(paging);
        let of = |(locale, earlier)| Self { locale, earlier, along: along.clone(), others: others.clone(), range };
        filter.locales().map(of).collect()
    }

    /// The scans for a page where there may be something to be found, by one statement (by one for each hundred facets and locales); by none for
    /// a single facet.
    pub(super) fn plan(tx: &mut Tx<'_>, filter: &'f Filter, paging: Paging) -> Result<Vec<Self>, Error> {
        let scans = Self::usual(filter, paging);
        let groups = filter.groups();
        if groups.len() == 1 || tx.as_of.is_some() || !filter.ids.is_empty() {
            return Ok(scans);
        }
        let mut reaches = Vec::new();
        for question in questions(filter, paging, &groups) {
            reaches.extend(question.load::<Reach>(tx)?);
        }
        reaches.sort_by_key(|reach| reach.place);
        let of_locales = reaches.chunks(groups.iter().map(Vec::len).sum::<usize>().max(1));
        let through = |(scan, reaches): (Self, &[Reach])| scan.through(filter.ascending(paging), &groups, reaches);
        Ok(scans.into_iter().zip(of_locales).filter_map(through).collect())
    }

    /// The same along the sparsest of some groups, from where the last of them begins to where the first of them ends.
    fn through(mut self, ascending: bool, groups: &[Vec<Facet>], mut reaches: &[Reach]) -> Option<Self> {
        let (mut sparsest, mut all) = (None, Vec::new());
        for group in groups {
            let (of_group, rest) = reaches.split_at_checked(group.len())?;
            reaches = rest;
            let (mut facets, mut span, mut distance) = (Vec::new(), None, u64::MAX);
            for (facet, reach) in group.iter().zip(of_group) {
                // What has nothing adds nothing to its group.
                let (Some(first), Some(last)) = (reach.first, reach.last) else { continue };
                let (low, high) = if ascending { (first, last) } else { (last, first) };
                let (lowest, highest) = span.unwrap_or((low, high));
                span = Some((lowest.min(low), highest.max(high)));
                // Of fewer than a hundred rows there is no end; a group is as dense as the densest in it.
                distance = distance.min(reach.hundredth.map_or(u64::MAX, |at| at.as_micros().abs_diff(first.as_micros())));
                facets.push(*facet);
            }
            let (low, high) = span?;
            self.range.above(Bound::before(low));
            self.range.below(Bound::after(high));
            if sparsest.is_none_or(|(_, furthest)| distance > furthest) {
                sparsest = Some((all.len(), distance));
            }
            all.push(facets);
        }
        self.along = all.remove(sparsest?.0);
        self.others = all;
        Some(self)
    }
}

/// How many facets and locales are asked after in one statement.
const ASKED_AT_ONCE: usize = 100;

/// How far each facet reaches in each locale of the chain.
pub(super) fn questions(filter: &Filter, paging: Paging, groups: &[Vec<Facet>]) -> Vec<Sql> {
    let ascending = filter.ascending(paging);
    let range = filter.range(paging);
    let asked: Vec<_> = filter.chain.iter().flat_map(|locale| groups.iter().flatten().map(move |facet| (locale, *facet))).collect();
    let mut all = Vec::new();
    let mut places = 0i64..;
    for asked in asked.chunks(ASKED_AT_ONCE) {
        let mut sql = Sql::default();
        for ((locale, facet), place) in asked.iter().zip(places.by_ref()) {
            sql.push(if sql.is_empty() { "SELECT " } else { " UNION ALL SELECT " }).int(place).push(" AS place");
            for (name, ascending, offset) in [("first", ascending, 0), ("hundredth", ascending, 100), ("last", !ascending, 0)] {
                sql.push(", (SELECT ").push(filter.order.column());
                under(&mut sql, "live_listings l", locale, *facet);
                range.keep(&mut sql, filter.order.column());
                in_order(&mut sql, filter.order, ascending);
                sql.push(" LIMIT 1 OFFSET ").int(offset).push(") AS ").push(name);
            }
        }
        all.push(sql);
    }
    all
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
        let groups: Vec<_> = (0u128..).zip(reaches).map(|(n, _)| vec![Facet::from(Uuid::from_u128(n))]).collect();
        let scan = Scan::usual(&filter, Paging::first()).pop()?.through(filter.ascending(Paging::first()), &groups, reaches)?;
        assert_eq!(scan.others.len(), reaches.len() - 1);
        assert!(!scan.others.contains(&scan.along));
        Some((scan.along.first()?.uuid(), scan.range))
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

    #[test]
    fn a_group_reaches_as_far_as_any_of_it_and_is_as_dense_as_the_densest() {
        let facet = |n| Facet::from(Uuid::from_u128(n));
        let filter = Filter { chain: vec!["en".parse().unwrap()], ..Filter::default() };
        let nothing = Reach { place: 0, first: None, hundredth: None, last: None };
        let through = |groups: &[Vec<Facet>], reaches: &[Reach]| {
            let scan = Scan::usual(&filter, Paging::first()).pop().unwrap().through(false, groups, reaches)?;
            Some((scan.along, scan.others, scan.range))
        };
        let groups = [vec![facet(0)], vec![facet(1), facet(2), facet(3)]];
        let sparse = reach(950, Some(500), 100);
        let scan = through(&groups, &[reach(900, Some(600), 0), sparse, nothing, reach(1_000, None, 300)]);
        assert_eq!(scan, Some((vec![facet(1), facet(3)], vec![vec![facet(0)]], between(100, 900))));
        let dense = reach(950, Some(940), 100);
        let nothing = || Reach { place: 0, first: None, hundredth: None, last: None };
        let scan = through(&groups, &[reach(900, Some(600), 0), reach(950, Some(500), 100), dense, nothing()]);
        assert_eq!(scan, Some((vec![facet(0)], vec![vec![facet(1), facet(2)]], between(100, 900))));
        assert_eq!(through(&groups, &[reach(900, Some(600), 0), nothing(), nothing(), nothing()]), None);
    }
}
