//! `Outbound`: the request that goes upstream, written from a [`Permit`] and never copied from what came in.

pub mod answer;
pub mod answer_fields;
pub mod assertion;
pub mod events;
pub mod fields;
pub mod identity_body;
pub mod info;
pub mod origin_headers;
pub mod threads;

use std::rc::Rc;

use crate::auth::AuthSettings;
use crate::auth::caller::Caller;
use crate::auth::credential::Credential;
use crate::base::web_url::WebUrl;
use crate::call::body::dropped::Dropped;
use crate::call::body::scrub::{ScrubContext, ScrubSettings};
use crate::call::body::tools::ToolList;
use crate::call::dialect::Dialect;
use crate::call::envelope;
use crate::call::operation::Operation;
use crate::call::operations::{AnswerKind, Body};
use crate::call::{Call, Content};
use crate::policy::{Permit, Policy};
use crate::wire::fault::RequestFault;
use crate::wire::field_changes::FieldChanges;
use crate::wire::refusal::Refusal;
use crate::wire::request::{Head, Method};
use answer::{AnswerPlan, Filter};
use assertion::AssertionKeys;
use events::event::EventFilter;
use events::settings::EventSettings;
use fields::{Authorization, Reading};
use identity_body::IdentityBody;
use info::InfoFilter;
use origin_headers::OriginHeaders;
use threads::ThreadKeys;

/// The settings of this stage.
pub struct OutboundSettings {
    /// `ORIGIN_URL`, without a slash at its end.
    pub upstream: WebUrl,
    /// `ORIGIN_MODE`.
    pub dialect: Dialect,
    /// `FORWARD_AUTHORIZATION`.
    pub authorization: Authorization,
    /// `ORIGIN_HEADERS`.
    pub origin_headers: OriginHeaders,
    /// The parts of an agent's input that are forwarded.
    pub scrub: ScrubSettings,
    /// `IDENTITY_BODY`.
    pub identity_body: IdentityBody,
    /// `THREAD_KEY`, when `THREADS` is `isolated`.
    pub thread_keys: Option<ThreadKeys>,
    /// `ASSERTION_KEY`.
    pub assertion_keys: Option<AssertionKeys>,
    /// `HIDE_EVENTS` and `ERROR_MESSAGES`; `None` where they hide nothing.
    pub events: Option<Rc<EventSettings>>,
}

/// The request that the platform sends, and its treatment of the answer.
pub struct Outbound {
    /// The canonical URL.
    pub url: String,
    /// The method.
    pub method: Method,
    /// The body.
    pub body: OutboundBody,
    /// The changes to the client's header fields.
    pub fields: FieldChanges,
    /// The treatment of the answer.
    pub answer: AnswerPlan,
    /// The operation, with ids as the upstream sees them.
    pub operation: Operation,
    /// The thread it is about, as the upstream sees it.
    pub thread: Option<String>,
    /// The caller.
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

/// The inputs of an upstream request, besides its [`Permit`].
pub struct OutboundContext<'a> {
    /// The settings of this stage.
    pub settings: &'a OutboundSettings,
    /// The settings by which identity headers are removed and written.
    pub auth: &'a AuthSettings,
    /// The rules, by which answers are filtered.
    pub policy: &'a Policy,
    /// The request; only read for what the upstream learns of the connection.
    pub head: &'a Head<'a>,
    /// The caller's credential, if there is one.
    pub credential: Option<&'a Credential>,
    /// Whether the page may use what its browser attaches by itself.
    pub trusts_page: bool,
    /// The dialect in which the client asked.
    pub client: Dialect,
    /// The request's id.
    pub request_id: &'a str,
}

impl Outbound {
    /// Writes the request that `permit` allows, in the upstream's dialect.
    #[inline(never)] // apart from what a refused request compiles
    pub fn new(permit: Permit, context: &OutboundContext<'_>) -> Result<Self, Refusal> {
        let settings = context.settings;
        let (caller, call, tools) = permit.into_parts();
        let mut thread = call.thread().map(str::to_owned);
        let Call {
            mut operation,
            content: mut body,
        } = call;
        let dropped = restrict(&mut body, &operation, &caller, tools.as_ref(), context)?;
        if let Some(keys) = &settings.thread_keys {
            thread = seal(&mut body, &mut operation, &caller, keys)?;
        }
        let filter = filter(&operation, &caller, context)?;
        let events = events(&operation, context);
        let (method, url, body) = address(&operation, body, context)?;
        let fields = fields::changes(
            &fields::FieldContext {
                head: context.head,
                caller: &caller,
                authorization: settings.authorization,
                token: context.credential.and_then(Credential::outside_header),
                origin_headers: &settings.origin_headers,
                request_id: context.request_id,
                keeps_body: matches!(body, OutboundBody::Stream),
                sends_json: matches!(body, OutboundBody::Json(_)),
                answer: match (&filter, &events) {
                    (_, Some(_)) => Reading::Events,
                    (Some(_), None) => Reading::Whole,
                    (None, None) => Reading::Nothing,
                },
                keeps_cookies: context.trusts_page,
            },
            context.auth,
        );
        Ok(Self {
            url,
            method,
            body,
            fields,
            answer: AnswerPlan {
                kind: kind_of_answer(&operation),
                filter,
                events,
                page: context.head.page().map(str::to_owned),
                dropped,
            },
            operation,
            thread,
            caller,
        })
    }
}

/// Removes the parts of the body that this caller may not send, and writes the caller's identity where the settings ask for
/// it. Returns the names of what was taken out.
fn restrict(
    body: &mut Content,
    operation: &Operation,
    caller: &Caller,
    tools: Option<&ToolList>,
    context: &OutboundContext<'_>,
) -> Result<Dropped, Refusal> {
    let Content::Input(input) = body else {
        return Ok(Dropped::default());
    };
    if let Some(list) = tools {
        input.restrict_tools(list)?;
    }
    if operation.kind().body == Body::AgentInput {
        let token = context.credential.map(|credential| &credential.token);
        let user = caller.user(&context.auth.identity);
        let scrub = ScrubContext {
            user: user.as_ref(),
            takes_token: context.auth.token_property,
        };
        input.scrub(&context.settings.scrub, &scrub)?;
        context.settings.identity_body.write(input, caller, token)?;
    }
    Ok(input.dropped().clone())
}

/// Puts the caller's own threads in place of those that the path and the body name; returns the id that the call is about.
fn seal(
    body: &mut Content,
    operation: &mut Operation,
    caller: &Caller,
    keys: &ThreadKeys,
) -> Result<Option<String>, Refusal> {
    let mut thread = None;
    if let Some(choice) = operation.thread() {
        let sealed = keys.of(caller)?.seal(choice)?;
        operation.set_thread(&sealed);
        thread = Some(sealed);
    }
    if let Content::Input(input) = body {
        let sealed = keys.of(caller)?.seal(input.thread().unwrap_or_default())?;
        input.set_thread(sealed.clone());
        thread = Some(sealed);
    }
    Ok(thread)
}

/// The kind of answer. A runtime may refuse HEAD, which tells nothing about its dialect.
fn kind_of_answer(operation: &Operation) -> AnswerKind {
    match operation.method() {
        Method::Head => AnswerKind::Unfiltered,
        _ => operation.kind().answer,
    }
}

/// The filter for the answer.
fn filter(operation: &Operation, caller: &Caller, context: &OutboundContext<'_>) -> Result<Option<Filter>, Refusal> {
    // Without a body there is nothing to filter.
    if operation.method() == Method::Head {
        return Ok(None);
    }
    match (operation.kind().answer, &context.settings.thread_keys) {
        (AnswerKind::Info, _) => {
            let filter = InfoFilter::new(caller, context.policy, context.settings.dialect, context.client);
            Ok(filter.map(Filter::Info))
        }
        (AnswerKind::ThreadList, Some(keys)) => {
            // A caller who cannot own a thread is refused before the upstream hears of it.
            keys.of(caller)?;
            Ok(Some(Filter::Threads(caller.clone())))
        }
        (AnswerKind::EventList, _) => Ok(event_filter(context).map(Filter::Events)),
        (AnswerKind::ThreadList, None) | (AnswerKind::Events | AnswerKind::Unfiltered, _) => Ok(None),
    }
}

/// What the events of the answer are put through, where it is a stream of them.
fn events(operation: &Operation, context: &OutboundContext<'_>) -> Option<EventFilter> {
    if operation.kind().answer == AnswerKind::Events {
        event_filter(context)
    } else {
        None
    }
}

fn event_filter(context: &OutboundContext<'_>) -> Option<EventFilter> {
    let settings = context.settings.events.as_ref()?;
    Some(EventFilter::new(settings, context.request_id))
}

/// Method, URL and body in the upstream's dialect.
fn address(
    operation: &Operation,
    body: Content,
    context: &OutboundContext<'_>,
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
            let json = match body {
                OutboundBody::Json(json) => Some(json),
                OutboundBody::Stream | OutboundBody::Empty => None,
            };
            let envelope = envelope::write(operation, json).ok_or(Refusal::NotFound)?;
            Ok((Method::Post, upstream.to_owned(), OutboundBody::Json(envelope)))
        }
    }
}
