//! `Outbound`: the request that goes to the origin, written from a [`Permit`] and never copied from what came in.

use crate::config::{Authorization, Config};
use crate::identity::normalise;
use crate::policy::{Caller, Permit};
use crate::request::Head;

/// What the platform is to send. The body goes along as it came.
pub struct Outbound {
    /// The canonical URL.
    pub url: String,
    /// Header fields to set, after those that [`Outbound::removes`] names are gone.
    pub fields: Vec<(String, String)>,
    connection: Vec<String>,
    strip_authorization: bool,
    is_upgrade: bool,
}

impl Outbound {
    /// Writes the request that `permit` allows. `head` is only read for what the origin learns of the connection.
    pub fn new(permit: &Permit, head: &Head<'_>, config: &Config, request_id: &str) -> Self {
        let mut fields = match permit.caller() {
            Caller::Verified(subject) => subject.headers.clone(),
            Caller::Anonymous => vec![("x-user-id".to_owned(), "anonymous".to_owned())],
        };
        let (scheme, host) = head.origin.split_once("://").unwrap_or_default();
        fields.push(("x-request-id".to_owned(), request_id.to_owned()));
        fields.push(("x-forwarded-proto".to_owned(), scheme.to_owned()));
        fields.push(("x-forwarded-host".to_owned(), host.to_owned()));
        // Written by Cloudflare, and the only address that a client cannot choose.
        fields.extend(
            head.fields
                .get("cf-connecting-ip")
                .map(|address| ("x-forwarded-for".to_owned(), address)),
        );
        let is_upgrade = head
            .fields
            .get("upgrade")
            .is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
        if is_upgrade {
            fields.push(("upgrade".to_owned(), "websocket".to_owned()));
        }
        let connection = head.fields.get("connection").unwrap_or_default();
        Self {
            url: format!("{}{}", config.origin_url.as_str(), permit.operation().target()),
            fields,
            connection: connection.split(',').map(|name| normalise(name.trim())).collect(),
            strip_authorization: config.forward_authorization == Authorization::Strip,
            is_upgrade,
        }
    }

    /// Whether the client's field `name` must not go on.
    pub fn removes(&self, name: &str, config: &Config) -> bool {
        config.identity.strips(name)
            || (self.strip_authorization && name.eq_ignore_ascii_case("authorization"))
            || self.connection.contains(&normalise(name))
    }

    /// Whether the client asks for a WebSocket.
    pub fn is_upgrade(&self) -> bool {
        self.is_upgrade
    }
}
