//! Takedowns: removal for legal or safety reasons, with who, when and why.

use super::{Id, Instant, article::Article, user::User};

/// A step that needs a reason: who took it, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Why.
    pub reason: String,
    /// Who.
    pub by: Option<Id<User>>,
    /// When.
    pub at: Instant,
}

/// The takedown of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takedown {
    /// Its id.
    pub id: Id<Takedown>,
    /// The article.
    pub article_id: Id<Article>,
    /// That it was taken down.
    pub taken: Step,
    /// That this was lifted.
    pub lifted: Option<Step>,
    /// That its words were erased.
    pub erased: Option<Step>,
}

/// The id of a takedown.
pub type TakedownId = Id<Takedown>;
