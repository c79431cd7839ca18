//! JSON into types, with every fault named at once.
//!
//! **Context.** Serde stops at the first fault, and an editor's tool wants all of them. **Decision.** What is unknown is taken
//! out, what is wrong or missing gets a stand-in that its type accepts, and reading goes on; the stand-ins are found by
//! trying, since a type does not say what it accepts. **Consequence.** One answer names every fault, for any type that Serde reads.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::Segment;

use super::wording::plain;
use crate::domain::{Error, Violation};

/// Faults after which nothing more is looked for.
const MAX: usize = 50;
/// Times that one body is read at most.
const ATTEMPTS: usize = 200;
/// Values that all these readings go over at most, a string of sixteen bytes being one.
const WORK: usize = 4_000_000;

/// Read a value into a type, naming every field that is unknown, missing or of the wrong type.
///
/// # Errors
/// [`Error::Invalid`] with all of them.
pub fn typed<T: DeserializeOwned>(mut value: Value) -> Result<T, Error> {
    let mut faults: Vec<Violation> = Vec::new();
    let mut attempts = ATTEMPTS.min(WORK.checked_div(size(&value)).unwrap_or(ATTEMPTS)).max(2);
    loop {
        let error = match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(read) if faults.is_empty() => return Ok(read),
            Ok(_) => return Err(Error::Invalid(faults)),
            Err(error) => error,
        };
        let (path, fault) = fault(&error);
        let unknown = fault.code == "unknown_field";
        faults.push(fault);
        let mended = if unknown { remove(&mut value, &path) } else { stand_in::<T>(&mut value, &path, &error, &mut attempts) };
        attempts = attempts.saturating_sub(1);
        if !mended || faults.len() >= MAX || attempts == 0 {
            return Err(Error::Invalid(faults));
        }
    }
}

/// What it takes to read a value once.
fn size(value: &Value) -> usize {
    let within = match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(map) => map.values().map(size).sum(),
        Value::String(text) => text.len() / 16,
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    usize::saturating_add(within, 1)
}

/// Put something at `path` that its type accepts, if it can be found.
fn stand_in<T: DeserializeOwned>(
    value: &mut Value,
    path: &[String],
    error: &serde_path_to_error::Error<serde_json::Error>,
    attempts: &mut usize,
) -> bool {
    let mut candidates =
        vec![json!({}), json!([]), json!(false), json!(1), json!("1970-01-01T00:00:00Z"), json!(uuid::Uuid::nil()), json!("en")];
    candidates.extend([json!("stand-in"), Value::Null]);
    candidates.extend(first_variant(&error.inner().to_string()));
    while let Some(candidate) = candidates.pop() {
        *attempts = attempts.saturating_sub(1);
        if *attempts == 0 || !put(value, path, candidate) {
            return false;
        }
        match serde_path_to_error::deserialize::<_, T>(&*value) {
            Ok(_) => return true,
            Err(next) if !fault(&next).0.starts_with(path) => return true,
            Err(next) => candidates.extend(first_variant(&next.inner().to_string())),
        }
    }
    false
}

/// The first word that an enum accepts, as its refusal lists them.
fn first_variant(message: &str) -> Option<Value> {
    let (_, accepted) = message.strip_prefix("unknown variant")?.split_once("expected ")?;
    accepted.split('`').nth(1).map(|word| json!(word))
}

fn put(value: &mut Value, path: &[String], new: Value) -> bool {
    let Some((last, parent)) = parent(value, path) else { return false };
    match parent {
        Value::Object(map) => {
            map.insert(last.clone(), new);
            true
        }
        Value::Array(items) => last.parse().ok().and_then(|n: usize| items.get_mut(n)).map(|item| *item = new).is_some(),
        _ => false,
    }
}

fn remove(value: &mut Value, path: &[String]) -> bool {
    let Some((last, parent)) = parent(value, path) else { return false };
    parent.as_object_mut().and_then(|map| map.remove(last)).is_some()
}

fn parent<'v, 'p>(value: &'v mut Value, path: &'p [String]) -> Option<(&'p String, &'v mut Value)> {
    let (last, above) = path.split_last()?;
    let parent = above.iter().try_fold(value, |at, step| match at {
        Value::Object(map) => map.get_mut(step),
        Value::Array(items) => step.parse::<usize>().ok().and_then(|n| items.get_mut(n)),
        _ => None,
    });
    parent.map(|parent| (last, parent))
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
    let detail = plain(&message);
    (path, Violation { pointer: format!("#{escaped}"), code, detail })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::domain::{Instant, Locale, article::Kind};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Inner {
        id: uuid::Uuid,
        at: Instant,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Outer {
        kind: Kind,
        locale: Locale,
        count: u8,
        flag: bool,
        words: Vec<String>,
        inner: Inner,
        #[serde(default)]
        note: String,
    }

    fn faults(value: Value) -> Vec<String> {
        match typed::<Outer>(value) {
            Err(Error::Invalid(all)) => all.into_iter().map(|v| format!("{} {}", v.pointer, v.code)).collect(),
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn a_large_body_is_read_only_a_few_times() {
        let words: Vec<_> = (0..500_000).map(|n| if n % 2 == 0 { json!(1) } else { json!("x") }).collect();
        let named = faults(json!({ "kind": "story", "locale": "en", "count": 1, "flag": true, "words": words, "inner": {} }));
        assert!(!named.is_empty() && named.len() <= WORK / 500_000, "{}", named.len());
    }

    #[test]
    fn everything_that_is_missing_is_named() {
        let all = ["kind", "locale", "count", "flag", "words", "inner"].map(|field| format!("#/{field} required"));
        assert_eq!(faults(json!({})), all);
    }

    #[test]
    fn what_is_wrong_does_not_hide_what_else_is_wrong() {
        let mut named = faults(json!({
            "kind": "poem", "locale": "!", "count": 300, "flag": 1, "words": ["a", 2, "c", null],
            "inner": { "id": "x", "extra": 1 }, "note": 5, "z/z": {}
        }));
        named.sort();
        assert_eq!(
            named,
            [
                "#/count type",
                "#/flag type",
                "#/inner/at required",
                "#/inner/extra unknown_field",
                "#/inner/id type",
                "#/kind unknown_value",
                "#/locale type",
                "#/note type",
                "#/words/1 type",
                "#/words/3 type",
                "#/z~1z unknown_field"
            ]
        );
        assert_eq!(faults(json!([])), ["# type"]);
    }
}
