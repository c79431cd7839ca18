//! What a picture says of itself, read from three places that may differ.
//!
//! **Decision.** As the Metadata Working Group has it: XMP is believed over IPTC-IIM, unless the digest that whoever wrote XMP left of the IIM is not
//! that of the IIM any more, for then a program that knows IIM alone was the last to write; EXIF, which cameras write, comes last. Each property
//! by itself: what one place leaves out, the next may say.

mod exif;
mod iim;
mod text;
mod times;
mod xmp;

use md5::{Digest, Md5};

use crate::domain::file::FileMetadata;

use super::parts::found::Parts;

/// What a picture says of itself.
pub(super) fn read(parts: &Parts) -> FileMetadata {
    let (xmp, iim, exif) = (xmp::read(&parts.xmp), iim::read(&parts.iim), exif::read(&parts.exif));
    let is_newer =
        parts.iim_digest.is_some_and(|known| known != [0; 16] && known[..] != Md5::digest(&parts.iim)[..]) && !parts.iim.is_empty();
    let mut order = if is_newer { [iim, xmp, exif] } else { [xmp, iim, exif] };
    order.iter_mut().for_each(text::clean);
    order.into_iter().fold(FileMetadata::default(), or)
}

/// What one says, and where it says nothing, the other.
fn or(one: FileMetadata, other: FileMetadata) -> FileMetadata {
    let first = |one: String, other: String| if one.is_empty() { other } else { one };
    FileMetadata {
        creator: first(one.creator, other.creator),
        credit: first(one.credit, other.credit),
        copyright: first(one.copyright, other.copyright),
        usage_terms: first(one.usage_terms, other.usage_terms),
        source: first(one.source, other.source),
        taken_at: first(one.taken_at, other.taken_at),
        digital_source_type: first(one.digital_source_type, other.digital_source_type),
        caption: first(one.caption, other.caption),
        alt: first(one.alt, other.alt),
        keywords: if one.keywords.is_empty() { other.keywords } else { one.keywords },
    }
}
