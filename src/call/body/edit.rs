//! Edits of an [`Object`]. What an edit leaves alone stays byte for byte.
//!
//! The function that decides about members is passed as `dyn`, so that the Worker contains the code around it once.

use std::rc::Rc;

use serde_json::Value;

use super::list::is_list;
use super::object::{Items, MemberValue, Object, Slot};
use crate::base::fold::fold;
use crate::base::json::{Json, Part, Place};

/// The fate of a member.
pub enum Fate {
    /// It stays, byte for byte.
    Keep,
    /// It goes.
    Remove,
    /// It gets this value.
    Replace(Json),
}

/// The fate of an item.
pub(super) enum Edited {
    /// It stays, byte for byte.
    Keep,
    /// It goes.
    Remove,
    /// This object takes its place.
    Replace(Object),
}

impl Object {
    /// Applies `fate`, a function of name and value, to every member.
    pub fn rewrite(&mut self, fate: &mut dyn FnMut(&str, MemberValue<'_>) -> Fate) {
        let json = &self.json;
        let mut is_changed = false;
        self.members.retain_mut(|(name, slot)| {
            let fate = fate(name.text(json), slot.value(json));
            is_changed |= !matches!(fate, Fate::Keep);
            match fate {
                Fate::Keep => true,
                Fate::Remove => false,
                Fate::Replace(value) => {
                    *slot = Slot::New(value);
                    true
                }
            }
        });
        self.is_changed |= is_changed;
    }

    /// Removes the members whose names `is_unwanted` picks.
    pub fn remove_if(&mut self, is_unwanted: &mut dyn FnMut(&str) -> bool) {
        self.rewrite(&mut |name, _| if is_unwanted(name) { Fate::Remove } else { Fate::Keep });
    }

    /// Puts `value` at the end of `path`, making objects on the way. Without a value, removes what is there, or what is in
    /// the way to it and no object. Other spellings of a step, under which a backend might find the client's own value, are
    /// removed.
    pub fn put(&mut self, path: &[String], value: Option<&Value>) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        self.remove_if(&mut |name| name != first && fold(name) == fold(first));
        if rest.is_empty() {
            match value {
                Some(value) => self.set(first, value),
                None => self.remove_if(&mut |name| name == first),
            }
        } else if !self.edit(first, &mut |inner| inner.put(rest, value)) {
            if value.is_some() {
                let mut inner = Self::empty();
                inner.put(rest, value);
                self.set_object(first, inner);
            } else {
                self.remove_if(&mut |name| name == first);
            }
        }
    }

    /// Applies `edit` to the member `name`, where that is an object. Returns whether it is one.
    pub fn edit(&mut self, name: &str, edit: &mut dyn FnMut(&mut Self)) -> bool {
        self.position(name).is_some_and(|at| self.edit_at(at, edit))
    }

    /// Applies `edit` to every member that is an object and whose name `is_meant` picks, with that name.
    pub fn edit_if(&mut self, is_meant: &dyn Fn(&str) -> bool, edit: &mut dyn FnMut(&str, &mut Self)) {
        for at in 0..self.members.len() {
            let member = self.members.get(at);
            let object = member.filter(|(_, slot)| slot.value(&self.json).is_object());
            let name = object.map(|(name, _)| self.text(name));
            if let Some(name) = name.filter(|name| is_meant(name)).map(str::to_owned) {
                self.edit_at(at, &mut |inner| edit(&name, inner));
            }
        }
    }

    fn edit_at(&mut self, at: usize, edit: &mut dyn FnMut(&mut Self)) -> bool {
        let meanwhile = Slot::Kept(self.json.root().place());
        let Some((_, slot)) = self.members.get_mut(at) else {
            return false;
        };
        let slot = std::mem::replace(slot, meanwhile);
        let (slot, is_object) = match self.open(slot) {
            Ok(mut inner) => {
                edit(&mut inner);
                self.is_changed |= inner.is_changed;
                (Slot::Object(inner), true)
            }
            Err(slot) => (slot, false),
        };
        if let Some((_, place)) = self.members.get_mut(at) {
            *place = slot;
        }
        is_object
    }

    /// Applies `decide`, a function of an item and the document that it is in, to every item of the list in the member `name`.
    /// Returns whether an item remains; `None` where the member is no list that was read.
    pub(super) fn edit_items(
        &mut self,
        name: &str,
        decide: &mut dyn FnMut(Part<'_>, &Rc<Json>) -> Edited,
    ) -> Option<bool> {
        let at = self.position(name)?;
        let (_, slot) = self.members.get_mut(at)?;
        let (json, place) = match slot {
            Slot::Kept(place) | Slot::Counted(place, _) | Slot::Noted(place, _) => (Rc::clone(&self.json), *place),
            Slot::New(value) => (Rc::new(value.clone()), value.root().place()),
            Slot::Object(_) | Slot::Items(_) => return None,
        };
        let list = Some(json.part(place)).filter(|list| is_list(*list))?;
        let mut slots = Vec::new();
        let mut is_changed = false;
        for item in list.items() {
            let edited = decide(item, &json);
            is_changed |= !matches!(edited, Edited::Keep);
            match edited {
                Edited::Keep => keep(&mut slots, item.place()),
                Edited::Remove => {}
                Edited::Replace(object) => slots.push(Slot::Object(object)),
            }
        }
        let remains = !slots.is_empty();
        if is_changed {
            self.is_changed = true;
            *slot = Slot::Items(Items { json, slots });
        }
        Some(remains)
    }
}

/// Adds an item, to those before it where nothing but a comma is between them.
fn keep(slots: &mut Vec<Slot>, item: Place) {
    if let Some(Slot::Kept(before)) = slots.last_mut()
        && let Some(joined) = before.joined(item)
    {
        *before = joined;
    } else {
        slots.push(Slot::Kept(item));
    }
}
