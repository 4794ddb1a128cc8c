//! Ids in a path or a query: decoded once, and refused where the runtime could read them as something else.

use crate::base::percent::decode;

/// Longest id, in bytes: room for every id in use, and a bound on what is logged.
const MAX_BYTES: usize = 256;

/// Words that the runtime dispatches as a route of their own when they stand last in a path.
const RESERVED_LAST: [&str; 8] = [
    "info",
    "inspector-metadata",
    "inspector-learning",
    "transcribe",
    "cpk-debug-events",
    "threads",
    "memories",
    "annotate",
];

/// An agent, thread or memory id that means the same to gate and runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id(String);

impl Id {
    /// Reads one path segment: percent-decoded once, and then as [`Id::from_text`]. `last`: it ends the path.
    pub fn from_segment(segment: &str, last: bool) -> Option<Self> {
        let text = decode(segment)?;
        if last {
            Self::from_last(&text)
        } else {
            Self::from_text(&text)
        }
    }

    /// Takes a decoded id that ends a path: no word that the runtime dispatches as a route of its own.
    pub fn from_last(text: &str) -> Option<Self> {
        Self::from_text(text).filter(|id| !RESERVED_LAST.contains(&id.as_str()))
    }

    /// Takes a decoded id that is neither empty nor a dot segment, and holds no `/`, `\`, `%` or control character.
    pub fn from_text(text: &str) -> Option<Self> {
        let odd = |c: char| matches!(c, '/' | '\\' | '%') || c.is_control();
        let fits = !matches!(text, "" | "." | "..") && text.len() <= MAX_BYTES && !text.contains(odd);
        fits.then(|| Self(text.to_owned()))
    }

    /// The decoded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
