//! Browsers: who may read answers across origins (Fetch, section 3.2), and who may use a credential that a browser adds
//! by itself. The gate owns CORS: it answers preflights, and replaces whatever the origin behind says.

use crate::identity::IdentityMap;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::request::{Head, Method};

/// The setting `ALLOWED_ORIGINS`: exact origins.
#[derive(Clone, Debug, Default)]
pub struct Origins(Vec<String>);

/// Methods that the runtime's operations have. Spelled out: `*` does not count for requests with credentials.
const METHODS: &str = "GET, HEAD, POST, PATCH, DELETE";
/// Headers that `CopilotKit`'s client sends by itself.
const HEADERS: [&str; 5] = [
    "authorization",
    "content-type",
    "accept",
    "last-event-id",
    "x-copilotcloud-public-api-key",
];
/// What a page may read of an answer beyond the fields that are always readable.
const EXPOSED: &str = "WWW-Authenticate, Retry-After, X-Request-Id";
/// How long a browser may keep a preflight, in seconds: the most that Chromium does.
const MAX_AGE: &str = "7200";
/// Most names of headers that a preflight may ask for.
const MAX_REQUESTED: usize = 64;

impl Origins {
    /// A list of origins as browsers write them.
    pub fn new(origins: Vec<String>) -> Self {
        Self(origins)
    }

    /// Whether no origin is listed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Answers a preflight (an OPTIONS with `Origin` and `Access-Control-Request-Method`; any other OPTIONS is an ordinary
    /// request) without the origin and without a token. `None`: not a preflight.
    pub fn preflight(&self, head: &Head<'_>, identity: &IdentityMap) -> Option<Result<Reply, Refusal>> {
        if head.method != Method::Options {
            return None;
        }
        head.fields.get("access-control-request-method")?;
        let origin = head.fields.get("origin")?;
        if !self.lists(&origin) {
            return Some(Err(Refusal::OriginNotAllowed));
        }
        let requested = head
            .fields
            .get("access-control-request-headers")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let requested = requested.split(',').map(str::trim).take(MAX_REQUESTED);
        let mut headers: Vec<&str> = HEADERS.to_vec();
        for name in requested.filter(|name| is_field_name(name) && !identity.strips(name)) {
            if !headers.contains(&name) {
                headers.push(name);
            }
        }
        let fields = vec![
            ("access-control-allow-methods", METHODS.to_owned()),
            ("access-control-allow-headers", headers.join(", ")),
            ("access-control-max-age", MAX_AGE.to_owned()),
            (
                "vary",
                "Access-Control-Request-Method, Access-Control-Request-Headers".to_owned(),
            ),
        ];
        Some(Ok(Reply {
            status: 204,
            fields,
            body: None,
        }))
    }

    /// The fields that make an answer to `origin` readable, `Vary` aside.
    pub fn fields(&self, origin: Option<&str>) -> Vec<(&'static str, String)> {
        match origin.filter(|origin| self.lists(origin)) {
            None => Vec::new(),
            Some(origin) => vec![
                ("access-control-allow-origin", origin.to_owned()),
                ("access-control-allow-credentials", "true".to_owned()),
                ("access-control-expose-headers", EXPOSED.to_owned()),
            ],
        }
    }

    /// Judges a request with a credential that a browser added by itself: a page of another site must not use it.
    pub fn judge_ambient_credential(&self, head: &Head<'_>) -> Result<(), Refusal> {
        let site = || head.fields.get("sec-fetch-site");
        match head.fields.get("origin") {
            Some(origin) if self.is_own_or_listed(&origin, head) => Ok(()),
            None if site().is_none_or(|site| !site.eq_ignore_ascii_case("cross-site")) => Ok(()),
            _ => Err(Refusal::OriginNotAllowed),
        }
    }

    /// Judges a WebSocket upgrade: CORS does not hold it back, so its `Origin`, if it brings one, must be listed or own.
    pub fn judge_upgrade(&self, head: &Head<'_>) -> Result<(), Refusal> {
        let fits = !head.is_upgrade()
            || head
                .fields
                .get("origin")
                .is_none_or(|origin| self.is_own_or_listed(&origin, head));
        if fits { Ok(()) } else { Err(Refusal::OriginNotAllowed) }
    }

    fn is_own_or_listed(&self, origin: &str, head: &Head<'_>) -> bool {
        origin == head.origin || self.lists(origin)
    }

    fn lists(&self, origin: &str) -> bool {
        self.0.iter().any(|listed| listed == origin)
    }
}

/// Whether `name` is a field name (RFC 9110 section 5.1).
pub fn is_field_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
