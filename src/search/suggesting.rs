//! Completes what somebody is typing: stories whose headlines have its words, the last of them begun.

use std::collections::{BTreeSet, HashSet};

use tantivy::schema::Term;

use super::{
    budget::Budget,
    candidate::Candidate,
    pass::Wanted,
    query::{Among, Hit, Languages, Query, Ranking},
    searching::Snapshot,
    terms::{self, Alternative, LookedUp, Terms, beginning},
    typed,
};
use crate::domain::{Error, Instant, Locale, analysis::Analyser, recency::Recency};

impl Snapshot {
    /// Any of some terms of headlines.
    fn headed(&self, terms: Vec<Term>, budget: &mut Budget) -> Result<(LookedUp, f64), Error> {
        let mut frequency = 0_u64;
        for term in &terms {
            frequency = frequency.saturating_add(self.frequency(term, budget)?);
        }
        let any = |term| Alternative { field: self.fields.heads, term, weight: 1.0, is_mistyped: false };
        Ok((LookedUp { terms: Terms::Any(terms.into_iter().map(any).collect()), frequency, is_whole: true }, 1.0))
    }

    /// What headlines of a locale have to have, all words as they are but the last, which may go on; nothing where none or too many were typed.
    fn begun(&self, typed: &str, locale: &Locale, budget: &mut Budget) -> Result<Option<Vec<(LookedUp, f64)>>, Error> {
        let analyser = Analyser::of(locale);
        let words = analyser.words(typed);
        let Some((last, whole)) = words.split_last().filter(|_| words.len() <= typed::MOST_WORDS) else { return Ok(None) };
        // What is typed in other letters is completed in those.
        let spelled =
            |word: &str| -> Vec<String> { std::iter::once(word.to_owned()).chain(analyser.typed(word).map(|latin| latin.close)).collect() };
        let mut all = Vec::new();
        for word in whole {
            let terms = spelled(&word.folded).iter().map(|word| terms::of(self.fields.heads, locale.as_str(), word)).collect();
            all.push(self.headed(terms, budget)?);
        }
        let mut ends = Vec::new();
        for start in spelled(&last.folded) {
            ends.extend(beginning(&self.searcher, self.fields.heads, locale.as_str(), &start)?.0);
        }
        all.push(self.headed(ends, budget)?);
        all.sort_by_key(|(looked_up, _)| looked_up.frequency);
        Ok(Some(all))
    }

    /// The latest stories whose headlines have all words that are typed, where the last may go on; so many at most.
    pub(super) fn suggest(&self, typed: &str, languages: &Languages, limit: usize) -> Result<Vec<Hit>, Error> {
        let query = Query {
            typed: typed.to_owned(),
            languages: languages.clone(),
            among: Among::default(),
            ranking: Ranking::Newest,
            recency: Recency::default(),
            today: Instant::from_micros(0),
            limit,
            cursor: None,
            is_counted: false,
            facets: BTreeSet::new(),
        };
        let (mut found, mut budget) = (Vec::<Hit>::new(), Budget::new());
        for (language, locale) in query.languages.locales().iter().enumerate() {
            let earlier = if let Languages::Chain(all) = languages { all.get(..language).unwrap_or_default() } else { &[] };
            let Some(required) = self.begun(typed, locale, &mut budget)? else { continue };
            let wanted = Wanted { language, earlier, required, optional: Vec::new(), excluded: Vec::new() };
            let latest = self.first(&query, &[wanted], &mut budget)?.kept();
            let hit =
                |candidate: Candidate| Hit { article: candidate.article.into(), locale: locale.clone(), key: candidate.key, score: 0.0 };
            found.extend(latest.into_iter().map(hit));
        }
        found.sort_by(|a, b| b.key.cmp(&a.key).then(b.article.cmp(&a.article)).then(a.locale.as_str().cmp(b.locale.as_str())));
        let mut seen = HashSet::new();
        found.retain(|hit| seen.insert(hit.article));
        found.truncate(limit);
        Ok(found)
    }
}
