//! `Watch`: what is counted of the items of lists while they are read, so that nothing has to walk over them again.

/// The counts for the items of lists.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    /// A member of an item, and the strings that are counted as its value; at most [`MAX_VALUES`].
    pub name: &'static str,
    /// See `name`.
    pub values: &'static [&'static str],
    /// A member of an item that makes the list doubtful where its value is a list.
    pub list: &'static str,
}

/// Most values that are counted.
pub const MAX_VALUES: usize = 8;

/// The counts for the items of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// How many items it has.
    pub items: usize,
    /// How many of them have the watched member with each of the values, written without escapes.
    pub counts: [u32; MAX_VALUES],
    /// Whether counting may have missed something: an item has a member whose name is written with escapes, or whose value
    /// is a list where none should be.
    pub is_doubtful: bool,
}
