//! The messages that arrive and those that the gate writes itself: the heads of requests and answers, replies, every refusal
//! and the step at which it happens.

pub mod answer;
pub mod client_fields;
pub mod excerpt;
pub mod fault;
pub mod field_changes;
pub mod fields;
pub mod methods;
pub mod refusal;
pub mod reply;
pub mod request;
pub mod step;
