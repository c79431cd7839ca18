//! What a page looks like to frontends.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    delivery::{
        articles::{Article, Body, Included, LanguageStatus, Pinned, TimeZoneNames},
        collections::CollectionInfo,
        media::Lead,
        menus::Menu,
        names::{Alternate, Author, Section, SectionRef, Tag},
        site::SiteInfo,
    },
    domain::{
        Instant, Locale,
        article::{ArticleId, Genre, Kind},
        locale::Direction,
        page::PageInfo,
        section::SectionId,
        vocabulary::vocabulary,
    },
};

/// A story as lists and rails show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Card {
    /// Its id.
    pub id: ArticleId,
    /// The locale of its words.
    pub locale: Locale,
    /// Which way the script of that locale runs.
    pub direction: Direction,
    /// The form.
    pub kind: Kind,
    /// The genre.
    pub genre: Genre,
    /// Absolute URL of its page.
    pub url: String,
    /// The headline.
    #[schema(example = "River rises overnight")]
    pub headline: String,
    /// The summary; empty when there is none.
    pub summary: String,
    /// Its section.
    pub section: SectionRef,
    /// The names of those who are credited in the first role, in order.
    #[schema(example = json!(["Asha Rao"]))]
    pub byline: Vec<String>,
    /// The lead picture or video.
    pub lead: Option<Lead>,
    /// The body, where a page of stories is asked for with `body=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub body: Option<Body>,
    /// Minutes to read it.
    pub reading_minutes: i32,
    /// First publication.
    pub published_at: Instant,
    /// Last significant publication.
    pub updated_at: Instant,
    /// What the site's time zone is called at these.
    pub time_zone_names: TimeZoneNames,
    /// Whether the newsroom has retracted it.
    pub retracted: bool,
    /// The languages it is live in, this one among them; with `include=languages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub alternates: Option<Vec<Alternate>>,
    /// How it stands in every language of the site; with `include=languages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub languages: Option<Vec<LanguageStatus>>,
    /// Articles on the same subjects, the nearest first; with `include=related`, which brings them in `included`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub related: Option<Vec<ArticleId>>,
    /// Where editors have pinned it: the slot, and what of it is for this place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pinned: Option<Pinned>,
}

/// An entry of the navigation, with those below it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NavigationItem {
    /// The section.
    pub id: SectionId,
    /// The locale of its name.
    pub locale: Locale,
    /// Which way the script of that locale runs.
    pub direction: Direction,
    /// Its name.
    #[schema(example = "World")]
    pub name: String,
    /// Absolute URL of its page.
    pub url: String,
    /// Whether the page is this section's, or lies below it.
    pub current: bool,
    /// The sections below it, in order.
    #[schema(no_recursion)]
    pub children: Vec<NavigationItem>,
}

/// An entry of the language switcher.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LanguageLink {
    /// The locale.
    pub locale: Locale,
    /// The language's own name for itself.
    #[schema(example = "हिंदी")]
    pub name: String,
    /// Which way its script runs.
    pub direction: Direction,
    /// Absolute URL: of this page in that language, or of that language's front page.
    pub url: String,
    /// Whether this page is to be had in that language.
    pub available: bool,
    /// Whether it is the language of this page.
    pub current: bool,
}

/// A link to the same page in another language, as search engines want it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HrefLang {
    /// A language tag, or `x-default`.
    #[schema(example = "hi")]
    pub hreflang: String,
    /// Absolute URL.
    pub href: String,
}

/// A property of the Open Graph protocol.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenGraph {
    /// Its name.
    #[schema(example = "og:title")]
    pub property: String,
    /// Its content.
    pub content: String,
}

/// What goes into the head of a page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Head {
    /// The title.
    pub title: String,
    /// The description; empty when there is none.
    pub description: String,
    /// Absolute URL that the page is to be known by; with its `cursor` where stories go on.
    pub canonical: String,
    /// Absolute URL of the page of stories before this one, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub prev: Option<String>,
    /// Absolute URL of the page of stories after this one, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next: Option<String>,
    /// The languages it is to be had in, itself among them, and the default; none where stories go on, for other languages have others there.
    pub alternates: Vec<HrefLang>,
    /// Open Graph properties, in order.
    pub open_graph: Vec<OpenGraph>,
}

/// What every page has.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Frame {
    /// The language of the page.
    pub locale: Locale,
    /// Which way its script runs.
    pub direction: Direction,
    /// The publication.
    pub site: SiteInfo,
    /// The sections, as a tree.
    pub navigation: Vec<NavigationItem>,
    /// The menus, oldest first.
    pub menus: Vec<Menu>,
    /// The language switcher.
    pub languages: Vec<LanguageLink>,
    /// For the head of the page.
    pub head: Head,
}

vocabulary! {
    /// What a rail shows.
    pub enum RailKind {
        /// The latest of the section.
        LatestInSection => "latest_in_section",
        /// The latest of the site.
        Latest => "latest",
        /// What is read most of the site in 24 hours; empty where nothing was.
        MostRead => "most_read",
        /// What editors have arranged: a collection.
        Collection => "collection",
    }
}

/// Stories beside the page's own.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Rail {
    /// What it shows.
    pub kind: RailKind,
    /// Which collection, if it shows one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub collection: Option<CollectionInfo>,
    /// The stories.
    pub articles: Vec<Card>,
}

/// A page of stories.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Cards {
    /// The stories.
    pub data: Vec<Card>,
    /// Where the pages beside it begin: the `cursor` to ask for.
    pub page: PageInfo,
    /// What was asked to come along with the stories.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub included: Option<Included>,
}

/// What is at a public path, with everything its page shows.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Page {
    /// The front page of a language.
    #[schema(title = "HomePage")]
    Home {
        /// What every page has.
        frame: Frame,
        /// The latest stories, or on its first page those of the collection that makes it.
        articles: Cards,
        /// Collections beside them, where there are any.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        rails: Vec<Rail>,
    },
    /// The page of an article.
    #[schema(title = "ArticlePage")]
    Article {
        /// What every page has.
        frame: Frame,
        /// The article.
        article: Box<Article>,
        /// Stories beside it.
        rails: Vec<Rail>,
    },
    /// The page of a section.
    #[schema(title = "SectionPage")]
    Section {
        /// What every page has.
        frame: Frame,
        /// The section.
        section: Box<Section>,
        /// Its latest stories, or on its first page those of the collection that makes it.
        articles: Cards,
        /// Stories beside them.
        rails: Vec<Rail>,
    },
    /// The page of an author.
    #[schema(title = "AuthorPage")]
    Author {
        /// What every page has.
        frame: Frame,
        /// The author.
        author: Box<Author>,
        /// Their latest stories.
        articles: Cards,
    },
    /// The page of a tag.
    #[schema(title = "TagPage")]
    Tag {
        /// What every page has.
        frame: Frame,
        /// The tag.
        tag: Box<Tag>,
        /// The latest stories that carry it.
        articles: Cards,
    },
    /// Nothing is here any more; the page has another path now.
    #[schema(title = "RedirectPage")]
    Redirect {
        /// The present path, percent-encoded.
        #[schema(example = "/en/world/river-rises-overnight")]
        to: String,
        /// The HTTP status to answer a reader with.
        #[schema(example = 301)]
        status: i32,
    },
}

vocabulary! {
    /// What the page of a problem is.
    pub enum ErrorKind {
        /// The page of what is not there.
        Error => "error",
    }
}

/// What to draw where no page is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorPage {
    /// That it is no other page.
    pub kind: ErrorKind,
    /// What every page has; its languages lead to front pages, and its head is that of one.
    pub frame: Frame,
}

impl Page {
    /// The language of the page, if there is one here.
    #[must_use]
    pub fn locale(&self) -> Option<&Locale> {
        match self {
            Self::Home { frame, .. }
            | Self::Article { frame, .. }
            | Self::Section { frame, .. }
            | Self::Author { frame, .. }
            | Self::Tag { frame, .. } => Some(&frame.locale),
            Self::Redirect { .. } => None,
        }
    }
}
