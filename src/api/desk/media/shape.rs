//! What items of the media library look like to the desk.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{
        patching::{PatchOf, Resource},
        reply::Tagged,
    },
    delivery::media::{PointOfPicture, color, seconds},
    domain::{
        Error, Instant, Locale,
        article::ArticleId,
        file::{FileMetadata, FocalPoint, MediaKind},
        locale::keyed,
        media::{Description, Licence, Media, MediaId, MediaWords, TakenDown},
        user::UserId,
    },
    store::media::Use,
};

/// For how long, where and how often an item may be used.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaLicence {
    /// Not before this instant.
    #[serde(default)]
    pub usable_from: Option<Instant>,
    /// Not from this instant on: no page shows it then.
    #[serde(default)]
    pub usable_until: Option<Instant>,
    /// In these locales alone; in all, when there are none.
    #[serde(default)]
    pub locales: BTreeSet<Locale>,
    /// In one article alone.
    #[serde(default)]
    pub once: bool,
}

/// What an item is in the words of one locale.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaText {
    /// What it shows, for those who cannot see it.
    #[serde(default)]
    #[schema(max_length = 8000, example = "A ferry crosses the river at dawn.")]
    pub alt: String,
    /// Its caption.
    #[serde(default)]
    #[schema(max_length = 16000)]
    pub caption: String,
}

/// That an item was taken down.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaTakedown {
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
}

/// An item of the media library.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskMedia {
    /// Its id.
    #[schema(read_only)]
    pub id: MediaId,
    /// What it is.
    #[schema(read_only)]
    pub kind: MediaKind,
    /// The media type of its file.
    #[schema(read_only, example = "image/jpeg")]
    pub r#type: &'static str,
    /// The SHA-256 of its file, in hexadecimal digits.
    #[schema(read_only, min_length = 64, max_length = 64)]
    pub sha256: String,
    /// Bytes of its file.
    #[schema(read_only)]
    pub bytes: u64,
    /// Width in pixels, upright; of pictures and videos.
    #[schema(read_only)]
    pub width: Option<u32>,
    /// Height in pixels, upright; of pictures and videos.
    #[schema(read_only)]
    pub height: Option<u32>,
    /// Pictures one after the other; of pictures.
    #[schema(read_only)]
    pub frames: Option<u32>,
    /// How long it plays, in seconds; of sound and videos, where it is known.
    #[schema(read_only)]
    pub duration_seconds: Option<f64>,
    /// What is shown until it is there: a `ThumbHash`, in base64.
    #[schema(read_only)]
    pub thumbhash: Option<String>,
    /// Its average colour.
    #[schema(read_only, example = "#5f7a8c")]
    pub color: Option<String>,
    /// Whether its file carries a C2PA manifest, which is not verified.
    #[schema(read_only)]
    pub has_c2pa_manifest: bool,
    /// What its file says of itself.
    #[schema(read_only)]
    pub file_metadata: FileMetadata,
    /// What the desk calls it.
    #[schema(min_length = 1, max_length = 1600, example = "ferry.jpg")]
    pub name: String,
    /// Who made it.
    #[schema(max_length = 2400)]
    pub creator: String,
    /// Whom to credit.
    #[schema(max_length = 2400, example = "AP")]
    pub credit: String,
    /// The copyright notice.
    #[schema(max_length = 2400)]
    pub copyright: String,
    /// What it may be used for.
    #[schema(max_length = 16000)]
    pub usage_terms: String,
    /// Where it came from.
    #[schema(max_length = 2400)]
    pub source: String,
    /// When it was taken, as far as that is known: a date, or a date and a time, as RFC 3339 writes them; the offset may be left out.
    #[schema(example = "2026-11-30T08:15:00+05:30", max_length = 35)]
    pub taken_at: Option<String>,
    /// How it came about: a URI of IPTC's digital source types.
    #[schema(example = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture", max_length = 200)]
    pub digital_source_type: Option<String>,
    /// What stays in sight when it is cropped.
    pub focal_point: PointOfPicture,
    /// The words that the desk files it under.
    #[schema(max_items = 50)]
    pub tags: BTreeSet<String>,
    /// For how long, where and how often it may be used.
    pub licence: MediaLicence,
    /// What it is in words, by locale.
    pub translations: BTreeMap<Locale, MediaText>,
    /// The captions that it has, by locale, as versions; of videos.
    #[schema(read_only)]
    pub captions: BTreeMap<Locale, String>,
    /// That it was taken down, if it is.
    #[schema(read_only)]
    pub taken_down: Option<MediaTakedown>,
    /// Newest version.
    #[schema(read_only)]
    pub version: i32,
    /// Who sent it.
    #[schema(read_only)]
    pub created_by: Option<UserId>,
    /// First saved.
    #[schema(read_only)]
    pub created_at: Instant,
    /// Last saved.
    #[schema(read_only)]
    pub updated_at: Instant,
}

/// What is said of an item.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaInput {
    /// What the desk calls it; the name of the file when absent.
    #[serde(default)]
    #[schema(max_length = 1600, example = "ferry.jpg")]
    name: String,
    /// Who made it.
    #[serde(default)]
    #[schema(max_length = 2400)]
    creator: String,
    /// Whom to credit.
    #[serde(default)]
    #[schema(max_length = 2400, example = "AP")]
    credit: String,
    /// The copyright notice.
    #[serde(default)]
    #[schema(max_length = 2400)]
    copyright: String,
    /// What it may be used for.
    #[serde(default)]
    #[schema(max_length = 16000)]
    usage_terms: String,
    /// Where it came from.
    #[serde(default)]
    #[schema(max_length = 2400)]
    source: String,
    /// When it was taken, as far as that is known.
    #[serde(default)]
    #[schema(max_length = 35)]
    taken_at: Option<String>,
    /// How it came about: a URI of IPTC's digital source types.
    #[serde(default)]
    #[schema(max_length = 200)]
    digital_source_type: Option<String>,
    /// What stays in sight when it is cropped; the middle when absent.
    #[serde(default)]
    focal_point: Option<PointOfPicture>,
    /// The words that the desk files it under.
    #[serde(default)]
    #[schema(max_items = 50)]
    tags: BTreeSet<String>,
    /// For how long, where and how often it may be used.
    #[serde(default)]
    licence: MediaLicence,
    /// What it is in words, by locale.
    #[serde(default, deserialize_with = "keyed")]
    translations: BTreeMap<Locale, MediaText>,
}

/// A file, with what is said of it.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it only documents a form")]
pub struct MediaUpload {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What is said of it, as JSON.
    #[schema(required = false, nullable = false)]
    description: Option<MediaInput>,
}

/// A file that lies elsewhere, with what is said of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaFrom {
    /// Where it lies: an http or https URL of a public host.
    #[schema(max_length = 2000, example = "https://pictures.example.com/ferry.jpg")]
    pub(super) from: String,
    /// What is said of it.
    #[serde(default)]
    #[schema(required = false, nullable = false)]
    pub(super) description: Option<MediaInput>,
}

/// A merge patch on it, as the contract shows it.
pub type DeskMediaPatch = PatchOf<DeskMedia>;

impl Resource for DeskMedia {
    type Input = MediaInput;
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "kind",
        "type",
        "sha256",
        "bytes",
        "width",
        "height",
        "frames",
        "duration_seconds",
        "thumbhash",
        "color",
        "has_c2pa_manifest",
        "file_metadata",
        "captions",
        "taken_down",
        "version",
        "created_by",
        "created_at",
        "updated_at",
    ];
}

/// A fraction in ten-thousandths.
fn part(pointer: &str, fraction: f64) -> Result<u16, Error> {
    let parts = format!("{:.0}", fraction * 10_000.0).parse().ok().filter(|parts| *parts <= 10_000);
    parts.ok_or_else(|| Error::invalid(pointer, "out_of_range", "between 0 and 1"))
}

impl TryFrom<MediaInput> for Description {
    type Error = Error;

    fn try_from(input: MediaInput) -> Result<Self, Error> {
        let focal_point = match input.focal_point {
            Some(PointOfPicture { x, y }) => FocalPoint { x: part("#/focal_point/x", x)?, y: part("#/focal_point/y", y)? },
            None => FocalPoint::default(),
        };
        let MediaLicence { usable_from, usable_until, locales, once } = input.licence;
        let words = |(locale, MediaText { alt, caption })| (locale, MediaWords { alt, caption });
        Ok(Self {
            name: input.name,
            creator: input.creator,
            credit: input.credit,
            copyright: input.copyright,
            usage_terms: input.usage_terms,
            source: input.source,
            taken_at: input.taken_at.unwrap_or_default(),
            digital_source_type: input.digital_source_type.unwrap_or_default(),
            focal_point,
            tags: input.tags,
            licence: Licence { usable_from, usable_until, locales, once },
            words: input.translations.into_iter().map(words).collect(),
        })
    }
}

/// A text, where there is one.
fn said(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

impl From<Media> for DeskMedia {
    fn from(media: Media) -> Self {
        let (kind, description, facts) = (media.kind(), media.description, media.file.facts);
        let Licence { usable_from, usable_until, locales, once } = description.licence;
        let words = |(locale, MediaWords { alt, caption })| (locale, MediaText { alt, caption });
        let duration_seconds = seconds(&facts);
        let (thumbhash, color) = facts.placeholder.map(|p| (BASE64_STANDARD.encode(&p.thumbhash), color(p.color))).unzip();
        Self {
            id: media.id,
            kind,
            r#type: facts.format.media_type(),
            sha256: media.file.digest.to_string(),
            bytes: media.file.bytes,
            width: facts.size.map(|(width, _)| width),
            height: facts.size.map(|(_, height)| height),
            frames: facts.frames,
            duration_seconds,
            thumbhash,
            color,
            has_c2pa_manifest: facts.has_manifest,
            file_metadata: facts.metadata,
            name: description.name,
            creator: description.creator,
            credit: description.credit,
            copyright: description.copyright,
            usage_terms: description.usage_terms,
            source: description.source,
            taken_at: said(description.taken_at),
            digital_source_type: said(description.digital_source_type),
            focal_point: description.focal_point.into(),
            tags: description.tags,
            licence: MediaLicence { usable_from, usable_until, locales, once },
            translations: description.words.into_iter().map(words).collect(),
            captions: media.captions,
            taken_down: media.taken_down.map(|TakenDown { at, reason }| MediaTakedown { at, reason }),
            version: media.version,
            created_by: media.created_by,
            created_at: media.created_at,
            updated_at: media.updated_at,
        }
    }
}

pub(super) fn tagged(media: Media) -> Tagged<DeskMedia> {
    let version = media.version;
    Tagged::new(media.into(), version)
}

/// An article that shows an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaUse {
    /// The article.
    pub article_id: ArticleId,
    /// Whether its working copy shows it.
    pub working: bool,
    /// The locales in which it is live with it.
    pub live: BTreeSet<Locale>,
}

impl From<Use> for MediaUse {
    fn from(Use { article_id, working, live }: Use) -> Self {
        Self { article_id, working, live }
    }
}

/// Where an item is used.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaUses {
    /// The articles that you may see.
    pub data: Vec<MediaUse>,
    /// How many there are beside them.
    pub hidden: usize,
}
