//! What was found in a picture's file.

use crate::{
    domain::file::FileFault,
    media::{
        bytes::broken,
        limits::{ALL_METADATA_BYTES, PARTS},
    },
};

/// What was found in a picture's file.
#[derive(Debug, Default)]
pub(in crate::media) struct Parts {
    /// Pixels in width and height, as they are stored.
    pub(in crate::media) size: (u32, u32),
    /// Pictures one after the other.
    pub(in crate::media) frames: u32,
    /// What EXIF says.
    pub(in crate::media) exif: Exif,
    /// The packet of XMP.
    pub(in crate::media) xmp: Vec<u8>,
    /// The records of IPTC-IIM.
    pub(in crate::media) iim: Vec<u8>,
    /// The digest of the records that whoever last wrote XMP knew of.
    pub(in crate::media) iim_digest: Option<[u8; 16]>,
    /// The colour profile.
    pub(in crate::media) icc: Vec<u8>,
    /// Whether there is a C2PA manifest.
    pub(in crate::media) has_manifest: bool,
    /// Where the picture ends.
    pub(in crate::media) end: u64,
    /// What decoding it takes.
    pub(in crate::media) coding: Coding,
}

/// What EXIF says that is of use here, as it is written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::media) struct Exif {
    /// How the picture lies: 1 to 8.
    pub(in crate::media) orientation: u16,
    /// What it shows.
    pub(in crate::media) description: Vec<u8>,
    /// Who made it.
    pub(in crate::media) artist: Vec<u8>,
    /// The copyright notice.
    pub(in crate::media) copyright: Vec<u8>,
    /// When it was taken.
    pub(in crate::media) taken: Vec<u8>,
    /// By how much that is ahead of UTC.
    pub(in crate::media) offset: Vec<u8>,
}

/// What decoding a picture takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) enum Coding {
    /// A JPEG.
    Jpeg {
        /// Planes of colour.
        components: u8,
        /// Samples of all planes, as they are stored.
        samples: u64,
        /// Whether all of them are held until the last scan.
        progressive: bool,
        /// Whether four inks are written the other way about, as Adobe does.
        adobe: bool,
    },
    /// Any other, decoded whole.
    Whole {
        /// Bytes for each pixel while it is decoded: those that come out, and those that the decoder takes beside.
        pixel_bytes: u64,
    },
}

impl Default for Coding {
    fn default() -> Self {
        Self::Whole { pixel_bytes: 8 }
    }
}

impl Coding {
    /// Bytes that decoding a picture of this size takes, by a part of an eighth of each side: 8 for the whole.
    pub(in crate::media) fn bytes(self, (width, height): (u32, u32), eighths: u32) -> u64 {
        let side = |side: u32| u64::from(side).saturating_mul(u64::from(eighths)).div_ceil(8);
        // Blocks at the edges are decoded whole.
        let padded = |side: u64| side.saturating_add(32);
        match self {
            Self::Jpeg { components, samples, progressive, .. } => {
                let out = padded(side(width)).saturating_mul(padded(side(height))).saturating_mul(u64::from(components));
                let held = if progressive { samples.saturating_mul(2) } else { 0 };
                // The planes, and the pixels made of them.
                out.saturating_mul(2).saturating_add(held)
            }
            Self::Whole { pixel_bytes } => u64::from(width).saturating_mul(u64::from(height)).saturating_mul(pixel_bytes),
        }
    }
}

/// Counts the parts of a file and the bytes of its metadata, and stops where there are too many.
#[derive(Debug, Default)]
pub(super) struct Tally {
    parts: u32,
    bytes: u64,
}

impl Tally {
    /// Another part.
    pub(super) fn part(&mut self) -> Result<(), FileFault> {
        self.parts = self.parts.saturating_add(1);
        if self.parts > PARTS { Err(broken("it has more than a million parts")) } else { Ok(()) }
    }

    /// A block of metadata.
    pub(super) fn metadata(&mut self, bytes: u64) -> Result<(), FileFault> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > ALL_METADATA_BYTES {
            return Err(FileFault::TooComplex(format!(
                "The file has more than {} MB of metadata. Save it anew without them.",
                ALL_METADATA_BYTES >> 20
            )));
        }
        Ok(())
    }
}
