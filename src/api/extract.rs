//! What handlers take out of a request, each refused with a problem that names every fault.

use std::{
    borrow::Cow,
    future::{Ready, poll_fn, ready},
    ops::Deref,
    pin::Pin,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header::{CONTENT_TYPE, IF_MATCH},
    web::{self, Bytes, BytesMut, Data},
};
use futures_core::Stream;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, value::StringDeserializer},
};
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use utoipa::{IntoParams, ToSchema};

use super::{
    State,
    clients::intake,
    json,
    network::client,
    problem::Failure,
    sent,
    several::{beyond, gather},
    typed::typed,
    wording::plain,
};
use crate::{
    access::{Action, Caller, Permit, token::Verified},
    domain::{
        Error, Locale, Version, Violation,
        error::Faults,
        network::Network,
        page::{Cursor, Paging, Sorting},
        redirect,
        text::{limits, nfc},
    },
};

/// A permit: whoever asks may do what a handler does that takes one.
#[derive(Debug)]
pub struct May<A>(pub Permit<A>);

impl<A: Action> FromRequest for May<A> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = req.extensions().get::<Caller>().cloned().ok_or(Error::Unauthenticated);
        ready(caller.and_then(Permit::try_from).map(Self).map_err(Failure::from))
    }
}

/// What a path names.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<T> Deref for Path<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Path<T> {
    /// The same, without the path.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let path = web::Path::<T>::from_request(req, payload).into_inner();
        ready(path.map(|path| Self(path.into_inner())).map_err(|_unsaid| bad_path(req)))
    }
}

/// Whoever is signed in.
#[derive(Debug)]
pub struct SignedIn(pub Caller);

impl FromRequest for SignedIn {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(req.extensions().get::<Caller>().cloned().map(Self).ok_or(Failure::Rule(Error::Unauthenticated)))
    }
}

/// The session that whoever is signed in asks in; an API key has none.
#[derive(Debug)]
pub struct InSession(pub Verified);

impl FromRequest for InSession {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = req.extensions();
        let caller = extensions.get::<Caller>().ok_or(Error::Unauthenticated);
        let session = caller.and_then(|_| extensions.get::<Verified>().cloned().ok_or(Error::Forbidden("of somebody who signed in")));
        ready(session.map(Self).map_err(Failure::from))
    }
}

/// The network that a request comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin(pub Network);

impl FromRequest for Origin {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let proxies = req.app_data::<Data<State>>().map_or_else(Default::default, |state| state.proxies.as_slice());
        ready(Ok(Self(client(req.peer_addr(), req.headers(), proxies).into())))
    }
}

/// The query, of which every parameter is known.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + IntoParams + 'static> FromRequest for Query<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query(req.query_string()).map(Self))
    }
}

/// Read a query, naming every parameter that is unknown, wrong, or repeated though it is no list.
pub(crate) fn query<T: DeserializeOwned + IntoParams + 'static>(text: &str) -> Result<T, Failure> {
    if text.split('&').count() > limits::PARAMETERS {
        return Err(Failure::malformed("?", "too_many", format!("at most {} parameters", limits::PARAMETERS)));
    }
    let mut pairs: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let mut faults = Vec::new();
    pairs.retain(|(name, value)| {
        let fit = !value.contains('\0');
        if !fit {
            faults.push(Violation { pointer: format!("?{name}"), code: "control_character", detail: "holds U+0000".to_owned() });
        }
        fit
    });
    let mut pairs = gather::<T>(pairs);
    faults.extend(beyond::<T>(&pairs));
    pairs.retain(|(name, _)| !faults.iter().any(|fault| fault.pointer.strip_prefix('?') == Some(name)));
    loop {
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let parsed = url::form_urlencoded::parse(text.as_bytes());
        let error = match serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(parsed)) {
            Ok(read) if faults.is_empty() => return Ok(read),
            Ok(_) => return Err(Failure::Malformed(faults)),
            Err(error) => error,
        };
        let (path, message) = (error.path().to_string(), error.inner().to_string());
        let code = if message.starts_with("unknown field") { "unknown_parameter" } else { "parameter" };
        let named = message.split('`').nth(1).filter(|_| path == "." || code == "unknown_parameter");
        let name = named.unwrap_or(&path).to_owned();
        let before = pairs.len();
        pairs.retain(|(other, _)| *other != name);
        faults.push(Violation { pointer: format!("?{name}"), code, detail: plain(&message) });
        if pairs.len() == before || faults.len() >= 50 {
            return Err(Failure::Malformed(faults));
        }
    }
}

/// A JSON body, of which every field is known.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// What is waited for.
pub(super) type Pending<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

/// A table of comma-separated values, as it was sent.
#[derive(Debug)]
pub struct Csv(pub Bytes);

impl FromRequest for Csv {
    type Error = Failure;
    type Future = Pending<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (is_csv, bytes) = (kind(req) == "text/csv", read(payload));
        Box::pin(async move { if is_csv { bytes.await.map(Self) } else { Err(Failure::UnsupportedMediaType("text/csv")) } })
    }
}

/// Captions as `WebVTT`, as they were sent.
#[derive(Debug)]
pub struct Vtt(pub String);

impl FromRequest for Vtt {
    type Error = Failure;
    type Future = Pending<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (is_vtt, bytes) = (kind(req) == "text/vtt", read(payload));
        Box::pin(async move {
            let bytes = bytes.await?;
            if !is_vtt {
                return Err(Failure::UnsupportedMediaType("text/vtt"));
            }
            let text = String::from_utf8(bytes.into());
            text.map(Self).map_err(|_unread| Error::invalid("#", "encoding", "captions are UTF-8").into())
        })
    }
}

/// What a body is said to be, without parameters.
pub(super) fn kind(req: &HttpRequest) -> String {
    let kind = req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub(super) fn is_json(req: &HttpRequest, also: &str) -> bool {
    let kind = kind(req);
    kind == "application/json" || (!also.is_empty() && kind == also)
}

/// The whole body, as far as it is waited for.
pub(super) fn read(payload: &mut Payload) -> Pending<Bytes> {
    let mut payload = payload.take();
    Box::pin(async move {
        let mut whole = BytesMut::new();
        while let Some(piece) = poll_fn(|cx| Pin::new(&mut payload).poll_next(cx)).await {
            whole.extend_from_slice(&piece.map_err(|e| intake::failure(&e))?);
        }
        Ok(whole.freeze())
    })
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Body<T> {
    type Error = Failure;
    type Future = Pending<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // Nothing at all, of no type, stands for `{}`: many verbs need no more.
        let untyped = !req.headers().contains_key(CONTENT_TYPE);
        let is_json = is_json(req, "");
        let bytes = read(payload);
        Box::pin(async move {
            let bytes = bytes.await?;
            let value = match bytes.is_empty() {
                true if untyped => Value::Object(serde_json::Map::new()),
                _ if !is_json => return Err(Failure::UnsupportedMediaType("application/json")),
                _ => json::read(&bytes)?,
            };
            sent::check(&value)?;
            typed(&value).map(Self).map_err(Failure::from)
        })
    }
}

/// The version that a caller expects, out of `If-Match`: one strong tag, as the `ETag` of what was read.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(Option<Version>);

/// A version that nothing has: what a tag stands for that cannot match.
const NEVER: Version = -1;

impl IfMatch {
    /// The version; without one a write to what exists is refused.
    ///
    /// # Errors
    /// [`Error::Unconditional`].
    pub fn version(self) -> Result<Version, Error> {
        self.0.ok_or(Error::Unconditional)
    }

    /// The version, if one was named.
    #[must_use]
    pub fn optional(self) -> Option<Version> {
        self.0
    }
}

impl FromRequest for IfMatch {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(header) = req.headers().get(IF_MATCH) else { return ready(Ok(Self(None))) };
        let text = header.to_str().unwrap_or_default().trim();
        // Comparison is strong: a weak tag matches nothing. So does a tag that is none of ours.
        let tag = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        ready(match tag {
            Some(tag) if !tag.contains('"') => Ok(Self(Some(tag.split('.').next().and_then(number).unwrap_or(NEVER)))),
            None if text.starts_with("W/\"") => Ok(Self(Some(NEVER))),
            _ => Err(Failure::malformed("If-Match", "if_match", "one strong entity tag, such as \"3\"")),
        })
    }
}

/// The same, or `*` for whatever is there: of what cannot wait until somebody has read it.
#[derive(Debug, Clone, Copy)]
pub struct IfMatchOrAny(Option<IfMatch>);

impl IfMatchOrAny {
    /// The version; nothing for `*`.
    ///
    /// # Errors
    /// [`Error::Unconditional`].
    pub fn version(self) -> Result<Option<Version>, Error> {
        self.0.map(IfMatch::version).transpose()
    }
}

impl FromRequest for IfMatchOrAny {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if req.headers().get(IF_MATCH).is_some_and(|header| header.as_bytes().trim_ascii() == b"*") {
            return ready(Ok(Self(None)));
        }
        ready(IfMatch::from_request(req, payload).into_inner().map(|tag| Self(Some(tag))))
    }
}

/// A version as tags write it: in digits, and in no other way.
fn number(text: &str) -> Option<Version> {
    text.parse().ok().filter(|version: &Version| version.to_string() == text)
}

/// A path of which some part is not what it should be, by its name.
#[must_use]
pub fn bad_path(req: &HttpRequest) -> Failure {
    let wrong = req.match_info().iter().find_map(|(name, value)| {
        let wanted = match name {
            "locale" => value.parse::<Locale>().is_err().then_some("a BCP 47 tag"),
            "version" => value.parse::<Version>().is_err().then_some("a whole number"),
            _ if name.ends_with("id") => uuid::Uuid::try_parse(value).is_err().then_some("a UUID"),
            _ => None,
        };
        wanted.map(|wanted| (format!("{{{name}}}"), format!("this part of the path is {wanted}")))
    });
    let (part, wanted) = wrong.unwrap_or_else(|| ("#".to_owned(), "a part of the path is not of its form".to_owned()));
    Failure::malformed(part, "path", wanted)
}

/// That this can be a path of the site with its query, or was one of an older site.
///
/// # Errors
/// [`Error::Invalid`] at `?path`.
pub fn is_path(path: &str) -> Result<(), Error> {
    redirect::spelled(path).map(drop).ok_or_else(|| Error::invalid("?path", "path", "a path of the site, beginning with `/`"))
}

crate::domain::vocabulary::vocabulary! {
    /// What to do when words are missing in the language asked for.
    pub enum Fallback {
        /// Answer that there are none.
        None => "none",
        /// Look along the locale's fallback chain.
        Chain => "chain",
    }
}

/// What is named by a list, parted by commas.
///
/// # Errors
/// For a word that is none of them.
pub fn words<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<Vec<T>>, D::Error> {
    let text = Cow::<'de, str>::deserialize(d)?;
    let word = |word: &str| T::deserialize(StringDeserializer::<D::Error>::new(word.to_owned()));
    if text.split(',').count() > limits::LIST {
        return Err(serde::de::Error::custom(format!("at most {} words", limits::LIST)));
    }
    text.split(',').map(word).collect::<Result<Vec<_>, _>>().map(Some)
}

/// A page out of `limit=`, `cursor=` and `count=`, in a list of this sorting.
///
/// # Errors
/// [`Error::Invalid`] at `?limit` or `?cursor`.
pub fn paging(limit: Option<u32>, cursor: Option<&str>, count: Option<bool>, sorting: Sorting) -> Result<Paging, Error> {
    let mut faults = Faults::default();
    let limit = limit.unwrap_or(Paging::USUAL);
    if !(1..=100).contains(&limit) {
        faults.add("?limit", "out_of_range", "between 1 and 100");
    }
    let decoded = cursor.and_then(Cursor::decode).filter(|c| c.order == sorting.code());
    if cursor.is_some() && decoded.is_none() {
        faults.add("?cursor", "cursor", "not a cursor of this list");
    }
    faults.or(Paging { limit, cursor: decoded, count: count.unwrap_or(false) })
}

/// What was typed into a search field, if it is not too long.
///
/// # Errors
/// [`Error::Invalid`] at `?q`.
pub fn query_text(q: &str) -> Result<String, Error> {
    let typed = nfc(q).trim().to_owned();
    let length = typed.graphemes(true).count();
    if length > limits::TYPED {
        return Err(Error::invalid("?q", "too_long", format!("at most {} characters; these are {length}", limits::TYPED)));
    }
    Ok(typed)
}
