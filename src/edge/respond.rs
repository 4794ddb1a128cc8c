//! The gate's own answers as `Response` objects, and what is changed in the upstream's for browsers.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Response, ResponseInit};

use super::fields;
use super::isolate::Isolate;
use super::strings::js;
use crate::browser::cors;
use crate::browser::origins::AllowedOrigins;
use crate::wire::reply::Reply;

/// Most templates that are kept; past it the memory starts anew.
const MAX_TEMPLATES: usize = 64;

thread_local! {
    /// Answers without a body, of which others are made by copying status and fields: nearly every refusal is one of a few.
    static TEMPLATES: RefCell<Vec<Template>> = const { RefCell::new(Vec::new()) };
}

struct Template {
    status: u16,
    fields: Vec<(&'static str, String)>,
    response: Response,
}

#[wasm_bindgen(module = "/src/edge/glue.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn adopt(response: &Response, request_id: &str, keeps_cache_control: bool) -> Result<Response, JsValue>;

    #[wasm_bindgen(catch)]
    fn respond(template: &Response, body: Option<&str>, request_id: &str) -> Result<Response, JsValue>;
}

/// Builds the response that `reply` describes.
pub(super) fn reply(reply: Reply, request_id: &str) -> Result<Response, JsValue> {
    let Reply { status, fields, body } = reply;
    TEMPLATES.with_borrow_mut(|templates| {
        let is_it = |known: &&Template| known.status == status && known.fields == fields;
        if let Some(known) = templates.iter().find(is_it) {
            return respond(&known.response, body.as_deref(), request_id);
        }
        let response = template(status, &fields)?;
        let answer = respond(&response, body.as_deref(), request_id);
        if templates.len() >= MAX_TEMPLATES {
            templates.clear();
        }
        templates.push(Template {
            status,
            fields,
            response,
        });
        answer
    })
}

fn template(status: u16, fields: &[(&str, String)]) -> Result<Response, JsValue> {
    let pairs: Array = fields
        .iter()
        .map(|(name, value)| Array::of2(&js(name), &value.into()))
        .collect();
    let init = ResponseInit::new();
    init.set_status(status);
    init.set_headers(&pairs);
    Response::new_with_opt_str_and_init(None, &init)
}

/// The upstream's answer as a client may have it: not to be kept for anybody else, with the gate's request id, without what
/// the upstream says to browsers of other origins, and without the fields that only the upstream is to see.
pub(super) fn from_upstream(
    response: Response,
    isolate: &Isolate,
    origin: Option<&str>,
    request_id: &str,
) -> Result<Response, JsValue> {
    // A WebSocket's answer has no fields that anybody could change.
    if response.status() == 101 {
        return Ok(response);
    }
    let gate = &isolate.gate;
    let mut removed: Vec<&str> = gate.outbound().upstream_headers.iter().map(|(name, _)| name).collect();
    if may_meet_a_page(&response, gate.origins(), origin) {
        removed.extend(CORS);
    }
    let response = adopt(&response, request_id, response.status() == 304)?;
    let headers = fields::of(&response);
    for name in removed {
        headers.delete(&js(name))?;
    }
    Ok(response)
}

/// Makes `response` readable to the page at `origin`, if that is listed, and to no other page.
pub(super) fn for_browsers(response: &Response, origins: &AllowedOrigins, origin: Option<&str>) -> Result<(), JsValue> {
    if !may_meet_a_page(response, origins, origin) {
        return Ok(());
    }
    let headers = fields::of(response);
    for (name, value) in cors::fields(origins, origin) {
        headers.set(&js(name), &js(&value))?;
    }
    headers.append(&js("vary"), &js("Origin"))
}

/// Whether CORS has a say: not over a WebSocket, nor where no page asks and no cache could hand the answer to one.
fn may_meet_a_page(response: &Response, origins: &AllowedOrigins, origin: Option<&str>) -> bool {
    response.status() != 101 && (origin.is_some() || !origins.is_empty())
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
