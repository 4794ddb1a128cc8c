//! The blanks between values, and the texts of strings.

use std::borrow::Cow;

/// Where white space that begins at `start` ends (RFC 8259 section 2).
#[inline]
pub(crate) fn skip_space(json: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = json.get(at) {
        at = at.wrapping_add(1);
    }
    at
}

/// Reads a string with its quotes, which must be JSON; `None` if it is something else, or contains half of a surrogate pair.
pub(crate) fn read_string(quoted: &[u8]) -> Option<Cow<'_, str>> {
    let inside = quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inside.contains(&b'\\') {
        serde_json::from_slice(quoted).ok().map(Cow::Owned)
    } else {
        std::str::from_utf8(inside).ok().map(Cow::Borrowed)
    }
}
