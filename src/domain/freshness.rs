//! Freshness: whether a translation still says what its source says.
//!
//! A translation records the revision of its source that it was made from. It is stale when the source has published newer
//! revisions since, minor publications aside; then it is told how many, and what of the source has changed.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use utoipa::ToSchema;

use super::{
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
}

/// What of the source has changed since a translation was made from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    /// Fields, as JSON pointers (`#/headline`).
    pub fields: Vec<String>,
    /// Blocks of the body, in the order of the source.
    pub blocks: Vec<StaleBlock>,
}

/// What has changed between the source that a translation was made from and the source as it is published now. Linear in all three.
#[must_use]
pub fn lag(made_from: &Words, published: &Words, translation: &Document) -> Lag {
    write_transaction::assert_none();
    let mut renders: HashMap<&BlockId, &BlockId> = HashMap::new();
    for block in &translation.blocks {
        if let Some(source) = &block.source {
            renders.entry(source).or_insert(&block.id);
        }
    }
    let told = |(id, touch): (&BlockId, Touch)| {
        let fate = match touch {
            Touch::Added => SourceFate::Added,
            Touch::Changed => SourceFate::Changed,
            Touch::Removed => SourceFate::Removed,
            Touch::Moved => SourceFate::Moved,
        };
        StaleBlock { source: id.to_string(), block: renders.get(id).map(ToString::to_string), fate }
    };
    let fields = diff::changed_texts(&made_from.content, &published.content).map(|text| text.pointer.to_owned()).collect();
    Lag { fields, blocks: touched(&made_from.body, &published.body).into_iter().map(told).collect() }
}
