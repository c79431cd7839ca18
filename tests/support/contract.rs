//! The contract as a judge: every answer that a test gets is one that its operation declares, in the shape that it declares.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use actix_web::http::Method;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::committed;

/// The contract, with what operations refer to written out but for schemas.
pub(crate) fn contract() -> Value {
    CONTRACT.clone()
}

static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    let mut contract: Value = serde_json::from_str(&committed("openapi/v1.json")).unwrap();
    let components = contract["components"].clone();
    for operation in contract["paths"].as_object_mut().unwrap().values_mut().flat_map(|item| item.as_object_mut().unwrap().values_mut()) {
        let parameters = operation["parameters"].as_array_mut().into_iter().flatten();
        for parameter in parameters {
            write_out(parameter, &components);
            write_out(&mut parameter["schema"], &components);
        }
        for response in operation["responses"].as_object_mut().unwrap().values_mut() {
            write_out(response, &components);
        }
    }
    contract
});

fn write_out(one: &mut Value, components: &Value) {
    if let Some(place) = one["$ref"].as_str() {
        *one = components.pointer(place.strip_prefix("#/components").unwrap()).unwrap_or_else(|| panic!("{place}")).clone();
    }
}

/// The schemas, of which none takes a property that it does not name: what is answered and not declared is seen.
static STRICT: LazyLock<Value> = LazyLock::new(|| {
    let mut schemas = CONTRACT["components"]["schemas"].clone();
    close(&mut schemas);
    schemas
});

fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(close);
            if map.get("properties").is_some_and(|p| p.as_object().is_some_and(|p| !p.contains_key("properties")))
                && map.get("type").is_none_or(|kind| kind == "object")
            {
                map.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// The operation of the contract that answers such a request.
fn operation(method: &Method, path: &str) -> Option<(&'static str, &'static Value)> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &str| {
        let pattern: Vec<&str> = pattern.split('/').collect();
        pattern.len() == segments.len() && pattern.iter().zip(&segments).all(|(p, s)| p == s || (p.starts_with('{') && !s.is_empty()))
    };
    let all = CONTRACT["paths"].as_object().unwrap().iter().filter(|(pattern, _)| fits(pattern));
    // Of `/redirects/export` and `/redirects/{id}` the one with fewer places is meant.
    let (pattern, item) = all.min_by_key(|(pattern, _)| pattern.matches('{').count())?;
    let method = if *method == Method::HEAD { "get".to_owned() } else { method.as_str().to_lowercase() };
    item.get(method).map(|operation| (pattern.as_str(), operation))
}

/// Statuses of what goes wrong on the way to any operation, which all share one `default`.
const ON_THE_WAY: [u16; 9] = [405, 408, 413, 414, 417, 431, 500, 503, 505];

type Validators = Mutex<HashMap<String, Arc<Validator>>>;

/// The validator of this name, made of this schema when it is asked for first.
fn validator(name: &str, schema: &Value, schemas: &Value, prepare: impl FnOnce(&mut Value)) -> Arc<Validator> {
    static VALIDATORS: LazyLock<Validators> = LazyLock::new(Validators::default);
    let mut all = VALIDATORS.lock().unwrap();
    let made = all.entry(name.to_owned()).or_insert_with(|| {
        let mut schema = schema.clone();
        prepare(&mut schema);
        schema["components"] = json!({ "schemas": schemas });
        Arc::new(jsonschema::options().should_validate_formats(true).build(&schema).unwrap_or_else(|e| panic!("{name}: {e}")))
    });
    made.clone()
}

/// What a value is not that its schema says.
fn faults(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).take(3).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

/// Stop at a request that was taken though the contract does not declare it: clients that are made of it could not send it.
#[track_caller]
pub(crate) fn judge_sent(method: &Method, path: &str, kind: &str, sent: &[u8]) {
    let Some((pattern, operation)) = operation(method, path) else { return };
    let content = operation["requestBody"]["content"].as_object();
    // A patch may call itself JSON.
    let patch = content.filter(|_| kind == "application/json").and_then(|content| content.get("application/merge-patch+json"));
    let Some(content) = content.and_then(|content| content.get(kind)).or(patch) else { return };
    let Ok(sent) = serde_json::from_slice::<Value>(sent) else { return };
    // Some of it may have been refused.
    if sent["atomic"] == json!(false) {
        return;
    }
    let at = format!("what is sent to {method} {pattern}");
    let faults = faults(&validator(&at, &content["schema"], &CONTRACT["components"]["schemas"], |_| ()), &sent);
    assert!(faults.is_empty(), "{at} is not what the contract says: {faults:#?}\n{sent}");
}

/// Stop at an answer that the contract does not declare of its operation.
#[track_caller]
pub(crate) fn judge(method: &Method, path: &str, status: u16, kind: &str, text: &str) {
    let Some((pattern, operation)) = operation(method, path) else { return };
    // What is asked by a form of OAuth is refused in its words; the contract tells of both as a flow.
    if pattern == "/v1/auth/token" && status == 400 && text.contains("invalid_grant") {
        return;
    }
    let at = format!("{status} of {method} {pattern}");
    let declared = &operation["responses"][status.to_string()];
    let declared = match declared {
        Value::Null => {
            assert!(ON_THE_WAY.contains(&status), "{at} is not declared: {text}");
            &operation["responses"]["default"]
        }
        declared => declared,
    };
    if *method == Method::HEAD || text.is_empty() {
        return;
    }
    let said = kind.split(';').next().unwrap_or_default().trim();
    let of_range = format!("{}/*", said.split('/').next().unwrap_or_default());
    let content = declared["content"].as_object().and_then(|content| content.get(said).or_else(|| content.get(&of_range)));
    let Some(content) = content else { panic!("{at} is declared, but not as {kind}: {text}") };
    if !kind.contains("json") {
        return;
    }
    let validator = validator(&at, &content["schema"], &STRICT, close);
    let answer: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{at}: {e}"));
    let faults = faults(&validator, &answer);
    assert!(faults.is_empty(), "{at} is not what the contract says: {faults:#?}\n{text}");
}
