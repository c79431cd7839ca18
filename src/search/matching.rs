//! Which documents of a segment have what is looked for, and how much of it.
//!
//! **Context.** Two instances that have taken up the same changes have to answer alike, and how an engine merges segments is its own affair. **Decision.** Lists of
//! postings are read here: scores are sums in the order of the clauses, of frequencies among what is live, whatever else lies in a segment. **Consequence.** What is
//! passed over for not reaching a page is known by bounds of these sums, not of the engine's; a query has a budget of postings, and says so when it has spent it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tantivy::{
    DocId, DocSet, Searcher, SegmentReader, TERMINATED,
    fieldnorm::FieldNormReader,
    postings::{Postings, SegmentPostings},
    schema::{Field, IndexRecordOption, Term},
};

use super::{
    among::Columns,
    budget::Budget,
    fields::Fields,
    terms::{Alternative, LookedUp, Terms, postings},
    windows::{self, Windows},
};
use crate::domain::Error;

/// Saturation of frequencies (BM25).
const K1: f64 = 1.2;
/// How much length counts (BM25).
const B: f64 = 0.75;
/// Words that a story has usually, with those counted several times that its headline and summary are made of.
const USUAL_LENGTH: f64 = 450.0;

/// A document that has something that is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Match {
    pub doc: DocId,
    pub score: f64,
    /// Whether something of it was not typed like this.
    pub is_mistyped: bool,
    /// How many of the things that are looked for it has.
    pub count: usize,
}

/// Where a phrase is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Look<'d> {
    /// From a document up to another.
    Between(DocId, DocId),
    /// In these, in their order.
    At(&'d [DocId]),
}

/// A segment, opened to be read by searches.
pub(super) struct Segment {
    reader: SegmentReader,
    fields: Fields,
    opened: Arc<Opened>,
}

/// What of a segment stays as it is for as long as there is one, whatever of it is let go of.
struct Opened {
    norms: FieldNormReader,
    columns: Columns,
    windows: Windows,
    /// The most that a term counts in each window, for as many terms as are remembered.
    most: Mutex<HashMap<Term, Arc<[f32]>>>,
}

/// Documents of a segment that have a term, from which on it is remembered how much it counts where.
const FREQUENT: u32 = if cfg!(test) { 4 } else { 1_024 };
/// Terms of which a segment remembers that at most.
const REMEMBERED: usize = 4_096;
/// What keeps a bound above what it bounds, however it is rounded.
const ABOVE: f64 = 1.000_001;

/// One alternative, as it is read.
pub(super) struct Read<'a> {
    pub postings: SegmentPostings,
    /// The same from its beginning.
    fresh: SegmentPostings,
    pub of: &'a Alternative,
}

#[expect(clippy::cast_possible_truncation, reason = "rounded up before")]
#[expect(clippy::as_conversions, reason = "rounded up before")]
fn rounded_up(bound: f64) -> f32 {
    (bound * ABOVE) as f32
}

impl Read<'_> {
    /// Go back to its beginning.
    pub(super) fn begin(&mut self) {
        self.postings = self.fresh.clone();
    }
}

impl Segment {
    /// The segments that are searched, each opened once, whatever there was before.
    pub(super) fn all(searcher: &Searcher, fields: Fields, former: &[Self]) -> Result<Vec<Self>, Error> {
        let segment = |reader: &SegmentReader| {
            let known = former.iter().find(|segment| segment.reader.segment_id() == reader.segment_id());
            let opened = match known {
                Some(segment) => segment.opened.clone(),
                None => Arc::new(Opened {
                    norms: reader.get_fieldnorms_reader(fields.stems).map_err(Error::internal)?,
                    columns: Columns::of(reader)?,
                    windows: Windows::of(reader)?,
                    most: Mutex::default(),
                }),
            };
            Ok(Self { reader: reader.clone(), fields, opened })
        };
        searcher.segment_readers().iter().map(segment).collect()
    }

    /// What is kept beside the words of its documents.
    pub(super) fn columns(&self) -> &Columns {
        &self.opened.columns
    }

    /// Its documents, in windows.
    pub(super) fn windows(&self) -> &Windows {
        &self.opened.windows
    }

    /// What so many occurrences count in a document (BM25).
    fn saturated(&self, doc: DocId, times: u32) -> f64 {
        let (times, length) = (f64::from(times), f64::from(self.opened.norms.fieldnorm(doc)));
        times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length / USUAL_LENGTH))
    }

    /// What an alternative counts in the document that it was read to, whatever it weighs.
    pub(super) fn strength(&self, read: &Read<'_>) -> f64 {
        read.of.weight * self.saturated(read.postings.doc(), self.times(read.of.field, &read.postings))
    }

    /// How often a document has a term of a field, as far as that counts.
    fn times(&self, field: Field, postings: &SegmentPostings) -> u32 {
        if field == self.fields.latin { 1 } else { postings.term_freq() }
    }

    /// The most that something can count in a document: more than any number of occurrences does.
    pub(super) fn most(looked_up: &LookedUp) -> f64 {
        let weight = match &looked_up.terms {
            Terms::Any(alternatives) => alternatives.iter().map(|one| one.weight).fold(0.0, f64::max),
            Terms::Phrase(_) => 1.0,
        };
        weight * (K1 + 1.0)
    }

    /// The most that a frequent term counts in each window, whatever it weighs: it is read to its end once. Nothing of a term that is not frequent.
    pub(super) fn most_of(&self, term: &Term, budget: &mut Budget) -> Result<Option<Arc<[f32]>>, Error> {
        let remembered = || self.opened.most.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(most) = remembered().get(term) {
            return Ok(Some(most.clone()));
        }
        let Some(mut postings) = postings(&self.reader, term, IndexRecordOption::WithFreqs)? else { return Ok(None) };
        // Nothing else is done with what is read.
        if postings.doc_freq() < FREQUENT || !budget.spend(u64::from(postings.doc_freq()) / 4) {
            return Ok(None);
        }
        let mut most = vec![0_f32; self.windows().count()];
        // Ends: each round reads on, and a list has an end.
        while postings.doc() != TERMINATED {
            let doc = postings.doc();
            let counts = rounded_up(self.saturated(doc, self.times(term.field(), &postings)));
            if let Some(most) = most.get_mut(windows::number(doc)) {
                *most = most.max(counts);
            }
            postings.advance();
        }
        let most: Arc<[f32]> = most.into();
        let mut all = remembered();
        if all.len() < REMEMBERED {
            all.insert(term.clone(), most.clone());
        }
        Ok(Some(most))
    }

    /// The documents that have a word.
    pub(super) fn list(&self, word: &Term) -> Result<Option<SegmentPostings>, Error> {
        postings(&self.reader, word, IndexRecordOption::Basic)
    }

    /// Lists of alternatives, of those that the segment has.
    pub(super) fn read<'a>(&self, alternatives: &'a [Alternative]) -> Result<Vec<Read<'a>>, Error> {
        let mut all = Vec::new();
        for of in alternatives {
            if let Some(postings) = postings(&self.reader, &of.term, IndexRecordOption::WithFreqs)? {
                all.push(Read { fresh: postings.clone(), postings, of });
            }
        }
        Ok(all)
    }

    /// Whether a document is not live any more.
    pub(super) fn is_deleted(&self, doc: DocId) -> bool {
        self.reader.is_deleted(doc)
    }

    /// Each live document that has it and is kept, in their order, each with the best of the ways in which it has it. What is not kept costs nothing of the budget, and
    /// is not remembered: alternatives are read one after the other.
    pub(super) fn kept(
        &self,
        looked_up: &LookedUp,
        weight: f64,
        keeps: &dyn Fn(DocId) -> bool,
        budget: &mut Budget,
    ) -> Result<Vec<Match>, Error> {
        let alternatives = match &looked_up.terms {
            Terms::Any(alternatives) => alternatives,
            Terms::Phrase(terms) => {
                let Some(first) = terms.first() else { return Ok(Vec::new()) };
                let Some(mut postings) = self.list(first)? else { return Ok(Vec::new()) };
                let mut docs = Vec::new();
                // Ends: each round reads on, and a list has an end.
                while postings.doc() != TERMINATED {
                    let doc = postings.doc();
                    if !self.reader.is_deleted(doc) && keeps(doc) && budget.take() {
                        docs.push(doc);
                    }
                    postings.advance();
                }
                let mut found = Vec::new();
                self.phrase(looked_up, weight, Look::At(&docs), budget, &mut found)?;
                return Ok(found);
            }
        };
        let mut best: HashMap<DocId, Match> = HashMap::new();
        for alternative in alternatives {
            for mut read in self.read(std::slice::from_ref(alternative))? {
                // Ends: each round reads on, and a list has an end.
                while read.postings.doc() != TERMINATED {
                    let doc = read.postings.doc();
                    if !self.reader.is_deleted(doc) && keeps(doc) && budget.take() {
                        let this = Match { doc, score: weight * self.strength(&read), is_mistyped: alternative.is_mistyped, count: 1 };
                        let best = best.entry(doc).or_insert(this);
                        if (this.is_mistyped, -this.score) < (best.is_mistyped, -best.score) {
                            *best = this;
                        }
                    }
                    read.postings.advance();
                }
            }
        }
        let mut found: Vec<Match> = best.into_values().collect();
        found.sort_by_key(|found| found.doc);
        Ok(found)
    }

    /// Live documents in which words stand beside each other.
    pub(super) fn phrase(
        &self,
        looked_up: &LookedUp,
        idf: f64,
        look: Look<'_>,
        budget: &mut Budget,
        found: &mut Vec<Match>,
    ) -> Result<(), Error> {
        let Terms::Phrase(terms) = &looked_up.terms else { return Ok(()) };
        let mut reads = Vec::new();
        for term in terms {
            let Some(postings) = postings(&self.reader, term, IndexRecordOption::WithFreqsAndPositions)? else { return Ok(()) };
            reads.push(postings);
        }
        let Some(first) = reads.first_mut() else { return Ok(()) };
        let (mut wanted, end) = match look {
            Look::Between(_, end) => (None, end),
            Look::At(docs) => (Some(docs.iter().copied()), TERMINATED),
        };
        let mut doc = match (&mut wanted, look) {
            (Some(docs), _) => docs.next().unwrap_or(TERMINATED),
            (None, Look::Between(from, _)) if first.doc() < from => first.seek(from),
            (None, _) => first.doc(),
        };
        let (mut places, mut of_word) = (Vec::new(), Vec::new());
        // Ends: each round looks at a later document, and a list has an end.
        while doc < end {
            let mut reached = doc;
            for read in &mut reads {
                if read.doc() < doc {
                    if !budget.take() {
                        return Ok(());
                    }
                    read.seek(doc);
                }
                reached = reached.max(read.doc());
            }
            if reached == doc && !self.reader.is_deleted(doc) {
                places.clear();
                for (n, read) in (0_u32..).zip(&mut reads) {
                    if !budget.spend(read.term_freq().into()) {
                        return Ok(());
                    }
                    read.positions(&mut of_word);
                    if n == 0 {
                        places.clone_from(&of_word);
                    } else {
                        places.retain(|place| of_word.binary_search(&place.saturating_add(n)).is_ok());
                    }
                }
                if !places.is_empty() {
                    let times = u32::try_from(places.len()).unwrap_or(u32::MAX);
                    found.push(Match { doc, score: idf * self.saturated(doc, times), is_mistyped: false, count: 1 });
                }
            }
            doc = match &mut wanted {
                Some(docs) => docs.find(|next| *next >= reached && *next > doc).unwrap_or(TERMINATED),
                None => reached.max(doc.saturating_add(1)),
            };
            if wanted.is_none() && doc != TERMINATED {
                let Some(first) = reads.first_mut() else { return Ok(()) };
                if first.doc() < doc {
                    if !budget.take() {
                        return Ok(());
                    }
                    doc = first.seek(doc);
                } else {
                    doc = first.doc();
                }
            }
        }
        Ok(())
    }
}
