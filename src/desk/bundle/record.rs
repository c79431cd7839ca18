//! The records of a bundle.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{collection_record::CollectionRecord, related_record::RelatedRecord};
use crate::domain::{
    Instant, Locale,
    address::AddressKind,
    article::{Genre, Kind},
    author::AuthorKind,
    body::Format,
    content::Content,
    correction::CorrectionKind,
    credit::{CreditLabels, labels},
    freshness::Lag,
    locale::{Direction, LocaleState, keyed},
    media::{Description, Licence, MediaId, MediaWords, UNNAMED, file_name},
    recency::Recency,
    rendition::RenditionsDraft,
    site::{AuthorsPublic, DeskReading, RetiredLocales, Review},
    tag::TagKind,
    translation::State,
    voice::Voice,
};

/// One line of a bundle.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// The site.
    Site(SiteRecord),
    /// A locale.
    Locale(LocaleRecord),
    /// A section.
    Section(SectionRecord),
    /// An author.
    Author(AuthorRecord),
    /// A tag.
    Tag(TagRecord),
    /// An article with all its words.
    Article(Box<ArticleRecord>),
    /// A redirect that is not told of with what it leads to.
    Redirect(RedirectRecord),
    /// A menu.
    Menu(MenuRecord),
    /// A collection.
    Collection(CollectionRecord),
    /// What editors say of the stories that lead on from one.
    Related(RelatedRecord),
    /// An item of the media library.
    Media(Box<MediaRecord>),
}

/// The site.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteRecord {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) default_locale: Locale,
    pub(super) time_zone: String,
    pub(super) url_pattern: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) former_url_patterns: Option<Vec<String>>,
    #[serde(default = "optional")]
    pub(super) review: Review,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) desk_reading: Option<DeskReading>,
    #[serde(default, deserialize_with = "labels")]
    pub(super) credit_labels: CreditLabels,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) authors_public: Option<AuthorsPublic>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retired_locales: Option<RetiredLocales>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) preview_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) renditions: Option<RenditionsDraft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unique_on_page: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) search: Option<Recency>,
}

fn optional() -> Review {
    Review::Optional
}

/// A locale.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocaleRecord {
    pub(super) locale: Locale,
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) direction: Option<Direction>,
    #[serde(default)]
    pub(super) fallback: Vec<Locale>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) words_per_minute: Option<i32>,
    #[serde(default)]
    pub(super) position: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<LocaleState>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) former_tags: Vec<Locale>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) voice: Option<Voice>,
}

/// A name in one locale; `about` is a section's or tag's description, or an author's bio.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NameRecord {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) slug: Option<String>,
    #[serde(default, alias = "description", alias = "bio", skip_serializing_if = "String::is_empty")]
    pub(super) about: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) former_slugs: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) former_paths: Vec<String>,
}

/// A section.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionRecord {
    pub(super) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<i32>,
    #[serde(deserialize_with = "keyed")]
    pub(super) translations: BTreeMap<Locale, NameRecord>,
}

/// An author.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorRecord {
    pub(super) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Uuid>,
    pub(super) kind: AuthorKind,
    #[serde(deserialize_with = "keyed")]
    pub(super) translations: BTreeMap<Locale, NameRecord>,
}

/// A tag.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagRecord {
    pub(super) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Uuid>,
    #[serde(default = "topic")]
    pub(super) kind: TagKind,
    #[serde(deserialize_with = "keyed")]
    pub(super) translations: BTreeMap<Locale, NameRecord>,
}

fn topic() -> TagKind {
    TagKind::Topic
}

/// An author in a role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreditRecord {
    pub(super) role: String,
    pub(super) author: String,
}

/// The lead picture: that of the media library, where it has it, and else the one that lies at an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeadRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media_id: Option<MediaId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) poster_id: Option<MediaId>,
    #[serde(default)]
    pub(super) url: String,
    #[serde(default)]
    pub(super) width: i32,
    #[serde(default)]
    pub(super) height: i32,
    #[serde(default)]
    pub(super) credit: String,
}

/// What all languages of an article share.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactsRecord {
    pub(super) kind: Kind,
    pub(super) genre: Genre,
    pub(super) section: String,
    pub(super) tags: Vec<String>,
    pub(super) credits: Vec<CreditRecord>,
    pub(super) lead: Option<LeadRecord>,
}

/// An article with all its words.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArticleRecord {
    pub(super) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Uuid>,
    #[serde(default = "story")]
    pub(super) kind: Kind,
    #[serde(default = "news")]
    pub(super) genre: Genre,
    pub(super) section: String,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) credits: Vec<CreditRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lead: Option<LeadRecord>,
    pub(super) source_locale: Locale,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) embargo_until: Option<Instant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) corrections: Vec<CorrectionRecord>,
    /// Why it was taken down; an article that is new comes in taken down then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) withdrawn: Option<String>,
    /// Of its source locale, beside those that its translations name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) former_paths: Vec<String>,
    #[serde(deserialize_with = "keyed")]
    pub(super) translations: BTreeMap<Locale, TranslationRecord>,
}

/// A correction of an article.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CorrectionRecord {
    pub(super) id: Uuid,
    pub(super) kind: CorrectionKind,
    #[serde(deserialize_with = "keyed")]
    pub(super) texts: BTreeMap<Locale, String>,
    #[serde(default)]
    pub(super) blocks: Vec<String>,
    pub(super) made_at: Instant,
}

/// How far the source of what is public has moved on, as readers are told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LagRecord {
    pub(super) behind: i32,
    #[serde(default)]
    pub(super) lag: Lag,
}

fn story() -> Kind {
    Kind::Story
}

fn news() -> Genre {
    Genre::News
}

/// A body with its form.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BodyRecord {
    pub(super) format: Format,
    pub(super) content: Value,
}

impl BodyRecord {
    /// False when it has no link for sure.
    fn may_link(&self) -> bool {
        let text = self.content.to_string();
        text.contains("href") || text.contains("](") || text.contains("]: ")
    }
}

/// The words of an article in one locale, and what of them is public.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TranslationRecord {
    #[serde(flatten)]
    pub(super) content: Content,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) slug: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<BodyRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) translated_from: Option<Locale>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<State>,
    /// Of a draft that was sent back: since when changes to it are requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) changes_requested_at: Option<Instant>,
    /// Of these very words; nothing, for a draft.
    #[serde(default)]
    pub(super) published_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) updated_at: Option<Instant>,
    /// What is public, where it differs from the words above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) live: Option<Box<LiveRecord>>,
    /// Of a working copy: that its source has moved on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) stale: bool,
    /// Of what is public: how far its source has moved on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) live_stale: Option<LagRecord>,
    /// Slugs that it had in public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) former_slugs: Vec<String>,
    /// Other addresses from which readers are led to it: paths, with their queries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) former_paths: Vec<String>,
}

impl TranslationRecord {
    /// False when none of its bodies has a link for sure.
    pub(super) fn may_link(&self) -> bool {
        self.body.iter().chain(self.live.iter().filter_map(|live| live.body.as_ref())).any(BodyRecord::may_link)
    }
}

/// What the public sees, where it differs from the working copy.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveRecord {
    #[serde(flatten)]
    pub(super) content: Content,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) slug: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<BodyRecord>,
    /// The facts as they were published, where they differ too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) facts: Option<FactsRecord>,
    pub(super) published_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) updated_at: Option<Instant>,
}

/// A redirect.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedirectRecord {
    pub(super) from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<DestinationRecord>,
    #[serde(default = "moved")]
    pub(super) status: i32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) note: String,
}

fn moved() -> i32 {
    301
}

/// Where a redirect leads: a path or URL, or something with a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum DestinationRecord {
    Address(String),
    Thing { kind: AddressKind, key: String, locale: Locale },
}

/// A menu.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MenuRecord {
    pub(super) slug: String,
    #[serde(default)]
    pub(super) items: Vec<MenuItemRecord>,
}

/// An item of a menu, with those below it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MenuItemRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<TargetRecord>,
    #[serde(default, deserialize_with = "keyed", skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<Locale, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) items: Vec<Self>,
}

impl MenuItemRecord {
    /// Visit the labels of some items and of all below them, with the place of each.
    pub(super) fn each_labels(items: &mut [Self], under: &str, visit: &mut dyn FnMut(&str, &mut BTreeMap<Locale, String>)) {
        for (n, item) in items.iter_mut().enumerate() {
            let at = format!("{under}/items/{n}");
            visit(&format!("{at}/labels"), &mut item.labels);
            Self::each_labels(&mut item.items, &at, visit);
        }
    }

    /// The locales of all these labels.
    pub(super) fn locales(items: &[Self], all: &mut BTreeSet<Locale>) {
        for item in items {
            all.extend(item.labels.keys().cloned());
            Self::locales(&item.items, all);
        }
    }
}

/// Where an item of a menu leads: a path or URL, or something with a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum TargetRecord {
    Address(String),
    Thing { kind: AddressKind, key: String },
}

/// An item of the media library, with its file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaRecord {
    pub(super) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Uuid>,
    /// Where its file is in the bundle: `media/` and a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where it lies elsewhere: an address that it is fetched from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default)]
    pub(super) description: Description,
    #[serde(default)]
    pub(super) licence: Licence,
    #[serde(default, deserialize_with = "keyed", skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) translations: BTreeMap<Locale, MediaWords>,
    #[serde(default, deserialize_with = "keyed", skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) captions: BTreeMap<Locale, String>,
    /// Why it was taken down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) taken_down: Option<String>,
}

impl MediaRecord {
    /// All that is said of it.
    pub(super) fn description(&self) -> Description {
        let mut said = Description { licence: self.licence.clone(), words: self.translations.clone(), ..self.description.clone() };
        if said.name.is_empty() {
            // What it is called where it lies.
            let place = self.url.as_deref().or(self.file.as_deref()).unwrap_or_default();
            let path = percent_decode_str(place.split(['?', '#']).next().unwrap_or_default()).decode_utf8_lossy();
            said.name = file_name(&path).unwrap_or_else(|| UNNAMED.to_owned());
        }
        said
    }

    /// Its texts, with the place of each; whether it is one of several lines.
    pub(super) fn texts_mut(&mut self) -> Vec<(String, bool, &mut String)> {
        let said = &mut self.description;
        let own = [
            ("name", false, &mut said.name),
            ("creator", false, &mut said.creator),
            ("credit", false, &mut said.credit),
            ("copyright", false, &mut said.copyright),
            ("source", false, &mut said.source),
            ("usage_terms", true, &mut said.usage_terms),
        ];
        let own = own.into_iter().map(|(name, lines, text)| (format!("#/description/{name}"), lines, text));
        let words = self.translations.iter_mut().flat_map(|(locale, words)| {
            words.texts_mut().into_iter().map(move |(name, text)| (format!("#/translations/{locale}/{name}"), false, text))
        });
        let reason = self.taken_down.iter_mut().map(|reason| ("#/taken_down".to_owned(), false, reason));
        own.chain(words).chain(reason).collect()
    }
}

impl Record {
    /// The record's type and key, for reports.
    #[must_use]
    pub fn name(&self) -> (&'static str, &str) {
        match self {
            Self::Site(_) => ("site", "site"),
            Self::Locale(r) => ("locale", r.locale.as_str()),
            Self::Section(r) => ("section", &r.key),
            Self::Author(r) => ("author", &r.key),
            Self::Tag(r) => ("tag", &r.key),
            Self::Article(r) => ("article", &r.key),
            Self::Redirect(r) => ("redirect", &r.from),
            Self::Menu(r) => ("menu", &r.slug),
            Self::Collection(r) => ("collection", &r.slug),
            Self::Related(r) => ("related", &r.article),
            Self::Media(r) => ("media", &r.key),
        }
    }
}

/// The SHA-256 of a record, whatever the order of its fields and the white space between them.
#[must_use]
pub fn digest(record: &Record) -> String {
    // Values keep their fields sorted, so that equal records have equal text.
    let text = serde_json::to_value(record).map(|v| v.to_string()).unwrap_or_default();
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}
