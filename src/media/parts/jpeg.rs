//! The segments of a JPEG (ITU-T T.81, annex B).

use std::io::{Read, Seek};

use crate::{
    domain::file::FileFault,
    media::{
        bytes::{Input, Order, broken, ends_early, holds},
        limits::{METADATA_BYTES, PROFILE_BYTES, SCANS},
    },
};

use super::{
    found::{Coding, Parts, Tally},
    ifd, photoshop,
};

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
const PROFILE: &[u8] = b"ICC_PROFILE\0";

/// What is put together of several segments.
#[derive(Default)]
struct Pieces {
    resources: Vec<u8>,
    profile: Vec<(u8, Vec<u8>)>,
    adobe: bool,
    scans: u32,
    tally: Tally,
}

/// Walk the segments: all of them, or as far as the first scan.
pub(super) fn walk<R: Read + Seek>(input: &mut Input<R>, whole: bool) -> Result<Parts, FileFault> {
    let mut parts = Parts { frames: 1, ..Parts::default() };
    let mut pieces = Pieces::default();
    input.skip(2)?;
    let mut marker = next_marker(input)?;
    // Ends: each round takes a marker of the file.
    loop {
        pieces.tally.part()?;
        match marker {
            0xd9 => break,
            0x01 | 0xd0..=0xd8 => {}
            _ => segment(input, marker, &mut parts, &mut pieces)?,
        }
        if marker == 0xda {
            if parts.size == (0, 0) {
                return Err(broken("its pixels come before its size"));
            }
            if !whole {
                break;
            }
        }
        marker = next_marker(input)?;
    }
    if parts.size == (0, 0) || (whole && pieces.scans == 0) {
        return Err(broken("there is no picture in it"));
    }
    parts.end = input.at();
    photoshop::take(&pieces.resources, &mut parts);
    pieces.profile.sort_by_key(|(number, _)| *number);
    parts.icc = pieces.profile.into_iter().flat_map(|(_, piece)| piece).collect();
    if let Coding::Jpeg { adobe, .. } = &mut parts.coding {
        *adobe = pieces.adobe;
    }
    Ok(parts)
}

/// The next marker. Among coded pixels 0xff is followed by zero, or by a marker to start anew; between segments some programs leave a few bytes,
/// which all decoders pass over.
fn next_marker<R: Read + Seek>(input: &mut Input<R>) -> Result<u8, FileFault> {
    // Ends: each round takes bytes of the file.
    loop {
        if !input.past(0xff)? {
            return Err(ends_early());
        }
        let mut byte = input.byte()?;
        // Ends: each round takes a byte of the file.
        while byte == 0xff {
            byte = input.byte()?;
        }
        if !matches!(byte, 0 | 0xd0..=0xd7) {
            return Ok(byte);
        }
    }
}

fn segment<R: Read + Seek>(input: &mut Input<R>, marker: u8, parts: &mut Parts, pieces: &mut Pieces) -> Result<(), FileFault> {
    let length = u16::from_be_bytes(input.array()?);
    let Some(length) = length.checked_sub(2).map(u64::from) else { return Err(broken("a segment is shorter than its own length")) };
    match marker {
        0xc0..=0xc2 => frame(&input.block(length, METADATA_BYTES)?.unwrap_or_default(), marker, parts),
        0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
            Err(FileFault::Unsupported("Lossless and arithmetic JPEG are not taken: save it as ordinary JPEG first.".to_owned()))
        }
        0xda => {
            pieces.scans = pieces.scans.saturating_add(1);
            if pieces.scans > SCANS {
                return Err(FileFault::TooComplex(format!("The JPEG is written in more than {SCANS} scans. Save it anew.")));
            }
            input.skip(length)
        }
        0xe1 | 0xe2 | 0xeb | 0xed | 0xee => {
            pieces.tally.metadata(length)?;
            application(&input.block(length, METADATA_BYTES)?.unwrap_or_default(), marker, parts, pieces);
            Ok(())
        }
        _ => input.skip(length),
    }
}

/// The head of a frame: its size, and how its planes are sampled.
fn frame(block: &[u8], marker: u8, parts: &mut Parts) -> Result<(), FileFault> {
    if parts.size != (0, 0) {
        return Err(broken("it has two sizes"));
    }
    let (Some(precision), Some(height), Some(width), Some(components)) =
        (block.first(), Order::Big.u16(block, 1), Order::Big.u16(block, 3), block.get(5))
    else {
        return Err(broken("its size is missing"));
    };
    if *precision != 8 {
        return Err(FileFault::Unsupported("JPEG with other than 8 bits a sample is not taken: save it with 8 bits first.".to_owned()));
    }
    if width == 0 || height == 0 {
        return Err(broken("it has no width or no height"));
    }
    let planes: Vec<(u64, u64)> = block
        .get(6..)
        .unwrap_or_default()
        .chunks_exact(3)
        .filter_map(|plane| plane.get(1))
        .map(|s| (u64::from(s >> 4), u64::from(s & 15)))
        .collect();
    if !matches!(components, 1 | 3 | 4) || planes.len() != usize::from(*components) {
        return Err(broken("it has an unknown number of planes of colour"));
    }
    if planes.iter().any(|(across, down)| !(1..=4).contains(across) || !(1..=4).contains(down)) {
        return Err(broken("its planes of colour are sampled in no known way"));
    }
    let most = |of: fn(&(u64, u64)) -> u64| planes.iter().map(of).max().unwrap_or(1);
    let (across, down) = (most(|p| p.0), most(|p| p.1));
    let blocks = |side: u16, most: u64| u64::from(side).div_ceil(most.saturating_mul(8));
    let of_plane = |(h, v): &(u64, u64)| {
        blocks(width, across).saturating_mul(*h).saturating_mul(blocks(height, down)).saturating_mul(*v).saturating_mul(64)
    };
    parts.size = (u32::from(width), u32::from(height));
    parts.coding = Coding::Jpeg {
        components: *components,
        samples: planes.iter().map(of_plane).fold(0, u64::saturating_add),
        progressive: marker == 0xc2,
        adobe: false,
    };
    Ok(())
}

fn application(block: &[u8], marker: u8, parts: &mut Parts, pieces: &mut Pieces) {
    match marker {
        0xe1 => {
            if let Some(exif) = block.strip_prefix(EXIF).filter(|_| parts.exif == super::found::Exif::default()) {
                parts.exif = ifd::exif_block(exif.to_vec());
            } else if let Some(xmp) = block.strip_prefix(XMP).filter(|_| parts.xmp.is_empty()) {
                xmp.clone_into(&mut parts.xmp);
            }
        }
        0xe2 => {
            if let Some([number, _, piece @ ..]) = block.strip_prefix(PROFILE) {
                let held: usize = pieces.profile.iter().map(|(_, piece)| piece.len()).sum();
                if u64::try_from(held.saturating_add(piece.len())).is_ok_and(|bytes| bytes <= PROFILE_BYTES) {
                    pieces.profile.push((*number, piece.to_vec()));
                }
            }
        }
        // A box of JUMBF in pieces: a name, two numbers, the box's length and its kind.
        0xeb => parts.has_manifest |= block.starts_with(b"JP") && holds(block.get(..64.min(block.len())).unwrap_or_default(), b"c2pa"),
        0xed => {
            if let Some(resources) = block.strip_prefix(PHOTOSHOP) {
                pieces.resources.extend_from_slice(resources);
            }
        }
        _ => pieces.adobe |= block.starts_with(b"Adobe"),
    }
}
