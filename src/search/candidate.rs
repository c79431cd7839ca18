//! What was found, before anything is read of it.

use std::{cmp::Reverse, collections::BinaryHeap};

use tantivy::DocId;
use uuid::Uuid;

use super::{
    among::Columns,
    matching::{Match, Segment},
    pass::Wanted,
    query::{Query, Ranking},
    rank::{Has, newness, rank},
};
use crate::domain::page::Cursor;

/// Stories that have everything, from which on no others are shown.
pub(super) const ENOUGH: usize = 10;

/// A story that was found, before anything is read of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub key: i64,
    /// How well it fits, whatever the order is.
    pub rank: i64,
    pub score: f64,
    pub has: Has,
    pub article: Uuid,
    /// Its locale's place among those that are looked in.
    pub language: usize,
    pub segment: usize,
    pub doc: DocId,
}

/// What documents are told of with: where they lie, and for whom.
pub(super) struct Within<'a> {
    pub query: &'a Query,
    pub columns: &'a Columns,
    pub segment: usize,
    pub language: usize,
    /// How much has to be there.
    pub required: usize,
}

impl<'a> Within<'a> {
    /// In a segment, which has a place among the others.
    pub(super) fn of(query: &'a Query, wanted: &Wanted<'_>, (place, segment): (usize, &'a Segment)) -> Self {
        let (language, required) = (wanted.language, wanted.required.len());
        Self { query, columns: segment.columns(), segment: place, language, required }
    }
}

/// Of what was found of a story, in several languages or twice, that which fits best; of equals that of the first language.
pub(super) fn each_once(candidates: &mut Vec<Candidate>) {
    candidates.sort_by(|a, b| a.article.cmp(&b.article).then(b.rank.cmp(&a.rank)).then(a.language.cmp(&b.language)));
    candidates.dedup_by_key(|candidate| candidate.article);
}

/// Where a document stands.
pub(super) struct Placement {
    pub key: i64,
    rank: i64,
    score: f64,
    has: Has,
}

impl Within<'_> {
    /// Where a document stands.
    pub(super) fn placed(&self, found: &Match) -> Placement {
        let published_at = self.columns.published_at(found.doc);
        let has = Has::of(found.count, self.required);
        let score = found.score * newness(self.query.recency, self.query.today, published_at);
        let rank = rank(score, has, found.is_mistyped);
        let key = match self.query.ranking {
            Ranking::Relevance => rank,
            Ranking::Newest => published_at.as_micros(),
        };
        Placement { key, rank, score, has }
    }

    /// A document at its place.
    pub(super) fn candidate(&self, found: &Match, Placement { key, rank, score, has }: Placement) -> Candidate {
        let (language, segment) = (self.language, self.segment);
        Candidate { key, rank, score, has, article: self.columns.id(found.doc), language, segment, doc: found.doc }
    }
}

/// The first of what is found, in the order of an answer, and how much is found in all.
pub(super) struct Best {
    most: usize,
    backwards: bool,
    behind: Option<(i64, u128)>,
    count: usize,
    /// All that were found, while they are too few for others not to be shown; before a cursor too.
    few: Vec<Candidate>,
    /// The last of them on top.
    kept: BinaryHeap<Reverse<Placed>>,
}

/// A story and its place, the greater the further ahead.
struct Placed((i64, u128), Candidate);

impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Placed {}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl Best {
    /// So many at most, behind a cursor.
    pub(super) fn new(most: usize, cursor: Option<Cursor>) -> Self {
        let backwards = cursor.is_some_and(|cursor| cursor.backwards);
        let mut best = Self { most, backwards, behind: None, count: 0, few: Vec::new(), kept: BinaryHeap::new() };
        best.behind = cursor.map(|cursor| best.place(cursor.key, cursor.id));
        best
    }

    fn place(&self, key: i64, id: Uuid) -> (i64, u128) {
        if self.backwards { (!key, !id.as_u128()) } else { (key, id.as_u128()) }
    }

    /// One more was found: it is kept, if it is among them.
    pub(super) fn found_in(&mut self, within: &Within<'_>, found: &Match) {
        self.count = self.count.saturating_add(1);
        if self.count <= ENOUGH {
            self.few.push(within.candidate(found, within.placed(found)));
        }
        let newest = within.query.recency.factor(0.0);
        let bound = || rank(found.score * newest, Has::Everything, found.is_mistyped);
        if within.query.ranking == Ranking::Relevance && !self.backwards && !self.reaches(bound()) {
            return;
        }
        let placed = within.placed(found);
        if self.reaches(placed.key) {
            self.keep(within.candidate(found, placed));
        }
    }

    /// Whether one with this key may be among them.
    fn reaches(&self, key: i64) -> bool {
        self.floor().is_none_or(|floor| if self.backwards { key <= floor } else { key >= floor })
    }

    /// How many were found so far, of as many as were read of.
    pub(super) fn found(&self) -> usize {
        self.count
    }

    /// The least key that may be among them, once there are enough.
    pub(super) fn floor(&self) -> Option<i64> {
        let last = self.kept.peek().filter(|_| self.kept.len() >= self.most);
        last.map(|Reverse(last)| if self.backwards { !last.0.0 } else { last.0.0 })
    }

    /// Keep one, if it is among them.
    fn keep(&mut self, candidate: Candidate) {
        let place = self.place(candidate.key, candidate.article);
        if self.behind.is_some_and(|behind| place >= behind) {
            return;
        }
        self.kept.push(Reverse(Placed(place, candidate)));
        if self.kept.len() > self.most {
            self.kept.pop();
        }
    }

    /// What was kept, the first first.
    pub(super) fn kept(self) -> Vec<Candidate> {
        self.kept.into_sorted_vec().into_iter().map(|Reverse(Placed(_, candidate))| candidate).collect()
    }

    /// All that was found, where that is not more than a few.
    pub(super) fn few(self) -> Vec<Candidate> {
        self.few
    }
}
