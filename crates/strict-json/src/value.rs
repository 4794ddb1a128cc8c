//! Small JSON as a [`Value`], with unique member names.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::fault::JsonFault;

/// Reads one JSON value from `bytes`.
// Inlined, as the two functions below: each crate gets its own copy of the generic code of `serde_json` that it uses, and the
// caller has most of this already. Otherwise the gate's Worker would be 2.6 KB larger (gzip).
#[inline]
pub fn parse(bytes: &[u8]) -> Result<Value, JsonFault> {
    run(bytes, Tree)
}

/// Reads one JSON object from `bytes`.
#[inline]
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, JsonFault> {
    match parse(bytes)? {
        Value::Object(members) => Ok(members),
        _ => Err(JsonFault::NotAnObject),
    }
}

#[inline]
fn run<'de, S: DeserializeSeed<'de>>(bytes: &'de [u8], seed: S) -> Result<S::Value, JsonFault> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = seed.deserialize(&mut reader).map_err(|error| fault(&error))?;
    reader.end().map_err(|error| fault(&error))?;
    Ok(value)
}

/// The message of our own error: `serde_json` keeps errors as messages only.
const REPEATED: &str = "repeated member name";

fn fault(error: &serde_json::Error) -> JsonFault {
    if error.is_data() && error.to_string().starts_with(REPEATED) {
        JsonFault::RepeatedName
    } else {
        JsonFault::Malformed
    }
}

/// Builds a [`Value`]. Not by `Value`'s own reader: that lets the last of repeated names win, and takes an object with the
/// member name `$serde_json::private::RawValue` for raw JSON.
struct Tree;

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Tree)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(REPEATED));
            }
            object.insert(name, members.next_value_seed(Tree)?);
        }
        Ok(Value::Object(object))
    }
}
