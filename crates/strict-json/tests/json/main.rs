//! The tests of the reader.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that goes wrong is to stop right there"
)]
#![allow(
    unreachable_pub,
    reason = "what a module offers to the others of this crate is public"
)]

mod bounds;
mod documents;
mod oracle;
mod properties;

use strict_json::{Json, JsonFault};

/// Whether the reader accepts `json`.
fn check(json: &[u8]) -> Result<(), JsonFault> {
    Json::read(json.to_vec()).map(drop)
}
