//! The ground that everything else stands on: names, time, URLs and JSON, read strictly. It knows nothing of requests.

pub mod alg;
pub mod clock;
pub mod glob;
pub mod json;
pub mod percent;
pub mod web_url;
