//! Requests as the core sees them.

use copilotkit_gate::wire::fields::FieldList;
use copilotkit_gate::wire::request::{EARLY, FieldSource, Fields, Head, Method};

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

    /// The head as the platform hands it over: without a bearer token, only the field that comes early.
    pub fn head(&self) -> Head<'_> {
        let all = self.read_all();
        let fields = if all.get(EARLY.with_all).is_some() {
            Fields::all(all)
        } else {
            let early = all.iter().filter(|(name, _)| *name == EARLY.alone);
            Fields::early(early.collect(), self)
        };
        Head::new(Method::from_name(&self.method), &self.url, fields).unwrap()
    }
}

impl FieldSource for Request {
    /// As `Headers` has them: names in lower case, repeated fields joined.
    fn read_all(&self) -> FieldList {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in &self.fields {
            let name = name.to_ascii_lowercase();
            match fields.iter_mut().find(|(own, _)| *own == name) {
                Some((_, joined)) => *joined = format!("{joined}, {value}"),
                None => fields.push((name, value.clone())),
            }
        }
        let fields = fields.iter();
        fields.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// `text` with every byte percent-encoded.
pub fn escape(text: &str) -> String {
    text.bytes()
        .flat_map(|byte| format!("%{byte:02X}").into_bytes())
        .map(char::from)
        .collect()
}
