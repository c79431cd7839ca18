//! Settings of the media library.

use std::path::{Path, PathBuf};

use super::{
    places::{has_user, web},
    reader::Reader,
};
use crate::{access::secret::Secret, media::storage::S3Settings};

const FOLDER: &str = "DATELINE_MEDIA";
const ENDPOINT: &str = "DATELINE_S3_ENDPOINT";
const REGION: &str = "DATELINE_S3_REGION";
const ACCESS_KEY: &str = "DATELINE_S3_ACCESS_KEY";
const SECRET_KEY: &str = "DATELINE_S3_SECRET_KEY";
const URL: &str = "DATELINE_MEDIA_URL";

/// Where files lie, where readers are given them, and what they may take.
#[derive(Debug, Clone)]
pub struct MediaSettings {
    /// The folder that they lie in; where they lie in a bucket, the one for what is on its way in.
    pub folder: PathBuf,
    /// The bucket that they lie in, if they do.
    pub s3: Option<S3Settings>,
    /// Where readers are given them: an absolute URL, without a slash at the end.
    pub url: String,
    /// Bytes of one file.
    pub most_bytes: u64,
    /// Bytes of memory for pictures that are being made, all of them together.
    pub memory: usize,
}

pub(super) fn media(r: &mut Reader<'_>, data_dir: &Path, public_url: &str) -> MediaSettings {
    let bucket = r.named(FOLDER).and_then(|place| place.strip_prefix("s3://"));
    let s3 = bucket.and_then(|place| s3(r, place));
    for name in [ENDPOINT, ACCESS_KEY, SECRET_KEY].into_iter().filter(|_| bucket.is_none()) {
        if r.named(name).is_some() {
            r.fault(name, format!("of no use without {FOLDER}=s3://…"));
        }
    }
    let folder = r.named(FOLDER).filter(|_| bucket.is_none()).map_or_else(|| data_dir.join("media"), PathBuf::from);
    if folder.starts_with("~") {
        r.fault(FOLDER, "`~` is the shell's to replace; write the path out");
    }
    let url = r.named(URL).map_or_else(|| format!("{public_url}/v1/media"), |url| url.trim_end_matches('/').to_owned());
    if web(&url).is_none_or(|url| url.query().is_some() || url.fragment().is_some()) {
        r.fault(URL, "an absolute http or https URL without a query");
    }
    MediaSettings {
        folder,
        s3,
        url,
        most_bytes: r.number("DATELINE_MEDIA_FILE_MB", 1u64, 65_536).saturating_mul(1 << 20),
        memory: r.number("DATELINE_MEDIA_MEMORY_MB", 64usize, 65_536).saturating_mul(1 << 20),
    }
}

/// The bucket that `bucket/prefix` names, with what lets this server in.
fn s3(r: &mut Reader<'_>, place: &str) -> Option<S3Settings> {
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let is_name = |name: &str, more: &[u8]| name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || more.contains(&c));
    if !(3..=63).contains(&bucket.len()) || !is_name(bucket, b".-") {
        r.fault(FOLDER, "s3:// and the name of a bucket, of 3 to 63 small letters, digits, dots and hyphens");
    }
    let prefix = prefix.trim_end_matches('/');
    if !prefix
        .split('/')
        .all(|step| (!step.is_empty() || prefix.is_empty()) && step.bytes().all(|c| c.is_ascii_alphanumeric() || b"._-".contains(&c)))
    {
        r.fault(FOLDER, "behind the bucket, steps of letters, digits, dots, hyphens and underscores");
    }
    let region = r.get(REGION);
    if !is_name(&region, b"-") {
        r.fault(REGION, "a region, such as eu-central-1");
    }
    let named = r.named(ENDPOINT).map_or_else(|| format!("https://s3.{region}.amazonaws.com"), str::to_owned);
    let endpoint = web(&named).filter(|url| !has_user(url) && url.query().is_none() && url.fragment().is_none());
    if endpoint.is_none() {
        r.fault(ENDPOINT, "an absolute http or https URL, without a user, a query or the bucket");
    }
    for name in [ACCESS_KEY, SECRET_KEY] {
        if r.named(name).is_none() {
            r.fault(name, format!("required with {FOLDER}=s3://…"));
        }
    }
    Some(S3Settings {
        endpoint: endpoint?,
        region,
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
        access_key: r.named(ACCESS_KEY)?.to_owned(),
        secret_key: Secret::new(r.named(SECRET_KEY)?.to_owned()),
    })
}
