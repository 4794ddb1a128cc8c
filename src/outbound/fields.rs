//! The header fields of the request that goes upstream: which of the client's are removed, and which the gate sets.

use std::borrow::Cow;

use super::upstream_headers::UpstreamHeaders;
use crate::auth::AuthSettings;
use crate::auth::caller::Caller;
use crate::auth::cookies;
use crate::auth::credential::BearerToken;
use crate::base::header_name::normalise;
use crate::wire::request::Head;

/// The setting `FORWARD_AUTHORIZATION`: what becomes of the client's credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// The upstream gets it, for backends that verify it again.
    Keep,
    /// It ends at the gate.
    Strip,
}

/// Changes to the header fields of the client's request.
pub struct FieldChanges {
    /// Names of the client's fields that do not go on, as the client wrote them.
    pub removed: Vec<String>,
    /// Fields to set, in place of the client's.
    pub set: Vec<(String, String)>,
}

/// What the fields depend on, besides the settings.
pub(super) struct Context<'a> {
    pub(super) head: &'a Head<'a>,
    pub(super) caller: &'a Caller,
    pub(super) authorization: Authorization,
    /// The token, where it came in another place than the header.
    pub(super) token: Option<&'a BearerToken>,
    pub(super) upstream_headers: &'a UpstreamHeaders,
    /// The client's body goes on as it is.
    pub(super) keeps_body: bool,
    /// The gate sends JSON of its own.
    pub(super) sends_json: bool,
    /// The answer will be filtered.
    pub(super) filters: bool,
}

impl FieldChanges {
    /// The changes for one request.
    pub(super) fn new(context: &Context<'_>, settings: &AuthSettings) -> Self {
        let head = context.head;
        let mut changes = Self {
            removed: Vec::new(),
            set: context.caller.headers(),
        };
        // Names, normalised, that are removed besides those that carry or claim identity.
        let mut removed: Vec<Cow<'_, str>> = Vec::new();
        let (scheme, host) = head.origin.split_once("://").unwrap_or_default();
        changes.set("x-forwarded-proto", scheme.to_owned());
        changes.set("x-forwarded-host", host.to_owned());
        // Written by Cloudflare, and the only address that a client cannot choose.
        if let Some(address) = head.fields.get("cf-connecting-ip") {
            changes.set("x-forwarded-for", address);
        }
        if head.is_upgrade() {
            changes.set("upgrade", "websocket".to_owned());
        }
        match (context.authorization, context.token) {
            (Authorization::Strip, _) => removed.push("authorization".into()),
            (Authorization::Keep, Some(token)) => changes.set("authorization", format!("Bearer {}", token.as_str())),
            (Authorization::Keep, None) => {}
        }
        if let Some(name) = &settings.token_cookie
            && let Some(cookies) = head.fields.get("cookie")
        {
            removed.push("cookie".into());
            let rest = cookies::without(&cookies, name);
            if !rest.is_empty() {
                changes.set("cookie", rest);
            }
        }
        if context.filters {
            // A part of an answer cannot be filtered, and an answer that was filtered is no longer the one with that validator.
            let conditions = ["range", "if-range", "if-none-match", "if-modified-since"];
            removed.extend(conditions.map(Cow::Borrowed));
        }
        if !context.keeps_body {
            removed.extend(["content-type", "content-length", "content-encoding"].map(Cow::Borrowed));
        }
        if context.sends_json {
            changes.set("content-type", "application/json".to_owned());
        }
        let connection = head.fields.get("connection").unwrap_or_default();
        removed.extend(connection.split(',').map(|name| normalise(name.trim())));
        let is_removed = |name: &str| settings.strips(name) || removed.contains(&normalise(name));
        changes.removed = head.fields.names_where(&is_removed);
        for (name, value) in context.upstream_headers.iter() {
            changes.set.retain(|(known, _)| known != name);
            changes.set(name, value.to_owned());
        }
        changes
    }

    fn set(&mut self, name: &str, value: String) {
        self.set.push((name.to_owned(), value));
    }
}
