//! The way to the origin and back: the request rebuilt, bodies as streams that never enter wasm unless they are looked
//! into.

use js_sys::futures::JsFuture;
use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, Request, RequestInit, RequestRedirect, Response, ResponseInit};

use super::isolate::Isolate;
use super::strings::js;
use super::timer::within;
use super::{body, fields};
use crate::answer::Filter;
use crate::gate::Gate;
use crate::outbound::{Outbound, OutboundBody};
use crate::refusal::{Refusal, RequestFault};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(request: &Request, init: &JsValue) -> Result<Promise, JsValue>;
}

/// Sends `outbound`, with the body of `request` where that goes along; gives the origin's answer.
///
/// # Errors
/// [`Refusal::BadGateway`] when the origin cannot be reached or its answer cannot be filtered,
/// [`Refusal::GatewayTimeout`] when it does not start to answer.
pub(super) async fn forward(mut outbound: Outbound, request: &Request, isolate: &Isolate) -> Result<Response, Refusal> {
    let config = isolate.gate.config();
    let request = rebuild(&outbound, request).map_err(|_| Refusal::MalformedRequest(RequestFault::Unforwardable))?;
    let promise = match &isolate.bindings.origin {
        Some(service) => service.fetch(&request),
        None => NO_STORE.with(|init| fetch(&request, init)),
    };
    let answer = JsFuture::from(promise.map_err(|_| Refusal::BadGateway)?);
    // The body is on its way: nothing of it stays in memory while the origin thinks.
    let filter = outbound.filter.take();
    drop(outbound);
    let milliseconds = i32::try_from(config.origin_timeout.saturating_mul(1000)).unwrap_or(i32::MAX);
    let response: Response = match within(milliseconds, answer).await {
        Some(Ok(response)) => response.unchecked_into(),
        Some(Err(_)) => return Err(Refusal::BadGateway),
        None => return Err(Refusal::GatewayTimeout),
    };
    match filter {
        Some(filter) if response.ok() && response.status() != 204 => filtered(&filter, &response, &isolate.gate).await,
        _ => Ok(response),
    }
}

/// The same request to another URL, its header fields rewritten.
fn rebuild(outbound: &Outbound, request: &Request) -> Result<Request, JsValue> {
    let rebuilt = match &outbound.body {
        // With the old request as init, workerd takes over method, signal and body, the body with its length.
        OutboundBody::Stream => Request::new_with_str_and_init(&outbound.url, request.unchecked_ref::<RequestInit>())?,
        OutboundBody::Empty => Request::new_with_str_and_init(&outbound.url, &init(outbound, request, None)?)?,
        OutboundBody::Json(text) => {
            let body = Uint8Array::new_from_slice(text);
            Request::new_with_str_and_init(&outbound.url, &init(outbound, request, Some(&body))?)?
        }
    };
    let headers = fields::of(&rebuilt);
    for name in &outbound.removed {
        headers.delete(&js(name))?;
    }
    for (name, value) in &outbound.fields {
        headers.set(&js(name), &js(value))?;
    }
    if let Some(assertion) = &outbound.assertion {
        headers.set(&js("x-gate-assertion"), &assertion.into())?;
    }
    headers.set(&js("x-request-id"), &outbound.request_id.as_str().into())?;
    Ok(rebuilt)
}

fn init(outbound: &Outbound, request: &Request, body: Option<&Uint8Array>) -> Result<RequestInit, JsValue> {
    let init = RequestInit::new();
    init.set_method(outbound.method.name());
    init.set_headers(&Headers::new_with_headers(&request.headers())?.into());
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&request.signal()));
    if let Some(body) = body {
        init.set_body(body);
    }
    Ok(init)
}

/// The answer with its body filtered, and without the fields that described the old one.
async fn filtered(filter: &Filter, response: &Response, gate: &Gate) -> Result<Response, Refusal> {
    let text = body::read(response.body(), gate.config().max_body_bytes)
        .await
        .ok()
        .flatten();
    let text = gate.filter(filter, text.ok_or(Refusal::BadGateway)?)?;
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
        let body = Uint8Array::new_from_slice(&text);
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
