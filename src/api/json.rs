//! JSON out of a request's bytes, of which no more is made than memory allows.
//!
//! A value takes far more memory than its text: an object of one field some seventy times as much. So what a text would take is
//! reckoned from its signs before any of it is made.
//!
//! A field that is there twice (RFC 8259 §4 leaves open which of them counts) is refused: whoever sent it meant both.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::problem::Failure;
use crate::domain::Error;

/// The most memory that the values of a request may take, as reckoned here.
///
/// A request is held as it came, as it is merged into what is there, and as its type; see `tests/costs.rs`.
const MAX: usize = 16 << 20;
/// What a value takes in the list or object that holds it, while that grows.
const VALUE: usize = 64;
/// What an object takes beside its values.
const OBJECT: usize = 600;

/// Read JSON.
///
/// # Errors
/// For what is no JSON, and for what holds too many values.
pub fn read(bytes: &[u8]) -> Result<Value, Failure> {
    if weight(bytes) > MAX {
        return Err(Failure::Rule(Error::invalid("#", "too_many", "holds more objects and values than one request may")));
    }
    if bytes.is_empty() {
        return Err(Failure::malformed("#", "json", "there is no body; JSON is expected"));
    }
    value(bytes).map_err(|e| Failure::malformed("#", "json", e))
}

/// Read a JSON value, however large.
///
/// # Errors
/// In words, for what is no JSON, and for a field that is there twice.
pub fn value(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map(|Unambiguous(value)| value).map_err(|e| {
        let place = format!("line {}, column {}", e.line(), e.column());
        // Nothing of what was sent is told but the name that is there twice.
        match e.to_string().strip_prefix(TWICE) {
            Some(rest) => format!("the field {} is there twice, at {place}", rest.rsplit_once(" at line ").unwrap_or((rest, "")).0),
            None => format!("not valid JSON at {place}"),
        }
    })
}

const TWICE: &str = "twice: ";

/// A value in which no object has a field twice.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(Values).map(Self)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Unambiguous(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if all.contains_key(&name) {
                return Err(A::Error::custom(format!("{TWICE}`{}`", name.chars().take(100).collect::<String>().escape_debug())));
            }
            let Unambiguous(value) = fields.next_value()?;
            all.insert(name, value);
        }
        Ok(Value::Object(all))
    }
}

/// The memory that the values of a JSON text will take, without their strings.
fn weight(bytes: &[u8]) -> usize {
    let (mut weight, mut in_string, mut escaped) = (0usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => weight = weight.saturating_add(OBJECT),
            b'[' | b',' if !in_string => weight = weight.saturating_add(VALUE),
            _ => {}
        }
    }
    weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_there_twice_is_refused_wherever_and_however_it_is_written_and_all_else_is_read() {
        for (text, name) in [
            (r#"{"a":1,"a":1}"#, "`a`"),
            (r#"[{"b":{"a":1,"c":2,"a":{}}}]"#, "`a`"),
            (r#"{"\u0061":null,"a":[]}"#, "`a`"),
            ("{\"\":1,\n\"\":2}", "``"),
            (r#"{"\n at line 9":1,"\n at line 9":2}"#, r"`\n at line 9`"),
        ] {
            let refused = value(text.as_bytes()).unwrap_err();
            assert!(refused.starts_with(&format!("the field {name} is there twice, at line ")), "{refused}");
        }
        for text in
            [r#"{"a":{"a":{"a":1}},"A":[{"a":2},{"a":3}]}"#, "[1,-1,1.5,1e300,18446744073709551615,null,true,\"\u{1f600}\"]", "\"a\"", "{}"]
        {
            assert_eq!(value(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        }
        assert!(value(b"{\"a\":1,}").unwrap_err().starts_with("not valid JSON at line 1, column "));
        assert!(value("[".repeat(200).as_bytes()).is_err());
    }

    #[test]
    fn what_would_take_too_much_memory_is_refused_before_it_is_made() {
        for unit in ["{},", "[],", "1,", "{\"a\":1},", "\"\","] {
            let text = format!("[{}0]", unit.repeat((4 << 20) / unit.len()));
            assert!(matches!(read(text.as_bytes()), Err(Failure::Rule(_))), "{unit}");
        }
        assert_eq!(weight(br#"{"a": "{[,\"{", "b": [1]}"#), OBJECT + VALUE * 2);
        let node =
            r#"{"type":"paragraph","attrs":{"id":"abcdefghij"},"content":[{"type":"text","text":"Word","marks":[{"type":"bold"}]}]},"#;
        assert!(read(format!("[{}0]", node.repeat(5_000)).as_bytes()).is_ok(), "the largest body");
    }
}
