//! What an article looks like to readers.

use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    delivery::{
        listening::Audio,
        media::Lead,
        names::{Alternate, Author, Section, SectionRef, Tag},
    },
    domain::{
        Instant, Locale,
        article::{self, Genre, Kind},
        author::{self, AuthorKind},
        body,
        correction::{CorrectionId, CorrectionKind},
        freshness::{Freshness, StaleBlock},
        locale::Direction,
        section, tag,
        tag::TagKind,
        vocabulary::vocabulary,
    },
};

vocabulary! {
    /// In which form a body is delivered.
    pub enum BodyFormat {
        /// HTML.
        Html => "html",
        /// Dateline's own document, with block ids.
        Doc => "doc",
        /// Plain text.
        Text => "text",
        /// Markdown.
        Markdown => "markdown",
        /// Portable Text.
        PortableText => "portable_text",
        /// Not at all.
        None => "none",
    }
}

/// The body of a story, in the form that was asked for.
#[derive(Debug, Clone, Serialize)]
pub struct Body {
    /// Its form.
    pub format: BodyFormat,
    /// A string for `html`, `text` and `markdown`; an object for `doc`; an array for `portable_text`.
    pub content: Value,
}

impl PartialSchema for Body {
    fn schema() -> RefOr<Schema> {
        body::schema::body("", &["html", "text", "markdown"], true, false)
    }
}

impl ToSchema for Body {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        body::schema::refer(schemas);
    }
}

/// An author in a credit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CreditedAuthor {
    /// Its id.
    pub id: author::AuthorId,
    /// What it is.
    pub kind: AuthorKind,
    /// The locale of its name.
    pub locale: Locale,
    /// Which way the script of that locale runs.
    pub direction: Direction,
    /// Its name.
    #[schema(example = "Digital Desk")]
    pub name: String,
    /// Its slug.
    #[schema(example = "digital-desk")]
    pub slug: String,
    /// Absolute URL of its page.
    pub url: String,
}

/// Authors in a role.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Credit {
    /// The role.
    #[schema(example = "reported_by")]
    pub role: String,
    /// The locale of its label; null when nobody has labelled the role, which is then told itself.
    pub locale: Option<Locale>,
    /// Which way the script of the label runs.
    pub direction: Direction,
    /// Its label in the reader's language, or the nearest there is.
    #[schema(example = "Reported by")]
    pub label: String,
    /// The authors, in order.
    pub authors: Vec<CreditedAuthor>,
}

/// A tag on an article.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TagRef {
    /// Its id.
    pub id: tag::TagId,
    /// What it names.
    pub kind: TagKind,
    /// The locale of its name.
    pub locale: Locale,
    /// Which way the script of that locale runs.
    pub direction: Direction,
    /// Its name.
    #[schema(example = "Diplomacy")]
    pub name: String,
    /// Its slug.
    #[schema(example = "diplomacy")]
    pub slug: String,
    /// Absolute URL of its page.
    pub url: String,
}

/// The section of an article, with those above it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ArticleSection {
    /// Its id.
    pub id: section::SectionId,
    /// The locale of its name.
    pub locale: Locale,
    /// Which way the script of that locale runs.
    pub direction: Direction,
    /// Its name.
    #[schema(example = "World")]
    pub name: String,
    /// Its slug.
    #[schema(example = "world")]
    pub slug: String,
    /// Absolute URL of its page.
    pub url: String,
    /// The sections above it and itself, from the top.
    pub path: Vec<SectionRef>,
}

/// What search engines and link previews show.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Seo {
    /// The title; the headline, unless the desk gave another.
    pub title: String,
    /// The description; the summary, unless the desk gave another.
    pub description: String,
}

/// Whether the words of a translation still say what its source says.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TranslationStatus {
    /// The locale that they were translated from.
    pub made_from: Locale,
    /// Whether they keep up with it.
    pub status: Freshness,
    /// How many published revisions the source is ahead; minor ones do not count.
    pub behind: i32,
    /// Fields of the source that have changed since, as JSON pointers.
    #[schema(example = json!(["#/headline"]))]
    pub changed_fields: Vec<String>,
    /// Blocks of the source that have changed since, with the blocks of these words that render them.
    pub changed_blocks: Vec<StaleBlock>,
}

/// Whether the article is to be had in a language, and keeps up there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LanguageStatus {
    /// The locale.
    pub locale: Locale,
    /// Whether there are words, and whether they keep up with their source.
    pub status: Freshness,
    /// How many published revisions their source is ahead.
    pub behind: i32,
}

/// What the newsroom says of a story that was not right.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CorrectionNote {
    /// Its id.
    pub id: CorrectionId,
    /// What kind it is.
    pub kind: CorrectionKind,
    /// What it says.
    #[schema(example = "An earlier version gave the wrong height of the river.")]
    pub text: String,
    /// The locale of the text, which may be another one than the article's.
    pub locale: Locale,
    /// Which way the script of that locale runs.
    pub direction: Direction,
    /// The blocks of the original that it concerns; blocks of a translation name them as their `source`.
    pub blocks: Vec<String>,
    /// When it was made.
    pub made_at: Instant,
}

/// Short names of the site's time zone at the instants of an article, in its language, to print beside them: CLDR's, else `GMT+5:45`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimeZoneNames {
    /// At its first publication.
    #[schema(example = "EDT")]
    pub published_at: String,
    /// At its last significant publication.
    #[schema(example = "EST")]
    pub updated_at: String,
}

/// An article in one language.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Article {
    /// Its id, the same in all languages.
    pub id: article::ArticleId,
    /// The locale of these words.
    pub locale: Locale,
    /// The locale that was asked for, when these words are in another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub requested_locale: Option<Locale>,
    /// Which way the script runs.
    pub direction: Direction,
    /// The form.
    pub kind: Kind,
    /// The genre.
    pub genre: Genre,
    /// The slug.
    #[schema(example = "river-rises-overnight")]
    pub slug: String,
    /// Absolute URL of its page.
    pub url: String,
    /// The headline.
    #[schema(example = "River rises overnight")]
    pub headline: String,
    /// The summary (dek); empty when there is none.
    pub summary: String,
    /// The section, with its path.
    pub section: ArticleSection,
    /// Who made it, by role.
    pub credits: Vec<Credit>,
    /// What it is about.
    pub tags: Vec<TagRef>,
    /// The lead picture or video.
    pub lead: Option<Lead>,
    /// These very words to listen to; null while there is no sound of them.
    pub audio: Option<Audio>,
    /// The body; absent with `body=none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub body: Option<Body>,
    /// Words of the body.
    pub word_count: i32,
    /// Minutes to read it.
    pub reading_minutes: i32,
    /// First publication in this language.
    pub published_at: Instant,
    /// Last significant publication in this language.
    pub updated_at: Instant,
    /// What the site's time zone is called at these.
    pub time_zone_names: TimeZoneNames,
    /// The locale of the original.
    pub source_locale: Locale,
    /// The languages it is live in, this one among them, in the order of the language switcher; on rows of lists with `include=languages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = true, nullable = false)]
    pub alternates: Option<Vec<Alternate>>,
    /// Whether these words keep up with their source; null for an original.
    pub translation: Option<TranslationStatus>,
    /// How it stands in every language of the site, in the order of the language switcher; on rows of lists with `include=languages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = true, nullable = false)]
    pub languages: Option<Vec<LanguageStatus>>,
    /// What was not right, newest first.
    pub corrections: Vec<CorrectionNote>,
    /// Whether the newsroom has retracted it: show the correction of kind `retraction` with it.
    pub retracted: bool,
    /// For search engines.
    pub seo: Seo,
    /// In a collection, of what is pinned: where, and what of it is for this place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pinned: Option<Pinned>,
    /// Articles on the same subjects, the nearest first; with `include=related`, which brings them in `included`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub related: Option<Vec<article::ArticleId>>,
    /// What was asked to come along; on a list it stands beside the articles.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub included: Option<Included>,
}

/// How editors have put a story where it stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Pinned {
    /// The slot that it stands at, counted from 1.
    #[schema(example = 1)]
    pub position: i32,
    /// Whether `headline` is one for this place; its own page has its own.
    pub own_headline: bool,
    /// Whether `lead` is a picture for this place.
    pub own_lead: bool,
}

vocabulary! {
    /// What of an article can be asked for alone.
    pub enum Field {
        /// Its id.
        Id => "id",
        /// The locale of its words.
        Locale => "locale",
        /// The locale that was asked for.
        RequestedLocale => "requested_locale",
        /// Which way the script runs.
        Direction => "direction",
        /// The form.
        Kind => "kind",
        /// The genre.
        Genre => "genre",
        /// The slug.
        Slug => "slug",
        /// The address.
        Url => "url",
        /// The headline.
        Headline => "headline",
        /// The summary.
        Summary => "summary",
        /// The section.
        Section => "section",
        /// The credits.
        Credits => "credits",
        /// The tags.
        Tags => "tags",
        /// The lead picture or video.
        Lead => "lead",
        /// The words to listen to.
        Audio => "audio",
        /// The body.
        Body => "body",
        /// Words of the body.
        WordCount => "word_count",
        /// Minutes to read it.
        ReadingMinutes => "reading_minutes",
        /// First publication.
        PublishedAt => "published_at",
        /// Last significant publication.
        UpdatedAt => "updated_at",
        /// What the site's time zone is called at these.
        TimeZoneNames => "time_zone_names",
        /// The locale of the original.
        SourceLocale => "source_locale",
        /// The languages it is live in.
        Alternates => "alternates",
        /// Whether the words keep up with their source.
        Translation => "translation",
        /// How it stands in every language.
        Languages => "languages",
        /// What was not right.
        Corrections => "corrections",
        /// Whether it is retracted.
        Retracted => "retracted",
        /// For search engines.
        Seo => "seo",
        /// In a collection, of what is pinned: where, and what of it is for this place.
        Pinned => "pinned",
    }
}

/// Things that came along, each once.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Included {
    /// Sections.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// Authors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Author>,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Articles: related ones without bodies, and the same ones in other languages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub articles: Vec<Article>,
}

impl Included {
    /// With what came along in another language: each once in each.
    pub(super) fn join(&mut self, other: Self) {
        fn join<T, K: PartialEq>(all: &mut Vec<T>, others: Vec<T>, key: impl Fn(&T) -> K) {
            for other in others {
                if all.iter().all(|one| key(one) != key(&other)) {
                    all.push(other);
                }
            }
        }
        join(&mut self.sections, other.sections, |s| (s.id, s.locale.clone()));
        join(&mut self.authors, other.authors, |a| (a.id, a.locale.clone()));
        join(&mut self.tags, other.tags, |t| (t.id, t.locale.clone()));
        join(&mut self.articles, other.articles, |a| (a.id, a.locale.clone()));
    }
}
