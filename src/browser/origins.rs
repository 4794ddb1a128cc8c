//! `AllowedOrigins`: the web origins whose pages may use the gate.

/// The setting `ALLOWED_ORIGINS`: exact web origins, as browsers write them (RFC 6454 section 6.2).
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins(Vec<String>);

impl AllowedOrigins {
    /// Takes web origins as browsers write them.
    pub fn new(origins: Vec<String>) -> Self {
        Self(origins)
    }

    /// Whether no web origin is listed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `origin` is listed.
    pub fn lists(&self, origin: &str) -> bool {
        self.0.iter().any(|listed| listed == origin)
    }
}
