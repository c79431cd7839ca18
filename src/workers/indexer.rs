//! The indexer: keeps the search index of this instance up with the change log, and builds it where there is none.
//!
//! What changed is read anew, whole, as it is live now, so that the same change may come again and none does harm that comes late. An index that is built begins
//! with the end of the log at that moment, and takes up from there what changed meanwhile.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use super::{
    Worker,
    projection::{Projection, Runner},
};
use crate::{
    access::Visibility,
    domain::{
        Error, Instant, Locale,
        article::ArticleId,
        change::{Event, Subject},
    },
    search::{Document, SearchIndex},
    store::{
        self, Store, Tx,
        changes::Span,
        editions::{BodyForm, Live},
    },
};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(200);
/// Articles that are read at once.
const AT_ONCE: usize = 20;
/// Changes that are taken up at once.
const CHANGES: i64 = 1_000;

/// What is to be taken up anew.
#[derive(Debug, Default)]
pub struct Changed {
    articles: BTreeSet<ArticleId>,
    /// Whether no word of what they were may be left.
    erased: bool,
    /// Whether the index is built anew: a locale has another tag.
    anew: bool,
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
                    if change.moves_lists() || matches!(event, Event::Erased | Event::Deleted | Event::Trashed | Event::Restored) {
                        changed.articles.insert(*article);
                    }
                }
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
        Ok(changed)
    }

    fn apply(&self, span: &Span, changed: Changed) -> Result<(), Error> {
        if changed.anew {
            return Indexer::new(self.store.clone(), self.index.clone()).build(|_, _| ());
        }
        // Nothing is missing as of when the log was read, if all of it was.
        let (place, before) = self.index.reached().unwrap_or((span.after, self.now));
        let at = if span.last.saturating_sub(span.after) < CHANGES { self.now } else { before };
        let articles: Vec<_> = changed.articles.into_iter().collect();
        if articles.is_empty() {
            self.index.note_place(span.last, at);
            return Ok(());
        }
        let mut parts = articles.chunks(AT_ONCE).peekable();
        // Ends: each round takes a part. The place moves on with the last one, and only once nothing is left of what was erased.
        while let Some(some) = parts.next() {
            let is_done = parts.peek().is_none() && !changed.erased;
            let (place, at) = if is_done { (span.last, at) } else { (place, before) };
            self.index.replace(some, &documents(&self.store, some)?, place, at)?;
        }
        if changed.erased {
            self.index.purge()?;
            self.index.replace(&[], &[], span.last, at)?;
        }
        Ok(())
    }
}

/// What is live of some articles, as it is looked for.
fn documents(store: &Store, articles: &[ArticleId]) -> Result<Vec<Document>, Error> {
    let lives = store.read_now(|tx| store::editions::live_everywhere(tx, Visibility::public(), articles, BodyForm::Text))?;
    let mut live_in: HashMap<ArticleId, Vec<Locale>> = HashMap::new();
    lives.iter().for_each(|live| live_in.entry(live.article_id).or_default().push(live.locale.clone()));
    Ok(lives.into_iter().map(|live| document(live, &live_in)).collect())
}

/// An edition as it is looked for.
fn document(live: Live, live_in: &HashMap<ArticleId, Vec<Locale>>) -> Document {
    Document {
        article: live.article_id,
        locale: live.locale,
        live_in: live_in.get(&live.article_id).cloned().unwrap_or_default(),
        content: live.content,
        body: live.body,
        section: live.facts.section_id,
        authors: live.facts.credits.iter().map(|credit| credit.author_id).collect(),
        tags: live.facts.tags,
        kind: live.facts.kind,
        genre: live.facts.genre,
        published_at: live.published_at,
        updated_at: live.updated_at,
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
        let (place, count) = self.store.read_now(|tx| Ok((store::changes::last(tx)?, store::editions::count_live_articles(tx)?)))?;
        let (at, count) = (self.store.now(), u64::try_from(count).unwrap_or(0));
        let mut building = self.index.begin(count)?;
        let (mut after, mut built) = (None, 0_u64);
        // Ends: each round goes on behind the last article, and there are so many.
        loop {
            let articles = self.store.read_now(|tx| store::editions::live_articles(tx, after, i64::try_from(AT_ONCE).unwrap_or(100)))?;
            let Some(last) = articles.last().copied() else { break };
            after = Some(last);
            let some = u64::try_from(articles.len()).unwrap_or(0);
            building.add(&documents(&self.store, &articles)?, some)?;
            built = built.saturating_add(some);
            told(built, count);
        }
        building.finish(place, at)?;
        if count > 0 {
            tracing::info!(articles = built, "the search index was built");
        }
        Ok(())
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
