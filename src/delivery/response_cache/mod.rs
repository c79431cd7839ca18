//! The response cache: it never hands out what a finished write has made untrue.
//!
//! **Context.** Hardly anything of a newsroom changes between two readers, and what changed must not be read any more once whoever changed
//! it was told so. **Decision.** Whole answers are kept as bytes under their canonical [`Request`], each with the cache tags it was made from
//! and the number of the last change before it. A commit drops the answers it touches before it is acknowledged (as the store's
//! [`Watcher`]); what other processes commit is followed through the change log. An answer that was made before a change that touches it is
//! never kept, however late it comes. **Consequence.** A hit costs a look into a map; there is no time to live to be chosen, and none to be
//! waited for. The lists of who is where are held under one lock, which hits do not take.

mod entry;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use quick_cache::{
    Lifecycle, Options, OptionsBuilder, Weighter,
    sync::{Cache, DefaultLifecycle},
};

pub use entry::{CachedAnswer, Entry, Page, Representation, told};

use entry::tell;

use super::request::{Request, answer};
use crate::{
    domain::{Error, Instant, Locale, cache_tag::CacheTag, measured::Measured, memory::MemoryBudget, redirect, site::Masthead},
    search::SearchIndex,
    store::{self, Dependencies, Store, Watcher},
};

/// Changes that are remembered, to tell whether an answer that is still being made is out of date already.
const REMEMBERED: usize = 4_096;
/// Cache tags that are remembered with them.
const REMEMBERED_TAGS: usize = 65_536;
/// The longest spelling, in bytes.
const MAX_SPELLING: usize = 512;
/// Which part of the memory is for spellings of requests, that lead to their answers without being read again.
const FOR_SPELLINGS: u64 = 8;
/// The least that a shard of the cache has, in bytes: what is asked for all the time must not be evicted because much else has come to lie beside it.
const SHARD: u64 = 8 << 20;

/// Weighs entries by the memory they take.
#[derive(Debug, Clone)]
struct EntryWeigher;

impl Weighter<Request, Arc<Entry>> for EntryWeigher {
    fn weight(&self, _: &Request, entry: &Arc<Entry>) -> u64 {
        entry.weight()
    }
}

/// Weighs spellings, each of which may be the last that holds the place of an entry.
#[derive(Debug, Clone)]
struct SpellingWeigher;

impl Weighter<Box<str>, Weak<Entry>> for SpellingWeigher {
    fn weight(&self, spelling: &Box<str>, _: &Weak<Entry>) -> u64 {
        u64::try_from(spelling.len().saturating_add(size_of::<Entry>() + 192)).unwrap_or(u64::MAX)
    }
}

/// Collects what the cache has evicted, so that the index can forget it.
#[derive(Debug, Clone, Default)]
struct Evicted(Arc<Mutex<Vec<Arc<Entry>>>>);

impl Lifecycle<Request, Arc<Entry>> for Evicted {
    type RequestState = ();

    fn on_evict(&self, (): &mut (), _: Request, entry: Arc<Entry>) {
        lock(&self.0).push(entry);
    }
}

type Answers = Cache<Request, Arc<Entry>, EntryWeigher, quick_cache::DefaultHashBuilder, Evicted>;

/// Which entries were made from what, and what has changed lately.
#[derive(Debug, Default)]
struct Index {
    entries: HashMap<u64, Arc<Entry>>,
    by_tag: HashMap<CacheTag, HashSet<u64>>,
    changes: BTreeMap<i64, BTreeSet<CacheTag>>,
    /// How many tags there are in them.
    remembered: usize,
    /// The last change that is not remembered any more.
    forgotten: i64,
    masthead: Option<Arc<Masthead>>,
}

impl Index {
    /// Whether nothing that touches `tags` has changed since `seq`, as far as is known here.
    fn is_current(&self, tags: &BTreeSet<CacheTag>, seq: i64) -> bool {
        let later = self.changes.range(seq.saturating_add(1)..);
        seq >= self.forgotten && later.into_iter().all(|(_, touched)| touched.is_disjoint(tags))
    }

    fn remember(&mut self, seq: i64, touched: &BTreeSet<CacheTag>) {
        let of_change = self.changes.entry(seq).or_default();
        let before = of_change.len();
        of_change.extend(touched);
        self.remembered = self.remembered.saturating_add(of_change.len().saturating_sub(before));
        while self.changes.len() > REMEMBERED || self.remembered > REMEMBERED_TAGS {
            let Some((seq, tags)) = self.changes.pop_first() else { break };
            self.forgotten = self.forgotten.max(seq);
            self.remembered = self.remembered.saturating_sub(tags.len());
        }
    }

    fn enter(&mut self, entry: &Arc<Entry>) {
        self.entries.insert(entry.number, entry.clone());
        entry.kept.store(true, Ordering::Release);
        for tag in &entry.tags {
            self.by_tag.entry(*tag).or_default().insert(entry.number);
        }
    }

    fn forget(&mut self, entry: &Entry) {
        if self.entries.remove(&entry.number).is_none() {
            return;
        }
        // Whoever still holds it, under a spelling or in an answer under way, learns it here.
        entry.kept.store(false, Ordering::Release);
        for tag in &entry.tags {
            if let Some(of_tag) = self.by_tag.get_mut(tag) {
                of_tag.remove(&entry.number);
                if of_tag.is_empty() {
                    self.by_tag.remove(tag);
                }
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A cache of so many bytes, whose entries have about so many each; none of nothing.
fn sized(capacity: u64, usual: u64) -> Option<Options> {
    let shards = usize::try_from((capacity / SHARD).clamp(1, 64)).unwrap_or(1);
    let items = usize::try_from(capacity / usual).unwrap_or(usize::MAX).max(64);
    let mut options = OptionsBuilder::new();
    options.shards(shards).estimated_items_capacity(items).weight_capacity(capacity);
    options.build().ok().filter(|_| capacity > 0)
}

/// The response cache over a store.
pub struct ResponseCache {
    store: Store,
    search: Arc<SearchIndex>,
    /// The memory that answers hold, those that are not kept as well.
    held: Arc<MemoryBudget>,
    answers: Option<Answers>,
    put_out: Evicted,
    spellings: Cache<Box<str>, Weak<Entry>, SpellingWeigher>,
    index: Mutex<Index>,
    /// The paths from which redirects lead with a query, once somebody asked, until something changes in them.
    queried: Mutex<Option<Arc<HashSet<CacheTag>>>>,
    /// Who reads them, for all who wait.
    reading_queried: tokio::sync::Mutex<()>,
    numbers: AtomicU64,
    /// When something is next due to change, in microseconds; `i64::MAX` when nothing is.
    due: AtomicI64,
    hits: AtomicU64,
    /// Changes of others that the last look into the log has found.
    behind: AtomicU64,
}

impl fmt::Debug for ResponseCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseCache").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

impl Watcher for ResponseCache {
    fn committed(&self, seq: i64, touched: &BTreeSet<CacheTag>) {
        self.drop_touched(seq, touched);
    }
}

impl Measured for ResponseCache {
    fn measure(&self, tell: &mut dyn FnMut(&'static str, &'static str, u64)) {
        tell("cache_entries", "", u64::try_from(self.len()).unwrap_or(u64::MAX));
        tell("cache_bytes", "", self.bytes());
        tell("cache_hits", "", self.hits.load(Ordering::Relaxed));
        // Each answer that was made has a number.
        tell("cache_misses", "", self.numbers.load(Ordering::Relaxed));
        tell("follower_behind", "", self.behind.load(Ordering::Relaxed));
    }
}

impl ResponseCache {
    /// A response cache that keeps at most so many bytes; none, and every answer is made anew. What answers hold is taken from the budget.
    #[must_use]
    pub fn new(store: Store, search: Arc<SearchIndex>, capacity: u64, held: &Arc<MemoryBudget>) -> Arc<Self> {
        let put_out = Evicted::default();
        let for_spellings = capacity / FOR_SPELLINGS;
        let hasher = quick_cache::DefaultHashBuilder::default;
        let options = sized(capacity.saturating_sub(for_spellings), 16_384);
        let answers = options.map(|options| Cache::with_options(options, EntryWeigher, hasher(), put_out.clone()));
        let spellings =
            sized(for_spellings, 1_024).map(|options| Cache::with_options(options, SpellingWeigher, hasher(), DefaultLifecycle::default()));
        let response_cache = Arc::new(Self {
            store,
            search,
            held: held.clone(),
            answers,
            put_out,
            spellings: spellings.unwrap_or_else(|| Cache::with_weighter(0, 0, SpellingWeigher)),
            index: Mutex::default(),
            queried: Mutex::default(),
            reading_queried: tokio::sync::Mutex::default(),
            numbers: AtomicU64::new(0),
            due: AtomicI64::new(i64::MAX),
            hits: AtomicU64::new(0),
            behind: AtomicU64::new(0),
        });
        if capacity > 0 {
            let watcher: Arc<dyn Watcher> = response_cache.clone();
            response_cache.store.watch(Arc::downgrade(&watcher));
        }
        response_cache
    }

    /// The store that answers are made from.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The index that searches are answered from.
    #[must_use]
    pub fn search(&self) -> &Arc<SearchIndex> {
        &self.search
    }

    /// Bytes that are taken by what is kept.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.answers.as_ref().map_or(0, Cache::weight).saturating_add(self.spellings.weight())
    }

    /// Answers that are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.answers.as_ref().map_or(0, Cache::len)
    }

    /// True when nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When something is next due to change, if anything is.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        Some(self.due.load(Ordering::Relaxed)).filter(|at| *at != i64::MAX).map(Instant::from_micros)
    }

    /// Note when something is next due to change.
    pub fn note_due(&self, at: Option<Instant>) {
        self.due.store(at.map_or(i64::MAX, Instant::as_micros), Ordering::Relaxed);
    }

    /// Note how many changes of others a look into the log has found, which are dropped now.
    pub fn note_behind(&self, changes: u64) {
        self.behind.store(changes, Ordering::Relaxed);
    }

    /// The answer to a request that was spelled like this before, if it is still true.
    #[must_use]
    pub fn spelled(&self, target: &str, now: Instant) -> Option<Arc<Entry>> {
        let found = self.spellings.get(target)?.upgrade().filter(|entry| entry.is_good(now));
        self.hits.fetch_add(u64::from(found.is_some()), Ordering::Relaxed);
        match &found {
            // The cache evicts what nobody has asked it for. It does so for the sake of answers that are made, and so hears of this one once for each.
            Some(entry) if entry.is_unheard(self.numbers.load(Ordering::Relaxed)) => {
                drop(self.answers.as_ref().and_then(|answers| answers.get(&entry.request)));
            }
            Some(_) => {}
            None => drop(self.spellings.remove(target)),
        }
        found
    }

    /// Note that a path and query spell the request of this answer.
    pub fn note_spelling(&self, target: &str, entry: &Arc<Entry>) {
        if self.answers.is_some() && target.len() <= MAX_SPELLING {
            self.spellings.insert(target.into(), Arc::downgrade(entry));
        }
    }

    /// The answer to a request, which is made at most once at a time however many ask for it.
    ///
    /// # Errors
    /// What [`answer`] refuses; what is absent or gone is an answer.
    pub async fn answer(&self, request: &Request) -> Result<Arc<Entry>, Error> {
        let Some(answers) = &self.answers else { return self.make(request).await };
        let request = &*self.without_idle_query(request).await?;
        loop {
            match answers.get_value_or_guard_async(request).await {
                Ok(entry) if entry.is_good(self.store.now()) => {
                    self.hits.fetch_add(1, Ordering::Relaxed);
                    return Ok(entry);
                }
                Ok(entry) => {
                    answers.remove_if(request, |kept| kept.number == entry.number);
                    lock(&self.index).forget(&entry);
                }
                Err(guard) => {
                    let entry = self.make(request).await?;
                    let mut index = lock(&self.index);
                    if entry.seq.is_some_and(|seq| index.is_current(&entry.tags, seq)) {
                        index.enter(&entry);
                        if guard.insert(entry.clone()).is_err() {
                            index.forget(&entry);
                        }
                        for gone in std::mem::take(&mut *lock(&self.put_out.0)) {
                            index.forget(&gone);
                        }
                    }
                    return Ok(entry);
                }
            }
        }
    }

    /// The same request without what says nothing of the query of the path that it asks for: all of it, where no redirect leads from there with that query,
    /// else what links carry along to count readers by. It makes no answers of its own.
    async fn without_idle_query<'r>(&self, request: &'r Request) -> Result<Cow<'r, Request>, Error> {
        let (Request::Resolve(asked) | Request::Page(asked, ..)) = request else { return Ok(Cow::Borrowed(request)) };
        let Some((path, query)) = asked.split_once('?') else { return Ok(Cow::Borrowed(request)) };
        let Some(spelled) = redirect::spelled(path) else { return Ok(Cow::Borrowed(request)) };
        let queried = if query.is_empty() { Arc::default() } else { self.queried().await? };
        let mut path = path.to_owned();
        if queried.contains(&CacheTag::slug(&spelled)) {
            let leads = |address: &String| redirect::spelled(address).is_some_and(|address| queried.contains(&CacheTag::slug(&address)));
            path = redirect::tried(asked).find(leads).unwrap_or(path);
        }
        Ok(Cow::Owned(if let Request::Page(_, paging, view) = request {
            Request::Page(path, *paging, view.clone())
        } else {
            Request::Resolve(path)
        }))
    }

    /// The addresses with a query from which redirects lead, and their paths.
    async fn queried(&self) -> Result<Arc<HashSet<CacheTag>>, Error> {
        let known = || lock(&self.queried).clone();
        if let Some(known) = known() {
            return Ok(known);
        }
        let _reading = self.reading_queried.lock().await;
        if let Some(known) = known() {
            return Ok(known);
        }
        let (queried, Dependencies { tags, seq, .. }) = self.store.read_tracked(store::redirects::with_query).await?;
        let queried = Arc::new(queried?);
        let index = lock(&self.index);
        if seq.is_some_and(|seq| index.is_current(&tags, seq)) {
            *lock(&self.queried) = Some(queried.clone());
        }
        Ok(queried)
    }

    async fn make(&self, request: &Request) -> Result<Arc<Entry>, Error> {
        let (asked, now, held, index) = (request.clone(), self.store.now(), self.held.clone(), self.search.clone());
        let telling = move |tx: &mut store::Tx<'_>| tell(&asked, answer(tx, &index, &asked, now), &held);
        let (answer, dependencies) = self.store.read_tracked(telling).await?;
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        Entry::new(number, request, answer?, dependencies).map(Arc::new)
    }

    /// The locales of the site that a reader's `Accept-Language` asks for, the best first; never none.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    pub async fn accepted(&self, accept: &str) -> Result<Vec<Locale>, Error> {
        let kept = lock(&self.index).masthead.clone();
        if let Some(masthead) = kept {
            return Ok(masthead.accepted(accept));
        }
        let (masthead, Dependencies { tags, seq, .. }) = self.store.read_tracked(store::site::for_readers).await?;
        let masthead = masthead?;
        let mut index = lock(&self.index);
        if self.answers.is_some() && seq.is_some_and(|seq| index.is_current(&tags, seq)) {
            index.masthead = Some(masthead.clone());
        }
        Ok(masthead.accepted(accept))
    }

    /// Drop what was made before the change `seq` from what it touches. Saying it again does no harm.
    pub fn drop_touched(&self, seq: i64, touched: &BTreeSet<CacheTag>) {
        let Some(answers) = &self.answers else { return };
        if touched.is_empty() {
            return;
        }
        let mut index = lock(&self.index);
        index.remember(seq, touched);
        if touched.contains(&CacheTag::Site) {
            index.masthead = None;
        }
        if touched.contains(&CacheTag::Redirects) {
            *lock(&self.queried) = None;
        }
        let touched: BTreeSet<u64> = touched.iter().filter_map(|tag| index.by_tag.get(tag)).flatten().copied().collect();
        for number in touched {
            let Some(entry) = index.entries.get(&number).cloned() else { continue };
            if entry.seq.is_some_and(|made| made < seq) {
                index.forget(&entry);
                answers.remove_if(&entry.request, |kept| kept.number == number);
            }
        }
    }

    /// Drop everything that was made before the change `seq`: too much has changed to say what.
    pub fn drop_all(&self, seq: i64) {
        let Some(answers) = &self.answers else { return };
        let mut index = lock(&self.index);
        index.forgotten = index.forgotten.max(seq);
        index.masthead = None;
        *lock(&self.queried) = None;
        let all: Vec<Arc<Entry>> = index.entries.values().filter(|e| e.seq.is_some_and(|made| made < seq)).cloned().collect();
        for entry in all {
            index.forget(&entry);
            answers.remove_if(&entry.request, |kept| kept.number == entry.number);
        }
    }
}
