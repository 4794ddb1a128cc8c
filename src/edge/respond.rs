//! Answers as `Response` objects: the gate's own, and the upstream's with the changes that the core has decided.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Response, ResponseInit};

use super::bridge;
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

#[wasm_bindgen(module = "/src/edge/upstream.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn adopt(response: &Response, body: Option<&[u8]>, changes: &str) -> Result<Response, JsValue>;

    #[wasm_bindgen(catch)]
    fn respond(template: &Response, body: Option<&str>, changes: &str) -> Result<Response, JsValue>;
}

/// Builds the response that `reply` describes, with changes to its header fields.
pub(super) fn reply(reply: Reply, changes: &FieldChanges) -> Result<Response, JsValue> {
    let Reply { status, fields, body } = reply;
    let changes = bridge::changes(changes).ok_or(JsValue::UNDEFINED)?;
    TEMPLATES.with_borrow_mut(|templates| {
        let is_it = |known: &&ResponseTemplate| known.status == status && known.fields == fields;
        if let Some(known) = templates.iter().find(is_it) {
            return respond(&known.response, body.as_deref(), &changes);
        }
        let response = template(status, &fields)?;
        let answer = respond(&response, body.as_deref(), &changes);
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

/// The upstream's answer with these changes to its header fields, and with `body`, if there is one, in place of its own.
pub(super) fn from_upstream(
    response: &Response,
    body: Option<&[u8]>,
    changes: &FieldChanges,
) -> Result<Response, JsValue> {
    let changes = bridge::changes(changes).ok_or(JsValue::UNDEFINED)?;
    adopt(response, body, &changes)
}
