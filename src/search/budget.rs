//! What one query may cost, whatever is typed: postings, and whatever takes as long.

/// Postings that one query may read.
pub const BUDGET: u64 = 2_000_000;

/// Postings that may be read for one query to know how much frequent words count where: what is not known then is looked at.
pub(super) const FOR_BOUNDS: u64 = BUDGET / 8;

/// Postings that one query of the desk may read of what whoever asks sees; the others cost nothing, so that they are not told of.
pub const DESK_BUDGET: u64 = 20_000_000;

/// What a query may still read.
#[derive(Debug)]
pub(super) struct Budget(u64);

impl Budget {
    pub(super) fn new() -> Self {
        Self(BUDGET)
    }

    /// Of so many postings.
    pub(super) fn of(postings: u64) -> Self {
        Self(postings)
    }

    /// Of what is asked by nobody.
    pub(super) fn unlimited() -> Self {
        Self(u64::MAX)
    }

    /// Whether one more may be read.
    pub(super) fn take(&mut self) -> bool {
        self.spend(1)
    }

    /// Whether as much as so many postings may be read.
    pub(super) fn spend(&mut self, postings: u64) -> bool {
        let left = self.0 > 0;
        self.0 = self.0.saturating_sub(postings);
        left
    }

    /// Whether all of it was spent.
    pub(super) fn is_spent(&self) -> bool {
        self.0 == 0
    }

    /// How much is left.
    #[cfg(test)]
    pub(super) fn left(&self) -> u64 {
        self.0
    }
}
