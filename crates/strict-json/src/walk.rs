//! Walking over JSON that has been checked before, from value to value. For anything else the answers mean nothing, but
//! there is no panic.

use std::ops::Range;

use crate::text::{inside, read_string, skip_space};

/// Name, with its quotes, and value of each member of the object `json`.
pub fn members(json: &[u8]) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let mut at = first(json, b'{');
    std::iter::from_fn(move || {
        let start = skip_space(json, at?);
        let name = start..skip_value(json, start);
        let colon = skip_space(json, name.end);
        let start = skip_space(json, colon.saturating_add(1));
        let value = start..skip_value(json, start);
        at = next(json, value.end);
        Some((name, value))
    })
}

/// The items of the list `json`.
pub fn items(json: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = first(json, b'[');
    std::iter::from_fn(move || {
        let start = skip_space(json, at?);
        let end = skip_value(json, start);
        at = next(json, end);
        json.get(start..end)
    })
}

/// The value of the member `name` of the object `json`.
pub fn member<'j>(json: &'j [u8], name: &str) -> Option<&'j [u8]> {
    let is_it = |quoted: &Range<usize>| {
        let quoted = json.get(quoted.clone()).unwrap_or_default();
        read_string(quoted).is_some_and(|known| known == name)
    };
    let (_, value) = members(json).find(|(known, _)| is_it(known))?;
    json.get(value)
}

/// The items of the list `json` that `is_wanted` picks, as a list again; `None` when it is none.
pub fn filter(json: &[u8], is_wanted: impl Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
    if json.first() != Some(&b'[') {
        return None;
    }
    let mut filtered = Vec::with_capacity(json.len());
    let mut before = b'[';
    for item in items(json).filter(|item| is_wanted(item)) {
        filtered.push(before);
        filtered.extend_from_slice(item);
        before = b',';
    }
    if before == b'[' {
        filtered.push(before);
    }
    filtered.push(b']');
    Some(filtered)
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
    let mut at = start;
    let mut depth = 0_usize;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => at = skip_string(json, at),
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                at = at.saturating_add(1);
            }
            b'}' | b']' => {
                depth = match depth.checked_sub(1) {
                    Some(depth) => depth,
                    // The end of what is around the value.
                    None => return at,
                };
                at = at.saturating_add(1);
            }
            _ if depth == 0 => return at.saturating_add(scalar(json.get(at..).unwrap_or_default())),
            _ => at = at.saturating_add(1),
        }
        if depth == 0 {
            return at;
        }
    }
    json.len()
}

/// How many bytes a number or a literal takes.
fn scalar(json: &[u8]) -> usize {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
    json.iter().take_while(is_part).count()
}

/// The place behind the closing quote of the string that begins at `start`.
fn skip_string(json: &[u8], start: usize) -> usize {
    // A backslash takes the next byte with it.
    inside(json, start.saturating_add(1), |_| Some(1)).map_or(json.len(), |inside| inside.end.saturating_add(1))
}
