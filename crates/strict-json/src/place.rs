//! `Place`: where something is in a document.

/// Where a value, or a name with its quotes, is in the [`Json`](crate::Json) that it was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
}
