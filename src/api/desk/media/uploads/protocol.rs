//! The header fields of tus 1.0, and what a request says by them.

use std::{
    collections::BTreeMap,
    future::{Ready, ready},
    time::{Duration, SystemTime},
};

use actix_web::{
    FromRequest, HttpRequest, HttpResponseBuilder,
    dev::Payload,
    http::header::{CONTENT_LOCATION, HeaderName, HttpDate},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::{
    api::{TUS, extract::kind, problem::Failure},
    domain::{
        Instant,
        media::{UNNAMED, file_name},
        upload::{METADATA, Outcome, Upload},
    },
};

/// What of it is done beside its core.
pub(super) const EXTENSIONS: &str = "creation,termination,expiration,checksum";
/// The sums that bytes may be sent with.
pub(super) const ALGORITHMS: &str = "sha1,sha256";
/// The media type of bytes of an upload.
pub(super) const BYTES: &str = "application/offset+octet-stream";

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const SAID: HeaderName = HeaderName::from_static("upload-metadata");
const SUM: HeaderName = HeaderName::from_static("upload-checksum");

/// A request that speaks this version.
#[derive(Debug)]
pub(super) struct Tus;

impl FromRequest for Tus {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let is_spoken = req.headers().get(RESUMABLE).is_some_and(|version| version.as_bytes() == TUS.as_bytes());
        ready(if is_spoken { Ok(Self) } else { Err(Failure::TusVersion) })
    }
}

/// Nothing, where a request that may be anybody's speaks this version, or says nothing of it.
pub(super) fn may_speak(req: &HttpRequest) -> Result<(), Failure> {
    if req.headers().contains_key(RESUMABLE) { Tus::from_request(req, &mut Payload::None).into_inner().map(drop) } else { Ok(()) }
}

fn number(req: &HttpRequest, name: &HeaderName, shown: &'static str) -> Result<u64, Failure> {
    let value = req.headers().get(name).and_then(|value| value.to_str().ok());
    let number = value.filter(|text| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit())).and_then(|text| text.parse().ok());
    number.ok_or_else(|| Failure::malformed(shown, "header", "a whole number of bytes"))
}

/// How many bytes an upload that is begun will have.
pub(super) fn length(req: &HttpRequest) -> Result<u64, Failure> {
    for (name, shown) in [("upload-defer-length", "Upload-Defer-Length"), ("upload-concat", "Upload-Concat")] {
        if req.headers().contains_key(name) {
            return Err(Failure::malformed(shown, "header", "this is not done here: send an upload whole, with its length"));
        }
    }
    number(req, &LENGTH, "Upload-Length")
}

/// At which byte a request goes on.
pub(super) fn offset(req: &HttpRequest) -> Result<u64, Failure> {
    number(req, &OFFSET, "Upload-Offset")
}

/// Whether a request has bytes of an upload.
pub(super) fn has_bytes(req: &HttpRequest) -> bool {
    kind(req) == BYTES
}

/// What the sender of an upload says of it, and what the file is called by that.
pub(super) fn metadata(req: &HttpRequest) -> Result<(String, String), Failure> {
    let wrong = |detail: &'static str| Failure::malformed("Upload-Metadata", "metadata", detail);
    let Some(value) = req.headers().get(SAID) else { return Ok((String::new(), UNNAMED.to_owned())) };
    let text = value.to_str().map_err(|_unread| wrong("keys with values in Base64"))?;
    if text.len() > METADATA {
        return Err(wrong("at most 4,096 bytes"));
    }
    let mut said = BTreeMap::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, coded) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = BASE64_STANDARD.decode(coded.trim()).map_err(|_undecoded| wrong("keys with values in Base64"))?;
        if said.insert(key, value).is_some() {
            return Err(wrong("each key once"));
        }
    }
    // Uppy sends both.
    let named = ["filename", "name"].into_iter().filter_map(|key| said.get(key));
    let name = named.filter_map(|name| std::str::from_utf8(name).ok()).find_map(file_name);
    Ok((text.to_owned(), name.unwrap_or_else(|| UNNAMED.to_owned())))
}

/// What the bytes of a request come to, and what they should.
#[derive(Debug)]
pub(super) enum Checksum {
    Sha1(Sha1, Vec<u8>),
    Sha256(Sha256, Vec<u8>),
}

impl Checksum {
    /// The one that a request names, if it does.
    pub(super) fn of(req: &HttpRequest) -> Result<Option<Self>, Failure> {
        let Some(value) = req.headers().get(SUM) else { return Ok(None) };
        let wrong = || Failure::malformed("Upload-Checksum", "checksum", "`sha1` or `sha256`, and a sum in Base64");
        let (algorithm, sum) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(wrong)?;
        let sum = BASE64_STANDARD.decode(sum.trim()).map_err(|_undecoded| wrong())?;
        match algorithm {
            "sha1" => Ok(Some(Self::Sha1(Sha1::new(), sum))),
            "sha256" => Ok(Some(Self::Sha256(sha2::Digest::new(), sum))),
            _ => Err(wrong()),
        }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(sum, _) => sum.update(bytes),
            Self::Sha256(sum, _) => sha2::Digest::update(sum, bytes),
        }
    }

    pub(super) fn is_right(&self) -> bool {
        match self {
            Self::Sha1(sum, expected) => sum.clone().finalize().as_slice() == expected,
            Self::Sha256(sum, expected) => sha2::Digest::finalize(sum.clone()).as_slice() == expected,
        }
    }
}

fn date(at: Instant) -> HttpDate {
    HttpDate::from(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(at.as_seconds()).unwrap_or_default()))
}

/// Say of an upload how far it is, in an answer.
pub(super) fn tell(answer: &mut HttpResponseBuilder, upload: &Upload, offset: u64) {
    answer.insert_header((OFFSET, offset)).insert_header((EXPIRES, date(upload.expires_at)));
    if let Some(Outcome::Item(media)) = upload.outcome {
        answer.insert_header((CONTENT_LOCATION, format!("/v1/desk/media/{media}")));
    }
}

/// Say what was said of an upload when it was begun, in an answer.
pub(super) fn repeat(answer: &mut HttpResponseBuilder, upload: &Upload) {
    answer.insert_header((LENGTH, upload.length));
    if !upload.metadata.is_empty() {
        answer.insert_header((SAID, upload.metadata.as_str()));
    }
}
