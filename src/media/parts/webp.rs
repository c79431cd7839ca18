//! The chunks of a WebP (RFC 9649).

use std::io::{Read, Seek};

use crate::{
    domain::file::FileFault,
    media::{
        bytes::{Input, Order, broken, ends_early},
        limits::{METADATA_BYTES, PROFILE_BYTES},
    },
};

use super::{
    found::{Coding, Parts, Tally},
    ifd,
};

/// Walk the chunks as far as the container's end.
pub(super) fn walk<R: Read + Seek>(input: &mut Input<R>) -> Result<Parts, FileFault> {
    let mut parts = Parts::default();
    let mut tally = Tally::default();
    let head = input.array::<12>()?;
    let end = u64::from(Order::Little.u32(&head, 4).unwrap_or_default()).saturating_add(8);
    if end > input.length() {
        return Err(ends_early());
    }
    let mut animated = 0u32;
    // Ends: each round takes a chunk of the file.
    while input.at().saturating_add(8) <= end {
        tally.part()?;
        let kind = input.array::<4>()?;
        let length = u64::from(u32::from_le_bytes(input.array()?));
        let next = input.at().saturating_add(length).saturating_add(length & 1);
        if next > end.saturating_add(1) {
            return Err(broken("a chunk is longer than the file"));
        }
        match &kind {
            b"VP8X" | b"VP8 " | b"VP8L" if parts.size == (0, 0) => parts.size = size(kind, &input.some(length.min(16))?)?,
            b"ANMF" => animated = animated.saturating_add(1),
            b"ICCP" => parts.icc = input.block(length, PROFILE_BYTES)?.unwrap_or_default(),
            b"EXIF" => {
                tally.metadata(length.min(METADATA_BYTES))?;
                let block = input.block(length, METADATA_BYTES)?.unwrap_or_default();
                parts.exif = ifd::exif_block(block.strip_prefix(b"Exif\0\0").map(<[u8]>::to_vec).unwrap_or(block));
            }
            b"XMP " => {
                tally.metadata(length.min(METADATA_BYTES))?;
                parts.xmp = input.block(length, METADATA_BYTES)?.unwrap_or_default();
            }
            b"C2PA" => parts.has_manifest = true,
            _ => {}
        }
        input.go(next.min(end))?;
    }
    if parts.size == (0, 0) {
        return Err(broken("there is no picture in it"));
    }
    parts.frames = animated.max(1);
    parts.end = end;
    // The pixels, and the planes that they are made of; of an animation the canvas as well.
    parts.coding = Coding::Whole { pixel_bytes: if animated > 0 { 14 } else { 10 } };
    Ok(parts)
}

fn size(kind: [u8; 4], block: &[u8]) -> Result<(u32, u32), FileFault> {
    let three = |at: usize| match block.get(at..)?.first_chunk::<3>()? {
        [a, b, c] => Some(u32::from_le_bytes([*a, *b, *c, 0]).saturating_add(1)),
    };
    let two = |at| Order::Little.u16(block, at).map(|side| u32::from(side & 0x3fff));
    let found = match &kind {
        b"VP8X" => three(4).zip(three(7)),
        b"VP8L" => Order::Little.u32(block, 1).map(|bits| ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)),
        _ => two(6).zip(two(8)),
    };
    found.filter(|(width, height)| *width > 0 && *height > 0).ok_or_else(|| broken("its size is missing"))
}
