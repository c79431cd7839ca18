//! Views: how often stories are read, for how long that counts, and when it is added up.
//!
//! **Decision.** A view counts in a window until it has left it, and as much as any other: the figure behind a place is one that a newsroom can check. Counts
//! are kept in buckets, which are merged as they age, so that a window ends up to a sixth of itself late where it is an hour, and a twenty-eighth at most where it is longer.
//! What is read most is added up anew at set instants, the same for all instances: each minute, ten minutes or hour, some hundredth of the window.

use super::{Instant, vocabulary::vocabulary};

/// Seconds of a bucket that is counted into.
pub const BUCKET: i64 = 600;
/// Seconds after the instant at which a ranking is due that are allowed for adding it up: until then readers may be shown the one before.
const ADDING_UP: i64 = 30;
/// Words by which programs name themselves that read pages and are no readers.
const ROBOTS: [&str; 28] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "scrape",
    "fetch",
    "preview",
    "headless",
    "lighthouse",
    "pingdom",
    "uptime",
    "monitor",
    "curl",
    "wget",
    "python",
    "java/",
    "go-http",
    "ruby",
    "perl",
    "httpclient",
    "axios",
    "node",
    "scrapy",
    "phantomjs",
    "facebookexternalhit",
    "mediapartners",
    "feed",
    "archiver",
];

vocabulary! {
    /// For how long views count.
    #[schema(as = MostReadWindow)]
    pub enum Window {
        /// The last hour.
        Hour => "1h",
        /// The last 24 hours.
        Day => "24h",
        /// The last seven days.
        Week => "7d",
    }
}

/// Buckets that are merged into longer ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merging {
    /// Seconds of the longer ones.
    pub width: i64,
    /// They begin at this second or later.
    pub from: i64,
    /// And before this one.
    pub until: i64,
}

/// The last multiple of `step` up to a second.
fn floor(seconds: i64, step: i64) -> i64 {
    seconds.div_euclid(step).saturating_mul(step)
}

/// The second at which the bucket begins that is counted into.
#[must_use]
pub fn bucket(now: Instant) -> i64 {
    floor(now.as_seconds(), BUCKET)
}

impl Window {
    /// Seconds of the window, and of the buckets that it is read in.
    fn seconds(self) -> (i64, i64) {
        match self {
            Self::Hour => (3_600, BUCKET),
            Self::Day => (24 * 3_600, 3_600),
            Self::Week => (7 * 24 * 3_600, 6 * 3_600),
        }
    }

    /// Seconds from one ranking to the next.
    fn period(self) -> i64 {
        match self {
            Self::Hour => 60,
            Self::Day => 600,
            Self::Week => 3_600,
        }
    }

    /// The second at which the first bucket begins that counts: those that have begun within the window.
    #[must_use]
    pub fn begins(self, now: Instant) -> i64 {
        let (seconds, width) = self.seconds();
        floor(now.as_seconds(), width).saturating_add(width).saturating_sub(seconds)
    }

    /// When the ranking is to be added up next.
    #[must_use]
    pub fn next(self, now: Instant) -> Instant {
        Instant::from_micros(0).plus_seconds(floor(now.as_seconds(), self.period()).saturating_add(self.period()))
    }

    /// Until when what is read of the ranking now may be shown.
    #[must_use]
    pub fn shown_until(self, now: Instant) -> Instant {
        self.next(now.plus_seconds(-ADDING_UP)).plus_seconds(ADDING_UP)
    }
}

/// Which buckets are merged by now, and the second before which those begin that nothing counts any more.
#[must_use]
pub fn aged(now: Instant) -> ([Merging; 2], i64) {
    let merging = |age: i64, width: i64| {
        let until = floor(now.as_seconds().saturating_sub(age), width);
        // What was left behind before that is forgotten unmerged: it is counted all the same.
        Merging { width, from: until.saturating_sub(2 * 24 * 3_600), until }
    };
    ([merging(2 * 3_600, 3_600), merging(24 * 3_600, 6 * 3_600)], Window::Week.begins(now))
}

/// Whether whoever names themselves so is a program, by what programs say that mean no harm. Whoever names nobody is one.
#[must_use]
pub fn is_robot(agent: &str) -> bool {
    // A maker of telephones is named as robots are.
    let agent = agent.to_ascii_lowercase().replace("cubot", "");
    agent.trim().is_empty() || ROBOTS.iter().any(|word| agent.contains(word))
}
