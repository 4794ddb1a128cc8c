//! The strict JSON reader, which is a crate of its own: `crates/strict-json`.

/// Why JSON is refused, and how much of it is read.
pub mod fault {
    pub use strict_json::{JsonFault, MAX_MEMBERS};
}

/// Small JSON as a `serde_json::Value`.
pub mod value {
    use serde::Serialize;

    pub use strict_json::{parse, parse_object};

    /// `value` as JSON without white space. `Display` of `serde_json::Value` also writes indented JSON, and with it the Worker
    /// would have a second writer of 9 KB.
    pub fn write(value: &impl Serialize) -> String {
        serde_json::to_string(value).unwrap_or_default()
    }
}

pub use strict_json::{Json, List, Member, Outline, Part, Place, Watch};
