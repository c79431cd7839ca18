//! Comments: what the desk says to itself about an article, in threads that may hang on a block.

use super::{Error, Id, Instant, Locale, Version, article::Article, body::BlockId, user::User};

/// What a thread is about: the article, its words in a locale, or one block of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchor {
    /// The locale of the words; the facts when there is none.
    pub locale: Option<Locale>,
    /// The block of the words.
    pub block: Option<BlockId>,
}

/// A comment: the beginning of a thread, or a reply in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: Id<Comment>,
    /// The article.
    pub article_id: Id<Article>,
    /// The comment that began the thread; none, when it is this one.
    pub parent: Option<Id<Comment>>,
    /// What the thread is about.
    pub anchor: Anchor,
    /// What it says.
    pub text: String,
    /// Who wrote it.
    pub created_by: Option<Id<User>>,
    /// When it was written.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Who said that the thread is done with, and when.
    pub resolved: Option<(Option<Id<User>>, Instant)>,
    /// Its newest version.
    pub version: Version,
}

impl Comment {
    /// A reply in the thread that this comment began, about the same thing.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `#/parent_id` when it is a reply itself.
    pub fn reply(&self, id: Id<Self>, text: String, by: Option<Id<User>>, now: Instant) -> Result<Self, Error> {
        if self.parent.is_some() {
            return Err(Error::invalid("#/parent_id", "reply", "a reply names the comment that began the thread"));
        }
        Ok(Self {
            id,
            article_id: self.article_id,
            parent: Some(self.id),
            anchor: self.anchor.clone(),
            text,
            created_by: by,
            created_at: now,
            updated_at: now,
            resolved: None,
            version: 1,
        })
    }

    /// The thread done with, or open again; the same, when it is so already.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `wrong-state` for a reply.
    pub fn settle(self, resolved: bool, by: Option<Id<User>>, now: Instant) -> Result<Self, Error> {
        if self.parent.is_some() {
            return Err(Error::Conflict { code: "wrong-state", detail: "a thread is resolved, not a reply in it".to_owned() });
        }
        if self.resolved.is_some() == resolved {
            return Ok(self);
        }
        Ok(Self { resolved: resolved.then_some((by, now)), ..self }.next(now))
    }

    /// The comment with another text.
    #[must_use]
    pub fn rewrite(self, text: String, now: Instant) -> Self {
        if text == self.text { self } else { Self { text, ..self }.next(now) }
    }

    fn next(self, now: Instant) -> Self {
        Self { version: self.version.saturating_add(1), updated_at: now, ..self }
    }
}

/// A comment, with the article it is about.
#[derive(Debug, Clone)]
pub struct Remark {
    /// The article.
    pub article: Article,
    /// The comment.
    pub comment: Comment,
}

/// The id of a comment.
pub type CommentId = Id<Comment>;
