//! The base of everything else: names, time, URLs, JSON and bounded memory. It knows nothing of requests.

pub mod alg;
pub mod clip;
pub mod clock;
pub mod cold;
pub mod fold;
pub mod glob;
pub mod header_name;
pub mod json;
pub mod memory;
pub mod origin_pattern;
pub mod percent;
pub mod saved;
pub mod web_url;
