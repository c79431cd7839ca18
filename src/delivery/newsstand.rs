//! The newsstand: the response cache, which never hands out what a finished write has made untrue.
//!
//! **Context.** Hardly anything of a newsroom changes between two readers, and what changed must not be read any more once whoever changed
//! it was told so. **Decision.** Whole answers are kept as bytes under their canonical [`Request`], each with the cache tags it was made from
//! and the number of the last change before it. A commit drops the answers it touches before it is acknowledged (as the store's
//! [`Watcher`]); what other processes commit is followed through the change log. An answer that was made before a change that touches it is
//! never kept, however late it comes. **Consequence.** A hit costs a look into a map; there is no time to live to be chosen, and none to be
//! waited for. The lists of who is where are held under one lock, which hits do not take.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering},
    },
};

use actix_web::http::header::HeaderValue;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use quick_cache::{Lifecycle, Weighter, sync::Cache};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::{
    coding::Coding,
    request::{Outcome, Request, answer},
};
use crate::{
    domain::{Error, Instant, Locale, cache_tag::CacheTag, site::Masthead},
    store::{self, Noted, Store, Watcher, aside},
};

/// Changes that are remembered, to tell whether an answer that is still being made is out of date already.
const REMEMBERED: usize = 4_096;
/// Spellings of requests that lead to their answers without being read again.
const SPELLINGS: usize = 16_384;
/// How often an answer is found by its spelling for each time that the cache is told so.
const UNNOTICED: u32 = 8;
/// The longest spelling, in bytes.
const LONGEST_SPELLING: usize = 512;

/// A representation of an answer: its bytes in one coding, under a strong entity tag of its own (RFC 9110 §8.8.3).
#[derive(Debug, Clone)]
pub struct Representation {
    /// The coding of the bytes.
    pub coding: Coding,
    /// The bytes.
    pub bytes: Bytes,
    /// The entity tag, with its quotes.
    pub etag: HeaderValue,
}

/// What an entry answers.
#[derive(Debug)]
pub enum Told {
    /// Something is shown.
    Shown(Box<Page>),
    /// It is found at this path and query now.
    Moved(String),
    /// There is no such thing.
    Absent(&'static str),
    /// It was taken down.
    Gone(&'static str),
}

/// A shown answer, with what belongs to it.
#[derive(Debug)]
pub struct Page {
    plain: Representation,
    coded: [OnceCell<Option<Representation>>; 3],
    /// The language that it is in, as `Content-Language` says it.
    pub language: Option<HeaderValue>,
    /// The pages beside it, as a `Link` header says them (RFC 8288).
    pub link: Option<HeaderValue>,
}

/// One answer, and what it was made from.
#[derive(Debug)]
pub struct Entry {
    number: u64,
    request: Request,
    /// The answer.
    pub told: Told,
    tags: BTreeSet<CacheTag>,
    /// What it was made from, as Fastly and Varnish take it.
    pub surrogate_key: HeaderValue,
    /// What it was made from, as Cloudflare takes it.
    pub cache_tag: HeaderValue,
    seq: Option<i64>,
    until: Option<Instant>,
    /// Whether it is in the cache: then nothing has touched it.
    kept: AtomicBool,
    /// How often it was handed out without the cache being asked.
    handed_out: AtomicU32,
}

impl Entry {
    /// Until when it is true if nothing changes.
    #[must_use]
    pub fn until(&self) -> Option<Instant> {
        self.until
    }

    fn is_good(&self, now: Instant) -> bool {
        self.kept.load(Ordering::Acquire) && self.until.is_none_or(|until| now < until)
    }

    /// Its weight in the cache, in bytes: room for the coded forms is taken at once.
    fn weight(&self) -> u64 {
        let bytes = match &self.told {
            Told::Shown(page) => page.plain.bytes.len().saturating_mul(2),
            Told::Moved(_) | Told::Absent(_) | Told::Gone(_) => 0,
        };
        // An entry, its request, its spellings, and for each tag a place here and one in the index: as measured, rather too much than too little.
        u64::try_from(bytes.saturating_add(self.tags.len().saturating_mul(128)).saturating_add(4_096)).unwrap_or(u64::MAX)
    }
}

impl Page {
    fn new(json: Vec<u8>, locale: Option<&Locale>, link: Option<&str>) -> Result<Self, Error> {
        let header = |text: &str| HeaderValue::from_str(text).map_err(Error::internal);
        let tag = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&json).get(..15).unwrap_or_default());
        let etag = header(&format!("\"{tag}\""))?;
        let plain = Representation { coding: Coding::Identity, bytes: json.into_boxed_slice().into(), etag };
        let (language, link) = (locale.map(|l| header(l.as_str())).transpose()?, link.map(header).transpose()?);
        Ok(Self { plain, coded: [const { OnceCell::const_new() }; 3], language, link })
    }

    /// Whether it is offered in several codings.
    #[must_use]
    pub fn varies(&self) -> bool {
        Coding::worthwhile(self.plain.bytes.len())
    }

    fn slot(&self, coding: Coding) -> Option<&OnceCell<Option<Representation>>> {
        let place = Coding::MADE.iter().position(|c| *c == coding)?;
        self.coded.get(place).filter(|_| self.varies())
    }

    /// The representation in the coding that a reader wants, if it was made already.
    #[must_use]
    pub fn ready(&self, wanted: Coding) -> Option<&Representation> {
        match self.slot(wanted) {
            None => Some(&self.plain),
            Some(slot) => slot.get().map(|made| made.as_ref().unwrap_or(&self.plain)),
        }
    }

    /// Make the representation in a coding, where waiting is fine, and at most once however many ask for it.
    ///
    /// # Errors
    /// [`Error::Internal`] when an encoder fails.
    pub async fn encode(&self, wanted: Coding) -> Result<(), Error> {
        let Some(slot) = self.slot(wanted) else { return Ok(()) };
        let plain = self.plain.clone();
        let making = async move {
            let coded = aside(move || wanted.encode(&plain.bytes)).await?;
            let tag = plain.etag.to_str().map_err(Error::internal)?.trim_end_matches('"');
            let etag = HeaderValue::try_from(format!("{tag}-{}\"", wanted.as_str())).map_err(Error::internal)?;
            Ok(coded.map(|bytes| Representation { coding: wanted, bytes: bytes.into(), etag }))
        };
        slot.get_or_try_init(|| making).await.map(drop)
    }
}

/// An outcome as it is told, and until when it is true if nothing changes.
fn tell(request: &Request, outcome: Result<Outcome, Error>) -> Result<(Told, Option<Instant>), Error> {
    match outcome {
        Ok(Outcome::Shown(shown)) => {
            let pages = [(shown.next, "next"), (shown.previous, "prev")];
            let rel = |(cursor, rel): &(Option<_>, &str)| {
                cursor.as_ref().map(|cursor| format!("<{}>; rel=\"{rel}\"", request.target(Some(cursor))))
            };
            let links: Vec<String> = pages.iter().filter_map(rel).collect();
            let link = (!links.is_empty()).then(|| links.join(", "));
            let page = Page::new(shown.json, shown.locale.as_ref(), link.as_deref())?;
            Ok((Told::Shown(Box::new(page)), shown.until))
        }
        Ok(Outcome::Moved(to)) => Ok((Told::Moved(to), None)),
        Err(Error::NotFound(what)) => Ok((Told::Absent(what), None)),
        Err(Error::Gone(what)) => Ok((Told::Gone(what), None)),
        Err(other) => Err(other),
    }
}

/// Weighs entries by the memory they take.
#[derive(Debug, Clone)]
struct Scales;

impl Weighter<Request, Arc<Entry>> for Scales {
    fn weight(&self, _: &Request, entry: &Arc<Entry>) -> u64 {
        entry.weight()
    }
}

/// Takes down what the cache has put out, so that the index can forget it.
#[derive(Debug, Clone, Default)]
struct PutOut(Arc<Mutex<Vec<Arc<Entry>>>>);

impl Lifecycle<Request, Arc<Entry>> for PutOut {
    type RequestState = ();

    fn on_evict(&self, (): &mut (), _: Request, entry: Arc<Entry>) {
        lock(&self.0).push(entry);
    }
}

type Answers = Cache<Request, Arc<Entry>, Scales, quick_cache::DefaultHashBuilder, PutOut>;

/// Which entries were made from what, and what has changed lately.
#[derive(Debug, Default)]
struct Index {
    entries: HashMap<u64, Arc<Entry>>,
    by_tag: HashMap<CacheTag, HashSet<u64>>,
    changes: BTreeMap<i64, BTreeSet<CacheTag>>,
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

/// The response cache over a store.
pub struct Newsstand {
    store: Store,
    answers: Option<Answers>,
    put_out: PutOut,
    spellings: Cache<Box<str>, Weak<Entry>>,
    index: Mutex<Index>,
    numbers: AtomicU64,
    /// When something is next due to change, in microseconds; `i64::MAX` when nothing is.
    due: AtomicI64,
}

impl fmt::Debug for Newsstand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Newsstand").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

impl Watcher for Newsstand {
    fn committed(&self, seq: i64, touched: &BTreeSet<CacheTag>) {
        self.drop_touched(seq, touched);
    }
}

impl Newsstand {
    /// A newsstand that keeps at most so many bytes; none, and every answer is made anew.
    #[must_use]
    pub fn new(store: Store, capacity: u64) -> Arc<Self> {
        let put_out = PutOut::default();
        let items = usize::try_from(capacity / 16_384).unwrap_or(usize::MAX).max(64);
        let hasher = quick_cache::DefaultHashBuilder::default;
        let answers = (capacity > 0).then(|| Cache::with(items, capacity, Scales, hasher(), put_out.clone()));
        let newsstand = Arc::new(Self {
            store,
            answers,
            put_out,
            spellings: Cache::new(if capacity > 0 { SPELLINGS } else { 0 }),
            index: Mutex::default(),
            numbers: AtomicU64::new(0),
            due: AtomicI64::new(i64::MAX),
        });
        if capacity > 0 {
            let watcher: Arc<dyn Watcher> = newsstand.clone();
            newsstand.store.watch(Arc::downgrade(&watcher));
        }
        newsstand
    }

    /// The store that answers are made from.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Bytes that are taken by what is kept.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.answers.as_ref().map_or(0, Cache::weight)
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

    /// The answer to a request that was spelled like this before, if it is still true.
    #[must_use]
    pub fn spelled(&self, target: &str, now: Instant) -> Option<Arc<Entry>> {
        let entry = self.spellings.get(target)?.upgrade().filter(|entry| entry.is_good(now))?;
        if entry.handed_out.fetch_add(1, Ordering::Relaxed).is_multiple_of(UNNOTICED) {
            // The cache puts out what nobody has asked it for.
            let _ = self.answers.as_ref().and_then(|answers| answers.get(&entry.request));
        }
        Some(entry)
    }

    /// Note that a path and query spell the request of this answer.
    pub fn note_spelling(&self, target: &str, entry: &Arc<Entry>) {
        if self.answers.is_some() && target.len() <= LONGEST_SPELLING {
            self.spellings.insert(target.into(), Arc::downgrade(entry));
        }
    }

    /// The answer to a request, which is made at most once at a time however many ask for it.
    ///
    /// # Errors
    /// What [`answer`] refuses; what is absent or gone is an answer.
    pub async fn answer(&self, request: &Request) -> Result<Arc<Entry>, Error> {
        let Some(answers) = &self.answers else { return self.make(request).await };
        loop {
            match answers.get_value_or_guard_async(request).await {
                Ok(entry) if entry.is_good(self.store.now()) => return Ok(entry),
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

    async fn make(&self, request: &Request) -> Result<Arc<Entry>, Error> {
        let (asked, now) = (request.clone(), self.store.now());
        let telling = move |tx: &mut store::Tx<'_>| tell(&asked, answer(tx, &asked, now));
        let (told, Noted { tags, seq }) = self.store.read_noting(telling).await?;
        let (told, until) = told?;
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let listed = |separator: &str| {
            let all = tags.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator);
            HeaderValue::try_from(all).map_err(Error::internal)
        };
        let (surrogate_key, cache_tag) = (listed(" ")?, listed(",")?);
        Ok(Arc::new(Entry {
            number,
            surrogate_key,
            cache_tag,
            request: request.clone(),
            told,
            tags,
            seq,
            until,
            kept: AtomicBool::new(false),
            handed_out: AtomicU32::new(0),
        }))
    }

    /// The locale of the site that a reader's `Accept-Language` asks for.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    pub async fn negotiate(&self, accept: &str) -> Result<Locale, Error> {
        let kept = lock(&self.index).masthead.clone();
        if let Some(masthead) = kept {
            return Ok(masthead.negotiate(accept));
        }
        let (masthead, Noted { tags, seq }) = self.store.read_noting(store::site::masthead).await?;
        let masthead = Arc::new(masthead?);
        let mut index = lock(&self.index);
        if self.answers.is_some() && seq.is_some_and(|seq| index.is_current(&tags, seq)) {
            index.masthead = Some(masthead.clone());
        }
        Ok(masthead.negotiate(accept))
    }

    /// Drop what was made before the change `seq` from what it touches. Saying it again does no harm.
    pub fn drop_touched(&self, seq: i64, touched: &BTreeSet<CacheTag>) {
        let Some(answers) = &self.answers else { return };
        if touched.is_empty() {
            return;
        }
        let mut index = lock(&self.index);
        index.changes.entry(seq).or_default().extend(touched);
        while index.changes.len() > REMEMBERED {
            index.forgotten = index.changes.pop_first().map_or(index.forgotten, |(seq, _)| seq);
        }
        if touched.contains(&CacheTag::Site) {
            index.masthead = None;
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
        let all: Vec<Arc<Entry>> = index.entries.values().filter(|e| e.seq.is_some_and(|made| made < seq)).cloned().collect();
        for entry in all {
            index.forget(&entry);
            answers.remove_if(&entry.request, |kept| kept.number == entry.number);
        }
    }
}
