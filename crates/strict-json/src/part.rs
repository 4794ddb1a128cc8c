//! `Part`: a value or a name in JSON that has been checked, and the walk from one to the next.

use std::borrow::Cow;

use crate::json::Json;
use crate::masks::{Brackets, Masks, WIDTH, escaped, insides, padded};
use crate::place::Place;
use crate::strings::Strings;
use crate::text::{read_string, skip_space};

/// A value, or a name with its quotes, in JSON that has been checked. Only [`Json`] and another `Part` make one.
#[derive(Clone, Copy, Debug)]
pub struct Part<'j> {
    text: &'j [u8],
    /// Where `text` begins in its `Json`.
    start: usize,
}

impl Json {
    /// The value that it is, without the space around it.
    pub fn root(&self) -> Part<'_> {
        let all = self.as_bytes();
        let text = all.trim_ascii();
        Part {
            text,
            start: skip_space(all, 0),
        }
    }

    /// All of it, with the space around its value.
    pub fn whole(&self) -> Part<'_> {
        Part {
            text: self.as_bytes(),
            start: 0,
        }
    }

    /// The value or the name at `place`, which was noted in this document. At a place in another one there may be anything,
    /// but there is no panic.
    #[inline]
    pub fn part(&self, place: Place) -> Part<'_> {
        Part {
            text: self.as_bytes().get(place.start..place.end).unwrap_or_default(),
            start: place.start,
        }
    }
}

impl<'j> Part<'j> {
    /// The part between two places of this one's text.
    #[inline]
    fn inner(self, start: usize, end: usize) -> Self {
        Self {
            text: self.text.get(start..end).unwrap_or_default(),
            start: self.start.wrapping_add(start),
        }
    }

    /// Its text, as it came.
    #[inline]
    pub fn as_bytes(self) -> &'j [u8] {
        self.text
    }

    /// Where it begins in its [`Json`].
    #[inline]
    pub fn start(self) -> usize {
        self.start
    }

    /// Where it is in its [`Json`].
    #[inline]
    pub fn place(self) -> Place {
        Place {
            start: self.start,
            end: self.start.wrapping_add(self.text.len()),
        }
    }

    /// A copy, as a document of its own.
    pub fn to_json(self) -> Json {
        Json::written(self.text.to_vec())
    }

    /// Whether it is an object.
    #[inline]
    pub fn is_object(self) -> bool {
        self.text.first() == Some(&b'{')
    }

    /// Whether it is a string.
    #[inline]
    pub fn is_string(self) -> bool {
        self.text.first() == Some(&b'"')
    }

    /// The string, its escapes undone; `None` where it is another value, or has half of a surrogate pair.
    #[inline]
    pub fn string(self) -> Option<Cow<'j, str>> {
        read_string(self.text)
    }

    /// Name and value of each member of the object; none where it is another value.
    pub fn members(self) -> impl Iterator<Item = (Part<'j>, Part<'j>)> {
        let json = self.text;
        let mut at = first(json, b'{');
        std::iter::from_fn(move || {
            let start = skip_space(json, at?);
            let end = skip_value(json, start);
            let name = self.inner(start, end);
            let colon = skip_space(json, end);
            let start = skip_space(json, colon.saturating_add(1));
            let end = skip_value(json, start);
            at = next(json, end);
            Some((name, self.inner(start, end)))
        })
    }

    /// The items of the list; none where it is another value.
    pub fn items(self) -> impl Iterator<Item = Part<'j>> {
        let json = self.text;
        let mut at = first(json, b'[');
        std::iter::from_fn(move || {
            let start = skip_space(json, at?);
            let end = skip_value(json, start);
            at = next(json, end);
            Some(self.inner(start, end))
        })
    }

    /// The value of the member `name` of the object.
    pub fn member(self, name: &str) -> Option<Part<'j>> {
        let (_, value) = self
            .members()
            .find(|(known, _)| known.string().is_some_and(|known| known == name))?;
        Some(value)
    }

    /// The items of the list that `is_wanted` picks, as a list again; `None` where it is another value.
    pub fn filter(self, is_wanted: impl Fn(Part<'j>) -> bool) -> Option<Json> {
        if self.text.first() != Some(&b'[') {
            return None;
        }
        let mut filtered = Vec::with_capacity(self.text.len());
        let mut before = b'[';
        for item in self.items().filter(|item| is_wanted(*item)) {
            filtered.push(before);
            filtered.extend_from_slice(item.text);
            before = b',';
        }
        if before == b'[' {
            filtered.push(before);
        }
        filtered.push(b']');
        Some(Json::written(filtered))
    }
}

/// Where the first member or item begins; `None` when there is none, or `json` does not begin with `bracket`.
fn first(json: &[u8], bracket: u8) -> Option<usize> {
    let at = skip_space(json, 0);
    let is_one = json.get(at) == Some(&bracket);
    let first = skip_space(json, at.saturating_add(1));
    let is_empty = matches!(json.get(first), None | Some(b'}' | b']'));
    (is_one && !is_empty).then_some(first)
}

/// Where the next member or item begins, behind one that ends at `end`.
fn next(json: &[u8], end: usize) -> Option<usize> {
    let comma = skip_space(json, end);
    (json.get(comma) == Some(&b',')).then(|| comma.saturating_add(1))
}

/// The end of the value that begins at `start`.
fn skip_value(json: &[u8], start: usize) -> usize {
    match json.get(start) {
        Some(b'"') => skip_string(json, start),
        Some(b'{' | b'[') => skip_nested(json, start),
        _ => start.saturating_add(scalar(json.get(start..).unwrap_or_default())),
    }
}

/// How many bytes a number or a literal takes.
fn scalar(json: &[u8]) -> usize {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
    json.iter().take_while(is_part).count()
}

/// The place behind the closing quote of the string that begins at `start`.
fn skip_string(json: &[u8], start: usize) -> usize {
    let text = Strings::new().scan(json, start);
    text.map_or(json.len(), |(text, _)| text.end)
}

/// The place behind the closing bracket of the list or the object that begins at `start`.
#[inline(never)]
fn skip_nested(json: &[u8], start: usize) -> usize {
    let mut at = start;
    let mut depth = 0_u32;
    let (mut is_escaped, mut is_inside) = (false, 0);
    while at < json.len() {
        let rest = json.get(at..).unwrap_or_default();
        let end;
        let window = match rest.first_chunk() {
            Some(window) => window,
            None => {
                end = padded(rest);
                &end
            }
        };
        let Masks {
            quotes, backslashes, ..
        } = Masks::of(window);
        let inside = insides(quotes & !escaped(backslashes, &mut is_escaped)) ^ is_inside;
        // All ones where the window ends inside a string.
        is_inside = 0_u64.wrapping_sub(inside >> 63);
        let brackets = Brackets::of(window);
        let (mut opening, mut closing) = (brackets.opening & !inside, brackets.closing & !inside);
        if closing.count_ones() < depth {
            depth = depth
                .wrapping_add(opening.count_ones())
                .wrapping_sub(closing.count_ones());
        } else {
            while closing != 0 {
                let end = closing.trailing_zeros();
                let before = opening & !(u64::MAX << end);
                depth = depth.wrapping_add(before.count_ones()).wrapping_sub(1);
                if depth == 0 {
                    return at.wrapping_add(end as usize).wrapping_add(1);
                }
                opening ^= before;
                closing &= closing.wrapping_sub(1);
            }
            depth = depth.wrapping_add(opening.count_ones());
        }
        at = at.wrapping_add(WIDTH);
    }
    json.len()
}
