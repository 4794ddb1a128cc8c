//! Header field names: how they are compared, which of a client's never go on, and which may not carry identity.

use std::borrow::Cow;

/// Names that carry identity in the default settings: removed from every request, even where the settings use others.
const DEFAULT_IDENTITY: [&str; 3] = ["x-user-id", "x-user-role", "x-user-permissions"];

/// Prefixes of names that belong to the gate, to the platform or to frameworks behind it (CVE-2025-29927 and the like).
const STRIPPED_PREFIXES: [&str; 4] = ["x-gate-", "x-cpki-", "x-middleware-", "x-forwarded-"];

/// Further names: other ways to claim an address, what the gate writes itself, and hop-by-hop fields (RFC 9110 7.6.1).
const STRIPPED: [&str; 14] = [
    "forwarded",
    "x-real-ip",
    "true-client-ip",
    "x-request-id",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
];

/// Names that mean something else to HTTP, browsers, Cloudflare or the gate.
const TAKEN: [&str; 30] = [
    "accept",
    "age",
    "allow",
    "alt-svc",
    "authorization",
    "cdn-loop",
    "connection",
    "cookie",
    "date",
    "dnt",
    "etag",
    "expect",
    "forwarded",
    "from",
    "host",
    "keep-alive",
    "origin",
    "range",
    "referer",
    "set-cookie",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "warning",
    "x-request-id",
];

/// Prefixes of such names.
const TAKEN_PREFIXES: [&str; 10] = [
    "accept-",
    "access-control-",
    "cf-",
    "content-",
    "if-",
    "proxy-",
    "sec-",
    "x-forwarded-",
    "x-gate-",
    "x-middleware-",
];

/// Whether `name` is a field name (RFC 9110 section 5.1).
pub fn is_field_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// A name as it is compared: lower case, `-` for `_`, since servers behind the gate fold both.
pub fn normalise(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b == b'_' || b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase().replace('_', "-"))
    } else {
        Cow::Borrowed(name)
    }
}

/// Whether a client's field never goes on, whatever the settings are. `name` is normalised.
pub fn is_stripped(name: &str) -> bool {
    DEFAULT_IDENTITY.contains(&name)
        || STRIPPED.contains(&name)
        || STRIPPED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether `name` may be used for identity: a field name that means nothing to HTTP, browsers, Cloudflare or the gate.
pub fn may_carry_identity(name: &str) -> bool {
    let normalised = normalise(name);
    is_field_name(name)
        && !TAKEN.contains(&&*normalised)
        && !TAKEN_PREFIXES.iter().any(|prefix| normalised.starts_with(prefix))
}
