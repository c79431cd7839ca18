//! JSON merge patches (RFC 7396): taken as they are sent, put onto what is there, and documented by rule.

use std::{borrow::Cow, collections::BTreeMap, future::ready, marker::PhantomData};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Object, ObjectBuilder, Ref, RefOr, Schema,
        schema::{AdditionalProperties, OneOfBuilder, SchemaType, Type},
    },
};

use super::{
    extract::{Pending, is_json, read},
    json,
    problem::Failure,
    sent,
    typed::{judged, merged},
    wording::{quoted, within},
};
use crate::domain::{Error, Violation, error::Faults};

/// A thing of the desk that is read and written in one shape.
pub trait Resource: Serialize + ToSchema + 'static {
    /// What of it can be written.
    type Input: DeserializeOwned + ToSchema + 'static;
    /// The fields that cannot; sent back unchanged they are accepted.
    const READ_ONLY: &'static [&'static str];
    /// The objects in it that a patch replaces, and does not go into: what is in them holds only together.
    const WHOLE: &'static [&'static str] = &[];
}

/// Why a field that cannot be written is refused.
const READ_ONLY: &str = "this field cannot be written, and what was sent is not what is there";

/// A JSON merge patch (RFC 7396) on a `R` as `GET` shows it.
#[derive(Debug)]
pub struct Patch<R> {
    sent: Value,
    /// What is wrong with it by the contract: found before anybody waits for a transaction.
    judged: Vec<Violation>,
    of: PhantomData<fn() -> R>,
}

// Whether or not an `R` can be copied: there is none in it.
impl<R> Clone for Patch<R> {
    fn clone(&self) -> Self {
        Self { sent: self.sent.clone(), judged: self.judged.clone(), of: PhantomData }
    }
}

impl<R: Resource> Patch<R> {
    /// A merge patch out of a value that came within another body.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no object.
    pub fn of(patch: Value) -> Result<Self, Error> {
        if patch.is_object() {
            Ok(Self { judged: judged::<PatchOf<R>>(&patch), sent: patch, of: PhantomData })
        } else {
            Err(Error::invalid("#", "type", "a merge patch of this is an object"))
        }
    }

    /// True when it says something of a field.
    #[must_use]
    pub fn names(&self, field: &str) -> bool {
        self.sent.get(field).is_some()
    }

    /// The same patch, saying nothing of a field.
    #[must_use]
    pub fn without(mut self, field: &str) -> Self {
        if let Value::Object(changes) = &mut self.sent {
            changes.remove(field);
        }
        let place = format!("#/{field}");
        self.judged.retain(|fault| fault.pointer.strip_prefix(&place).is_none_or(|rest| !rest.is_empty() && !rest.starts_with('/')));
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
        if self.sent.get(field).is_some_and(|sent| would_change(Some(shown), sent.clone())) {
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
        let mut patch = self.sent.clone();
        let mut faults = Faults::default();
        if let (Value::Object(map), Value::Object(changes)) = (&mut value, &mut patch) {
            for field in R::READ_ONLY {
                let shown = map.remove(*field);
                if changes.remove(*field).is_some_and(|sent| would_change(shown, sent)) {
                    faults.add(format!("#/{field}"), "read_only", READ_ONLY);
                }
            }
        }
        let whole = R::WHOLE.iter().filter_map(|field| Some((*field, patch.as_object_mut()?.remove(*field)?)));
        let whole: Vec<_> = whole.collect();
        let cleared = patch.as_object().into_iter().flatten().filter(|(field, sent)| sent.is_null() && value.get(field.as_str()).is_none());
        for (field, _) in cleared.filter(|(field, _)| !has::<R::Input>(field)) {
            faults.add(within("#", field), "unknown_field", format!("{} is not known here", quoted(field)));
        }
        merge(&mut value, patch);
        if let Value::Object(map) = &mut value {
            for (field, sent) in whole {
                if sent.is_null() {
                    map.remove(field)
                } else {
                    map.insert(field.to_owned(), sent)
                };
            }
        }
        let input = faults.merge(merged(&value).map_err(|error| self.of_its_own(error)))?;
        for fault in &self.judged {
            if !faults.names(&fault.pointer) {
                faults.add(&fault.pointer, fault.code, &fault.detail);
            }
        }
        match input {
            Some(input) => faults.or(input),
            None => Err(Error::Invalid(faults.into_inner())),
        }
    }
}

impl<R> Patch<R> {
    /// Of what is wrong with a merged value that which the patch brought: what was there before is not held against whoever changes something else.
    fn of_its_own(&self, error: Error) -> Error {
        let Error::Invalid(all) = error else { return error };
        let is_named = |pointer: &str| {
            let field = pointer.trim_start_matches("#/").split('/').next().unwrap_or_default();
            pointer == "#" || self.sent.get(field.replace("~1", "/").replace("~0", "~")).is_some()
        };
        let (own, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|fault| is_named(&fault.pointer));
        Error::Invalid(if own.is_empty() { others } else { own })
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

impl<R: Resource> FromRequest for Patch<R> {
    type Error = Failure;
    type Future = Pending<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_json(req, "application/merge-patch+json") {
            return Box::pin(ready(Err(Failure::UnsupportedMediaType("application/merge-patch+json or application/json"))));
        }
        let bytes = read(payload);
        Box::pin(async move {
            let patch = json::read(&bytes.await?)?;
            if patch.is_object() {
                sent::check(&patch)?;
            }
            Ok(Self::of(patch)?)
        })
    }
}

/// What the schema of a patch is called, after what it is a patch on.
const PATCH: &str = "Patch";

type Named = BTreeMap<String, RefOr<Schema>>;

/// Documents a [`Patch`]: what of the resource can be written, and nothing of it is required.
#[derive(Debug, Deserialize)]
pub struct PatchOf<R>(PhantomData<fn() -> R>);

impl<R: Resource> PartialSchema for PatchOf<R> {
    fn schema() -> RefOr<Schema> {
        let (shown, input) = (R::schema(), R::Input::schema());
        let (RefOr::T(Schema::Object(shown)), RefOr::T(Schema::Object(input))) = (shown, input) else { return R::Input::schema() };
        let mut patch = patch::<R>(input, &mut Named::new());
        patch.description = Some("A JSON merge patch (RFC 7396): fields left out stay, `null` clears.".to_owned());
        for (name, property) in &mut patch.properties {
            // It is described where it is shown; what is never shown describes itself.
            if let Some(words) = shown.properties.get(name).and_then(description) {
                describe(property, words);
            }
        }
        patch.into()
    }
}

impl<R: Resource> ToSchema for PatchOf<R> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}{PATCH}", R::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        R::schemas(schemas);
        R::Input::schemas(schemas);
        let mut parts = Named::new();
        if let RefOr::T(Schema::Object(input)) = R::Input::schema() {
            patch::<R>(input, &mut parts);
        }
        schemas.extend(parts);
    }
}

/// The schema of a patch on a resource, and of the parts in it.
fn patch<R: Resource>(input: Object, parts: &mut Named) -> Object {
    let whole: Vec<_> = R::WHOLE.iter().filter_map(|field| Some((*field, input.properties.get(*field)?.clone()))).collect();
    let mut patch = loosened(input, &named::<R::Input>(), parts);
    for (field, property) in whole {
        let some = match property {
            RefOr::T(Schema::OneOf(one)) => one.items.into_iter().find(|way| !is_null(way)),
            other => Some(other),
        };
        // It is replaced, and cleared only where there may be none.
        let some = some.map(|mut some| {
            if may_be_null::<R>(field) {
                nullable(&mut some);
            }
            some
        });
        patch.properties.extend(some.map(|some| (field.to_owned(), some)));
    }
    patch
}

/// Whether a property of an object may be null where it is shown.
fn may_be_null<T: ToSchema>(property: &str) -> bool {
    let RefOr::T(Schema::Object(object)) = T::schema() else { return false };
    matches!(object.properties.get(property), Some(RefOr::T(Schema::OneOf(one))) if one.items.iter().any(is_null))
}

/// Whether an object has a property, though it may not be there now.
fn has<T: ToSchema>(property: &str) -> bool {
    matches!(T::schema(), RefOr::T(Schema::Object(object)) if object.properties.contains_key(property))
}

fn named<T: ToSchema>() -> Named {
    let mut all = Vec::new();
    T::schemas(&mut all);
    all.into_iter().collect()
}

/// The schema of a patch on an object: nothing is required, what need not be there can be cleared, and objects within come in parts, for which
/// those that have a name get a schema of their own.
fn loosened(mut object: Object, named: &Named, parts: &mut Named) -> Object {
    for (name, property) in &mut object.properties {
        part(property, named, parts);
        if !object.required.contains(name) {
            nullable(property);
        }
        if let RefOr::T(Schema::Object(property)) = property {
            property.default = None;
        }
    }
    if let Some(AdditionalProperties::RefOr(value)) = object.additional_properties.as_deref_mut() {
        part(value, named, parts);
        nullable(value);
    } else {
        // What is sent back as it was shown is taken too.
        object.additional_properties = None;
    }
    object.required.clear();
    object.example = None;
    object.examples.clear();
    object
}

/// What a patch says of a property, but for clearing it.
fn part(property: &mut RefOr<Schema>, named: &Named, parts: &mut Named) {
    match property {
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
            let Some(RefOr::T(whole)) = named.get(name) else { return };
            let in_parts = match whole {
                Schema::Object(object) => Schema::from(loosened(object.clone(), named, parts)),
                // Of several objects a part does not tell which is meant.
                Schema::OneOf(one) if one.items.iter().filter(|way| is_object(way, named)).count() < 2 => {
                    let mut one = one.clone();
                    one.items.iter_mut().for_each(|way| part(way, named, parts));
                    Schema::OneOf(one)
                }
                _ => return,
            };
            if in_parts != *whole && !is_plain(&in_parts) {
                let (name, words) = (format!("{name}{PATCH}"), std::mem::take(&mut reference.description));
                *reference = Ref::from_schema_name(&name);
                reference.description = words;
                parts.insert(name, in_parts.into());
            }
        }
        RefOr::T(Schema::Object(object)) => *object = loosened(object.clone(), named, parts),
        RefOr::T(Schema::OneOf(one)) => one.items.iter_mut().for_each(|way| part(way, named, parts)),
        RefOr::T(_) => {}
    }
}

/// Whether it has nothing that could come in parts: only its example was taken.
fn is_plain(schema: &Schema) -> bool {
    matches!(schema, Schema::Object(object) if object.properties.is_empty() && object.additional_properties.is_none())
}

fn is_object(schema: &RefOr<Schema>, named: &Named) -> bool {
    match schema {
        RefOr::Ref(reference) => {
            reference.ref_location.rsplit('/').next().and_then(|name| named.get(name)).is_some_and(|schema| is_object(schema, named))
        }
        RefOr::T(schema) => matches!(schema, Schema::Object(object) if object.schema_type == SchemaType::Type(Type::Object)),
    }
}

/// The same, or `null`.
fn nullable(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) if object.enum_values.is_none() => {
            if let SchemaType::Type(kind) = object.schema_type.clone() {
                object.schema_type = SchemaType::Array(vec![kind, Type::Null]);
            }
        }
        RefOr::T(Schema::OneOf(one)) if one.items.iter().any(is_null) => {}
        other => {
            let null = ObjectBuilder::new().schema_type(Type::Null);
            *other = OneOfBuilder::new().item(other.clone()).item(null).into();
        }
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

fn description(schema: &RefOr<Schema>) -> Option<&str> {
    match schema {
        RefOr::Ref(reference) => Some(reference.description.as_str()).filter(|words| !words.is_empty()),
        RefOr::T(Schema::Object(object)) => object.description.as_deref(),
        RefOr::T(Schema::Array(array)) => array.description.as_deref(),
        RefOr::T(Schema::OneOf(one)) => one.description.as_deref().or_else(|| one.items.iter().find_map(description)),
        RefOr::T(_) => None,
    }
}

fn describe(schema: &mut RefOr<Schema>, words: &str) {
    match schema {
        RefOr::Ref(reference) => words.clone_into(&mut reference.description),
        RefOr::T(Schema::Object(object)) => object.description = Some(words.to_owned()),
        RefOr::T(Schema::Array(array)) => array.description = Some(words.to_owned()),
        RefOr::T(Schema::OneOf(one)) => {
            // A reference that may be null is described where it refers.
            match one.items.iter_mut().find(|way| !is_null(way)) {
                Some(way @ RefOr::Ref(_)) if one.description.is_none() => describe(way, words),
                _ => one.description = Some(words.to_owned()),
            }
        }
        RefOr::T(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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

    #[derive(Serialize, Deserialize, ToSchema)]
    struct Inner {
        name: String,
        #[serde(default)]
        note: String,
    }

    #[derive(Deserialize, ToSchema)]
    #[expect(dead_code, reason = "only described")]
    struct Input {
        must: String,
        #[serde(default = "u8::default")]
        #[schema(default = 0)]
        may: u8,
        inner: Inner,
        by_locale: BTreeMap<String, Inner>,
    }

    #[derive(Serialize, ToSchema)]
    struct Shown {
        /// As it is shown.
        must: String,
    }

    impl Resource for Shown {
        type Input = Input;
        const READ_ONLY: &'static [&'static str] = &[];
    }

    #[test]
    fn a_patch_requires_nothing_clears_what_need_not_be_there_and_takes_objects_in_parts() {
        let mut all = Vec::new();
        PatchOf::<Shown>::schemas(&mut all);
        let inner = all.into_iter().find(|(name, _)| name == "InnerPatch").map(|(_, schema)| serde_json::to_value(schema).unwrap());
        assert_eq!(
            inner.unwrap(),
            json!({ "type": "object", "properties": { "name": { "type": "string" }, "note": { "type": ["string", "null"] } } })
        );
        let of_inner = json!({ "$ref": "#/components/schemas/InnerPatch" });
        let patch = serde_json::to_value(PatchOf::<Shown>::schema()).unwrap();
        assert_eq!(patch.get("required"), None);
        assert_eq!(
            patch["properties"],
            json!({
                "must": { "type": "string", "description": "As it is shown." },
                "may": { "type": ["integer", "null"], "format": "int32", "minimum": 0 },
                "inner": of_inner,
                "by_locale": { "type": "object", "propertyNames": { "type": "string" }, "additionalProperties": { "oneOf": [of_inner, { "type": "null" }] } }
            })
        );
    }
}
