//! Browsers: who may read an answer, and whether a credential that the browser attached by itself may be used.

pub mod cors;
pub mod cross_site;
pub mod origins;
