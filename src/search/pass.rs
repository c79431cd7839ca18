//! What is wanted of a segment, read on from document to document.

use tantivy::{DocId, TERMINATED};

use super::{
    among::Sieve,
    budget::Budget,
    matching::{Match, Segment},
    query::Query,
    scan::Scan,
    terms::LookedUp,
    windows::{WINDOW, Window},
};
use crate::domain::{Error, Locale};

/// What is looked for in a locale.
pub(super) struct Wanted<'q> {
    pub language: usize,
    /// Stories that are live in these are not wanted.
    pub earlier: &'q [Locale],
    /// What has to be there, the rarest first; with its weight.
    pub required: Vec<(LookedUp, f64)>,
    pub optional: Vec<(LookedUp, f64)>,
    pub excluded: Vec<LookedUp>,
}

/// How much of what is required a document has to have.
#[derive(Clone, Copy)]
pub(super) enum Having<'t> {
    /// Any of it.
    Some,
    /// All of it, and a score that may suffice. That is asked again whenever more is known of a document: with the most that its score can still become, and whether it
    /// was found by a typing error so far.
    All(&'t dyn Fn(f64, bool) -> bool),
}

impl Having<'_> {
    /// All of it, whatever the score is.
    pub(super) const ALL: Self = Self::All(&|_, _| true);
}

/// What is wanted, and how far it was read.
pub(super) struct Pass<'a> {
    sieve: Sieve<'a>,
    required: Vec<Scan<'a>>,
    optional: Vec<Scan<'a>>,
    /// Each with whether all was looked up that it stands for.
    excluded: Vec<(Scan<'a>, bool)>,
    matches: Vec<Match>,
}

impl<'a> Pass<'a> {
    /// From the beginning of a segment.
    pub(super) fn new(query: &'a Query, wanted: &'a Wanted<'_>, segment: &'a Segment) -> Result<Self, Error> {
        let excluded = wanted.excluded.iter().map(|looked_up| Ok((Scan::new(segment, looked_up, 0.0)?, looked_up.is_whole)));
        Ok(Self {
            sieve: Sieve::new(segment.columns(), &query.among, (query.languages.locales().get(wanted.language), wanted.earlier))?,
            required: Scan::each(segment, &wanted.required)?,
            optional: Scan::each(segment, &wanted.optional)?,
            excluded: excluded.collect::<Result<_, Error>>()?,
            matches: Vec::new(),
        })
    }

    /// The same, knowing how much frequent words count in which window; those are read for it where that is not remembered, within a budget.
    pub(super) fn bound(mut self, budget: &mut Budget) -> Result<Self, Error> {
        self.required.iter_mut().chain(&mut self.optional).try_for_each(|scan| scan.bound(budget))?;
        Ok(self)
    }

    /// The most that a document can count.
    pub(super) fn most(&self) -> f64 {
        self.required.iter().chain(&self.optional).map(Scan::most).sum()
    }

    /// The most that a document of a window can count; nothing where none has all that is required.
    pub(super) fn most_in(&self, window: usize) -> Option<f64> {
        let required: Vec<f64> = self.required.iter().map(|scan| scan.most_in(window)).collect();
        let optional = self.optional.iter().map(|scan| scan.most_in(window)).sum::<f64>();
        required.iter().all(|most| *most > 0.0).then(|| required.iter().sum::<f64>() + optional)
    }

    /// Tell of every document that has it, in their order.
    pub(super) fn whole(&mut self, having: Having<'_>, budget: &mut Budget, tell: &mut dyn FnMut(&Match)) -> Result<(), Error> {
        // Ends: each round goes on with a later window, and a list has an end.
        loop {
            let those = match having {
                Having::All(_) => self.required.get(..1).unwrap_or_default(),
                Having::Some => &self.required,
            };
            let begin = those.iter().map(Scan::next).min().unwrap_or(TERMINATED);
            if begin == TERMINATED || budget.is_spent() {
                return Ok(());
            }
            self.read(begin.saturating_add(WINDOW).min(TERMINATED), None, having, budget)?;
            self.matches.iter().for_each(&mut *tell);
        }
    }

    /// Tell of the documents of a window that have it, in their order.
    pub(super) fn window(
        &mut self,
        window: &Window,
        having: Having<'_>,
        budget: &mut Budget,
        tell: &mut dyn FnMut(&Match),
    ) -> Result<(), Error> {
        self.go_to(window.documents.start)?;
        self.read(window.documents.end, Some(window.number()), having, budget)?;
        self.matches.iter().for_each(tell);
        Ok(())
    }

    /// Tell of one document, if it has it.
    pub(super) fn at(&mut self, doc: DocId, having: Having<'_>, budget: &mut Budget, tell: &mut dyn FnMut(&Match)) -> Result<(), Error> {
        self.go_to(doc)?;
        self.read(doc.saturating_add(1), None, having, budget)?;
        self.matches.iter().for_each(tell);
        Ok(())
    }

    fn go_to(&mut self, doc: DocId) -> Result<(), Error> {
        let excluded = self.excluded.iter_mut().map(|(scan, _)| scan);
        self.required.iter_mut().chain(&mut self.optional).chain(excluded).try_for_each(|scan| scan.go_to(doc))
    }

    /// Read on up to a document, within a window or not.
    fn read(&mut self, end: DocId, window: Option<usize>, having: Having<'_>, budget: &mut Budget) -> Result<(), Error> {
        let most = |scan: &Scan<'_>| window.map_or_else(|| scan.most(), |window| scan.most_in(window));
        let (matches, sieve) = (&mut self.matches, &self.sieve);
        matches.clear();
        let Some((rarest, others)) = self.required.split_first_mut() else { return Ok(()) };
        let mut open: f64 = others.iter().chain(&self.optional).map(most).sum();
        rarest.until(end, budget, matches)?;
        if let Having::All(may) = having {
            matches.retain(|found| may(found.score + open, found.is_mistyped));
        }
        matches.retain(|found| sieve.keeps(found.doc));
        for (count, other) in (2..).zip(others.iter_mut()) {
            if let Having::All(may) = having {
                open -= most(other);
                other.among(matches, budget, &mut |found, more| *found = more.map_or(*found, |more| sum(*found, more)))?;
                matches.retain(|found| found.count == count && may(found.score + open, found.is_mistyped));
            } else {
                let mut more = Vec::new();
                other.until(end, budget, &mut more)?;
                more.retain(|found| sieve.keeps(found.doc));
                matches.append(&mut more);
                // Stable: what was found first is added to first.
                matches.sort_by_key(|found| found.doc);
                *matches = matches.chunk_by(|a, b| a.doc == b.doc).filter_map(|same| same.iter().copied().reduce(sum)).collect();
            }
        }
        for scan in &mut self.optional {
            scan.among(matches, budget, &mut |found, more| {
                found.score += more.filter(|more| !more.is_mistyped).map_or(0.0, |more| more.score);
            })?;
        }
        for (scan, is_whole) in &mut self.excluded {
            // Whatever has it counts nothing.
            scan.among(matches, budget, &mut |found, there| {
                found.count = there.filter(|there| !there.is_mistyped).map_or(found.count, |_| 0);
            })?;
            matches.retain(|found| found.count > 0);
            // What was not looked at may have it.
            if budget.is_spent() || !*is_whole {
                matches.clear();
            }
        }
        Ok(())
    }
}

/// Two things that a document has.
fn sum(a: Match, b: Match) -> Match {
    Match { doc: a.doc, score: a.score + b.score, is_mistyped: a.is_mistyped || b.is_mistyped, count: a.count.saturating_add(b.count) }
}
