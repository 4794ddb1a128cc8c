//! The way upstream and back: the request rebuilt, bodies as streams that never enter wasm unless they are
//! inspected.

use js_sys::{Date, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, Request, Response, ResponseInit};

use super::body;
use super::isolate::{self, Isolate};
use super::wait::{Wait, is_late};
use crate::gate::Gate;
use crate::gate::record::Record;
use crate::outbound::answer::Filter;
use crate::outbound::{Outbound, OutboundBody};
use crate::wire::fault::RequestFault;
use crate::wire::refusal::Refusal;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(request: &Request, init: &JsValue) -> Result<Promise, JsValue>;
}

#[wasm_bindgen(module = "/src/edge/glue.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn rebuild(
        request: &Request,
        url: &str,
        method: Option<&str>,
        body: Option<&Uint8Array>,
        changes: &str,
    ) -> Result<Request, JsValue>;
}

/// Sends `outbound`, with the body of `request` where that goes along; gives the upstream's answer.
///
/// # Errors
/// [`Refusal::BadGateway`] when the upstream cannot be reached or its answer cannot be filtered,
/// [`Refusal::GatewayTimeout`] when it does not start to answer.
pub(super) async fn forward(
    mut outbound: Outbound,
    request: &Request,
    isolate: &Isolate,
    record: &mut Record,
) -> Result<Response, Refusal> {
    let request = rebuild_as(&outbound, request).map_err(|_| Refusal::MalformedRequest(RequestFault::Unforwardable))?;
    let promise = match &isolate.bindings.upstream {
        Some(service) => service.fetch(&request),
        None => NO_STORE.with(|init| fetch(&request, init)),
    };
    let milliseconds = body::milliseconds(isolate.gate.timeouts().upstream);
    let asked = Date::now();
    let answer = Wait::of_within(&promise.map_err(|_| Refusal::BadGateway)?, milliseconds);
    // The body is on its way: nothing of it stays in memory while the upstream thinks.
    let (filter, kind) = (outbound.filter.take(), outbound.operation.kind());
    drop(outbound);
    let response: Response = match answer.await {
        Ok(response) => response.unchecked_into(),
        Err(error) if is_late(&error) => return Err(Refusal::GatewayTimeout),
        Err(_) => return Err(Refusal::BadGateway),
    };
    record.upstream_ms(elapsed(asked));
    if let Err(fault) = isolate.gate.check_dialect(kind, response.status()) {
        isolate::log_setting("misconfigured", &fault);
        return Err(Refusal::BadGateway);
    }
    match filter {
        Some(filter) if response.ok() && response.status() != 204 => filtered(&filter, &response, &isolate.gate).await,
        _ => Ok(response),
    }
}

/// Milliseconds since `start`.
fn elapsed(start: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and a clock that was set back gives 0"
    )]
    let milliseconds = (Date::now() - start) as u32;
    milliseconds
}

/// The same request to another URL, its header fields rewritten.
fn rebuild_as(outbound: &Outbound, request: &Request) -> Result<Request, JsValue> {
    let (method, body) = match &outbound.body {
        OutboundBody::Stream => (None, None),
        OutboundBody::Empty => (Some(outbound.method.name()), None),
        OutboundBody::Json(json) => (Some(outbound.method.name()), Some(Uint8Array::new_from_slice(json))),
    };
    let changes = outbound.fields.lines().ok_or(JsValue::UNDEFINED)?;
    rebuild(request, &outbound.url, method, body.as_ref(), changes)
}

/// The answer with its body filtered, and without the fields that described the old one.
async fn filtered(filter: &Filter, response: &Response, gate: &Gate) -> Result<Response, Refusal> {
    let milliseconds = body::milliseconds(gate.timeouts().upstream);
    let answer = body::read(response, gate.max_answer_bytes(), milliseconds).await;
    let answer = gate.filter(filter, answer.map_err(|_| Refusal::BadGateway)?)?;
    let rebuild = || {
        let headers = Headers::new_with_headers(&response.headers())?;
        for name in [
            "content-length",
            "content-encoding",
            "transfer-encoding",
            "etag",
            "last-modified",
        ] {
            headers.delete(name)?;
        }
        let init = ResponseInit::new();
        init.set_status(response.status());
        init.set_headers(&headers);
        let body = Uint8Array::new_from_slice(&answer);
        Response::new_with_opt_js_u8_array_and_init(Some(&body), &init)
    };
    rebuild().map_err(|_: JsValue| Refusal::BadGateway)
}

thread_local! {
    /// `{cache: "no-store"}`: an answer for one caller must not wait in a cache for another.
    static NO_STORE: JsValue = {
        let init = Object::new();
        let _ = Reflect::set(&init, &"cache".into(), &"no-store".into());
        init.into()
    };
}
