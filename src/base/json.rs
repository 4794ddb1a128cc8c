//! Strict JSON: what is read here means the same to every other reader.
//!
//! Member names are unique at every level, after their escapes are undone. RFC 8259 leaves repeated names to the
//! reader, and two readers that choose differently see two different documents. Depth is bounded by `serde_json` (128).

use std::borrow::Cow;
use std::fmt;

use memchr::memchr2;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why JSON is refused. Deliberately without position or content: both may come from a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonFault {
    /// Not JSON (RFC 8259), not UTF-8, nested too deeply, or followed by something else.
    Malformed,
    /// A member name occurs twice in one object.
    RepeatedName,
    /// JSON, but not an object.
    NotAnObject,
    /// More than [`MAX_MEMBERS`] members of objects in all: small ones cost far more to read than their bytes suggest.
    TooManyMembers,
}

/// Reads one JSON value from `bytes`.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonFault> {
    run(bytes, Tree)
}

/// Reads one JSON object from `bytes`.
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, JsonFault> {
    match parse(bytes)? {
        Value::Object(members) => Ok(members),
        _ => Err(JsonFault::NotAnObject),
    }
}

/// Checks `bytes` and keeps nothing: for JSON that goes on as it came.
pub fn check(bytes: &[u8]) -> Result<(), JsonFault> {
    let json = std::str::from_utf8(bytes).map_err(|_| JsonFault::Malformed)?;
    serde_json::from_str::<IgnoredAny>(json).map_err(|_| JsonFault::Malformed)?;
    check_names(bytes)
}

/// Checks that member names are unique in `json`, which must be JSON: for anything else the answer means nothing, but
/// there is no panic.
///
/// In JSON, only strings, brackets, commas and colons need to be told apart. Values are not decoded, so that half of a
/// surrogate pair, which `JSON.stringify` writes for a cut emoji, passes here as it does in JavaScript.
pub fn check_names(json: &[u8]) -> Result<(), JsonFault> {
    // The names of all open objects, the innermost last, and for each open bracket where its own begin; a list has none.
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut name_is_next = false;
    let mut members = 0_usize;
    let mut at = 0_usize;
    while let Some(mark) = json.get(at) {
        let start = at;
        at = at.saturating_add(1);
        match mark {
            b'"' => {
                at = string_end(json, at);
                if name_is_next {
                    members = members.saturating_add(1);
                    if members > MAX_MEMBERS {
                        return Err(JsonFault::TooManyMembers);
                    }
                    names.push(read_name(json.get(start..at).unwrap_or_default())?);
                }
                name_is_next = false;
            }
            b'{' => {
                open.push(Some(names.len()));
                name_is_next = true;
            }
            b'[' => {
                open.push(None);
                name_is_next = false;
            }
            b'}' | b']' => {
                if let Some(own) = open.pop().flatten() {
                    check_repeated(names.get_mut(own..).unwrap_or_default())?;
                    names.truncate(own);
                }
            }
            b',' => name_is_next = matches!(open.last(), Some(Some(_))),
            _ => {}
        }
        if open.len() > MAX_DEPTH {
            return Err(JsonFault::Malformed);
        }
    }
    Ok(())
}

/// The names of one object. Sorting finds what is repeated in a time that no choice of names can make quadratic.
fn check_repeated(names: &mut [Cow<'_, str>]) -> Result<(), JsonFault> {
    names.sort_unstable();
    let repeated = names.windows(2).any(|pair| pair.first() == pair.last());
    if repeated { Err(JsonFault::RepeatedName) } else { Ok(()) }
}

/// Most members of objects in one document.
pub const MAX_MEMBERS: usize = 100_000;

/// Deepest nesting, as `serde_json` has it.
const MAX_DEPTH: usize = 127;

/// The place behind the closing quote of the string whose content begins at `start`.
fn string_end(json: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(found) = json.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        let place = at.saturating_add(found);
        if json.get(place) == Some(&b'"') {
            return place.saturating_add(1);
        }
        // A backslash takes the next byte with it.
        at = place.saturating_add(2);
    }
    json.len()
}

/// A member name with its escapes undone.
fn read_name(quoted: &[u8]) -> Result<Cow<'_, str>, JsonFault> {
    if quoted.contains(&b'\\') {
        return serde_json::from_slice(quoted)
            .map(Cow::Owned)
            .map_err(|_| JsonFault::Malformed);
    }
    let bare = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    std::str::from_utf8(bare)
        .map(Cow::Borrowed)
        .map_err(|_| JsonFault::Malformed)
}

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
