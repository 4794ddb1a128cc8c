//! The gate's own answers as `Response` objects, and what is changed in the upstream's for browsers.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Response, ResponseInit};

use crate::browser::cors;
use crate::gate::Gate;
use crate::wire::field_changes::FieldChanges;
use crate::wire::reply::Reply;

/// Most templates that are kept; past it the memory starts anew.
const MAX_TEMPLATES: usize = 64;

thread_local! {
    /// Answers without a body, of which others are made by copying status and fields: nearly every refusal is one of a few.
    static TEMPLATES: RefCell<Vec<ResponseTemplate>> = const { RefCell::new(Vec::new()) };
}

struct ResponseTemplate {
    status: u16,
    fields: Vec<(&'static str, String)>,
    response: Response,
}

#[wasm_bindgen(module = "/src/edge/glue.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn adopt(
        response: &Response,
        body: Option<&[u8]>,
        request_id: &str,
        keeps_cache_control: bool,
        changes: &str,
    ) -> Result<Response, JsValue>;

    #[wasm_bindgen(catch)]
    fn respond(template: &Response, body: Option<&str>, request_id: &str, changes: &str) -> Result<Response, JsValue>;
}

/// Builds the response that `reply` describes, with changes to its header fields.
pub(super) fn reply(reply: Reply, request_id: &str, changes: &FieldChanges) -> Result<Response, JsValue> {
    let Reply { status, fields, body } = reply;
    let changes = changes.lines().ok_or(JsValue::UNDEFINED)?;
    TEMPLATES.with_borrow_mut(|templates| {
        let is_it = |known: &&ResponseTemplate| known.status == status && known.fields == fields;
        if let Some(known) = templates.iter().find(is_it) {
            return respond(&known.response, body.as_deref(), request_id, changes);
        }
        let response = template(status, &fields)?;
        let answer = respond(&response, body.as_deref(), request_id, changes);
        if templates.len() >= MAX_TEMPLATES {
            templates.clear();
        }
        templates.push(ResponseTemplate {
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
        .map(|(name, value)| Array::of2(&(*name).into(), &value.into()))
        .collect();
    let init = ResponseInit::new();
    init.set_status(status);
    init.set_headers(&pairs);
    Response::new_with_opt_str_and_init(None, &init)
}

/// What describes a body, and does not hold for another one in its place.
const DESCRIPTIONS: [&str; 5] = [
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "etag",
    "last-modified",
];

/// The upstream's answer, of this status, as a client may have it: with `body` in place of its own, if there is one, not to be
/// kept for anybody else, with the gate's request id, without the fields that only the upstream is to see, and with what the
/// gate says to the page at `origin`.
pub(super) fn from_upstream(
    response: Response,
    body: Option<&[u8]>,
    status: u16,
    gate: &Gate,
    origin: Option<&str>,
    request_id: &str,
) -> Result<Response, JsValue> {
    // A WebSocket's answer has no fields that anybody could change.
    if status == 101 {
        return Ok(response);
    }
    let mut changes = FieldChanges::default();
    for name in body.map(|_| DESCRIPTIONS).into_iter().flatten() {
        changes.remove(name);
    }
    for (name, _) in gate.outbound().origin_headers.iter() {
        changes.remove(name);
    }
    changes.extend(&cors::for_answer(gate.origins(), origin));
    let changes = changes.lines().ok_or(JsValue::UNDEFINED)?;
    adopt(&response, body, request_id, status == 304, changes)
}
