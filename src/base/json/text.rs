//! The insides of strings, searched eight bytes at a time: most of a body is text that nobody has to look at. And what
//! stands between values.

use std::borrow::Cow;

/// What stands in front of the first byte that a search stops at.
pub(super) struct Run {
    /// How many bytes these are; all that there are, where the search finds nothing.
    pub(super) length: usize,
    /// Whether all of them are ASCII.
    pub(super) is_ascii: bool,
}

/// One in each of the eight bytes of a word.
const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
/// The highest bit of each.
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
const BACKSLASHES: u64 = u64::from_ne_bytes([b'\\'; 8]);
/// The first character that is no control character.
const SPACES: u64 = u64::from_ne_bytes([b' '; 8]);

/// The bytes of a string up to its closing quote, a backslash, or a control character.
#[inline]
pub(super) fn plain_run(bytes: &[u8]) -> Run {
    let mut rest = bytes;
    let mut seen = 0_u64;
    let mut length = 0_usize;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        let found = stops(word);
        if found != 0 {
            // As many bytes as there are zeros below the lowest bit that marks one.
            let before = found.trailing_zeros() / 8;
            seen |= word & !(u64::MAX << found.trailing_zeros());
            return Run {
                length: length.wrapping_add(before as usize),
                is_ascii: seen & HIGH == 0,
            };
        }
        seen |= word;
        length = length.wrapping_add(8);
        rest = behind;
    }
    for byte in rest {
        if *byte == b'"' || *byte == b'\\' || *byte < b' ' {
            break;
        }
        seen |= u64::from(*byte);
        length = length.wrapping_add(1);
    }
    Run {
        length,
        is_ascii: seen & HIGH == 0,
    }
}

/// The highest bit of the first byte of `word` that is a quote, a backslash or a control character, and perhaps those of
/// bytes behind it; none, where there is no such byte.
#[inline]
fn stops(word: u64) -> u64 {
    // A byte borrows from the next one only where it is found itself, so that the first find is always true.
    let below = |word: u64, limit: u64| word.wrapping_sub(limit) & !word & HIGH;
    below(word ^ QUOTES, ONES) | below(word ^ BACKSLASHES, ONES) | below(word, SPACES)
}

/// Where white space that begins at `start` ends (RFC 8259 section 2).
#[inline]
pub(super) fn skip_space(json: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = json.get(at) {
        at = at.wrapping_add(1);
    }
    at
}

/// Reads a string with its quotes, which must be JSON; `None` where it is something else, or holds half of a surrogate pair.
pub fn read_string(quoted: &[u8]) -> Option<Cow<'_, str>> {
    let inside = quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inside.contains(&b'\\') {
        serde_json::from_slice(quoted).ok().map(Cow::Owned)
    } else {
        std::str::from_utf8(inside).ok().map(Cow::Borrowed)
    }
}
