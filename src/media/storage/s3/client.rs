//! What an S3-compatible store is asked: signed here, carried by the house's HTTP client.
//!
//! **Decision.** Each request is small enough to be begun again: files are read in windows and written in parts. What is told twice does nothing twice, so
//! that each is begun again once, at once, where its connection failed or the store was at a loss (500, 502, 503, 504); beyond that the store is away.

use std::{fmt, io::Read, time::Duration};

use jiff::{Timestamp, fmt::rfc2822};
use rusty_s3::{
    Bucket, Credentials, S3Action, UrlStyle,
    actions::{
        AbortMultipartUpload, CompleteMultipartUpload, CompleteMultipartUploadResponse, CreateMultipartUpload, DeleteObject, GetObject,
        HeadObject, ListObjectsV2, PutObject, UploadPart,
    },
};
use ureq::{
    Agent, Body, SendBody,
    http::{Request, Response},
};
use url::Url;

use crate::{
    access::secret::Secret,
    domain::{Error, Instant},
};

/// For how long a signature is good.
const SIGNED: Duration = Duration::from_mins(15);
/// For how long a connection is waited for, and its host to be looked up.
const CONNECT: Duration = Duration::from_secs(5);
/// For how long the head of an answer is waited for: that of a file of many parts takes a while.
const HEAD: Duration = Duration::from_mins(1);
/// For how long the next bytes of an answer are waited for.
const STALL: Duration = Duration::from_secs(20);
/// For how long a part may take to be sent.
const SEND: Duration = Duration::from_mins(5);
/// Bytes of a list, or of what is said of a failure.
const TOLD: u64 = 4 << 20;

/// Where a store is, and what lets this server in.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// Its address, without the bucket.
    pub endpoint: Url,
    /// Its region.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// What the keys of all files begin with: nothing, or a path without a slash at its beginning or end.
    pub prefix: String,
    /// The name of the key that requests are signed with.
    pub access_key: String,
    /// The key.
    pub secret_key: Secret<String>,
}

/// Something that lies in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// Its key, without what all begin with.
    pub(super) key: String,
    pub(super) bytes: u64,
    pub(super) modified: Instant,
}

/// A client of one bucket.
pub(super) struct Client {
    bucket: Bucket,
    credentials: Credentials,
    /// With a slash at its end, where there is one.
    prefix: String,
    agent: Agent,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("bucket", &self.bucket).field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// What a request was answered.
pub(super) struct Answered {
    pub(super) status: u16,
    response: Response<Body>,
}

impl Answered {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// All of it, where that is no more than so many bytes.
    pub(super) fn body(mut self, most: u64) -> Result<Vec<u8>, Error> {
        self.response.body_mut().with_config().limit(most.saturating_add(1)).read_to_vec().map_err(Error::storage)
    }

    fn text(self) -> Result<String, Error> {
        String::from_utf8(self.body(TOLD)?).map_err(Error::storage)
    }

    /// That this is none of the answers that a request may have.
    fn failure(self, doing: &str) -> Error {
        let status = self.status;
        let said = self.text().unwrap_or_default();
        let code = said.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map_or("", |(code, _)| code);
        Error::storage(format!("the store answers {status} {code} to {doing}"))
    }

    fn done(self, doing: &str) -> Result<Self, Error> {
        if (200..300).contains(&self.status) { Ok(self) } else { Err(self.failure(doing)) }
    }
}

/// What is sent with a request, made anew where it is begun again.
pub(super) type Sent<'s> = &'s dyn Fn() -> Result<SendBody<'static>, Error>;

impl Client {
    /// A client of the bucket that settings name.
    ///
    /// # Errors
    /// [`Error::Internal`] when they name none.
    pub(super) fn of(settings: &S3Settings) -> Result<Self, Error> {
        let S3Settings { endpoint, region, bucket, prefix, access_key, secret_key } = settings;
        let bucket =
            Bucket::new(endpoint.clone(), UrlStyle::Path, bucket.clone(), region.clone()).map_err(|e| Error::internal(e.to_string()))?;
        let config = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .accept_encoding("identity")
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_send_request(Some(STALL))
            .timeout_send_body(Some(SEND))
            .timeout_recv_response(Some(HEAD))
            .timeout_per_read(Some(HEAD))
            .timeout_recv_body(Some(SEND))
            .build();
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let credentials = Credentials::new(access_key.clone(), secret_key.expose().clone());
        Ok(Self { bucket, credentials, prefix, agent: Agent::new_with_config(config) })
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Ask, with header fields that are signed, and once more where that may help.
    fn ask<'a, A: S3Action<'a>>(
        &self,
        action: &mut A,
        fields: &[(&'static str, String)],
        sent: Option<Sent<'_>>,
    ) -> Result<Answered, Error> {
        for (name, value) in fields.iter().filter(|(name, _)| *name != "content-length") {
            action.headers_mut().insert(*name, value.clone());
        }
        let once = || {
            let mut request = Request::builder().method(A::METHOD.to_str()).uri(action.sign(SIGNED).as_str());
            for (name, value) in fields {
                request = request.header(*name, value);
            }
            let body = sent.map_or_else(|| Ok(SendBody::none()), |sent| sent())?;
            let response = self.agent.run(request.body(body).map_err(Error::internal)?).map_err(Error::storage)?;
            Ok(Answered { status: response.status().as_u16(), response })
        };
        match once() {
            Ok(Answered { status: 500 | 502 | 503 | 504, .. }) | Err(Error::StorageUnavailable(_)) => once(),
            answered => answered,
        }
    }

    /// Some bytes of a file; nothing, where it is not there.
    pub(super) fn get(&self, key: &str, first: u64, bytes: u64) -> Result<Option<Answered>, Error> {
        let key = self.key(key);
        let range = format!("bytes={first}-{}", first.saturating_add(bytes).saturating_sub(1));
        let answered = self.ask(&mut GetObject::new(&self.bucket, Some(&self.credentials), &key), &[("range", range)], None)?;
        match answered.status {
            404 => Ok(None),
            200 | 206 | 416 => Ok(Some(answered)),
            _ => Err(answered.failure("GET")),
        }
    }

    /// Put a file of so many bytes; false, where it is to be a new one and one is there.
    pub(super) fn put(&self, key: &str, bytes: u64, fields: &[(&'static str, String)], sent: Sent<'_>) -> Result<bool, Error> {
        let key = self.key(key);
        let mut all = vec![("content-length", bytes.to_string())];
        all.extend_from_slice(fields);
        let answered = self.ask(&mut PutObject::new(&self.bucket, Some(&self.credentials), &key), &all, Some(sent))?;
        // The second, where it meets another that puts or removes the same at this moment.
        if matches!(answered.status, 412 | 409) { Ok(false) } else { answered.done("PUT").map(|_| true) }
    }

    /// How many seconds ago something was put, by the store's own clock; nothing, where it is not there.
    pub(super) fn age(&self, key: &str) -> Result<Option<i64>, Error> {
        let key = self.key(key);
        let answered = self.ask(&mut HeadObject::new(&self.bucket, Some(&self.credentials), &key), &[], None)?;
        if answered.status == 404 {
            return Ok(None);
        }
        let answered = answered.done("HEAD")?;
        let at = |name: &str| {
            let said = answered.header(name).and_then(|date| rfc2822::parse(date).ok());
            said.map(|date| date.timestamp().as_second()).ok_or_else(|| Error::storage(format!("an object without `{name}`")))
        };
        Ok(Some(at("date")?.saturating_sub(at("last-modified")?)))
    }

    /// Put a file in parts, of which each has so many bytes and is read by its number, from 0 on; nothing of it stays where one of them fails.
    pub(super) fn put_parts(
        &self,
        key: &str,
        parts: &[u64],
        part: &dyn Fn(usize) -> Result<Box<dyn Read + Send>, Error>,
    ) -> Result<(), Error> {
        let key = self.key(key);
        let credentials = Some(&self.credentials);
        let begun = self.ask(&mut CreateMultipartUpload::new(&self.bucket, credentials, &key), &[], None)?.done("POST")?.text()?;
        let begun = CreateMultipartUpload::parse_response(&begun).map_err(Error::storage)?;
        let id = begun.upload_id();
        let put = || {
            let mut tags = Vec::new();
            for (n, bytes) in parts.iter().enumerate() {
                let number = u16::try_from(n.saturating_add(1)).map_err(Error::internal)?;
                let fields = [("content-length", bytes.to_string())];
                let sent = || Ok(SendBody::from_owned_reader(part(n)?));
                let mut action = UploadPart::new(&self.bucket, credentials, &key, number, id);
                let answered = self.ask(&mut action, &fields, Some(&sent))?.done("PUT")?;
                tags.push(answered.header("etag").ok_or_else(|| Error::storage("a part without an ETag"))?.to_owned());
            }
            let body = CompleteMultipartUpload::new(&self.bucket, credentials, &key, id, tags.iter().map(String::as_str)).body();
            let sent = || Ok(SendBody::from_owned_reader(std::io::Cursor::new(body.clone().into_bytes())));
            let mut action = CompleteMultipartUpload::new(&self.bucket, credentials, &key, id, tags.iter().map(String::as_str));
            let answered = self.ask(&mut action, &[("content-length", body.len().to_string())], Some(&sent))?.done("POST")?.text()?;
            // It may say that it failed with a status that says that it did not.
            CompleteMultipartUploadResponse::parse(&answered).map_err(Error::storage).map(drop)
        };
        let put = put();
        if put.is_err() {
            // What cannot be undone now either, a rule of the bucket has to.
            let _ = self.ask(&mut AbortMultipartUpload::new(&self.bucket, credentials, &key, id), &[], None);
        }
        put
    }

    /// Remove a file, if it is there.
    pub(super) fn delete(&self, key: &str) -> Result<(), Error> {
        let key = self.key(key);
        let answered = self.ask(&mut DeleteObject::new(&self.bucket, Some(&self.credentials), &key), &[], None)?;
        if answered.status == 404 { Ok(()) } else { answered.done("DELETE").map(drop) }
    }

    /// What lies under a beginning of keys, in their order.
    pub(super) fn list(&self, beginning: &str) -> Result<Vec<Object>, Error> {
        let (mut all, mut next) = (Vec::new(), None::<String>);
        // Ends: each page says where the next one begins, behind it.
        loop {
            let mut action = ListObjectsV2::new(&self.bucket, Some(&self.credentials));
            action.with_prefix(self.key(beginning));
            if let Some(next) = &next {
                action.with_continuation_token(next.clone());
            }
            let page = self.ask(&mut action, &[], None)?.done("GET")?.text()?;
            let page = ListObjectsV2::parse_response(&page).map_err(Error::storage)?;
            for one in page.contents {
                let modified: Option<Timestamp> = one.last_modified.and_then(|at| at.parse().ok());
                let modified = modified.ok_or_else(|| Error::storage("an object without an instant"))?;
                let Some(key) = one.key.strip_prefix(&self.prefix) else { continue };
                let modified = Instant::from_micros(modified.as_microsecond());
                all.push(Object { key: key.to_owned(), bytes: one.size.unwrap_or_default(), modified });
            }
            next = page.next_continuation_token;
            if next.is_none() {
                all.sort_by(|a, b| a.key.cmp(&b.key));
                return Ok(all);
            }
        }
    }
}
