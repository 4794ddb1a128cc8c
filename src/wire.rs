//! What comes in and what the gate says itself: a request's head, replies, and every refusal.

pub mod client_fields;
pub mod fault;
pub mod field_changes;
pub mod refusal;
pub mod reply;
pub mod request;
pub mod step;
