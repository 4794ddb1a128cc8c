//! copilotkit-gate: authenticates and authorises CopilotKit calls at the edge.
//!
//! The modules stand in the order in which a request meets them. The core is pure: no clock, no I/O, no JavaScript;
//! `edge`, which exists on wasm32 only, holds the platform and decides nothing.
//!
//! ```text
//! edge      a fetch event: settings parsed once, the request as a Head
//! gate      the whole decision, top to bottom:
//!   bearer    exactly one credential
//!   token     strict compact JWS
//!   verdict   verified a moment ago, under the same keys? then on to revocation
//!   issuer    by the unverified iss, among the trusted
//!   keys      isolate memory, shared copy, provider
//!   verify    signature -> Verified
//!   claims    iss, aud, exp, nbf, iat, the rest -> Accepted
//!   identity  claims -> headers
//!   revocation  is the token, or its subject, void?
//!   call      path or envelope -> Operation and body (route, body)
//!   policy    caller and call -> Permit
//!   threads   ids sealed to their owner
//!   outbound  Permit -> the request that goes on
//!   assertion a signed statement of it for the origin
//! answer    the two answers that are filtered; cors: preflights and who may read answers
//! refusal   every way to say no; reply: what the gate answers itself; record: one log line
//! ```

pub mod base;

pub mod wire;

pub mod config;

pub mod gate;

pub mod cors;

pub mod bearer;
pub mod token;

pub mod issuer;
pub mod keys;
pub mod verdict;
pub mod verify;

pub mod claims;
pub mod identity;
pub mod revocation;

pub mod body;
pub mod call;
pub mod route;

pub mod policy;

pub mod threads;

pub mod assertion;
pub mod outbound;

pub mod answer;

pub mod record;

#[cfg(target_arch = "wasm32")]
mod edge;
