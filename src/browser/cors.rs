//! CORS: who may read an answer across web origins (Fetch section 3.2). The gate answers preflights itself, and replaces
//! the upstream's fields.

use super::origins::AllowedOrigins;
use crate::auth::AuthSettings;
use crate::base::header_name::is_field_name;
use crate::wire::field_changes::FieldChanges;
use crate::wire::methods::Methods;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::request::{Head, Method};

/// Headers that `CopilotKit`'s client sends by itself, and the request id that a page may send, although the gate writes its
/// own.
const HEADERS: [&str; 6] = [
    "authorization",
    "content-type",
    "accept",
    "last-event-id",
    "x-copilotcloud-public-api-key",
    "x-request-id",
];
/// The fields of an answer that a page may read, beyond those that are always readable.
const EXPOSED: &str = "WWW-Authenticate, Retry-After, X-Request-Id, X-Gate-Dropped";
/// How long a browser may keep the answer to a preflight, in seconds: the most that Chromium does.
const MAX_AGE: &str = "7200";
/// Most names of headers that a preflight may ask for.
const MAX_REQUESTED: usize = 64;

/// Every field by which an answer speaks to pages of other web origins.
const SPOKEN: [&str; 8] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-private-network",
    "access-control-expose-headers",
    "access-control-max-age",
    "timing-allow-origin",
];

/// Answers a preflight (an OPTIONS with `Origin` and `Access-Control-Request-Method`; any other OPTIONS is an ordinary
/// request) without the upstream and without a token. `methods` are those that operations have. `None`: not a preflight.
pub fn preflight(
    allowed: &AllowedOrigins,
    head: &Head<'_>,
    auth: &AuthSettings,
    methods: Methods,
) -> Option<Result<Reply, Refusal>> {
    if head.method != Method::Options {
        return None;
    }
    head.fields.get("access-control-request-method")?;
    let origin = head.page()?;
    if !allowed.lists(origin) {
        return Some(Err(Refusal::OriginNotAllowed));
    }
    let requested = head
        .fields
        .get("access-control-request-headers")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let requested = requested.split(',').map(str::trim).take(MAX_REQUESTED);
    let mut headers: Vec<&str> = HEADERS.to_vec();
    for name in requested.filter(|name| is_field_name(name) && !auth.strips(name)) {
        if !headers.contains(&name) {
            headers.push(name);
        }
    }
    let fields = vec![
        // Spelled out: `*` does not count for requests with credentials.
        ("access-control-allow-methods", methods.to_string()),
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

/// What makes an answer of the gate's own readable to the page at `origin`, if that is listed, and to no other page.
/// Nothing, where no page asks and no cache could hand the answer to one.
pub fn for_reply(allowed: &AllowedOrigins, origin: Option<&str>) -> FieldChanges {
    let mut changes = FieldChanges::default();
    if origin.is_none() && allowed.is_empty() {
        return changes;
    }
    if let Some(origin) = origin.filter(|origin| allowed.lists(origin)) {
        changes.set("access-control-allow-origin", origin);
        changes.set("access-control-allow-credentials", "true");
        changes.set("access-control-expose-headers", EXPOSED);
    }
    changes.append("vary", "Origin");
    changes
}

/// The same for an answer from upstream, without the upstream's own CORS fields.
pub fn for_answer(allowed: &AllowedOrigins, origin: Option<&str>) -> FieldChanges {
    let mut changes = FieldChanges::default();
    if origin.is_some() || !allowed.is_empty() {
        for name in SPOKEN {
            changes.remove(name);
        }
    }
    changes.extend(&for_reply(allowed, origin));
    changes
}
