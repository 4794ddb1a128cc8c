//! `Dropped`: the names of the parts that were removed from a body, for the log and for the page's developer.
//!
//! It has names alone: of members as the client wrote them, and of kinds of messages and parts. It has no value.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::base::clip::clip;

/// Most names that are kept.
const MAX_NAMES: usize = 8;
/// Longest name, in bytes as JSON writes it.
const MAX_NAME_BYTES: usize = 64;
/// Characters that are encoded in a header field's list, besides those outside ASCII.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b',').add(b'%');

/// The names of removed parts, each once, such as `forwardedProps.theme` and `messages.system`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped(Vec<String>);

impl Dropped {
    /// Adds `name` in `place`; `place` is empty for the body itself.
    pub fn add(&mut self, place: &str, name: &str) {
        if self.0.len() >= MAX_NAMES {
            return;
        }
        let whole = if place.is_empty() {
            Cow::Borrowed(name)
        } else {
            Cow::Owned(format!("{place}.{name}"))
        };
        let clipped = clip(&whole, MAX_NAME_BYTES);
        if !self.0.contains(&clipped) {
            self.0.push(clipped);
        }
    }

    /// The names.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// The names as the value of a header field, separated by commas, in visible ASCII; `None` where there are none.
    pub fn field_value(&self) -> Option<String> {
        let encoded = self.0.iter().map(|name| utf8_percent_encode(name, ENCODED).to_string());
        (!self.0.is_empty()).then(|| encoded.collect::<Vec<_>>().join(", "))
    }
}
