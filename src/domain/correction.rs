//! Corrections: what the newsroom says of a story that was not right, as data beside its words.

use std::collections::BTreeMap;

use super::{
    Error, Id, Instant, Locale, Version,
    article::Article,
    body::BlockId,
    error::Faults,
    text::{limits, lines},
    user::User,
    vocabulary::vocabulary,
};

vocabulary! {
    /// What kind of correction it is.
    pub enum CorrectionKind {
        /// Something was wrong, and is right now.
        Correction => "correction",
        /// Something could be misunderstood.
        Clarification => "clarification",
        /// Something has happened since.
        Update => "update",
        /// The story does not stand.
        Retraction => "retraction",
    }
}

/// A correction of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its id.
    pub id: Id<Correction>,
    /// The article.
    pub article_id: Id<Article>,
    /// What kind it is.
    pub kind: CorrectionKind,
    /// What it says, by locale.
    pub texts: BTreeMap<Locale, String>,
    /// The blocks of the original that it concerns; a translation's blocks name those they render.
    pub blocks: Vec<BlockId>,
    /// When it was made, as readers are told.
    pub made_at: Instant,
    /// Its newest version.
    pub version: Version,
    /// Who made it.
    pub created_by: Option<Id<User>>,
    /// When it was last changed.
    pub updated_at: Instant,
}

impl Correction {
    /// The correction with texts cleaned, when it is valid by itself.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(mut self) -> Result<Self, Error> {
        let mut faults = Faults::default();
        if self.texts.is_empty() {
            faults.add("#/texts", "required", "say it in one language at least");
        }
        for (locale, text) in &mut self.texts {
            *text = lines(&mut faults, &format!("#/texts/{locale}"), text, limits::CORRECTION);
        }
        if self.blocks.len() > limits::CORRECTION_BLOCKS {
            faults.add("#/blocks", "too_many", format!("at most {}", limits::CORRECTION_BLOCKS));
        }
        faults.or(self)
    }
}

/// A correction, with the article that it corrects.
#[derive(Debug, Clone)]
pub struct Corrected {
    /// The article.
    pub article: Article,
    /// The correction.
    pub correction: Correction,
}

/// The id of a correction.
pub type CorrectionId = Id<Correction>;
