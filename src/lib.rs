//! copilotkit-gate: authenticates and authorises CopilotKit calls at the edge.
//!
//! The modules are listed in the order in which a request meets them, and each imports only modules before it
//! (`npm run lint:layers` checks that). The core is pure: no clock, no I/O, no JavaScript; `edge` and `node`, which
//! exist on wasm32 only, each with the feature of its name, adapt the platforms and decide nothing about security.
//!
//! ```text
//! base      names, time, URLs, JSON, bounded memory: no requests yet
//! wire      a request's head, the gate's own replies, every refusal
//! auth      credential -> token -> keys -> signature -> claims -> revocation -> Caller
//! browser   who may read an answer; may an ambient credential be used?
//! call      path or envelope -> Operation and its body
//! policy    caller and call -> Permit
//! outbound  Permit -> the request that goes upstream; what its answer may show
//! config    every setting, parsed into the types of the stages above
//! gate      the whole decision, top to bottom; one log line for each
//! edge      events in, effects out: WebCrypto, KV, fetch, streams
//! node      the same core for the commands of the npm package: JSON in, JSON out
//! ```

pub mod base;

pub mod wire;

pub mod auth;

pub mod browser;

pub mod call;

pub mod policy;

pub mod outbound;

pub mod config;

pub mod gate;

#[cfg(all(target_arch = "wasm32", feature = "edge"))]
mod edge;

/// Natively, the text between wasm and JavaScript alone: the tests check it.
#[cfg(not(target_arch = "wasm32"))]
pub mod edge {
    pub mod bridge;
}

#[cfg(all(target_arch = "wasm32", feature = "node"))]
mod node;
