//! The setting `ORIGIN_HEADERS`: header fields for the upstream alone, such as a service credential.

/// Header fields that are set on every request to the upstream, over everything else. Neither `Debug` nor `Display`: their
/// values are secrets.
#[derive(Default)]
pub struct OriginHeaders(Vec<(String, String)>);

impl OriginHeaders {
    /// Takes names in lower case with their values.
    pub fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The fields, with names in lower case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
