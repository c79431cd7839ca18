//! What EXIF says of a picture's maker.

use crate::{domain::file::FileMetadata, media::parts::found::Exif};

use super::{text::decoded, times};

/// What cameras and programs write for a description when nobody wrote one.
const JUNK: [&str; 14] = [
    "olympus digital camera",
    "sony dsc",
    "samsung camera pictures",
    "dcim",
    "dsc",
    "minolta digital camera",
    "konica minolta digital camera",
    "kodak digital still camera",
    "digital camera",
    "default",
    "untitled",
    "exif_jpeg_picture",
    "screenshot",
    "<digimax",
];

/// What EXIF says.
pub(super) fn read(exif: &Exif) -> FileMetadata {
    let description = one(&exif.description);
    let is_junk = JUNK.contains(&description.trim().to_lowercase().trim_end_matches(|c: char| !c.is_alphanumeric()))
        || description.trim().chars().all(|c| !c.is_alphanumeric());
    let (date, time) = (one(&exif.taken), one(&exif.offset));
    let (day, hour) = date.trim().split_once(' ').map(|(d, h)| (d.to_owned(), h.to_owned())).unwrap_or_default();
    FileMetadata {
        creator: decoded(&exif.artist).split(['\0', ';']).map(str::trim).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", "),
        copyright: notices(&exif.copyright),
        caption: if is_junk { String::new() } else { description },
        taken_at: times::rfc3339(&day, &hour, &time),
        ..FileMetadata::default()
    }
}

/// A text as far as its end.
fn one(bytes: &[u8]) -> String {
    decoded(bytes.split(|byte| *byte == 0).next().unwrap_or_default())
}

/// The notices of the photographer and of the editor, which a zero parts.
fn notices(bytes: &[u8]) -> String {
    decoded(bytes).split('\0').map(str::trim).filter(|notice| !notice.is_empty()).collect::<Vec<_>>().join(", ")
}
