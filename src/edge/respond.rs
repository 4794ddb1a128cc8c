//! Answers of the gate's own as `Response` objects.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, Response, ResponseInit};

use crate::cors::Origins;
use crate::reply::Reply;

/// Builds the response that `reply` describes.
pub(super) fn reply(reply: &Reply) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &reply.fields {
        headers.set(name, value)?;
    }
    let init = ResponseInit::new();
    init.set_status(reply.status);
    init.set_headers(&headers);
    Response::new_with_opt_str_and_init(reply.body.as_deref(), &init)
}

/// Makes `response` readable to the page at `origin`, if that is listed, and to no other page, whatever the origin behind
/// the gate has said.
pub(super) fn for_browsers(response: Response, origins: &Origins, origin: Option<&str>) -> Result<Response, JsValue> {
    // Without a page in play the answer passes as it is, unless a cache could hand it to one.
    if origin.is_none() && origins.is_empty() {
        return Ok(response);
    }
    let response = match response.status() {
        101 => return Ok(response),
        _ => Response::new_with_opt_readable_stream_and_init(response.body().as_ref(), response.unchecked_ref())?,
    };
    let headers = response.headers();
    for name in CORS {
        headers.delete(name)?;
    }
    for (name, value) in origins.fields(origin) {
        headers.set(name, &value)?;
    }
    headers.append("vary", "Origin")?;
    Ok(response)
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
