//! The setting `ORIGIN_HEADERS`: header fields for the upstream alone, such as a service credential.

use crate::base::header_name::normalise;

/// Header fields that are set on every request to the upstream, over everything else. Neither `Debug` nor `Display`: their
/// values are secrets.
#[derive(Default)]
pub struct OriginHeaders {
    fields: Vec<(String, String)>,
    /// Their names, normalised.
    names: Vec<String>,
}

impl OriginHeaders {
    /// Takes names in lower case with their values.
    pub fn new(fields: Vec<(String, String)>) -> Self {
        let names = fields.iter().map(|(name, _)| normalise(name).into_owned()).collect();
        Self { fields, names }
    }

    /// The fields, with names in lower case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether one of them is called `name`, which is normalised.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
}
