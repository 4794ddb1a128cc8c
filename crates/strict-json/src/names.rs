//! Names of members, and whether one of them is repeated in an object.

use std::ops::Range;

use crate::fault::JsonFault;

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
    /// Its first eight bytes, or all of them with zeros behind: most names are told apart by these.
    start: u64,
    at: usize,
    length: usize,
    /// Whether it is in the decoded names and not in the JSON.
    is_decoded: bool,
}

/// Most names that are compared each with each: fewer steps than sorting takes.
const FEW: usize = 8;

impl Names {
    /// How many there are.
    #[inline]
    pub(crate) fn count(&self) -> usize {
        self.names.len()
    }

    /// Adds the name at `place` in `json`, without its quotes.
    #[inline]
    pub(crate) fn push(&mut self, json: &[u8], place: Range<usize>, has_escapes: bool) -> Result<(), JsonFault> {
        let mut name = Name {
            start: 0,
            at: place.start,
            length: place.len(),
            is_decoded: has_escapes,
        };
        if has_escapes {
            let quoted = json.get(place.start.wrapping_sub(1)..place.end.wrapping_add(1));
            let decoded: String =
                serde_json::from_slice(quoted.unwrap_or_default()).map_err(|_| JsonFault::Malformed)?;
            (name.at, name.length) = (self.decoded.len(), decoded.len());
            self.decoded.extend_from_slice(decoded.as_bytes());
        }
        let bytes = self.bytes(json, name);
        name.start = match bytes.first_chunk::<8>() {
            Some(start) => u64::from_le_bytes(*start),
            None => bytes.iter().rev().fold(0, |start, byte| start << 8 | u64::from(*byte)),
        };
        self.names.push(name);
        Ok(())
    }

    /// Checks the names behind the first `outer` ones, which are those of one object, and forgets them. Sorting finds what
    /// is repeated in a time that no choice of names can make quadratic.
    #[inline]
    pub(crate) fn end_object(&mut self, json: &[u8], outer: usize) -> Result<(), JsonFault> {
        let own = self.names.get(outer..).unwrap_or_default();
        let is_same = |one: &Name, other: &Name| {
            one.start == other.start
                && one.length == other.length
                && (one.length <= 8 || self.bytes(json, *one) == self.bytes(json, *other))
        };
        let is_repeated = if own.len() <= FEW {
            let mut rest = own;
            let mut found = false;
            while let Some((first, others)) = rest.split_first() {
                found |= others.iter().any(|other| is_same(other, first));
                rest = others;
            }
            found
        } else {
            let mut sorted = own.to_vec();
            sorted.sort_unstable_by(|one, other| {
                let bytes = || self.bytes(json, *one).cmp(self.bytes(json, *other));
                one.start.cmp(&other.start).then_with(bytes)
            });
            sorted
                .windows(2)
                .any(|pair| matches!(pair, [one, other] if is_same(one, other)))
        };
        self.names.truncate(outer);
        if is_repeated {
            Err(JsonFault::RepeatedName)
        } else {
            Ok(())
        }
    }

    fn bytes<'s>(&'s self, json: &'s [u8], name: Name) -> &'s [u8] {
        let text = if name.is_decoded { &self.decoded } else { json };
        let end = name.at.wrapping_add(name.length);
        text.get(name.at..end).unwrap_or_default()
    }
}
