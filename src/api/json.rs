//! JSON out of a request's bytes, of which no more is made than memory allows.
//!
//! A value takes far more memory than its text: an object of one field some seventy times as much. So what a text would take is
//! reckoned from its signs before any of it is made.

use serde_json::Value;

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
    serde_json::from_slice(bytes).map_err(|e| {
        let place = format!("line {}, column {}", e.line(), e.column());
        Failure::malformed("#", "json", format!("not valid JSON at {place}"))
    })
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
