//! JSON into types, with every fault named at once.
//!
//! **Context.** Serde stops at the first fault, and an editor's tool wants all of them. **Decision.** Serde reads first, and what it reads
//! is taken. What it refuses is judged by the schema that the contract has of the type, by a validator of JSON Schema, which names
//! every fault with its place. **Consequence.** Nothing is paid for what is right; of what is wrong, limits, words and fields are told exactly
//! as the contract writes them. What only Serde knows (that a text is no locale, say) is told of the first such fault alone.

mod decided;
mod judge;

use std::any::TypeId;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;
use utoipa::ToSchema;

use super::wording::plain;
use crate::domain::{Error, Violation};

/// Faults after which nothing more is told.
const MAX: usize = 50;
/// Values of a body of which every fault is looked for, a string of sixteen bytes being one. The validator keeps all that it finds, which
/// may be one for each of them; of a larger body the first fault is told.
const JUDGED: usize = 20_000;

/// Read a value into a type, naming every field that is unknown, missing, or not as its schema has it.
///
/// # Errors
/// [`Error::Invalid`] with all of them.
pub fn typed<T: DeserializeOwned + ToSchema + 'static>(value: &Value) -> Result<T, Error> {
    first(value).map_err(|first| {
        let judged = if size(value) > JUDGED { Vec::new() } else { judge::faults(TypeId::of::<T>(), judge::schema::<T>, value) };
        Error::Invalid(together(first, judged))
    })
}

/// Read a value into a type that the contract has no schema of, naming the first fault.
///
/// # Errors
/// [`Error::Invalid`] with it.
pub fn untold<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    first(value).map_err(|first| Error::Invalid(vec![first]))
}

fn first<T: DeserializeOwned>(value: &Value) -> Result<T, Violation> {
    serde_path_to_error::deserialize(value).map_err(|error| fault(&error))
}

/// What Serde said, and what the schema says. Of the same place Serde says more of what is of a wrong type, and the schema of all else; of two places
/// the one within the other says more.
fn together(first: Violation, mut judged: Vec<Violation>) -> Vec<Violation> {
    let within = format!("{}/", first.pointer);
    let says_more = |fault: &Violation| fault.pointer.starts_with(&within) || (fault.pointer == first.pointer && fault.code != "type");
    if first.code != "type" || !judged.iter().any(says_more) {
        judged.retain(|fault| fault.pointer != first.pointer);
        judged.insert(0, first);
    }
    judged.truncate(MAX);
    judged
}

/// How many values there are in a value, itself included.
fn size(value: &Value) -> usize {
    let within = match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(map) => map.values().map(size).sum(),
        Value::String(text) => text.len() / 16,
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    usize::saturating_add(within, 1)
}

fn fault(error: &serde_path_to_error::Error<serde_json::Error>) -> Violation {
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
    let detail = plain(&message);
    Violation { pointer: format!("#{escaped}"), code, detail }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::domain::{Instant, Locale, article::Kind};

    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Inner {
        id: uuid::Uuid,
        at: Instant,
    }

    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Outer {
        kind: Kind,
        locale: Locale,
        #[schema(maximum = 255)]
        count: u8,
        flag: bool,
        words: Vec<String>,
        inner: Option<Inner>,
        #[serde(default)]
        #[schema(max_length = 3)]
        note: String,
    }

    fn faults(value: &Value) -> Vec<String> {
        match typed::<Outer>(value) {
            Err(Error::Invalid(all)) => all.into_iter().map(|v| format!("{} {}: {}", v.pointer, v.code, v.detail)).collect(),
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn everything_that_is_missing_is_named() {
        let all = ["kind", "locale", "count", "flag", "words"].map(|field| format!("#/{field} required: `{field}` is missing"));
        assert_eq!(faults(&json!({})), all);
    }

    #[test]
    fn what_is_wrong_does_not_hide_what_else_is_wrong() {
        let mut named = faults(&json!({
            "kind": "poem", "locale": "!", "count": 300, "flag": 1, "words": ["a", 2, "c", null],
            "inner": { "id": "x", "extra": 1 }, "note": "four", "z/z": {}
        }));
        named.sort();
        assert_eq!(
            named,
            [
                "#/count out_of_range: at most 255",
                "#/flag type: `true` or `false` is wanted here, not a number",
                "#/inner/at required: `at` is missing",
                "#/inner/extra unknown_field: `extra` is not known here; known are `at`, `id`",
                "#/inner/id type: a UUID is wanted here",
                "#/kind unknown_value: `poem` is not known here; known are `story`, `video`, `gallery`, `live_blog`",
                "#/note too_long: at most 3 characters",
                "#/words/1 type: text is wanted here, not a number",
                "#/words/3 type: text is wanted here, not null",
                "#/z~1z unknown_field: `z/z` is not known here; known are `count`, `flag`, `inner`, `kind`, `locale`, `note`, `words`"
            ]
        );
        assert_eq!(faults(&json!([])), ["# type: an object is wanted here"]);
    }

    #[test]
    fn of_a_body_with_very_many_values_the_first_fault_is_told() {
        let words = |n: usize| json!({ "words": vec![1; n] });
        assert_eq!(faults(&words(JUDGED)).len(), 1);
        assert_eq!(faults(&words(JUDGED / 2)).len(), MAX);
    }
}
