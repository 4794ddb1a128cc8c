//! `Outbound`: the request that goes to the origin, written from a [`Permit`] and never copied from what came in.

use std::borrow::Cow;

use crate::answer::Filter;
use crate::call::Content;
use crate::config::{Authorization, Config, OriginMode};
use crate::identity::normalise;
use crate::policy::{Caller, Permit, Policy};
use crate::route::{Kind, Operation, envelope};
use crate::wire::refusal::{Refusal, RequestFault};
use crate::wire::request::{Head, Method};

/// What the platform is to send, and what it is to do with the answer.
pub struct Outbound {
    /// The canonical URL.
    pub url: String,
    /// The method.
    pub method: Method,
    /// The body.
    pub body: OutboundBody,
    /// Header fields to set, in place of the client's.
    pub fields: Vec<(String, String)>,
    /// The field `x-request-id`.
    pub request_id: String,
    /// The field `x-gate-assertion`, where one is sent.
    pub assertion: Option<String>,
    /// Names of the client's header fields that do not go on, as the client wrote them.
    pub removed: Vec<String>,
    /// What is taken out of the answer.
    pub filter: Option<Filter>,
    /// What is asked, with ids as the origin sees them.
    pub operation: Operation,
    /// The thread it is about, as the origin sees it.
    pub thread: Option<String>,
    /// Who asks.
    pub caller: Caller,
}

/// The body of the request that goes on.
pub enum OutboundBody {
    /// The body that came in, as a stream.
    Stream,
    /// None.
    Empty,
    /// This JSON text.
    Json(Vec<u8>),
}

impl Outbound {
    /// Writes the request that `permit` allows, in the origin's dialect. `token`: the credential, where it came in another
    /// place than the header. `head` is only read for what the origin learns of the connection.
    pub fn new(
        permit: Permit,
        token: Option<&str>,
        head: &Head<'_>,
        (config, policy): (&Config, &Policy),
        request_id: &str,
    ) -> Result<Self, Refusal> {
        let (caller, call, tools) = permit.into_parts();
        let mut thread = call.thread().map(str::to_owned);
        let (mut operation, mut content) = call.into_parts();
        if let Content::Input(input) = &mut content {
            if let Some(list) = &tools {
                input.restrict_tools(list)?;
            }
            if operation.kind().has_agent_input() {
                input.scrub(caller.user());
            }
        }
        if let Some(key) = &config.thread_key {
            if let Content::Input(input) = &mut content {
                input.seal_thread(&key.of(&caller)?)?;
                thread = input.thread().map(str::to_owned);
            } else if operation.thread().is_some() {
                operation.seal_thread(&key.of(&caller)?)?;
                thread = operation.thread().map(str::to_owned);
            }
        }
        let filter = match operation.kind() {
            // Without a body there is nothing to filter.
            _ if operation.method() == Method::Head => None,
            Kind::Info if policy.hides_agents() => Some(Filter::Agents(caller.clone())),
            Kind::ThreadsList => match &config.thread_key {
                Some(key) => {
                    // Whoever can own no thread is refused before the origin hears of it.
                    key.of(&caller)?;
                    Some(Filter::Threads(caller.clone()))
                }
                None => None,
            },
            _ => None,
        };
        let body = match content {
            Content::Stream => OutboundBody::Stream,
            Content::Empty => OutboundBody::Empty,
            Content::Input(input) => OutboundBody::Json(input.into_bytes()),
            Content::Json(text) => OutboundBody::Json(text),
        };
        let (method, url, body) = match config.origin_mode {
            OriginMode::MultiRoute => (
                operation.method(),
                format!("{}{}", config.origin_url.as_str(), operation.target()),
                body,
            ),
            OriginMode::SingleRoute => {
                if head.is_upgrade() {
                    return Err(Refusal::MalformedRequest(RequestFault::Unforwardable));
                }
                let text = match &body {
                    OutboundBody::Json(text) => Some(text.as_slice()),
                    OutboundBody::Stream | OutboundBody::Empty => None,
                };
                let envelope = envelope::seal(&operation, text).ok_or(Refusal::NotFound)?;
                (
                    Method::Post,
                    config.origin_url.as_str().to_owned(),
                    OutboundBody::Json(envelope),
                )
            }
        };
        let mut outbound = Self {
            url,
            method,
            body,
            fields: Vec::new(),
            request_id: request_id.to_owned(),
            assertion: None,
            filter,
            operation,
            thread,
            caller,
            removed: Vec::new(),
        };
        outbound.write_fields(token, head, config);
        Ok(outbound)
    }

    fn write_fields(&mut self, token: Option<&str>, head: &Head<'_>, config: &Config) {
        self.fields = self.caller.headers();
        // Names, normalised, that go besides those that carry or claim identity.
        let mut gone: Vec<Cow<'_, str>> = Vec::new();
        let mut set = |name: &str, value: String| self.fields.push((name.to_owned(), value));
        let (scheme, host) = head.origin.split_once("://").unwrap_or_default();
        set("x-forwarded-proto", scheme.to_owned());
        set("x-forwarded-host", host.to_owned());
        // Written by Cloudflare, and the only address that a client cannot choose.
        if let Some(address) = head.fields.get("cf-connecting-ip") {
            set("x-forwarded-for", address);
        }
        if head.is_upgrade() {
            set("upgrade", "websocket".to_owned());
        }
        match (config.forward_authorization, token) {
            (Authorization::Strip, _) => gone.push("authorization".into()),
            (Authorization::Keep, Some(token)) => set("authorization", format!("Bearer {token}")),
            (Authorization::Keep, None) => {}
        }
        if let Some(name) = &config.token_cookie
            && let Some(cookies) = head.fields.get("cookie")
        {
            gone.push("cookie".into());
            let rest = crate::bearer::without_cookie(&cookies, name);
            if !rest.is_empty() {
                set("cookie", rest);
            }
        }
        if self.filter.is_some() {
            // A part of an answer cannot be filtered.
            gone.extend(["range", "if-range"].map(Cow::Borrowed));
        }
        if !matches!(self.body, OutboundBody::Stream) {
            gone.extend(["content-type", "content-length", "content-encoding"].map(Cow::Borrowed));
        }
        if matches!(self.body, OutboundBody::Json(_)) {
            set("content-type", "application/json".to_owned());
        }
        let connection = head.fields.get("connection").unwrap_or_default();
        gone.extend(connection.split(',').map(|name| normalise(name.trim())));
        let goes = |name: &str| config.identity.strips(name) || gone.contains(&normalise(name));
        self.removed = head.fields.names_where(&goes);
    }
}
