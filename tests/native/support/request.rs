//! Requests as the core sees them.

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

    /// The head as one text, as the platform hands it over: names in lower case, repeated fields joined.
    pub fn head(&self) -> String {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in &self.fields {
            let name = name.to_ascii_lowercase();
            match fields.iter_mut().find(|(own, _)| *own == name) {
                Some((_, joined)) => *joined = format!("{joined}, {value}"),
                None => fields.push((name, value.clone())),
            }
        }
        let lines = fields.iter().map(|(name, value)| format!("\n{name}:{value}"));
        format!("{} {}{}", self.method, self.url, lines.collect::<String>())
    }
}

/// `text` with every byte percent-encoded.
pub fn escape(text: &str) -> String {
    text.bytes()
        .flat_map(|byte| format!("%{byte:02X}").into_bytes())
        .map(char::from)
        .collect()
}
