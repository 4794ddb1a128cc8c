//! The way to the origin: the request rebuilt, its body and the whole answer as streams that never enter wasm.

use js_sys::futures::JsFuture;
use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, RequestInit, Response};
use worker::Env;

use super::timer::within;
use super::vars::member;
use crate::config::Config;
use crate::outbound::Outbound;
use crate::refusal::{Refusal, RequestFault};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(request: &Request, init: &JsValue) -> Result<Promise, JsValue>;

    /// A service binding.
    type Service;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Service, request: &Request) -> Result<Promise, JsValue>;
}

/// Sends `outbound` with the body of `request`; gives the origin's answer as it is.
///
/// # Errors
/// [`Refusal::BadGateway`] when the origin cannot be reached, [`Refusal::GatewayTimeout`] when it does not start to answer.
pub(super) async fn forward(
    outbound: &Outbound,
    request: &Request,
    config: &Config,
    env: &Env,
) -> Result<Response, Refusal> {
    let request =
        rebuild(outbound, request, config).map_err(|_| Refusal::MalformedRequest(RequestFault::Unforwardable))?;
    let promise = match member(env, "ORIGIN") {
        Some(service) => service.unchecked_ref::<Service>().fetch(&request),
        None => fetch(&request, &no_store()),
    };
    let answer = JsFuture::from(promise.map_err(|_| Refusal::BadGateway)?);
    let milliseconds = i32::try_from(config.origin_timeout.saturating_mul(1000)).unwrap_or(i32::MAX);
    match within(milliseconds, answer).await {
        Some(Ok(response)) => Ok(response.unchecked_into()),
        Some(Err(_)) => Err(Refusal::BadGateway),
        None => Err(Refusal::GatewayTimeout),
    }
}

/// The same request to another URL, its header fields rewritten. With the old request as init, workerd takes over method,
/// signal and body, the body with its length.
fn rebuild(outbound: &Outbound, request: &Request, config: &Config) -> Result<Request, JsValue> {
    let request = Request::new_with_str_and_init(&outbound.url, request.unchecked_ref::<RequestInit>())?;
    let headers = request.headers();
    // One crossing for all names; deleting is one for each name that must go.
    let names = Array::from(&headers.keys()).join("\n");
    for name in String::from(names)
        .split('\n')
        .filter(|name| outbound.removes(name, config))
    {
        headers.delete(name)?;
    }
    for (name, value) in &outbound.fields {
        headers.set(name, value)?;
    }
    Ok(request)
}

/// `{cache: "no-store"}`: an answer for one caller must not wait in a cache for another.
fn no_store() -> JsValue {
    let init = Object::new();
    let _ = Reflect::set(&init, &"cache".into(), &"no-store".into());
    init.into()
}
