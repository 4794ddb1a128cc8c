//! Why JSON is refused, and how much of it is read.

/// Why JSON is refused. Deliberately without position or content: both may come from a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonFault {
    /// Not JSON (RFC 8259), not UTF-8, nested too deeply, or followed by something else.
    Malformed,
    /// A member name occurs twice in one object.
    RepeatedName,
    /// JSON, but not an object.
    NotAnObject,
    /// More than [`MAX_MEMBERS`] members of objects in all: small ones cost far more to read than their bytes suggest.
    TooManyMembers,
}

/// Most members of objects in one document.
pub const MAX_MEMBERS: usize = 100_000;

/// Deepest nesting, as `serde_json` has it.
pub(crate) const MAX_DEPTH: usize = 127;
