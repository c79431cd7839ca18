//! Completes what somebody is typing: stories whose headlines have its words, the last of them begun.

use std::collections::HashSet;

use tantivy::{DocSet, TERMINATED, schema::IndexRecordOption};

use super::{
    among::{Columns, Sieve},
    budget::Budget,
    query::{Among, Hit, Languages},
    searching::Snapshot,
    terms::{beginning, postings},
    typed,
};
use crate::domain::{Error, analysis::Analyser};

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
                let mut docs: Option<HashSet<u32>> = None;
                for terms in &wanted {
                    let mut here = HashSet::new();
                    for term in terms {
                        let Some(mut list) = postings(reader, term, IndexRecordOption::Basic)? else { continue };
                        let mut doc = list.doc();
                        // Ends: each round reads on, and a list has an end.
                        while doc != TERMINATED && budget.take() {
                            if docs.as_ref().is_none_or(|docs| docs.contains(&doc)) && !reader.is_deleted(doc) {
                                here.insert(doc);
                            }
                            doc = list.advance();
                        }
                    }
                    docs = Some(here);
                }
                for doc in docs.into_iter().flatten().filter(|doc| sieve.keeps(*doc)) {
                    let (key, article) = (columns.published_at(doc).as_micros(), columns.id(doc).into());
                    found.push(Hit { article, locale: locale.clone(), key, score: 0.0 });
                }
            }
        }
        found.sort_by(|a, b| b.key.cmp(&a.key).then(b.article.cmp(&a.article)).then(a.locale.as_str().cmp(b.locale.as_str())));
        let mut seen = HashSet::new();
        found.retain(|hit| seen.insert(hit.article));
        found.truncate(limit);
        Ok(found)
    }
}
