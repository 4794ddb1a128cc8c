//! The way upstream and back: the request rebuilt and sent, and its answer taken when it begins. Bodies are streams that
//! never enter wasm unless they are inspected.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::{Request, Response};

use super::bindings::Service;
use super::clock::{now, tick};
use super::isolate::{self, Isolate};
use super::log_entry::LogEntry;
use super::pending::Pending;
use super::{body, respond, task};
use crate::base::clock::Seconds;
use crate::browser::cors;
use crate::call::kind::Kind;
use crate::gate::Gate;
use crate::outbound::answer::Filter;
use crate::outbound::{Outbound, OutboundBody};
use crate::wire::fault::RequestFault;
use crate::wire::refusal::Refusal;
use crate::wire::request::Method;

/// Takes the number of a request, its answer, the answer's status or [`LATE`], and how many milliseconds it took. Gives what
/// the client gets, or a promise of it.
type Answered = Closure<dyn Fn(u32, Option<Response>, u16, f64) -> JsValue>;

/// In place of a status: nothing came in time.
const LATE: u16 = 1;

#[wasm_bindgen(module = "/src/edge/glue.js")]
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
    filter: Option<Filter>,
    kind: Kind,
    /// The web origin of the page that asks.
    origin: Option<String>,
    since: Seconds,
}

/// An upstream's answer.
struct UpstreamAnswer {
    response: Response,
    status: u16,
    /// In place of the response's own.
    body: Option<Vec<u8>>,
}

thread_local! {
    static SENT: Pending<Sent> = const { Pending::new() };
    static ANSWERED: Answered = Closure::new(|id, response, status, milliseconds| {
        tick();
        let answer = match SENT.with(|all| all.take(id)) {
            Some(sent) => sent.answered(response, status, milliseconds),
            // The client was gone before.
            None => JsValue::UNDEFINED,
        };
        task::run_woken();
        answer
    });
    /// What nobody waits for any longer is dropped, and with it the entry, which is written then.
    static GONE: Closure<dyn Fn(u32)> = Closure::new(|id| drop(SENT.with(|all| all.take(id))));
}

/// Sends `outbound`, which was made of `client`, and writes `entry` when the answer begins. Gives what the client gets, or a
/// promise of it: an answer also where there is none from upstream.
pub(super) fn send(
    outbound: Outbound,
    client: &Request,
    (entry, isolate): (LogEntry, Rc<Isolate>),
    origin: Option<&str>,
) -> JsValue {
    let since = now();
    let shared = Rc::clone(&isolate);
    let timeout = isolate.gate.timeouts().upstream;
    // Nothing of the body stays in memory while the upstream thinks.
    let sent = Sent {
        entry,
        isolate,
        filter: outbound.filter,
        kind: outbound.operation.kind().clone(),
        origin: origin.map(str::to_owned),
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
    let forwarded = outbound.fields.lines().and_then(|changes| {
        let service = shared.bindings.upstream.as_ref();
        let milliseconds = body::milliseconds(timeout);
        ANSWERED.with(|answered| {
            GONE.with(|gone| {
                forward(
                    client,
                    &outbound.url,
                    method,
                    streams,
                    body,
                    changes,
                    service,
                    milliseconds,
                    id,
                    answered,
                    gone,
                )
                .ok()
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
    fn answered(mut self, response: Option<Response>, status: u16, milliseconds: f64) -> JsValue {
        let outcome = match response {
            Some(response) => self
                .check(status, milliseconds)
                .map(|()| UpstreamAnswer::new(response, status)),
            None if status == LATE => Err(Refusal::GatewayTimeout),
            None => Err(Refusal::BadGateway),
        };
        match (outcome, self.filter.take()) {
            (Ok(answer), Some(filter)) if (200..300).contains(&status) && status != 204 => {
                let filtered = async move {
                    let outcome = answer.filtered(&filter, &self.isolate.gate).await;
                    Ok(self.end(outcome))
                };
                task::start(filtered, None).unwrap_or(JsValue::UNDEFINED)
            }
            (outcome, _) => self.end(outcome),
        }
    }

    /// Notes how long the upstream took, and checks that it speaks the dialect that the settings say.
    fn check(&mut self, status: u16, milliseconds: f64) -> Result<(), Refusal> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates, and a clock that was set back gives 0"
        )]
        self.entry.record().upstream_ms(milliseconds as u32);
        self.isolate.gate.check_dialect(&self.kind, status).map_err(|fault| {
            isolate::log_setting("misconfigured", &fault);
            Refusal::BadGateway
        })
    }

    /// What the client gets: the answer, or a refusal.
    fn end(mut self, outcome: Result<UpstreamAnswer, Refusal>) -> JsValue {
        let (gate, origin) = (&self.isolate.gate, self.origin.as_deref());
        let answer = outcome.and_then(|UpstreamAnswer { response, status, body }| {
            let request_id = self.entry.record().request_id();
            let answer = respond::from_upstream(response, body.as_deref(), status, gate, origin, request_id);
            answer.map(|answer| (answer, status)).map_err(|_| Refusal::BadGateway)
        });
        match answer {
            Ok((answer, status)) => {
                self.entry.allow(status);
                answer.into()
            }
            Err(refusal) => {
                let changes = cors::for_reply(gate.origins(), origin);
                self.entry.refuse(&refusal, &changes).unwrap_or(JsValue::UNDEFINED)
            }
        }
    }
}

impl UpstreamAnswer {
    fn new(response: Response, status: u16) -> Self {
        Self {
            response,
            status,
            body: None,
        }
    }

    /// The answer with its body filtered.
    async fn filtered(self, filter: &Filter, gate: &Gate) -> Result<Self, Refusal> {
        let milliseconds = body::milliseconds(gate.timeouts().upstream);
        let body = body::read(&self.response, gate.max_answer_bytes(), milliseconds).await;
        let filtered = gate.filter(filter, body.map_err(|_| Refusal::BadGateway)?)?;
        Ok(Self {
            body: Some(filtered),
            ..self
        })
    }
}
