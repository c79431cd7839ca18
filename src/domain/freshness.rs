//! Freshness: whether a translation still says what its source says.
//!
//! A translation records the revision of its source that it was made from. It is stale when the source has published newer
//! revisions since, minor publications aside; then it is told how many, and what of the source has changed.

use serde::{Deserialize, Serialize};

use utoipa::ToSchema;

use super::{
    body::{Block, BlockId, Document, diff::BlockChange},
    diff,
    translation::Words,
    vocabulary::vocabulary,
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

/// What has changed between the source that a translation was made from and the source as it is published now.
#[must_use]
pub fn lag(made_from: &Words, published: &Words, translation: &Document) -> Lag {
    let compared = diff::words(made_from, published);
    let renders = |source: &BlockId| translation.blocks.iter().find(|b| b.source.as_ref() == Some(source)).map(|b| b.id.to_string());
    let told = |block: &Block, fate| StaleBlock { source: block.id.to_string(), block: renders(&block.id), fate };
    let of = |change: &BlockChange| match change {
        BlockChange::Kept(_) | BlockChange::Moved(_) => None,
        BlockChange::Added(block) => Some(told(block, SourceFate::Added)),
        BlockChange::Removed(block) => Some(told(block, SourceFate::Removed)),
        BlockChange::Changed { after, .. } => Some(told(after, SourceFate::Changed)),
    };
    Lag { fields: compared.fields.iter().map(|f| f.pointer.to_owned()).collect(), blocks: compared.blocks.iter().filter_map(of).collect() }
}
