//! How names of members are compared where a backend may read them under several spellings.

/// A name without case, `_` and `-`: `userId`, `user_id` and `USER-ID` are the same to somebody.
pub(super) fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}
