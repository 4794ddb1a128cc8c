//! Answers of the gate's own as `Response` objects, and what is added to the origin's for browsers.

use std::collections::BTreeMap;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Response, ResponseInit};

use super::fields;
use super::strings::{Kept, js, kept};
use crate::cors::Origins;
use crate::reply::Reply;

thread_local! {
    /// Answers without a body, of which others are made by copying status and fields: nearly every refusal is one of a few.
    static TEMPLATES: Kept = const { Kept::new(BTreeMap::new()) };
}

/// Builds the response that `reply` describes.
pub(super) fn reply(reply: &Reply, request_id: &str) -> Result<Response, JsValue> {
    let mut key = reply.status.to_string();
    for (name, value) in &reply.fields {
        key.extend(["\n", name, ":", value]);
    }
    let template = kept(&TEMPLATES, &key, || template(reply));
    let response = Response::new_with_opt_str_and_init(reply.body.as_deref(), template.unchecked_ref())?;
    fields::of(&response).set(&js("x-request-id"), &request_id.into())?;
    Ok(response)
}

/// Status and fields as an answer of their own. Where the platform rejects them, it will say so again.
fn template(reply: &Reply) -> JsValue {
    let pairs: Array = reply
        .fields
        .iter()
        .map(|(name, value)| Array::of2(&js(name), &value.into()))
        .collect();
    let init = ResponseInit::new();
    init.set_status(reply.status);
    init.set_headers(&pairs);
    Response::new_with_opt_str_and_init(None, &init).map_or_else(JsValue::from, JsValue::from)
}

/// The origin's answer with fields that can be changed, and without what it says to browsers: CORS is the gate's alone.
/// Where no page is in play it passes as it is, unless a cache could hand it to one.
pub(super) fn from_origin(response: Response, origins: &Origins, origin: Option<&str>) -> Result<Response, JsValue> {
    if response.status() == 101 || (origin.is_none() && origins.is_empty()) {
        return Ok(response);
    }
    let response = Response::new_with_opt_readable_stream_and_init(response.body().as_ref(), response.unchecked_ref())?;
    let headers = fields::of(&response);
    for name in CORS {
        headers.delete(&js(name))?;
    }
    Ok(response)
}

/// Makes `response` readable to the page at `origin`, if that is listed, and to no other page.
pub(super) fn for_browsers(response: &Response, origins: &Origins, origin: Option<&str>) -> Result<(), JsValue> {
    if response.status() == 101 || (origin.is_none() && origins.is_empty()) {
        return Ok(());
    }
    let headers = fields::of(response);
    for (name, value) in origins.fields(origin) {
        headers.set(&js(name), &js(&value))?;
    }
    headers.append(&js("vary"), &js("Origin"))
}

/// Every field by which an answer speaks to browsers of other origins.
const CORS: [&str; 8] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-private-network",
    "access-control-expose-headers",
    "access-control-max-age",
    "timing-allow-origin",
];
