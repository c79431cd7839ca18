//! Plans: what is to become public, or to end, at an instant.

use super::{Id, Instant, Locale, Version, article::Article, user::User, vocabulary::vocabulary};

vocabulary! {
    /// What is to be done.
    pub enum PlanVerb {
        /// An edition begins.
        Publish => "publish",
        /// The live edition ends.
        Unpublish => "unpublish",
    }
}

/// The revisions that are to become public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revisions {
    /// Of the words.
    pub words: Version,
    /// Of the facts.
    pub facts: Version,
}

/// What is to be done, with all that this needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// An edition begins.
    Publish {
        /// What becomes public.
        revisions: Revisions,
        /// Whether nothing significant has changed since the publication before.
        minor: bool,
    },
    /// The live edition ends.
    Unpublish,
}

impl Intent {
    /// Its kind; of each kind a locale has one plan at most.
    #[must_use]
    pub fn verb(self) -> PlanVerb {
        match self {
            Self::Publish { .. } => PlanVerb::Publish,
            Self::Unpublish => PlanVerb::Unpublish,
        }
    }

    /// What becomes public; nothing, for an end.
    #[must_use]
    pub fn revisions(self) -> Option<Revisions> {
        match self {
            Self::Publish { revisions, .. } => Some(revisions),
            Self::Unpublish => None,
        }
    }

    /// Whether it is a minor publication.
    #[must_use]
    pub fn is_minor(self) -> bool {
        matches!(self, Self::Publish { minor: true, .. })
    }
}

/// What is to be done with the words of an article in a locale, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: Id<Plan>,
    /// The article.
    pub article_id: Id<Article>,
    /// The locale.
    pub locale: Locale,
    /// What is to be done.
    pub intent: Intent,
    /// When.
    pub at: Instant,
    /// Who planned it.
    pub planned_by: Option<Id<User>>,
    /// When it was planned.
    pub planned_at: Instant,
    /// When it could not be carried out, and why not.
    pub failure: Option<(Instant, String)>,
}

impl Plan {
    /// Its kind.
    #[must_use]
    pub fn verb(&self) -> PlanVerb {
        self.intent.verb()
    }
}

/// The id of a plan.
pub type PlanId = Id<Plan>;
