//! Counting views: in memory, and now and then in the database.
//!
//! **Context.** Many read at once, and a write for each would take the database from the newsroom. Whoever wants a story to seem read asks again and again, and whoever
//! looks for what is not public yet may ask for any id. **Decision.** A view is counted in the memory of the instance that hears of it and added to those of others every few
//! seconds; all are answered alike. Programs that say what they are do not count. Nor does the same again within ten minutes, which is known by a salted sum of
//! the network, of one of a few kinds that a program's name falls into, and of what was read; the salt is drawn by each process, anew each hour, and never leaves it. **Consequence.** Behind one network
//! as many readers of a story are told apart as there are kinds, in ten minutes: crowds behind one address count for less than they are, and whoever names themselves anew each time for no more
//! than that. Nobody is ever known. A crash loses what was counted since the last time. Memory is bounded, whatever comes: what is not known to be live may be so many things, and of all that was
//! read only so much is remembered; what is remembered no longer counts again.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use sha2::{Digest, Sha256};

use crate::{
    access::Bookkeeping,
    domain::{
        Error, Instant, Locale,
        article::ArticleId,
        id::Entropy,
        network::Network,
        views::{Window, is_robot},
    },
    store::{self, Store, jobs::Kind, views::Count},
};

/// Parts of the counts that are locked each by itself.
const SHARDS: usize = 16;
/// Things that are counted and not known to be live.
const MAX_UNKNOWN: usize = 10_000;
/// Things that are known to be live, and keep their place while others come.
const MAX_KNOWN: usize = 100_000;
/// Rounds after which what nobody reads any more loses it: an hour.
const QUIET_ROUNDS: u16 = 720;
/// Counts that one transaction adds.
const AT_ONCE: usize = 1_000;
/// Views that are remembered, of those that were read last, roughly.
const REMEMBERED: usize = 1 << 20;
/// Within so many steps of ten seconds, the first of them begun, the same again does not count: ten minutes at least.
const SAME: u64 = 61;
/// Kinds that the names of programs fall into.
const KINDS: u64 = 32;
/// Seconds for which a salt is used.
const SALTED: i64 = 3_600;
/// Seconds within which a ranking is added up, or another instance does it.
const TURN: i64 = 60;

/// What a frontend tells of a view.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// What is read.
    pub article: ArticleId,
    /// In which locale.
    pub locale: Locale,
    /// From where.
    pub network: Network,
    /// What the reader's program calls itself.
    pub agent: &'a str,
}

/// How often something was read since it was last added up.
#[derive(Debug, Default)]
struct Counted {
    views: i64,
    known: bool,
    quiet: u16,
}

type Counts = HashMap<(ArticleId, Locale), Counted>;

#[derive(Debug, Clone, Copy, Default)]
struct Salt {
    bytes: [u8; 32],
    drawn: Option<i64>,
}

/// The views that an instance has counted.
#[derive(Default)]
pub struct Views {
    shards: [Mutex<Counts>; SHARDS],
    unknown: AtomicUsize,
    known: AtomicUsize,
    salt: Mutex<Salt>,
    /// What was read lately: the sum of each, but for its last bits, and when.
    read: OnceLock<Box<[AtomicU64]>>,
}

impl fmt::Debug for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Views").field("unknown", &self.unknown).field("known", &self.known).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Views {
    /// Count a view, unless a program has asked, or the same reader has just before; whether it counts.
    pub fn note(&self, view: View<'_>, now: Instant, entropy: &dyn Entropy) -> bool {
        if is_robot(view.agent) || self.is_repeated(&view, now, entropy) {
            return false;
        }
        let mut counts = lock(self.shard(view.article));
        if let Some(counted) = counts.get_mut(&(view.article, view.locale.clone())) {
            counted.views = counted.views.saturating_add(1);
            return true;
        }
        let room = |unknown: usize| (unknown < MAX_UNKNOWN).then_some(unknown.saturating_add(1));
        if self.unknown.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).is_err() {
            return false;
        }
        counts.insert((view.article, view.locale), Counted { views: 1, ..Counted::default() });
        true
    }

    fn shard(&self, article: ArticleId) -> &Mutex<Counts> {
        // The last bits of an id are random.
        let place = article.uuid().as_u128().checked_rem(16).and_then(|place| usize::try_from(place).ok()).unwrap_or_default();
        self.shards.get(place).unwrap_or_else(|| {
            let [first, ..] = &self.shards;
            first
        })
    }

    /// The salt of this hour.
    fn salt(&self, now: Instant, entropy: &dyn Entropy) -> [u8; 32] {
        let (hour, mut salt) = (now.as_seconds().div_euclid(SALTED), lock(&self.salt));
        if salt.drawn != Some(hour) {
            entropy.fill(&mut salt.bytes);
            salt.drawn = Some(hour);
        }
        salt.bytes
    }

    /// Whether the same was read from the same network, by a program of the same kind, just before.
    fn is_repeated(&self, view: &View<'_>, now: Instant, entropy: &dyn Entropy) -> bool {
        /// Bits of a mark that say when: steps of ten seconds, in a cycle of months.
        const WHEN: u64 = (1 << 20) - 1;
        let mut kind = DefaultHasher::new();
        view.agent.hash(&mut kind);
        let mut sum = Sha256::new();
        sum.update(self.salt(now, entropy));
        sum.update(view.article.uuid().as_bytes());
        sum.update((kind.finish() % KINDS).to_le_bytes());
        sum.update(format!("{} {}", view.locale.as_str(), view.network));
        let sum = sum.finalize().iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        let read = self.read.get_or_init(|| (0..REMEMBERED).map(|_| AtomicU64::new(0)).collect());
        let place = sum.checked_rem(u64::try_from(REMEMBERED).unwrap_or(1)).and_then(|place| usize::try_from(place).ok());
        let Some(slot) = place.and_then(|place| read.get(place)) else { return false };
        let when = now.as_seconds().div_euclid(10).unsigned_abs() & WHEN;
        let is_same = |mark: u64| mark != 0 && (mark ^ sum) & !WHEN == 0 && when.wrapping_sub(mark) & WHEN < SAME;
        // Of two at once one counts. The first is remembered, so that whoever reads on and on counts every ten minutes.
        is_same(slot.load(Ordering::Relaxed)) || is_same(slot.swap((sum & !WHEN) | when, Ordering::Relaxed))
    }

    /// What was counted since the last time.
    fn take(&self) -> Vec<Count> {
        let mut all = Vec::new();
        for shard in &self.shards {
            lock(shard).retain(|(article, locale), counted| {
                if counted.views > 0 {
                    all.push((*article, locale.clone(), counted.views));
                    (counted.views, counted.quiet) = (0, 0);
                    return true;
                }
                counted.quiet = counted.quiet.saturating_add(1);
                let stays = counted.quiet < QUIET_ROUNDS;
                if !stays {
                    self.forgets(counted);
                }
                stays
            });
        }
        all.sort();
        all
    }

    fn forgets(&self, counted: &Counted) {
        if counted.known { &self.known } else { &self.unknown }.fetch_sub(1, Ordering::Relaxed);
    }

    /// Of what was added up, keep in mind what is live, and nothing else.
    fn settle(&self, added: &[Count], live: &HashSet<(ArticleId, Locale)>) {
        for (article, locale, _) in added {
            let key = (*article, locale.clone());
            let mut counts = lock(self.shard(*article));
            let Some(counted) = counts.get_mut(&key) else { continue };
            let is_live = live.contains(&key);
            if is_live && !counted.known && self.known.load(Ordering::Relaxed) < MAX_KNOWN {
                self.forgets(counted);
                counted.known = true;
                self.known.fetch_add(1, Ordering::Relaxed);
            } else if counted.views == 0 && (!is_live || !counted.known) {
                self.forgets(counted);
                counts.remove(&key);
            }
        }
    }

    /// It was not added up: it is the next time.
    fn take_back(&self, counts: &[Count]) {
        for (article, locale, views) in counts {
            if let Some(counted) = lock(self.shard(*article)).get_mut(&(*article, locale.clone())) {
                counted.views = counted.views.saturating_add(*views);
            }
        }
    }

    /// Add up in the database what was counted since the last time; of how many things that was.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails; what was not added is added the next time.
    pub fn write(&self, store: &Store) -> Result<usize, Error> {
        let all = self.take();
        let mut rest = all.as_slice();
        // Ends: each round adds some of what is left.
        while !rest.is_empty() {
            let (part, after) = rest.split_at_checked(AT_ONCE).unwrap_or((rest, &[]));
            let live = store.write_now(&Bookkeeping, |tx| store::views::add(tx, part)).inspect_err(|_| self.take_back(rest))?;
            self.settle(part, &live);
            rest = after;
        }
        Ok(all.len())
    }
}

/// Add up what is read most in a window, if that is due and no other instance does it; whether it was done.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails; it is tried again when the turn has lapsed.
pub fn rank(store: &Store, window: Window) -> Result<bool, Error> {
    let name = window.as_str();
    let is_due = store.read_now(|tx| Ok(store::jobs::is_turn(tx, Kind::Ranking, name)? && store::views::are_counted(tx)?))?;
    if !is_due {
        return Ok(false);
    }
    let until = store.now().plus_seconds(TURN);
    let Some(turn) = store.write_now(&Bookkeeping, |tx| store::jobs::take_turn(tx, Kind::Ranking, name, until))? else {
        return Ok(false);
    };
    // Where one instance is alone, nobody who writes waits for this.
    let renewal = store.read_now(|tx| store::views::renewal(tx, window))?;
    store.write_now(&Bookkeeping, |tx| {
        if !store::jobs::end_turn(tx, (Kind::Ranking, name), &turn, window.next(tx.now()))? {
            return Ok(false);
        }
        store::views::renew(tx, window, &renewal)?;
        if window == Window::Day {
            store::views::age(tx)?;
        }
        Ok(true)
    })
}
