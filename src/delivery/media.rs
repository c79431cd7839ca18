//! Pictures and other files of the media library, as readers are shown and given them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Reading;
use crate::{
    domain::{
        Error, Locale,
        article::{ExternalLead, Lead as Named},
        body::{
            Image,
            pictures::{Pictures, Shown},
        },
        content::LeadWords,
        edition::Edition,
        file::{FileFacts, FocalPoint, MediaKind, Ratio},
        locale::keyed,
        media::{Media, MediaId, StoredFile},
        rendition::{Preset, RenditionFormat, Renditions, Wanted},
    },
    store::{self, Tx},
};

/// A point of a picture, as fractions of its width from the left and of its height from the top.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointOfPicture {
    /// From the left: 0 to 1.
    #[schema(example = 0.5, minimum = 0, maximum = 1)]
    pub x: f64,
    /// From the top: 0 to 1.
    #[schema(example = 0.5, minimum = 0, maximum = 1)]
    pub y: f64,
}

impl From<FocalPoint> for PointOfPicture {
    fn from(point: FocalPoint) -> Self {
        let [x, y] = [point.x, point.y].map(|part| f64::from(part) / 10_000.0);
        Self { x, y }
    }
}

/// A size of a picture, drawn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RenditionInfo {
    /// Absolute address. What it leads to never changes, but that it is WebP in the place of AVIF until that was drawn.
    #[schema(example = "https://api.news.example/v1/media/0192aaaa-0000-7000-8000-000000000001/640.webp?v=0123456789ab")]
    pub url: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Its media type: `image/avif`, `image/webp` or `image/jpeg`.
    #[schema(example = "image/webp")]
    pub r#type: &'static str,
}

/// The same picture in several widths, for a `<source>` of HTML, or for the `srcset` of an `<img>`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PictureSource {
    /// The media type of all of them.
    #[schema(example = "image/webp")]
    pub r#type: &'static str,
    /// Their addresses with their widths, as `srcset` takes them.
    pub srcset: String,
}

/// A picture cut to a ratio, around its focal point.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PictureCrop {
    /// The ratio, as the site names it.
    #[schema(example = "16x9")]
    pub ratio: String,
    /// Absolute address of the largest of them, as JPEG.
    pub url: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// All of them, the smallest files first.
    pub sources: Vec<PictureSource>,
}

/// The picture that stands for a video until it plays.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Poster {
    /// Its id in the media library.
    pub id: MediaId,
    /// Absolute address of the largest rendition, as JPEG.
    pub url: String,
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Whose picture it is.
    pub credit: String,
    /// The same in all widths, as AVIF where the site has it, as WebP and as JPEG.
    pub sources: Vec<PictureSource>,
}

/// Captions of a video in one language, for a `<track>` of HTML.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaptionTrack {
    /// The language.
    pub locale: Locale,
    /// Its name in itself.
    #[schema(example = "हिन्दी")]
    pub label: String,
    /// Absolute address of a file of `WebVTT`. What it leads to never changes.
    #[schema(example = "https://api.news.example/v1/media/0192aaaa-0000-7000-8000-000000000001/captions/hi.vtt?v=0123456789ab")]
    pub url: String,
}

/// The lead picture or video.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Lead {
    /// Its id in the media library; null, when it lies elsewhere.
    pub id: Option<MediaId>,
    /// Absolute address: of a picture of the library that of the largest rendition, as JPEG.
    #[schema(example = "https://media.example/kim.jpg")]
    pub url: String,
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Its caption.
    pub caption: String,
    /// Whose picture it is.
    #[schema(example = "AP")]
    pub credit: String,
    /// Its copyright notice.
    pub copyright: String,
    /// How it came about: a URI of IPTC's digital source types. Null, when nobody said.
    #[schema(example = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture")]
    pub digital_source_type: Option<String>,
    /// What stays in sight when it is cropped.
    pub focal_point: Option<PointOfPicture>,
    /// What is shown until it is there: a `ThumbHash`, in base64.
    pub thumbhash: Option<String>,
    /// Its average colour.
    #[schema(example = "#5f7a8c")]
    pub color: Option<String>,
    /// The media type of what is at `url`; null, when it lies elsewhere.
    #[schema(example = "image/jpeg")]
    pub r#type: Option<&'static str>,
    /// How long it plays, in seconds; of videos of the library, where it is known.
    pub duration_seconds: Option<f64>,
    /// The picture that stands for a video until it plays.
    pub poster: Option<Poster>,
    /// The captions of a video, those in the language of these words first.
    pub captions: Vec<CaptionTrack>,
    /// The same in all widths, as AVIF where the site has it, as WebP and as JPEG, for `<picture>`; none, when it lies elsewhere.
    pub sources: Vec<PictureSource>,
    /// The same one by one, the smallest first.
    pub renditions: Vec<RenditionInfo>,
    /// Cut to the ratios that the site has.
    pub crops: Vec<PictureCrop>,
}

/// What can be shown of the media library: items that are there, not taken down, and within their licence now.
#[derive(Debug, Default)]
pub struct Library {
    items: HashMap<MediaId, Media>,
    url: String,
    /// What addresses end in, beside the version.
    opened_by: String,
}

impl Library {
    /// What leads and bodies name, and what stories are spoken in, in one statement, and in none where all lie elsewhere.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    pub fn of(tx: &mut Tx<'_>, named: &BTreeSet<MediaId>) -> Result<Self, Error> {
        let now = tx.now();
        let mut items = store::media::of(tx, named)?;
        items.retain(|_, media| media.is_public(now));
        Ok(Self { items, url: tx.media_url().to_owned(), opened_by: String::new() })
    }

    /// The same for this reader: where that is somebody with a preview, its token is in all addresses.
    #[must_use]
    pub fn opened_by(self, reading: &Reading) -> Self {
        Self { opened_by: reading.preview.as_ref().map(|token| format!("&preview={token}")).unwrap_or_default(), ..self }
    }

    /// A lead as a reader of a locale is shown it; nothing, where it may not be shown there. What words of the story do not say of it, its own do.
    #[must_use]
    pub fn lead(&self, reading: &Reading, locale: &Locale, lead: &Named, words: LeadWords) -> Option<Lead> {
        match lead {
            Named::External(external) => Some(elsewhere(external, words)),
            Named::Library { media_id, poster_id } => {
                let Some(media) = self.usable(*media_id, locale) else {
                    // A video that may not be shown has its poster in its place, as long as that may.
                    return Some(self.shown(reading, locale, self.usable((*poster_id)?, locale)?, words));
                };
                let mut shown = self.shown(reading, locale, media, words);
                shown.poster = poster_id.and_then(|id| self.poster(reading, locale, id));
                Some(shown)
            }
        }
    }

    fn poster(&self, reading: &Reading, locale: &Locale, id: MediaId) -> Option<Poster> {
        let Lead { url, width, height, alt, credit, sources, .. } =
            self.shown(reading, locale, self.usable(id, locale)?, LeadWords::default());
        Some(Poster { id, url, width, height, alt, credit, sources })
    }

    /// The captions of an item that readers are offered, those in their own language first.
    fn captions(&self, reading: &Reading, locale: &Locale, media: &Media) -> Vec<CaptionTrack> {
        let track = |(own, version): (&Locale, &String)| {
            let settings = reading.masthead.settings(own)?;
            let url = format!("{}/{}/captions/{own}.vtt?v={version}{}", self.url, media.id, self.opened_by);
            Some(CaptionTrack { locale: own.clone(), label: settings.name.clone(), url })
        };
        let mut all: Vec<_> = media.captions.iter().filter_map(track).collect();
        all.sort_by_key(|track| track.locale != *locale);
        all
    }

    /// The pictures in a body as a reader of a locale is shown them: those that may be shown there.
    #[must_use]
    pub fn pictures(&self, reading: &Reading, locale: &Locale, named: &BTreeSet<MediaId>) -> Pictures {
        let items = named.iter().filter_map(|id| self.usable(*id, locale));
        let shown = items.filter_map(|media| Some((media.id, in_body(self.shown(reading, locale, media, LeadWords::default()))?)));
        shown.collect()
    }

    /// An item that may be used in a locale now.
    #[must_use]
    pub fn usable(&self, id: MediaId, locale: &Locale) -> Option<&Media> {
        self.items.get(&id).filter(|media| media.description.licence.is_in(locale))
    }

    /// Where readers are given files: an absolute URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    fn shown(&self, reading: &Reading, locale: &Locale, media: &Media, words: LeadWords) -> Lead {
        let Media { id, description, file, .. } = media;
        let own = reading.masthead.pick(&description.words, locale).map(|(_, own)| own.clone()).unwrap_or_default();
        let or = |said: String, own: String| if said.is_empty() { own } else { said };
        let query = format!("?v={}{}", media.rendition_version(), self.opened_by);
        let drawn = Drawn { media, base: format!("{}/{id}", self.url), query };
        let site = &reading.masthead.site.renditions;
        let renditions = drawn.all(site, None);
        let largest = renditions.last().cloned();
        let (width, height) = file.facts.size.unwrap_or_default();
        let pixels = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
        let [width, height] = largest.as_ref().map_or([width, height], |r| [r.width, r.height]).map(pixels);
        let is_drawn = largest.is_some();
        Lead {
            r#type: Some(if is_drawn { RenditionFormat::Jpeg.media_type() } else { file.facts.format.media_type() }),
            duration_seconds: seconds(&file.facts),
            poster: None,
            captions: self.captions(reading, locale, media),
            id: Some(*id),
            url: largest.map_or_else(|| drawn.original(), |rendition| rendition.url),
            width,
            height,
            alt: or(words.alt, own.alt),
            caption: or(words.caption, own.caption),
            credit: description.credit.clone(),
            copyright: description.copyright.clone(),
            digital_source_type: Some(description.digital_source_type.clone()).filter(|said| !said.is_empty()),
            focal_point: (media.kind() == MediaKind::Image).then(|| description.focal_point.into()),
            thumbhash: file.facts.placeholder.as_ref().map(|shown| BASE64_STANDARD.encode(&shown.thumbhash)),
            color: file.facts.placeholder.as_ref().map(|shown| color(shown.color)),
            sources: sources(&renditions),
            crops: site.ratios.iter().filter_map(|ratio| drawn.crop(site, *ratio)).collect(),
            renditions,
        }
    }
}

/// What readers are given of an item as one of the pictures in a body.
fn in_body(lead: Lead) -> Option<Image> {
    let told = serde_json::to_value(&lead).ok()?;
    let sources = lead.sources.into_iter().map(|source| (source.r#type, source.srcset)).collect();
    let size = u32::try_from(lead.width).ok().zip(u32::try_from(lead.height).ok());
    let shown = Some(Box::new(Shown { sources, told }));
    Some(Image { media: lead.id, url: lead.url, alt: lead.alt, caption: lead.caption, credit: lead.credit, size, href: None, shown })
}

/// A picture that lies elsewhere, of which no more is known than somebody typed.
fn elsewhere(external: &ExternalLead, words: LeadWords) -> Lead {
    Lead {
        id: None,
        url: external.url.clone(),
        width: external.width,
        height: external.height,
        alt: words.alt,
        caption: words.caption,
        credit: external.credit.clone(),
        copyright: String::new(),
        digital_source_type: None,
        focal_point: None,
        thumbhash: None,
        color: None,
        r#type: None,
        duration_seconds: None,
        poster: None,
        captions: Vec::new(),
        sources: Vec::new(),
        renditions: Vec::new(),
        crops: Vec::new(),
    }
}

/// A picture of the library, and where its renditions are.
struct Drawn<'m> {
    media: &'m Media,
    base: String,
    query: String,
}

impl Drawn<'_> {
    fn original(&self) -> String {
        format!("{}/original.{}{}", self.base, self.media.file.facts.format.extension(), self.query)
    }

    /// All renditions in a ratio, the smallest first, JPEG last of each size.
    fn all(&self, site: &Renditions, ratio: Option<Ratio>) -> Vec<RenditionInfo> {
        let picture = self.media.file.facts.size.filter(|_| self.media.kind() == MediaKind::Image);
        let Some(picture) = picture else { return Vec::new() };
        let in_formats = |(preset, (width, height))| {
            site.formats().map(move |format| {
                let url = format!("{}/{preset}.{format}{}", self.base, self.query);
                RenditionInfo { url, width, height, r#type: format.media_type() }
            })
        };
        site.of(picture, ratio).flat_map(in_formats).collect()
    }

    fn crop(&self, site: &Renditions, ratio: Ratio) -> Option<PictureCrop> {
        let all = self.all(site, Some(ratio));
        let largest = all.last()?;
        Some(PictureCrop {
            ratio: ratio.to_string(),
            url: largest.url.clone(),
            width: largest.width,
            height: largest.height,
            sources: sources(&all),
        })
    }
}

/// How long a file plays, in seconds, where that is known.
#[must_use]
pub fn seconds(facts: &FileFacts) -> Option<f64> {
    facts.duration_ms.and_then(|ms| u32::try_from(ms).ok()).map(|ms| f64::from(ms) / 1_000.0)
}

/// A colour as CSS writes it: `#5f7a8c`.
#[must_use]
pub fn color(parts: [u8; 3]) -> String {
    format!("#{}", parts.map(|part| format!("{part:02x}")).concat())
}

fn sources(renditions: &[RenditionInfo]) -> Vec<PictureSource> {
    let of_type = |format: &RenditionFormat| {
        let of_type = renditions.iter().filter(|rendition| rendition.r#type == format.media_type());
        let srcset: Vec<String> = of_type.map(|rendition| format!("{} {}w", rendition.url, rendition.width)).collect();
        (!srcset.is_empty()).then(|| PictureSource { r#type: format.media_type(), srcset: srcset.join(", ") })
    };
    RenditionFormat::ALL.iter().filter_map(of_type).collect()
}

/// What it takes to give somebody a file of an item that is public: the answer to [`super::request::Request::Media`], which no reader sees as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Given {
    /// Its id.
    pub id: MediaId,
    /// What its bytes come to, in hexadecimal digits.
    pub digest: String,
    /// How many there are.
    pub bytes: u64,
    /// What is known of it.
    pub facts: FileFacts,
    /// What it is called.
    pub name: String,
    /// What stays in sight when it is cropped.
    pub focal_point: FocalPoint,
    /// What renditions carry on: creator, credit, copyright and digital source type.
    pub carried: [String; 4],
    /// The versions of its captions, by locale.
    #[serde(deserialize_with = "keyed")]
    pub captions: BTreeMap<Locale, String>,
    /// The version of its renditions.
    pub version: String,
    /// The renditions that the site has.
    pub renditions: Renditions,
}

impl Given {
    /// A rendition of the picture that this is.
    ///
    /// # Errors
    /// [`Error::Internal`] when its digest is none.
    pub fn wanted(self, preset: Preset, format: RenditionFormat) -> Result<Wanted, Error> {
        let Self { digest, facts, focal_point, carried, version, .. } = self;
        Ok(Wanted { digest: digest.parse()?, facts, preset, format, focal_point, carried, version })
    }

    /// What it takes to give somebody the file of this item.
    #[must_use]
    pub fn of(media: Media, renditions: &Renditions) -> Self {
        let version = media.rendition_version();
        let carried = media.description.carried().map(ToOwned::to_owned);
        let (id, captions) = (media.id, media.captions);
        let StoredFile { digest, bytes, facts } = media.file;
        let (name, focal_point) = (media.description.name, media.description.focal_point);
        Self { id, digest: digest.to_string(), bytes, facts, name, focal_point, carried, captions, version, renditions: renditions.clone() }
    }
}

/// What it takes to give readers the files of an item.
///
/// # Errors
/// [`Error::NotFound`], also where nothing public shows it, and before its licence begins; [`Error::Gone`] when it was taken down, or its licence is over.
pub fn given(tx: &mut Tx<'_>, id: MediaId) -> Result<Given, Error> {
    let masthead = store::site::for_readers(tx)?;
    let mut media = store::media::shown(tx, &masthead, id)?;
    media.captions.retain(|locale, _| masthead.settings(locale).is_some());
    Ok(Given::of(media, &masthead.site.renditions))
}

/// What it takes to give whoever looks at a preview the files of an item that it shows.
///
/// # Errors
/// [`Error::NotFound`], where the preview does not show it, or it may not be used there; [`Error::Gone`] when it was taken down, or its licence is over.
pub fn given_in_preview(tx: &mut Tx<'_>, reading: &Reading, edition: &Edition, id: MediaId) -> Result<Given, Error> {
    if !edition.pictured.contains(&id) && !edition.facts.media().any(|named| named == id) {
        return Err(Error::NotFound("media item"));
    }
    let mut media = store::media::find(tx, id)?;
    media.may_be_given(tx.now(), std::slice::from_ref(&edition.locale))?;
    media.captions.retain(|locale, _| reading.masthead.settings(locale).is_some());
    Ok(Given::of(media, &reading.masthead.site.renditions))
}
