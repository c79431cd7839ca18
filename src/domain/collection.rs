//! Collections: lists of stories that editors arrange, for a place of the site or for whatever a frontend makes of them.
//!
//! **Decision.** A story is pinned to a slot, for as long as its window is open; what is not live in the reader's language, was taken down or is out
//! of its window leaves its slot to what a query fills in. So that no story stands in a list twice, what is pinned is not filled in, and of two
//! pins of a story the windows are apart. **Consequence.** Nothing of a collection is ever more public than what it shows: it orders what is live, and
//! may call it by another headline and show another picture with it.

use std::{collections::BTreeMap, iter};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Error, Id, Instant, Locale, Version,
    address::AddressKind,
    article::{ArticleId, Genre, Kind},
    author::AuthorId,
    error::Faults,
    locale::keyed,
    media::MediaId,
    page::Order,
    section::{Section, SectionId},
    site::Masthead,
    slug::Slug,
    tag::TagId,
    text::{Length, limits, line},
    vocabulary::vocabulary,
};

vocabulary! {
    /// Which part of the site a collection makes.
    pub enum PlaceKind {
        /// The front page of a language.
        Home => "home",
        /// The front of a section.
        Section => "section",
        /// A rail of front pages.
        RailOfHome => "rail_of_home",
        /// A rail of the pages of sections.
        RailOfSection => "rail_of_section",
        /// A rail of the pages of articles.
        RailOfArticle => "rail_of_article",
    }
}

impl PlaceKind {
    /// Whether there may be several beside each other.
    #[must_use]
    pub fn is_rail(self) -> bool {
        matches!(self, Self::RailOfHome | Self::RailOfSection | Self::RailOfArticle)
    }
}

/// The part of the site that a collection makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CollectionPlace)]
pub struct Place {
    /// Which one.
    pub kind: PlaceKind,
    /// The section whose front it makes; of no other place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub section_id: Option<SectionId>,
}

impl Place {
    /// The front page of a language.
    pub const HOME: Self = Self { kind: PlaceKind::Home, section_id: None };

    /// The front of a section.
    #[must_use]
    pub fn section(id: SectionId) -> Self {
        Self { kind: PlaceKind::Section, section_id: Some(id) }
    }

    /// Rails of a kind.
    #[must_use]
    pub fn rail(kind: PlaceKind) -> Self {
        Self { kind, section_id: None }
    }
}

/// What the change log says of a collection that makes another part of the site than before.
pub const MOVED: &str = "another place";

/// A story that is pinned to a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CollectionItem, example = json!({ "article_id": "0198c5a1-7f00-7000-8000-000000000081", "position": 1 }))]
pub struct Item {
    /// The article.
    pub article_id: ArticleId,
    /// The slot, counted from 1. Where several want one, the first of them has it, and the others have those behind it.
    #[schema(minimum = 1, maximum = 100, example = 1)]
    pub position: i32,
    /// From when on it stands there; at once, when nobody says.
    #[serde(default)]
    pub from: Option<Instant>,
    /// Until when it stands there; for good, when nobody says.
    #[serde(default)]
    pub until: Option<Instant>,
    /// Headlines of its own for this place, by the locale of the words that they stand above.
    #[serde(default, deserialize_with = "keyed")]
    #[schema(example = json!({ "en": "The river, a year on" }))]
    pub headlines: BTreeMap<Locale, String>,
    /// A picture of the media library that is shown with it here, in the place of its own.
    #[serde(default)]
    pub media_id: Option<MediaId>,
}

impl Item {
    /// Whether its window is open at an instant.
    #[must_use]
    pub fn is_open(&self, at: Instant) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// When its window begins or ends after an instant, whichever is next.
    #[must_use]
    pub fn turns_after(&self, at: Instant) -> Option<Instant> {
        [self.from, self.until].into_iter().flatten().filter(|turn| *turn > at).min()
    }

    fn meets(&self, other: &Self) -> bool {
        let ends_first = |one: &Self, other: &Self| one.until.zip(other.from).is_some_and(|(until, from)| until <= from);
        !ends_first(self, other) && !ends_first(other, self)
    }
}

/// What fills the slots that nothing pinned takes: the articles that a list with these parameters shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CollectionQuery, example = json!({ "not_kind": ["video"] }))]
pub struct Query {
    /// In one of these sections or below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub section: Vec<SectionId>,
    /// Credited to one of these authors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub author: Vec<AuthorId>,
    /// Carrying one of these tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub tag: Vec<TagId>,
    /// Carrying each of these tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub tag_all: Vec<TagId>,
    /// Not in any of these sections or below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub not_section: Vec<SectionId>,
    /// Credited to none of these authors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub not_author: Vec<AuthorId>,
    /// Carrying none of these tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub not_tag: Vec<TagId>,
    /// Of one of these kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub kind: Vec<Kind>,
    /// Of none of these kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub not_kind: Vec<Kind>,
    /// Of one of these genres.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub genre: Vec<Genre>,
    /// Of none of these genres.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub not_genre: Vec<Genre>,
    /// First published at or after this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub published_after: Option<Instant>,
    /// First published before this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub published_before: Option<Instant>,
    /// Last updated at or after this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub updated_after: Option<Instant>,
    /// The order; `-published_at` when nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sort: Option<Order>,
}

fn uuids<T>(ids: &[Id<T>]) -> Vec<Uuid> {
    ids.iter().map(|id| id.uuid()).collect()
}

fn merged<T>(ids: &mut Vec<Id<T>>, one: Uuid, into: Uuid) {
    if ids.iter().any(|id| id.uuid() == one) {
        let has_both = ids.iter().any(|id| id.uuid() == into);
        ids.retain(|id| !has_both || id.uuid() != one);
        ids.iter_mut().filter(|id| id.uuid() == one).for_each(|id| *id = Id::from(into));
    }
}

impl Query {
    /// What it names, member by member.
    #[must_use]
    pub fn named(&self) -> [(&'static str, AddressKind, Vec<Uuid>); 7] {
        [
            ("section", AddressKind::Section, uuids(&self.section)),
            ("author", AddressKind::Author, uuids(&self.author)),
            ("tag", AddressKind::Tag, uuids(&self.tag)),
            ("tag_all", AddressKind::Tag, uuids(&self.tag_all)),
            ("not_section", AddressKind::Section, uuids(&self.not_section)),
            ("not_author", AddressKind::Author, uuids(&self.not_author)),
            ("not_tag", AddressKind::Tag, uuids(&self.not_tag)),
        ]
    }

    /// The same, naming one author or tag where it named another, once.
    #[must_use]
    pub fn merged(mut self, one: Uuid, into: Uuid) -> Self {
        [&mut self.author, &mut self.not_author].into_iter().for_each(|ids| merged(ids, one, into));
        [&mut self.tag, &mut self.tag_all, &mut self.not_tag].into_iter().for_each(|ids| merged(ids, one, into));
        self
    }

    fn check(&self, faults: &mut Faults) {
        let named = self.named().map(|(member, _, ids)| (member, ids.len()));
        let words = [
            ("kind", self.kind.len()),
            ("not_kind", self.not_kind.len()),
            ("genre", self.genre.len()),
            ("not_genre", self.not_genre.len()),
        ];
        for (member, _) in named.into_iter().chain(words).filter(|(_, count)| *count > limits::FILTER_NAMES) {
            faults.add(format!("#/query/{member}"), "too_many", format!("at most {}", limits::FILTER_NAMES));
        }
    }
}

/// What is said of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement {
    /// What readers ask for it by.
    pub slug: Slug,
    /// What it is called, by locale.
    pub names: BTreeMap<Locale, String>,
    /// The locale whose readers it is for; for those of all others too, when there is none.
    pub locale: Option<Locale>,
    /// The part of the site that it makes.
    pub place: Option<Place>,
    /// How many stories it shows at most.
    pub limit: i32,
    /// What is pinned.
    pub items: Vec<Item>,
    /// What fills the rest; nothing does, when there is none.
    pub query: Option<Query>,
}

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its id.
    pub id: CollectionId,
    /// What is said of it.
    pub arrangement: Arrangement,
    /// The section whose front it makes, with those above it; nothing where it makes no such front.
    pub section_path: Vec<Id<Section>>,
    /// Newest version.
    pub version: Version,
    /// First saved.
    pub created_at: Instant,
    /// Last saved.
    pub updated_at: Instant,
}

/// The id of a collection.
pub type CollectionId = Id<Collection>;

/// What a caller says of a collection.
#[derive(Debug, Clone)]
pub struct CollectionDraft {
    /// What readers ask for it by.
    pub slug: String,
    /// What it is called, by locale.
    pub names: BTreeMap<Locale, String>,
    /// The locale whose readers it is for.
    pub locale: Option<Locale>,
    /// The part of the site that it makes.
    pub place: Option<Place>,
    /// How many stories it shows at most.
    pub limit: i32,
    /// What is pinned.
    pub items: Vec<Item>,
    /// What fills the rest.
    pub query: Option<Query>,
}

/// A headline for a place.
const HEADLINE: Length = Length { min: 1, max: limits::HEADLINE.max };

impl CollectionDraft {
    /// What is said, when all of it is valid by itself.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(self, masthead: &Masthead) -> Result<Arrangement, Error> {
        let mut faults = Faults::default();
        let slug = faults.merge(Slug::parse(&self.slug, &masthead.site.default_locale, "#/slug"))?;
        if let Some(locale) = self.locale.as_ref().filter(|locale| masthead.settings(locale).is_none()) {
            faults.add("#/locale", "unknown_locale", format!("`{locale}` is not a locale of this site"));
        }
        if self.names.is_empty() {
            faults.add("#/names", "required", "a name in one locale at least");
        }
        let names = texts(&mut faults, "#/names", self.names, limits::NAME, masthead);
        if let Some(Place { kind, section_id }) = self.place {
            match (kind, section_id) {
                (PlaceKind::Section, None) => faults.add("#/place/section_id", "required", "the section whose front it makes"),
                (PlaceKind::Section, Some(_)) | (_, None) => {}
                (_, Some(_)) => faults.add("#/place/section_id", "contradiction", "only the front of a section is a section's"),
            }
        }
        if !(1..=limits::COLLECTION_STORIES).contains(&self.limit) {
            faults.add("#/limit", "out_of_range", format!("between 1 and {}", limits::COLLECTION_STORIES));
        }
        if self.items.len() > limits::COLLECTION_ITEMS {
            faults.add("#/items", "too_many", format!("at most {}", limits::COLLECTION_ITEMS));
            return Err(Error::Invalid(faults.into_inner()));
        }
        repeated(&mut faults, &self.items);
        let limit = self.limit;
        let items = self.items.into_iter().enumerate();
        let items = items.map(|(n, item)| item.checked(&mut faults, &format!("#/items/{n}"), limit, masthead)).collect();
        self.query.iter().for_each(|query| query.check(&mut faults));
        let Some(slug) = slug else { return Err(Error::Invalid(faults.into_inner())) };
        faults.or(Arrangement { slug, names, locale: self.locale, place: self.place, limit, items, query: self.query })
    }
}

fn texts(faults: &mut Faults, at: &str, texts: BTreeMap<Locale, String>, length: Length, masthead: &Masthead) -> BTreeMap<Locale, String> {
    let one = |(locale, text): (Locale, String)| {
        let at = format!("{at}/{locale}");
        if masthead.settings(&locale).is_none() {
            faults.add(&*at, "unknown_locale", "not a locale of this site");
        }
        let text = line(faults, &at, &text, length);
        (locale, text)
    };
    texts.into_iter().map(one).collect()
}

/// Note what is pinned twice at one time.
fn repeated(faults: &mut Faults, items: &[Item]) {
    for (n, item) in items.iter().enumerate() {
        let before = items.iter().take(n).position(|other| other.article_id == item.article_id && other.meets(item));
        if let Some(before) = before {
            let detail = format!("it is pinned at `#/items/{before}` at the same time");
            faults.add(format!("#/items/{n}/article_id"), "repeated", detail);
        }
    }
}

impl Item {
    /// The same with its texts cleaned; what is wrong with it is noted.
    fn checked(self, faults: &mut Faults, at: &str, limit: i32, masthead: &Masthead) -> Self {
        if !(1..=limit).contains(&self.position) {
            faults.add(format!("{at}/position"), "out_of_range", format!("between 1 and the {limit} that are shown"));
        }
        if self.from.zip(self.until).is_some_and(|(from, until)| until <= from) {
            faults.add(format!("{at}/until"), "out_of_order", "after `from`");
        }
        let headlines = texts(faults, &format!("{at}/headlines"), self.headlines, HEADLINE, masthead);
        Self { headlines, ..self }
    }
}

/// So many at most of what is pinned to slots, counted from 1, and of what fills the others. What comes first of several that want a slot has it, and
/// the others have those behind it; where nothing is left to fill in, what is pinned moves up.
pub fn arranged<T>(mut pinned: Vec<(usize, T)>, filling: impl IntoIterator<Item = T>, most: usize) -> Vec<T> {
    pinned.sort_by_key(|(position, _)| *position);
    let mut filling = filling.into_iter();
    let (mut positions, mut pinned): (Vec<_>, Vec<_>) = pinned.into_iter().unzip();
    positions.reverse();
    pinned.reverse();
    let mut slot = 0usize;
    let next = || {
        slot = slot.saturating_add(1);
        let is_pinned = positions.last().is_some_and(|position| *position <= slot);
        let next = if is_pinned { None } else { filling.next() };
        next.or_else(|| {
            positions.pop();
            pinned.pop()
        })
    };
    iter::from_fn(next).take(most).collect()
}
