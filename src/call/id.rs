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
    /// Reads one path segment: percent-decoded once, and then as [`Id::new`]. `last`: it ends the path.
    pub fn from_segment(segment: &str, last: bool) -> Option<Self> {
        let id = decode(segment)?;
        if last { Self::new_last(&id) } else { Self::new(&id) }
    }

    /// Takes a decoded id that ends a path: not a word that the runtime dispatches as a route of its own.
    pub fn new_last(id: &str) -> Option<Self> {
        Self::new(id).filter(|id| !RESERVED_LAST.contains(&id.as_str()))
    }

    /// Takes a decoded id that is neither empty nor a dot segment, and holds no `/`, `\`, `%` or control character.
    pub fn new(id: &str) -> Option<Self> {
        let is_invalid = |c: char| matches!(c, '/' | '\\' | '%') || c.is_control();
        let fits = !matches!(id, "" | "." | "..") && id.len() <= MAX_BYTES && !id.contains(is_invalid);
        fits.then(|| Self(id.to_owned()))
    }

    /// The decoded id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
