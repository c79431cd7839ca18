//! What is asked of the index.

use std::collections::{BTreeSet, HashSet};

use uuid::Uuid;

use crate::domain::{
    Instant, Locale,
    article::{ArticleId, Genre, Kind},
    page::{Cursor, Sorting},
    recency::Recency,
    vocabulary::vocabulary,
};

vocabulary! {
    /// In which order what was found comes.
    #[derive(Default)]
    pub enum Ranking {
        /// What fits best first, newer stories before older ones that fit as well.
        #[default]
        Relevance => "relevance",
        /// Last published first.
        Newest => "-published_at",
    }
}

impl Ranking {
    /// How a list in this order is sorted.
    #[must_use]
    pub fn sorting(self) -> Sorting {
        match self {
            Self::Relevance => Sorting::FoundByRelevance,
            Self::Newest => Sorting::FoundNewest,
        }
    }
}

vocabulary! {
    /// What the stories that were found are counted by.
    pub enum FacetKind {
        /// The section they are filed in, and those above it.
        Section => "section",
        /// Who is credited.
        Author => "author",
        /// What they are about.
        Tag => "tag",
        /// Their kind.
        Kind => "kind",
        /// The year of their first publication, in UTC.
        Year => "year",
    }
}

/// Ids of sections, authors and tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Sections, each of those below them named too.
    pub sections: Vec<Uuid>,
    /// Authors.
    pub authors: Vec<Uuid>,
    /// Tags.
    pub tags: Vec<Uuid>,
    /// Kinds.
    pub kinds: Vec<Kind>,
    /// Genres.
    pub genres: Vec<Genre>,
    /// Articles.
    pub ids: Vec<ArticleId>,
}

/// Which stories are looked among. A list of several takes what is of any of them; an empty one asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Among {
    /// Of these.
    pub of: Named,
    /// Carrying each of these tags.
    pub all_tags: Vec<Uuid>,
    /// Of none of these.
    pub without: Named,
    /// What has left the public since the index was brought up: articles, in a language or in all.
    pub departed: HashSet<(ArticleId, Option<Locale>)>,
    /// First published at or after this instant.
    pub published_after: Option<Instant>,
    /// First published before this instant.
    pub published_before: Option<Instant>,
    /// Last updated at or after this instant.
    pub updated_after: Option<Instant>,
}

/// In which languages a story is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Languages {
    /// In the first of these that it is live in.
    Chain(Vec<Locale>),
    /// In each of these; it is found once, in the one whose words fit best.
    Any(Vec<Locale>),
}

impl Languages {
    /// Each of them.
    #[must_use]
    pub fn locales(&self) -> &[Locale] {
        let (Self::Chain(all) | Self::Any(all)) = self;
        all
    }
}

/// What is asked of the index.
#[derive(Debug, Clone)]
pub struct Query {
    /// What somebody typed.
    pub typed: String,
    /// In which languages.
    pub languages: Languages,
    /// Among which stories.
    pub among: Among,
    /// In which order.
    pub ranking: Ranking,
    /// How new stories are weighed.
    pub recency: Recency,
    /// The beginning of the present day, which ages are counted from.
    pub today: Instant,
    /// Stories that are wanted.
    pub limit: usize,
    /// Where they begin.
    pub cursor: Option<Cursor>,
    /// Whether it is told how many there are in all, which takes longer.
    pub is_counted: bool,
    /// What all that were found are counted by.
    pub facets: BTreeSet<FacetKind>,
}

/// One story that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The article.
    pub article: ArticleId,
    /// The locale whose words were found.
    pub locale: Locale,
    /// What it is sorted by; with the article's id, where a page begins.
    pub key: i64,
    /// How well it fits; comparable within an answer.
    pub score: f64,
}

/// How many stories have a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// An id, the name of a kind, or a year.
    pub value: String,
    /// Stories.
    pub stories: u64,
}

/// A part of what may have been meant by a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// The sign before it: what is left out has one.
    pub before: &'static str,
    /// As it was typed, or else folded.
    pub word: String,
    /// Whether this is what was typed.
    pub is_typed: bool,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// One more than asked for when there are more, in the direction of the cursor.
    pub hits: Vec<Hit>,
    /// How many there are in all, where that was asked; else at least one when there are any.
    pub total: u64,
    /// Of each kind that was asked for, the values that stories have, the most frequent first.
    pub facets: Vec<(FacetKind, Vec<Count>)>,
    /// True when some of what was found has not all of the words.
    pub is_relaxed: bool,
    /// True when there was more to be read than one query may, so that something may be missing.
    pub is_partial: bool,
    /// The last change of the log that the index has taken up.
    pub place: i64,
    /// When it had.
    pub at: Instant,
}
