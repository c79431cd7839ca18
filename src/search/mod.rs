//! The search index: what is live, and what the desk works on, as they are looked for.
//!
//! **Context.** Neither database finds words of every language alike, and what one finds the other does not. **Decision.** Each instance has an index of its own
//! in its data folder, over `tantivy`; it holds words and ids, follows the change log, and keeps its place there with each commit. What is found are articles and locales: readers are
//! shown what is live of them then, and the desk what it may see. **Consequence.** An index may be behind, lost or damaged: it is built anew out of the database, and whatever it says,
//! nothing is shown that whoever asks may not see in that moment. Queries are carried out here (`searching`), in the same way on all instances.
//!
//! Nothing here knows the database or HTTP: documents go in, ids come out.

mod alike;
mod among;
mod anchor;
mod budget;
mod candidate;
mod counting;
mod desk;
mod document;
mod fields;
mod first;
mod folder;
mod generation;
mod known;
mod lexicon;
mod marking;
mod matching;
mod pass;
mod query;
mod rank;
mod scan;
mod searching;
mod suggesting;
mod terms;
mod typed;
mod windows;

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

pub use alike::Alike;
pub use anchor::beside;
pub use budget::{BUDGET, DESK_BUDGET};
pub use counting::MOST_VALUES;
pub use desk::{DeskFound, DeskHit, DeskQuery, DeskRanking, Place, Sight};
pub use document::{AtDesk, DeskDocument, Document, Documents};
pub use folder::{Part, parts};
pub use known::DeskKind;
pub use marking::{Marked, Marker};
pub use query::{Among, Count, FacetKind, Found, Hit, Languages, Meant, Named, Query, Ranking};
pub use typed::MOST_WORDS;

use uuid::Uuid;

pub use crate::domain::recency::Recency;

use crate::domain::{Error, Instant, Locale};
use folder::Folder;
use generation::Generation;
use lexicon::Lexicon;
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

/// How far an index follows the log with what it takes up.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The last change that is taken up.
    pub place: i64,
    /// As of when nothing is missing.
    pub at: Instant,
    /// Whether what is live is otherwise than before.
    pub is_public: bool,
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
        self.show(&generation, None, true)?;
        if let Some(former) = written.replace(generation) {
            former.close();
        }
        Ok(())
    }

    fn read(&self) -> Option<Read> {
        self.read.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Let a generation be read, with what is known of the former snapshot.
    fn show(&self, generation: &Generation, former: Option<&Snapshot>, is_public: bool) -> Result<(), Error> {
        let (snapshot, place, at) = generation.snapshot(former, is_public)?;
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
        self.read().ok_or_else(|| self.is_building())
    }

    /// What is answered where there is nothing to be searched yet.
    #[must_use]
    pub fn is_building(&self) -> Error {
        Error::SearchBuilding { built: self.built.load(Ordering::Relaxed), all: self.to_build.load(Ordering::Relaxed) }
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
            .map(|(name, _)| fields::locale_of(name).to_owned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// Begin another one, which nobody reads before it is whole.
    ///
    /// # Errors
    /// [`Error::Internal`] when the folder cannot be written.
    pub fn begin(&self, articles: u64) -> Result<Building<'_>, Error> {
        let (folder, mut generation) = match &self.folder {
            Some(folder) => folder.new_generation()?,
            None => (None, Generation::new(None)?),
        };
        generation.begin_writing()?;
        self.built.store(0, Ordering::Relaxed);
        self.to_build.store(articles, Ordering::Relaxed);
        Ok(Building { index: self, generation: Some(generation), folder })
    }

    /// Take documents up in the place of whatever some ids replace.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be written.
    pub fn replace(&self, ids: &[Uuid], documents: &Documents, step: Step) -> Result<(), Error> {
        let mut written = self.writing();
        let Some(generation) = written.as_mut() else { return Err(Error::internal("there is no index yet")) };
        generation.write(|generation| {
            generation.remove(ids)?;
            generation.add(documents, &mut Lexicon::default())?;
            generation.commit(step.place, step.at)
        })?;
        let former = self.read();
        self.show(generation, former.as_ref().map(|read| &*read.snapshot), step.is_public)
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
        self.show(generation, None, true)?;
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

    /// Carry a query of the desk out.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn search_desk(&self, query: &DeskQuery) -> Result<DeskFound, Error> {
        let Read { snapshot, place, at } = self.reading()?;
        Ok(DeskFound { place, at, ..snapshot.search_desk(query)? })
    }

    /// The latest stories whose headlines have all words that are typed, where the last may go on.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn suggest(&self, typed: &str, languages: &Languages, limit: usize) -> Result<Vec<Hit>, Error> {
        self.reading()?.snapshot.suggest(typed, languages, limit)
    }

    /// What may be meant by what finds nothing, word by word; nothing where no other word is known.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn meant(&self, typed: &str, locale: &Locale) -> Result<Option<Vec<Meant>>, Error> {
        self.reading()?.snapshot.meant(typed, locale)
    }
}

/// An index that is built.
pub struct Building<'i> {
    index: &'i SearchIndex,
    generation: Option<Generation>,
    folder: Option<PathBuf>,
}

/// Somebody who adds to an index that is built.
pub struct Adder<'b> {
    building: &'b Building<'b>,
    lexicon: Lexicon,
}

impl fmt::Debug for Adder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Adder")
    }
}

impl Adder<'_> {
    /// Take up what there is of so many more articles.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be written.
    pub fn add(&mut self, documents: &Documents, articles: u64) -> Result<(), Error> {
        if let Some(generation) = &self.building.generation {
            generation.add(documents, &mut self.lexicon)?;
        }
        self.building.index.built.fetch_add(articles, Ordering::Relaxed);
        Ok(())
    }
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
    /// Somebody who adds to it; several may at once.
    #[must_use]
    pub fn adder(&self) -> Adder<'_> {
        Adder { building: self, lexicon: Lexicon::default() }
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
