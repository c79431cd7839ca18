//! The throttle on sign-ins.
//!
//! **Context.** Whoever may try as often as they like finds a password, and whoever may lock an account shuts its owner out.
//! **Decision.** Attempts are counted as failed before a password is looked at, and taken back when it was right: for an account from
//! one network, for an account from wherever it is not known, and for a network whatever accounts it tries. Each count has some for
//! free, then makes wait twice as long after each failure, thirty seconds at most, and forgets one after a while. Networks from which
//! an account has signed in before are known for it: only what they themselves got wrong counts for them. Accounts are what was typed,
//! whether anybody has them or not. **Consequence.** Nobody is locked out, and nobody learns who exists. Counts live in the memory of one
//! server, a bounded number of each: other instances count by themselves, and a restart forgets. What is under way makes whoever tries at
//! once wait, and is held against nobody else: only what was found wrong decides about turns.

use std::sync::{Mutex, MutexGuard, PoisonError};

use quick_cache::unsync::Cache;
use sha2::{Digest, Sha256};

use crate::domain::{Id, Instant, network::Network, user::User};

/// The longest that is waited, in seconds.
const LONGEST: i64 = 30;
/// Failures beyond the free ones that make wait longest.
const STEPS: u32 = 5;
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
        let mut short = [0; 16];
        short.iter_mut().zip(Sha256::digest(name.as_bytes())).for_each(|(to, from)| *to = from);
        Self(short)
    }
}

#[derive(Debug, Clone, Copy)]
struct Count {
    /// Those that were wrong, and those under way.
    failures: u32,
    /// Of these, those that were found wrong.
    wrong: u32,
    /// Since when none was forgotten.
    since: Instant,
    last: Instant,
    user: Option<Id<User>>,
}

fn seconds(from: Instant, to: Instant) -> i64 {
    to.as_seconds().saturating_sub(from.as_seconds()).max(0)
}

impl Count {
    fn new(now: Instant) -> Self {
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
        if now < self.last {
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

#[derive(Debug)]
struct Counts {
    both: Cache<(Account, Network), Count>,
    accounts: Cache<Account, Count>,
    networks: Cache<Network, Count>,
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
    account: Account,
    network: Network,
    known: bool,
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
        let at = |count: Option<&Count>, rule| count.copied().unwrap_or_else(|| Count::new(now)).at(now, rule);
        let of_both = at(counts.both.get(&(account, network)), OF_BOTH);
        let of_account = at(counts.accounts.get(&account), OF_ACCOUNT);
        let of_network = at(counts.networks.get(&network), OF_NETWORK);
        refuse(of_both, now, OF_BOTH)?;
        if !known {
            refuse(of_account, now, OF_ACCOUNT)?;
            refuse(of_network, now, OF_NETWORK)?;
            counts.accounts.insert(account, of_account.counted(now, OF_ACCOUNT));
            counts.networks.insert(network, of_network.counted(now, OF_NETWORK));
        }
        counts.both.insert((account, network), of_both.counted(now, OF_BOTH));
        let rank = match (known, of_both.wrong) {
            (true, _) => Rank::Known,
            (false, 0) if of_network.wrong < SUSPECT => Rank::New,
            (false, _) => Rank::Failed,
        };
        Ok(Admission { account, network, known, rank })
    }

    /// It has failed, and this is whose account it was.
    pub fn failed(&self, attempt: &Admission, user: Option<Id<User>>) {
        let mut counts = self.counts();
        if let Some(count) = counts.both.get(&(attempt.account, attempt.network)).copied() {
            counts.both.insert((attempt.account, attempt.network), Count { user, ..count.found_wrong() });
        }
        if let Some(count) = counts.networks.get(&attempt.network).copied().filter(|_| !attempt.known) {
            counts.networks.insert(attempt.network, count.found_wrong());
        }
    }

    /// It was right: nothing that this account got wrong from there counts any more.
    pub fn passed(&self, attempt: &Admission) {
        self.counts().both.remove(&(attempt.account, attempt.network));
        self.take_back_of_others(attempt);
    }

    /// It was not made after all.
    pub fn take_back(&self, attempt: &Admission) {
        let mut counts = self.counts();
        let key = (attempt.account, attempt.network);
        if let Some(count) = counts.both.get(&key).copied() {
            counts.both.insert(key, count.taken_back());
        }
        drop(counts);
        self.take_back_of_others(attempt);
    }

    fn take_back_of_others(&self, attempt: &Admission) {
        if attempt.known {
            return;
        }
        let mut counts = self.counts();
        if let Some(count) = counts.accounts.get(&attempt.account).copied() {
            counts.accounts.insert(attempt.account, count.taken_back());
        }
        if let Some(count) = counts.networks.get(&attempt.network).copied() {
            counts.networks.insert(attempt.network, count.taken_back());
        }
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
        admitted.iter().take(usize::try_from(SUSPECT).unwrap()).for_each(|attempt| throttle.failed(attempt, None));
        assert_eq!(throttle.admit(Account::named("next"), net(1), false, at(0)).unwrap().rank, Rank::Failed);
        // And those who were right do not clear the network for them.
        admitted.iter().skip(60).for_each(|attempt| throttle.passed(attempt));
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
