//! `Outbound`: the request that goes upstream, written from a [`Permit`] and never copied from what came in.

pub mod answer;
pub mod assertion;
pub mod fields;
pub mod threads;

use crate::auth::AuthSettings;
use crate::auth::caller::Caller;
use crate::auth::credential::BearerToken;
use crate::base::web_url::WebUrl;
use crate::call::Content;
use crate::call::body::tools::ToolList;
use crate::call::dialect::Dialect;
use crate::call::envelope;
use crate::call::operation::Operation;
use crate::call::shapes::Kind;
use crate::policy::{Permit, Policy};
use crate::wire::fault::RequestFault;
use crate::wire::refusal::Refusal;
use crate::wire::request::{Head, Method};
use answer::Filter;
use assertion::AssertionKeys;
use fields::{Authorization, FieldChanges};
use threads::ThreadKey;

/// The settings of this stage.
pub struct OutboundSettings {
    /// `ORIGIN_URL`, without a slash at its end.
    pub upstream: WebUrl,
    /// `ORIGIN_MODE`.
    pub dialect: Dialect,
    /// `FORWARD_AUTHORIZATION`.
    pub authorization: Authorization,
    /// `THREAD_KEY`, when `THREADS` is `isolated`.
    pub thread_key: Option<ThreadKey>,
    /// `ASSERTION_KEY`.
    pub assertion_keys: Option<AssertionKeys>,
}

/// What the platform is to send, and what it is to do with the answer.
pub struct Outbound {
    /// The canonical URL.
    pub url: String,
    /// The method.
    pub method: Method,
    /// The body.
    pub body: OutboundBody,
    /// What changes in the client's header fields.
    pub fields: FieldChanges,
    /// The field `x-request-id`.
    pub request_id: String,
    /// The field `x-gate-assertion`, where one is sent.
    pub assertion: Option<String>,
    /// What is taken out of the answer.
    pub filter: Option<Filter>,
    /// What is asked, with ids as the upstream sees them.
    pub operation: Operation,
    /// The thread it is about, as the upstream sees it.
    pub thread: Option<String>,
    /// Who asks.
    pub caller: Caller,
}

/// The body of the request that goes upstream.
pub enum OutboundBody {
    /// The body that came in, as a stream.
    Stream,
    /// None.
    Empty,
    /// This JSON.
    Json(Vec<u8>),
}

/// What a request that goes upstream depends on, besides its [`Permit`].
pub struct Context<'a> {
    /// The settings of this stage.
    pub settings: &'a OutboundSettings,
    /// The settings by which identity headers are removed and written.
    pub auth: &'a AuthSettings,
    /// The rules, by which answers are filtered.
    pub policy: &'a Policy,
    /// The request; only read for what the upstream learns of the connection.
    pub head: &'a Head<'a>,
    /// The token, where it came in another place than the header.
    pub token: Option<&'a BearerToken>,
    /// The request's id.
    pub request_id: &'a str,
}

impl Outbound {
    /// Writes the request that `permit` allows, in the upstream's dialect.
    pub fn new(permit: Permit, context: &Context<'_>) -> Result<Self, Refusal> {
        let settings = context.settings;
        let (caller, call, tools) = permit.into_parts();
        let mut thread = call.thread().map(str::to_owned);
        let (mut operation, mut body) = call.into_parts();
        restrict(&mut body, &operation, &caller, tools.as_ref())?;
        if let Some(key) = &settings.thread_key {
            thread = seal(&mut body, &mut operation, &caller, key)?;
        }
        let filter = filter(&operation, &caller, context)?;
        let (method, url, body) = address(&operation, body, context)?;
        let fields = FieldChanges::new(
            &fields::Context {
                head: context.head,
                caller: &caller,
                authorization: settings.authorization,
                token: context.token,
                keeps_body: matches!(body, OutboundBody::Stream),
                sends_json: matches!(body, OutboundBody::Json(_)),
                filters: filter.is_some(),
            },
            context.auth,
        );
        Ok(Self {
            url,
            method,
            body,
            fields,
            request_id: context.request_id.to_owned(),
            assertion: None,
            filter,
            operation,
            thread,
            caller,
        })
    }
}

/// Takes out of the body what this caller may not say.
fn restrict(
    body: &mut Content,
    operation: &Operation,
    caller: &Caller,
    tools: Option<&ToolList>,
) -> Result<(), Refusal> {
    let Content::Input(input) = body else {
        return Ok(());
    };
    if let Some(list) = tools {
        input.restrict_tools(list)?;
    }
    if operation.kind().has_agent_input() {
        input.scrub(caller.user());
    }
    Ok(())
}

/// Puts the caller's own thread in place of the one that was named, wherever that stands; gives its id.
fn seal(
    body: &mut Content,
    operation: &mut Operation,
    caller: &Caller,
    key: &ThreadKey,
) -> Result<Option<String>, Refusal> {
    if let Content::Input(input) = body {
        let sealed = key.of(caller)?.seal(input.thread().unwrap_or_default())?;
        input.set_thread(sealed.clone());
        return Ok(Some(sealed));
    }
    let Some(choice) = operation.thread() else {
        return Ok(None);
    };
    let sealed = key.of(caller)?.seal(choice)?;
    operation.set_thread(&sealed);
    Ok(Some(sealed))
}

/// What is to be taken out of the answer.
fn filter(operation: &Operation, caller: &Caller, context: &Context<'_>) -> Result<Option<Filter>, Refusal> {
    // Without a body there is nothing to filter.
    if operation.method() == Method::Head {
        return Ok(None);
    }
    match (operation.kind(), &context.settings.thread_key) {
        (Kind::Info, _) if context.policy.hides_agents() => Ok(Some(Filter::Agents(caller.clone()))),
        (Kind::ThreadsList, Some(key)) => {
            // A caller who cannot own a thread is refused before the upstream hears of it.
            key.of(caller)?;
            Ok(Some(Filter::Threads(caller.clone())))
        }
        _ => Ok(None),
    }
}

/// Method, URL and body in the upstream's dialect.
fn address(
    operation: &Operation,
    body: Content,
    context: &Context<'_>,
) -> Result<(Method, String, OutboundBody), Refusal> {
    let upstream = context.settings.upstream.as_str();
    let body = match body {
        Content::Stream => OutboundBody::Stream,
        Content::Empty => OutboundBody::Empty,
        Content::Input(input) => OutboundBody::Json(input.into_bytes()),
        Content::Json(json) => OutboundBody::Json(json),
    };
    match context.settings.dialect {
        Dialect::MultiRoute => Ok((operation.method(), format!("{upstream}{}", operation.target()), body)),
        Dialect::SingleRoute if context.head.is_upgrade() => {
            Err(Refusal::MalformedRequest(RequestFault::Unforwardable))
        }
        Dialect::SingleRoute => {
            let json = match &body {
                OutboundBody::Json(json) => Some(json.as_slice()),
                OutboundBody::Stream | OutboundBody::Empty => None,
            };
            let envelope = envelope::write(operation, json).ok_or(Refusal::NotFound)?;
            Ok((Method::Post, upstream.to_owned(), OutboundBody::Json(envelope)))
        }
    }
}
