//! What comes in and goes out: a request's head, the gate's own replies, and every refusal.

pub mod refusal;
pub mod reply;
pub mod request;
