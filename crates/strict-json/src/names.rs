//! Names of members, and whether one of them is repeated in an object.

use std::cmp::Ordering;

use crate::fault::JsonFault;
use crate::place::Place;

/// The names of all objects that are open, the innermost last.
#[derive(Default)]
pub(crate) struct Names {
    names: Vec<Name>,
    /// The decoded forms of names with escapes, one behind the other.
    decoded: Vec<u8>,
}

/// A member name with its escapes undone.
#[derive(Clone, Copy)]
struct Name {
    key: Key,
    at: usize,
    /// Whether it is in the decoded names and not in the JSON.
    is_decoded: bool,
}

/// What tells most names apart. Equal keys of at most eight bytes are equal names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The first eight bytes, or all of them with zeros behind.
    start: u64,
    length: usize,
}

/// Most names that are compared each with each: fewer steps than sorting takes.
const FEW: usize = 8;

impl Key {
    /// Of the name that is `text`.
    pub(crate) fn of(text: &[u8]) -> Self {
        Self::of_first(text, text.len())
    }

    /// One of 64 bits, by which most names differ.
    #[inline]
    pub(crate) fn bit(self) -> u64 {
        1 << (self.start.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
    }

    /// Of the name that is the first `length` bytes of `text`.
    #[inline]
    fn of_first(text: &[u8], length: usize) -> Self {
        let start = match text.first_chunk() {
            // What is behind the name goes.
            Some(start) if length < 8 => u64::from_le_bytes(*start) & !(u64::MAX << length.wrapping_mul(8)),
            Some(start) => u64::from_le_bytes(*start),
            None => text
                .iter()
                .take(length)
                .rev()
                .fold(0, |start, byte| start << 8 | u64::from(*byte)),
        };
        Self { start, length }
    }
}

impl Names {
    /// How many there are.
    #[inline]
    pub(crate) fn count(&self) -> usize {
        self.names.len()
    }

    /// Adds the name at `place` in `json`, which has its quotes there; returns its key.
    #[inline]
    pub(crate) fn push(&mut self, json: &[u8], place: Place, has_escapes: bool) -> Result<Key, JsonFault> {
        let at = place.start.wrapping_add(1);
        let length = place.end.wrapping_sub(1).wrapping_sub(at);
        let name = if has_escapes {
            self.decode(json, place)?
        } else {
            Name {
                key: Key::of_first(json.get(at..).unwrap_or_default(), length),
                at,
                is_decoded: false,
            }
        };
        self.names.push(name);
        Ok(name.key)
    }

    /// Decodes the name at `place` in `json`.
    #[cold]
    #[inline(never)]
    fn decode(&mut self, json: &[u8], place: Place) -> Result<Name, JsonFault> {
        let quoted = json.get(place.start..place.end).unwrap_or_default();
        let decoded: String = serde_json::from_slice(quoted).map_err(|_| JsonFault::Malformed)?;
        let at = self.decoded.len();
        self.decoded.extend_from_slice(decoded.as_bytes());
        Ok(Name {
            key: Key::of(decoded.as_bytes()),
            at,
            is_decoded: true,
        })
    }

    /// Forgets the names behind the first `outer` ones, which are those of one object and differ.
    #[inline]
    pub(crate) fn forget(&mut self, outer: usize) {
        self.names.truncate(outer);
    }

    /// Checks the names behind the first `outer` ones, which are those of one object, and forgets them. Sorting finds what
    /// is repeated in a time that no choice of names can make quadratic.
    pub(crate) fn end_object(&mut self, json: &[u8], outer: usize) -> Result<(), JsonFault> {
        let own = self.names.get(outer..).unwrap_or_default();
        let is_repeated = if own.len() <= FEW {
            let mut rest = own;
            let mut found = false;
            while let Some((first, others)) = rest.split_first() {
                found |= others.iter().any(|other| self.compare(json, first, other).is_eq());
                rest = others;
            }
            found
        } else {
            self.is_one_repeated(json, own.to_vec())
        };
        self.names.truncate(outer);
        if is_repeated {
            Err(JsonFault::RepeatedName)
        } else {
            Ok(())
        }
    }

    /// Whether one of `names` is repeated. They are sorted by merging, and where two are equal, they are compared with each
    /// other at some time.
    #[inline(never)]
    fn is_one_repeated(&self, json: &[u8], names: Vec<Name>) -> bool {
        let mut sorted = Vec::with_capacity(names.len());
        let mut names = names;
        let mut width = 1_usize;
        while width < names.len() {
            for pair in names.chunks(width.wrapping_mul(2)) {
                let (mut one, mut other) = pair.split_at_checked(width).unwrap_or((pair, &[]));
                while let ([first, others @ ..], [second, seconds @ ..]) = (one, other) {
                    match self.compare(json, first, second) {
                        Ordering::Less => {
                            sorted.push(*first);
                            one = others;
                        }
                        Ordering::Equal => return true,
                        Ordering::Greater => {
                            sorted.push(*second);
                            other = seconds;
                        }
                    }
                }
                sorted.extend_from_slice(one);
                sorted.extend_from_slice(other);
            }
            std::mem::swap(&mut names, &mut sorted);
            sorted.clear();
            width = width.wrapping_mul(2);
        }
        false
    }

    /// Any order, in which equal names are equal.
    #[inline]
    fn compare(&self, json: &[u8], one: &Name, other: &Name) -> Ordering {
        match one.key.cmp(&other.key) {
            Ordering::Equal if one.key.length > 8 => self.bytes(json, *one).cmp(self.bytes(json, *other)),
            order => order,
        }
    }

    fn bytes<'s>(&'s self, json: &'s [u8], name: Name) -> &'s [u8] {
        let text = if name.is_decoded { &self.decoded } else { json };
        let end = name.at.wrapping_add(name.key.length);
        text.get(name.at..end).unwrap_or_default()
    }
}
