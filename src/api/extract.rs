//! What handlers take out of a request, each refused with a problem that names every fault.

use std::{
    borrow::Cow,
    future::{Ready, ready},
    marker::PhantomData,
    pin::Pin,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, IF_MATCH},
    web::Bytes,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use serde_path_to_error::Segment;
use utoipa::{PartialSchema, ToSchema, openapi};

use super::problem::Failure;
use crate::{
    access::{Action, Caller, Permit},
    delivery::Wish,
    domain::{
        Error, Locale, Version, Violation,
        error::Faults,
        page::{Cursor, Paging},
        text::limits,
    },
};

impl<A: Action> FromRequest for Permit<A> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = req.extensions().get::<Caller>().cloned().ok_or(Error::Unauthenticated);
        ready(caller.and_then(Permit::try_from).map_err(Failure::from))
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

/// The query, of which every parameter is known.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = url::form_urlencoded::parse(req.query_string().as_bytes());
        let deserializer = serde_urlencoded::Deserializer::new(pairs);
        ready(serde_path_to_error::deserialize(deserializer).map(Self).map_err(|e| {
            let (name, message) = (e.path().to_string(), e.inner().to_string());
            let code = if message.starts_with("unknown field") { "unknown_parameter" } else { "parameter" };
            let named = message.split('`').nth(1).filter(|_| name == "." || code == "unknown_parameter");
            Failure::malformed(format!("?{}", named.unwrap_or(&name)), code, message.replace("field", "parameter"))
        }))
    }
}

/// A JSON body, of which every field is known.
#[derive(Debug)]
pub struct Body<T>(pub T);

type Pending<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

fn is_json(req: &HttpRequest, also: &str) -> bool {
    let kind = req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (!also.is_empty() && kind == also)
}

fn read(req: &HttpRequest, payload: &mut Payload) -> Pending<Bytes> {
    let bytes = Bytes::from_request(req, payload);
    Box::pin(async move {
        let bytes = bytes.await.map_err(|e| match e.as_response_error().status_code() {
            actix_web::http::StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
            _ => Failure::malformed("#", "body", "the body broke off"),
        })?;
        if bytes.len() > limits::REQUEST_BYTES { Err(Failure::TooLarge) } else { Ok(bytes) }
    })
}

fn json(bytes: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(bytes).map_err(|e| {
        let place = format!("line {}, column {}", e.line(), e.column());
        Failure::malformed("#", "json", format!("not valid JSON at {place}"))
    })
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Failure;
    type Future = Pending<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_json(req, "") {
            return Box::pin(ready(Err(Failure::UnsupportedMediaType("application/json"))));
        }
        let bytes = read(req, payload);
        Box::pin(async move { typed(json(&bytes.await?)?).map(Self).map_err(Failure::from) })
    }
}

/// Read a value into a type, naming every field that is unknown or of the wrong type.
///
/// # Errors
/// [`Error::Invalid`] with all of them.
pub fn typed<T: DeserializeOwned>(mut value: Value) -> Result<T, Error> {
    let mut faults: Vec<Violation> = Vec::new();
    loop {
        match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(read) if faults.is_empty() => return Ok(read),
            Ok(_) => return Err(Error::Invalid(faults)),
            Err(error) => {
                let (path, fault) = fault(&error);
                let repeated = faults.iter().any(|f| f.pointer == fault.pointer);
                let missing = fault.code == "required";
                if !repeated {
                    faults.push(fault);
                }
                // Take the wrong part out and look on; what is missing cannot be put in.
                if repeated || missing || faults.len() >= 50 || !remove(&mut value, &path) {
                    return Err(Error::Invalid(faults));
                }
            }
        }
    }
}

fn fault(error: &serde_path_to_error::Error<serde_json::Error>) -> (Vec<String>, Violation) {
    let mut path: Vec<String> = error
        .path()
        .iter()
        .filter_map(|segment| match segment {
            Segment::Map { key } => Some(key.clone()),
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect();
    let message = error.inner().to_string();
    let named = message.split('`').nth(1).unwrap_or_default().to_owned();
    let code = if message.starts_with("unknown field") {
        "unknown_field"
    } else if message.starts_with("missing field") {
        "required"
    } else if message.starts_with("unknown variant") {
        "unknown_value"
    } else {
        "type"
    };
    if matches!(code, "unknown_field" | "required") && path.last() != Some(&named) {
        path.push(named);
    }
    let escaped: String = path.iter().map(|p| format!("/{}", p.replace('~', "~0").replace('/', "~1"))).collect();
    let detail = message.split(" at line ").next().unwrap_or_default().to_owned();
    (path, Violation { pointer: format!("#{escaped}"), code, detail })
}

fn remove(value: &mut Value, path: &[String]) -> bool {
    let Some((last, above)) = path.split_last() else { return false };
    let parent = above.iter().try_fold(value, |at, step| match at {
        Value::Object(map) => map.get_mut(step),
        Value::Array(items) => step.parse::<usize>().ok().and_then(|n| items.get_mut(n)),
        _ => None,
    });
    match parent {
        Some(Value::Object(map)) => map.remove(last).is_some(),
        Some(Value::Array(items)) => match last.parse::<usize>() {
            Ok(n) if n < items.len() => {
                items.remove(n);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// A thing of the desk that is read and written in one shape.
pub trait Resource: Serialize + ToSchema {
    /// What of it can be written.
    type Input: DeserializeOwned;
    /// The fields that cannot; sent back unchanged they are accepted.
    const READ_ONLY: &'static [&'static str];
}

/// A JSON merge patch (RFC 7396) on a `R` as `GET` shows it.
#[derive(Debug)]
pub struct Patch<R>(Value, PhantomData<fn() -> R>);

impl<R: Resource> Patch<R> {
    /// What the patched thing would be written as.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a read-only field would change, or the outcome is not valid.
    pub fn onto(&self, current: &R) -> Result<R::Input, Error> {
        let mut value = serde_json::to_value(current).map_err(Error::internal)?;
        let mut patch = self.0.clone();
        let mut faults = Faults::default();
        if let (Value::Object(map), Value::Object(changes)) = (&mut value, &mut patch) {
            for field in R::READ_ONLY {
                let shown = map.remove(*field);
                if changes.remove(*field).is_some_and(|sent| Some(sent) != shown) {
                    faults.add(format!("#/{field}"), "read_only", "this field cannot be written");
                }
            }
        }
        merge(&mut value, &patch);
        let typed = faults.merge(typed(value))?;
        match typed {
            Some(input) => faults.or(input),
            None => Err(Error::Invalid(faults.into_inner())),
        }
    }
}

/// Apply a merge patch (RFC 7396).
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(map) = target {
        for (key, value) in changes {
            if value.is_null() {
                map.remove(key);
            } else {
                merge(map.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

impl<R: 'static> FromRequest for Patch<R> {
    type Error = Failure;
    type Future = Pending<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_json(req, "application/merge-patch+json") {
            return Box::pin(ready(Err(Failure::UnsupportedMediaType("application/merge-patch+json or application/json"))));
        }
        let bytes = read(req, payload);
        Box::pin(async move {
            match json(&bytes.await?)? {
                patch @ Value::Object(_) => Ok(Self(patch, PhantomData)),
                _ => Err(Failure::Rule(Error::invalid("#", "type", "a merge patch of this is an object"))),
            }
        })
    }
}

/// Documents a [`Patch`]: the resource with nothing required.
#[derive(Debug, Deserialize)]
pub struct PatchOf<R>(PhantomData<fn() -> R>);

impl<R: Resource> PartialSchema for PatchOf<R> {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        match R::schema() {
            openapi::RefOr::T(openapi::Schema::Object(mut object)) => {
                object.required.clear();
                object.description = Some("A JSON merge patch (RFC 7396): fields left out stay, `null` clears.".to_owned());
                openapi::RefOr::T(openapi::Schema::Object(object))
            }
            other => other,
        }
    }
}
impl<R: Resource> ToSchema for PatchOf<R> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Patch", R::name()))
    }
    fn schemas(schemas: &mut Vec<(String, openapi::RefOr<openapi::Schema>)>) {
        R::schemas(schemas);
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
            Some(tag) if !tag.contains('"') => Ok(Self(Some(tag.split('.').next().and_then(|n| n.parse().ok()).unwrap_or(NEVER)))),
            None if text.starts_with("W/\"") => Ok(Self(Some(NEVER))),
            _ => Err(Failure::malformed("If-Match", "if_match", "one strong entity tag, such as \"3\"")),
        })
    }
}

/// A path whose parts are not what they should be.
#[must_use]
pub fn bad_path() -> Failure {
    Failure::malformed("#", "path", "a part of the path is not of its form; ids are UUIDs, locales are BCP 47 tags")
}

/// What a reader's `Accept-Language` says.
#[derive(Debug, Clone)]
pub struct AcceptLanguage(String);

impl FromRequest for AcceptLanguage {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = req.headers().get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        ready(Ok(Self(value.to_owned())))
    }
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

/// A reader's wish out of `locale=` and `fallback=`.
///
/// # Errors
/// [`Error::Invalid`] at `?locale`.
pub fn wish(locale: Option<&str>, fallback: Option<Fallback>, accept: AcceptLanguage) -> Result<Wish, Error> {
    let fallback = fallback == Some(Fallback::Chain);
    let locale = match locale {
        None => None,
        Some("auto") => return Ok(Wish { locale: None, accept: Some(accept.0), fallback }),
        Some(tag) => {
            Some(tag.parse::<Locale>().ok().ok_or_else(|| Error::invalid("?locale", "locale", "a BCP 47 language tag, or `auto`"))?)
        }
    };
    Ok(Wish { locale, accept: None, fallback })
}

/// A page out of `limit=`, `cursor=` and `count=`, in a list of this order.
///
/// # Errors
/// [`Error::Invalid`] at `?limit` or `?cursor`.
pub fn paging(limit: Option<u32>, cursor: Option<&str>, count: Option<bool>, order: u8) -> Result<Paging, Error> {
    let mut faults = Faults::default();
    let limit = limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        faults.add("?limit", "out_of_range", "between 1 and 100");
    }
    let decoded = cursor.and_then(Cursor::decode).filter(|c| c.order == order);
    if cursor.is_some() && decoded.is_none() {
        faults.add("?cursor", "cursor", "not a cursor of this list");
    }
    faults.or(Paging { limit, cursor: decoded, count: count.unwrap_or(false) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "n")]
        _n: u8,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(rename = "a")]
        _a: String,
        #[serde(rename = "list", default)]
        _list: Vec<Inner>,
    }

    #[test]
    fn every_wrong_field_is_named() {
        let sent = json!({ "a": "x", "b": 1, "c/d": 2, "list": [{ "n": 1, "m": 2 }, { "n": "no" }] });
        let Err(Error::Invalid(all)) = typed::<Outer>(sent) else { panic!("accepted") };
        let found: Vec<_> = all.iter().map(|v| (v.pointer.as_str(), v.code)).collect();
        for expected in [("#/b", "unknown_field"), ("#/c~1d", "unknown_field"), ("#/list/0/m", "unknown_field"), ("#/list/1/n", "type")] {
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
    }

    #[test]
    fn merging_follows_the_examples_of_rfc_7396() {
        for (target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ] {
            let mut merged = target.clone();
            merge(&mut merged, &patch);
            assert_eq!(merged, result);
        }
    }
}
