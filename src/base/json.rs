//! The strict JSON reader, which is a crate of its own: `crates/strict-json`.

/// Why JSON is refused, and how much of it is read.
pub mod fault {
    pub use strict_json::{JsonFault, MAX_MEMBERS};
}

/// JSON read once: everything is checked, and the places of the outer members are noted.
pub mod outline {
    pub use strict_json::{Member, Outline, check};
}

/// Strings.
pub mod text {
    pub use strict_json::read_string;
}

/// Small JSON as a `serde_json::Value`.
pub mod value {
    pub use strict_json::{parse, parse_object};
}

pub use strict_json::walk;
