//! What stories are ranked by: rarity, newness, and how much they have.

use crate::domain::{Instant, recency::Recency};

/// Parts of a score that are told apart.
const PARTS: f64 = 1_000_000.0;
/// What lifts whatever was typed as it stands above what may be meant.
const AS_TYPED: i64 = 1 << 50;
/// Microseconds in a day.
const DAY: f64 = 86_400_000_000.0;

/// How much a story has of what has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Has {
    /// Less than half, or one of two.
    Some,
    /// Half of three things or more.
    Half,
    Everything,
}

impl Has {
    pub(super) fn of(count: usize, all: usize) -> Self {
        if count >= all {
            Self::Everything
        } else if all > 2 && count.saturating_mul(2) >= all {
            Self::Half
        } else {
            Self::Some
        }
    }
}

/// How much rarity counts (BM25).
#[expect(clippy::cast_precision_loss, reason = "counts of documents")]
#[expect(clippy::as_conversions, reason = "counts of documents")]
pub(super) fn idf(frequency: u64, size: u64) -> f64 {
    let (frequency, size) = (frequency.min(size) as f64, size as f64);
    (1.0 + (size - frequency + 0.5) / (frequency + 0.5)).ln()
}

/// How much more a story counts for being new.
#[expect(clippy::cast_precision_loss, reason = "days, not microseconds, are what counts")]
#[expect(clippy::as_conversions, reason = "days, not microseconds, are what counts")]
pub(super) fn newness(recency: Recency, today: Instant, published_at: Instant) -> f64 {
    let age = today.as_micros().saturating_sub(published_at.as_micros()).max(0) as f64 / DAY;
    recency.factor(age)
}

/// How much of what was typed a story has, and whether as it was typed, out of what it is ranked by: the greater, the more.
pub(super) fn level(rank: i64) -> i64 {
    rank.div_euclid(AS_TYPED)
}

/// What a story is ranked by, as a number that pages can begin at: how much it has, whether as it was typed, and its score.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "scores are some thousands at most")]
#[expect(clippy::as_conversions, reason = "scores are some thousands at most")]
pub(super) fn rank(score: f64, has: Has, is_mistyped: bool) -> i64 {
    let rank = (score * PARTS).round().min(AS_TYPED as f64 - 1.0) as i64;
    let rank = if is_mistyped { rank } else { rank.saturating_add(AS_TYPED) };
    rank.saturating_add(AS_TYPED.saturating_mul(2).saturating_mul(has as i64))
}
