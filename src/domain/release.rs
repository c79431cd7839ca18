//! Releases: articles and locales that become public together.

use super::{Error, Id, Instant, Locale, Version, article::Article, plan::Revisions, user::User, vocabulary::vocabulary};

vocabulary! {
    /// Where a release stands.
    pub enum ReleaseState {
        /// It is being put together.
        Open => "open",
        /// It is to be published at an instant.
        Scheduled => "scheduled",
        /// It could not be published at its instant.
        Failed => "failed",
        /// It was published.
        Published => "published",
    }
}

/// The words of an article in a locale, to the revision, in a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The article.
    pub article_id: Id<Article>,
    /// The locale.
    pub locale: Locale,
    /// What becomes public.
    pub revisions: Revisions,
}

/// Articles and locales that become public together, all or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its id.
    pub id: Id<Release>,
    /// What it is called.
    pub name: String,
    /// When it is to be published; nobody has said so yet, when there is none.
    pub publish_at: Option<Instant>,
    /// When it was published.
    pub published_at: Option<Instant>,
    /// Who said when: it is published in their name.
    pub planned_by: Option<Id<User>>,
    /// When it could not be.
    pub failed_at: Option<Instant>,
    /// Why it could not be.
    pub failure: Option<String>,
    /// What is in it, in order.
    pub items: Vec<Item>,
    /// Its newest version.
    pub version: Version,
    /// Who made it.
    pub created_by: Option<Id<User>>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
}

impl Release {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> ReleaseState {
        match (self.published_at, self.failed_at, self.publish_at) {
            (Some(_), ..) => ReleaseState::Published,
            (None, Some(_), _) => ReleaseState::Failed,
            (None, None, Some(_)) => ReleaseState::Scheduled,
            (None, None, None) => ReleaseState::Open,
        }
    }

    /// Nothing, while it can still be changed and published.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `published`.
    pub fn unpublished(&self) -> Result<(), Error> {
        if self.published_at.is_some() {
            return Err(Error::Conflict { code: "published", detail: "this release was published".to_owned() });
        }
        Ok(())
    }

    /// The next version, changed now.
    #[must_use]
    pub fn next(self, now: Instant) -> Self {
        Self { version: self.version.saturating_add(1), updated_at: now, ..self }
    }
}

/// The id of a release.
pub type ReleaseId = Id<Release>;
