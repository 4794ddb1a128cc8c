//! Percent-encoding (RFC 3986 section 2.1), decoded once and strictly.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Percent-decodes once. `None` if an escape is incomplete or the result is not UTF-8.
pub fn decode(text: &str) -> Option<String> {
    let is_incomplete = text.split('%').skip(1).any(|rest| {
        let mut digits = rest.bytes().take(2).filter(u8::is_ascii_hexdigit);
        digits.next().is_none() || digits.next().is_none()
    });
    if is_incomplete {
        return None;
    }
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

/// Like [`decode`], for `application/x-www-form-urlencoded`: `+` is a space.
pub fn decode_form(text: &str) -> Option<String> {
    decode(&text.replace('+', " "))
}

/// `text` as the last part of a name whose parts `:` separates: with `%` and `:` encoded, so that the name is of one list of
/// parts only, even where the parts before contain `:`.
pub fn last_part(text: &str) -> Cow<'_, str> {
    if text.contains([':', '%']) {
        text.replace('%', "%25").replace(':', "%3A").into()
    } else {
        text.into()
    }
}
