//! A query, carried out: what is found, in its order.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use tantivy::{DocId, Searcher, schema::Term};

use super::{
    among::{Columns, Sieve},
    budget::Budget,
    candidate::{Candidate, Has},
    counting,
    fields::Fields,
    matching::{Match, Segment},
    query::{Found, Hit, Languages, Query, Ranking},
    terms::{self, LookedUp, look_up},
    typed::{self, Clause, Need, Part, Sought},
};
use crate::domain::{Error, Instant, Locale, recency::Recency};

/// Frequencies that are remembered at most.
const REMEMBERED: usize = 100_000;
/// Parts of a score that are told apart.
const PARTS: f64 = 1_000_000.0;
/// What lifts whatever was typed as it stands above what may be meant.
const AS_TYPED: i64 = 1 << 50;
/// Microseconds in a day.
const DAY: f64 = 86_400_000_000.0;
/// How much a word counts more for being written as it is typed.
const AS_WRITTEN: f64 = 0.5;
/// How much words count that the language says all the time.
pub(super) const COMMON: f64 = 0.2;
/// Stories that have everything, from which on no others are shown.
const ENOUGH: usize = 10;

/// The index, as it was when a change was taken up.
pub(super) struct Snapshot {
    pub searcher: Searcher,
    pub fields: Fields,
    /// Live documents of each locale.
    pub sizes: BTreeMap<String, u64>,
    /// How many live documents have which term.
    pub frequencies: Arc<Mutex<HashMap<Term, u64>>>,
}

/// What is looked for in a locale.
struct Wanted<'q> {
    language: usize,
    earlier: &'q [Locale],
    /// What has to be there, the rarest first; with its weight.
    required: Vec<(LookedUp, f64)>,
    optional: Vec<(LookedUp, f64)>,
    excluded: Vec<LookedUp>,
}

/// How much rarity counts (BM25).
#[expect(clippy::cast_precision_loss, reason = "counts of documents")]
#[expect(clippy::as_conversions, reason = "counts of documents")]
pub(super) fn idf(frequency: u64, size: u64) -> f64 {
    let (frequency, size) = (frequency.min(size) as f64, size as f64);
    (1.0 + (size - frequency + 0.5) / (frequency + 0.5)).ln()
}

/// How much more a story counts for being new.
#[expect(clippy::cast_precision_loss, reason = "days, not microseconds, are what counts")]
#[expect(clippy::as_conversions, reason = "days, not microseconds, are what counts")]
pub(super) fn newness(recency: Recency, today: Instant, published_at: Instant) -> f64 {
    let age = today.as_micros().saturating_sub(published_at.as_micros()).max(0) as f64 / DAY;
    recency.factor(age)
}

/// What a story is ranked by, as a number that pages can begin at: how much it has, whether as it was typed, and its score.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "scores are some thousands at most")]
#[expect(clippy::as_conversions, reason = "scores are some thousands at most")]
pub(super) fn rank(score: f64, has: Has, is_mistyped: bool) -> i64 {
    let rank = (score * PARTS).round().min(AS_TYPED as f64 - 1.0) as i64;
    let rank = if is_mistyped { rank } else { rank.saturating_add(AS_TYPED) };
    rank.saturating_add(AS_TYPED.saturating_mul(2).saturating_mul(has as i64))
}

impl Snapshot {
    /// In how many live documents a term is; remembered.
    pub(super) fn frequency(&self, term: &Term, budget: &mut Budget) -> Result<u64, Error> {
        let remembered = || self.frequencies.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(count) = remembered().get(term) {
            return Ok(*count);
        }
        let count = terms::frequency(&self.searcher, term, budget)?;
        let mut all = remembered();
        if all.len() < REMEMBERED && !budget.is_spent() {
            all.insert(term.clone(), count);
        }
        Ok(count)
    }

    fn wanted<'q>(
        &self,
        parts: &[Part],
        languages: &'q Languages,
        found: &mut Found,
        budget: &mut Budget,
    ) -> Result<Vec<Wanted<'q>>, Error> {
        let locales = languages.locales();
        let mut all = Vec::new();
        for (language, locale) in locales.iter().enumerate() {
            let size = self.sizes.get(locale.as_str()).copied().unwrap_or(0);
            let (clauses, is_whole) = typed::clauses(parts, locale);
            found.is_partial |= !is_whole;
            if size == 0 || !clauses.iter().any(|clause| clause.need == Need::Required) {
                continue;
            }
            let earlier = if let Languages::Chain(_) = languages { locales.get(..language).unwrap_or_default() } else { &[] };
            let mut wanted = Wanted { language, earlier, required: Vec::new(), optional: Vec::new(), excluded: Vec::new() };
            for Clause { sought, need } in &clauses {
                let looked_up = look_up(
                    &self.searcher,
                    &self.fields,
                    locale.as_str(),
                    sought,
                    &mut |term, budget| self.frequency(term, budget),
                    budget,
                )?;
                found.is_partial |= !looked_up.is_whole;
                let weight = idf(looked_up.frequency, size) * if *need == Need::Optional { COMMON } else { 1.0 };
                if let (Sought::Word { folded, .. }, Need::Required | Need::Optional) = (sought, need) {
                    let term = terms::of(self.fields.words, locale.as_str(), folded);
                    let frequency = self.frequency(&term, budget)?;
                    let weight = idf(frequency, size) * if *need == Need::Optional { COMMON } else { 1.0 };
                    let written = terms::Alternative { field: self.fields.words, term, weight: AS_WRITTEN, is_mistyped: false };
                    wanted.optional.push((LookedUp { terms: terms::Terms::Any(vec![written]), frequency, is_whole: true }, weight));
                }
                match need {
                    Need::Required => wanted.required.push((looked_up, weight)),
                    Need::Optional => wanted.optional.push((looked_up, weight)),
                    Need::Excluded => wanted.excluded.push(looked_up),
                }
            }
            wanted.required.sort_by_key(|(looked_up, _)| looked_up.frequency);
            all.push(wanted);
        }
        Ok(all)
    }

    /// What has all that is required, or any of it.
    fn matches(
        wanted: &Wanted<'_>,
        (segment, sieve): (&Segment<'_>, &Sieve<'_>),
        all: bool,
        budget: &mut Budget,
    ) -> Result<Vec<Match>, Error> {
        let Some(((rarest, weight), others)) = wanted.required.split_first() else { return Ok(Vec::new()) };
        let mut matches = segment.all(rarest, *weight, budget)?;
        matches.retain(|found| sieve.keeps(found.doc));
        for (looked_up, weight) in others {
            if all {
                let docs: Vec<DocId> = matches.iter().map(|found| found.doc).collect();
                let more = segment.among(looked_up, *weight, &docs, budget)?;
                let both = matches.iter().zip(more).filter_map(|(found, more)| more.map(|more| sum(*found, more)));
                matches = both.collect();
            } else {
                let mut more = segment.all(looked_up, *weight, budget)?;
                more.retain(|found| sieve.keeps(found.doc));
                matches.extend(more);
                // Stable: what was found first is added to first.
                matches.sort_by_key(|found| found.doc);
                matches = matches.chunk_by(|a, b| a.doc == b.doc).filter_map(|same| same.iter().copied().reduce(sum)).collect();
            }
        }
        let docs: Vec<DocId> = matches.iter().map(|found| found.doc).collect();
        for (looked_up, weight) in &wanted.optional {
            for (found, more) in matches.iter_mut().zip(segment.among(looked_up, *weight, &docs, budget)?) {
                found.score += more.filter(|more| !more.is_mistyped).map_or(0.0, |more| more.score);
            }
        }
        for looked_up in &wanted.excluded {
            let docs: Vec<DocId> = matches.iter().map(|found| found.doc).collect();
            let there = segment.among(looked_up, 0.0, &docs, budget)?;
            let kept = matches.iter().zip(there).filter(|(_, there)| there.is_none_or(|there| there.is_mistyped));
            matches = kept.map(|(found, _)| *found).collect();
            // What was not looked at may have it.
            if budget.is_spent() || !looked_up.is_whole {
                matches.clear();
            }
        }
        Ok(matches)
    }

    /// Every story that has what is wanted, each once.
    fn candidates(&self, query: &Query, wanted: &[Wanted<'_>], all: bool, budget: &mut Budget) -> Result<Vec<Candidate>, Error> {
        let mut candidates: Vec<Candidate> = Vec::new();
        for (place, reader) in self.searcher.segment_readers().iter().enumerate() {
            let (segment, columns) = (Segment::new(reader, &self.fields)?, Columns::of(reader)?);
            for wanted in wanted {
                let sieve = Sieve::new(&columns, &query.among, wanted.earlier)?;
                for found in Self::matches(wanted, (&segment, &sieve), all, budget)? {
                    let published_at = columns.published_at(found.doc);
                    let has = Has::of(found.count, wanted.required.len());
                    let score = found.score * newness(query.recency, query.today, published_at);
                    let rank = rank(score, has, found.is_mistyped);
                    candidates.push(Candidate {
                        key: match query.ranking {
                            Ranking::Relevance => rank,
                            Ranking::Newest => published_at.as_micros(),
                        },
                        rank,
                        score,
                        has,
                        article: columns.id(found.doc),
                        language: wanted.language,
                        segment: place,
                        doc: found.doc,
                    });
                }
            }
        }
        if wanted.len() > 1 {
            // Of the languages of a story, that in which it fits best; of equals the first.
            candidates.sort_by(|a, b| a.article.cmp(&b.article).then(b.rank.cmp(&a.rank)).then(a.language.cmp(&b.language)));
            candidates.dedup_by_key(|candidate| candidate.article);
        }
        Ok(candidates)
    }

    /// Carry a query out.
    pub(super) fn search(&self, query: &Query) -> Result<Found, Error> {
        let parts = typed::parts(&query.typed);
        let mut found =
            Found { hits: Vec::new(), total: 0, facets: Vec::new(), is_relaxed: false, is_partial: false, place: 0, at: query.today };
        let mut budget = Budget::new();
        let wanted = self.wanted(&parts, &query.languages, &mut found, &mut budget)?;
        let mut candidates = self.candidates(query, &wanted, true, &mut budget)?;
        let most = wanted.iter().map(|wanted| wanted.required.len()).max().unwrap_or(0);
        if (candidates.is_empty() && most > 1) || (candidates.len() < ENOUGH && most > 2) {
            candidates = self.candidates(query, &wanted, false, &mut budget)?;
            if candidates.iter().any(|candidate| candidate.has > Has::Some) {
                candidates.retain(|candidate| candidate.has > Has::Some);
            }
            found.is_relaxed = candidates.iter().any(|candidate| candidate.has < Has::Everything);
        }
        found.is_partial |= budget.is_spent();
        found.total = u64::try_from(candidates.len()).unwrap_or(u64::MAX);
        found.facets = counting::counted(&self.searcher, &query.facets, &candidates)?;
        // As lists are: the first by the key, then by the id, the last first.
        let backwards = query.cursor.is_some_and(|cursor| cursor.backwards);
        let place = |candidate: &Candidate| (candidate.key, candidate.article);
        if let Some(cursor) = query.cursor {
            let there = (cursor.key, cursor.id);
            candidates.retain(|candidate| if backwards { place(candidate) > there } else { place(candidate) < there });
        }
        let order = |a: &Candidate, b: &Candidate| if backwards { place(a).cmp(&place(b)) } else { place(b).cmp(&place(a)) };
        if candidates.len() > query.limit && query.limit > 0 {
            candidates.select_nth_unstable_by(query.limit.saturating_sub(1), order);
            candidates.truncate(query.limit);
        }
        candidates.sort_by(order);
        let locales = query.languages.locales();
        let hit = |candidate: Candidate| {
            let locale = locales.get(candidate.language)?.clone();
            Some(Hit { article: candidate.article.into(), locale, key: candidate.key, score: candidate.score })
        };
        found.hits = candidates.into_iter().filter_map(hit).collect();
        Ok(found)
    }

    /// What may be meant by what finds nothing: the same with words in the place of those that no story has.
    pub(super) fn meant(&self, typed: &str, locale: &Locale) -> Result<Option<String>, Error> {
        let mut budget = Budget::new();
        let mut said = Vec::new();
        let mut is_another = false;
        for part in typed::parts(typed) {
            for clause in typed::clauses(std::slice::from_ref(&part), locale).0 {
                let Sought::Word { folded, .. } = &clause.sought else { return Ok(None) };
                let mut count = |term: &Term, budget: &mut Budget| self.frequency(term, budget);
                let known = look_up(&self.searcher, &self.fields, locale.as_str(), &clause.sought, &mut count, &mut budget)?;
                let is_known = matches!(&known.terms, terms::Terms::Any(any) if any.iter().any(|one| !one.is_mistyped));
                let meant = if is_known || part.is_excluded {
                    None
                } else {
                    terms::meant(&self.searcher, &self.fields, locale.as_str(), folded, &mut count, &mut budget)?
                };
                is_another |= meant.is_some();
                let left_out = if part.is_excluded { "-" } else { "" };
                said.push(format!("{left_out}{}", meant.as_deref().unwrap_or(folded)));
            }
        }
        Ok(is_another.then(|| said.join(" ")))
    }
}

/// Two things that a document has.
fn sum(a: Match, b: Match) -> Match {
    Match { doc: a.doc, score: a.score + b.score, is_mistyped: a.is_mistyped || b.is_mistyped, count: a.count.saturating_add(b.count) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::*;
    use crate::{
        domain::{
            article::{Genre, Kind},
            content::Content,
        },
        search::{
            document::{Document, Documents},
            generation::Generation,
            lexicon::Lexicon,
            query::Among,
        },
    };

    fn story(n: u128, headline: &str, body: &str) -> Document {
        let at = Instant::from_micros(0);
        Document {
            article: Uuid::from_u128(n).into(),
            locale: Locale::stored("en".to_owned()),
            live_in: vec![Locale::stored("en".to_owned())],
            content: Content::headed(headline),
            body: body.to_owned(),
            section: Uuid::nil().into(),
            authors: Vec::new(),
            tags: Vec::new(),
            kind: Kind::Story,
            genre: Genre::News,
            published_at: at,
            updated_at: at,
            desk: None,
        }
    }

    #[test]
    fn what_is_left_out_is_not_found_however_little_of_the_budget_is_left() {
        let mut generation = Generation::new(None).unwrap();
        // Some have what is left out, many words of the same beginning are read for it, and others have it not.
        let has = |n: u128| n.is_multiple_of(3);
        let stories: Vec<_> =
            (0..60).map(|n| story(n, "Ferry", &if has(n) { format!("strike strike{n}") } else { "calm".to_owned() })).collect();
        generation.begin_writing().unwrap();
        generation.add(&Documents { live: stories, desk: Vec::new() }, &mut Lexicon::default()).unwrap();
        generation.commit(1, Instant::from_micros(0)).unwrap();
        let (snapshot, ..) = generation.snapshot(None).unwrap();
        for typed in ["ferry -strike", "ferry -strik*", "ferry -\"strike strike0\" -strike -strik*"] {
            let query = Query {
                typed: typed.to_owned(),
                languages: Languages::Any(vec![Locale::stored("en".to_owned())]),
                among: Among::default(),
                ranking: Ranking::Relevance,
                recency: Recency::default(),
                today: Instant::from_micros(0),
                limit: 100,
                cursor: None,
                facets: BTreeSet::new(),
            };
            let mut most = 0;
            for budget in 0..6_000 {
                let mut budget = Budget::of(budget);
                let mut found = Found {
                    hits: Vec::new(),
                    total: 0,
                    facets: Vec::new(),
                    is_relaxed: false,
                    is_partial: false,
                    place: 0,
                    at: query.today,
                };
                // What is remembered costs nothing.
                snapshot.frequencies.lock().unwrap().clear();
                let wanted = snapshot.wanted(&typed::parts(typed), &query.languages, &mut found, &mut budget).unwrap();
                let candidates = snapshot.candidates(&query, &wanted, true, &mut budget).unwrap();
                assert!(candidates.iter().all(|candidate| !has(candidate.article.as_u128())), "{typed}");
                most = most.max(candidates.len());
            }
            assert_eq!(most, 40, "{typed}: with enough of it all others are found");
        }
    }
}
