//! The search index: what is live, as it is looked for.
//!
//! **Context.** Neither database finds words of every language alike, and what one finds the other does not. **Decision.** Each instance has an index of its own
//! in its data folder, over `tantivy`; it holds words and ids, follows the change log, and keeps its place there with each commit. What is found are articles and locales: readers are
//! shown what is live of them then. **Consequence.** An index may be behind, lost or damaged: it is built anew out of the database, and whatever it says, nothing is shown that is not
//! live. Queries are carried out here (`searching`), in the same way on all instances.
//!
//! Nothing here knows the database or HTTP: documents go in, ids come out.

mod among;
mod budget;
mod candidate;
mod counting;
mod document;
mod fields;
mod folder;
mod generation;
mod marking;
mod matching;
mod query;
mod searching;
mod suggesting;
mod terms;
mod typed;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

pub use budget::BUDGET;
pub use document::Document;
pub use folder::{Part, parts};
pub use marking::{Marked, Marker};
pub use query::{Among, Count, FacetKind, Found, Hit, Languages, Named, Query, Ranking, Recency};
pub use typed::MOST_WORDS;

use crate::domain::{Error, Instant, Locale, article::ArticleId};
use folder::Folder;
use generation::Generation;
use searching::Snapshot;

/// The index of an instance; by default one in memory, with nothing in it.
#[derive(Default)]
pub struct SearchIndex {
    /// Where it lies; in memory when absent.
    folder: Option<Folder>,
    /// Who writes it, one at a time.
    written: Mutex<Option<Generation>>,
    /// What is read.
    read: RwLock<Option<Read>>,
    /// Of one that is built: how many articles it has, and how many there are.
    built: AtomicU64,
    to_build: AtomicU64,
}

/// What is read, and how far it has followed the log.
#[derive(Clone)]
struct Read {
    snapshot: Arc<Snapshot>,
    /// The last change that was taken up; of those after the last commit too that brought nothing for it.
    place: i64,
    /// As of when nothing is missing.
    at: Instant,
}

impl fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchIndex").field("place", &self.place()).finish_non_exhaustive()
    }
}

impl SearchIndex {
    /// The one in a folder, before it is opened.
    ///
    /// # Errors
    /// [`Error::Internal`] when the folder can be neither read nor made, or all of it belongs to other processes.
    pub fn at(folder: &Path) -> Result<Self, Error> {
        Ok(Self { folder: Some(Folder::at(folder)?), ..Self::default() })
    }

    /// Read what is good in the folder, every byte of which is looked at: it takes a while.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be read after all.
    pub fn open(&self) -> Result<(), Error> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let found = folder.newest();
        // What was left behind by one that failed.
        folder.keep_only(found.as_ref().map(|(path, _)| path.as_path()));
        found.map_or(Ok(()), |(_, found)| self.take(found))
    }

    fn writing(&self) -> MutexGuard<'_, Option<Generation>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Read and write this one from now on.
    fn take(&self, generation: Generation) -> Result<(), Error> {
        let mut written = self.writing();
        self.show(&generation)?;
        if let Some(former) = written.replace(generation) {
            former.close();
        }
        Ok(())
    }

    fn read(&self) -> Option<Read> {
        self.read.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, generation: &Generation) -> Result<(), Error> {
        let (snapshot, place, at) = generation.snapshot()?;
        let read = Read { snapshot: Arc::new(snapshot), place, at };
        // At once: whoever reads the former one is told the former place.
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = Some(read);
        Ok(())
    }

    /// Note that there was nothing for it up to a change, as of an instant.
    pub fn note_place(&self, place: i64, at: Instant) {
        if let Some(read) = self.read.write().unwrap_or_else(PoisonError::into_inner).as_mut() {
            (read.place, read.at) = (place, at);
        }
    }

    fn reading(&self) -> Result<Read, Error> {
        let (built, all) = (self.built.load(Ordering::Relaxed), self.to_build.load(Ordering::Relaxed));
        self.read().ok_or(Error::SearchBuilding { built, all })
    }

    /// Whether somebody asks for it to be built anew.
    #[must_use]
    pub fn is_to_be_rebuilt(&self) -> bool {
        self.folder.as_ref().is_some_and(Folder::is_to_be_rebuilt)
    }

    /// It was.
    pub fn was_rebuilt(&self) {
        self.folder.iter().for_each(Folder::was_rebuilt);
    }

    /// The last change that was taken up; nothing where nothing was yet.
    #[must_use]
    pub fn place(&self) -> Option<i64> {
        self.reached().map(|(place, _)| place)
    }

    /// The last change that was taken up, and when it had been.
    #[must_use]
    pub fn reached(&self) -> Option<(i64, Instant)> {
        self.read().map(|read| (read.place, read.at))
    }

    /// The tags of the locales that it has words in.
    #[must_use]
    pub fn locales(&self) -> Vec<String> {
        self.read()
            .iter()
            .flat_map(|read| read.snapshot.sizes.iter())
            .filter(|(_, size)| **size > 0)
            .map(|(locale, _)| locale.clone())
            .collect()
    }

    /// Begin another one, which nobody reads before it is whole.
    ///
    /// # Errors
    /// [`Error::Internal`] when the folder cannot be written.
    pub fn begin(&self, articles: u64) -> Result<Building<'_>, Error> {
        let (folder, generation) = match &self.folder {
            Some(folder) => folder.new_generation()?,
            None => (None, Generation::new(None)?),
        };
        self.built.store(0, Ordering::Relaxed);
        self.to_build.store(articles, Ordering::Relaxed);
        Ok(Building { index: self, generation: Some(generation), folder })
    }

    /// Take up what is live of some articles, in the place of whatever was of them; as it is after a change, at an instant.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be written.
    pub fn replace(&self, articles: &[ArticleId], documents: &[Document], place: i64, at: Instant) -> Result<(), Error> {
        let mut written = self.writing();
        let Some(generation) = written.as_mut() else { return Err(Error::internal("there is no index yet")) };
        generation.write(|generation| {
            generation.remove(articles)?;
            generation.add(documents)?;
            generation.commit(place, at)
        })?;
        self.show(generation)
    }

    /// Leave no word in the files of whatever it has let go of.
    ///
    /// # Errors
    /// [`Error::Internal`] when they cannot be written.
    pub fn purge(&self) -> Result<(), Error> {
        let mut written = self.writing();
        // Of parts that no process has, all.
        self.folder.as_ref().map_or(Ok(()), Folder::clear_idle)?;
        let Some(generation) = written.as_mut() else { return Ok(()) };
        generation.write(Generation::purge)?;
        self.show(generation)?;
        // Those that were read until now are let go of.
        generation.write(Generation::purge)
    }

    /// Carry a query out.
    ///
    /// # Errors
    /// [`Error::SearchBuilding`] where there is no index yet; [`Error::Internal`] when it cannot be read.
    pub fn search(&self, query: &Query) -> Result<Found, Error> {
        let Read { snapshot, place, at } = self.reading()?;
        Ok(Found { place, at, ..snapshot.search(query)? })
    }

    /// The latest stories whose headlines have all words that are typed, where the last may go on.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn suggest(&self, typed: &str, languages: &Languages, limit: usize) -> Result<Vec<Hit>, Error> {
        self.reading()?.snapshot.suggest(typed, languages, limit)
    }

    /// What may be meant by what finds nothing.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn meant(&self, typed: &str, locale: &Locale) -> Result<Option<String>, Error> {
        self.reading()?.snapshot.meant(typed, locale)
    }
}

/// An index that is built.
pub struct Building<'i> {
    index: &'i SearchIndex,
    generation: Option<Generation>,
    folder: Option<PathBuf>,
}

impl fmt::Debug for Building<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Building")
    }
}

impl Drop for Building<'_> {
    fn drop(&mut self) {
        // Of one that is not finished nothing stays.
        if let (Some(_), Some(folder)) = (self.generation.take(), &self.folder) {
            drop(std::fs::remove_dir_all(folder));
        }
    }
}

impl Building<'_> {
    /// Take up what is live of so many more articles.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be written.
    pub fn add(&mut self, documents: &[Document], articles: u64) -> Result<(), Error> {
        if let Some(generation) = &mut self.generation {
            generation.add(documents)?;
        }
        self.index.built.fetch_add(articles, Ordering::Relaxed);
        Ok(())
    }

    /// It has all that there was after a change, at an instant: from now on it is the one that is read.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be written.
    pub fn finish(mut self, place: i64, at: Instant) -> Result<(), Error> {
        if let Some(generation) = &mut self.generation {
            generation.commit(place, at)?;
        }
        let Some(generation) = self.generation.take() else { return Ok(()) };
        self.index.take(generation)?;
        if let (Some(folder), Some(kept)) = (&self.index.folder, self.folder.take()) {
            folder.keep_only(Some(&kept));
        }
        Ok(())
    }
}
