//! The checks of the fuzz targets, with the helpers of the tests that they use.

pub mod checks;

#[path = "../../crates/strict-json/tests/json/oracle.rs"]
pub mod oracle;

pub mod support;
