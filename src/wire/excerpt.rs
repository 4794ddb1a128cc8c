//! `Excerpt`: foreign text as a log line may show it.

use std::fmt;

use serde::Serialize;

/// Most characters of an excerpt.
const MAX_CHARS: usize = 64;

/// At most 64 characters of printable ASCII. A question mark replaces any other character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Excerpt(String);

impl Excerpt {
    /// The beginning of `text`.
    pub fn of(text: &str) -> Self {
        let printable = |c: char| if matches!(c, ' '..='~') { c } else { '?' };
        Self(text.chars().take(MAX_CHARS).map(printable).collect())
    }

    /// The excerpt as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
