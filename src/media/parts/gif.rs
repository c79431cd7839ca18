//! The blocks of a GIF (`CompuServe`, version 89a).

use std::io::{Read, Seek};

use crate::{
    domain::file::FileFault,
    media::{
        bytes::{Input, Order, broken},
        limits::METADATA_BYTES,
    },
};

use super::found::{Coding, Parts, Tally};

/// Walk the blocks as far as the trailer.
pub(super) fn walk<R: Read + Seek>(input: &mut Input<R>) -> Result<Parts, FileFault> {
    let mut parts = Parts::default();
    let mut tally = Tally::default();
    let head = input.array::<13>()?;
    let side = |at| Order::Little.u16(&head, at).map(u32::from).unwrap_or_default();
    parts.size = (side(6), side(8));
    if parts.size.0 == 0 || parts.size.1 == 0 {
        return Err(broken("it has no width or no height"));
    }
    // The canvas, and a frame before it is put there.
    parts.coding = Coding::Whole { pixel_bytes: 8 };
    palette(input, head.get(10).copied().unwrap_or_default())?;
    // Ends: each round takes a block of the file.
    loop {
        tally.part()?;
        match input.byte()? {
            0x3b => break,
            0x2c => {
                let frame = input.array::<9>()?;
                palette(input, frame.get(8).copied().unwrap_or_default())?;
                input.skip(1)?;
                skip_blocks(input, &mut tally)?;
                parts.frames = parts.frames.saturating_add(1);
            }
            0x21 => extension(input, &mut parts, &mut tally)?,
            _ => return Err(broken("a block does not begin where the one before it ends")),
        }
    }
    if parts.frames == 0 {
        return Err(broken("there is no picture in it"));
    }
    parts.end = input.at();
    Ok(parts)
}

/// Pass over a table of colours, if there is one.
fn palette<R: Read + Seek>(input: &mut Input<R>, flags: u8) -> Result<(), FileFault> {
    if flags & 0x80 == 0 { Ok(()) } else { input.skip(3 << ((flags & 7) + 1)) }
}

fn skip_blocks<R: Read + Seek>(input: &mut Input<R>, tally: &mut Tally) -> Result<(), FileFault> {
    // Ends: each round takes a block of the file.
    loop {
        let length = input.byte()?;
        if length == 0 {
            return Ok(());
        }
        if length < 0xff {
            tally.part()?;
        }
        input.skip(u64::from(length))?;
    }
}

fn extension<R: Read + Seek>(input: &mut Input<R>, parts: &mut Parts, tally: &mut Tally) -> Result<(), FileFault> {
    if input.byte()? != 0xff {
        return skip_blocks(input, tally);
    }
    let length = input.byte()?;
    let name = input.block(u64::from(length), 255)?.unwrap_or_default();
    if name == b"XMP DataXMP" {
        return xmp(input, parts, tally);
    }
    parts.has_manifest |= name.starts_with(b"C2PA_GIF");
    if length == 0 { Ok(()) } else { skip_blocks(input, tally) }
}

/// XMP is not in blocks: it is text, and a ramp of 257 bytes behind it leads readers of blocks to their end.
fn xmp<R: Read + Seek>(input: &mut Input<R>, parts: &mut Parts, tally: &mut Tally) -> Result<(), FileFault> {
    let from = input.at();
    let text = input.some(METADATA_BYTES)?;
    tally.metadata(u64::try_from(text.len()).unwrap_or(u64::MAX))?;
    let end = memchr::memmem::find(&text, b"\x01\xff\xfe\xfd");
    if let Some(text) = end.and_then(|end| text.get(..end)) {
        text.clone_into(&mut parts.xmp);
    }
    input.go(from)?;
    skip_blocks(input, tally)
}
