//! What the native tests share: keys that sign, an independent verifier, a fake platform, requests and settings.
//!
//! Nothing here decides about a request. `world.rs` is the one place that builds and asks a [`copilotkit_gate::gate::Gate`],
//! `platform.rs` the one that plays the platform.

pub mod face;
pub mod keys;
pub mod pages;
pub mod platform;
pub mod provider;
pub mod request;
pub mod settings;
pub mod shapes;
pub mod upstream;
pub mod verifier;
pub mod world;
