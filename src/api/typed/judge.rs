//! What the schema of a type says of a value, as faults in our words.

use std::{
    any::TypeId,
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use jsonschema::{JsonType, ValidationError, Validator, error::TypeKind, error::ValidationErrorKind as Kind};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::decided::decide;
use crate::{
    api::wording::{listed, quoted, within},
    domain::Violation,
};

/// Values of a body of which every fault is looked for.
pub(super) const JUDGED: usize = 20_000;

/// What has a reader of its own, which names every fault, and later: a body, which is read where it holds up nobody, and in which `null` stands for
/// what is absent, as editors write it; and the operations of a bulk, each of which is judged, and may be refused, for itself.
const READ_ELSEWHERE: [&str; 2] = ["DeskBody", "BulkOperation"];

/// A schema, and the validator that is made of it.
struct Judge {
    schema: Value,
    validator: Validator,
}

type Judges = Mutex<HashMap<TypeId, Option<Arc<Judge>>>>;

/// The schema of a type, with all that it refers to.
fn schema<T: ToSchema>() -> Value {
    let mut referred = Vec::new();
    T::schemas(&mut referred);
    let named: Map<_, _> = referred.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default())).collect();
    let mut schema = serde_json::to_value(T::schema()).unwrap_or_default();
    let mut all = Map::new();
    let mut next = references(&schema);
    // Ends: each name is taken once.
    while let Some(name) = next.pop() {
        if all.contains_key(&name) {
            continue;
        }
        let open = READ_ELSEWHERE.contains(&name.as_str());
        let one = if open { json!({ "type": "object" }) } else { named.get(&name).cloned().unwrap_or(json!(true)) };
        next.extend(references(&one));
        all.insert(name, one);
    }
    for one in all.values_mut().chain([&mut schema]) {
        leave_passwords(one);
    }
    decide(&mut schema, &all);
    let given = all.clone();
    all.values_mut().for_each(|one| decide(one, &given));
    if let Value::Object(schema) = &mut schema {
        schema.insert("components".to_owned(), json!({ "schemas": all }));
    }
    schema
}

/// Whether a password is long enough is looked at with all else that is wrong with an account.
fn leave_passwords(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.get("format").is_some_and(|format| format == "password") {
                map.remove("minLength");
            }
            map.values_mut().for_each(leave_passwords);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_passwords),
        _ => {}
    }
}

/// The names of the schemas that one refers to.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(map) => {
            let name = map.get("$ref").and_then(Value::as_str).and_then(|place| place.rsplit('/').next());
            name.map(str::to_owned).into_iter().chain(map.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// Everything that is wrong with a value by the schema of its type; of a value of very many values the first fault.
///
/// The validator keeps all that it finds, which may be something of each of them.
pub(super) fn faults<T: ToSchema + 'static>(value: &Value) -> Vec<Violation> {
    let Some(judge) = judge(TypeId::of::<T>(), schema::<T>) else { return Vec::new() };
    let Err(first) = judge.validator.validate(value) else { return Vec::new() };
    if size(value) > JUDGED {
        return told(&first, &judge.schema);
    }
    let mut places = HashSet::new();
    // What is of a wrong type breaks other keywords as well, which says no more.
    let all = judge.validator.iter_errors(value).flat_map(|error| told(&error, &judge.schema));
    all.filter(|fault| places.insert(fault.pointer.clone())).collect()
}

/// How many values there are in a value, itself included, a string of sixteen bytes being one.
fn size(value: &Value) -> usize {
    let within = match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(map) => map.values().map(size).sum(),
        Value::String(text) => text.len() / 16,
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    usize::saturating_add(within, 1)
}

/// The judge of a type, made when it is asked for first.
fn judge(of: TypeId, schema: fn() -> Value) -> Option<Arc<Judge>> {
    static JUDGES: LazyLock<Judges> = LazyLock::new(Judges::default);
    let made = JUDGES.lock().unwrap_or_else(PoisonError::into_inner).get(&of).cloned();
    made.unwrap_or_else(|| {
        let schema = schema();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema);
        let made = validator.inspect_err(|error| tracing::error!(%error, "the contract has a schema that is none"));
        let made = made.ok().map(|validator| Arc::new(Judge { schema, validator }));
        JUDGES.lock().unwrap_or_else(PoisonError::into_inner).entry(of).or_insert(made).clone()
    })
}

/// An error of the validator in our words, of which none repeats what was sent but names of fields.
fn told(error: &ValidationError<'_>, schema: &Value) -> Vec<Violation> {
    let at = error.instance_path().as_str();
    let within = |name: &str| within(&format!("#{at}"), name);
    let one = |code, detail: String| vec![Violation { pointer: format!("#{at}"), code, detail }];
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            let known = known(error, schema);
            let all =
                unexpected.iter().map(|name| Violation { pointer: within(name), code: "unknown_field", detail: unknown(name, &known) });
            all.collect()
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![Violation { pointer: within(name), code: "required", detail: format!("`{name}` is missing") }]
        }
        Kind::Enum { options } => {
            let word = error.instance().as_str().map_or_else(|| "this".to_owned(), quoted);
            one("unknown_value", format!("{word} is not known here; known are {}", words(options)))
        }
        Kind::Type { kind } => one("type", format!("{} is wanted here, not {}", wanted(kind), found(error.instance()))),
        Kind::MaxLength { limit } => one("too_long", format!("at most {limit} characters")),
        Kind::MinLength { limit: 1 } => one("required", "it is empty".to_owned()),
        Kind::MinLength { limit } => one("too_short", format!("at least {limit} characters")),
        Kind::MaxItems { limit } | Kind::MaxProperties { limit } => one("too_many", format!("at most {limit}")),
        Kind::MinItems { limit } | Kind::MinProperties { limit } => one("too_few", format!("at least {limit}")),
        Kind::Maximum { limit } => one("out_of_range", format!("at most {limit}")),
        Kind::Minimum { limit } => one("out_of_range", format!("at least {limit}")),
        Kind::Format { format } => one("type", format!("{} is wanted here", of_format(format))),
        // The name of an entry is what is wrong, and it is the entry that is found by it.
        Kind::PropertyNames { error } => {
            let name = error.instance().as_str().unwrap_or_default();
            let faults = told(error, schema).into_iter();
            faults.map(|fault| Violation { pointer: within(name), ..fault }).collect()
        }
        _ => one("type", "not of the form that is wanted here".to_owned()),
    }
}

/// The fields that there are beside one that is unknown.
fn known(error: &ValidationError<'_>, schema: &Value) -> String {
    let place = error.schema_path().as_str();
    let object = place.rsplit_once('/').and_then(|(object, _)| schema.pointer(object));
    let names = object.and_then(|object| object["properties"].as_object());
    names.map(|names| listed(names.keys().map(String::as_str))).unwrap_or_default()
}

fn unknown(name: &str, known: &str) -> String {
    let known = if known.is_empty() { String::new() } else { format!("; known are {known}") };
    format!("{} is not known here{known}", quoted(name))
}

fn words(options: &Value) -> String {
    listed(options.as_array().into_iter().flatten().filter_map(Value::as_str))
}

fn wanted(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => kind_of(*one).to_owned(),
        TypeKind::Multiple(several) => {
            // That there may be nothing comes last.
            let (nothing, some): (Vec<_>, Vec<_>) = several.iter().partition(|kind| *kind == JsonType::Null);
            some.into_iter().chain(nothing).map(kind_of).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn found(value: &Value) -> &'static str {
    kind_of(match value {
        Value::Null => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Number(_) => JsonType::Number,
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    })
}

fn kind_of(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Null => "null",
        JsonType::Boolean => "`true` or `false`",
        JsonType::Number => "a number",
        JsonType::Integer => "a whole number",
        JsonType::String => "text",
        JsonType::Array => "a list",
        JsonType::Object => "an object",
    }
}

fn of_format(format: &str) -> &'static str {
    match format {
        "uuid" => "a UUID",
        "date-time" => "an RFC 3339 date and time with offset",
        "uri" => "an absolute address",
        "email" => "an e-mail address",
        _ => "another form",
    }
}
