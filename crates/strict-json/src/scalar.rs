//! Numbers and literals of JSON: where each ends, and whether it is one (RFC 8259 sections 3 and 6).

use crate::fault::JsonFault;

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
