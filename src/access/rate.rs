//! Rate limits: how much one caller may ask of a kind.
//!
//! **Context.** One caller must not take the machine from all others, and several instances are one machine to whoever calls. **Decision.** Each
//! caller has a budget for each class of operations, spent by the generic cell rate algorithm: one number says when a budget will be whole again. An
//! instance spends by itself; what a caller has spent is added up in the database only when it is a sixteenth of a budget, and then four times a second.
//! **Consequence.** A request costs one look into memory. Instances together let through a budget, and beyond that a sixteenth and a
//! quarter of a second each.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
};

use quick_cache::sync::Cache;
use uuid::Uuid;

use crate::domain::{Instant, network::Network, vocabulary::vocabulary};

/// Budgets that are kept at once; of more than that, those asked for least are forgotten, which are nearly whole.
const MAX: usize = 100_000;
/// Parts of a budget of which one is spent before other instances are told.
const SHARED_PARTS: u32 = 16;
/// Microseconds of a second.
const MICROS: i64 = 1_000_000;

vocabulary! {
    /// Operations that share a budget.
    pub enum Class {
        /// What readers are answered, by network.
        Read => "read",
        /// Views that are counted, by network.
        View => "view",
        /// Reads of the desk, by caller.
        DeskRead => "desk-read",
        /// Writes of the desk and to one's own account, by caller.
        DeskWrite => "desk-write",
        /// Signing in and renewing, by network.
        SignIn => "sign-in",
        /// Requests of the desk whose token or key is refused, by network.
        Refused => "refused",
    }
}

impl Class {
    fn place(self) -> usize {
        Self::ALL.iter().position(|one| *one == self).unwrap_or_default()
    }
}

/// So many requests in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many requests.
    pub quota: u32,
    /// In how many seconds.
    pub window: u32,
}

impl Rate {
    /// Microseconds that one request costs.
    fn cost(self) -> i64 {
        self.micros().checked_div(i64::from(self.quota)).unwrap_or(MICROS).max(1)
    }

    fn micros(self) -> i64 {
        i64::from(self.window).saturating_mul(MICROS)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.quota, self.window)
    }
}

/// The rate of each class; nothing where there is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates([Option<Rate>; Class::ALL.len()]);

impl Rates {
    /// No limits at all.
    pub const OFF: Self = Self([None; Class::ALL.len()]);

    /// What holds where nothing is set.
    #[must_use]
    pub fn usual() -> Self {
        let quota = |class: &Class| match class {
            Class::Read => 60_000,
            Class::View => 6_000,
            Class::DeskRead => 3_000,
            Class::DeskWrite => 1_200,
            Class::SignIn | Class::Refused => 600,
        };
        Class::ALL.iter().fold(Self::OFF, |all, class| all.with(*class, Rate { quota: quota(class), window: 60 }))
    }

    /// The same with another rate for a class.
    #[must_use]
    pub fn with(mut self, class: Class, rate: Rate) -> Self {
        if let Some(one) = self.0.get_mut(class.place()) {
            *one = Some(rate);
        }
        self
    }

    /// The rate of a class.
    #[must_use]
    pub fn of(&self, class: Class) -> Option<Rate> {
        self.0.get(class.place()).copied().flatten()
    }
}

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Somebody of a network.
    Network(Network),
    /// A user.
    Caller(Uuid),
}

/// Whose budget it is, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    class: Class,
    who: Who,
}

impl Key {
    /// The key as instances share it.
    #[must_use]
    pub fn shared(&self) -> String {
        match self.who {
            Who::Network(network) => format!("{} {network}", self.class),
            Who::Caller(id) => format!("{} {id}", self.class),
        }
    }
}

/// When a budget will be whole again, in microseconds, and what was spent of it since other instances were told.
#[derive(Debug, Default)]
struct Cell {
    whole_at: AtomicI64,
    untold: AtomicU32,
}

/// What is left of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// For what.
    pub class: Class,
    /// Of how much.
    pub rate: Rate,
    /// How many requests are left.
    pub requests: u32,
    /// Seconds until the budget is whole again; where none is left, until there is one.
    pub more_in: u32,
}

/// A budget that is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// For what.
    pub class: Class,
    /// Of how much.
    pub rate: Rate,
    /// Seconds until there is enough for a request.
    pub seconds: u16,
}

impl Left {
    /// What `RateLimit-Policy` and `RateLimit` say: lists of structured fields (RFC 9651), as the draft of the IETF has them (2025-09).
    #[must_use]
    pub fn fields(&self) -> [String; 2] {
        fields(self.class, self.rate, self.requests, self.more_in)
    }
}

impl Spent {
    /// The same, when nothing is left.
    #[must_use]
    pub fn fields(&self) -> [String; 2] {
        fields(self.class, self.rate, 0, u32::from(self.seconds))
    }
}

fn fields(class: Class, rate: Rate, left: u32, seconds: u32) -> [String; 2] {
    [format!("\"{class}\";q={};w={}", rate.quota, rate.window), format!("\"{class}\";r={left};t={seconds}")]
}

/// A budget of which other instances are to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// Whose it is.
    pub key: Key,
    /// The microseconds that were spent.
    pub micros: i64,
    /// The microseconds that a whole budget is.
    pub whole: i64,
}

/// The budgets of one instance.
#[derive(Debug)]
pub struct RateLimits {
    rates: Rates,
    cells: Cache<Key, Arc<Cell>>,
    shared: bool,
    untold: Mutex<Vec<Key>>,
}

impl RateLimits {
    /// Budgets of these rates, of an instance that is alone.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        Self { rates, cells: Cache::new(MAX), shared: false, untold: Mutex::default() }
    }

    /// The same of one of several instances, which are told what is spent.
    #[must_use]
    pub fn shared(rates: Rates) -> Self {
        Self { shared: true, ..Self::new(rates) }
    }

    /// Spend one request, or say that there is none left; nothing where there is no limit.
    ///
    /// # Errors
    /// [`Spent`], and nothing is spent.
    pub fn spend(&self, class: Class, who: Who, now: Instant) -> Result<Option<Left>, Spent> {
        let Some((rate, key, cell)) = self.cell(class, who) else { return Ok(None) };
        let now = now.as_micros();
        let next = |whole_at: i64| {
            let next = begun(whole_at, rate, now).saturating_add(rate.cost());
            (next.saturating_sub(now) <= rate.micros()).then_some(next)
        };
        let before =
            cell.whole_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).map_err(|full| spent(class, rate, full, now))?;
        if self.shared {
            self.note(&cell, key, rate, before <= now);
        }
        let used = begun(before, rate, now).saturating_add(rate.cost()).saturating_sub(now);
        let left = rate.micros().saturating_sub(used).checked_div(rate.cost()).unwrap_or_default();
        let requests = u32::try_from(left).unwrap_or_default();
        let until_next = used.saturating_add(rate.cost()).saturating_sub(rate.micros());
        Ok(Some(Left { class, rate, requests, more_in: seconds(if requests == 0 { until_next } else { used }) }))
    }

    /// Count what others are to be told; of a budget that was whole until now, what was spent of it before is over.
    fn note(&self, cell: &Cell, key: Key, rate: Rate, was_whole: bool) {
        let untold = if was_whole {
            cell.untold.store(1, Ordering::Relaxed);
            1
        } else {
            cell.untold.fetch_add(1, Ordering::Relaxed).saturating_add(1)
        };
        if untold == rate.quota.div_ceil(SHARED_PARTS) {
            self.untold.lock().unwrap_or_else(PoisonError::into_inner).push(key);
        }
    }

    fn cell(&self, class: Class, who: Who) -> Option<(Rate, Key, Arc<Cell>)> {
        let (rate, key) = (self.rates.of(class)?, Key { class, who });
        let made = || Ok::<_, std::convert::Infallible>(Arc::default());
        self.cells.get_or_insert_with(&key, made).ok().map(|cell| (rate, key, cell))
    }

    /// What other instances are to be told: budgets of which a part was spent since the last time.
    #[must_use]
    pub fn take_untold(&self) -> Vec<Untold> {
        let keys = std::mem::take(&mut *self.untold.lock().unwrap_or_else(PoisonError::into_inner));
        let told = |key: Key| {
            let (rate, cell) = (self.rates.of(key.class)?, self.cells.get(&key)?);
            let requests = cell.untold.swap(0, Ordering::Relaxed);
            Some(Untold { key, micros: rate.cost().saturating_mul(requests.into()), whole: rate.micros() })
        };
        keys.into_iter().filter_map(told).collect()
    }

    /// Take over when a budget will be whole again, by what all instances have spent of it; none is spent by more than all of it, whatever the clocks of
    /// others say.
    pub fn told(&self, one: &Untold, whole_at: i64, now: Instant) {
        if let Some(cell) = self.cells.get(&one.key) {
            cell.whole_at.fetch_max(whole_at.min(now.as_micros().saturating_add(one.whole)), Ordering::Relaxed);
        }
    }

    /// Nothing was told: it is to be told the next time.
    pub fn take_back(&self, untold: &[Untold]) {
        for one in untold {
            if let (Some(rate), Some(cell)) = (self.rates.of(one.key.class), self.cells.get(&one.key)) {
                let requests = one.micros.checked_div(rate.cost()).and_then(|n| u32::try_from(n).ok()).unwrap_or_default();
                cell.untold.fetch_add(requests, Ordering::Relaxed);
                self.untold.lock().unwrap_or_else(PoisonError::into_inner).push(one.key);
            }
        }
    }
}

/// From when on a request is charged: a budget that is whole has been so until now. One that would be whole later than spending can make it is of a
/// clock that was set back, by more than what clocks are corrected by all the time.
fn begun(whole_at: i64, rate: Rate, now: i64) -> i64 {
    const CORRECTED: i64 = 5 * MICROS;
    if whole_at.saturating_sub(now) > rate.micros().saturating_add(CORRECTED) { now } else { whole_at.max(now) }
}

fn spent(class: Class, rate: Rate, whole_at: i64, now: i64) -> Spent {
    let used = begun(whole_at, rate, now).saturating_sub(now);
    let wait = used.saturating_add(rate.cost()).saturating_sub(rate.micros());
    Spent { class, rate, seconds: u16::try_from(seconds(wait)).unwrap_or(u16::MAX).max(1) }
}

/// Whole seconds that this many microseconds take, the last one begun.
fn seconds(micros: i64) -> u32 {
    u32::try_from(micros.max(0).saturating_add(MICROS - 1).div_euclid(MICROS)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { quota: 30, window: 60 };
    fn begin() -> Instant {
        Instant::from_micros(1_790_000_000_000_000)
    }

    fn limits() -> RateLimits {
        RateLimits::shared(Rates::OFF.with(Class::Read, RATE))
    }

    fn who(n: u128) -> Who {
        Who::Caller(Uuid::from_u128(n))
    }

    #[test]
    fn a_budget_is_spent_at_once_or_evenly_and_never_more_than_twice_in_its_window() {
        for gap in [0, 100_000, 1_000_000, 1_999_999, 2_000_000, 7_000_000] {
            let (limits, mut let_through) = (limits(), Vec::new());
            for n in 0..200 {
                let now = Instant::from_micros(begin().as_micros() + n * gap);
                if limits.spend(Class::Read, who(1), now).is_ok() {
                    let_through.push(now.as_micros());
                }
            }
            for at in &let_through {
                let within = let_through.iter().filter(|other| (*at..at + RATE.micros()).contains(other)).count();
                assert!(within <= 59, "{gap}: {within}");
            }
            let most_at_once = if gap == 0 { 30 } else { 200 };
            assert!(let_through.len() >= 30 && let_through.len() <= most_at_once, "{gap}: {}", let_through.len());
            // Whoever asks no faster than the rate is never refused.
            assert!(gap < 2_000_000 || let_through.len() == 200, "{gap}");
        }
    }

    #[test]
    fn what_is_left_and_when_more_is_are_told_and_what_is_told_is_true() {
        let limits = limits();
        for n in 1..=30 {
            let left = limits.spend(Class::Read, who(1), begin()).unwrap().unwrap();
            assert_eq!((left.requests, left.more_in), (30 - n, if n == 30 { 2 } else { 2 * n }));
        }
        let spent = limits.spend(Class::Read, who(1), begin()).unwrap_err();
        assert_eq!(spent.seconds, 2);
        limits.spend(Class::Read, who(1), begin().plus_seconds(1)).unwrap_err();
        limits.spend(Class::Read, who(1), begin().plus_seconds(2)).unwrap();
        // Others have budgets of their own, and so have other classes.
        limits.spend(Class::Read, who(2), begin()).unwrap();
        assert_eq!(limits.spend(Class::DeskRead, who(1), begin()), Ok(None));
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait_much_longer() {
        for back in [1, 4, 6, 59, 61, 86_400] {
            let limits = limits();
            let before = begin().plus_seconds(back);
            for _ in 0..30 {
                limits.spend(Class::Read, who(1), before).unwrap();
            }
            let waits = limits.spend(Class::Read, who(1), begin()).err().map_or(0, |spent| spent.seconds);
            assert!(waits <= 2 + 5, "{back}: {waits}");
        }
    }

    /// What instances let through that ask a budget's requests again and again, and tell each other only when each has.
    fn through(instances: usize, rounds: i64, seconds: i64, at_once: usize) -> usize {
        let instances: Vec<_> = (0..instances).map(|_| RateLimits::shared(Rates::OFF.with(Class::Read, RATE))).collect();
        let (mut row, mut through) = (0, 0);
        for round in 0..rounds {
            let now = begin().plus_seconds(round * seconds);
            for one in &instances {
                through += (0..at_once).filter(|_| one.spend(Class::Read, who(1), now).is_ok()).count();
            }
            for one in &instances {
                for untold in one.take_untold() {
                    row = (now.as_micros().max(row) + untold.micros).min(now.as_micros() + untold.whole);
                    one.told(&untold, row, now);
                }
            }
        }
        through
    }

    #[test]
    fn instances_that_tell_each_other_let_through_one_budget_and_a_part_each() {
        let part = usize::try_from(RATE.quota.div_ceil(SHARED_PARTS)).unwrap();
        assert!((30..=30 + 3 * part).contains(&through(3, 100, 0, 1)), "{}", through(3, 100, 0, 1));
        // Whatever comes between two tellings, each lets through no more than its own budget, and after that all of them together one.
        for instances in [2, 3, 8] {
            let got = through(instances, 60, 1, 100);
            assert!(got <= instances * 30 + 30 + instances * part * 16, "{instances}: {got}");
        }
    }

    #[test]
    fn what_could_not_be_told_is_told_the_next_time() {
        let limits = limits();
        for _ in 0..5 {
            limits.spend(Class::Read, who(1), begin()).unwrap();
        }
        let untold = limits.take_untold();
        assert_eq!(untold.iter().map(|one| one.micros).collect::<Vec<_>>(), [10_000_000]);
        assert_eq!(limits.take_untold(), []);
        limits.take_back(&untold);
        assert_eq!(limits.take_untold(), untold);
    }
}
