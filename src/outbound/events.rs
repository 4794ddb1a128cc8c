//! The events of an agent's answer (AG-UI): which of them a browser gets. The settings `HIDE_EVENTS` and `ERROR_MESSAGES`.
//!
//! An adapter sends more than a page reads: the framework's own events with the agent's instructions inside, the addresses of
//! its servers, the words of a model's vendor. [`stream`] takes such events out of a `text/event-stream` while it passes, and
//! [`event`] decides about one.

pub mod settings;

pub mod event;

mod list;

mod lines;

mod members;

mod counts;

pub mod stream;
