//! Files as answers: whole or in ranges (RFC 9110 §14), conditional, read as they are taken.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::{BodySize, BoxBody, MessageBody},
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    web::Bytes,
};
use tokio::task::JoinHandle;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

use super::{headers::names, pieces::are_shared, problem::Failure};
use crate::{
    domain::{Error, captions::Captions},
    media::{Content, storage::Stored},
};

/// The bytes of a file, as the contract tells of them.
#[derive(Debug)]
pub(super) struct Binary;

impl PartialSchema for Binary {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).build().into()
    }
}

impl ToSchema for Binary {}

/// Ranges of one request that are answered; who asks for more is given all.
pub const RANGES: usize = 16;
/// What parts the ranges of an answer: nothing that a file is likely to hold.
const BOUNDARY: &str = "dateline-byteranges-7f3c9a51d0e84b26";

/// A file that is given out.
#[derive(Debug)]
pub(super) struct Given {
    /// The file.
    pub file: Content,
    /// Its media type.
    pub media_type: &'static str,
    /// Its strong entity tag, with quotation marks.
    pub etag: String,
    /// For how long it may be kept, and by whom.
    pub cache_control: String,
    /// What it is to be saved as, where it is not to be shown.
    pub saved_as: Option<String>,
}

/// The first byte of a range and the one behind its last.
type Span = (u64, u64);

/// Which ranges of so many bytes a `Range` asks for: nothing, where it is none of bytes, or not well formed, or too many; none, where there are none of them.
fn ranges(value: &str, length: u64) -> Option<Vec<Span>> {
    let (unit, set) = value.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let number = |text: &str| text.bytes().all(|c| c.is_ascii_digit()).then(|| text.parse::<u64>().unwrap_or(u64::MAX));
    let (mut all, mut asked) = (Vec::new(), 0usize);
    for spec in set.split(',').map(str::trim).filter(|spec| !spec.is_empty()) {
        asked = asked.saturating_add(1);
        let (first, last) = spec.split_once('-')?;
        let span = match (first.trim(), last.trim()) {
            ("", "") => return None,
            ("", suffix) => (length.saturating_sub(number(suffix)?), length),
            (first, "") => (number(first)?, length),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                if last < first {
                    return None;
                }
                (first, last.saturating_add(1).min(length))
            }
        };
        if span.0 < span.1 {
            all.push(span);
        }
    }
    // RFC 9110 §14.2: many, or more than there is, is hardly what somebody needs.
    let bytes = all.iter().map(|(first, end): &Span| end.saturating_sub(*first)).fold(0, u64::saturating_add);
    ((1..=RANGES).contains(&asked) && bytes <= length).then_some(all)
}

/// Whether a `Range` counts: an `If-Range` has to name this file (RFC 9110 §13.1.5). Of dates nothing is known.
fn counts(req: &HttpRequest, etag: &str) -> bool {
    req.headers().get(header::IF_RANGE).is_none_or(|named| named.as_bytes() == etag.as_bytes())
}

/// What is said of a file, whether it is answered with or a copy of it is still good.
fn tagged(answer: &mut HttpResponseBuilder, etag: &str, cache_control: &str) {
    answer.insert_header((header::ETAG, etag)).insert_header((header::CACHE_CONTROL, cache_control));
    // Whoever opens it by itself opens it where it can do nothing.
    answer.insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"));
}

/// Captions as an answer.
pub(super) fn captions(captions: &Captions, etag: &str, cache_control: &str) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    tagged(&mut answer, etag, cache_control);
    answer.content_type("text/vtt; charset=utf-8").body(captions.as_str().to_owned())
}

/// The answer to whoever has a copy that is still good.
pub(super) fn unchanged(req: &HttpRequest, etag: &str, cache_control: &str) -> Option<HttpResponse> {
    let is_named = req.headers().get_all(header::IF_NONE_MATCH).any(|listed| names(listed.as_bytes(), etag.as_bytes()));
    is_named.then(|| {
        let mut answer = HttpResponse::NotModified();
        tagged(&mut answer, etag, cache_control);
        answer.finish()
    })
}

/// Answer with a file, or with what of it is asked for.
pub(super) fn answer(req: &HttpRequest, given: Given) -> Result<HttpResponse, Failure> {
    let Given { file, media_type, etag, cache_control, saved_as } = given;
    let length = file.bytes();
    let mut answer = HttpResponse::Ok();
    tagged(&mut answer, &etag, &cache_control);
    answer.insert_header((header::ACCEPT_RANGES, "bytes"));
    if let Some(name) = saved_as {
        answer.insert_header((header::CONTENT_DISPOSITION, attachment(&name)));
    }
    let asked = req.headers().get(header::RANGE).filter(|_| *req.method() == Method::GET && counts(req, &etag));
    let spans = asked.and_then(|value| value.to_str().ok()).and_then(|value| ranges(value, length));
    let parts = match spans.as_deref() {
        None => {
            answer.content_type(media_type);
            vec![Part::OfFile((0, length))]
        }
        Some([]) => return Err(Error::OutOfRange { bytes: length }.into()),
        Some([span]) => {
            answer.status(StatusCode::PARTIAL_CONTENT).content_type(media_type);
            answer.insert_header((header::CONTENT_RANGE, content_range(*span, length)));
            vec![Part::OfFile(*span)]
        }
        Some(several) => {
            answer.status(StatusCode::PARTIAL_CONTENT).content_type(format!("multipart/byteranges; boundary={BOUNDARY}"));
            let mut parts = Vec::new();
            for span in several {
                let head =
                    format!("\r\n--{BOUNDARY}\r\nContent-Type: {media_type}\r\nContent-Range: {}\r\n\r\n", content_range(*span, length));
                parts.extend([Part::Told(head.into()), Part::OfFile(*span)]);
            }
            parts.push(Part::Told(format!("\r\n--{BOUNDARY}--\r\n").into()));
            parts
        }
    };
    let body = match (file, parts.as_slice()) {
        (Content::Whole(bytes), [Part::OfFile(span)]) => BoxBody::new(slice(&bytes, *span)),
        (Content::Whole(bytes), _) => BoxBody::new(FileBody::new(None, told(&bytes, parts))),
        (Content::Stored(file), _) => BoxBody::new(FileBody::new(Some(file), parts)),
    };
    let mut answer = answer.body(body);
    // It is read as it is taken: a piece of it is held, however long it is.
    are_shared(&mut answer);
    Ok(answer)
}

fn slice(bytes: &Bytes, (first, end): Span) -> Bytes {
    let [first, end] = [first, end].map(|at| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len()));
    bytes.slice(first.min(end)..end)
}

/// The same parts of a file that is there whole.
fn told(bytes: &Bytes, parts: Vec<Part>) -> Vec<Part> {
    let of = |part| if let Part::OfFile(span) = part { Part::Told(slice(bytes, span)) } else { part };
    parts.into_iter().map(of).collect()
}

fn content_range((first, end): Span, length: u64) -> String {
    format!("bytes {first}-{}/{length}", end.saturating_sub(1))
}

/// What makes a browser save an answer under a name (RFC 6266).
fn attachment(name: &str) -> HeaderValue {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' }).collect();
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", crate::domain::url::segment(name));
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("attachment"))
}

/// A part of an answer.
#[derive(Debug)]
enum Part {
    /// These bytes.
    Told(Bytes),
    /// These of the file.
    OfFile(Span),
}

/// A file on its way out: the next piece is read when the one before is taken.
struct FileBody {
    file: Option<Arc<dyn Stored>>,
    parts: std::vec::IntoIter<Part>,
    rest: Span,
    length: u64,
    reading: Option<JoinHandle<Result<Vec<u8>, Error>>>,
}

impl FileBody {
    fn new(file: Option<Box<dyn Stored>>, parts: Vec<Part>) -> Self {
        let length = |part: &Part| match part {
            Part::Told(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Part::OfFile((first, end)) => end.saturating_sub(*first),
        };
        let length = parts.iter().map(length).fold(0, u64::saturating_add);
        Self { file: file.map(Into::into), parts: parts.into_iter(), rest: (0, 0), length, reading: None }
    }
}

impl MessageBody for FileBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        // Ends: a piece is handed on, or waited for, as soon as there is one; each part is taken once.
        loop {
            if let Some(reading) = &mut self.reading {
                let Poll::Ready(read) = Pin::new(reading).poll(cx) else { return Poll::Pending };
                self.reading = None;
                let read = read.map_err(Error::internal).flatten();
                return Poll::Ready(Some(read.map(Bytes::from).map_err(io::Error::other)));
            }
            let (first, end) = self.rest;
            if let Some(file) = self.file.clone().filter(|_| first < end) {
                let bytes = end.saturating_sub(first).min(file.piece());
                self.rest = (first.saturating_add(bytes), end);
                self.reading = Some(tokio::task::spawn_blocking(move || file.read(first, bytes)));
                continue;
            }
            match self.parts.next() {
                Some(Part::Told(bytes)) => return Poll::Ready(Some(Ok(bytes))),
                Some(Part::OfFile(span)) => self.rest = span,
                None => return Poll::Ready(None),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_standard() {
        for (value, expected) in [
            ("bytes=0-4", Some(vec![(0, 5)])),
            ("Bytes = 5-", Some(vec![(5, 10)])),
            ("bytes=-3", Some(vec![(7, 10)])),
            ("bytes=-99", Some(vec![(0, 10)])),
            ("bytes=8-99", Some(vec![(8, 10)])),
            ("bytes=0-0, 9-9", Some(vec![(0, 1), (9, 10)])),
            ("bytes=10-, 2-3", Some(vec![(2, 4)])),
            ("bytes=10-", Some(vec![])),
            ("bytes=-0", Some(vec![])),
            ("bytes=99999999999999999999-", Some(vec![])),
            ("bytes=5-4", None),
            ("bytes=", None),
            ("bytes=-", None),
            ("bytes=a-b", None),
            ("bytes=+1-2", None),
            ("items=0-4", None),
            ("0-4", None),
        ] {
            assert_eq!(ranges(value, 10), expected, "{value}");
        }
        let several = |count: usize| (0..count).map(|n| format!("{n}-{n}")).collect::<Vec<_>>().join(",");
        assert_eq!(ranges(&format!("bytes={}", several(RANGES)), 100).unwrap().len(), RANGES);
        assert_eq!(ranges(&format!("bytes={}", several(RANGES + 1)), 100), None);
        // Over and over the same.
        assert_eq!(ranges("bytes=0-,0-", 10), None);
    }

    #[test]
    fn a_name_is_told_in_letters_that_headers_may_hold() {
        assert_eq!(attachment("नदी \"1\".pdf").to_str().unwrap().split("; ").nth(1), Some("filename=\"_____1_.pdf\""));
        assert!(attachment("a\r\nb.pdf").to_str().unwrap().is_ascii());
    }
}
