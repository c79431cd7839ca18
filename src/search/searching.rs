//! A query, carried out: what is found, in its order.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use tantivy::{Searcher, schema::Term};

use super::{
    budget::Budget,
    candidate::{Candidate, ENOUGH, each_once},
    counting,
    fields::Fields,
    matching::Segment,
    pass::{Having, Wanted},
    query::{Found, Hit, Languages, Meant, Query},
    rank::{Has, idf},
    terms::{self, LookedUp, look_up},
    typed::{self, Clause, Need, Part, Sought},
};
use crate::domain::{Error, Locale};

/// Frequencies that are remembered at most.
const REMEMBERED: usize = 100_000;
/// How much a word counts more for being written as it is typed.
const AS_WRITTEN: f64 = 0.5;
/// How much words count that the language says all the time.
pub(super) const COMMON: f64 = 0.2;

/// The index, as it was when a change was taken up.
pub(super) struct Snapshot {
    pub searcher: Searcher,
    /// What it is searched in.
    pub segments: Vec<Segment>,
    pub fields: Fields,
    /// Live documents of each locale.
    pub sizes: BTreeMap<String, u64>,
    /// How many live documents have which term.
    pub frequencies: Arc<Mutex<HashMap<Term, u64>>>,
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

    /// Every story that has what is wanted, each once.
    fn candidates(&self, query: &Query, wanted: &[Wanted<'_>], having: Having<'_>, budget: &mut Budget) -> Result<Vec<Candidate>, Error> {
        let mut candidates: Vec<Candidate> = Vec::new();
        for wanted in wanted {
            self.each(query, wanted, having, budget, &mut |within, found| candidates.push(within.candidate(found, within.placed(found))))?;
        }
        if wanted.len() > 1 {
            each_once(&mut candidates);
        }
        Ok(candidates)
    }

    /// Out of all stories that have all that is wanted, or some of it where those are too few, the first.
    fn all(
        &self,
        query: &Query,
        wanted: &[Wanted<'_>],
        (mut candidates, is_enough): (Vec<Candidate>, bool),
        found: &mut Found,
        budget: &mut Budget,
    ) -> Result<Vec<Candidate>, Error> {
        if !is_enough {
            // What has everything was found, whatever is left of the budget.
            candidates.extend(self.candidates(query, wanted, Having::Some, budget)?);
            each_once(&mut candidates);
            if candidates.iter().any(|candidate| candidate.has > Has::Some) {
                candidates.retain(|candidate| candidate.has > Has::Some);
            }
            found.is_relaxed = candidates.iter().any(|candidate| candidate.has < Has::Everything);
        }
        found.total = u64::try_from(candidates.len()).unwrap_or(u64::MAX);
        found.facets = counting::counted(&self.segments, &query.facets, &candidates)?;
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
        Ok(candidates)
    }

    /// Carry a query out.
    pub(super) fn search(&self, query: &Query) -> Result<Found, Error> {
        self.search_within(query, Budget::new())
    }

    fn search_within(&self, query: &Query, mut budget: Budget) -> Result<Found, Error> {
        let parts = typed::parts(&query.typed);
        let mut found =
            Found { hits: Vec::new(), total: 0, facets: Vec::new(), is_relaxed: false, is_partial: false, place: 0, at: query.today };
        let wanted = self.wanted(&parts, &query.languages, &mut found, &mut budget)?;
        let at_its_place: Query;
        let query = match query.cursor {
            Some(_) => {
                at_its_place = Query { cursor: self.anchored(query, &wanted, &mut budget)?, ..query.clone() };
                &at_its_place
            }
            None => query,
        };
        let most = wanted.iter().map(|wanted| wanted.required.len()).max().unwrap_or(0);
        let is_enough = |count: usize| (count > 0 || most < 2) && (count >= ENOUGH || most < 3);
        // Where a story cannot be found twice and nothing is counted by, only what is shown is kept.
        let is_once = wanted.len() < 2 || matches!(query.languages, Languages::Chain(_));
        let is_short = is_once && query.facets.is_empty() && query.limit > 0;
        let candidates = if is_short {
            let best = self.first(query, &wanted, &mut budget)?;
            let count = best.found();
            if is_enough(count) {
                found.total = u64::try_from(count).unwrap_or(u64::MAX);
                best.kept()
            } else {
                self.all(query, &wanted, (best.few(), false), &mut found, &mut budget)?
            }
        } else {
            let candidates = self.candidates(query, &wanted, Having::ALL, &mut budget)?;
            let is_enough = is_enough(candidates.len());
            self.all(query, &wanted, (candidates, is_enough), &mut found, &mut budget)?
        };
        found.is_partial |= budget.is_spent();
        let locales = query.languages.locales();
        let hit = |candidate: Candidate| {
            let locale = locales.get(candidate.language)?.clone();
            Some(Hit { article: candidate.article.into(), locale, key: candidate.key, score: candidate.score })
        };
        found.hits = candidates.into_iter().filter_map(hit).collect();
        Ok(found)
    }

    /// What may be meant by what finds nothing: the same with words in the place of those that no story has.
    pub(super) fn meant(&self, typed: &str, locale: &Locale) -> Result<Option<Vec<Meant>>, Error> {
        let mut budget = Budget::new();
        let mut said = Vec::new();
        for part in typed::parts(typed) {
            let before = if part.is_excluded { "-" } else { "" };
            let mut words = Vec::new();
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
                let is_typed = meant.is_none();
                words.push(Meant { before, word: meant.unwrap_or_else(|| folded.clone()), is_typed });
            }
            // What was typed stays as it was typed.
            match words.iter().all(|word| word.is_typed) {
                true if words.is_empty() => {}
                true => said.push(Meant { before, word: part.text, is_typed: true }),
                false => said.extend(words),
            }
        }
        Ok(said.iter().any(|word| !word.is_typed).then_some(said))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::*;
    use crate::{
        domain::{
            Instant,
            article::{Genre, Kind},
            content::Content,
            page::Cursor,
            recency::Recency,
        },
        search::{
            document::{Document, Documents},
            generation::Generation,
            lexicon::Lexicon,
            query::{Among, Ranking},
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

    fn asked(typed: &str, limit: usize) -> Query {
        Query {
            typed: typed.to_owned(),
            languages: Languages::Any(vec![Locale::stored("en".to_owned())]),
            among: Among::default(),
            ranking: Ranking::Relevance,
            recency: Recency::default(),
            today: Instant::from_micros(0),
            limit,
            cursor: None,
            is_counted: true,
            facets: BTreeSet::new(),
        }
    }

    #[test]
    fn pages_are_what_is_found_in_its_order_however_little_of_it_is_kept() {
        let mut generation = Generation::new(None).unwrap();
        // Which words a story has follows from its number; some say more, and all were published some days apart.
        let said = |n: u128| {
            let words = [(2, "ferry"), (3, "strike"), (5, "harbour harbour"), (7, "old harbour")];
            words.iter().filter(|(by, _)| n.is_multiple_of(*by)).map(|(_, word)| *word).collect::<Vec<_>>().join(" quay ")
        };
        for part in 0..3_u128 {
            let story = |n: u128| {
                let published_at = Instant::from_micros(i64::try_from(n * 37 % 101).unwrap() * -259_200_000_000);
                Document { published_at, ..story(n, "Port", &said(n)) }
            };
            generation.begin_writing().unwrap();
            let live = (part * 70..part * 70 + 70).map(story).collect();
            generation.add(&Documents { live, desk: Vec::new() }, &mut Lexicon::default()).unwrap();
            generation.commit(i64::try_from(part).unwrap() + 1, Instant::from_micros(0)).unwrap();
        }
        let (snapshot, ..) = generation.snapshot(None, true).unwrap();
        type Expected = fn(u128) -> bool;
        let asked_for: [(&str, Expected); 7] = [
            ("ferry", |n| n % 2 == 0),
            ("strike ferry", |n| n % 6 == 0),
            ("port -ferry", |n| n % 2 == 1),
            ("harbour", |n| n % 5 == 0 || n % 7 == 0),
            ("\"old harbour\"", |n| n % 7 == 0),
            ("ferry \"old harbour\" -strike", |n| n % 14 == 0 && n % 3 != 0),
            ("fer* har*", |n| n % 2 == 0 && (n % 5 == 0 || n % 7 == 0)),
        ];
        for (typed, has) in asked_for {
            for ranking in [Ranking::Relevance, Ranking::Newest] {
                let expected: BTreeSet<u128> = (0..210).filter(|n| has(*n)).collect();
                // Counting keeps all of it.
                let facets = BTreeSet::from([crate::search::FacetKind::Kind]);
                let whole = snapshot.search(&Query { ranking, facets, ..asked(typed, 300) }).unwrap();
                assert_eq!(whole.hits.iter().map(|hit| hit.article.uuid().as_u128()).collect::<BTreeSet<_>>(), expected, "{typed}");
                let code = ranking.sorting().code();
                let part = |cursor: Option<Cursor>, is_counted| {
                    snapshot.search(&Query { ranking, cursor, is_counted, ..asked(typed, 7) }).unwrap()
                };
                // What is not counted is not read to its end.
                let page = |cursor| {
                    let (counted, found) = (part(cursor, true), part(cursor, false));
                    assert_eq!(counted.hits, found.hits, "{typed}");
                    counted
                };
                let behind =
                    |hit: &Hit, backwards| Cursor { backwards, order: code, key: hit.key, id: hit.article.uuid(), ..Cursor::default() };
                let (mut read, mut cursor) = (Vec::new(), None);
                loop {
                    let found = page(cursor);
                    assert_eq!(found.total, whole.total);
                    let Some(last) = found.hits.last() else { break };
                    cursor = Some(behind(last, false));
                    read.extend(found.hits);
                }
                assert_eq!(read, whole.hits, "{typed}");
                let back = page(Some(behind(&whole.hits[20.min(whole.hits.len() - 1)], true))).hits;
                let before: Vec<_> = whole.hits.iter().take(20.min(whole.hits.len() - 1)).rev().take(7).cloned().collect();
                assert_eq!(back, before, "{typed}");
            }
        }
    }

    #[test]
    fn what_is_older_than_anything_that_is_shown_is_not_read() {
        let mut generation = Generation::new(None).unwrap();
        // One a week, in any order of the archive's parts.
        let story = |n: u128| {
            let published_at = Instant::from_micros(-604_800_000_000 * i64::try_from(n).unwrap());
            Document { published_at, ..story(n, "Ferry strike", if n.is_multiple_of(2) { "ferry" } else { "strike" }) }
        };
        for part in [2, 0, 1_u128] {
            generation.begin_writing().unwrap();
            let live = (part * 100..part * 100 + 100).map(story).collect();
            generation.add(&Documents { live, desk: Vec::new() }, &mut Lexicon::default()).unwrap();
            generation.commit(i64::try_from(part).unwrap() + 1, Instant::from_micros(0)).unwrap();
        }
        let (snapshot, ..) = generation.snapshot(None, true).unwrap();
        for (typed, ranking) in [("ferry", Ranking::Relevance), ("ferry strike", Ranking::Relevance), ("\"ferry strike\"", Ranking::Newest)]
        {
            let read = |is_counted| {
                let query = Query { ranking, is_counted, ..asked(typed, 12) };
                let mut found = snapshot.search(&query).unwrap();
                let mut budget = Budget::new();
                let wanted = snapshot.wanted(&typed::parts(typed), &query.languages, &mut found, &mut budget).unwrap();
                let before = budget.left();
                let first = snapshot.first(&query, &wanted, &mut budget).unwrap().kept();
                (first.iter().map(|candidate| candidate.article.as_u128()).collect::<Vec<_>>(), before - budget.left())
            };
            let ((all, whole), (first, read)) = (read(true), read(false));
            assert_eq!(all, first, "{typed}");
            assert!(read * 3 < whole * 2, "{typed}: {read} of {whole}");
        }
    }

    #[test]
    fn what_has_everything_is_shown_however_little_is_left_for_what_has_some_of_it() {
        let mut generation = Generation::new(None).unwrap();
        let words = ["ferry", "strike", "harbour"];
        // The last one has all of it, and the others two words each.
        let said =
            |n: u128| words.iter().filter(|word| n == 59 || **word != words[usize::try_from(n % 3).unwrap()]).copied().collect::<Vec<_>>();
        generation.begin_writing().unwrap();
        let live = (0..60).map(|n| story(n, "Quay", &said(n).join(" by the "))).collect();
        generation.add(&Documents { live, desk: Vec::new() }, &mut Lexicon::default()).unwrap();
        generation.commit(1, Instant::from_micros(0)).unwrap();
        let (snapshot, ..) = generation.snapshot(None, true).unwrap();
        let (mut shown, mut relaxed) = (0, 0);
        for facets in [BTreeSet::new(), BTreeSet::from([crate::search::FacetKind::Kind])] {
            let query = Query { facets, ..asked("ferry strike harbour", 5) };
            for left in 0..2_000 {
                snapshot.frequencies.lock().unwrap().clear();
                let (mut budget, mut found) = (Budget::of(left), snapshot.search_within(&query, Budget::of(0)).unwrap());
                let wanted = snapshot.wanted(&typed::parts(&query.typed), &query.languages, &mut found, &mut budget).unwrap();
                let whole = snapshot.candidates(&query, &wanted, Having::ALL, &mut budget).unwrap();
                snapshot.frequencies.lock().unwrap().clear();
                let found = snapshot.search_within(&query, Budget::of(left)).unwrap();
                if whole.iter().any(|candidate| candidate.article.as_u128() == 59) {
                    assert_eq!(found.hits.first().map(|hit| hit.article.uuid().as_u128()), Some(59), "with {left} to be read");
                    shown += 1;
                    relaxed += usize::from(found.hits.len() > 1);
                }
            }
        }
        assert!(shown > relaxed && relaxed > 0, "{shown}, {relaxed}: the budget was spent, and it was not");
    }

    #[test]
    fn what_is_known_of_frequent_words_changes_no_answer_however_little_may_be_read() {
        let mut generation = Generation::new(None).unwrap();
        let story = |n: u128| {
            let published_at = Instant::from_micros(-604_800_000_000 * i64::try_from(n).unwrap());
            Document { published_at, ..story(n, "Ferry", if n.is_multiple_of(3) { "strike harbour" } else { "strike at the quay" }) }
        };
        generation.begin_writing().unwrap();
        generation.add(&Documents { live: (0..80).map(story).collect(), desk: Vec::new() }, &mut Lexicon::default()).unwrap();
        generation.commit(1, Instant::from_micros(0)).unwrap();
        let known = generation.snapshot(None, true).unwrap().0;
        let query = Query { is_counted: false, ..asked("ferry strike", 5) };
        let whole = known.search(&query).unwrap().hits;
        let mut found = BTreeSet::new();
        for left in 0..1_500 {
            let new = generation.snapshot(None, true).unwrap().0;
            known.frequencies.lock().unwrap().clear();
            let hits = [&new, &known].map(|snapshot| snapshot.search_within(&query, Budget::of(left)).unwrap().hits);
            assert_eq!(hits[0], hits[1], "with {left} to be read");
            found.insert(hits[0] == whole);
        }
        assert_eq!(found.len(), 2, "too little was to be read, and enough");
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
        let (snapshot, ..) = generation.snapshot(None, true).unwrap();
        for typed in ["ferry -strike", "ferry -strik*", "ferry -\"strike strike0\" -strike -strik*"] {
            let query = asked(typed, 100);
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
                let candidates = snapshot.candidates(&query, &wanted, Having::ALL, &mut budget).unwrap();
                assert!(candidates.iter().all(|candidate| !has(candidate.article.as_u128())), "{typed}");
                most = most.max(candidates.len());
            }
            assert_eq!(most, 40, "{typed}: with enough of it all others are found");
        }
    }
}
