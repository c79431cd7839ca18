//! What is looked for in a segment, read on from document to document, a window at a time.
//!
//! **Decision.** A word that a million stories have is not read into memory first and weighed then: of a window of documents everything is looked up before the next one
//! is begun. **Consequence.** What a search holds is as much as a window has, however much is found.

use std::sync::Arc;

use tantivy::{DocId, DocSet, TERMINATED, postings::SegmentPostings};

use super::{
    budget::Budget,
    matching::{Look, Match, Read, Segment},
    terms::{LookedUp, Terms},
};
use crate::domain::Error;

/// What is looked for in a segment, and how far it was read.
pub(super) struct Scan<'a> {
    segment: &'a Segment,
    looked_up: &'a LookedUp,
    weight: f64,
    /// The ways to have it; of a phrase its first word.
    reads: Vec<Read<'a>>,
    lead: Option<SegmentPostings>,
    /// The most that frequent ways to have it count in each window, one for each of them; empty where that was not asked for.
    bounds: Vec<Option<Arc<[f32]>>>,
    /// What lies before this document was read, or passed over.
    at: DocId,
}

impl<'a> Scan<'a> {
    /// From the beginning of a segment, with what it counts.
    pub(super) fn new(segment: &'a Segment, looked_up: &'a LookedUp, weight: f64) -> Result<Self, Error> {
        let (mut reads, mut lead) = (Vec::new(), None);
        match &looked_up.terms {
            Terms::Any(alternatives) => reads = segment.read(alternatives)?,
            Terms::Phrase(words) => lead = words.first().map(|first| segment.list(first)).transpose()?.flatten(),
        }
        Ok(Self { segment, looked_up, weight, reads, lead, bounds: Vec::new(), at: 0 })
    }

    /// One for each of some things, with what each counts.
    pub(super) fn each(segment: &'a Segment, all: &'a [(LookedUp, f64)]) -> Result<Vec<Self>, Error> {
        all.iter().map(|(looked_up, weight)| Self::new(segment, looked_up, *weight)).collect()
    }

    /// Go on at a document, wherever it was read to.
    pub(super) fn go_to(&mut self, doc: DocId) -> Result<(), Error> {
        if doc < self.at {
            self.reads.iter_mut().for_each(Read::begin);
            if let Terms::Phrase(words) = &self.looked_up.terms {
                self.lead = words.first().map(|first| self.segment.list(first)).transpose()?.flatten();
            }
        }
        let lists = self.reads.iter_mut().map(|read| &mut read.postings).chain(&mut self.lead);
        for list in lists.filter(|list| list.doc() < doc) {
            list.seek(doc);
        }
        self.at = doc;
        Ok(())
    }

    /// Make known how much it counts in which window.
    pub(super) fn bound(&mut self, budget: &mut Budget) -> Result<(), Error> {
        self.bounds = self.reads.iter().map(|read| self.segment.most_of(&read.of.term, budget)).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// The most that it can count in a document.
    pub(super) fn most(&self) -> f64 {
        self.weight * Segment::most(self.looked_up)
    }

    /// The most that it can count in a document of a window; nothing where none has it.
    pub(super) fn most_in(&self, window: usize) -> f64 {
        if self.reads.is_empty() && self.lead.is_none() {
            return 0.0;
        }
        if self.bounds.is_empty() || self.bounds.iter().any(Option::is_none) {
            return self.most();
        }
        let each = self.reads.iter().zip(&self.bounds).filter_map(|(read, bounds)| {
            let most = bounds.as_ref().and_then(|bounds| bounds.get(window)).copied()?;
            Some(read.of.weight * f64::from(most))
        });
        self.weight * each.fold(0.0, f64::max)
    }

    /// The document that it goes on with, at the earliest; [`TERMINATED`] behind the last.
    pub(super) fn next(&self) -> DocId {
        self.reads.iter().map(|read| &read.postings).chain(&self.lead).map(DocSet::doc).min().unwrap_or(TERMINATED)
    }

    /// Each live document before `end` that has it and was not read yet, in their order.
    pub(super) fn until(&mut self, end: DocId, budget: &mut Budget, found: &mut Vec<Match>) -> Result<(), Error> {
        let from = std::mem::replace(&mut self.at, end);
        if let Some(lead) = &mut self.lead {
            if lead.doc() < end {
                self.segment.phrase(self.looked_up, self.weight, Look::Between(from, end), budget, found)?;
                lead.seek(end);
            }
            return Ok(());
        }
        let begun = found.len();
        let several = self.reads.len() > 1;
        for read in &mut self.reads {
            let mut doc = read.postings.doc();
            // Ends: each round reads on, and a list has an end.
            while doc < end && budget.take() {
                if !self.segment.is_deleted(doc) {
                    let score = self.weight * self.segment.strength(read);
                    found.push(Match { doc, score, is_mistyped: read.of.is_mistyped, count: 1 });
                }
                doc = read.postings.advance();
            }
        }
        if several {
            // Of the ways in which a document has it, the best counts; as typed, where it is that too.
            let mut these = found.split_off(begun);
            these.sort_by(|a, b| a.doc.cmp(&b.doc).then(a.is_mistyped.cmp(&b.is_mistyped)).then(b.score.total_cmp(&a.score)));
            these.dedup_by_key(|found| found.doc);
            found.append(&mut these);
        }
        Ok(())
    }

    /// Tell of each of some documents, in their order, what it has of it; nothing of those that have it not, or that were not looked at any more.
    pub(super) fn among(
        &mut self,
        matches: &mut [Match],
        budget: &mut Budget,
        tell: &mut dyn FnMut(&mut Match, Option<Match>),
    ) -> Result<(), Error> {
        if let Terms::Phrase(_) = &self.looked_up.terms {
            let docs: Vec<DocId> = matches.iter().map(|found| found.doc).collect();
            let mut there = Vec::new();
            self.segment.phrase(self.looked_up, self.weight, Look::At(&docs), budget, &mut there)?;
            let mut there = there.into_iter().peekable();
            matches.iter_mut().for_each(|found| {
                let this = there.next_if(|there| there.doc == found.doc);
                tell(found, this);
            });
            return Ok(());
        }
        let mut is_over = false;
        self.at = matches.last().map_or(self.at, |last| last.doc.saturating_add(1));
        for found in matches {
            let mut best: Option<Match> = None;
            for read in &mut self.reads {
                // What is looked at in vain takes its time as well.
                is_over = is_over || !budget.take();
                if is_over {
                    best = None;
                    break;
                }
                if read.postings.doc() < found.doc {
                    read.postings.seek(found.doc);
                }
                if read.postings.doc() == found.doc {
                    let score = self.weight * self.segment.strength(read);
                    let this = Match { doc: found.doc, score, is_mistyped: read.of.is_mistyped, count: 1 };
                    let is_better = |best: &Match| (this.is_mistyped, -this.score) < (best.is_mistyped, -best.score);
                    if best.as_ref().is_none_or(is_better) {
                        best = Some(this);
                    }
                }
            }
            tell(found, best);
        }
        Ok(())
    }
}

/// Each live document of a segment that has it, in their order.
pub(super) fn all(segment: &Segment, looked_up: &LookedUp, weight: f64, budget: &mut Budget) -> Result<Vec<Match>, Error> {
    let mut found = Vec::new();
    Scan::new(segment, looked_up, weight)?.until(TERMINATED, budget, &mut found)?;
    Ok(found)
}

/// Of these documents, in their order, those that have it, with what it counts there; `None` for those that have not.
pub(super) fn among(
    segment: &Segment,
    looked_up: &LookedUp,
    weight: f64,
    docs: &[DocId],
    budget: &mut Budget,
) -> Result<Vec<Option<Match>>, Error> {
    let mut matches: Vec<Match> = docs.iter().map(|doc| Match { doc: *doc, score: 0.0, is_mistyped: false, count: 0 }).collect();
    let mut all = Vec::with_capacity(docs.len());
    Scan::new(segment, looked_up, weight)?.among(&mut matches, budget, &mut |_, there| all.push(there))?;
    Ok(all)
}
