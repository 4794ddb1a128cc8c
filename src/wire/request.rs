//! `Head`: all that the core may know of a request before its body.

use std::cell::OnceCell;

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
///
/// They are read from lines `name:value`. Of a request without `authorization` only the fields in [`EARLY`] come at first,
/// since most such requests are refused before anybody asks for another.
pub struct Fields<'r> {
    first: &'r str,
    /// `None` where `first` holds all fields.
    source: Option<&'r dyn FieldSource>,
    all: OnceCell<String>,
}

/// The fields that always come at once.
pub const EARLY: [&str; 2] = ["authorization", "origin"];

/// Where all header fields can be had.
pub trait FieldSource {
    /// All fields as lines `name:value`, separated by line feeds.
    fn read_all(&self) -> String;
}

/// Method, URL and header fields of a request.
pub struct Head<'r> {
    /// The request method.
    pub method: Method,
    /// The web origin of the request URL, e.g. `https://app.example.com`.
    pub origin: &'r str,
    /// The path of the request URL, as the WHATWG URL parser left it.
    pub path: &'r str,
    /// What follows `?`, where there is one.
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

impl Fields<'_> {
    /// The value of the field `name`, which is given in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        let lines = if EARLY.contains(&name) { self.first } else { self.all() };
        let mut values = lines
            .split('\n')
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        values.next()
    }

    /// The names of all fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let lines = self.all().split('\n');
        lines.filter_map(|line| Some(line.split_once(':')?.0))
    }

    fn all(&self) -> &str {
        match self.source {
            None => self.first,
            Some(source) => self.all.get_or_init(|| source.read_all()),
        }
    }
}

impl<'r> Head<'r> {
    /// Reads a head from one text: method and URL with a space between, then header fields as `name:value`, each of these
    /// with a line feed behind it, which none of them can hold. One more line feed says that these are all fields; else
    /// they are those in [`EARLY`], and `source` has all. The URL is a Worker's `request.url`: parsed, absolute. `None` when
    /// it has no scheme and host.
    pub fn parse(text: &'r str, source: &'r dyn FieldSource) -> Option<Self> {
        let (target, first) = text.split_once('\n')?;
        let (method, url) = target.split_once(' ')?;
        let whole = first
            .strip_suffix('\n')
            .filter(|fields| fields.is_empty() || fields.ends_with('\n'));
        let fields = Fields {
            first: whole.unwrap_or(first),
            source: whole.is_none().then_some(source),
            all: OnceCell::new(),
        };
        Self::new(Method::from_name(method), url, fields)
    }

    fn new(method: Method, url: &'r str, fields: Fields<'r>) -> Option<Self> {
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
