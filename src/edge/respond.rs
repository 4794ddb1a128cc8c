//! Answers of the gate's own as `Response` objects.

use wasm_bindgen::JsValue;
use web_sys::{Headers, Response, ResponseInit};

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
    Response::new_with_opt_str_and_init(Some(&reply.body), &init)
}
