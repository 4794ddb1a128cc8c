//! How names of members are compared where a backend may read them under several spellings.

use std::borrow::Cow;

/// A name without case, `_` and `-`: `userId`, `user_id` and `USER-ID` are the same to somebody.
pub(super) fn fold(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Cow::Borrowed(name);
    }
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-'));
    Cow::Owned(letters.flat_map(char::to_lowercase).collect())
}
