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
    pub verb: PlanVerb,
    /// When.
    pub at: Instant,
    /// What becomes public, to the revision; nothing, for an end.
    pub revisions: Option<Revisions>,
    /// Whether nothing significant has changed since the publication before.
    pub minor: bool,
    /// Who planned it.
    pub planned_by: Option<Id<User>>,
    /// When it was planned.
    pub planned_at: Instant,
    /// When it could not be carried out, and why not.
    pub failure: Option<(Instant, String)>,
}

/// The id of a plan.
pub type PlanId = Id<Plan>;
