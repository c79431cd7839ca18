//! What handlers take out of a request, each refused with a problem that names every fault.

use std::{
    borrow::Cow,
    future::{Ready, poll_fn, ready},
    marker::PhantomData,
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
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, value::StringDeserializer},
};
use serde_json::Value;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        Object, ObjectBuilder, RefOr, Schema,
        schema::{AdditionalProperties, OneOfBuilder, Type},
    },
};

use super::{
    State,
    clients::intake,
    json,
    network::client,
    problem::Failure,
    sent,
    several::{gather, longest},
    typed::typed,
    wording::plain,
};
use crate::{
    access::{Action, Caller, Permit},
    domain::{
        Error, Locale, Version, Violation,
        error::Faults,
        network::Network,
        page::{Cursor, Paging, Sorting},
        redirect,
        text::limits,
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

/// The network that a request comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin(pub Network);

impl FromRequest for Origin {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let proxies = req.app_data::<Data<State>>().map_or_else(Default::default, |state| state.proxies.as_slice());
        let client = client(req.peer_addr(), req.headers(), proxies);
        ready(Ok(Self(client.map_or(Network::UNKNOWN, Network::of))))
    }
}

/// The query, of which every parameter is known.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + IntoParams> FromRequest for Query<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query(req.query_string()).map(Self))
    }
}

/// No parameter that is text has a lower limit, in characters.
const SHORT: usize = 35;

/// Read a query, naming every parameter that is unknown, wrong, or repeated though it is no list.
pub(crate) fn query<T: DeserializeOwned + IntoParams>(text: &str) -> Result<T, Failure> {
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
    if pairs.iter().any(|(_, value)| value.len() > SHORT) {
        let long = |(name, most): &(String, usize)| pairs.iter().any(|(given, value)| given == name && value.chars().count() > *most);
        let long = longest::<T>().filter(long);
        let told = long.map(|(name, most)| Violation {
            pointer: format!("?{name}"),
            code: "too_long",
            detail: format!("at most {most} characters"),
        });
        faults.extend(told);
        if !faults.is_empty() {
            return Err(Failure::Malformed(faults));
        }
    }
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

/// What a body is said to be, without parameters.
pub(super) fn kind(req: &HttpRequest) -> String {
    let kind = req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(req: &HttpRequest, also: &str) -> bool {
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

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
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
            typed(value).map(Self).map_err(Failure::from)
        })
    }
}

/// A thing of the desk that is read and written in one shape.
pub trait Resource: Serialize + ToSchema {
    /// What of it can be written.
    type Input: DeserializeOwned + ToSchema;
    /// The fields that cannot; sent back unchanged they are accepted.
    const READ_ONLY: &'static [&'static str];
}

/// Why a field that cannot be written is refused.
const READ_ONLY: &str = "this field cannot be written, and what was sent is not what is there";

/// A JSON merge patch (RFC 7396) on a `R` as `GET` shows it.
#[derive(Debug)]
pub struct Patch<R>(Value, PhantomData<fn() -> R>);

// Whether or not an `R` can be copied: there is none in it.
impl<R> Clone for Patch<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<R: Resource> Patch<R> {
    /// A merge patch out of a value that came within another body.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no object.
    pub fn of(patch: Value) -> Result<Self, Error> {
        if patch.is_object() {
            Ok(Self(patch, PhantomData))
        } else {
            Err(Error::invalid("#", "type", "a merge patch of this is an object"))
        }
    }

    /// True when it says something of a field.
    #[must_use]
    pub fn names(&self, field: &str) -> bool {
        self.0.get(field).is_some()
    }

    /// The same patch, saying nothing of a field.
    #[must_use]
    pub fn without(mut self, field: &str) -> Self {
        if let Value::Object(changes) = &mut self.0 {
            changes.remove(field);
        }
        self
    }

    /// The same patch, saying nothing of what cannot be written.
    #[must_use]
    pub fn writable(&self) -> Self {
        R::READ_ONLY.iter().fold(self.clone(), |patch, field| patch.without(field))
    }

    /// The same patch, saying nothing of a field that cannot be written and costs much to show.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the patch would change it.
    pub fn unchanged(&self, field: &str, shown: &impl Serialize) -> Result<Self, Error> {
        let shown = serde_json::to_value(shown).map_err(Error::internal)?;
        if self.0.get(field).is_some_and(|sent| would_change(Some(shown), sent.clone())) {
            return Err(Error::invalid(format!("#/{field}"), "read_only", READ_ONLY));
        }
        Ok(self.clone().without(field))
    }

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
                if changes.remove(*field).is_some_and(|sent| would_change(shown, sent)) {
                    faults.add(format!("#/{field}"), "read_only", READ_ONLY);
                }
            }
        }
        merge(&mut value, patch);
        let typed = faults.merge(typed(value))?;
        match typed {
            Some(input) => faults.or(input),
            None => Err(Error::Invalid(faults.into_inner())),
        }
    }
}

/// Whether a merge patch on a field, which may not be there, would change it.
fn would_change(shown: Option<Value>, patch: Value) -> bool {
    let shown = shown.unwrap_or(Value::Null);
    let mut merged = shown.clone();
    // What is sent back as it was shown changes nothing either, though its nulls would be taken away.
    patch != shown && {
        merge(&mut merged, patch);
        merged != shown
    }
}

/// Apply a merge patch (RFC 7396).
pub fn merge(target: &mut Value, patch: Value) {
    let changes = match patch {
        Value::Object(changes) => changes,
        other => return *target = other,
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(map) = target {
        for (key, value) in changes {
            if value.is_null() {
                map.remove(&key);
            } else {
                merge(map.entry(key).or_insert(Value::Null), value);
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
        let bytes = read(payload);
        Box::pin(async move {
            match json::read(&bytes.await?)? {
                patch @ Value::Object(_) => {
                    sent::check(&patch)?;
                    Ok(Self(patch, PhantomData))
                }
                _ => Err(Failure::Rule(Error::invalid("#", "type", "a merge patch of this is an object"))),
            }
        })
    }
}

/// Documents a [`Patch`]: what of the resource can be written, and nothing of it is required.
#[derive(Debug, Deserialize)]
pub struct PatchOf<R>(PhantomData<fn() -> R>);

impl<R: Resource> PartialSchema for PatchOf<R> {
    fn schema() -> RefOr<Schema> {
        let (RefOr::T(Schema::Object(shown)), RefOr::T(Schema::Object(mut patch))) = (R::schema(), R::Input::schema()) else {
            return R::Input::schema();
        };
        patch.required.clear();
        patch.example = None;
        // What is sent back as it was shown is taken too.
        patch.additional_properties = None;
        patch.description = Some("A JSON merge patch (RFC 7396): fields left out stay, `null` clears.".to_owned());
        for (name, property) in &mut patch.properties {
            // It is described where it is shown; what is never shown describes itself, and so does a list that is sent in parts as well.
            let is_list = |one: &RefOr<Schema>| matches!(one, RefOr::T(Schema::Array(_)));
            if let Some(shown) = shown.properties.get(name).filter(|shown| !(is_list(shown) && matches!(property, RefOr::Ref(_)))) {
                property.clone_from(shown);
            }
            if let RefOr::T(Schema::Object(Object { additional_properties: Some(more), .. })) = property
                && let AdditionalProperties::RefOr(of) = &mut **more
            {
                let null = ObjectBuilder::new().schema_type(Type::Null);
                *of = OneOfBuilder::new().item(of.clone()).item(null).into();
            }
        }
        patch.into()
    }
}
impl<R: Resource> ToSchema for PatchOf<R> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Patch", R::name()))
    }
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        R::schemas(schemas);
        R::Input::schemas(schemas);
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
            merge(&mut merged, patch);
            assert_eq!(merged, result);
        }
    }
}
