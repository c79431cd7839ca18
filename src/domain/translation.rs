//! Translations: the words of an article in one locale.

use serde::{Deserialize, Serialize};

use super::{
    Error, Id, Instant, Locale, Version,
    article::Article,
    body::Document,
    content::Content,
    error::{Changed, MovedOn},
    slug::Slug,
    user::User,
    vocabulary::vocabulary,
};

vocabulary! {
    /// Where a working copy stands in its workflow.
    #[schema(as = WorkflowState)]
    pub enum State {
        /// Being written.
        Draft => "draft",
        /// Waiting for an editor.
        InReview => "in_review",
        /// Fit to publish.
        Approved => "approved",
    }
}

vocabulary! {
    /// Why words wait for somebody.
    #[schema(as = WorkReason)]
    pub enum Reason {
        /// They are assigned to them.
        Assigned => "assigned",
        /// Changes to their draft were requested.
        ChangesRequested => "changes_requested",
        /// They are in review, where they review.
        ToReview => "to_review",
        /// They are their draft.
        Draft => "draft",
        /// A thread about them that is open mentions them, and they have said nothing in it since.
        Mentioned => "mentioned",
    }
}

/// The source that a translation was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeFrom {
    /// The source locale.
    pub locale: Locale,
    /// The revision of its words.
    pub version: Version,
}

/// The words of an article in one locale.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    /// All but the body.
    pub content: Content,
    /// The body.
    pub body: Document,
}

impl Words {
    /// All but the body, which is where the bytes are.
    #[must_use]
    pub fn without_body(&self) -> Self {
        Self { content: self.content.clone(), body: Document::default() }
    }
}

/// The working copy of an article in one locale.
#[derive(Debug, Clone, PartialEq)]
pub struct Translation {
    /// The article.
    pub article_id: Id<Article>,
    /// The locale.
    pub locale: Locale,
    /// The slug it will be published under.
    pub slug: Slug,
    /// The words.
    pub words: Words,
    /// Where it stands.
    pub state: State,
    /// Since when changes to it are requested: until it is handed in again, however often it is saved.
    pub changes_requested_at: Option<Instant>,
    /// What it was made from; nothing, for an original.
    pub made_from: Option<MadeFrom>,
    /// Newest version of the words.
    pub version: Version,
    /// Who saved that version; nobody, when it was imported.
    pub updated_by: Option<Id<User>>,
    /// First saved.
    pub created_at: Instant,
    /// Last saved.
    pub updated_at: Instant,
}

/// An article in one of its locales, where words are about to be written.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The article.
    pub article: Article,
    /// The locale.
    pub locale: Locale,
}

/// The working copy of an article in one locale, with the article.
#[derive(Debug, Clone)]
pub struct Copy {
    /// The article.
    pub article: Article,
    /// The words.
    pub translation: Translation,
}

/// What a save brings.
#[derive(Debug, Clone)]
pub struct Save {
    /// The slug to keep or take.
    pub slug: Slug,
    /// The new words.
    pub words: Words,
    /// What it was made from.
    pub made_from: Option<MadeFrom>,
    /// Who saves.
    pub by: Option<Id<User>>,
    /// When.
    pub at: Instant,
}

impl Translation {
    /// New words in a locale, whose count of versions goes on after `last`: 0, when there never were any.
    #[must_use]
    pub fn first(article_id: Id<Article>, locale: Locale, last: Version, save: Save) -> Self {
        Self {
            article_id,
            locale,
            slug: save.slug,
            words: save.words,
            state: State::Draft,
            changes_requested_at: None,
            made_from: save.made_from,
            version: last.saturating_add(1),
            updated_by: save.by,
            created_at: save.at,
            updated_at: save.at,
        }
    }

    /// The translation with new words, one version on and a draft again.
    ///
    /// # Errors
    /// [`Error::Stale`] when `expected` is not the newest version.
    pub fn revise(self, expected: Version, save: Save) -> Result<Self, Error> {
        self.expect(expected)?;
        Ok(Self {
            slug: save.slug,
            words: save.words,
            state: State::Draft,
            made_from: save.made_from,
            version: self.version.saturating_add(1),
            updated_by: save.by,
            updated_at: save.at,
            ..self
        })
    }

    /// The translation where a step in its workflow leaves it: what is a draft then was sent back.
    #[must_use]
    pub fn moved(self, state: State, at: Instant) -> Self {
        Self { state, changes_requested_at: (state == State::Draft).then_some(at), ..self }
    }

    /// The translation with the same words, said to render this revision of its source; one version on, where it stands.
    #[must_use]
    pub fn catch_up(self, made_from: MadeFrom, by: Option<Id<User>>, at: Instant) -> Self {
        Self { made_from: Some(made_from), version: self.version.saturating_add(1), updated_by: by, updated_at: at, ..self }
    }

    /// The same, when `expected` is its newest version.
    ///
    /// # Errors
    /// [`Error::Stale`].
    fn expect(&self, expected: Version) -> Result<(), Error> {
        if expected == self.version { Ok(()) } else { Err(self.stale()) }
    }

    /// The answer to an expectation that is not met.
    #[must_use]
    pub fn stale(&self) -> Error {
        Error::Stale {
            kind: "translation",
            current: self.version,
            changed_by: None,
            changed_at: Some(self.updated_at),
            changed: Changed::unknown(),
            moved: self.moved_on().into(),
        }
    }

    /// That it is at this version by now.
    #[must_use]
    pub fn moved_on(&self) -> MovedOn {
        MovedOn { locale: Some(self.locale.to_string()), current_version: self.version }
    }

    /// The slug that its headline gives; its article's id, when the headline holds no letter and no digit, as one that is still to come.
    #[must_use]
    pub fn derived_slug(article: Id<Article>, locale: &Locale, headline: &str) -> Slug {
        Slug::derive(headline, locale).unwrap_or_else(|| Slug::of_id(article.uuid()))
    }

    /// What its slug comes of, when that still is the one its headline gives, with or without a number.
    #[must_use]
    pub fn stem(&self) -> Option<Slug> {
        Self::stem_of(self.article_id, &self.locale, &self.words.content.headline, &self.slug)
    }

    /// The same for a slug of an article under a headline.
    #[must_use]
    pub fn stem_of(article: Id<Article>, locale: &Locale, headline: &str, slug: &Slug) -> Option<Slug> {
        Some(Self::derived_slug(article, locale, headline)).filter(|stem| slug.is_of(stem))
    }
}
