//! Key ranges of an order: from one place to another.

use uuid::Uuid;

use super::super::sql::Sql;
use crate::domain::{Id, Instant, article::Article};

/// A place in an order, at an instant and an id, beyond which nothing is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    key: (i64, Uuid),
    /// Whether what is at the place itself still counts.
    inclusive: bool,
}

impl Bound {
    /// At a row, which counts or does not.
    pub(super) fn at(key: (i64, Uuid), inclusive: bool) -> Self {
        Self { key, inclusive }
    }

    /// Just before all that is at an instant.
    pub(super) fn before(at: Instant) -> Self {
        Self { key: (at.as_micros(), Uuid::nil()), inclusive: false }
    }

    /// Just after all that is at an instant.
    pub(super) fn after(at: Instant) -> Self {
        Self { key: (at.as_micros(), Uuid::max()), inclusive: false }
    }
}

/// What lies between two places of an order, or on one side of a place, or all of it.
///
/// It ends at one place on either side, the nearest of all that were asked for: the engines seek to one bound and read past the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct KeyRange {
    low: Option<Bound>,
    high: Option<Bound>,
}

impl KeyRange {
    /// Keep to what is above a place.
    pub(super) fn above(&mut self, bound: Bound) {
        self.low = self.low.into_iter().chain([bound]).max_by_key(|bound| (bound.key, !bound.inclusive));
    }

    /// Keep to what is below a place.
    pub(super) fn below(&mut self, bound: Bound) {
        self.high = self.high.into_iter().chain([bound]).min_by_key(|bound| (bound.key, bound.inclusive));
    }

    /// Keep to what comes after a place in a direction.
    pub(super) fn beyond(&mut self, ascending: bool, bound: Bound) {
        if ascending { self.above(bound) } else { self.below(bound) }
    }

    /// Keep to the rows `l` of the range, in a form that both engines seek with.
    pub(super) fn keep(&self, sql: &mut Sql, column: &str) {
        if let Some(low) = self.low {
            beside(sql, column, (" > ", " >= "), low, Uuid::max());
        }
        if let Some(high) = self.high {
            beside(sql, column, (" < ", " <= "), high, Uuid::nil());
        }
    }
}

/// Keep to one side of a bound; beyond the id `none` there is nothing at its instant.
fn beside(sql: &mut Sql, column: &str, (beyond, or_at): (&str, &str), bound: Bound, none: Uuid) {
    let (at, id) = (Instant::from_micros(bound.key.0), bound.key.1);
    if id == none {
        sql.push(" AND ").push(column).push(beyond).at(at);
        return;
    }
    sql.push(" AND ").push(column).push(or_at).at(at);
    if !id.is_nil() && !id.is_max() {
        sql.push(" AND (").push(column).push(beyond).at(at).push(" OR l.article_id");
        sql.push(if bound.inclusive { or_at } else { beyond }).id(Id::<Article>::from(id)).push(")");
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Bound, KeyRange};
    use crate::domain::Instant;

    #[test]
    fn the_nearest_of_several_bounds_is_kept_on_either_side() {
        let at = |micros, id, inclusive| Bound::at((micros, Uuid::from_u128(id)), inclusive);
        let mut range = KeyRange::default();
        for bound in [at(5, 9, true), at(7, 3, true), at(7, 3, false), at(7, 3, true), at(6, 4, false)] {
            range.above(bound);
        }
        for bound in [at(20, 1, false), at(12, 8, true), at(12, 9, false), at(12, 8, false), at(12, 8, true)] {
            range.below(bound);
        }
        assert_eq!(range, KeyRange { low: Some(at(7, 3, false)), high: Some(at(12, 8, false)) });
        range.above(Bound::before(Instant::from_micros(7)));
        assert_eq!(range.low, Some(at(7, 3, false)), "all at an instant is wider than a part of it");
        range.above(Bound::after(Instant::from_micros(7)));
        assert_eq!(range.low, Some(Bound::after(Instant::from_micros(7))));
    }
}
