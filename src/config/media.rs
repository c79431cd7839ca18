//! Settings of the media library.

use std::path::{Path, PathBuf};

use super::{places::web, reader::Reader};

const FOLDER: &str = "DATELINE_MEDIA";
const URL: &str = "DATELINE_MEDIA_URL";

/// Where files lie, where readers are given them, and what they may take.
#[derive(Debug, Clone)]
pub struct MediaSettings {
    /// The folder that they lie in.
    pub folder: PathBuf,
    /// Where readers are given them: an absolute URL, without a slash at the end.
    pub url: String,
    /// Bytes of one file.
    pub most_bytes: u64,
    /// Bytes of memory for pictures that are being made, all of them together.
    pub memory: usize,
}

pub(super) fn media(r: &mut Reader<'_>, data_dir: &Path, public_url: &str) -> MediaSettings {
    let folder = r.named(FOLDER).map_or_else(|| data_dir.join("media"), PathBuf::from);
    if folder.starts_with("~") {
        r.fault(FOLDER, "`~` is the shell's to replace; write the path out");
    }
    let url = r.named(URL).map_or_else(|| format!("{public_url}/v1/media"), |url| url.trim_end_matches('/').to_owned());
    if web(&url).is_none_or(|url| url.query().is_some() || url.fragment().is_some()) {
        r.fault(URL, "an absolute http or https URL without a query");
    }
    MediaSettings {
        folder,
        url,
        most_bytes: r.number("DATELINE_MEDIA_FILE_MB", 1u64, 65_536).saturating_mul(1 << 20),
        memory: r.number("DATELINE_MEDIA_MEMORY_MB", 64usize, 65_536).saturating_mul(1 << 20),
    }
}
