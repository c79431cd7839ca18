//! The documents of a segment in windows, and when the newest of each was published.
//!
//! **Context.** A frequent word is in a million stories, of which a page shows twenty: mostly new ones, as news is ranked. **Decision.** Of each window is known how new its
//! newest story is, so that a search begins with the newest and ends where nothing older can be among what it shows. **Consequence.** What is shown is the same as if all
//! had been read; an archive that was taken up in no order of time is read to its end.

use std::{cmp::Reverse, ops::Range};

use tantivy::{DocId, SegmentReader, columnar::Column};

use super::fields::NUMBERS;
use crate::domain::{Error, Instant};

/// Documents that are looked at together; a few where what happens between two windows is tested.
pub(super) const WINDOW: DocId = if cfg!(test) { 4 } else { 1 << 13 };

/// When the newest story of each window of a segment was published.
#[derive(Debug)]
pub(super) struct Windows {
    newest: Vec<Instant>,
    documents: DocId,
}

/// Some documents of a segment that are looked at together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    /// The segment's place among the others.
    pub segment: usize,
    pub documents: Range<DocId>,
    /// When the newest of them was published, whether it is live or not.
    pub newest: Instant,
}

/// The place of a document's window among those of its segment.
pub(super) fn number(doc: DocId) -> usize {
    usize::try_from(doc / WINDOW).unwrap_or(usize::MAX)
}

impl Windows {
    /// Of a segment, whose documents are read for it.
    pub(super) fn of(segment: &SegmentReader) -> Result<Self, Error> {
        let [published_at, ..] = NUMBERS;
        let column: Column<i64> = segment.fast_fields().i64(published_at).map_err(Error::internal)?;
        let documents = segment.max_doc();
        let mut newest = Vec::new();
        let mut from = 0;
        // Ends: each round goes on behind the last window.
        while from < documents {
            let until = from.saturating_add(WINDOW).min(documents);
            let latest = (from..until).map(|doc| column.first(doc).unwrap_or_default()).max();
            newest.push(Instant::from_micros(latest.unwrap_or_default()));
            from = until;
        }
        Ok(Self { newest, documents })
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.newest.len()
    }

    fn each(&self, segment: usize) -> impl Iterator<Item = Window> {
        let beginnings = (0..self.documents).step_by(usize::try_from(WINDOW).unwrap_or(usize::MAX));
        beginnings.zip(&self.newest).map(move |(from, newest)| {
            let documents = from..from.saturating_add(WINDOW).min(self.documents);
            Window { segment, documents, newest: *newest }
        })
    }
}

impl Window {
    /// Its place among those of its segment.
    pub(super) fn number(&self) -> usize {
        number(self.documents.start)
    }
}

/// The windows of some segments, that with the newest story first.
pub(super) fn newest_first<'w>(segments: impl Iterator<Item = &'w Windows>) -> Vec<Window> {
    let mut all: Vec<Window> = segments.enumerate().flat_map(|(place, windows)| windows.each(place)).collect();
    all.sort_by_key(|window| Reverse(window.newest));
    all
}
