//! The throttle on sign-ins.
//!
//! **Context.** Whoever may try as often as they like finds a password, and whoever may lock an account shuts its owner out.
//! **Decision.** Attempts are counted as failed before a password is looked at, and taken back when it was right: for an account from
//! one network, for an account from wherever it is not known, and for a network whatever accounts it tries. Each count has some for
//! free, then makes wait twice as long after each failure, thirty seconds at most, and forgets one after a while. Networks from which
//! an account has signed in before are known for it: only what they themselves got wrong counts for them. Accounts are what was typed,
//! whether anybody has them or not. **Consequence.** Nobody is locked out, and nobody learns who exists. What is under way makes whoever tries at
//! once wait, and is held against nobody else: only what was found wrong decides about turns. Counts live in the memory of a server that is alone, a
//! bounded number of each, and a restart forgets them; instances that share a database count there, and keep in memory what it told them last, so
//! that whoever is to wait costs nobody a transaction.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use quick_cache::unsync::Cache;
use sha2::{Digest, Sha256};

use crate::domain::{Id, Instant, network::Network, user::User};

/// The longest that is waited, in seconds.
const LONGEST: i64 = 30;
/// Failures beyond the free ones that make wait longest.
const STEPS: u32 = 5;
/// Seconds that clocks of instances may differ by.
const SET_BACK: i64 = 60;
/// How many of each kind are counted at once; of more than that, those that matter least are forgotten.
const MAX: usize = 20_000;
/// Failures of others in a network after which it is no longer one that nothing is known of.
const SUSPECT: u32 = 20;

/// How failures of one kind count.
#[derive(Debug, Clone, Copy)]
struct Rule {
    /// How many make nobody wait.
    free: u32,
    /// Seconds after which one is forgotten.
    forgets: i64,
}

const OF_BOTH: Rule = Rule { free: 5, forgets: 60 };
const OF_ACCOUNT: Rule = Rule { free: 100, forgets: 36 };
const OF_NETWORK: Rule = Rule { free: 100, forgets: 10 };

/// An account by the name that was typed; says nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Account([u8; 16]);

impl Account {
    /// The account of this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::of(&Sha256::digest(name.as_bytes()))
    }

    /// The account that has these bytes to tell it from others.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut short = [0; 16];
        short.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Self(short)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What failed of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Those that were wrong, and those under way.
    pub failures: u32,
    /// Of these, those that were found wrong.
    pub wrong: u32,
    /// Since when none was forgotten.
    pub since: Instant,
    /// When the last one was tried.
    pub last: Instant,
    /// Whose account it was, where that was found.
    pub user: Option<Id<User>>,
}

fn seconds(from: Instant, to: Instant) -> i64 {
    to.as_seconds().saturating_sub(from.as_seconds()).max(0)
}

impl Count {
    /// Nothing has failed yet.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self { failures: 0, wrong: 0, since: now, last: now, user: None }
    }

    /// The same at a later instant, when some are forgotten.
    fn at(self, now: Instant, rule: Rule) -> Self {
        let due = seconds(self.since, now).checked_div(rule.forgets).unwrap_or(0);
        let due_now = u32::try_from(due).unwrap_or(u32::MAX);
        let (failures, wrong) = (self.failures.saturating_sub(due_now), self.wrong.saturating_sub(due_now));
        let since = if failures == 0 { now } else { self.since.plus_seconds(due.saturating_mul(rule.forgets)) };
        Self { failures, wrong, since, ..self }
    }

    /// Seconds until the next may be tried.
    fn wait(&self, now: Instant, rule: Rule) -> i64 {
        let Some(beyond) = self.failures.checked_sub(rule.free) else { return 0 };
        if seconds(now, self.last) > SET_BACK {
            // The clock was set back; whoever did that is not who guesses.
            return 0;
        }
        let wait = 1i64.checked_shl(beyond).unwrap_or(LONGEST).clamp(1, LONGEST);
        wait.saturating_sub(seconds(self.last, now)).max(0)
    }

    fn counted(self, now: Instant, rule: Rule) -> Self {
        let failures = self.failures.saturating_add(1).min(rule.free.saturating_add(STEPS));
        Self { failures, last: now, since: self.since.min(now), ..self }
    }

    /// One of those under way was found wrong.
    fn found_wrong(self) -> Self {
        Self { wrong: self.wrong.saturating_add(1).min(self.failures), ..self }
    }

    /// One of those under way was not.
    fn taken_back(self) -> Self {
        let failures = self.failures.saturating_sub(1);
        Self { failures, wrong: self.wrong.min(failures), ..self }
    }
}

/// The counts that an attempt is weighed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed {
    /// Of the account from this network.
    pub both: Count,
    /// Of the account from wherever it is not known.
    pub account: Count,
    /// Of the network, whatever accounts it tries.
    pub network: Count,
}

impl Weighed {
    /// Let an attempt be made, or say when it may be; it counts as failed from here on.
    ///
    /// # Errors
    /// [`Refused`] when it is too soon.
    pub fn admitted(self, known: bool, now: Instant) -> Result<(Self, Rank), Refused> {
        let both = self.both.at(now, OF_BOTH);
        let (mut account, mut network) = (self.account.at(now, OF_ACCOUNT), self.network.at(now, OF_NETWORK));
        refuse(both, now, OF_BOTH)?;
        let rank = match (known, both.wrong) {
            (true, _) => Rank::Known,
            (false, 0) if network.wrong < SUSPECT => Rank::New,
            (false, _) => Rank::Failed,
        };
        if !known {
            refuse(account, now, OF_ACCOUNT)?;
            refuse(network, now, OF_NETWORK)?;
            account = account.counted(now, OF_ACCOUNT);
            network = network.counted(now, OF_NETWORK);
        }
        Ok((Self { both: both.counted(now, OF_BOTH), account, network }, rank))
    }

    /// It has failed, and this is whose account it was.
    #[must_use]
    pub fn failed(self, known: bool, user: Option<Id<User>>) -> Self {
        let network = if known { self.network } else { self.network.found_wrong() };
        Self { both: Count { user, ..self.both.found_wrong() }, network, ..self }
    }

    /// It was right: nothing that this account got wrong from there counts any more.
    #[must_use]
    pub fn passed(self, known: bool, now: Instant) -> Self {
        Self { both: Count::new(now), ..self.taken_back(known) }
    }

    /// It was not made after all.
    #[must_use]
    pub fn taken_back(self, known: bool) -> Self {
        let back = |count: Count| if known { count } else { count.taken_back() };
        Self { both: self.both.taken_back(), account: back(self.account), network: back(self.network) }
    }
}

#[derive(Debug)]
struct Counts {
    both: Cache<(Account, Network), Count>,
    accounts: Cache<Account, Count>,
    networks: Cache<Network, Count>,
}

impl Counts {
    fn weighed(&self, account: Account, network: Network, now: Instant) -> Weighed {
        let of = |count: Option<&Count>| count.copied().unwrap_or_else(|| Count::new(now));
        let both = of(self.both.get(&(account, network)));
        Weighed { both, account: of(self.accounts.get(&account)), network: of(self.networks.get(&network)) }
    }

    /// Keep them; of whoever is known, what others get wrong does not count, nor do they count for others.
    fn keep(&mut self, attempt: &Admission, weighed: &Weighed) {
        let both = (attempt.account, attempt.network);
        if weighed.both.failures == 0 {
            self.both.remove(&both);
        } else {
            self.both.insert(both, weighed.both);
        }
        if !attempt.known {
            self.accounts.insert(attempt.account, weighed.account);
            self.networks.insert(attempt.network, weighed.network);
        }
    }
}

/// In what order those who may try get their turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Somebody who has signed in from there before.
    Known,
    /// Somebody of whom nothing is known.
    New,
    /// Somebody who got something wrong before, or comes from where others did.
    Failed,
}

/// An attempt that may be made, and counts as failed until it has passed.
#[derive(Debug, Clone, Copy)]
pub struct Admission {
    /// Which account is tried.
    pub account: Account,
    /// From where.
    pub network: Network,
    /// Whether the network is one that the account is known in.
    pub known: bool,
    /// When its turn comes.
    pub rank: Rank,
}

/// An attempt that may not be made yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Seconds until it may.
    pub seconds: i64,
    /// Whose account it is, where earlier failures have told.
    pub user: Option<Id<User>>,
}

/// What is counted, and for whom it is time.
#[derive(Debug)]
pub struct SignInThrottle(Mutex<Counts>);

impl Default for SignInThrottle {
    fn default() -> Self {
        Self(Mutex::new(Counts { both: Cache::new(MAX), accounts: Cache::new(MAX), networks: Cache::new(MAX) }))
    }
}

impl SignInThrottle {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an account may not be tried from a network now, whoever asks: what can be said without looking anything up.
    ///
    /// # Errors
    /// [`Refused`] when it is too soon.
    pub fn look(&self, account: Account, network: Network, now: Instant) -> Result<(), Refused> {
        let count = self.counts().both.get(&(account, network)).copied();
        count.map_or(Ok(()), |count| refuse(count.at(now, OF_BOTH), now, OF_BOTH))
    }

    /// Let an attempt be made, or say when it may be. It counts as failed from here on.
    ///
    /// # Errors
    /// [`Refused`] when it is too soon.
    pub fn admit(&self, account: Account, network: Network, known: bool, now: Instant) -> Result<Admission, Refused> {
        let mut counts = self.counts();
        let (weighed, rank) = counts.weighed(account, network, now).admitted(known, now)?;
        let attempt = Admission { account, network, known, rank };
        counts.keep(&attempt, &weighed);
        Ok(attempt)
    }

    /// Whether an attempt would be let through by what is known here.
    ///
    /// # Errors
    /// [`Refused`] when it is too soon.
    pub fn would_admit(&self, account: Account, network: Network, known: bool, now: Instant) -> Result<(), Refused> {
        self.counts().weighed(account, network, now).admitted(known, now).map(drop)
    }

    /// Take over what is counted elsewhere.
    pub fn take(&self, account: Account, network: Network, known: bool, weighed: &Weighed) {
        self.counts().keep(&Admission { account, network, known, rank: Rank::New }, weighed);
    }

    /// It has failed, and this is whose account it was.
    pub fn failed(&self, attempt: &Admission, user: Option<Id<User>>, now: Instant) {
        self.change(attempt, now, |weighed| weighed.failed(attempt.known, user));
    }

    /// It was right: nothing that this account got wrong from there counts any more.
    pub fn passed(&self, attempt: &Admission, now: Instant) {
        self.change(attempt, now, |weighed| weighed.passed(attempt.known, now));
    }

    /// It was not made after all.
    pub fn take_back(&self, attempt: &Admission, now: Instant) {
        self.change(attempt, now, |weighed| weighed.taken_back(attempt.known));
    }

    fn change(&self, attempt: &Admission, now: Instant, to: impl FnOnce(Weighed) -> Weighed) {
        let mut counts = self.counts();
        let weighed = to(counts.weighed(attempt.account, attempt.network, now));
        counts.keep(attempt, &weighed);
    }

    /// How many counts there are.
    #[must_use]
    pub fn size(&self) -> usize {
        let counts = self.counts();
        counts.both.len().saturating_add(counts.accounts.len()).saturating_add(counts.networks.len())
    }
}

fn refuse(count: Count, now: Instant, rule: Rule) -> Result<(), Refused> {
    match count.wait(now, rule) {
        0 => Ok(()),
        seconds => Err(Refused { seconds, user: count.user }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(1_772_000_000_000_000).plus_seconds(seconds)
    }

    fn net(n: u32) -> Network {
        Network::of(std::net::Ipv4Addr::from_bits(n).into())
    }

    #[test]
    fn those_who_sign_in_at_once_from_one_address_are_no_guessers() {
        let throttle = SignInThrottle::default();
        let names: Vec<String> = (0..90).map(|n| n.to_string()).collect();
        let admitted: Vec<_> = names.iter().map(|n| throttle.admit(Account::named(n), net(1), false, at(0)).unwrap()).collect();
        assert!(admitted.iter().all(|attempt| attempt.rank == Rank::New));
        // Once enough of them were wrong, the next come last.
        admitted.iter().take(usize::try_from(SUSPECT).unwrap()).for_each(|attempt| throttle.failed(attempt, None, at(0)));
        assert_eq!(throttle.admit(Account::named("next"), net(1), false, at(0)).unwrap().rank, Rank::Failed);
        // And those who were right do not clear the network for them.
        admitted.iter().skip(60).for_each(|attempt| throttle.passed(attempt, at(0)));
        assert_eq!(throttle.admit(Account::named("after"), net(1), false, at(0)).unwrap().rank, Rank::Failed);
        assert_eq!(throttle.admit(Account::named("0"), net(1), false, at(0)).unwrap().rank, Rank::Failed);
    }

    #[test]
    fn random_accounts_and_networks_fill_no_memory() {
        let throttle = SignInThrottle::default();
        for n in 0..200_000u32 {
            let _ = throttle.admit(Account::named(&n.to_string()), net(n), false, at(0));
        }
        assert!(throttle.size() <= 3 * MAX, "{}", throttle.size());
    }
}
