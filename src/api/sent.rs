//! What holds for any JSON that is sent, whatever it is about: lists have an end, and texts can be kept.
//!
//! A list is looked through, looked up and written item by item, so each needs a limit, and it has to hold before anything is done with
//! the list. Here it holds for lists that nobody has thought of yet: no array and no map of a request has more than so many entries. Rules
//! of the domain are stricter where a thing has its own limit. The content of a body has its own as well, and is left to those who read it.
//!
//! U+0000 is a character to `SQLite` and none to `PostgreSQL`, so no text has it that is kept, looked for or compared.

use serde_json::Value;

use crate::domain::{
    Error,
    error::{Faults, step},
    text::limits,
};

/// Nothing, when no list in what was sent is too long, and no text holds U+0000.
///
/// # Errors
/// [`Error::Invalid`] with code `too_many` at each list that is, `control_character` at each text that does.
pub fn check(sent: &Value) -> Result<(), Error> {
    let mut faults = Faults::default();
    walk(&mut faults, sent, "#");
    faults.or(())
}

fn walk(faults: &mut Faults, value: &Value, at: &str) {
    let size = value.as_array().map(Vec::len).or(value.as_object().map(serde_json::Map::len));
    if size.is_some_and(|n| n > limits::LIST) {
        return faults.add(at, "too_many", format!("at most {}", limits::LIST));
    }
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(n, item)| walk(faults, item, &format!("{at}/{n}"))),
        Value::Object(map) => {
            let body = map.contains_key("format");
            for (key, inner) in map.iter().filter(|(key, _)| !body || *key != "content") {
                if inner.is_array() || inner.is_object() || is_unfit(inner) {
                    walk(faults, inner, &format!("{at}/{}", step(key)));
                }
            }
        }
        other if is_unfit(other) => faults.add(at, "control_character", "holds U+0000"),
        _ => {}
    }
}

fn is_unfit(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains('\0'))
}
