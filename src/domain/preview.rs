//! Previews: working copies that somebody without an account may look at for a while.

use super::{Id, Instant, Locale, article::Article, plan::Revisions, user::User};

/// A preview of the words of an article in a locale, to the revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Its id.
    pub id: Id<Preview>,
    /// The article.
    pub article_id: Id<Article>,
    /// The locale.
    pub locale: Locale,
    /// What it shows.
    pub revisions: Revisions,
    /// Who made it.
    pub created_by: Option<Id<User>>,
    /// When it was made.
    pub created_at: Instant,
    /// Until when it may be looked at.
    pub expires_at: Instant,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Instant>,
}

/// A preview, with the article that it shows.
#[derive(Debug, Clone)]
pub struct Previewed {
    /// The article.
    pub article: Article,
    /// The preview.
    pub preview: Preview,
}

/// The id of a preview.
pub type PreviewId = Id<Preview>;

/// The longest that a preview may be looked at, in seconds.
pub const MAX_SECONDS: i64 = 24 * 3_600;
