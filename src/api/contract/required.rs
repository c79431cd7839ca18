//! What is always sent is required, though it may be null: clients need not ask whether it is there.
//!
//! A property that may be left out is not nullable here, so one that is nullable and only answered is always there. A partial, of which nothing
//! is required, stays one; so does what is sent as well, for whoever sends it may leave it out.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::{
    OpenApi, RefOr,
    schema::{Schema, SchemaType, Type},
};

use super::schemas::{PLACE, Schemas, operations};

/// Require what is always sent of schemas that only answers have.
pub(super) fn require(api: &mut OpenApi) {
    let sent = sent(api);
    for (name, schema) in &mut api.components.get_or_insert_default().schemas {
        let RefOr::T(Schema::Object(object)) = schema else { continue };
        if sent.contains(name) || object.required.is_empty() {
            continue;
        }
        let always = object.properties.iter().filter(|(name, property)| is_nullable(property) && !object.required.contains(name));
        let always: Vec<String> = always.map(|(name, _)| name.clone()).collect();
        object.required.extend(always);
    }
}

/// Let no parameter be null: one that is not given is not there.
pub(super) fn without_null(api: &mut OpenApi) {
    let all = api.paths.paths.values_mut().flat_map(operations).flat_map(|operation| operation.parameters.iter_mut().flatten());
    for one in all {
        let RefOr::T(one) = one else { continue };
        if let Some(RefOr::T(Schema::Object(object))) = &mut one.schema
            && let SchemaType::Array(kinds) = &mut object.schema_type
        {
            kinds.retain(|kind| *kind != Type::Null);
            if let [kind] = kinds.as_slice() {
                object.schema_type = SchemaType::Type(kind.clone());
            }
        }
    }
}

fn is_nullable(schema: &RefOr<Schema>) -> bool {
    let RefOr::T(schema) = schema else { return false };
    match schema {
        Schema::Object(object) => takes_null(&object.schema_type),
        Schema::Array(array) => takes_null(&array.schema_type),
        Schema::OneOf(one) => one.items.iter().any(is_nullable),
        _ => false,
    }
}

fn takes_null(of: &SchemaType) -> bool {
    match of {
        SchemaType::Type(one) => *one == Type::Null,
        SchemaType::Array(types) => types.contains(&Type::Null),
        SchemaType::AnyValue => false,
    }
}

/// The names of the schemas that requests have.
fn sent(api: &mut OpenApi) -> BTreeSet<String> {
    let bodies = api.paths.paths.values_mut().flat_map(operations).filter_map(|operation| operation.request_body.as_ref());
    let next = bodies.flat_map(|body| references(&serde_json::to_value(body).unwrap_or_default())).collect();
    reached(next, &api.components.get_or_insert_default().schemas)
}

/// Schemas by their names, with all that they refer to.
pub(super) fn reached(mut next: Vec<String>, schemas: &Schemas) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    // Ends: each name is followed once.
    while let Some(name) = next.pop() {
        if let Some(schema) = schemas.get(&name).filter(|_| !reached.contains(&name)) {
            next.extend(references(&serde_json::to_value(schema).unwrap_or_default()));
            reached.insert(name);
        }
    }
    reached
}

/// The names of the schemas that one refers to.
pub(super) fn references(one: &Value) -> Vec<String> {
    match one {
        Value::Object(members) => {
            let named = members.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix(PLACE)).map(str::to_owned);
            named.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
