//! The indexer: keeps the search index of this instance up with the change log, and builds it where there is none.
//!
//! What changed is read anew, whole, as it is live and as it stands at the desk now, so that the same change may come again and none does harm that comes late. An index that is built begins
//! with the end of the log at that moment, and takes up from there what changed meanwhile.

mod documents;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use uuid::Uuid;

use super::{
    Worker,
    projection::{Projection, Runner},
};
use crate::{
    domain::{
        Error, Id, Instant,
        article::ArticleId,
        change::{Event, Subject},
        comment::CommentId,
        media::MediaId,
        page::Paging,
    },
    search::{Building, Documents, SearchIndex, Step},
    store::{self, Store, Tx, changes::Span},
};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(200);
/// Articles that are read at once.
const AT_ONCE: usize = 20;
/// Changes that are taken up at once.
const CHANGES: i64 = 1_000;
/// Parts that are read ahead of those who add them.
const AHEAD: usize = 4;
/// Threads that make words of it at most.
const MOST_ADDERS: usize = 4;

/// What was read, and of how many articles.
type Read = (Documents, u64);

/// What is to be taken up anew.
#[derive(Debug, Default)]
pub struct Changed {
    articles: BTreeSet<ArticleId>,
    comments: BTreeSet<CommentId>,
    media: BTreeSet<MediaId>,
    /// Whether anything of it may be in what is live.
    is_public: bool,
    /// Whether no word of what they were may be left.
    erased: bool,
    /// Whether the index is built anew: a locale has another tag.
    anew: bool,
}

impl Changed {
    fn is_nothing(&self) -> bool {
        self.articles.is_empty() && self.comments.is_empty() && self.media.is_empty()
    }
}

/// The index as it follows the log.
struct Following {
    store: Store,
    index: Arc<SearchIndex>,
    /// When the log was read.
    now: Instant,
}

impl Projection for Following {
    type Work = Changed;

    fn shown(&self) -> String {
        "search index".to_owned()
    }

    fn read(&self, tx: &mut Tx<'_>, span: &Span) -> Result<Changed, Error> {
        let mut changed = Changed::default();
        for change in span.changes.iter().flatten() {
            match (&change.subject, change.event) {
                (Subject::Translation(article, _) | Subject::Article(article), event) => {
                    changed.erased |= event == Event::Erased;
                    changed.is_public |=
                        change.moves_lists() || matches!(event, Event::Erased | Event::Deleted | Event::Trashed | Event::Restored);
                    if event.changes_desk_search() {
                        changed.articles.insert(*article);
                    }
                }
                (Subject::Comment(id), event) if event.changes_desk_search() => _ = changed.comments.insert(*id),
                (Subject::Media(id), event) if event.changes_desk_search() => _ = changed.media.insert(*id),
                (Subject::Tag(id), Event::Merged) => changed.articles.extend(store::listings::all_under(tx, (*id).into())?),
                (Subject::Author(id), Event::Merged) => changed.articles.extend(store::listings::all_under(tx, (*id).into())?),
                (Subject::Locale(_), _) => {
                    let masthead = store::site::masthead(tx)?;
                    let known = |tag: &String| masthead.locales.iter().any(|l| l.locale.as_str() == tag);
                    changed.anew |= !self.index.locales().iter().all(known);
                }
                _ => {}
            }
        }
        changed.articles.extend(store::desk_search::discussed(tx, &changed.comments)?);
        Ok(changed)
    }

    fn apply(&self, span: &Span, changed: Changed) -> Result<(), Error> {
        if changed.anew {
            return Indexer::new(self.store.clone(), self.index.clone()).build(|_, _| ());
        }
        // Nothing is missing as of when the log was read, if all of it was.
        let (place, before) = self.index.reached().unwrap_or((span.after, self.now));
        let at = if span.last.saturating_sub(span.after) < CHANGES { self.now } else { before };
        if changed.is_nothing() {
            self.index.note_place(span.last, at);
            return Ok(());
        }
        let gone = self.store.read_now(|tx| store::desk_search::gone(tx, &changed.comments))?;
        let others: Vec<Uuid> = gone.into_iter().map(Id::uuid).chain(changed.media.iter().map(|id| id.uuid())).collect();
        let articles: Vec<_> = changed.articles.into_iter().collect();
        let mut parts = articles.chunks(AT_ONCE).peekable();
        // Ends: each round takes a part. The place moves on with the last one, and only once nothing is left of what was erased.
        while let Some(some) = parts.next() {
            let is_done = parts.peek().is_none() && others.is_empty() && !changed.erased;
            let (place, at) = if is_done { (span.last, at) } else { (place, before) };
            let ids: Vec<Uuid> = some.iter().map(|id| id.uuid()).collect();
            self.index.replace(&ids, &documents::of_articles(&self.store, some)?, Step { place, at, is_public: changed.is_public })?;
        }
        if changed.erased {
            self.index.purge()?;
        }
        if changed.erased || !others.is_empty() || articles.is_empty() {
            let items = documents::of_items(&self.store, &changed.media)?;
            self.index.replace(&others, &items, Step { place: span.last, at, is_public: false })?;
        }
        Ok(())
    }
}

/// Keeps an index up with the log.
#[derive(Debug)]
pub struct Indexer {
    store: Store,
    index: Arc<SearchIndex>,
}

impl Indexer {
    /// For this instance.
    #[must_use]
    pub fn new(store: Store, index: Arc<SearchIndex>) -> Self {
        Self { store, index }
    }

    /// Take up what is new, or build the index where there is none; how many changes that were.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database or the index fails; the same is tried again then.
    pub fn run(&self) -> Result<usize, Error> {
        let Some(mut place) = self.index.place() else {
            self.build(|_, _| ())?;
            return Ok(0);
        };
        // What is ahead of the log has followed another one.
        if place > self.store.read_now(store::changes::last)? {
            self.build(|_, _| ())?;
            return Ok(0);
        }
        let mut all = 0_usize;
        // Ends: each round takes up what there is, and the next one begins with the next.
        loop {
            let now = self.store.now();
            let following = Following { store: self.store.clone(), index: self.index.clone(), now };
            let count = Runner::from_place(self.store.clone(), following, place).run_up_to(place.saturating_add(CHANGES))?;
            all = all.saturating_add(count);
            if count == 0 {
                self.index.note_place(place, now);
                return Ok(all);
            }
            place = place.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    /// Build the index anew, and tell how far it is: articles that it has, and those that there are.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn build(&self, mut told: impl FnMut(u64, u64)) -> Result<(), Error> {
        let (place, count) = self.store.read_now(|tx| Ok((store::changes::last(tx)?, store::articles::count(tx)?)))?;
        let (at, count) = (self.store.now(), u64::try_from(count).unwrap_or(0));
        let building = self.index.begin(count)?;
        let built = self.add_all(&building, |built| told(built, count))?;
        building.finish(place, at)?;
        if count > 0 {
            tracing::info!(articles = built, "the search index was built");
        }
        Ok(())
    }

    /// Add all that there is to an index that is built; how many articles that are. One reads, and others make words of it.
    fn add_all(&self, building: &Building<'_>, told: impl FnMut(u64)) -> Result<u64, Error> {
        let (read, to_add) = mpsc::sync_channel::<Read>(AHEAD);
        let to_add = Arc::new(Mutex::new(to_add));
        let has_failed = AtomicBool::new(false);
        let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_ADDERS);
        thread::scope(|scope| {
            let adder = || {
                let (mut adder, to_add, has_failed) = (building.adder(), to_add.clone(), &has_failed);
                move || -> Result<(), Error> {
                    // Ends: whoever reads lets go of the other end when all is read.
                    loop {
                        let next = to_add.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        let Ok((documents, articles)) = next else { return Ok(()) };
                        adder.add(&documents, articles).inspect_err(|_| has_failed.store(true, Ordering::Relaxed))?;
                    }
                }
            };
            let adders: Vec<_> = (0..threads).map(|_| scope.spawn(adder())).collect();
            // Whoever reads is told when nobody adds any more.
            drop(to_add);
            let all = self.read_all(&read, &has_failed, told);
            drop(read);
            let added = adders.into_iter().map(|adder| adder.join().unwrap_or_else(|_| Err(Error::internal("an adder panicked"))));
            added.collect::<Result<Vec<()>, _>>().and(all)
        })
    }

    /// Read all that there is, as fast as it is taken; how many articles that are.
    fn read_all(&self, taken: &mpsc::SyncSender<Read>, has_failed: &AtomicBool, mut told: impl FnMut(u64)) -> Result<u64, Error> {
        let nobody = || Error::internal("nobody adds to the index any more");
        let (mut after, mut all) = (None, 0_u64);
        // Ends: each round goes on behind the last article, and there are so many.
        loop {
            let articles = self.store.read_now(|tx| store::articles::ids_after(tx, after, i64::try_from(AT_ONCE).unwrap_or(100)))?;
            let Some(last) = articles.last().copied() else { break };
            after = Some(last);
            if has_failed.load(Ordering::Relaxed) {
                return Err(nobody());
            }
            let some = u64::try_from(articles.len()).unwrap_or(0);
            taken.send((documents::of_articles(&self.store, &articles)?, some)).map_err(|_unread| nobody())?;
            all = all.saturating_add(some);
            told(all);
        }
        let mut paging = Paging::first();
        // Ends: each page begins behind the one before, and there are so many items.
        loop {
            let page = self.store.read_now(|tx| store::media::page(tx, &store::media::Filter::default(), paging))?;
            taken.send((documents::of_media(&page.items), 0)).map_err(|_unread| nobody())?;
            let Some(next) = page.next else { return Ok(all) };
            paging.cursor = Some(next);
        }
    }
}

/// Keep the index up for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store, index: Arc<SearchIndex>) -> Result<Worker, Error> {
    let indexer = Indexer::new(store, index.clone());
    let mut is_open = false;
    Worker::start("indexer", EVERY, move || {
        if !std::mem::replace(&mut is_open, true) {
            index.open()?;
        }
        if index.is_to_be_rebuilt() {
            indexer.build(|_, _| ())?;
            index.was_rebuilt();
        }
        indexer.run().map(drop)
    })
}
