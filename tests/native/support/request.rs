//! Requests as the core sees them.

use std::collections::BTreeSet;

use copilotkit_gate::wire::request::{Fields, Head, Method};

/// Method, URL and header fields, in the order they were sent.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub url: String,
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// A request for what stands below the default base path of `https://app.example.com`.
    pub fn new(method: &str, below_base: &str) -> Self {
        Self::to_url(method, &format!("https://app.example.com/api/copilotkit{below_base}"))
    }

    /// A request for this URL, as a URL parser left it.
    pub fn to_url(method: &str, url: &str) -> Self {
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            fields: Vec::new(),
            body: Vec::new(),
        }
    }

    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.field("authorization", &format!("Bearer {token}"))
    }

    /// With this body, said to be JSON.
    #[must_use]
    pub fn json(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self.field("content-type", "application/json")
    }

    pub fn head(&self) -> Head<'_> {
        Head::new(Method::from_name(&self.method), &self.url, self).unwrap()
    }
}

impl Fields for Request {
    /// As `Headers.get` does it: names without case, repeated fields joined.
    fn get(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .fields
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    fn names_where(&self, predicate: &dyn Fn(&str) -> bool) -> Vec<String> {
        let names: BTreeSet<String> = self.fields.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.into_iter().filter(|name| predicate(name)).collect()
    }
}

/// `text` with every byte percent-encoded.
pub fn escape(text: &str) -> String {
    text.bytes()
        .flat_map(|byte| format!("%{byte:02X}").into_bytes())
        .map(char::from)
        .collect()
}
