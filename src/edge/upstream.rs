//! The way upstream and back: the request rebuilt and sent, and its answer taken when it begins. Bodies are streams that
//! never enter wasm unless they are inspected.

use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::{Request, Response};

use super::bindings::Service;
use super::bridge::{self, LATE};
use super::clock::now;
use super::events::Filtered;
use super::isolate::{self, Isolate};
use super::log_entry::LogEntry;
use super::pending::Pending;
use super::platform::ExecutionContext;
use super::{body, respond, task};
use crate::base::clock::Seconds;
use crate::outbound::answer::AnswerPlan;
use crate::outbound::events::event::EventFilter;
use crate::outbound::{Outbound, OutboundBody};
use crate::wire::answer::AnswerHead;
use crate::wire::fault::RequestFault;
use crate::wire::refusal::Refusal;
use crate::wire::request::Method;

/// Takes the number of a request, its answer, the answer's status or a sentinel in its place, how many milliseconds it took,
/// and the answer's fields that the core looks at. Gives what the client gets, or a promise of it.
type Answered = Closure<dyn Fn(u32, Option<Response>, u16, f64, Option<String>) -> JsValue>;

#[wasm_bindgen(module = "/src/edge/upstream.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn forward(
        client: &Request,
        url: &str,
        method: Option<&str>,
        streams: bool,
        body: Option<&[u8]>,
        changes: &str,
        service: Option<&Service>,
        seen: &Array,
        milliseconds: i32,
        id: u32,
        answered: &Answered,
        gone: &Closure<dyn Fn(u32)>,
    ) -> Result<Promise, JsValue>;
}

/// A request that is upstream, with what is left to do when its answer begins.
struct Sent {
    entry: LogEntry,
    isolate: Rc<Isolate>,
    plan: AnswerPlan,
    /// The event, where the answer takes longer than its beginning.
    ctx: Option<ExecutionContext>,
    since: Seconds,
}

/// An upstream's answer.
struct UpstreamAnswer {
    head: AnswerHead,
    response: Response,
    /// In place of the response's own.
    body: Option<Vec<u8>>,
    /// What its events are put through.
    events: Option<EventFilter>,
}

thread_local! {
    static SENT: Pending<Sent> = const { Pending::new() };
    /// The names of the fields that the core looks at.
    static SEEN: Array = names(&AnswerHead::SEEN);
    static ANSWERED: Answered = Closure::new(|id, response, status, milliseconds, fields: Option<String>| {
        task::enter(|| match SENT.with(|all| all.take(id)) {
            Some(sent) => sent.answered(response, status, milliseconds, fields.as_deref()),
            // The client was gone before.
            None => JsValue::UNDEFINED,
        })
    });
    /// A future without a waiter is dropped together with its log entry, which is written at that moment.
    static GONE: Closure<dyn Fn(u32)> = Closure::new(|id| task::enter(|| drop(SENT.with(|all| all.take(id)))));
}

fn names(fields: &[&str]) -> Array {
    fields.iter().map(|name| JsValue::from_str(name)).collect()
}

/// Whether no request is upstream.
pub(super) fn is_idle() -> bool {
    SENT.with(Pending::is_empty)
}

/// Sends `outbound`, which was made of `client`, and writes `entry` when the answer begins. Gives what the client gets, or a
/// promise of it: an answer also where there is none from upstream.
pub(super) fn send(
    outbound: Outbound,
    client: &Request,
    ctx: &ExecutionContext,
    (entry, isolate): (LogEntry, Rc<Isolate>),
) -> JsValue {
    let since = now();
    let shared = Rc::clone(&isolate);
    let timeout = isolate.gate.timeouts().upstream;
    let also_sees = outbound.answer.also_sees();
    // The body is freed before the wait for the upstream begins.
    let sent = Sent {
        entry,
        isolate,
        ctx: outbound.answer.events.is_some().then(|| ctx.clone()),
        plan: outbound.answer,
        since,
    };
    // The platform tears some requests down without a word.
    let longest = timeout.saturating_add(task::SLACK);
    while let Some(lost) = SENT.with(|all| all.take_oldest_if(|sent| since.since(sent.since) > longest)) {
        drop(lost);
    }
    let id = SENT.with(|all| all.add(sent));
    let (method, body) = match &outbound.body {
        OutboundBody::Stream => (None, None),
        OutboundBody::Empty => (Some(outbound.method.name()), None),
        OutboundBody::Json(json) => (Some(outbound.method.name()), Some(json.as_slice())),
    };
    // Asking a request that has no body for its body takes microseconds.
    let streams = method.is_none() && !matches!(outbound.method, Method::Get | Method::Head);
    let forwarded = bridge::changes(&outbound.fields).and_then(|changes| {
        let service = shared.bindings.upstream.as_ref();
        let milliseconds = body::milliseconds(timeout);
        SEEN.with(|seen| {
            let more = (!also_sees.is_empty()).then(|| seen.concat(&names(also_sees)));
            let seen = more.as_ref().unwrap_or(seen);
            ANSWERED.with(|answered| {
                GONE.with(|gone| {
                    forward(
                        client,
                        &outbound.url,
                        method,
                        streams,
                        body,
                        &changes,
                        service,
                        seen,
                        milliseconds,
                        id,
                        answered,
                        gone,
                    )
                    .ok()
                })
            })
        })
    });
    if let Some(promise) = forwarded {
        return promise.into();
    }
    let unforwardable = Refusal::MalformedRequest(RequestFault::Unforwardable);
    SENT.with(|all| all.take(id))
        .map_or(JsValue::UNDEFINED, |sent| sent.end(Err(unforwardable)))
}

impl Sent {
    fn answered(mut self, response: Option<Response>, status: u16, milliseconds: f64, fields: Option<&str>) -> JsValue {
        let outcome = match response {
            Some(response) => self
                .check(status, milliseconds)
                .map(|()| UpstreamAnswer::new(response, status, fields)),
            None if status == LATE => Err(Refusal::GatewayTimeout),
            None => Err(Refusal::BadGateway),
        };
        let outcome = outcome.and_then(|mut answer| {
            answer.events = self.plan.events_of(&answer.head)?;
            Ok(answer)
        });
        let is_filtered = |answer: &UpstreamAnswer| self.plan.filter_of(&answer.head).map(|filter| filter.is_some());
        match outcome.and_then(|answer| Ok((is_filtered(&answer)?, answer))) {
            Ok((true, answer)) => {
                let filtered = async move {
                    let outcome = self.filtered(answer).await;
                    Ok(self.end(outcome))
                };
                task::start(filtered, None).unwrap_or(JsValue::UNDEFINED)
            }
            outcome => self.end(outcome.map(|(_, answer)| answer)),
        }
    }

    /// The answer with its body filtered, if it has to be.
    async fn filtered(&self, answer: UpstreamAnswer) -> Result<UpstreamAnswer, Refusal> {
        let Some(filter) = self.plan.filter_of(&answer.head)? else {
            return Ok(answer);
        };
        let gate = &self.isolate.gate;
        let milliseconds = body::milliseconds(gate.timeouts().upstream);
        let body = body::read(&answer.response, gate.max_answer_bytes(), milliseconds).await;
        let filtered = gate.filter(filter, body.map_err(|_| Refusal::BadGateway)?)?;
        Ok(UpstreamAnswer {
            body: Some(filtered),
            ..answer
        })
    }

    /// Records the upstream's time and checks that it uses the dialect of the settings.
    fn check(&mut self, status: u16, milliseconds: f64) -> Result<(), Refusal> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates, and a clock that was set back gives 0"
        )]
        self.entry.record().upstream_ms(milliseconds as u32);
        self.isolate
            .gate
            .check_dialect(self.plan.kind, status)
            .map_err(|fault| {
                isolate::log_setting("misconfigured", &fault);
                Refusal::BadGateway
            })
    }

    /// The client's answer: the upstream's, or a refusal.
    fn end(mut self, outcome: Result<UpstreamAnswer, Refusal>) -> JsValue {
        match outcome.and_then(|answer| self.adopted(answer)) {
            Ok((response, status)) => {
                self.entry.allow(status);
                response.into()
            }
            Err(refusal) => {
                let page = self.plan.page.as_deref();
                self.entry.refuse(&refusal, page).unwrap_or(JsValue::UNDEFINED)
            }
        }
    }

    /// The response for the client, and its status.
    fn adopted(&mut self, answer: UpstreamAnswer) -> Result<(Response, u16), Refusal> {
        let UpstreamAnswer {
            head,
            response,
            body,
            events,
        } = answer;
        let request_id = self.entry.record().request_id();
        let gate = &self.isolate.gate;
        let replaces_body = body.is_some() || events.is_some();
        let changes = gate.answer_changes(&head, replaces_body, &self.plan, request_id);
        let adopted = match (changes, events) {
            (None, _) => Ok(response),
            (Some(changes), None) => respond::from_upstream(&response, body.as_deref(), &changes),
            (Some(changes), Some(filter)) => {
                let filtered = Filtered {
                    filter,
                    changes: &changes,
                    request_id,
                    logs: gate.logs_all(),
                    ctx: self.ctx.as_ref().ok_or(Refusal::BadGateway)?,
                };
                filtered.answer(&response)
            }
        };
        let response = adopted.map_err(|_| Refusal::BadGateway)?;
        Ok((response, head.status))
    }
}

impl UpstreamAnswer {
    fn new(response: Response, status: u16, fields: Option<&str>) -> Self {
        let fields = fields.map(bridge::fields).unwrap_or_default();
        Self {
            head: AnswerHead { status, fields },
            response,
            body: None,
            events: None,
        }
    }
}
