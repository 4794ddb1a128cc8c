//! The platform: Workers events on one side, the core's traits on the other. Nothing here judges a request.

mod audit;
mod body;
mod crypto;
mod fields;
mod isolate;
mod platform;
mod respond;
mod timer;
mod upstream;
mod vars;

use std::future::Future;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use js_sys::futures::future_to_promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Request, Response};
use worker::Env;

use crate::gate::{Gate, Outcome};
use crate::record::Record;
use crate::refusal::{Refusal, RequestFault};
use crate::reply::Reply;
use crate::request::{Head, Method};
use fields::HeaderFields;
use platform::{EdgePlatform, ExecutionContext};

/// The fetch event. Answers synchronously where nothing has to be awaited: a promise costs more than the decision.
#[wasm_bindgen(js_name = fetch)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn fetch(request: Request, env: Env, ctx: ExecutionContext) -> Result<JsValue, JsValue> {
    let mut answer = Box::pin(serve(request, env, ctx));
    // Whatever is awaited first registers again with the real waker when the promise below polls.
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(response) => response.map(JsValue::from),
        Poll::Pending => Ok(future_to_promise(async move { answer.await.map(JsValue::from) }).into()),
    }
}

async fn serve(request: Request, env: Env, ctx: ExecutionContext) -> Result<Response, JsValue> {
    let mut record = Record::new(&isolate::next_request_id());
    let gate = isolate::gate(&env);
    let outcome = match &gate {
        Some(gate) => run(gate, &request, &env, ctx, &mut record).await,
        None => Err(Refusal::Misconfigured),
    };
    let response = match outcome {
        Ok(response) => {
            record.allow(response.status());
            response
        }
        Err(refusal) => {
            record.deny(&refusal);
            respond::reply(&Reply::refusal(&refusal, record.request_id()))?
        }
    };
    isolate::log(&record.line());
    audit::write(&env, &record);
    match gate {
        Some(gate) => {
            let origin = request.headers().get("origin")?;
            respond::for_browsers(response, &gate.config().origins, origin.as_deref())
        }
        None => Ok(response),
    }
}

async fn run(
    gate: &Rc<Gate>,
    request: &Request,
    env: &Env,
    ctx: ExecutionContext,
    record: &mut Record,
) -> Result<Response, Refusal> {
    let (url, headers) = (request.url(), HeaderFields::new(request.headers()));
    let method = Method::from_name(&request.method());
    let head = Head::new(method, &url, &headers).ok_or(Refusal::MalformedRequest(RequestFault::Url))?;
    let platform = EdgePlatform::new(Rc::clone(gate), env.clone(), ctx, Some(Clone::clone(request)));
    match gate.decide(&head, &platform, record).await? {
        Outcome::Forward(outbound) => upstream::forward(*outbound, request, gate, env).await,
        Outcome::Reply(reply) => respond::reply(&reply).map_err(|_| Refusal::BadGateway),
    }
}
