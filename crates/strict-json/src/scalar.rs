//! Strings, numbers and literals of JSON: where each ends, and whether it is one (RFC 8259 sections 3, 6 and 7).

use crate::fault::JsonFault;
use crate::text::{Inside, inside};

/// A string that has been checked.
pub(crate) struct Text {
    /// The place behind its closing quote.
    pub(crate) end: usize,
    /// Whether it has escapes.
    pub(crate) has_escapes: bool,
}

/// Reads the string whose opening quote is at `start`: in UTF-8, with escapes that are ones, and without control
/// characters. Escapes are not decoded, so that half of a surrogate pair passes as it does in JavaScript.
#[inline]
pub(crate) fn string(json: &[u8], start: usize) -> Result<Text, JsonFault> {
    let start = start.wrapping_add(1);
    let Inside {
        end,
        has_escapes,
        is_ascii,
    } = inside(json, start, escape_length).ok_or(JsonFault::Malformed)?;
    if !is_ascii {
        let text = json.get(start..end).unwrap_or_default();
        std::str::from_utf8(text).map_err(|_| JsonFault::Malformed)?;
    }
    Ok(Text {
        end: end.wrapping_add(1),
        has_escapes,
    })
}

/// How many bytes belong to an escape behind its backslash; `None` where there is none.
#[inline]
fn escape_length(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(1),
        [b'u', a, b, c, d, ..] if [a, b, c, d].into_iter().all(u8::is_ascii_hexdigit) => Some(5),
        _ => None,
    }
}

/// Reads a value other than string, list or object at `start`; returns the position behind it.
#[inline]
pub(crate) fn literal_or_number(json: &[u8], start: usize) -> Result<usize, JsonFault> {
    let rest = json.get(start..).unwrap_or_default();
    let length = match rest {
        [b't', b'r', b'u', b'e', ..] | [b'n', b'u', b'l', b'l', ..] => 4,
        [b'f', b'a', b'l', b's', b'e', ..] => 5,
        // A list of digits is the most work for its bytes.
        [b'0'..=b'9', b',' | b']' | b'}', ..] => 1,
        _ => rest.len().wrapping_sub(behind_number(rest)?.len()),
    };
    Ok(start.wrapping_add(length))
}

/// The text behind the number at the beginning of `json`.
fn behind_number(json: &[u8]) -> Result<&[u8], JsonFault> {
    let rest = json.strip_prefix(b"-").unwrap_or(json);
    let rest = match rest {
        [b'0', rest @ ..] => rest,
        _ => behind_digits(rest)?,
    };
    let rest = match rest {
        [b'.', fraction @ ..] => behind_digits(fraction)?,
        _ => rest,
    };
    match rest {
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => behind_digits(exponent),
        _ => Ok(rest),
    }
}

/// The text behind at least one digit.
fn behind_digits(json: &[u8]) -> Result<&[u8], JsonFault> {
    let digits = json.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match json.split_at_checked(digits) {
        Some(([_, ..], rest)) => Ok(rest),
        _ => Err(JsonFault::Malformed),
    }
}
