//! The native tests of the core: one crate, one module for each subject. `support/` holds what they share.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that goes wrong is to stop right there"
)]
#![allow(
    unreachable_pub,
    reason = "what a module offers to the others of this crate is public"
)]

#[path = "../../crates/strict-json/tests/json/oracle.rs"]
mod oracle;
mod support;

mod adapters;
mod answer_fields;
mod answers;
mod assertions;
mod bodies;
mod bounds;
mod bridge;
mod claims;
mod cookies;
mod copies;
mod credentials;
mod crowds;
mod denials;
mod dialects;
mod documentation;
mod events;
mod forwarded_props;
mod handover;
mod headers;
mod keysets;
mod kinds;
mod log;
mod mappings;
mod memory;
mod messages;
mod more_providers;
mod names;
mod operations;
mod own_tokens;
mod pieces;
mod pipeline;
mod properties;
mod providers;
mod refusals;
mod requests;
mod ring;
mod routes;
mod rules;
mod scrub;
mod seeds;
mod settings;
mod sources;
mod steps;
mod strangers;
mod threads;
mod twins;
mod types;
mod uploads;
mod vectors;
mod verdicts;
