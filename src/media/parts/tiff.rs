//! The directories of a TIFF (revision 6.0).

use std::io::{Read, Seek};

use crate::{
    domain::file::FileFault,
    media::{
        bytes::{Input, Order, broken},
        limits::{METADATA_BYTES, PROFILE_BYTES},
    },
};

use super::{
    found::{Coding, Parts},
    ifd::{self, Directory},
    photoshop,
};

const SUBFILE: u16 = 0x00fe;
const WIDTH: u16 = 0x0100;
const HEIGHT: u16 = 0x0101;
const BITS: u16 = 0x0102;
const STRIPS: u16 = 0x0111;
const CHANNELS: u16 = 0x0115;
const TILES: u16 = 0x0144;
const XMP: u16 = 0x02bc;
const IIM: u16 = 0x83bb;
const RESOURCES: u16 = 0x8649;
const PROFILE: u16 = 0x8773;
const DNG_VERSION: u16 = 0xc612;
const MANIFEST: u16 = 0xcd41;
/// Directories that are followed: each is a picture.
const DIRECTORIES: u32 = 10_000;
/// Strips or tiles of one picture.
const PIECES: u32 = 1_000_000;

/// Walk the directories.
pub(super) fn walk<R: Read + Seek>(input: &mut Input<R>) -> Result<Parts, FileFault> {
    let (order, at) = ifd::header(input)?;
    let first = ifd::directory(input, order, at)?;
    let number = |tag| first.number(order, tag);
    // What cameras write raw begins with a small picture of it.
    if first.field(DNG_VERSION).is_some() || number(SUBFILE).is_some_and(|kind| kind & 1 == 1) {
        return Err(FileFault::Unsupported("Raw pictures of cameras are not taken: develop it as JPEG or TIFF first.".to_owned()));
    }
    let (Some(width), Some(height)) = (number(WIDTH), number(HEIGHT)) else { return Err(broken("its size is missing")) };
    if width == 0 || height == 0 {
        return Err(broken("it has no width or no height"));
    }
    if [STRIPS, TILES].iter().any(|tag| first.field(*tag).is_some_and(|field| field.count() > PIECES)) {
        return Err(broken("it is cut into more than a million pieces"));
    }
    let mut bytes = |tag, most| first.field(tag).map(|field| field.bytes(input, order, most)).unwrap_or_default();
    let (bits, xmp, iim, icc, resources) = (
        bytes(BITS, 64),
        bytes(XMP, METADATA_BYTES),
        bytes(IIM, METADATA_BYTES),
        bytes(PROFILE, PROFILE_BYTES),
        bytes(RESOURCES, METADATA_BYTES),
    );
    let depth = order.u16(&bits, 0).map_or(1, u64::from);
    let channels = u64::from(number(CHANNELS).unwrap_or(1));
    if channels > 8 || depth > 64 {
        return Err(broken("it has an unknown number of planes of colour"));
    }
    // What a decoder makes of a strip, the pixels, and these with 8 bits.
    let pixel_bytes = channels.max(3).saturating_mul(depth.div_ceil(8)).saturating_mul(2).saturating_add(4);
    let mut parts = Parts {
        size: (width, height),
        xmp,
        icc,
        exif: ifd::exif(input, order, &first),
        has_manifest: first.field(MANIFEST).is_some(),
        end: input.length(),
        coding: Coding::Whole { pixel_bytes },
        ..Parts::default()
    };
    photoshop::take(&resources, &mut parts);
    if !iim.is_empty() {
        parts.iim = iim;
    }
    parts.frames = count(input, order, &first)?;
    Ok(parts)
}

fn count<R: Read + Seek>(input: &mut Input<R>, order: Order, first: &Directory) -> Result<u32, FileFault> {
    let mut next = first.next;
    let mut frames = 1u32;
    // Ends: so many rounds at most.
    while next != 0 && frames < DIRECTORIES {
        frames = frames.saturating_add(1);
        next = ifd::directory(input, order, next)?.next;
    }
    Ok(frames)
}
