//! JSON into types, with every fault named at once.
//!
//! **Context.** Serde stops at the first fault, and an editor's tool wants all of them; it takes a list for an object, and knows of no limits.
//! **Decision.** What is sent is judged by the schema that the contract has of it, by a validator of JSON Schema, which names every fault with its
//! place. **Consequence.** Limits, words and fields hold exactly as the contract writes them, without a line at any field. What only Serde
//! knows (that a text is no locale, say) is told of the first such fault alone.

mod decided;
mod judge;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;
use utoipa::ToSchema;

use super::wording::{plain, quoted, within};
use crate::domain::{Error, Violation};

/// Faults after which nothing more is told.
const MAX: usize = 50;

/// Read a value into a type, naming every field that is unknown, missing, or not as its schema has it.
///
/// # Errors
/// [`Error::Invalid`] with all of them.
pub fn typed<T: DeserializeOwned + ToSchema + 'static>(value: &Value) -> Result<T, Error> {
    let judged = judge::faults::<T>(value);
    match first(value) {
        Ok(read) if judged.is_empty() => Ok(read),
        Ok(_) => Err(Error::Invalid(judged.into_iter().take(MAX).collect())),
        Err(first) => Err(Error::Invalid(together(first, judged))),
    }
}

/// Read a value into a type when only a part of it was sent: while it can be read, what is there already is not judged again.
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong when it cannot be read, also with what was not sent.
pub fn merged<T: DeserializeOwned + ToSchema + 'static>(value: &Value) -> Result<T, Error> {
    first(value).map_err(|first| Error::Invalid(together(first, judge::faults::<T>(value))))
}

/// What is wrong with a value by the schema of a type that it is not read into.
#[must_use]
pub fn judged<T: ToSchema + 'static>(value: &Value) -> Vec<Violation> {
    judge::faults::<T>(value)
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
    let detail = plain(&message.replacen(&format!("`{named}`"), &quoted(&named), 1));
    if matches!(code, "unknown_field" | "required") && path.last() != Some(&named) {
        path.push(named);
    }
    Violation { pointer: path.iter().fold("#".to_owned(), |place, name| within(&place, name)), code, detail }
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
                "#/kind unknown_value: `poem` is not known here; known are `story`, `video`, `gallery`, `live_blog`, `page`",
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
        // The first of Serde, and the first by the schema.
        assert_eq!(faults(&words(judge::JUDGED)).len(), 2);
        assert_eq!(faults(&words(judge::JUDGED / 2)).len(), MAX);
    }

    #[test]
    fn names_that_are_long_are_not_repeated_wherever_they_stand() {
        let long = |n: usize| (0..n).map(|n| (format!("{n}{}", "x".repeat(10_000)), json!(1))).collect::<serde_json::Map<_, _>>();
        let mut inner = long(3);
        inner.insert("at".to_owned(), json!("2024-03-16T13:09:00Z"));
        let mut outer = long(3);
        outer.extend([("inner".to_owned(), inner.into()), ("kind".to_owned(), json!("y".repeat(10_000)))]);
        let told = faults(&outer.into());
        assert!(told.len() > 3 && told.iter().all(|fault| fault.len() < 300), "{told:?}");
    }

    #[test]
    fn a_list_is_no_object_and_a_limit_holds_though_serde_takes_both() {
        let right = json!({ "kind": "story", "locale": "en", "count": 1, "flag": true, "words": [], "inner": null });
        assert!(typed::<Outer>(&right).is_ok());
        let with = |field: &str, value: Value| {
            let mut sent = right.clone();
            sent[field] = value;
            faults(&sent)
        };
        assert_eq!(
            with("inner", json!([uuid::Uuid::nil(), "2024-03-16T13:09:00Z"])),
            ["#/inner type: an object or null is wanted here, not a list"]
        );
        assert_eq!(with("note", json!("four")), ["#/note too_long: at most 3 characters"]);
    }
}
