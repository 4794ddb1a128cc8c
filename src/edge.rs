//! The platform: Workers events on one side, the core's traits on the other. Nothing here decides about a request.

mod audit;
mod bindings;
mod body;
mod clock;
mod crypto;
mod head;
mod isolate;
mod log_entry;
mod pending;
mod platform;
mod respond;
mod task;
mod upstream;
mod vars;
mod wait;

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Request;
use worker::Env;

use crate::browser::cors;
use crate::gate::Decision;
use crate::wire::fault::RequestFault;
use crate::wire::field_changes::FieldChanges;
use crate::wire::refusal::Refusal;
use crate::wire::request::Head;
use head::RequestFields;
use isolate::Isolate;
use log_entry::LogEntry;
use platform::{EdgePlatform, ExecutionContext};

/// The fetch event: a response, or a promise of it where something has to be awaited.
#[wasm_bindgen(js_name = fetch)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn fetch(request: Request, env: Env, ctx: ExecutionContext) -> Result<JsValue, JsValue> {
    // The trait's clone, a second handle: the method of this name would tee the body.
    let handle = Clone::clone(&request);
    task::start(serve(request, env, ctx), Some(&handle))
}

/// The scheduled event: renews every issuer's key set, in KV above all, before any request finds it stale. One issuer that
/// is down does not keep the others from being renewed.
#[wasm_bindgen(js_name = scheduled)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn scheduled(_event: JsValue, env: Env, ctx: ExecutionContext) -> Result<JsValue, JsValue> {
    let work = async move {
        if let Some(isolate) = isolate::isolate(&env) {
            renew_all(&isolate, &ctx).await;
        }
        Ok(JsValue::UNDEFINED)
    };
    task::start(work, None)
}

async fn renew_all(isolate: &Rc<Isolate>, ctx: &ExecutionContext) {
    let auth = isolate.gate.auth();
    for (index, _) in auth.settings().issuers.iter() {
        // A platform each: they do not share one deadline.
        let platform = EdgePlatform::new(Rc::clone(isolate), ctx.clone(), None);
        // What came of it is in the log.
        let _ = auth.keys().renew(index, &platform).await;
    }
}

async fn serve(request: Request, env: Env, ctx: ExecutionContext) -> Result<JsValue, JsValue> {
    let mut entry = LogEntry::new(isolate::isolate(&env));
    let Some(isolate) = entry.isolate().cloned() else {
        return entry.refuse(&Refusal::Misconfigured, &FieldChanges::default());
    };
    let (text, fields) = (head::text(&request), RequestFields(&request));
    let Some(head) = Head::parse(&text, &fields) else {
        let fault = Refusal::MalformedRequest(RequestFault::Url);
        return entry.refuse(&fault, &FieldChanges::default());
    };
    let platform = EdgePlatform::new(Rc::clone(&isolate), ctx, Some(Clone::clone(&request)));
    let decision = isolate.gate.decide(&head, &platform, entry.record()).await;
    let origin = head.fields.get("origin");
    let refusal = match decision {
        Ok(Decision::Forward(outbound)) => return Ok(upstream::send(*outbound, &request, (entry, isolate), origin)),
        Ok(Decision::Reply(reply)) => {
            let (status, changes) = (reply.status, cors::for_reply(isolate.gate.origins(), origin));
            let response = respond::reply(reply, entry.record().request_id(), &changes)?;
            entry.allow(status);
            return Ok(response.into());
        }
        Err(refusal) => refusal,
    };
    entry.refuse(&refusal, &cors::for_reply(isolate.gate.origins(), origin))
}
