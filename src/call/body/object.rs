//! `Object`: a JSON object as an ordered list of members whose values are slices of the JSON they came in.

use std::borrow::Cow;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::list::is_list;
use super::name::Name;
use super::pieces::Pieces;
use crate::base::json::fault::JsonFault;
use crate::base::json::{Json, List, Member, Outline, Part, Place, Watch};

/// A JSON object that was read from outside once, strictly, or a part of one.
#[derive(Clone)]
pub struct Object {
    /// All JSON that was read.
    pub(super) json: Rc<Json>,
    /// Where this object is in it; `None` where it is all of it, with the space around it.
    place: Option<Place>,
    pub(super) members: Vec<(Name, Slot)>,
    pub(super) is_changed: bool,
}

/// A member's value.
#[derive(Clone)]
pub(super) enum Slot {
    Kept(Place),
    /// A list, with what was counted of its items when everything was read.
    Counted(Place, List),
    /// An object whose members were noted when everything was read.
    Noted(Place, Vec<Member>),
    Object(Object),
    Items(Items),
    New(Json),
}

/// A list of which items were removed or edited.
#[derive(Clone)]
pub struct Items {
    /// The JSON that the items are in.
    pub(super) json: Rc<Json>,
    pub(super) slots: Vec<Slot>,
}

/// The value of a member.
#[derive(Clone, Copy)]
pub enum MemberValue<'o> {
    /// As it was read or set.
    Json(Part<'o>),
    /// An object that may have been edited.
    Object(&'o Object),
    /// A list that was edited.
    Items(&'o Items),
}

impl Object {
    /// Reads `json` as [`Json::read_object`] does.
    pub fn parse_strictly(json: Vec<u8>) -> Result<Self, JsonFault> {
        Json::read_object(json).map(Self::of)
    }

    /// Reads `json` as [`Json::read_watching`] does.
    pub fn parse_watching(json: Vec<u8>, watch: &'static Watch) -> Result<Self, JsonFault> {
        Json::read_watching(json, watch).map(Self::of)
    }

    fn of((json, outline): (Json, Outline)) -> Self {
        let mut object = Self::without_members(Rc::new(json), None);
        for (member, inner) in outline.members() {
            let value = if inner.is_empty() {
                Slot::of(member)
            } else {
                Slot::Noted(member.value, inner.to_vec())
            };
            object.members.push((Name::read(member.name, &object.json), value));
        }
        object
    }

    /// The object that is the member `name`.
    pub fn into_member(mut self, name: &str) -> Option<Self> {
        let position = self.position(name)?;
        let (_, slot) = self.members.swap_remove(position);
        self.open(slot).ok()
    }

    /// `{}`.
    pub fn empty() -> Self {
        Self::without_members(Rc::new(Json::from(&Value::Object(Map::new()))), None)
    }

    fn without_members(json: Rc<Json>, place: Option<Place>) -> Self {
        Self {
            json,
            place,
            members: Vec::new(),
            is_changed: false,
        }
    }

    /// The object at `place` in `json`; `None` when something else is there.
    pub(super) fn part(json: &Rc<Json>, place: Place) -> Option<Self> {
        let part = json.part(place);
        if !part.is_object() {
            return None;
        }
        let mut object = Self::without_members(Rc::clone(json), Some(place));
        for (name, value) in part.members() {
            let name = Name::read(name.place(), &object.json);
            object.members.push((name, Slot::Kept(value.place())));
        }
        Some(object)
    }

    /// The value of the member `name`.
    pub fn get(&self, name: &str) -> Option<MemberValue<'_>> {
        let (_, slot) = self.members.iter().find(|(known, _)| known.is(name, &self.json))?;
        Some(slot.value(&self.json))
    }

    /// The counts for the items of the list in the member `name`; `None` if that was not read with this object.
    pub fn counted(&self, name: &str) -> Option<&List> {
        match self.members.iter().find(|(known, _)| known.is(name, &self.json))? {
            (_, Slot::Counted(_, list)) => Some(list),
            _ => None,
        }
    }

    /// The names of the members, their escapes undone.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(name, _)| self.text(name))
    }

    /// Sets the member `name`, in its place or at the end.
    pub fn set(&mut self, name: &str, value: &Value) {
        self.set_json(name, Json::from(value));
    }

    /// As [`Object::set`], with JSON.
    pub fn set_json(&mut self, name: &str, value: Json) {
        self.put_slot(name, Slot::New(value));
    }

    /// As [`Object::set`], with an object.
    pub fn set_object(&mut self, name: &str, object: Self) {
        self.put_slot(name, Slot::Object(object));
    }

    fn put_slot(&mut self, name: &str, slot: Slot) {
        self.is_changed = true;
        match self.position(name).and_then(|at| self.members.get_mut(at)) {
            Some((_, old)) => *old = slot,
            None => self.members.push((Name::New(name.to_owned()), slot)),
        }
    }

    /// The object in `slot`, or what else is there.
    pub(super) fn open(&self, slot: Slot) -> Result<Self, Slot> {
        match slot {
            Slot::Object(object) => Ok(object),
            Slot::New(value) => {
                let (place, value) = (value.root().place(), Rc::new(value));
                Self::part(&value, place).ok_or_else(|| Slot::New(Rc::unwrap_or_clone(value)))
            }
            Slot::Kept(place) => Self::part(&self.json, place).ok_or(Slot::Kept(place)),
            list @ (Slot::Counted(..) | Slot::Items(_)) => Err(list),
            Slot::Noted(place, members) => {
                let mut object = Self::without_members(Rc::clone(&self.json), Some(place));
                for member in members {
                    let name = Name::read(member.name, &object.json);
                    object.members.push((name, Slot::of(&member)));
                }
                Ok(object)
            }
        }
    }

    /// The object as JSON: the very bytes it was read from, if nothing was changed.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.pieces().copied()
    }

    /// The same as [`Object::to_bytes`], in the memory of what it was read from.
    pub fn into_bytes(self) -> Vec<u8> {
        let pieces = self.pieces();
        drop(self);
        pieces.into_bytes()
    }

    fn pieces(&self) -> Pieces {
        let mut pieces = Pieces::new(&self.json);
        self.write(&mut pieces);
        pieces
    }

    fn write(&self, pieces: &mut Pieces) {
        if !self.is_changed {
            match self.place {
                Some(place) => pieces.keep(&self.json, place),
                None => pieces.keep_all(&self.json),
            }
            return;
        }
        let mut before = "{";
        for (name, slot) in &self.members {
            pieces.add(before.as_bytes());
            before = ",";
            name.write(&self.json, pieces);
            pieces.add(b":");
            slot.write(&self.json, pieces);
        }
        pieces.add(if before == "{" { b"{}" } else { b"}" });
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|(known, _)| known.is(name, &self.json))
    }

    pub(super) fn text<'s>(&'s self, name: &'s Name) -> &'s str {
        name.text(&self.json)
    }
}

impl Slot {
    /// The value of a member without members of its own.
    fn of(member: &Member) -> Self {
        match member.list {
            Some(list) => Self::Counted(member.value, list),
            None => Self::Kept(member.value),
        }
    }

    pub(super) fn value<'s>(&'s self, json: &'s Json) -> MemberValue<'s> {
        match self {
            Self::Kept(place) | Self::Counted(place, _) | Self::Noted(place, _) => MemberValue::Json(json.part(*place)),
            Self::New(value) => MemberValue::Json(value.root()),
            Self::Object(object) => MemberValue::Object(object),
            Self::Items(items) => MemberValue::Items(items),
        }
    }

    /// Appends the value to `pieces`; `json`: in which it was read.
    pub(super) fn write(&self, json: &Rc<Json>, pieces: &mut Pieces) {
        match self {
            Self::Kept(place) | Self::Counted(place, _) | Self::Noted(place, _) => pieces.keep(json, *place),
            Self::Object(object) => object.write(pieces),
            Self::Items(items) => items.write(pieces),
            Self::New(value) => pieces.add(value.as_bytes()),
        }
    }
}

impl Items {
    fn write(&self, pieces: &mut Pieces) {
        let mut before = "[";
        for slot in &self.slots {
            pieces.add(before.as_bytes());
            before = ",";
            slot.write(&self.json, pieces);
        }
        pieces.add(if before == "[" { b"[]" } else { b"]" });
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut pieces = Pieces::new(&self.json);
        self.write(&mut pieces);
        pieces.copied()
    }
}

impl<'o> MemberValue<'o> {
    /// The value of the member `name`, where this is an object.
    pub fn member(self, name: &str) -> Option<Self> {
        match self {
            Self::Json(part) => part.member(name).map(Self::Json),
            Self::Object(object) => object.get(name),
            Self::Items(_) => None,
        }
    }

    /// The string that this is, its escapes undone; `None` also where it has half of a surrogate pair.
    pub fn string(self) -> Option<Cow<'o, str>> {
        self.unedited().and_then(Part::string)
    }

    /// The items of the list that this is which `is_wanted` picks, as a list again.
    pub fn filter(self, is_wanted: impl Fn(Part<'o>) -> bool) -> Option<Json> {
        self.unedited()?.filter(is_wanted)
    }

    /// The value, unless it is an object or a list that was edited.
    pub fn unedited(self) -> Option<Part<'o>> {
        match self {
            Self::Json(part) => Some(part),
            Self::Object(_) | Self::Items(_) => None,
        }
    }

    /// A copy of the object that this is.
    pub fn to_object(self) -> Option<Object> {
        match self {
            Self::Json(part) => {
                let json = part.to_json();
                let place = json.root().place();
                Object::part(&Rc::new(json), place)
            }
            Self::Object(object) => Some(object.clone()),
            Self::Items(_) => None,
        }
    }

    /// Whether this is an object.
    pub fn is_object(self) -> bool {
        match self {
            Self::Json(part) => part.is_object(),
            Self::Object(_) => true,
            Self::Items(_) => false,
        }
    }

    /// Whether this is a list.
    pub fn is_list(self) -> bool {
        matches!(self, Self::Items(_)) || self.unedited().is_some_and(is_list)
    }

    /// Whether this is a string.
    pub fn is_string(self) -> bool {
        self.unedited().is_some_and(Part::is_string)
    }

    /// Whether this is `null`.
    pub fn is_null(self) -> bool {
        self.unedited().is_some_and(|part| part.as_bytes() == b"null")
    }

    /// Whether this is `true`.
    pub fn is_true(self) -> bool {
        self.unedited().is_some_and(|part| part.as_bytes() == b"true")
    }

    /// This as JSON.
    pub fn to_bytes(self) -> Cow<'o, [u8]> {
        match self {
            Self::Json(part) => Cow::Borrowed(part.as_bytes()),
            Self::Object(object) => Cow::Owned(object.to_bytes()),
            Self::Items(items) => Cow::Owned(items.to_bytes()),
        }
    }
}
