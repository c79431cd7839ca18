//! What was found, before anything is read of it.

use tantivy::DocId;
use uuid::Uuid;

/// A story that was found, before anything is read of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub key: i64,
    /// How well it fits, whatever the order is.
    pub rank: i64,
    pub score: f64,
    pub has: Has,
    pub article: Uuid,
    /// Its locale's place among those that are looked in.
    pub language: usize,
    pub segment: usize,
    pub doc: DocId,
}

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
