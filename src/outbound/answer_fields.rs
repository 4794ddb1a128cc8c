//! The header fields of an answer: what the gate changes in the upstream's, and what it adds to its own.

use super::origin_headers::OriginHeaders;
use crate::browser::cors;
use crate::browser::origins::AllowedOrigins;
use crate::call::body::dropped::Dropped;
use crate::wire::answer::AnswerHead;
use crate::wire::field_changes::FieldChanges;

/// The status of an answer that opens a WebSocket (RFC 6455 section 4.2.2).
const SWITCHING_PROTOCOLS: u16 = 101;
/// The status of an answer in whose place the client uses the one that it has (RFC 9110 section 15.4.5).
const NOT_MODIFIED: u16 = 304;

/// Fields that describe a body, and are wrong for another body in its place.
const DESCRIPTIONS: [&str; 5] = [
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "etag",
    "last-modified",
];

/// The inputs of the changes.
#[derive(Clone, Copy)]
pub struct AnswerContext<'a> {
    /// `ALLOWED_ORIGINS`.
    pub allowed: &'a AllowedOrigins,
    /// The web origin of the page that asks.
    pub page: Option<&'a str>,
    /// The request's id.
    pub request_id: &'a str,
}

/// The names of what was taken out of the request's body.
const DROPPED: &str = "x-gate-dropped";

/// The changes for an answer of the gate's own: the request's id, and whether the page may read it.
pub fn of_reply(context: AnswerContext<'_>) -> FieldChanges {
    let mut changes = FieldChanges::default();
    changes.set("x-request-id", context.request_id);
    changes.extend(&cors::for_reply(context.allowed, context.page));
    changes
}

/// The changes for an answer from upstream; `replaces_body`: the client gets another body than the upstream sent. Removals
/// come first, since what is removed may be set anew. `None` where the answer must be handed over as it is: nobody can
/// change the fields of one that opens a WebSocket.
pub fn of_answer(
    answer: &AnswerHead,
    replaces_body: bool,
    origin_headers: &OriginHeaders,
    dropped: &Dropped,
    context: AnswerContext<'_>,
) -> Option<FieldChanges> {
    if answer.status == SWITCHING_PROTOCOLS {
        return None;
    }
    let mut changes = FieldChanges::default();
    if replaces_body {
        for name in DESCRIPTIONS {
            changes.remove(name);
        }
    }
    // A backend that echoes its request must not tell them to the client.
    for (name, _) in origin_headers.iter() {
        changes.remove(name);
    }
    // A 304 tells nothing of its own about caching: the answer that the client has was marked when it came.
    if answer.status != NOT_MODIFIED {
        changes.set("cache-control", cache_control(answer));
    }
    changes.set("x-request-id", context.request_id);
    if let Some(names) = dropped.field_value() {
        changes.set(DROPPED, &names);
    }
    changes.extend(&cors::for_answer(context.allowed, context.page));
    Some(changes)
}

/// An answer for one caller must not wait in a cache for another (RFC 9111 sections 5.2.2.5 and 5.2.2.7). Whether it may be
/// transformed on its way remains the upstream's choice (section 5.2.2.6).
fn cache_control(answer: &AnswerHead) -> &'static str {
    let directives = answer.fields.get("cache-control").unwrap_or_default().split(',');
    let mut directives = directives.map(str::trim);
    if directives.any(|directive| directive.eq_ignore_ascii_case("no-transform")) {
        "private, no-store, no-transform"
    } else {
        "private, no-store"
    }
}
