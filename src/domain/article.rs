//! Articles: the facts that all languages of a story share.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Error, Id, Instant, Locale, Version,
    credit::{Credit, check_role},
    error::Faults,
    media::MediaId,
    section::Section,
    tag::Tag,
    text::{limits, line},
    url::check_web_address,
    user::User,
    vocabulary::vocabulary,
};

vocabulary! {
    /// The form of an article.
    #[schema(as = ArticleKind)]
    pub enum Kind {
        /// A written story.
        Story => "story",
        /// A video with words around it.
        Video => "video",
        /// A series of pictures.
        Gallery => "gallery",
        /// A story told while it happens.
        LiveBlog => "live_blog",
        /// What stands beside the news: about the newsroom, an imprint, a privacy notice. It is in no list but that of its kind.
        Page => "page",
    }
}

impl Kind {
    /// Whether it is news: what lists, front pages, rails and related stories show. What is not stands at `/{slug}` of its locale,
    /// as sections do, and is listed under its kind alone.
    #[must_use]
    pub fn is_news(self) -> bool {
        self != Self::Page
    }
}

vocabulary! {
    /// The journalistic genre of an article.
    pub enum Genre {
        /// What happened.
        News => "news",
        /// What the author thinks of it.
        Opinion => "opinion",
        /// What it means.
        Analysis => "analysis",
        /// How it works.
        Explainer => "explainer",
        /// What somebody answered.
        Interview => "interview",
        /// How good it is.
        Review => "review",
    }
}

/// The lead picture or video of an article; its alternative text and caption are words of each translation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Lead {
    /// One of the media library.
    Library {
        /// Which one.
        media_id: MediaId,
        /// The picture that stands for it until it plays; of videos.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        poster_id: Option<MediaId>,
    },
    /// One that lies elsewhere.
    External(ExternalLead),
}

/// A picture or video that lies elsewhere, as somebody typed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalLead {
    /// Absolute address.
    pub url: String,
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
    /// Whose picture it is: `AP`.
    pub credit: String,
}

impl Lead {
    /// The item of the media library that it is, if it is one.
    #[must_use]
    pub fn media(&self) -> Option<MediaId> {
        match self {
            Self::Library { media_id, .. } => Some(*media_id),
            Self::External(_) => None,
        }
    }

    /// The picture that stands for it until it plays, if one does.
    #[must_use]
    pub fn poster(&self) -> Option<MediaId> {
        match self {
            Self::Library { poster_id, .. } => *poster_id,
            Self::External(_) => None,
        }
    }
}

/// What all languages of an article share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The form.
    pub kind: Kind,
    /// The genre.
    pub genre: Genre,
    /// The section it is filed in.
    pub section_id: Id<Section>,
    /// What it is about, in order.
    pub tags: Vec<Id<Tag>>,
    /// Who made it, in order.
    pub credits: Vec<Credit>,
    /// The lead picture or video.
    pub lead: Option<Lead>,
    /// The locale of the original.
    pub source_locale: Locale,
    /// Nothing of it is public before this instant.
    pub embargo_until: Option<Instant>,
}

impl Facts {
    /// The same where an author or a tag has become one with another: what named both names the other once, in the first of the two places.
    #[must_use]
    pub fn merged(mut self, one: Uuid, into: Uuid) -> Self {
        let mut seen = false;
        self.tags.retain_mut(|tag| {
            let is_it = [one, into].contains(&tag.uuid());
            if is_it {
                *tag = into.into();
            }
            !is_it || !std::mem::replace(&mut seen, true)
        });
        let mut roles = BTreeSet::new();
        self.credits.retain_mut(|credit| {
            let is_it = [one, into].contains(&credit.author_id.uuid());
            if is_it {
                credit.author_id = into.into();
            }
            !is_it || roles.insert(credit.role.clone())
        });
        self
    }

    /// The items of the media library that it shows.
    pub fn media(&self) -> impl Iterator<Item = MediaId> {
        let poster = self.lead.as_ref().and_then(Lead::poster).filter(|poster| self.lead.as_ref().and_then(Lead::media) != Some(*poster));
        self.lead.iter().filter_map(Lead::media).chain(poster)
    }

    /// Nothing, when no list is too long to be looked through.
    ///
    /// # Errors
    /// [`Error::Invalid`] with code `too_many`.
    pub fn check_counts(&self) -> Result<(), Error> {
        let mut faults = Faults::default();
        for (list, count, most) in [("#/tags", self.tags.len(), limits::TAGS), ("#/credits", self.credits.len(), limits::CREDITS)] {
            if count > most {
                faults.add(list, "too_many", format!("at most {most}"));
            }
        }
        faults.or(())
    }

    /// The facts with texts cleaned, when they are valid by themselves and [their counts](Self::check_counts) are.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(mut self) -> Result<Self, Error> {
        let mut faults = Faults::default();
        for (n, tag) in self.tags.iter().enumerate() {
            if self.tags.iter().take(n).any(|earlier| earlier == tag) {
                faults.add(format!("#/tags/{n}"), "repeated", "named already");
            }
        }
        for (n, credit) in self.credits.iter().enumerate() {
            check_role(&mut faults, &format!("#/credits/{n}/role"), &credit.role);
            if self.credits.iter().take(n).any(|earlier| earlier == credit) {
                faults.add(format!("#/credits/{n}"), "repeated", "credited already");
            }
        }
        if !self.kind.is_news() {
            // The pages of tags and authors show what is listed under them: nothing would be, and their links would lead nowhere.
            for (list, is_empty) in [("#/tags", self.tags.is_empty()), ("#/credits", self.credits.is_empty())] {
                if !is_empty {
                    faults.add(list, "not_on_page", format!("a `{}` is in no list of a tag or an author, and has neither", self.kind));
                }
            }
        }
        if let Some(Lead::External(lead)) = &mut self.lead {
            lead.url = check_web_address(&mut faults, "#/lead/url", &lead.url);
            lead.credit = line(&mut faults, "#/lead/credit", &lead.credit, limits::CREDIT);
            for (name, pixels) in [("width", lead.width), ("height", lead.height)] {
                if !(1..=100_000).contains(&pixels) {
                    faults.add(format!("#/lead/{name}"), "out_of_range", "between 1 and 100000 pixels");
                }
            }
        }
        faults.or(self)
    }
}

/// Which words of an article are shown to whoever it was read for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Those of every locale.
    All,
    /// Those of these locales, and no others.
    Only(BTreeSet<Locale>),
}

/// An article: its facts, and where it stands.
#[derive(Debug, Clone)]
pub struct Article {
    /// Its id.
    pub id: Id<Article>,
    /// What all its languages share.
    pub facts: Facts,
    /// The sections above its own and its own, from the top.
    pub section_path: Vec<Id<Section>>,
    /// Newest version of its facts.
    pub version: Version,
    /// Who created it; nobody, when it was imported.
    pub created_by: Option<Id<User>>,
    /// First saved.
    pub created_at: Instant,
    /// Facts last saved.
    pub updated_at: Instant,
    /// When it was taken down, if it is.
    pub withdrawn_at: Option<Instant>,
    /// When it was put into the trash, if it lies there.
    pub trashed_at: Option<Instant>,
    /// Which of its words are shown.
    pub shown: Shown,
}

impl Article {
    /// True when words in this locale are shown, if there are any.
    #[must_use]
    pub fn shows(&self, locale: &Locale) -> bool {
        match &self.shown {
            Shown::All => true,
            Shown::Only(locales) => locales.contains(locale),
        }
    }

    /// The same with all its words, for what is worked out of them whoever asked for it.
    #[must_use]
    pub fn whole(&self) -> Self {
        Self { shown: Shown::All, ..self.clone() }
    }

    /// The article with new facts, one version on.
    ///
    /// # Errors
    /// [`Error::Stale`] when `expected` is not the newest version; [`Error::Invalid`] when the source locale would change.
    pub fn revise(self, expected: Version, facts: Facts, section_path: Vec<Id<Section>>, now: Instant) -> Result<Self, Error> {
        if expected != self.version {
            return Err(Error::stale("article", self.version));
        }
        if facts.source_locale != self.facts.source_locale {
            return Err(Error::invalid("#/source_locale", "read_only", "the source locale stays as it was created"));
        }
        Ok(Self { facts, section_path, version: self.version.saturating_add(1), updated_at: now, ..self })
    }
}

/// The id of an article.
pub type ArticleId = Id<Article>;
