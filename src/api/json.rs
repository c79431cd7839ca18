//! JSON as it comes in: a short text can stand for so many values that they take fifty times its memory, so they are counted while it is read.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::domain::text::limits;

/// What the error of too many values says.
const TOO_MANY: &str = "too many values";

/// Read a whole JSON text.
///
/// # Errors
/// When it is none, or has too many values.
pub(super) fn read(text: &[u8]) -> Result<Value, serde_json::Error> {
    let left = Cell::new(limits::VALUES);
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Counted(&left).deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Whether a text was refused for having too many values.
pub(super) fn is_too_many(error: &serde_json::Error) -> bool {
    error.is_data() && error.to_string().starts_with(TOO_MANY)
}

/// A value that is counted, with all that are in it.
#[derive(Clone, Copy)]
struct Counted<'c>(&'c Cell<usize>);

impl<'de> DeserializeSeed<'de> for Counted<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| D::Error::custom(TOO_MANY))?;
        self.0.set(left);
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counted<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
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

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            all.insert(name, fields.next_value_seed(self)?);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_the_library_reads() {
        for text in ["null", "[1,-2,3.5,\"a\\u0915\",true,{}]", "{\"a\":{\"b\":[[]]},\"a\":1}", " 1e300 ", "18446744073709551615"] {
            assert_eq!(read(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap(), "{text}");
        }
        for text in ["", "{", "1 2", "[1,]", "{\"a\"}", "nul", &"[".repeat(5_000)] {
            let error = read(text.as_bytes()).unwrap_err();
            assert!(serde_json::from_str::<Value>(text).is_err() && !is_too_many(&error), "{text}");
        }
    }

    #[test]
    fn values_are_counted_while_they_are_read() {
        let list = |count: usize| format!("[{}]", vec!["0"; count].join(","));
        assert!(read(list(limits::VALUES - 1).as_bytes()).is_ok());
        for text in [list(limits::VALUES), format!("[{}]", vec!["{\"a\":0}"; limits::VALUES / 2].join(","))] {
            assert!(is_too_many(&read(text.as_bytes()).unwrap_err()));
        }
    }
}
