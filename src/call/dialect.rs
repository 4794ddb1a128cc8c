//! `Dialect`: the two ways in which a runtime can be asked.

/// What the runtime speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// REST paths.
    MultiRoute,
    /// One JSON envelope.
    SingleRoute,
}
