//! What a reader sees of the desk.
//!
//! **Context.** A section's editor is to read the section, a Hindi translator what there is to translate; neither is to read what another
//! desk has not published. **Decision.** Reading follows the grants that allow it, together: each shows the articles of its section, and of
//! these the words in its locale. Whoever sees an article sees its facts, the original, and what is public of it now; who created it sees all of it, and whoever
//! is assigned sees what they work on. A site that wants every desk to read every other says `desk_reading: open`. **Consequence.** What is
//! hidden is looked for as if it were not there, in the query that looks for it, so that nothing can tell it from what is absent.

use std::sync::Arc;

use super::token::PreviewPass;
use crate::domain::{
    Id, Locale,
    api_key::Bounds,
    article::{Article, Shown},
    section::Section,
    user::User,
};

/// What a read may show.
#[derive(Debug, Clone)]
pub struct Visibility(Viewer);

/// The kinds of readers.
#[derive(Debug, Clone)]
pub enum Viewer {
    /// Everybody.
    Public,
    /// Whoever holds a preview of this article.
    One(Id<Article>),
    /// Who reads the whole desk.
    Desk,
    /// Who reads what grants within limits show.
    Granted(Arc<Reach>),
}

/// How far grants within limits show.
#[derive(Debug)]
pub struct Reach {
    /// Whose articles and assignments show besides.
    pub user: Id<User>,
    /// What the grants show.
    pub places: Vec<Place>,
    /// Outside of which nothing shows, not even their own: the bounds of the API key that asks.
    pub within: Option<Arc<Bounds>>,
}

/// What one grant shows.
#[derive(Debug, Clone)]
pub struct Place {
    /// Of this section and those below it, or of all.
    pub section: Option<Id<Section>>,
    /// The words in this locale, or in all.
    pub locale: Option<Locale>,
}

impl Reach {
    /// The sections of which articles are shown; nothing when they are of every section.
    #[must_use]
    pub fn sections(&self) -> Option<Vec<Id<Section>>> {
        self.places.iter().map(|p| p.section).collect()
    }

    /// The sections outside of which nothing shows, if there are any.
    #[must_use]
    pub fn bound_sections(&self) -> Option<&[Id<Section>]> {
        self.within.as_ref()?.sections.as_deref()
    }

    /// The locales outside of which nothing shows but originals and what is public, if there are any.
    #[must_use]
    pub fn bound_locales(&self) -> Option<&[Locale]> {
        self.within.as_ref()?.locales.as_deref()
    }

    /// The words that the grants show of an article in a section with those above it.
    #[must_use]
    pub fn shown(&self, created_by: Option<Id<User>>, path: &[Id<Section>]) -> Shown {
        let here = |p: &&Place| p.section.is_none_or(|s| path.contains(&s));
        if created_by == Some(self.user) || self.places.iter().filter(here).any(|p| p.locale.is_none()) {
            return self.bound_locales().map_or(Shown::All, |bound| Shown::Only(bound.iter().cloned().collect()));
        }
        Shown::Only(self.places.iter().filter(here).filter_map(|p| p.locale.clone()).collect())
    }
}

impl Visibility {
    /// What everybody sees: live editions, and names.
    #[must_use]
    pub fn public() -> Self {
        Self(Viewer::Public)
    }

    /// What whoever holds a preview sees: that one article.
    #[must_use]
    pub fn preview(pass: &PreviewPass) -> Self {
        Self(Viewer::One(pass.article()))
    }

    /// What such a reader sees; `access` alone says who is one.
    pub(super) fn new(viewer: Viewer) -> Self {
        Self(viewer)
    }

    /// Whether nothing of the desk is hidden.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self.0, Viewer::Desk)
    }

    /// What kind of reader sees it.
    #[must_use]
    pub fn viewer(&self) -> &Viewer {
        &self.0
    }
}
