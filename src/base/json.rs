//! Strict JSON: what is read here means the same to every other reader.
//!
//! Member names are unique at every level, after their escapes are undone. RFC 8259 leaves repeated names to the
//! reader, and two readers that choose differently see two different documents. Depth is bounded as `serde_json` does it.

pub mod fault;
mod names;
pub mod outline;
mod scalar;
pub mod text;
pub mod value;
pub mod walk;
