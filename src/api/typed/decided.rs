//! Schemas of which a validator can say what is wrong with a value.
//!
//! **Context.** "Exactly one of these" is tried one by one: what is wrong in the one that was meant comes with what is wrong in all others, and where
//! such choices stand within one another, as the nodes of a document do, trying takes as many steps as there are ways through them.
//! **Decision.** A choice is made of what the value is: of its JSON type, and among objects of the word in the property by which
//! they are told apart, as readers of the contract do. **Consequence.** Each value is judged once, by the one schema that it is meant to follow.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

type Schemas = Map<String, Value>;

/// Make every choice within a schema one that is decided, as far as its ways can be told apart.
pub(super) fn decide(schema: &mut Value, all: &Schemas) {
    match schema {
        Value::Object(map) => {
            for choice in ["oneOf", "anyOf"] {
                if let Some(conditions) = map.get(choice).and_then(|ways| conditions(ways, all)) {
                    map.remove(choice);
                    map.insert("allOf".to_owned(), conditions);
                }
            }
            map.values_mut().for_each(|inner| decide(inner, all));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| decide(inner, all)),
        _ => {}
    }
}

/// The conditions that stand for a choice of ways; nothing when these cannot be told apart.
fn conditions(ways: &Value, all: &Schemas) -> Option<Value> {
    let mut flat = Vec::new();
    flatten(ways.as_array()?, all, &mut flat);
    let (objects, others): (Vec<&Value>, Vec<&Value>) = flat.into_iter().partition(|way| types(way, all) == BTreeSet::from(["object"]));
    let mut seen = BTreeSet::new();
    let mut conditions = Vec::new();
    for way in others {
        let types = types(way, all);
        if types.is_empty() || types.contains("object") || !types.iter().all(|kind| seen.insert(*kind)) {
            return None;
        }
        conditions.push(json!({ "if": { "type": types }, "then": way }));
    }
    match objects.as_slice() {
        [] => {}
        [only] => conditions.push(json!({ "if": { "type": "object" }, "then": only })),
        several => conditions.push(json!({ "if": { "type": "object" }, "then": told_apart(several, all)? })),
    }
    if !objects.is_empty() {
        seen.insert("object");
    }
    conditions.insert(0, json!({ "type": seen }));
    Some(Value::Array(conditions))
}

/// The ways of a choice, and of the choices among them.
fn flatten<'v>(ways: &'v [Value], all: &'v Schemas, into: &mut Vec<&'v Value>) {
    for way in ways {
        match resolved(way, all)["oneOf"].as_array() {
            Some(inner) => flatten(inner, all, into),
            None => into.push(way),
        }
    }
}

/// One of several objects, by the property that each must have and in which each has words of its own.
fn told_apart(several: &[&Value], all: &Schemas) -> Option<Value> {
    let first = resolved(several.first()?, all)["required"].as_array()?;
    first.iter().filter_map(Value::as_str).find_map(|property| {
        let mut known: Vec<&str> = Vec::new();
        let mut conditions = Vec::new();
        for way in several {
            let words = words(resolved(way, all), property)?;
            if words.iter().any(|word| known.contains(word)) {
                return None;
            }
            conditions.push(json!({ "if": { "properties": { property: { "enum": words } }, "required": [property] }, "then": way }));
            known.extend(words);
        }
        Some(json!({ "required": [property], "properties": { property: { "enum": known } }, "allOf": conditions }))
    })
}

fn words<'v>(object: &'v Value, property: &str) -> Option<Vec<&'v str>> {
    let required = object["required"].as_array()?.iter().any(|name| name == property);
    let words = object["properties"].get(property)?["enum"].as_array()?;
    words.iter().map(Value::as_str).collect::<Option<_>>().filter(|_| required)
}

fn types<'v>(schema: &'v Value, all: &'v Schemas) -> BTreeSet<&'v str> {
    match &resolved(schema, all)["type"] {
        Value::String(one) => BTreeSet::from([one.as_str()]),
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => BTreeSet::new(),
    }
}

fn resolved<'v>(schema: &'v Value, all: &'v Schemas) -> &'v Value {
    let name = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next());
    name.and_then(|name| all.get(name)).unwrap_or(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(mut schema: Value) -> Value {
        let all = json!({
            "A": { "type": "object", "required": ["n", "kind"], "properties": { "n": { "type": "integer" }, "kind": { "enum": ["a", "b"] } } },
            "C": { "type": "object", "required": ["kind"], "properties": { "kind": { "enum": ["c"] }, "of": { "$ref": "#/components/schemas/Any" } } },
            "Any": { "oneOf": [{ "$ref": "#/components/schemas/A" }, { "$ref": "#/components/schemas/C" }] },
        });
        let Value::Object(mut all) = all else { panic!("no map") };
        decide(&mut schema, &all);
        let given = all.clone();
        all.values_mut().for_each(|one| decide(one, &given));
        schema["components"] = json!({ "schemas": all });
        schema
    }

    fn faults(schema: &Value, value: &Value) -> Vec<String> {
        let validator = jsonschema::validator_for(schema).unwrap();
        validator.iter_errors(value).map(|e| format!("{} {}", e.instance_path(), e.kind().keyword())).collect()
    }

    #[test]
    fn only_the_way_that_was_meant_is_judged() {
        let any =
            decided(json!({ "oneOf": [{ "$ref": "#/components/schemas/Any" }, { "type": "null" }, { "type": "array", "maxItems": 1 }] }));
        for (value, wrong) in [
            (json!({ "kind": "b", "n": 1 }), vec![]),
            (json!({ "kind": "b", "n": "1" }), vec!["/n type"]),
            (json!({ "kind": "c", "of": { "kind": "a", "n": true } }), vec!["/of/n type"]),
            (json!({ "kind": "c", "of": { "kind": "d" } }), vec!["/of/kind enum"]),
            (json!({}), vec![" required"]),
            (json!(null), vec![]),
            (json!([1, 2]), vec![" maxItems"]),
            (json!("a"), vec![" type"]),
        ] {
            assert_eq!(faults(&any, &value), wrong, "{value}");
        }
    }

    #[test]
    fn what_cannot_be_told_apart_is_left_as_it_is() {
        let same = json!({ "oneOf": [{ "type": "string", "format": "uuid" }, { "type": "string", "maxLength": 3 }] });
        let mut decided = same.clone();
        decide(&mut decided, &Map::new());
        assert_eq!(decided, same);
    }
}
