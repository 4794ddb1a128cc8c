//! `Strings`: where the strings of a document end, and what is in them (RFC 8259 section 7). Most of a body is text that
//! needs no closer look.

use crate::fault::JsonFault;
use crate::masks::{Masks, WIDTH, escaped, padded};

/// Finds the ends of strings, in the order in which they are in the document.
pub(crate) struct Strings {
    /// Where the bytes begin that were searched last.
    at: usize,
    masks: Masks,
    /// The quotes that can end a string.
    ends: u64,
    /// What no string contains: control characters, and what a backslash cannot escape.
    faults: u64,
    /// Whether the byte behind the window belongs to a backslash in it.
    is_escaped: bool,
}

/// A string that has been checked.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    /// The place behind its closing quote.
    pub(crate) end: usize,
    /// Whether it has escapes.
    pub(crate) has_escapes: bool,
}

/// The part of a string that is not ASCII at its first and its last byte, as the place of the first and that behind the last.
type BeyondAscii = Option<(usize, usize)>;

impl Strings {
    /// Of a document, or of the part of one that begins between two tokens.
    #[inline]
    pub(crate) fn new() -> Self {
        Self {
            // No string begins a window before this.
            at: usize::MAX.wrapping_sub(WIDTH),
            masks: Masks::default(),
            ends: 0,
            faults: 0,
            is_escaped: false,
        }
    }

    /// Reads the string whose opening quote is at `start`: in UTF-8, with escapes that are ones, and without control
    /// characters. Escapes are not decoded, so that half of a surrogate pair passes as it does in JavaScript.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "most strings are short, and end where others have begun"
    )]
    pub(crate) fn read(&mut self, json: &[u8], start: usize) -> Result<Text, JsonFault> {
        let offset = start.wrapping_add(1).wrapping_sub(self.at);
        if offset < WIDTH {
            let from = u64::MAX << offset;
            let ends = self.ends & from;
            let inside = ends.wrapping_sub(1) & !ends & from;
            if ends != 0 && (self.faults | self.masks.beyond_ascii) & inside == 0 {
                return Ok(Text {
                    end: self.at.wrapping_add(ends.trailing_zeros() as usize).wrapping_add(1),
                    has_escapes: self.masks.backslashes & inside != 0,
                });
            }
        }
        self.read_long(json, start)
    }

    /// As [`Strings::read`], for any string.
    #[inline(never)]
    fn read_long(&mut self, json: &[u8], start: usize) -> Result<Text, JsonFault> {
        let (text, beyond_ascii) = self.scan(json, start).ok_or(JsonFault::Malformed)?;
        if let Some((first, end)) = beyond_ascii {
            let text = json.get(first..end).unwrap_or_default();
            std::str::from_utf8(text).map_err(|_| JsonFault::Malformed)?;
        }
        Ok(text)
    }

    /// The same without a look at UTF-8; `None` where the string does not end, or contains what it must not.
    #[inline]
    pub(crate) fn scan(&mut self, json: &[u8], start: usize) -> Option<(Text, BeyondAscii)> {
        let start = start.wrapping_add(1);
        let mut offset = start.wrapping_sub(self.at);
        if offset >= WIDTH {
            self.is_escaped = false;
            self.search(json, start);
            offset = 0;
        }
        let mut from = u64::MAX << offset;
        let mut backslashes = 0;
        let mut beyond_ascii = None;
        loop {
            let ends = self.ends & from;
            let inside = ends.wrapping_sub(1) & !ends & from;
            backslashes |= self.masks.backslashes & inside;
            if self.faults & inside != 0 {
                return None;
            }
            let beyond = self.masks.beyond_ascii & inside;
            if beyond != 0 {
                let first = self.at.wrapping_add(beyond.trailing_zeros() as usize);
                let end = self
                    .at
                    .wrapping_add(WIDTH)
                    .wrapping_sub(beyond.leading_zeros() as usize);
                beyond_ascii = Some((beyond_ascii.map_or(first, |(first, _)| first), end));
            }
            if ends != 0 {
                let end = self.at.wrapping_add(ends.trailing_zeros() as usize).wrapping_add(1);
                let has_escapes = backslashes != 0;
                return Some((Text { end, has_escapes }, beyond_ascii));
            }
            self.search(json, self.at.wrapping_add(WIDTH));
            from = u64::MAX;
        }
    }

    /// Searches the bytes that begin at `start`.
    #[inline(never)]
    fn search(&mut self, json: &[u8], start: usize) {
        self.at = start;
        let rest = json.get(start..).unwrap_or_default();
        let end;
        self.masks = Masks::of(match rest.first_chunk() {
            Some(window) => window,
            None => {
                end = padded(rest);
                &end
            }
        });
        let Masks {
            quotes,
            backslashes,
            controls,
            ..
        } = self.masks;
        let escaped = escaped(backslashes, &mut self.is_escaped);
        self.ends = quotes & !escaped;
        self.faults = controls;
        // JSON in a string has a quote behind every other backslash.
        let mut others = escaped & !(quotes | backslashes);
        while others != 0 {
            let offset = others.trailing_zeros() as usize;
            if !is_escape(rest.get(offset..).unwrap_or_default()) {
                self.faults |= 1 << offset;
            }
            others &= others.wrapping_sub(1);
        }
    }
}

/// Whether an escape, behind its backslash, begins `rest`; one that is neither a quote nor a backslash.
#[inline]
fn is_escape(rest: &[u8]) -> bool {
    match rest {
        [b'n' | b'/' | b'b' | b'f' | b'r' | b't', ..] => true,
        [b'u', a, b, c, d, ..] => [a, b, c, d].into_iter().all(u8::is_ascii_hexdigit),
        _ => false,
    }
}
