//! The header fields of the request that goes upstream: which of the client's are removed, and which the gate sets.

use super::origin_headers::OriginHeaders;
use crate::auth::AuthSettings;
use crate::auth::caller::Caller;
use crate::auth::cookies;
use crate::auth::credential::BearerToken;
use crate::base::header_name::normalise;
use crate::wire::field_changes::FieldChanges;
use crate::wire::request::Head;

/// The setting `FORWARD_AUTHORIZATION`: what becomes of the client's credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// The upstream gets it, for backends that verify it again.
    Keep,
    /// It ends at the gate.
    Strip,
}

/// The inputs of the fields, besides the settings.
pub(super) struct FieldContext<'a> {
    pub(super) head: &'a Head<'a>,
    pub(super) caller: &'a Caller,
    pub(super) authorization: Authorization,
    /// The token, where it came in another place than the header.
    pub(super) token: Option<&'a BearerToken>,
    pub(super) origin_headers: &'a OriginHeaders,
    pub(super) request_id: &'a str,
    /// The client's body is forwarded unchanged.
    pub(super) keeps_body: bool,
    /// The gate sends JSON of its own.
    pub(super) sends_json: bool,
    /// The part of the answer that the gate reads.
    pub(super) answer: Reading,
    /// The client's cookies are forwarded, except the token's.
    pub(super) keeps_cookies: bool,
}

/// The part of an answer that the gate reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Nothing,
    /// All of it, when it is whole.
    Whole,
    /// Its events, while they come.
    Events,
}

/// The changes for one request: removals first, since what is removed may be set anew.
pub(super) fn changes(context: &FieldContext<'_>, settings: &AuthSettings) -> FieldChanges {
    let head = context.head;
    let mut changes = FieldChanges::default();
    let cookies = settings.token_cookie.as_deref().and_then(|name| {
        let cookies = head.fields.get("cookie")?;
        Some(cookies::without(cookies, name))
    });
    // Fields that `Connection` names belong to the connection (RFC 9110 section 7.6.1).
    let connection = head.fields.get("connection").unwrap_or_default();
    let of_connection: Vec<_> = connection.split(',').map(|named| normalise(named.trim())).collect();
    let is_removed = |name: &str| {
        let normalised = normalise(name);
        settings.strips(name)
            || context.drops(&normalised, cookies.is_some())
            || of_connection.contains(&normalised)
            // In any spelling: servers fold names, and some would see the client's value beside the gate's.
            || context.origin_headers.has(&normalised)
    };
    for name in head.fields.names().filter(|name| is_removed(name)) {
        changes.remove(name);
    }

    changes.set_all(context.caller.headers().fields());
    let (scheme, host) = head.origin.split_once("://").unwrap_or_default();
    changes.set("x-forwarded-proto", scheme);
    changes.set("x-forwarded-host", host);
    // Written by Cloudflare, and the only address that a client cannot choose.
    if let Some(address) = head.fields.get("cf-connecting-ip") {
        changes.set("x-forwarded-for", address);
    }
    if head.is_upgrade() {
        changes.set("upgrade", "websocket");
    }
    if let (Authorization::Keep, Some(token)) = (context.authorization, context.token) {
        changes.set("authorization", &format!("Bearer {}", token.as_str()));
    }
    if let Some(rest) = cookies.filter(|rest| !rest.is_empty() && context.keeps_cookies) {
        changes.set("cookie", &rest);
    }
    if context.answer == Reading::Whole {
        // The coding that every platform undoes.
        changes.set("accept-encoding", "gzip");
    }
    if context.sends_json {
        changes.set("content-type", "application/json");
    }
    if context.answer == Reading::Events {
        // AG-UI has a binary form, and what is compressed comes in pieces that end anywhere.
        changes.set("accept", "text/event-stream");
        changes.set("accept-encoding", "identity");
    }
    changes.set("x-request-id", context.request_id);
    for (name, value) in context.origin_headers.iter() {
        changes.set(name, value);
    }
    changes
}

impl FieldContext<'_> {
    /// Whether this request is forwarded without the field under all settings. Its name is normalised.
    fn drops(&self, name: &str, has_token_cookie: bool) -> bool {
        match name {
            "authorization" => self.authorization == Authorization::Strip,
            "cookie" => has_token_cookie || !self.keeps_cookies,
            // A part of an answer cannot be filtered, and an answer that was filtered is no longer the one with that validator.
            "range" | "if-range" | "if-none-match" | "if-modified-since" => self.answer != Reading::Nothing,
            "content-type" | "content-length" | "content-encoding" => !self.keeps_body,
            _ => false,
        }
    }
}
