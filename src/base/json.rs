//! The strict JSON reader, which is a crate of its own: `crates/strict-json`.

/// Why JSON is refused, and how much of it is read.
pub mod fault {
    pub use strict_json::{JsonFault, MAX_MEMBERS};
}

/// Small JSON as a `serde_json::Value`.
pub mod value {
    pub use strict_json::{parse, parse_object};
}

pub use strict_json::{Json, List, Member, Outline, Part, Place, Watch};
