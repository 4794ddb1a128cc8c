//! The insides of strings, searched sixteen bytes at a time: most of a body is text that needs no closer look. And the
//! blanks between values.

use std::borrow::Cow;

/// The inside of a string.
pub(crate) struct Inside {
    /// The place of its closing quote.
    pub(crate) end: usize,
    pub(crate) has_escapes: bool,
    /// Whether all of it is ASCII.
    pub(crate) is_ascii: bool,
}

/// How many bytes are searched at once.
const BLOCK: usize = 16;

/// Bytes of a block, the first as the lowest bit.
struct Marks {
    /// Quotes, backslashes and control characters.
    stops: u32,
    beyond_ascii: u32,
}

/// Searches the inside of a string that begins at `start`. `escape` receives the text behind a backslash, and returns how
/// many bytes of it belong to the escape; `None` where it is none.
///
/// `None` where the string does not end, has a control character, or an escape that is none.
#[inline]
pub(crate) fn inside(json: &[u8], start: usize, escape: impl Fn(&[u8]) -> Option<usize>) -> Option<Inside> {
    let mut at = start;
    let mut has_escapes = false;
    let mut beyond_ascii = 0;
    loop {
        let rest = json.get(at..).filter(|rest| !rest.is_empty())?;
        let marks = match rest.first_chunk() {
            Some(block) => Marks::of(block),
            None => Marks::of_few(rest),
        };
        let mut next = BLOCK;
        let mut stops = marks.stops;
        // JSON in a string has an escape every few bytes: a block is looked at once for all of them.
        while stops != 0 {
            let offset = stops.trailing_zeros() as usize;
            match rest.get(offset)? {
                b'"' => {
                    beyond_ascii |= marks.beyond_ascii & !(u32::MAX << offset);
                    return Some(Inside {
                        end: at.wrapping_add(offset),
                        has_escapes,
                        is_ascii: beyond_ascii == 0,
                    });
                }
                b'\\' => {
                    has_escapes = true;
                    let behind = rest.get(offset.wrapping_add(1)..)?;
                    let behind = offset.wrapping_add(1).wrapping_add(escape(behind)?);
                    if behind >= BLOCK {
                        next = behind;
                        break;
                    }
                    stops &= u32::MAX << behind;
                }
                _ => return None,
            }
        }
        beyond_ascii |= marks.beyond_ascii;
        at = at.wrapping_add(next);
    }
}

impl Marks {
    #[cfg(target_feature = "simd128")]
    #[inline]
    fn of(block: &[u8; BLOCK]) -> Self {
        use std::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};
        let all = u128::from_le_bytes(*block);
        #[expect(clippy::cast_possible_truncation, reason = "one half each")]
        let bytes = u64x2(all as u64, (all >> 64) as u64);
        let is_quote = u8x16_eq(bytes, u8x16_splat(b'"'));
        let is_backslash = u8x16_eq(bytes, u8x16_splat(b'\\'));
        let is_control = u8x16_lt(bytes, u8x16_splat(b' '));
        Self {
            stops: u8x16_bitmask(v128_or(v128_or(is_quote, is_backslash), is_control)).into(),
            beyond_ascii: u8x16_bitmask(bytes).into(),
        }
    }

    #[cfg(not(target_feature = "simd128"))]
    fn of(block: &[u8; BLOCK]) -> Self {
        Self::of_few(block)
    }

    /// The same of at most as many bytes.
    fn of_few(bytes: &[u8]) -> Self {
        let mark = |is_meant: fn(u8) -> bool| {
            let each = bytes.iter().rev().map(|byte| u32::from(is_meant(*byte)));
            each.fold(0, |marks, mark| marks << 1 | mark)
        };
        Self {
            stops: mark(|byte| matches!(byte, b'"' | b'\\' | ..b' ')),
            beyond_ascii: mark(|byte| !byte.is_ascii()),
        }
    }
}

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
