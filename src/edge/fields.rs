//! Header fields over a `Headers` object.

use web_sys::Headers;

use crate::request::Fields;

/// The fields of the incoming request.
pub(super) struct HeaderFields(Headers);

impl HeaderFields {
    pub(super) fn new(headers: Headers) -> Self {
        Self(headers)
    }
}

impl Fields for HeaderFields {
    fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).ok().flatten()
    }
}
