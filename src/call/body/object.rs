//! `Object`: a JSON object as an ordered list of members whose values are slices of the JSON they came in.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::fold::fold;
use crate::base::json::{self, JsonFault};

/// A JSON object. [`Object::parse_strictly`] is for JSON that comes from outside; [`Object::parse`] for parts of it.
pub struct Object {
    json: Vec<u8>,
    members: Vec<(String, Slot)>,
    is_changed: bool,
}

/// Where a member's value is.
enum Slot {
    Kept(Range<usize>),
    New(Vec<u8>),
}

impl Object {
    /// Splits `json` at its top level: a JSON object with unique member names at every level.
    ///
    /// # Errors
    /// [`JsonFault::NotAnObject`] for other JSON, or what else is wrong with it.
    pub fn parse_strictly(json: Vec<u8>) -> Result<Self, JsonFault> {
        // Splitting reads the whole input and proves that it is JSON; only a failure needs another pass.
        let fault = match Members(&json).read() {
            Some(members) => {
                json::check_names(&json)?;
                return Ok(Self {
                    members,
                    json,
                    is_changed: false,
                });
            }
            None => json::check(&json).err(),
        };
        Err(fault.unwrap_or(JsonFault::NotAnObject))
    }

    /// Splits `json` at its top level; `None` when it is not a JSON object.
    pub fn parse(json: Vec<u8>) -> Option<Self> {
        let members = Members(&json).read()?;
        Some(Self {
            members,
            json,
            is_changed: false,
        })
    }

    /// The value of the member `name`, as JSON.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let (_, slot) = self.members.iter().find(|(known, _)| known == name)?;
        self.slice(slot)
    }

    /// Sets the member `name`, in its place or at the end.
    pub fn set(&mut self, name: &str, value: &Value) {
        self.set_raw(name, value.to_string().into_bytes());
    }

    /// As [`Object::set`], with JSON.
    pub fn set_raw(&mut self, name: &str, value: Vec<u8>) {
        self.is_changed = true;
        match self.members.iter_mut().find(|(known, _)| known == name) {
            Some((_, slot)) => *slot = Slot::New(value),
            None => self.members.push((name.to_owned(), Slot::New(value))),
        }
    }

    /// Sets every member whose name `is_meant` picks.
    pub fn replace_if(&mut self, is_meant: impl Fn(&str) -> bool, value: &Value) {
        for (_, slot) in self.members.iter_mut().filter(|(name, _)| is_meant(name)) {
            self.is_changed = true;
            *slot = Slot::New(value.to_string().into_bytes());
        }
    }

    /// Puts `value` at the end of `path`, making objects on the way, or removes what is there. Other spellings of a step,
    /// under which a backend might find the client's own value, are removed.
    pub fn put(&mut self, path: &[String], value: Option<&Value>) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        self.remove_if(|name| name != first && fold(name) == fold(first));
        if rest.is_empty() {
            match value {
                Some(value) => self.set(first, value),
                None => self.remove_if(|name| name == first),
            }
            return;
        }
        let inner = self.get(first).and_then(|value| Self::parse(value.to_vec()));
        let Some(mut inner) = inner.or_else(|| value.map(|_| Self::empty())) else {
            return;
        };
        inner.put(rest, value);
        if inner.is_changed {
            self.set_raw(first, inner.into_bytes());
        }
    }

    /// `{}`.
    pub fn empty() -> Self {
        Self {
            json: b"{}".to_vec(),
            members: Vec::new(),
            is_changed: false,
        }
    }

    /// Removes the members whose names `is_unwanted` picks.
    pub fn remove_if(&mut self, is_unwanted: impl Fn(&str) -> bool) {
        let before = self.members.len();
        self.members.retain(|(name, _)| !is_unwanted(name));
        self.is_changed |= self.members.len() != before;
    }

    /// Applies `edit` to the member `name`, where that is an object; what it leaves alone stays byte for byte.
    pub fn edit(&mut self, name: &str, edit: impl FnOnce(&mut Self)) {
        let Some(mut inner) = self.get(name).and_then(|value| Self::parse(value.to_vec())) else {
            return;
        };
        edit(&mut inner);
        if inner.is_changed {
            self.set_raw(name, inner.into_bytes());
        }
    }

    /// The object as JSON: the very bytes it was read from, if nothing was changed.
    pub fn into_bytes(self) -> Vec<u8> {
        if !self.is_changed {
            return self.json;
        }
        let mut bytes = Vec::with_capacity(self.json.len());
        bytes.push(b'{');
        for (position, (name, slot)) in self.members.iter().enumerate() {
            if position > 0 {
                bytes.push(b',');
            }
            bytes.extend(Value::from(name.as_str()).to_string().bytes());
            bytes.push(b':');
            bytes.extend_from_slice(self.slice(slot).unwrap_or(b"null"));
        }
        bytes.push(b'}');
        bytes
    }

    fn slice<'s>(&'s self, slot: &'s Slot) -> Option<&'s [u8]> {
        match slot {
            Slot::Kept(range) => self.json.get(range.clone()),
            Slot::New(value) => Some(value),
        }
    }
}

/// The items of the JSON array `list` that `is_wanted` picks, as an array again; `None` when it is not an array.
pub fn filter_list(list: &[u8], is_wanted: impl Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
    let items: Vec<&RawValue> = serde_json::from_slice(list).ok()?;
    let kept = items
        .iter()
        .map(|item| item.get().as_bytes())
        .filter(|item| is_wanted(item));
    let mut filtered = vec![b'['];
    filtered.extend(kept.collect::<Vec<_>>().join(&b','));
    filtered.push(b']');
    Some(filtered)
}

/// Reads the members of an object as ranges of its JSON.
struct Members<'t>(&'t [u8]);

impl Members<'_> {
    fn read(self) -> Option<Vec<(String, Slot)>> {
        let mut reader = serde_json::Deserializer::from_slice(self.0);
        let members = reader.deserialize_map(self).ok()?;
        reader.end().ok()?;
        Some(members)
    }
}

impl<'de> Visitor<'de> for Members<'de> {
    type Value = Vec<(String, Slot)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value::<&RawValue>()?.get();
            // Both are slices of one buffer, so their distance is the value's place in it.
            let start = (value.as_ptr() as usize).saturating_sub(self.0.as_ptr() as usize);
            members.push((name, Slot::Kept(start..start.saturating_add(value.len()))));
        }
        Ok(members)
    }
}
