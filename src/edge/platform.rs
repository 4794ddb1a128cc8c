//! The core's effects over Workers: key sets from the network and KV, time, background work.

use std::cell::OnceCell;
use std::rc::Rc;

use js_sys::futures::{JsFuture, future_to_promise};
use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortSignal, ReadableStreamDefaultReader, Response};
use worker::Env;
use worker::kv::KvStore;

use super::{crypto, isolate, timer};
use crate::alg::Alg;
use crate::clock::Seconds;
use crate::config::WebUrl;
use crate::gate::Gate;
use crate::keys::{Fetched, Jwk, KeyEvent, KeySource, SourceFault};
use crate::verify::Verifier;

/// How long all fetches of one request together may take, in milliseconds.
const FETCH_MS: u32 = 5000;
/// How long one KV read may take, in milliseconds.
const KV_MS: i32 = 2000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(url: &str, init: &JsValue) -> Result<Promise, JsValue>;

    /// The `ctx` of an event.
    #[derive(Clone)]
    pub(crate) type ExecutionContext;

    #[wasm_bindgen(method, js_name = waitUntil, catch)]
    fn wait_until(this: &ExecutionContext, work: &Promise) -> Result<(), JsValue>;
}

/// The platform as one request sees it.
#[derive(Clone)]
pub(super) struct EdgePlatform {
    gate: Rc<Gate>,
    env: Env,
    ctx: ExecutionContext,
    deadline: OnceCell<AbortSignal>,
}

impl EdgePlatform {
    pub(super) fn new(gate: Rc<Gate>, env: Env, ctx: ExecutionContext) -> Self {
        Self {
            gate,
            env,
            ctx,
            deadline: OnceCell::new(),
        }
    }

    pub(super) fn env(&self) -> &Env {
        &self.env
    }

    /// Runs `work` after the answer has been given.
    fn later(&self, work: impl Future<Output = ()> + 'static) {
        let promise = future_to_promise(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        });
        // Refused only when the request is over already; the work then runs as long as the isolate lets it.
        let _ = self.ctx.wait_until(&promise);
    }

    fn store(&self) -> Option<KvStore> {
        self.env.kv("JWKS_CACHE").ok()
    }
}

impl Verifier for EdgePlatform {
    async fn holds(&self, key: &Jwk, alg: Alg, input: &[u8], signature: &[u8]) -> bool {
        crypto::holds(key, alg, input, signature).await.unwrap_or(false)
    }
}

impl KeySource for EdgePlatform {
    async fn fetch(&self, url: &WebUrl, limit: usize) -> Result<Fetched, SourceFault> {
        let signal = self.deadline.get_or_init(|| AbortSignal::timeout_with_u32(FETCH_MS));
        let fault = |_| {
            if signal.aborted() {
                SourceFault::TimedOut
            } else {
                SourceFault::Unreachable
            }
        };
        let answer = fetch(url.as_str(), &init(signal)).map_err(fault)?;
        let response: Response = JsFuture::from(answer).await.map_err(fault)?.unchecked_into();
        if response.status() != 200 {
            return Err(SourceFault::Status(response.status()));
        }
        let cache_control = response.headers().get("cache-control").ok().flatten();
        let body = read(&response, limit)
            .await
            .map_err(fault)?
            .ok_or(SourceFault::TooLarge)?;
        Ok(Fetched { body, cache_control })
    }

    async fn read_copy(&self, key: &str) -> Result<Option<Vec<u8>>, SourceFault> {
        let Some(store) = self.store() else {
            isolate::log_once_without_store();
            return Ok(None);
        };
        match timer::within(KV_MS, store.get(key).text()).await {
            Some(Ok(copy)) => Ok(copy.map(String::into_bytes)),
            Some(Err(_)) => Err(SourceFault::Store),
            None => Err(SourceFault::TimedOut),
        }
    }

    fn write_copy(&self, key: &str, copy: String, ttl: i64) {
        let Some(store) = self.store() else { return };
        let key = key.to_owned();
        self.later(async move {
            let put = store.put(&key, copy).map(|put| put.expiration_ttl(ttl.unsigned_abs()));
            let written = match put {
                Ok(put) => put.execute().await,
                Err(error) => Err(error),
            };
            if written.is_err() {
                isolate::log(r#"{"event":"keys","outcome":"copy_not_written"}"#);
            }
        });
    }

    fn refresh_later(&self, index: usize) {
        // Its own deadline: this request may have spent some of its own.
        let platform = Self::new(Rc::clone(&self.gate), self.env.clone(), self.ctx.clone());
        self.later(async move {
            if let Some(issuer) = platform.gate.config().issuers.get(index) {
                let _ = platform.gate.keys().refresh(index, issuer, &platform).await;
            }
        });
    }

    async fn pause(&self, milliseconds: i32) {
        timer::pause(milliseconds).await;
    }

    fn now(&self) -> Seconds {
        timer::now()
    }

    fn log(&self, event: KeyEvent<'_>) {
        if let Ok(line) = serde_json::to_string(&event) {
            isolate::log(&line);
        }
    }
}

/// No redirect, no cache, no patience past the deadline.
fn init(signal: &AbortSignal) -> JsValue {
    let init = Object::new();
    for (name, value) in [("redirect", "manual"), ("cache", "no-store")] {
        let _ = Reflect::set(&init, &name.into(), &value.into());
    }
    let _ = Reflect::set(&init, &"signal".into(), signal);
    init.into()
}

/// The whole body, or `None` when it is longer than `limit` bytes.
async fn read(response: &Response, limit: usize) -> Result<Option<Vec<u8>>, JsValue> {
    let mut bytes = Vec::new();
    let Some(body) = response.body() else {
        return Ok(Some(bytes));
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let result = JsFuture::from(reader.read()).await?;
        if Reflect::get(&result, &"done".into())?.is_truthy() {
            return Ok(Some(bytes));
        }
        let chunk: Uint8Array = Reflect::get(&result, &"value".into())?.unchecked_into();
        if bytes.len().saturating_add(chunk.length() as usize) > limit {
            let _ = reader.cancel();
            return Ok(None);
        }
        bytes.extend(chunk.to_vec());
    }
}
