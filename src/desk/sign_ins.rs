//! Which sign-ins were refused: the audit trail of refused sign-ins and refreshes.
//!
//! **Context.** Whoever guesses passwords must be seen, and must not fill the disk by it; nor may the time that an answer takes tell
//! whether it was noted as somebody's. **Decision.** Refusals are counted in memory by account, network and reason. A worker writes what
//! is new within a second, and what came after it once a minute, as a number. Of one minute at most `MAX` are told apart; the
//! rest is told of as coming from anywhere. **Consequence.** The log grows by some kilobytes a minute at most, whatever comes. What was
//! typed is not kept, neither password nor address: an account that nobody has is none. When API keys were used is noted and written in the same way.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    access::{
        Bookkeeping,
        throttle::{Account, Admission, Refused, SignInThrottle, Weighed},
    },
    desk::log_if_ours,
    domain::{Error, Id, Instant, api_key::ApiKey, network::Network, user::User, vocabulary::vocabulary},
    store::{self, Store, Tx},
};

/// How many are told apart in a minute.
const MAX: usize = 20;
/// Seconds for which the same again is only counted.
const WINDOW: i64 = 60;
/// How many API keys may wait to have their use noted.
const MAX_USES: usize = 10_000;
/// Seconds for which a network is known for a user who has signed in from it: 30 days.
pub const KNOWN_SECONDS: i64 = 30 * 24 * 3_600;

vocabulary! {
    /// Why a sign-in was refused.
    pub enum Why {
        /// The password was wrong.
        WrongPassword => "wrong-password",
        /// The code of the second factor was wrong.
        WrongCode => "wrong-code",
        /// Nobody has this address.
        UnknownAccount => "unknown-account",
        /// The user is suspended.
        Suspended => "suspended",
        /// It was tried too often.
        TooManyAttempts => "too-many-attempts",
        /// A refresh token that is no longer good, or never was.
        RefreshToken => "refresh-token",
        /// A refresh token that was used before; it ended its session.
        RefreshTokenReused => "refresh-token-reused",
        /// The OpenID provider introduced nobody, or its word was not taken.
        NotIntroduced => "not-introduced",
        /// Somebody whom the provider introduces has no account, and no verified address that one could be made with.
        NoVerifiedAddress => "no-verified-address",
        /// Their address is that of an account of another person of the provider's.
        AddressOfAnother => "address-of-another",
        /// Nothing is granted to them.
        NothingGranted => "nothing-granted",
        /// An API key that nobody was given, or another secret than that of somebody's.
        UnknownApiKey => "unknown-api-key",
        /// An API key whose time is over.
        ApiKeyExpired => "api-key-expired",
        /// An API key that was revoked.
        ApiKeyRevoked => "api-key-revoked",
    }
}

fn changed(tx: &mut Tx<'_>, attempt: &Admission, to: impl FnOnce(Weighed) -> Weighed) -> Result<(), Error> {
    store::sign_in_counts::weigh(tx, (attempt.account, attempt.network, attempt.known), |weighed| (to(weighed), ()))
}

fn told(kept: Result<(), Error>) {
    if let Err(error) = kept {
        log_if_ours(&error, "what came of a sign-in could not be counted");
    }
}

type Key = (Option<Id<User>>, Network, &'static str);

#[derive(Debug)]
struct Seen {
    since: Instant,
    written: bool,
    more: u32,
}

/// The sign-ins of one server: what is counted of them.
///
/// **Decision.** An embedded server counts in its memory, so that whoever guesses takes no writer from the newsroom. Instances that share a database
/// count there, strictly: no attempt is let through that one server would refuse. **Consequence.** An attempt costs two transactions more there.
#[derive(Debug, Default)]
pub struct SignIns {
    /// Who has to wait, where this server is the only one.
    pub throttle: SignInThrottle,
    shared: bool,
    refused: Mutex<BTreeMap<Key, Seen>>,
    uses: Mutex<BTreeMap<Id<ApiKey>, Instant>>,
}

/// A refusal as it is logged, with how many there were.
type Row = (Key, u32);

impl SignIns {
    /// Those of one of several instances.
    #[must_use]
    pub fn shared() -> Self {
        Self { shared: true, ..Self::default() }
    }

    /// Whether an account may not be tried from a network now, whoever asks: what can be said without looking anything up.
    ///
    /// # Errors
    /// [`Refused`] when it is too soon.
    pub fn look(&self, account: Account, network: Network, now: Instant) -> Result<(), Refused> {
        self.throttle.look(account, network, now)
    }

    /// Let an attempt be made, or say when it may be. It counts as failed from here on.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub async fn admit(&self, store: &Store, account: Account, network: Network, known: bool) -> Result<Result<Admission, Refused>, Error> {
        if !self.shared {
            return Ok(self.throttle.admit(account, network, known, store.now()));
        }
        // Whoever is to wait by what is known here takes no writer from anybody.
        if let Err(refused) = self.throttle.would_admit(account, network, known, store.now()) {
            return Ok(Err(refused));
        }
        let counted = store.write(Bookkeeping, move |tx, _| {
            let now = tx.now();
            store::sign_in_counts::weigh(tx, (account, network, known), |weighed| match weighed.admitted(known, now) {
                Ok((after, rank)) => (after, (after, Ok(Admission { account, network, known, rank }))),
                Err(refused) => (weighed, (weighed, Err(refused))),
            })
        });
        let (weighed, admitted) = counted.await?;
        self.throttle.take(account, network, known, &weighed);
        Ok(admitted)
    }

    /// It has failed, and this is whose account it was. It counts as failed anyway, so that nothing is lost when the database fails.
    pub fn failed(&self, store: &Store, attempt: &Admission, user: Option<Id<User>>) {
        self.throttle.failed(attempt, user, store.now());
        if self.shared {
            let kept = store.write_now(&Bookkeeping, |tx| changed(tx, attempt, |weighed| weighed.failed(attempt.known, user)));
            told(kept);
        }
    }

    /// It was right: nothing that this account got wrong from there counts any more. Whoever was right goes on, whether that can be kept or not.
    pub async fn passed(&self, store: &Store, attempt: Admission) {
        let now = store.now();
        self.throttle.passed(&attempt, now);
        if self.shared {
            told(store.write(Bookkeeping, move |tx, _| changed(tx, &attempt, |weighed| weighed.passed(attempt.known, now))).await);
        }
    }

    /// It was not made after all.
    pub async fn take_back(&self, store: &Store, attempt: Admission) {
        self.throttle.take_back(&attempt, store.now());
        if self.shared {
            told(store.write(Bookkeeping, move |tx, _| changed(tx, &attempt, |weighed| weighed.taken_back(attempt.known))).await);
        }
    }

    fn refusals(&self) -> MutexGuard<'_, BTreeMap<Key, Seen>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Note that a sign-in was refused.
    pub fn note(&self, user: Option<Id<User>>, from: Network, why: Why, now: Instant) {
        let mut refused = self.refusals();
        let full = refused.len() >= MAX;
        let own = (user, from, why.as_str());
        let key = if full && !refused.contains_key(&own) { (None, Network::UNKNOWN, why.as_str()) } else { own };
        let seen = refused.entry(key).or_insert(Seen { since: now, written: false, more: 0 });
        seen.more = seen.more.saturating_add(1);
    }

    fn uses(&self) -> MutexGuard<'_, BTreeMap<Id<ApiKey>, Instant>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Note that an API key was used, so that it is written later: whoever shows one waits for no writer.
    pub fn used(&self, key: Id<ApiKey>, now: Instant) {
        let mut uses = self.uses();
        if uses.len() < MAX_USES {
            uses.insert(key, now);
        }
    }

    fn due(&self, now: Instant) -> Vec<Row> {
        let mut rows = Vec::new();
        self.refusals().retain(|key, seen| {
            let over = seen.since.plus_seconds(WINDOW) <= now || now < seen.since;
            if seen.more > 0 && (over || !seen.written) {
                rows.push((*key, seen.more));
                seen.more = 0;
                seen.written = true;
            }
            !over
        });
        rows
    }

    /// Write what is due to be written; how many entries that were.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails; what was to be written is tried again then.
    pub fn write(&self, store: &Store) -> Result<usize, Error> {
        let rows = self.due(store.now());
        if rows.is_empty() {
            return Ok(0);
        }
        let told = |why: &str, count: u32| if count == 1 { why.to_owned() } else { format!("{why}, {count} times") };
        let written = store.write_now(&Bookkeeping, |tx| {
            for ((user, from, why), count) in &rows {
                store::sessions::refused(tx, *user, *from, &told(why, *count));
            }
            Ok(rows.len())
        });
        if written.is_err() {
            let mut refused = self.refusals();
            for (key, count) in rows {
                let seen = refused.entry(key).or_insert(Seen { since: store.now(), written: false, more: 0 });
                seen.more = seen.more.saturating_add(count);
                seen.written = false;
            }
        }
        written
    }

    /// Write when API keys were used, as far as that is due; how many.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails; what was to be written is tried again then.
    pub fn write_uses(&self, store: &Store) -> Result<usize, Error> {
        let uses = mem::take(&mut *self.uses());
        if uses.is_empty() {
            return Ok(0);
        }
        let written = store.write_now(&Bookkeeping, |tx| {
            uses.iter().try_for_each(|(key, at)| store::api_keys::used(tx, *key, *at))?;
            Ok(uses.len())
        });
        if written.is_err() {
            // What was used again meanwhile was used later.
            let mut again = self.uses();
            uses.into_iter().for_each(|(key, at)| _ = again.entry(key).or_insert(at));
        }
        written
    }
}
