//! Header field names: their syntax, how they are compared, and which belong to one connection.

use std::borrow::Cow;

/// Hop-by-hop fields (RFC 9110 section 7.6.1, RFC 7540 section 3.2.1).
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether `name` is a field name (RFC 9110 section 5.1).
pub fn is_field_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// A name in the form for comparisons: lower case, and `-` for `_` and `.`, because servers behind the gate fold them.
pub fn normalise(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| matches!(b, b'_' | b'.') || b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase().replace(['_', '.'], "-"))
    } else {
        Cow::Borrowed(name)
    }
}

/// Whether a field belongs to one connection and not to the message (RFC 9110 section 7.6.1). `name` is normalised.
pub fn is_hop_by_hop(name: &str) -> bool {
    HOP_BY_HOP.contains(&name)
}
