//! `AllowedOrigins`: the web origins whose pages may use the gate.

use crate::base::origin_pattern::OriginPattern;

/// The setting `ALLOWED_ORIGINS`: web origins, as browsers write them (RFC 6454 section 6.2).
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins {
    /// Exact origins of the web.
    exact: Vec<String>,
    /// Origins of another scheme, and of all hosts below a domain, where any customer of the platform can own a preview.
    for_tokens: Vec<OriginPattern>,
}

impl AllowedOrigins {
    /// Takes exact origins of the web, and origins whose pages may send a token of their own and nothing else.
    pub fn new(exact: Vec<String>, for_tokens: Vec<OriginPattern>) -> Self {
        Self { exact, for_tokens }
    }

    /// Whether no web origin is listed.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.for_tokens.is_empty()
    }

    /// Whether `origin` is listed: its pages may read answers.
    pub fn lists(&self, origin: &str) -> bool {
        self.trusts(origin) || self.for_tokens.iter().any(|listed| listed.matches(origin))
    }

    /// Whether `origin` is listed in full and of the web: its pages may also use what the browser attaches by itself, and
    /// open a WebSocket.
    pub fn trusts(&self, origin: &str) -> bool {
        self.exact.iter().any(|listed| listed == origin)
    }

    /// Whether a request of the page at `page` keeps its cookies on the way upstream. Those of a page that may send a token
    /// of its own and nothing else do not: whose page it is, nobody knows.
    pub fn keeps_cookies_of(&self, page: Option<&str>) -> bool {
        page.is_none_or(|origin| self.trusts(origin) || !self.lists(origin))
    }

    /// The origins and patterns whose pages may send a token of their own and nothing else.
    pub fn for_tokens(&self) -> impl Iterator<Item = &str> {
        self.for_tokens.iter().map(OriginPattern::as_str)
    }
}
