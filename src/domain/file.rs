//! Files of the media library: what they are, what they say of themselves, and how a picture is cut.
//!
//! **Context.** Whoever sends a file may be wrong about it, or lie. **Decision.** What a file is, its first bytes say, and what it would cost to
//! decode is read before anything is decoded; what it says of its maker is kept as it says it. **Consequence.** Names and media types of senders
//! decide nothing, and what cannot be looked into within the limits is refused at the door.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use super::refusal::FileFault;
use super::vocabulary::vocabulary;

vocabulary! {
    /// What a media item is.
    pub enum MediaKind {
        /// A picture.
        Image => "image",
        /// Sound.
        Audio => "audio",
        /// Moving pictures.
        Video => "video",
        /// Something to read: a PDF.
        Document => "document",
    }
}

vocabulary! {
    /// How a file is written.
    pub enum FileFormat {
        /// A JPEG picture.
        Jpeg => "jpeg",
        /// A PNG picture.
        Png => "png",
        /// A GIF picture, animated or not.
        Gif => "gif",
        /// A WebP picture.
        WebP => "webp",
        /// A TIFF picture.
        Tiff => "tiff",
        /// MPEG-1 or MPEG-2 layer III sound.
        Mp3 => "mp3",
        /// Sound in an MP4 container.
        M4a => "m4a",
        /// Opus or Vorbis sound in an Ogg container.
        Ogg => "ogg",
        /// Uncompressed sound in a RIFF container.
        Wav => "wav",
        /// FLAC sound.
        Flac => "flac",
        /// Moving pictures in an MP4 container.
        Mp4 => "mp4",
        /// Moving pictures in a `WebM` container.
        WebM => "webm",
        /// A PDF document.
        Pdf => "pdf",
    }
}

impl FileFormat {
    /// What an item with such a file is.
    #[must_use]
    pub const fn kind(self) -> MediaKind {
        match self {
            Self::Jpeg | Self::Png | Self::Gif | Self::WebP | Self::Tiff => MediaKind::Image,
            Self::Mp3 | Self::M4a | Self::Ogg | Self::Wav | Self::Flac => MediaKind::Audio,
            Self::Mp4 | Self::WebM => MediaKind::Video,
            Self::Pdf => MediaKind::Document,
        }
    }

    /// Its media type (RFC 6838).
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Tiff => "image/tiff",
            Self::Mp3 => "audio/mpeg",
            Self::M4a => "audio/mp4",
            Self::Ogg => "audio/ogg",
            Self::Wav => "audio/wav",
            Self::Flac => "audio/flac",
            Self::Mp4 => "video/mp4",
            Self::WebM => "video/webm",
            Self::Pdf => "application/pdf",
        }
    }

    /// What names of such files end in, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            other => other.as_str(),
        }
    }
}

/// The point of a picture that stays in sight when it is cropped, in ten-thousandths of the width from the left and of the height from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FocalPoint {
    /// From the left.
    pub x: u16,
    /// From the top.
    pub y: u16,
}

impl Default for FocalPoint {
    fn default() -> Self {
        Self { x: 5_000, y: 5_000 }
    }
}

/// How wide a picture is for its height: 16 by 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio {
    /// Parts in width.
    pub width: u32,
    /// Parts in height.
    pub height: u32,
}

/// What is shown until a picture is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placeholder {
    /// Its `ThumbHash`: about 25 bytes.
    pub thumbhash: Vec<u8>,
    /// Its average colour: red, green, blue.
    pub color: [u8; 3],
}

/// What a file says of itself, of which the sender need not say anything: from EXIF, IPTC-IIM and XMP. Empty, where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileMetadata {
    /// Who made it.
    pub creator: String,
    /// Whom to credit.
    pub credit: String,
    /// The copyright notice.
    pub copyright: String,
    /// What it may be used for.
    pub usage_terms: String,
    /// Where it came from.
    pub source: String,
    /// When it was taken, as the file says it (RFC 3339, without an offset where the file has none).
    pub taken_at: String,
    /// How it came about: a URI of IPTC's digital source types.
    pub digital_source_type: String,
    /// The caption.
    pub caption: String,
    /// The alternative text.
    pub alt: String,
    /// What it is about.
    pub keywords: Vec<String>,
}

/// What is known of a file once it was looked into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// How it is written.
    pub format: FileFormat,
    /// Pixels in width and height, upright; of pictures and moving pictures.
    pub size: Option<(u32, u32)>,
    /// Pictures one after the other; of pictures.
    pub frames: Option<u32>,
    /// How long it plays, in milliseconds; of sound and moving pictures.
    pub duration_ms: Option<u64>,
    /// What is shown until it is there; of pictures.
    pub placeholder: Option<Placeholder>,
    /// Whether it carries a C2PA manifest. It is not verified.
    pub has_manifest: bool,
    /// What it says of itself.
    pub metadata: FileMetadata,
}
