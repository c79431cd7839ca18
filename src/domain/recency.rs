//! How much a search prefers what is new: a setting of the site.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{Error, Faults};

/// The most that newness may add, in per cent.
pub const MOST_PERCENT: i32 = 1_000;
/// The longest half-life, in days: ten years.
pub const LONGEST_HALF_LIFE: i32 = 3_650;

/// How relevance and newness are weighed against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SiteSearch)]
pub struct Recency {
    /// How many per cent more a story counts that was published just now than one of long ago: from 0, where only relevance counts, to 1000.
    #[serde(rename = "recency_percent")]
    #[schema(minimum = 0, maximum = 1000, example = 50)]
    pub percent: i32,
    /// Days after which half of that is left: from 1, for news that is of today, to 3650.
    #[schema(minimum = 1, maximum = 3650, example = 30)]
    pub half_life_days: i32,
}

impl Default for Recency {
    fn default() -> Self {
        Self { percent: 50, half_life_days: 30 }
    }
}

impl Recency {
    /// The same, when both are within their limits.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `#/search/…`.
    pub fn check(self) -> Result<Self, Error> {
        let mut faults = Faults::default();
        if !(0..=MOST_PERCENT).contains(&self.percent) {
            faults.add("#/search/recency_percent", "out_of_range", format!("between 0 and {MOST_PERCENT}"));
        }
        if !(1..=LONGEST_HALF_LIFE).contains(&self.half_life_days) {
            faults.add("#/search/half_life_days", "out_of_range", format!("between 1 and {LONGEST_HALF_LIFE}"));
        }
        faults.or(self)
    }

    /// What the relevance of a story is multiplied by that was published so many days ago.
    #[must_use]
    pub fn factor(self, days: f64) -> f64 {
        1.0 + f64::from(self.percent) / 100.0 * (-days / f64::from(self.half_life_days)).exp2()
    }
}
