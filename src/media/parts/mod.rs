//! The parts of a picture's file, walked without decoding any of it: its size, its metadata, its colour profile, and where it ends.

pub(super) mod found;
mod gif;
pub(super) mod ifd;
mod jpeg;
mod photoshop;
mod png;
mod tiff;
mod webp;

use std::io::{Read, Seek};

use crate::domain::file::{FileFault, FileFormat};

use super::bytes::Input;
use found::Parts;

/// Walk the parts of a picture, as far as its end; or, where only the picture is wanted, as far as its pixels need it.
///
/// `None` for what is no picture.
pub(super) fn walk<R: Read + Seek>(input: &mut Input<R>, format: FileFormat, whole: bool) -> Option<Result<Parts, FileFault>> {
    Some(match format {
        FileFormat::Jpeg => jpeg::walk(input, whole),
        FileFormat::Png => png::walk(input),
        FileFormat::Gif => gif::walk(input),
        FileFormat::WebP => webp::walk(input),
        FileFormat::Tiff => tiff::walk(input),
        _ => return None,
    })
}
