//! Which stories are like one: what shares its telling words, its tags and its section, in its language.
//!
//! **Decision.** Terms, tags and sections are read as a query reads them, list by list, and every sum is made in one order, so that two instances that have taken up the
//! same changes find the same. A story is its own measure: it has all of its words. **Consequence.** Nothing is read but ids, instants and frequencies.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use tantivy::{DocId, DocSet, TERMINATED, schema::Term};
use uuid::Uuid;

use super::{
    Read, SearchIndex,
    among::{Columns, Values},
    budget::Budget,
    rank::idf,
    scan,
    searching::Snapshot,
    terms::{self, Alternative, LookedUp, Terms},
};
use crate::domain::{
    Error, Instant, Locale, analysis::Analyser, article::ArticleId, article::Kind, content::Content, related::Shared, section::SectionId,
    tag::TagId,
};

/// Words that are looked for, of those that tell most.
const TERMS: usize = 25;
/// Words of a body, from its beginning, that are looked at.
const BEGINNING: usize = 400;
/// How often the words of a headline count beside those of the body, and those of a summary.
const HEADLINE: f64 = 3.0;
const SUMMARY: f64 = 2.0;
/// Stories that have a word or a tag, above which it is not gone by: what was found otherwise counts for it all the same.
const MOST: u64 = 20_000;
/// Microseconds in a day.
const DAY: f64 = 86_400_000_000.0;

/// A live story that others are held against.
#[derive(Debug)]
pub struct Alike<'a> {
    /// The story.
    pub article: ArticleId,
    /// The locale of its words, and of all that is found.
    pub locale: &'a Locale,
    /// What it says beside its body.
    pub content: &'a Content,
    /// The body, as text.
    pub body: &'a str,
    /// Its tags, with what each counts.
    pub tags: &'a [(TagId, f64)],
    /// Its section.
    pub section: SectionId,
    /// The sections beside it, above it and below it.
    pub beside: &'a [SectionId],
    /// Stories of its section, of its days, that are looked at whatever they say.
    pub around: &'a [ArticleId],
    /// When it was first published.
    pub published_at: Instant,
}

/// What a story that is found shares with it.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    shared: Shared,
    published_at: Instant,
}

/// Documents of a segment that are news in a locale.
struct Sieve<'c> {
    columns: &'c Columns,
    locale: Values<'c>,
    no_news: Values<'c>,
}

impl<'c> Sieve<'c> {
    fn of(columns: &'c Columns, locale: &Locale) -> Result<Self, Error> {
        let no_news = Kind::ALL.iter().filter(|kind| !kind.is_news()).map(|kind| kind.as_str().to_owned());
        Ok(Self { columns, locale: Values::of(columns.locale(), [locale.to_string()])?, no_news: Values::of(columns.fact(3), no_news)? })
    }

    fn keeps(&self, doc: DocId) -> bool {
        self.locale.are_of(doc) && !self.no_news.are_of(doc)
    }
}

#[expect(clippy::cast_precision_loss, reason = "days, not microseconds, are what counts")]
#[expect(clippy::as_conversions, reason = "days, not microseconds, are what counts")]
fn days(one: Instant, other: Instant) -> f64 {
    one.as_micros().saturating_sub(other.as_micros()) as f64 / DAY
}

/// How much more so many words are than some.
#[expect(clippy::cast_precision_loss, reason = "a few words")]
#[expect(clippy::as_conversions, reason = "a few words")]
fn part(all: usize, some: usize) -> f64 {
    all as f64 / some.clamp(1, all) as f64
}

/// What a segment knows of what stories are filed in, and of what many carry.
struct Facts<'c> {
    section: Values<'c>,
    beside: Values<'c>,
    frequent: Vec<(Values<'c>, f64)>,
}

impl<'c> Facts<'c> {
    fn of(columns: &'c Columns, of: &Alike<'_>, frequent: &[(String, f64)]) -> Result<Self, Error> {
        let (section, tag) = (columns.fact(0), columns.fact(2));
        let frequent = frequent.iter().map(|(id, weight)| Ok((Values::of(tag, [id.clone()])?, *weight)));
        Ok(Self {
            section: Values::of(section, [of.section.to_string()])?,
            beside: Values::of(section, of.beside.iter().map(ToString::to_string))?,
            frequent: frequent.collect::<Result<_, Error>>()?,
        })
    }

    fn note(&self, doc: DocId, shared: &mut Shared) {
        (shared.section, shared.beside) = (self.section.are_of(doc), self.beside.are_of(doc));
        for (values, weight) in &self.frequent {
            if values.are_of(doc) {
                shared.tags += weight;
            }
        }
    }
}

impl Snapshot {
    /// The words of a story that tell most, with what each counts, the rarest first.
    fn telling(&self, of: &Alike<'_>, size: u64, budget: &mut Budget) -> Result<Vec<(LookedUp, f64)>, Error> {
        let analyser = Analyser::of(of.locale);
        let mut times: BTreeMap<String, f64> = BTreeMap::new();
        let Content { headline, summary, .. } = of.content;
        for (text, weight, most) in [(&**headline, HEADLINE, usize::MAX), (summary, SUMMARY, usize::MAX), (of.body, 1.0, BEGINNING)] {
            for word in analyser.words(text).into_iter().take(most).filter(|word| !word.is_common) {
                *times.entry(word.stem.into_owned()).or_default() += weight;
            }
        }
        let mut all = Vec::new();
        for (stem, times) in times {
            let term = terms::of(self.fields.stems, of.locale.as_str(), &stem);
            let frequency = self.frequency(&term, budget)?;
            // What no other has finds none, and what many have tells little.
            if !(2..=MOST).contains(&frequency) {
                continue;
            }
            let rarity = idf(frequency, size);
            let found = Alternative { field: self.fields.stems, term, weight: 1.0, is_mistyped: false };
            let looked_up = LookedUp { terms: Terms::Any(vec![found]), frequency, is_whole: true };
            all.push((rarity * (1.0 + times.ln()), stem, looked_up, rarity));
        }
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        all.truncate(TERMS);
        Ok(all.into_iter().map(|(_, _, looked_up, rarity)| (looked_up, rarity)).collect())
    }

    /// The live documents of a locale that have a value, segment by segment.
    fn having(&self, sieves: &[Sieve<'_>], term: &Term) -> Result<Vec<(usize, DocId)>, Error> {
        let mut all = Vec::new();
        for (place, (segment, sieve)) in self.segments.iter().zip(sieves).enumerate() {
            let Some(mut list) = segment.list(term)? else { continue };
            let mut doc = list.doc();
            // Ends: each round reads on, and a list has an end.
            while doc != TERMINATED {
                if !segment.is_deleted(doc) && sieve.keeps(doc) {
                    all.push((place, doc));
                }
                doc = list.advance();
            }
        }
        Ok(all)
    }

    fn alike(&self, of: &Alike<'_>, limit: usize) -> Result<Vec<(ArticleId, f64)>, Error> {
        let size = self.sizes.get(of.locale.as_str()).copied().unwrap_or(0);
        let mut budget = Budget::unlimited();
        let sieves = self.segments.iter().map(|segment| Sieve::of(segment.columns(), of.locale)).collect::<Result<Vec<_>, _>>()?;
        let mut shared: HashMap<(usize, DocId), Shared> = HashMap::new();
        let telling = self.telling(of, size, &mut budget)?;
        for (place, (segment, sieve)) in self.segments.iter().zip(&sieves).enumerate() {
            for (looked_up, rarity) in &telling {
                for found in scan::all(segment, looked_up, *rarity, &mut budget)? {
                    if sieve.keeps(found.doc) {
                        shared.entry((place, found.doc)).or_default().words += found.score;
                    }
                }
            }
        }
        let [_, _, tag, ..] = self.fields.facts;
        let mut frequent = Vec::new();
        for (id, weight) in of.tags {
            let term = Term::from_field_text(tag, &id.to_string());
            let frequency = self.frequency(&term, &mut budget)?;
            if frequency > MOST {
                frequent.push((id.to_string(), weight * idf(frequency, size) / idf(1, size.max(2))));
                continue;
            }
            let having = self.having(&sieves, &term)?;
            let weight = weight * idf(u64::try_from(having.len()).unwrap_or(u64::MAX), size) / idf(1, size.max(2));
            having.into_iter().for_each(|at| shared.entry(at).or_default().tags += weight);
        }
        for id in of.around {
            let having = self.having(&sieves, &Term::from_field_bytes(self.fields.article, id.uuid().as_bytes()))?;
            having.into_iter().for_each(|at| _ = shared.entry(at).or_default());
        }
        let facts = sieves.iter().map(|sieve| Facts::of(sieve.columns, of, &frequent)).collect::<Result<Vec<_>, _>>()?;
        for ((place, doc), shared) in &mut shared {
            facts.get(*place).into_iter().for_each(|facts| facts.note(*doc, shared));
        }
        let mut own = None;
        let mut found: Vec<(Uuid, Candidate)> = Vec::new();
        for ((place, doc), shared) in shared {
            let Some(columns) = sieves.get(place).map(|sieve| sieve.columns) else { continue };
            let (article, published_at) = (columns.id(doc), columns.published_at(doc));
            if article == of.article.uuid() {
                own = Some(shared.words);
                continue;
            }
            found.push((article, Candidate { shared: Shared { days: days(of.published_at, published_at), ..shared }, published_at }));
        }
        // A story of few words that others have shares little with any, however much that is of these.
        let most = found.iter().map(|(_, one)| one.shared.words).fold(0.0, f64::max);
        let whole = own.filter(|own| *own > 0.0).unwrap_or(most).max(f64::MIN_POSITIVE);
        let whole = whole * part(TERMS, telling.len());
        let scored = |(article, Candidate { shared, published_at }): (Uuid, Candidate)| {
            let words = (shared.words / whole).min(1.0);
            Shared { words, ..shared }.score().map(|score| (article, score, published_at))
        };
        let mut scored: Vec<_> = found.into_iter().filter_map(scored).collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| Reverse((a.2, a.0)).cmp(&Reverse((b.2, b.0)))));
        scored.truncate(limit);
        Ok(scored.into_iter().map(|(article, score, _)| (article.into(), score)).collect())
    }
}

impl SearchIndex {
    /// The stories that are most like a live one, the nearest first, so many at most; each with how near it is, which nobody is told.
    ///
    /// # Errors
    /// [`Error::SearchBuilding`] where there is no index yet; [`Error::Internal`] when it cannot be read.
    pub fn alike(&self, of: &Alike<'_>, limit: usize) -> Result<Vec<(ArticleId, f64)>, Error> {
        let Read { snapshot, .. } = self.reading()?;
        snapshot.alike(of, limit)
    }
}
