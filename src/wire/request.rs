//! `Head`: all that the core may know of a request before its body.

use std::cell::OnceCell;

use super::fields::FieldList;

/// A request method, as far as the gate tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the registered names themselves")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    /// Any other method: no operation has it.
    Other,
}

/// Header fields: names in lower case, and a repeated field as one value, joined with `", "` (Fetch, `Headers.get`).
pub struct Fields<'r> {
    /// The fields that came with the head.
    early: FieldList,
    /// Where the others are; `None` where there are no others.
    source: Option<&'r dyn FieldSource>,
    all: OnceCell<FieldList>,
}

/// Which header fields come with a head. Most requests without a bearer token are refused before any code asks for another
/// field than `alone`.
pub struct EarlyFields {
    /// A request that has this field brings all its fields.
    pub with_all: &'static str,
    /// Of another request, only this field comes.
    pub alone: &'static str,
}

/// The one rule which header fields come with a head.
pub const EARLY: EarlyFields = EarlyFields {
    with_all: "authorization",
    alone: "origin",
};

/// Where all header fields can be had.
pub trait FieldSource {
    /// All fields, with names in lower case and a repeated field as one.
    fn read_all(&self) -> FieldList;
}

/// Method, URL and header fields of a request.
pub struct Head<'r> {
    /// The request method.
    pub method: Method,
    /// The web origin of the request URL, e.g. `https://app.example.com`.
    pub origin: &'r str,
    /// The path of the request URL, as the WHATWG URL parser left it.
    pub path: &'r str,
    /// The text after `?`, if there is one.
    pub query: Option<&'r str>,
    /// The header fields.
    pub fields: Fields<'r>,
}

impl Method {
    /// The method with this name. Names are case-sensitive (RFC 9110 section 9.1).
    pub fn from_name(name: &str) -> Self {
        match name {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            "OPTIONS" => Self::Options,
            _ => Self::Other,
        }
    }

    /// The name of the method; of [`Method::Other`] a placeholder that no operation accepts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Other => "OTHER",
        }
    }
}

impl<'r> Fields<'r> {
    /// All fields of a request.
    pub fn all(fields: FieldList) -> Self {
        Self {
            early: fields,
            source: None,
            all: OnceCell::new(),
        }
    }

    /// The fields that come with a head by [`EARLY`]; `source` has all.
    pub fn early(fields: FieldList, source: &'r dyn FieldSource) -> Self {
        Self {
            early: fields,
            source: Some(source),
            all: OnceCell::new(),
        }
    }

    /// The value of the field `name`, in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        let is_early = name == EARLY.with_all || name == EARLY.alone;
        let fields = if is_early { &self.early } else { self.list() };
        fields.get(name)
    }

    /// The names of all fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.list().iter().map(|(name, _)| name)
    }

    fn list(&self) -> &FieldList {
        match self.source {
            None => &self.early,
            Some(source) => self.all.get_or_init(|| source.read_all()),
        }
    }
}

impl<'r> Head<'r> {
    /// A head of these parts. The URL is a Worker's `request.url`: parsed, absolute. `None` when it has no scheme and host.
    pub fn new(method: Method, url: &'r str, fields: Fields<'r>) -> Option<Self> {
        let host_at = url.find("://")?.saturating_add(3);
        let rest = url.get(host_at..)?;
        let host_len = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let origin = url.get(..host_at.saturating_add(host_len))?;
        let target = rest.get(host_len..)?.split('#').next().unwrap_or_default();
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        Some(Self {
            method,
            origin,
            path: if path.is_empty() { "/" } else { path },
            query,
            fields,
        })
    }

    /// The web origin of the page, from its browser (Fetch section 3.1).
    pub fn page(&self) -> Option<&str> {
        self.fields.get("origin")
    }

    /// Whether the client asks for a WebSocket: with GET, since on any other method `Upgrade` means nothing here (RFC 6455
    /// section 4.1).
    pub fn is_upgrade(&self) -> bool {
        self.method == Method::Get
            && self
                .fields
                .get("upgrade")
                .is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
    }
}
