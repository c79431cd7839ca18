//! Looking into a file: what it is, what it would take to decode it, and what it says of itself.

use std::fs::File;

use crate::domain::file::{FileFacts, FileFault, FileFormat, FileMetadata, MediaKind, Placeholder};

use super::{
    Limits,
    bytes::{Input, broken},
    colour,
    cropping::{Cut, Orientation},
    decoding::{self, Channels, Pixels, guarded},
    metadata,
    parts::{self, found::Parts},
    playing, polyglots, scaling,
};

pub use super::formats::{HEAD_BYTES, format_of};

/// Pixels of the longer side of the small picture that stands for a picture.
const SMALL: u32 = 100;

/// Look into a file of a format that [`format_of`] told.
///
/// A picture is decoded to its end: one that is damaged or was not copied whole is found out here. Of sound and video the head is read. The format
/// that is found may be another than was told by the first bytes: an MP4 without moving pictures is [`FileFormat::M4a`].
///
/// # Errors
/// What is wrong with it, in words for whoever sent it.
pub fn look_into(file: &mut File, format: FileFormat, limits: &Limits) -> Result<FileFacts, FileFault> {
    guarded(|| {
        if format.kind() == MediaKind::Image {
            return picture(file, format, limits);
        }
        let mut input = Input::new(&mut *file)?;
        if format != FileFormat::Pdf {
            let length = input.length();
            polyglots::refuse_behind(&mut input, length)?;
        }
        let played = playing::look(file, format)?;
        Ok(FileFacts {
            // An MP4 without moving pictures is sound, whatever program wrote it.
            format: if format == FileFormat::Mp4 && !played.has_video { FileFormat::M4a } else { format },
            size: played.size,
            frames: None,
            duration_ms: played.duration_ms,
            placeholder: None,
            has_manifest: false,
            metadata: FileMetadata::default(),
        })
    })
}

/// Bytes that looking into a file may take beside the pixels that are decoded: metadata as they are and as they are read, and the tables of decoders.
const BESIDE: u64 = 24 << 20;

/// Bytes that looking into a file takes at most. What is found broken on the way, takes no more than the least.
pub fn memory_for(file: &mut File, format: FileFormat) -> u64 {
    let pixels = guarded(|| {
        let mut input = Input::new(&mut *file)?;
        let parts = parts::walk(&mut input, format, false).transpose()?;
        Ok(parts.map_or(0, |parts| parts.coding.bytes(parts.size, eighths(&parts))))
    });
    pixels.unwrap_or_default().saturating_add(BESIDE)
}

fn picture(file: &mut File, format: FileFormat, limits: &Limits) -> Result<FileFacts, FileFault> {
    let mut input = Input::new(&mut *file)?;
    let parts = parts::walk(&mut input, format, true).ok_or_else(|| broken("it is no picture"))??;
    judge(&parts, limits)?;
    polyglots::refuse_behind(&mut input, parts.end)?;
    let orientation = Orientation::from_exif(parts.exif.orientation);
    let decoded = decoding::decode(file, format, &parts, eighths(&parts))?;
    let placeholder = placeholder(decoded, &parts, orientation)?;
    Ok(FileFacts {
        format,
        size: Some(orientation.turned(parts.size)),
        frames: Some(parts.frames),
        duration_ms: None,
        placeholder: Some(placeholder),
        has_manifest: parts.has_manifest,
        metadata: metadata::read(&parts),
    })
}

fn eighths(parts: &Parts) -> u32 {
    decoding::eighths(parts.size, (f64::from(SMALL.min(parts.size.0)), f64::from(SMALL.min(parts.size.1))))
}

/// Refuse what would take too much, before anything is decoded.
fn judge(parts: &Parts, limits: &Limits) -> Result<(), FileFault> {
    let (width, height) = parts.size;
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    if pixels > limits.pixels {
        return Err(FileFault::TooComplex(format!(
            "The picture has {width} × {height} pixels, which are {pixels}; {} are taken. Save it smaller.",
            limits.pixels
        )));
    }
    if parts.frames > limits.frames {
        return Err(FileFault::TooComplex(format!(
            "The file holds {} pictures one after the other; {} are taken. Send it as video.",
            parts.frames, limits.frames
        )));
    }
    let bytes = parts.coding.bytes(parts.size, eighths(parts));
    if bytes > limits.decoded_bytes {
        return Err(FileFault::TooComplex(format!(
            "Decoding the picture takes {bytes} bytes of memory; {} are allowed. Save it smaller, or as JPEG.",
            limits.decoded_bytes
        )));
    }
    Ok(())
}

fn placeholder(decoded: Pixels, parts: &Parts, orientation: Orientation) -> Result<Placeholder, FileFault> {
    let longer = decoded.width.max(decoded.height).max(1);
    let part = |side: u32| if longer <= SMALL { side } else { (side.saturating_mul(SMALL) / longer).max(1) };
    let (width, height) = (part(decoded.width), part(decoded.height));
    let whole = Cut { left: 0.0, top: 0.0, width: f64::from(decoded.width), height: f64::from(decoded.height) };
    let small = colour::to_srgb(scaling::resize(decoded, whole, (width, height))?, &parts.icc);
    let upright = colour::in_colours(scaling::turned(small, orientation)?);
    let rgba: Vec<u8> = match upright.channels {
        Channels::Rgba => upright.bytes,
        _ => upright.bytes.chunks_exact(3).filter_map(|p| p.first_chunk::<3>()).flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect(),
    };
    let (Ok(width), Ok(height)) = (usize::try_from(upright.width), usize::try_from(upright.height)) else {
        return Err(broken("it is too large"));
    };
    Ok(Placeholder { color: average(&rgba), thumbhash: thumbhash::rgba_to_thumb_hash(width, height, &rgba) })
}

/// The average colour, of each pixel as much as is seen of it; white, where nothing is seen.
fn average(rgba: &[u8]) -> [u8; 3] {
    let mut sum = [0u64; 3];
    let mut seen = 0u64;
    for [r, g, b, alpha] in rgba.chunks_exact(4).filter_map(|p| p.first_chunk::<4>()) {
        let alpha = u64::from(*alpha);
        seen += alpha;
        for (sum, shade) in sum.iter_mut().zip([r, g, b]) {
            *sum += alpha * u64::from(*shade);
        }
    }
    sum.map(|sum| (sum + seen / 2).checked_div(seen).map_or(255, |shade| u8::try_from(shade).unwrap_or(u8::MAX)))
}
