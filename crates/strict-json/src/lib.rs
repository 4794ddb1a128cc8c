#![doc = include_str!("../README.md")]

mod fault;
mod place;
mod text;

mod masks;
mod names;
mod scalar;

mod strings;

mod watch;

mod outline;

mod json;
mod part;
mod value;

pub use fault::{JsonFault, MAX_MEMBERS};
pub use json::Json;
pub use outline::{Member, Outline};
pub use part::Part;
pub use place::Place;
pub use value::{parse, parse_object};
pub use watch::{List, MAX_VALUES, Watch};
