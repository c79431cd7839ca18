//! The chunks of a PNG (W3C PNG, third edition).

use std::io::{Read, Seek};

use crate::{
    domain::file::FileFault,
    media::{
        bytes::{Input, Order, broken},
        limits::{METADATA_BYTES, PROFILE_BYTES},
    },
};

use super::{
    found::{Coding, Parts, Tally},
    ifd, photoshop,
};

/// Walk the chunks as far as `IEND`.
pub(super) fn walk<R: Read + Seek>(input: &mut Input<R>) -> Result<Parts, FileFault> {
    let mut parts = Parts { frames: 1, ..Parts::default() };
    let mut tally = Tally::default();
    let mut pixels = false;
    input.skip(8)?;
    // Ends: each round takes a chunk of the file.
    loop {
        tally.part()?;
        let length = u64::from(u32::from_be_bytes(input.array()?));
        let kind = input.array::<4>()?;
        if parts.size == (0, 0) && kind != *b"IHDR" {
            return Err(broken("it does not begin with its size"));
        }
        match &kind {
            b"IHDR" => header(&input.block(length, 64)?.unwrap_or_default(), &mut parts)?,
            b"acTL" => {
                let block = input.block(length, 64)?.unwrap_or_default();
                parts.frames = Order::Big.u32(&block, 0).unwrap_or(1).max(1);
            }
            b"IDAT" => {
                pixels = true;
                input.skip(length)?;
            }
            b"IEND" => {
                input.skip(length.saturating_add(4))?;
                break;
            }
            b"iCCP" | b"eXIf" | b"iTXt" | b"zTXt" | b"tEXt" => {
                tally.metadata(length.min(METADATA_BYTES))?;
                metadata(kind, input.block(length, METADATA_BYTES)?.unwrap_or_default(), &mut parts);
            }
            _ => {
                parts.has_manifest |= kind == *b"caBX";
                input.skip(length)?;
            }
        }
        input.skip(4)?;
    }
    if !pixels {
        return Err(broken("there is no picture in it"));
    }
    parts.end = input.at();
    Ok(parts)
}

fn header(block: &[u8], parts: &mut Parts) -> Result<(), FileFault> {
    let (Some(width), Some(height), Some(color)) = (Order::Big.u32(block, 0), Order::Big.u32(block, 4), block.get(9)) else {
        return Err(broken("its size is missing"));
    };
    if parts.size != (0, 0) || width == 0 || height == 0 {
        return Err(broken("it has no width or no height, or two of them"));
    }
    let channels = match color {
        0 => 1,
        4 => 2,
        2 => 3,
        // A palette may have transparent colours.
        _ => 4,
    };
    // A transparent colour adds a channel. What has 16 bits comes out with 8.
    let channels = if matches!(color, 0 | 2) { channels + 1 } else { channels };
    parts.size = (width, height);
    parts.coding = Coding::Whole { pixel_bytes: channels };
    Ok(())
}

fn metadata(kind: [u8; 4], block: Vec<u8>, parts: &mut Parts) {
    if kind == *b"eXIf" {
        parts.exif = ifd::exif_block(block);
        return;
    }
    let Some((name, rest)) = split(&block) else { return };
    match &kind {
        b"iCCP" => parts.icc = inflated(rest.get(1..).unwrap_or_default(), PROFILE_BYTES),
        b"iTXt" if name == b"XML:com.adobe.xmp" => {
            let ([compressed, _, text @ ..], true) = (rest, parts.xmp.is_empty()) else { return };
            // The language, and the keyword in it.
            let Some((_, text)) = split(text).and_then(|(_, text)| split(text)) else { return };
            parts.xmp = if *compressed == 1 { inflated(text, METADATA_BYTES) } else { text.to_vec() };
        }
        b"zTXt" | b"tEXt" if name.starts_with(b"Raw profile type ") => {
            let text = if kind == *b"zTXt" { inflated(rest.get(1..).unwrap_or_default(), METADATA_BYTES) } else { rest.to_vec() };
            raw(name, &text, parts);
        }
        _ => {}
    }
}

/// A profile as `ImageMagick` writes it: its name, its length, and its bytes in hexadecimal.
fn raw(name: &[u8], text: &[u8], parts: &mut Parts) {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).skip(2);
    let digits: Vec<u8> =
        lines.flatten().filter_map(|digit| char::from(*digit).to_digit(16)).filter_map(|n| u8::try_from(n).ok()).collect();
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte: u8, digit| byte << 4 | digit)).collect();
    if name.ends_with(b"iptc") || name.ends_with(b"8bim") {
        let resources = bytes.strip_prefix(b"Photoshop 3.0\0").unwrap_or(&bytes);
        if resources.starts_with(b"8BIM") { photoshop::take(resources, parts) } else { parts.iim = bytes }
    } else if name.ends_with(b"xmp") && parts.xmp.is_empty() {
        parts.xmp = bytes;
    } else if name.ends_with(b"exif") && parts.exif == super::found::Exif::default() {
        parts.exif = ifd::exif_block(bytes.strip_prefix(b"Exif\0\0").unwrap_or(&bytes).to_vec());
    }
}

/// What stands before the first zero, and what after it.
fn split(block: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(0, block)?;
    Some((block.get(..at)?, block.get(at.saturating_add(1)..)?))
}

/// What a compressed block holds; nothing, where that is more than `most` or damaged.
fn inflated(block: &[u8], most: u64) -> Vec<u8> {
    let mut found = Vec::new();
    let read = flate2::read::ZlibDecoder::new(block).take(most.saturating_add(1)).read_to_end(&mut found);
    if read.is_ok_and(|read| u64::try_from(read).is_ok_and(|read| read <= most)) { found } else { Vec::new() }
}
