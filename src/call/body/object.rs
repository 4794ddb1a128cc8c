//! `Object`: a JSON object as an ordered list of members whose values are slices of the JSON they came in.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use serde_json::Value;

use super::fold::fold;
use crate::base::json::fault::JsonFault;
use crate::base::json::outline::{self, Outline};
use crate::base::json::text::read_string;
use crate::base::json::walk;

/// A JSON object that was read from outside once, strictly, or a part of one.
pub struct Object {
    /// All JSON that was read, of which `place` is this object.
    json: Rc<Vec<u8>>,
    place: Range<usize>,
    members: Vec<(Name, Slot)>,
    is_changed: bool,
}

/// A member's name, its escapes undone.
enum Name {
    /// It has none, and is written as it came.
    Kept(Range<usize>),
    New(String),
}

/// A member's value.
enum Slot {
    Kept(Range<usize>),
    /// An object whose members were noted when everything was read.
    Noted(Range<usize>, Vec<outline::Member>),
    Object(Object),
    New(Vec<u8>),
}

/// What becomes of a member.
pub enum Fate {
    /// It stays, byte for byte.
    Keep,
    /// It goes.
    Remove,
    /// It gets this value, which is JSON.
    Replace(Vec<u8>),
}

impl Object {
    /// Reads `json` as [`Outline::read`] does.
    pub fn parse_strictly(json: &Rc<Vec<u8>>) -> Result<Self, JsonFault> {
        let outline = Outline::read(json)?;
        let mut object = Self::without_members(Rc::clone(json), 0..json.len());
        for (member, inner) in outline.members() {
            let value = if inner.is_empty() {
                Slot::Kept(member.value.clone())
            } else {
                Slot::Noted(member.value.clone(), inner.to_vec())
            };
            object.members.push((object.name(&member.name), value));
        }
        Ok(object)
    }

    /// The object `json`, which has been read before; `None` when it is something else.
    pub fn parse(json: Vec<u8>) -> Option<Self> {
        let place = 0..json.len();
        Self::part(&Rc::new(json), place)
    }

    /// The object that is the member `name`.
    pub fn into_member(mut self, name: &str) -> Option<Self> {
        let position = self.position(name)?;
        let (_, slot) = self.members.swap_remove(position);
        self.open(slot).ok()
    }

    /// `{}`.
    pub fn empty() -> Self {
        Self::without_members(Rc::new(b"{}".to_vec()), 0..2)
    }

    fn without_members(json: Rc<Vec<u8>>, place: Range<usize>) -> Self {
        Self {
            json,
            place,
            members: Vec::new(),
            is_changed: false,
        }
    }

    /// The object at `place` in `json`, which has been read before; `None` when something else is there.
    fn part(json: &Rc<Vec<u8>>, place: Range<usize>) -> Option<Self> {
        let bytes = json.get(place.clone())?;
        if bytes.first() != Some(&b'{') {
            return None;
        }
        let shift = |range: Range<usize>| {
            let start = place.start.saturating_add(range.start);
            start..place.start.saturating_add(range.end)
        };
        let mut object = Self::without_members(Rc::clone(json), place.clone());
        for (name, value) in walk::members(bytes) {
            let name = object.name(&shift(name));
            object.members.push((name, Slot::Kept(shift(value))));
        }
        Some(object)
    }

    /// The name that stands, with its quotes, at `place`.
    fn name(&self, place: &Range<usize>) -> Name {
        let quoted = self.json.get(place.clone()).unwrap_or_default();
        if quoted.contains(&b'\\') {
            Name::New(read_string(quoted).unwrap_or_default().into_owned())
        } else {
            Name::Kept(place.start.saturating_add(1)..place.end.saturating_sub(1))
        }
    }

    /// The value of the member `name`, as JSON.
    pub fn get(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        let (_, slot) = self.members.iter().find(|(known, _)| self.text(known) == name)?;
        Some(match slot {
            Slot::Kept(place) | Slot::Noted(place, _) => Cow::Borrowed(self.json.get(place.clone())?),
            Slot::New(value) => Cow::Borrowed(value),
            Slot::Object(object) => Cow::Owned(object.to_bytes()),
        })
    }

    /// Sets the member `name`, in its place or at the end.
    pub fn set(&mut self, name: &str, value: &Value) {
        self.set_raw(name, value.to_string().into_bytes());
    }

    /// As [`Object::set`], with JSON.
    pub fn set_raw(&mut self, name: &str, value: Vec<u8>) {
        self.put_slot(name, Slot::New(value));
    }

    fn put_slot(&mut self, name: &str, slot: Slot) {
        self.is_changed = true;
        match self.position(name).and_then(|at| self.members.get_mut(at)) {
            Some((_, old)) => *old = slot,
            None => self.members.push((Name::New(name.to_owned()), slot)),
        }
    }

    /// Sets every member whose name `is_meant` picks.
    pub fn replace_if(&mut self, is_meant: impl Fn(&str) -> bool, value: &Value) {
        let json = &self.json;
        for (name, slot) in &mut self.members {
            if is_meant(name.text(json)) {
                self.is_changed = true;
                *slot = Slot::New(value.to_string().into_bytes());
            }
        }
    }

    /// Removes the members whose names `is_unwanted` picks.
    pub fn remove_if(&mut self, is_unwanted: impl Fn(&str) -> bool) {
        let before = self.members.len();
        let json = &self.json;
        self.members.retain(|(name, _)| !is_unwanted(name.text(json)));
        self.is_changed |= self.members.len() != before;
    }

    /// Does with every member what `fate` says of its name and value.
    pub fn rewrite(&mut self, fate: impl Fn(&str, &[u8]) -> Fate) {
        for (name, slot) in std::mem::take(&mut self.members) {
            let decided = match &slot {
                Slot::Kept(place) | Slot::Noted(place, _) => fate(self.text(&name), self.slice(place)),
                Slot::New(value) => fate(self.text(&name), value),
                Slot::Object(object) => fate(self.text(&name), &object.to_bytes()),
            };
            self.is_changed |= !matches!(decided, Fate::Keep);
            match decided {
                Fate::Keep => self.members.push((name, slot)),
                Fate::Remove => {}
                Fate::Replace(value) => self.members.push((name, Slot::New(value))),
            }
        }
    }

    /// Puts `value` at the end of `path`, making objects on the way, or removes what is there. Other spellings of a step,
    /// under which a backend might find the client's own value, are removed.
    pub fn put(&mut self, path: &[String], value: Option<&Value>) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        self.remove_if(|name| name != first && fold(name) == fold(first));
        match (rest.is_empty(), value) {
            (true, Some(value)) => self.set(first, value),
            (true, None) => self.remove_if(|name| name == first),
            (false, _) => {
                let is_edited = self.edit(first, |inner| inner.put(rest, value));
                if !is_edited && value.is_some() {
                    let mut inner = Self::empty();
                    inner.put(rest, value);
                    self.put_slot(first, Slot::Object(inner));
                }
            }
        }
    }

    /// Applies `edit` to the member `name`, where that is an object; what it leaves alone stays byte for byte. Gives whether
    /// it is one.
    pub fn edit(&mut self, name: &str, edit: impl FnOnce(&mut Self)) -> bool {
        let position = self.position(name);
        let Some((_, slot)) = position.and_then(|at| self.members.get_mut(at)) else {
            return false;
        };
        let slot = std::mem::replace(slot, Slot::New(Vec::new()));
        let (slot, is_object) = match self.open(slot) {
            Ok(mut inner) => {
                edit(&mut inner);
                self.is_changed |= inner.is_changed;
                (Slot::Object(inner), true)
            }
            Err(slot) => (slot, false),
        };
        if let Some((_, place)) = position.and_then(|at| self.members.get_mut(at)) {
            *place = slot;
        }
        is_object
    }

    /// The object in `slot`, or what else is there.
    fn open(&self, slot: Slot) -> Result<Self, Slot> {
        match slot {
            Slot::Object(object) => Ok(object),
            Slot::New(value) => {
                let (place, value) = (0..value.len(), Rc::new(value));
                Self::part(&value, place).ok_or_else(|| Slot::New(Rc::unwrap_or_clone(value)))
            }
            Slot::Kept(place) => Self::part(&self.json, place.clone()).ok_or(Slot::Kept(place)),
            Slot::Noted(place, members) => {
                let mut object = Self::without_members(Rc::clone(&self.json), place);
                for member in members {
                    object
                        .members
                        .push((object.name(&member.name), Slot::Kept(member.value)));
                }
                Ok(object)
            }
        }
    }

    /// The object as JSON: the very bytes it was read from, if nothing was changed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.place.len());
        self.write(&mut bytes);
        bytes
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        if !self.is_changed {
            bytes.extend_from_slice(self.slice(&self.place));
            return;
        }
        let mut before = b'{';
        for (name, slot) in &self.members {
            bytes.push(before);
            before = b',';
            match name {
                Name::Kept(place) => {
                    bytes.push(b'"');
                    bytes.extend_from_slice(self.slice(place));
                    bytes.push(b'"');
                }
                Name::New(name) => bytes.extend_from_slice(Value::from(name.as_str()).to_string().as_bytes()),
            }
            bytes.push(b':');
            match slot {
                Slot::Kept(place) | Slot::Noted(place, _) => bytes.extend_from_slice(self.slice(place)),
                Slot::Object(object) => object.write(bytes),
                Slot::New(value) => bytes.extend_from_slice(value),
            }
        }
        if before == b'{' {
            bytes.push(before);
        }
        bytes.push(b'}');
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|(known, _)| self.text(known) == name)
    }

    fn text<'s>(&'s self, name: &'s Name) -> &'s str {
        name.text(&self.json)
    }

    fn slice(&self, place: &Range<usize>) -> &[u8] {
        self.json.get(place.clone()).unwrap_or_default()
    }
}

impl Name {
    fn text<'s>(&'s self, json: &'s [u8]) -> &'s str {
        match self {
            Self::Kept(place) => std::str::from_utf8(json.get(place.clone()).unwrap_or_default()).unwrap_or_default(),
            Self::New(name) => name,
        }
    }
}
