//! Completes what somebody is typing: stories whose headlines have its words, the last of them begun.

use std::{cmp::Reverse, collections::HashSet};

use tantivy::{
    BitSet, DocId, DocSet, SegmentReader, TERMINATED,
    query::BitSetDocSet,
    schema::{IndexRecordOption, Term},
};

use super::{
    among::{Columns, Sieve},
    budget::Budget,
    query::{Among, Hit, Languages},
    searching::Snapshot,
    terms::{beginning, postings},
    typed,
};
use crate::domain::{Error, analysis::Analyser};

/// Documents of a segment that have one of some terms, and lie within a set where there is one.
fn having(reader: &SegmentReader, terms: &[Term], within: Option<&BitSet>, budget: &mut Budget) -> Result<BitSet, Error> {
    let mut here = BitSet::with_max_value(reader.max_doc());
    for term in terms {
        let Some(mut list) = postings(reader, term, IndexRecordOption::Basic)? else { continue };
        let mut doc = list.doc();
        // Ends: each round reads on, and a list has an end.
        while doc != TERMINATED && budget.take() {
            if within.is_none_or(|within| within.contains(doc)) && !reader.is_deleted(doc) {
                here.insert(doc);
            }
            doc = list.advance();
        }
    }
    Ok(here)
}

/// Keep those that were published last, so many and whatever is as new as the last of them.
fn latest(all: &mut Vec<(i64, DocId)>, limit: usize) {
    let Some(last) = limit.checked_sub(1).filter(|last| *last < all.len()) else { return };
    let (_, (least, _), _) = all.select_nth_unstable_by_key(last, |(key, _)| Reverse(*key));
    let least = *least;
    all.retain(|(key, _)| *key >= least);
}

impl Snapshot {
    /// The latest stories whose headlines have all words that are typed, where the last may go on; so many at most.
    pub(super) fn suggest(&self, typed: &str, languages: &Languages, limit: usize) -> Result<Vec<Hit>, Error> {
        let mut found: Vec<Hit> = Vec::new();
        let mut budget = Budget::new();
        let among = Among::default();
        for (n, locale) in languages.locales().iter().enumerate() {
            let earlier = if let Languages::Chain(all) = languages { all.get(..n).unwrap_or_default() } else { &[] };
            let words = Analyser::of(locale).words(typed);
            let Some((last, begun)) = words.split_last().filter(|_| words.len() <= typed::MOST_WORDS) else { continue };
            // What is typed in other letters is completed in those.
            let analyser = Analyser::of(locale);
            let spelled = |word: &str| -> Vec<String> {
                std::iter::once(word.to_owned()).chain(analyser.typed(word).map(|latin| latin.close)).collect()
            };
            let mut wanted = Vec::new();
            for word in begun {
                wanted.push(
                    spelled(&word.folded).iter().map(|word| super::terms::of(self.fields.heads, locale.as_str(), word)).collect::<Vec<_>>(),
                );
            }
            let mut ends = Vec::new();
            for start in spelled(&last.folded) {
                ends.extend(beginning(&self.searcher, self.fields.heads, locale.as_str(), &start)?.0);
            }
            wanted.push(ends);
            for reader in self.searcher.segment_readers() {
                let columns = Columns::of(reader)?;
                let sieve = Sieve::new(&columns, &among, earlier)?;
                let mut docs: Option<BitSet> = None;
                for terms in &wanted {
                    docs = Some(having(reader, terms, docs.as_ref(), &mut budget)?);
                }
                let mut those = BitSetDocSet::from(docs.unwrap_or_else(|| BitSet::with_max_value(reader.max_doc())));
                let mut here: Vec<(i64, DocId)> = Vec::new();
                let mut doc = those.doc();
                // Ends: each round reads on, and a set has an end.
                while doc != TERMINATED {
                    if sieve.keeps(doc) {
                        here.push((columns.published_at(doc).as_micros(), doc));
                    }
                    doc = those.advance();
                }
                latest(&mut here, limit);
                let hit = |(key, doc)| Hit { article: columns.id(doc).into(), locale: locale.clone(), key, score: 0.0 };
                found.extend(here.into_iter().map(hit));
            }
        }
        found.sort_by(|a, b| b.key.cmp(&a.key).then(b.article.cmp(&a.article)).then(a.locale.as_str().cmp(b.locale.as_str())));
        let mut seen = HashSet::new();
        found.retain(|hit| seen.insert(hit.article));
        found.truncate(limit);
        Ok(found)
    }
}
