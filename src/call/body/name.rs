//! `Name`: the name of a member, its escapes undone.

use std::rc::Rc;

use super::pieces::Pieces;
use crate::base::json::value::write;
use crate::base::json::{Json, Place};

/// A member's name.
#[derive(Clone)]
pub(super) enum Name {
    /// It has no escapes, and is written as it came. The place is that of the name with its quotes.
    Kept(Place),
    /// Another one, or one that came with escapes.
    New(String),
}

impl Name {
    /// The name that is at `place` in `json`, with its quotes.
    pub(super) fn read(place: Place, json: &Json) -> Self {
        let quoted = json.part(place);
        if quoted.as_bytes().contains(&b'\\') {
            Self::New(quoted.string().unwrap_or_default().into_owned())
        } else {
            Self::Kept(place)
        }
    }

    /// The name itself; `json`: in which it was read.
    pub(super) fn text<'s>(&'s self, json: &'s Json) -> &'s str {
        match self {
            Self::Kept(place) => match json.part(*place).as_bytes() {
                [b'"', name @ .., b'"'] => std::str::from_utf8(name).unwrap_or_default(),
                _ => "",
            },
            Self::New(name) => name,
        }
    }

    /// Whether the name is `known`; `json`: in which it was read.
    pub(super) fn is(&self, known: &str, json: &Json) -> bool {
        match self {
            Self::Kept(place) => match json.part(*place).as_bytes() {
                [b'"', name @ .., b'"'] => name == known.as_bytes(),
                _ => known.is_empty(),
            },
            Self::New(name) => name == known,
        }
    }

    /// Writes the name with its quotes.
    pub(super) fn write(&self, json: &Rc<Json>, pieces: &mut Pieces) {
        match self {
            Self::Kept(place) => pieces.keep(json, *place),
            Self::New(name) => pieces.add(write(name).as_bytes()),
        }
    }
}
