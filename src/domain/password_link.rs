//! Links by which somebody sets a password: those who were invited, and those who forgot theirs.

use super::{Instant, vocabulary::vocabulary};

vocabulary! {
    /// What a link is for.
    #[schema(as = PasswordLinkKind)]
    pub enum LinkKind {
        /// To set a first password.
        Invitation => "invitation",
        /// To set another one.
        Reset => "reset",
    }
}

/// Mails that somebody is sent in an hour, at most.
pub const MAILS_AN_HOUR: usize = 3;
/// An hour, in seconds.
const HOUR: i64 = 3_600;

impl LinkKind {
    /// Seconds for which such a link is good: three days, or half an hour.
    #[must_use]
    pub fn seconds(self) -> i64 {
        match self {
            Self::Invitation => 72 * HOUR,
            Self::Reset => HOUR / 2,
        }
    }
}

/// From when on mails count for the limit.
#[must_use]
pub fn counted_since(now: Instant) -> Instant {
    now.plus_seconds(-HOUR)
}

/// Seconds until somebody may be sent another mail, who was sent some at these instants within the hour, the latest first; nothing when they may be
/// sent one now.
#[must_use]
pub fn wait(sent: &[Instant], now: Instant) -> Option<i64> {
    let oldest = sent.get(MAILS_AN_HOUR.saturating_sub(1))?;
    Some(oldest.plus_seconds(HOUR).as_seconds().saturating_sub(now.as_seconds()).max(1))
}
