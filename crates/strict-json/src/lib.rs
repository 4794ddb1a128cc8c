#![doc = include_str!("../README.md")]

mod fault;
mod text;

mod names;
mod scalar;

mod outline;
mod value;
pub mod walk;

pub use fault::{JsonFault, MAX_MEMBERS};
pub use outline::{Member, Outline, check};
pub use text::read_string;
pub use value::{parse, parse_object};
