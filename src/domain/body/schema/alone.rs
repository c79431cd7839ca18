//! The schema of a document by itself, for validators and editors that know nothing of the contract.

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::Document;

/// Where the contract keeps its schemas, and where this one does.
const PLACES: (&str, &str) = ("#/components/schemas/", "#/$defs/");

/// The JSON Schema (2020-12) of a document, with one definition for each type of node and mark.
#[must_use]
pub fn alone() -> Value {
    let mut named = vec![(Document::name().into_owned(), Document::schema())];
    Document::schemas(&mut named);
    let mut definitions = Map::new();
    for (name, schema) in named {
        let mut schema = serde_json::to_value(schema).unwrap_or_default();
        move_references(&mut schema);
        definitions.insert(name, schema);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Body of a story",
        "$ref": format!("{}{}", PLACES.1, Document::name()),
        "$defs": definitions
    })
}

fn move_references(schema: &mut Value) {
    match schema {
        Value::Object(map) => map.values_mut().for_each(move_references),
        Value::Array(items) => items.iter_mut().for_each(move_references),
        Value::String(text) => {
            if let Some(name) = text.strip_prefix(PLACES.0) {
                *text = format!("{}{name}", PLACES.1);
            }
        }
        _ => {}
    }
}
