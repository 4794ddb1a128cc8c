//! `Place`: where something is in a document.

/// Where a value, or a name with its quotes, is in the [`Json`](crate::Json) that it was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Place {
    /// This place and the one behind it, where a single byte is between them: for two items of a list, that is their comma.
    pub fn joined(self, next: Self) -> Option<Self> {
        (self.end.wrapping_add(1) == next.start).then_some(Self {
            start: self.start,
            end: next.end,
        })
    }
}
