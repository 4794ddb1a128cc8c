//! Lists of a body whose items stay where they are: what is left of a long list is not copied.

use std::rc::Rc;

use super::list::is_list;
use super::object::{Object, Slot};
use super::pieces::Pieces;
use crate::base::json::{Json, Part, Place};

/// A list of which items were removed or edited.
#[derive(Clone)]
pub struct Items {
    /// The JSON that the items are in.
    json: Rc<Json>,
    slots: Vec<Slot>,
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

impl Items {
    /// Appends the list to `pieces`.
    pub(super) fn write(&self, pieces: &mut Pieces) {
        let mut before = "[";
        for slot in &self.slots {
            pieces.add(before.as_bytes());
            before = ",";
            slot.write(&self.json, pieces);
        }
        pieces.add(if before == "[" { b"[]" } else { b"]" });
    }

    /// A copy, as JSON.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut pieces = Pieces::new(&self.json);
        self.write(&mut pieces);
        pieces.copied()
    }
}
