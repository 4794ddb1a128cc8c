//! `Dialect`: the two ways in which a runtime can be asked.

/// The runtime's dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// REST paths.
    MultiRoute,
    /// One JSON envelope.
    SingleRoute,
}
