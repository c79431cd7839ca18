//! Renditions: the sizes and cuts in which a picture is to be had, and what they are called.
//!
//! **Context.** Whoever may ask for any size makes the server draw any number of them. **Decision.** The site says which widths and ratios there are, and
//! nothing else is made. Each has a name (`640`, `16x9-640`), and its size follows from the picture's alone, so that a page can be laid out before anything
//! was drawn. **Consequence.** A frontend picks from a list, and what is asked for twice is made once.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::{
    error::{Error, Faults},
    file::{FileFacts, FocalPoint, Ratio},
    media::{Digest, Media},
    vocabulary::vocabulary,
};

vocabulary! {
    /// How a rendition is written.
    pub enum RenditionFormat {
        /// AVIF, which is smaller still and takes seconds to write.
        Avif => "avif",
        /// WebP, which is smaller.
        WebP => "webp",
        /// JPEG, which everything reads.
        Jpeg => "jpg",
    }
}

vocabulary! {
    /// A format that renditions are to be had in beside WebP and JPEG.
    pub enum ExtraFormat {
        /// AVIF: it takes seconds to write, for which nobody waits. Until it is there, what is asked for in it is answered as WebP.
        Avif => "avif",
    }
}

impl RenditionFormat {
    /// Its media type (RFC 6838).
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Avif => "image/avif",
            Self::WebP => "image/webp",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// Whether it takes so long to write that nobody waits for it: what is asked for in it and is not there is answered in another format.
    #[must_use]
    pub const fn is_slow(self) -> bool {
        matches!(self, Self::Avif)
    }
}

/// Pixels of the longest side of a rendition: WebP has no longer ones.
pub const LONGEST: u32 = 16_383;

/// A rendition, whatever the picture and the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Preset {
    /// How wide it is for its height; as the picture is, when absent.
    pub ratio: Option<Ratio>,
    /// Its width in pixels, where the picture is wide enough.
    pub width: u32,
}

/// `640`, `16x9-640`.
impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ratio) = self.ratio {
            write!(f, "{ratio}-")?;
        }
        write!(f, "{}", self.width)
    }
}

/// `16x9`.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// A number as it is written, without signs, zeros in front or anything else.
fn number(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|c| c.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| is_plain)
}

impl FromStr for Ratio {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let sides = text.split_once('x').and_then(|(width, height)| Some((number(width)?, number(height)?)));
        let within = sides.filter(|(width, height)| (1..=100).contains(width) && (1..=100).contains(height));
        let (width, height) = within.ok_or(Error::NotFound("rendition"))?;
        Ok(Self { width, height })
    }
}

impl FromStr for Preset {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let (ratio, width) = name.split_once('-').map_or((None, name), |(ratio, width)| (Some(ratio), width));
        let ratio = ratio.map(str::parse).transpose()?;
        Ok(Self { ratio, width: number(width).ok_or(Error::NotFound("rendition"))? })
    }
}

/// The ratio that is asked for, or the picture's own; in any case without zeros.
fn ratio_of((width, height): (u32, u32), ratio: Option<Ratio>) -> (u64, u64) {
    let (width, height) = ratio.filter(|r| r.width > 0 && r.height > 0).map_or((width, height), |r| (r.width, r.height));
    (u64::from(width.max(1)), u64::from(height.max(1)))
}

/// Whether a picture is wider than a ratio, so that its sides are cut off.
#[must_use]
pub fn is_wider(picture: (u32, u32), ratio: Option<Ratio>) -> bool {
    let (across, down) = ratio_of(picture, ratio);
    u64::from(picture.0).saturating_mul(down) > u64::from(picture.1).saturating_mul(across)
}

/// The size of a rendition of a picture: never larger than what is cut out of it, no side longer than [`LONGEST`], and at least one pixel.
#[must_use]
pub fn size(picture: (u32, u32), ratio: Option<Ratio>, width: u32) -> (u32, u32) {
    let (across, down) = ratio_of(picture, ratio);
    let scaled = |side: u64, by: u64, of: u64| side.saturating_mul(by).checked_div(of).unwrap_or(1).max(1);
    let longest = u64::from(LONGEST);
    let widest = if is_wider(picture, ratio) { scaled(u64::from(picture.1), across, down) } else { u64::from(picture.0) };
    let tallest = scaled(longest, across, down);
    let width = u64::from(width).min(widest).min(longest).min(tallest).max(1);
    // Rounded to the nearest.
    let height = scaled(width.saturating_mul(2).saturating_mul(down).saturating_add(across), 1, across.saturating_mul(2));
    let height = height.min(u64::from(picture.1)).min(longest).max(1);
    (u32::try_from(width).unwrap_or(u32::MAX), u32::try_from(height).unwrap_or(u32::MAX))
}

impl Preset {
    /// The [size](size()) of the rendition of a picture.
    #[must_use]
    pub fn size(&self, picture: (u32, u32)) -> (u32, u32) {
        size(picture, self.ratio, self.width)
    }
}

/// The renditions that a site has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renditions {
    /// Widths in pixels, the smallest first.
    pub widths: Vec<u32>,
    /// Ratios beside that of each picture.
    #[serde(with = "in_words")]
    pub ratios: Vec<Ratio>,
    /// Whether they are drawn when a story is published, before somebody asks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drawn_ahead: bool,
    /// Formats beside WebP and JPEG.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub extra_formats: BTreeSet<ExtraFormat>,
}

/// What a caller says of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SiteRenditions)]
pub struct RenditionsDraft {
    /// Widths in pixels: at most 12, from 16 to 4096.
    #[schema(min_items = 1, max_items = 12, example = json!([320, 640, 960, 1280, 1920]))]
    pub widths: Vec<u32>,
    /// Ratios beside that of each picture, as a width and a height from 1 to 100: at most 12.
    #[serde(default)]
    #[schema(max_items = 12, example = json!(["16x9"]))]
    pub ratios: Vec<String>,
    /// Whether they are drawn when a story is published; otherwise each is when somebody first asks for it.
    #[serde(default)]
    #[schema(default = false)]
    pub drawn_ahead: bool,
    /// Formats beside WebP and JPEG; none when absent.
    #[serde(default)]
    #[schema(max_items = 1, default = json!([]))]
    pub extra_formats: Vec<ExtraFormat>,
}

impl From<&Renditions> for RenditionsDraft {
    fn from(renditions: &Renditions) -> Self {
        Self {
            widths: renditions.widths.clone(),
            ratios: renditions.ratios.iter().map(ToString::to_string).collect(),
            drawn_ahead: renditions.drawn_ahead,
            extra_formats: renditions.extra_formats.iter().copied().collect(),
        }
    }
}

/// Ratios as they are written.
mod in_words {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Ratio;

    pub(super) fn serialize<S: Serializer>(ratios: &[Ratio], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(ratios.iter().map(ToString::to_string))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Ratio>, D::Error> {
        let all = Vec::<String>::deserialize(deserializer)?;
        all.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
    }
}

/// Five widths from a telephone to a wide screen, of each picture as it is and as a wide picture.
impl Default for Renditions {
    fn default() -> Self {
        Self {
            widths: vec![320, 640, 960, 1_280, 1_920],
            ratios: vec![Ratio { width: 16, height: 9 }],
            drawn_ahead: false,
            extra_formats: BTreeSet::new(),
        }
    }
}

/// Widths, and ratios, that a site may have.
pub const MOST: usize = 12;
/// The narrowest rendition that a site may have.
pub const NARROWEST: u32 = 16;
/// The widest rendition that a site may have.
pub const WIDEST: u32 = 4_096;

impl Renditions {
    /// What a caller says, when it is in order.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(draft: &RenditionsDraft) -> Result<Self, Error> {
        let RenditionsDraft { widths, ratios, drawn_ahead, extra_formats } = draft;
        let mut faults = Faults::default();
        for (list, count) in [("widths", widths.len()), ("ratios", ratios.len())] {
            if count > MOST {
                faults.add(format!("#/renditions/{list}"), "too_many", format!("at most {MOST}"));
            }
        }
        if widths.is_empty() {
            faults.add("#/renditions/widths", "required", "one width at least");
        }
        for (n, width) in widths.iter().enumerate().take(MOST) {
            if !(NARROWEST..=WIDEST).contains(width) {
                faults.add(format!("#/renditions/widths/{n}"), "out_of_range", format!("between {NARROWEST} and {WIDEST} pixels"));
            }
        }
        let mut parsed = BTreeSet::new();
        for (n, ratio) in ratios.iter().enumerate().take(MOST) {
            match ratio.parse() {
                Ok(ratio) => _ = parsed.insert(ratio),
                Err(_) => faults.add(format!("#/renditions/ratios/{n}"), "format", "a width and a height from 1 to 100, as in `16x9`"),
            }
        }
        let widths: BTreeSet<u32> = widths.iter().copied().collect();
        faults.or(Self {
            widths: widths.into_iter().collect(),
            ratios: parsed.into_iter().collect(),
            drawn_ahead: *drawn_ahead,
            extra_formats: extra_formats.iter().copied().collect(),
        })
    }

    /// The formats that each is to be had in.
    pub fn formats(&self) -> impl Iterator<Item = RenditionFormat> {
        let avif = self.extra_formats.contains(&ExtraFormat::Avif);
        RenditionFormat::ALL.iter().copied().filter(move |format| avif || *format != RenditionFormat::Avif)
    }

    /// True for a rendition that the site has.
    #[must_use]
    pub fn has(&self, preset: Preset, format: RenditionFormat) -> bool {
        self.formats().any(|known| known == format)
            && self.widths.contains(&preset.width)
            && preset.ratio.is_none_or(|ratio| self.ratios.contains(&ratio))
    }

    /// The renditions of a picture in a ratio, the smallest first: none is larger than what is cut out of it, and none as large as another.
    pub fn of(&self, picture: (u32, u32), ratio: Option<Ratio>) -> impl Iterator<Item = (Preset, (u32, u32))> {
        let mut last = 0;
        self.widths.iter().filter_map(move |width| {
            let preset = Preset { ratio, width: *width };
            let size = preset.size(picture);
            (size.0 > std::mem::replace(&mut last, size.0)).then_some((preset, size))
        })
    }
}

/// A rendition of a picture of the library, to be drawn where nobody has yet.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What the picture's file comes to.
    pub digest: Digest,
    /// What is known of that.
    pub facts: FileFacts,
    /// In which size and cut.
    pub preset: Preset,
    /// In which format.
    pub format: RenditionFormat,
    /// What stays in sight.
    pub focal_point: FocalPoint,
    /// Creator, credit, copyright and digital source type.
    pub carried: [String; 4],
    /// The version of what is drawn.
    pub version: String,
}

/// What renditions are made by: another number where they come out differently.
const MAKING: u8 = 2;

impl Media {
    /// A word that is another one whenever renditions of the item come out differently: twelve hexadecimal digits.
    #[must_use]
    pub fn rendition_version(&self) -> String {
        let FocalPoint { x, y } = self.description.focal_point;
        let mut sum = Sha256::new();
        sum.update([MAKING]);
        sum.update(self.file.digest.as_bytes());
        sum.update([x.to_be_bytes(), y.to_be_bytes()].concat());
        for text in self.description.carried() {
            sum.update(text.as_bytes());
            sum.update([0]);
        }
        sum.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_is_read_as_it_is_written_and_in_no_other_way() {
        for name in ["640", "16x9-640", "1x1-16"] {
            assert_eq!(name.parse::<Preset>().unwrap().to_string(), name);
        }
        for wrong in
            ["", "0640", "+640", "640px", "16:9-640", "16x9", "16x9-", "0x9-640", "16x101-640", "-640", "99999999999", "16x9-640-2"]
        {
            assert!(wrong.parse::<Preset>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn renditions_grow_and_end_with_the_picture() {
        let site = Renditions::default();
        let sizes = |picture, ratio| site.of(picture, ratio).map(|(_, size)| size).collect::<Vec<_>>();
        assert_eq!(sizes((1_000, 500), None), [(320, 160), (640, 320), (960, 480), (1_000, 500)]);
        assert_eq!(sizes((100, 50), None), [(100, 50)]);
        assert_eq!(sizes((1_000, 1_000), Some(Ratio { width: 16, height: 9 })), [(320, 180), (640, 360), (960, 540), (1_000, 563)]);
    }

    #[test]
    fn what_a_site_may_have_is_bounded() {
        let check = |widths: &[u32], ratios: &[&str]| {
            Renditions::check(&RenditionsDraft {
                widths: widths.to_vec(),
                ratios: ratios.iter().map(ToString::to_string).collect(),
                drawn_ahead: false,
                extra_formats: Vec::new(),
            })
        };
        assert_eq!(check(&[640, 320, 640], &["16x9"]).unwrap().widths, [320, 640]);
        let too_many: Vec<u32> = (100..113).collect();
        for (widths, ratios) in [(&[][..], &[][..]), (&[15], &[]), (&[4_097], &[]), (&too_many, &[]), (&[640], &["16:9"])] {
            assert!(check(widths, ratios).is_err(), "{widths:?} {ratios:?}");
        }
    }
}
