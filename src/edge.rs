//! The platform: Workers events on one side, the core's traits on the other. Nothing here decides about a request.

mod audit;
mod bindings;
mod body;
#[expect(unreachable_pub, reason = "the native tests check it")]
mod bridge;
mod clock;
mod crypto;
mod events;
mod handover;
mod head;
mod isolate;
mod log_entry;
mod memory;
mod pending;
mod platform;
mod respond;
mod secret_store;
mod task;
mod upstream;
mod vars;
mod wait;

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Request;
use worker::Env;

use crate::gate::Decision;
use crate::wire::fault::RequestFault;
use crate::wire::refusal::Refusal;
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
    task::enter(|| task::start(serve(request, env, ctx), Some(&handle)))
}

/// The scheduled event: renews every issuer's key set, in KV above all, before any request finds it stale. One issuer that
/// is down does not keep the others from being renewed.
#[wasm_bindgen(js_name = scheduled)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn scheduled(_event: JsValue, env: Env, ctx: ExecutionContext) -> Result<JsValue, JsValue> {
    let work = async move {
        if let Some(isolate) = isolate::isolate(&env).await {
            renew_all(&isolate, &ctx).await;
        }
        Ok(JsValue::UNDEFINED)
    };
    task::enter(|| task::start(work, None))
}

async fn renew_all(isolate: &Rc<Isolate>, ctx: &ExecutionContext) {
    let auth = isolate.gate.auth();
    let issuers = auth.settings().issuers.iter();
    for (index, _) in issuers.filter(|(index, _)| auth.keys().is_first(*index)) {
        // A platform each: they do not share one deadline.
        let platform = EdgePlatform::new(Rc::clone(isolate), ctx.clone(), None);
        // The log has the outcome.
        let _ = auth.keys().renew(index, &platform).await;
    }
}

async fn serve(request: Request, env: Env, ctx: ExecutionContext) -> Result<JsValue, JsValue> {
    let mut entry = LogEntry::new(isolate::isolate(&env).await);
    let Some(isolate) = entry.isolate().cloned() else {
        return entry.refuse(&Refusal::Misconfigured, None);
    };
    let (mut incoming, fields) = (head::incoming(&request), RequestFields(&request));
    let Some(head) = incoming.as_mut().and_then(|incoming| incoming.head(&fields)) else {
        return entry.refuse(&Refusal::MalformedRequest(RequestFault::Url), None);
    };
    let platform = EdgePlatform::new(Rc::clone(&isolate), ctx, Some(Clone::clone(&request)));
    match isolate.gate.decide(&head, &platform, entry.record()).await {
        Ok(Decision::Forward(outbound)) => Ok(upstream::send(*outbound, &request, platform.ctx(), (entry, isolate))),
        Ok(Decision::Reply(reply)) => entry.reply(reply, head.page()),
        Err(refusal) => entry.refuse(&refusal, head.page()),
    }
}
