//! Freshness: whether a translation still says what its source says.
//!
//! A translation records the revision of its source that it was made from. It is stale when the source has published newer
//! revisions since, minor publications aside; then it is told how many, and what of the source has changed. Blocks that only moved make nothing stale:
//! what they say is rendered already, and that they stand elsewhere now is told.
//!
//! **Sources in a row.** Bengali may be made from Hindi, and Hindi from English. When English moves on and Hindi has not yet, Bengali is `current`: it says
//! what the Hindi says that it renders, and whoever translates into it has nothing to work from before Hindi follows. It is told that English has
//! moved on, as [`Upstream`]; stale it becomes when Hindi is published anew.

use std::{collections::HashMap, ops::Not};

use serde::{Deserialize, Serialize};

use utoipa::ToSchema;

use super::{
    Locale,
    body::{BlockId, Document},
    diff::{
        self,
        blocks::{Touch, touched},
    },
    translation::Words,
    vocabulary::vocabulary,
    write_transaction,
};

vocabulary! {
    /// Whether the words of a locale keep up with their source.
    pub enum Freshness {
        /// They say what the source says; so does the source itself.
        Current => "current",
        /// The source has moved on since.
        Stale => "stale",
        /// There are none.
        Missing => "missing",
    }
}

impl Freshness {
    /// The freshness of words that are this many published revisions behind.
    #[must_use]
    pub fn of(behind: i32) -> Self {
        if behind > 0 { Self::Stale } else { Self::Current }
    }
}

vocabulary! {
    /// What became of a block of the source since.
    pub enum SourceFate {
        /// It is new.
        Added => "added",
        /// It says something else.
        Changed => "changed",
        /// It is gone.
        Removed => "removed",
        /// It says what it said, elsewhere.
        Moved => "moved",
    }
}

/// A block of the source that is not what it was, and the block of the translation that renders it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StaleBlock {
    /// The block of the source.
    pub source: String,
    /// The block of the translation, where one renders it.
    pub block: Option<String>,
    /// What became of the source's.
    pub fate: SourceFate,
    /// Whether it was concluded from where both stand that the one renders the other; said only where it was.
    #[serde(default, skip_serializing_if = "Not::not")]
    #[schema(required = false)]
    pub guessed: bool,
}

/// A source further up that has moved on, while the ones below it have not followed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Upstream {
    /// Its locale.
    pub locale: Locale,
    /// How many published revisions it is ahead of what was made from it.
    #[schema(minimum = 1, example = 1)]
    pub behind: i32,
}

/// What of the source has changed since a translation was made from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    /// Fields, as JSON pointers (`#/headline`).
    pub fields: Vec<String>,
    /// Blocks of the body, in the order of the source.
    pub blocks: Vec<StaleBlock>,
}

impl Lag {
    /// True when there is nothing to translate in it: blocks moved at most, or what changed is in no words, such as the slug.
    #[must_use]
    pub fn is_of_no_words(&self) -> bool {
        self.fields.is_empty() && self.blocks.iter().all(|block| block.fate == SourceFate::Moved)
    }

    /// What is told of a source that is this many published revisions ahead: where it is not, what moved, which makes nothing stale.
    #[must_use]
    pub fn of(self, behind: i32) -> Self {
        match Freshness::of(behind) {
            Freshness::Stale => self,
            _ => Self { fields: Vec::new(), blocks: self.blocks.into_iter().filter(|block| block.fate == SourceFate::Moved).collect() },
        }
    }
}

/// What has changed between the source that a translation was made from and the source as it is published now. Linear in all three.
#[must_use]
pub fn lag(made_from: &Words, published: &Words, translation: &Document) -> Lag {
    write_transaction::assert_none();
    let mut renders: HashMap<&BlockId, (&BlockId, bool)> = HashMap::new();
    for block in &translation.blocks {
        if let Some(source) = &block.source {
            renders.entry(&source.id).or_insert((&block.id, source.guessed));
        }
    }
    let told = |(id, touch): (&BlockId, Touch)| {
        let fate = match touch {
            Touch::Added => SourceFate::Added,
            Touch::Changed => SourceFate::Changed,
            Touch::Removed => SourceFate::Removed,
            Touch::Moved => SourceFate::Moved,
        };
        let (block, guessed) = renders.get(id).map(|(block, guessed)| (block.to_string(), *guessed)).unzip();
        StaleBlock { source: id.to_string(), block, fate, guessed: guessed.unwrap_or_default() }
    };
    let fields = diff::changed_texts(&made_from.content, &published.content).map(|text| text.pointer.to_owned()).collect();
    Lag { fields, blocks: touched(&made_from.body, &published.body).into_iter().map(told).collect() }
}
