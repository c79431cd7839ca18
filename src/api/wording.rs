//! What Serde says of a value, in words for whoever sent it.
//!
//! **Context.** Its messages name Rust's types, of which a client knows nothing and has no business knowing. **Decision.** They have
//! few shapes, which are put into the words of JSON; what our own types say is passed on. **Consequence.** What is of no known shape, or still
//! speaks of Rust, becomes one plain sentence, so that nothing of the program's inside comes out, whatever library is read with.

use crate::domain::error::step;

/// What is said where nothing better is known.
const OTHERWISE: &str = "not of the form that is wanted here";

/// Words that are Rust's, not JSON's.
const INSIDE: [&str; 14] = [
    "::",
    "struct",
    "enum",
    "variant",
    "tuple",
    "newtype",
    "untagged",
    "identifier",
    "deseriali",
    "Option",
    "usize",
    "&str",
    "target type",
    "literal",
];

/// A message of Serde, in words.
pub(super) fn plain(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or_default();
    let said = known(message).unwrap_or_else(|| message.to_owned());
    if INSIDE.iter().any(|word| said.contains(word)) || said.split(|c: char| !c.is_alphanumeric()).any(is_number_type) {
        return OTHERWISE.to_owned();
    }
    said
}

fn known(message: &str) -> Option<String> {
    let listed = |rest: &str| rest.trim_start_matches("one of ").to_owned();
    if let Some(rest) = message.strip_prefix("missing field ") {
        return Some(format!("{rest} is missing"));
    }
    if let Some(rest) = message.strip_prefix("duplicate field ") {
        return Some(format!("{rest} is there twice"));
    }
    for start in ["unknown field ", "unknown variant "] {
        if let Some(rest) = message.strip_prefix(start) {
            let known =
                rest.split_once(", expected ").map(|(what, known)| format!("{what} is not known here; known are {}", listed(known)));
            return Some(known.unwrap_or_else(|| format!("{rest} is not known here")));
        }
    }
    for start in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((found, wanted)) = message.strip_prefix(start).and_then(|rest| rest.rsplit_once(", expected ")) {
            let wanted = kind_wanted(wanted);
            let found = if start == "invalid type: " { kind_found(found) } else { None };
            return Some(found.map_or_else(|| format!("{wanted} is wanted here"), |found| format!("{wanted} is wanted here, not {found}")));
        }
    }
    let of_query = match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => "a whole number is wanted here",
        "provided string was not `true` or `false`" => "`true` or `false` is wanted here",
        _ if message.starts_with("number too") => "the number is out of range",
        _ if message.contains("float") => "a number is wanted here",
        _ if message.starts_with("UUID parsing failed") => "a UUID is wanted here",
        _ => return None,
    };
    Some(of_query.to_owned())
}

/// The longest name that was sent and is repeated, in bytes.
const REPEATED: usize = 100;

/// A name that was sent, marked as such; what is too long to be repeated is not.
pub(super) fn quoted(name: &str) -> String {
    if name.len() <= REPEATED { format!("`{}`", name.escape_debug()) } else { format!("a name of {} bytes", name.len()) }
}

/// The place of what has a name within a place; the place itself for a name that is too long to be repeated.
pub(super) fn within(place: &str, name: &str) -> String {
    if name.len() <= REPEATED { format!("{place}/{}", step(name)) } else { place.to_owned() }
}

/// Names one after the other, marked as such.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn is_number_type(word: &str) -> bool {
    let digits = word.strip_prefix(['i', 'u', 'f']).unwrap_or_default();
    matches!(digits, "8" | "16" | "32" | "64" | "128" | "size")
}

fn kind_wanted(wanted: &str) -> String {
    let kind = match wanted {
        "a string" | "str" | "string" | "a borrowed string" | "a character" | "string or map" => "text",
        "a boolean" => "`true` or `false`",
        "f32" | "f64" => "a number",
        "unit" | "null" => "null",
        "a sequence" | "an array" | "a byte array" => "a list",
        "a map" => "an object",
        _ if is_number_type(wanted) => "a whole number in its range",
        _ if wanted.starts_with("a tuple") || wanted.starts_with("tuple") || wanted.starts_with("an array of length") => "a list",
        _ if wanted.starts_with("struct") || wanted.contains("tagged enum") => "an object",
        _ if wanted.starts_with("map") => "an object",
        _ if wanted.starts_with("enum") || wanted.contains("variant") => "one of the known words",
        own => return own.to_owned(),
    };
    kind.to_owned()
}

fn kind_found(found: &str) -> Option<&'static str> {
    let starts = |words: &[&str]| words.iter().any(|word| found.starts_with(word));
    Some(match found {
        _ if starts(&["boolean"]) => "`true` or `false`",
        _ if starts(&["integer", "floating", "number"]) => "a number",
        _ if starts(&["string", "character"]) => "text",
        _ if starts(&["null", "unit value", "Option"]) => "null",
        _ if starts(&["sequence"]) => "a list",
        _ if starts(&["map"]) => "an object",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Inner {
        n: u8,
        t: (u8, String),
        f: Option<f32>,
        e: Choice,
        u: Untagged,
        i: Internal,
        id: uuid::Uuid,
        b: Box<bool>,
        m: std::collections::BTreeMap<String, Vec<i64>>,
        o: std::net::IpAddr,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read into")]
    enum Choice {
        One,
        Two(u8),
        Three { a: u8 },
    }

    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only read into")]
    enum Untagged {
        A(u8),
        B(bool),
    }

    #[derive(Debug, Deserialize)]
    #[serde(tag = "kind")]
    #[expect(dead_code, reason = "only read into")]
    enum Internal {
        X { a: u8 },
    }

    #[test]
    fn nothing_of_the_inside_is_said_whatever_is_wrong() {
        use serde_json::json;
        let right = json!({ "n": 1, "t": [1, "a"], "f": 1.5, "e": "One", "u": 1, "i": { "kind": "X", "a": 1 },
            "id": uuid::Uuid::nil(), "b": true, "m": { "a": [1] }, "o": "::1" });
        serde_json::from_value::<Inner>(right.clone()).unwrap();
        let odd = [
            json!(null),
            json!(true),
            json!(-1),
            json!(300),
            json!(1.5),
            json!("x"),
            json!([]),
            json!([1]),
            json!([1, 2, 3]),
            json!({}),
            json!({ "kind": 1 }),
            json!({ "Two": "x" }),
            json!({ "Three": [] }),
            json!({ "a": 1 }),
            json!({ "a": ["x"] }),
        ];
        let mut said = 0;
        for field in right.as_object().unwrap().keys() {
            for value in &odd {
                let mut sent = right.clone();
                sent[field] = value.clone();
                let Err(error) = serde_json::from_value::<Inner>(sent) else { continue };
                let words = plain(&error.to_string());
                said += 1;
                let lower = words.to_lowercase();
                let inside =
                    ["struct", "enum", "variant", "::", "expected", "inner", "choice", "tuple", "untagged", "unit", "sequence", "map"];
                assert!(!inside.iter().any(|w| lower.contains(w)), "{field} {value}: {words}");
                assert!(!words.split(|c: char| !c.is_alphanumeric()).any(is_number_type), "{words}");
            }
        }
        assert!(said > 100, "{said}");
        let error = serde_json::from_value::<Inner>(json!("x")).unwrap_err();
        assert_eq!(plain(&error.to_string()), "an object is wanted here, not text");
        assert_eq!(plain("invalid type: integer `5`, expected a string"), "text is wanted here, not a number");
        assert_eq!(plain("invalid value: integer `300`, expected u8"), "a whole number in its range is wanted here");
        assert_eq!(plain("unknown field `x`"), "`x` is not known here");
        assert_eq!(plain("unknown variant `x`, expected one of `a`, `b`"), "`x` is not known here; known are `a`, `b`");
        assert_eq!(plain("not an RFC 3339 date and time with offset"), "not an RFC 3339 date and time with offset");
    }
}
