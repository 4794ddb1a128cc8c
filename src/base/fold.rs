//! How names are compared where readers take several spellings for one.

use std::borrow::Cow;

/// A name without case, `_` and `-`: some readers take `userId`, `user_id` and `USER-ID` for the same member.
#[inline(never)]
pub fn fold(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Cow::Borrowed(name);
    }
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-'));
    Cow::Owned(letters.flat_map(char::to_lowercase).collect())
}
