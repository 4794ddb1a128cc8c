//! What the fuzz targets check, with the helpers of the tests that it uses.

pub mod checks;

#[path = "../../crates/strict-json/tests/json/oracle.rs"]
pub mod oracle;

pub mod support;
