//! One index in a folder or in memory, and what it says of itself.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tantivy::{
    Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, Term, directory::MmapDirectory, indexer::IndexWriterOptions,
    schema::Schema,
};
use uuid::Uuid;

use super::{
    budget::Budget,
    document::Documents,
    fields::{Fields, schema, tokenizers},
    lexicon::Lexicon,
    matching::Segment,
    searching::Snapshot,
};
use crate::domain::{Error, Instant, analysis};

/// Whenever what is kept of a document, or how, is something else.
const FORM: u32 = 2;
/// How often parts are looked for that are to be written anew.
const PURGES: usize = 20;
/// Memory that documents wait in before they are written, in bytes.
const WRITER_MEMORY: usize = 48 << 20;

/// What an index says of itself, in each of its commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    form: u32,
    analysis: u32,
    /// The last change that was taken up.
    place: i64,
    /// When it had been, in microseconds.
    at: i64,
    /// What all of this comes to.
    sum: u32,
}

impl Payload {
    fn of(place: i64, at: Instant) -> Self {
        let payload = Self { form: FORM, analysis: analysis::VERSION, place, at: at.as_micros(), sum: 0 };
        Self { sum: payload.summed(), ..payload }
    }

    fn summed(&self) -> u32 {
        let mut sum = crc32fast::Hasher::new();
        for number in [self.form.into(), self.analysis.into(), self.place, self.at] {
            let number: i64 = number;
            sum.update(&number.to_le_bytes());
        }
        sum.finalize()
    }

    fn is_good(&self) -> bool {
        self.form == FORM && self.analysis == analysis::VERSION && self.sum == self.summed()
    }
}

/// An index and who reads it.
pub(super) struct Generation {
    index: Index,
    fields: Fields,
    reader: IndexReader,
    /// Made when the first document comes.
    writer: Option<IndexWriter>,
}

fn failed(error: tantivy::TantivyError) -> Error {
    Error::internal(error)
}

impl Generation {
    fn of(mut index: Index, fields: Fields) -> Result<Self, Error> {
        index.set_tokenizers(tokenizers());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).doc_store_cache_num_blocks(1).try_into().map_err(failed)?;
        Ok(Self { index, fields, reader, writer: None })
    }

    /// A new one in an empty folder, or in memory.
    pub(super) fn new(folder: Option<&Path>) -> Result<Self, Error> {
        let (schema, fields): (Schema, Fields) = schema();
        let index = match folder {
            Some(folder) => {
                std::fs::create_dir_all(folder).map_err(Error::internal)?;
                let folder = MmapDirectory::open(folder).map_err(Error::internal)?;
                Index::create(folder, schema, IndexSettings::default()).map_err(failed)?
            }
            None => Index::create_in_ram(schema),
        };
        Self::of(index, fields)
    }

    /// The one that a folder has, if it is whole, undamaged and of the present form; every byte of it is read.
    pub(super) fn open(folder: &Path) -> Option<Self> {
        let opened = || -> Result<Option<Self>, Error> {
            let index = Index::open_in_dir(folder).map_err(failed)?;
            let (schema, fields) = schema();
            // Files that it does not know of are not looked at.
            let known = index.directory().list_managed_files();
            let strangers = std::fs::read_dir(folder).map_err(Error::internal)?.flatten().map(|file| PathBuf::from(file.file_name()));
            let mut strangers =
                strangers.filter(|name| name.extension().is_some_and(|end| end != "json" && end != "lock") && !known.contains(name));
            if index.schema() != schema || strangers.next().is_some() || !index.validate_checksum().map_err(failed)?.is_empty() {
                return Ok(None);
            }
            let found = Self::of(index, fields)?;
            Ok(found.payload()?.map(|_| found))
        };
        // What is damaged may be read as anything.
        let opened = std::panic::catch_unwind(opened).unwrap_or_else(|_| Err(Error::internal("it panicked")));
        opened
            .inspect_err(|error| tracing::warn!(folder = %folder.display(), why = error.for_the_log(), "an index cannot be read"))
            .ok()
            .flatten()
    }

    /// How many documents the index in a folder has, and the last change that it had taken up; nothing of what is not whole or cannot be read.
    pub(super) fn standing(folder: &Path) -> Option<(u64, i64)> {
        let found = Self::of(Index::open_in_dir(folder).ok()?, schema().1).ok()?;
        let payload = found.payload().ok()??;
        Some((found.reader.searcher().num_docs(), payload.place))
    }

    /// What the last commit says; nothing where it is of another form.
    fn payload(&self) -> Result<Option<Payload>, Error> {
        let metas = self.index.load_metas().map_err(failed)?;
        let payload = metas.payload.and_then(|payload| serde_json::from_str::<Payload>(&payload).ok());
        Ok(payload.filter(Payload::is_good))
    }

    fn writer(&mut self) -> Result<&mut IndexWriter, Error> {
        self.begin_writing()?;
        self.writer.as_mut().ok_or_else(|| Error::internal("no writer"))
    }

    /// Make ready to take documents up.
    pub(super) fn begin_writing(&mut self) -> Result<(), Error> {
        if self.writer.is_none() {
            let options =
                IndexWriterOptions::builder().num_worker_threads(1).memory_budget_per_thread(WRITER_MEMORY).num_merge_threads(1).build();
            self.writer = Some(self.index.writer_with_options(options).map_err(failed)?);
        }
        Ok(())
    }

    /// Do something with the writer. One that has failed may have lost what it was given, without a word from then on: another goes on from the last commit.
    pub(super) fn write<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        work(self).inspect_err(|_| self.writer = None)
    }

    /// Take documents up, which several may do at once, each with the words that they know; who writes has [begun](Self::begin_writing) to.
    pub(super) fn add(&self, documents: &Documents, lexicon: &mut Lexicon) -> Result<(), Error> {
        let writer = self.writer.as_ref().ok_or_else(|| Error::internal("no writer"))?;
        documents.written(&self.fields, lexicon, |document| writer.add_document(document).map(drop).map_err(failed))
    }

    /// Let go of all documents that some ids replace.
    pub(super) fn remove(&mut self, ids: &[Uuid]) -> Result<(), Error> {
        let fields = self.fields;
        let writer = self.writer()?;
        for id in ids {
            writer.delete_term(Term::from_field_bytes(fields.article, id.as_bytes()));
        }
        Ok(())
    }

    /// Keep what was taken up: as it is after a change, at an instant.
    pub(super) fn commit(&mut self, place: i64, at: Instant) -> Result<(), Error> {
        let payload = serde_json::to_string(&Payload::of(place, at)).map_err(Error::internal)?;
        let mut prepared = self.writer()?.prepare_commit().map_err(failed)?;
        prepared.set_payload(&payload);
        prepared.commit().map_err(failed)?;
        self.reader.reload().map_err(failed)
    }

    /// Write those parts of it anew that hold words of documents that it has let go of, so that none of their words is left.
    pub(super) fn purge(&mut self) -> Result<(), Error> {
        for _ in 0..PURGES {
            let metas = self.index.searchable_segment_metas().map_err(failed)?;
            let holding: Vec<_> = metas.iter().filter(|meta| meta.has_deletes()).map(tantivy::SegmentMeta::id).collect();
            if holding.is_empty() {
                // Whoever still reads the former parts holds their files.
                drop(metas);
                self.reader.reload().map_err(failed)?;
                self.writer()?.garbage_collect_files().wait().map_err(failed)?;
                return Ok(());
            }
            match self.writer()?.merge(&holding).wait() {
                // They were merged meanwhile, with others: there is another look.
                Ok(_) | Err(tantivy::TantivyError::InvalidArgument(_)) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Err(Error::internal("parts of the index are merged again and again"))
    }

    /// It, as it is read from now on, with what is known of a former snapshot: how often words are live only where nothing that is live is otherwise now. And the last change
    /// that it has taken up, and when it had.
    pub(super) fn snapshot(&self, former: Option<&Snapshot>, is_public: bool) -> Result<(Snapshot, i64, Instant), Error> {
        let payload = self.payload()?.ok_or_else(|| Error::internal("an index without a place"))?;
        let searcher = self.reader.searcher();
        let sizes = sizes(&searcher, self.fields)?;
        let frequencies = former.filter(|_| !is_public).map(|former| former.frequencies.clone()).unwrap_or_default();
        let segments = Segment::all(&searcher, self.fields, former.map_or(&[][..], |former| &former.segments))?;
        let snapshot = Snapshot { searcher, segments, fields: self.fields, sizes, frequencies };
        Ok((snapshot, payload.place, Instant::from_micros(payload.at)))
    }

    /// End merges that are under way, and let go of the folder.
    pub(super) fn close(mut self) {
        if let Some(writer) = self.writer.take() {
            drop(writer.wait_merging_threads());
        }
    }
}

/// Documents of each locale: of those that are live under its tag.
fn sizes(searcher: &Searcher, fields: Fields) -> Result<BTreeMap<String, u64>, Error> {
    let mut locales: BTreeMap<String, u64> = BTreeMap::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(fields.locale).map_err(failed)?;
        let mut all = index.terms().stream().map_err(Error::internal)?;
        // Ends: a dictionary has an end.
        while all.advance() {
            if let Ok(locale) = str::from_utf8(all.key()) {
                locales.entry(locale.to_owned()).or_default();
            }
        }
    }
    for (locale, size) in &mut locales {
        *size = super::terms::frequency(searcher, &Term::from_field_text(fields.locale, locale), &mut Budget::unlimited())?;
    }
    Ok(locales)
}
