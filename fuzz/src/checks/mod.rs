//! Properties that must be true for every input, one module for each fuzz target. The native tests run the same on the
//! seeds.

pub mod bodies;
pub mod cookies;
pub mod envelopes;
pub mod events;
pub mod heads;
pub mod json;
pub mod paths;
pub mod settings;
pub mod tokens;
pub mod uploads;
