//! The core's effects over Workers: key sets from the network and KV, time, background work.

use std::cell::OnceCell;
use std::rc::Rc;

use js_sys::{Date, Object, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortSignal, Request, Response};

use super::bridge::Unread;
use super::isolate::{Isolate, random};
use super::wait::{Wait, is_late, pause};
use super::{body, clock, crypto, isolate, task};
use crate::auth::issuer::IssuerIndex;
use crate::auth::keys::{
    DocumentRequest, Fetched, Jwk, KeyEvent, KeySource, MAX_ERROR_BYTES, REQUEST_FIELDS, SourceFault,
};
use crate::auth::revocation::RevocationStore;
use crate::auth::verify::Verifier;
use crate::base::alg::Alg;
use crate::base::clock::Seconds;
use crate::call::BodySource;
use crate::config::read::Misconfigured;
use crate::gate::limit::Limiter;
use crate::gate::notice::NoticeLog;
use crate::outbound::assertion::{Signer, SigningKey};
use crate::wire::fault::{BodyFault, SizeFault};
use crate::wire::refusal::Refusal;

/// How long one request may spend on keys in all, in milliseconds. With [`REVOKED_MS`], no request waits longer than 8 s.
const KEYS_MS: i32 = 7000;
/// How long all fetches of one request together may take, in milliseconds.
const FETCH_MS: i32 = 5000;
/// How long one read of a shared copy may take, in milliseconds.
const KV_MS: i32 = 2000;
/// How long the reads of revocations may take, in milliseconds.
const REVOKED_MS: i32 = 1000;
/// How long KV may serve a revocation from its cache: the least it allows, in seconds.
const REVOKED_CACHE_TTL: u32 = 30;

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
pub(super) struct EdgePlatform {
    isolate: Rc<Isolate>,
    ctx: ExecutionContext,
    request: Option<Request>,
    signal: OnceCell<AbortSignal>,
    /// When the first wait for keys began, in milliseconds.
    waiting_since: OnceCell<f64>,
}

impl EdgePlatform {
    /// The platform for `request`, or for work that belongs to none.
    pub(super) fn new(isolate: Rc<Isolate>, ctx: ExecutionContext, request: Option<Request>) -> Self {
        Self {
            isolate,
            ctx,
            request,
            signal: OnceCell::new(),
            waiting_since: OnceCell::new(),
        }
    }

    /// The event.
    pub(super) fn ctx(&self) -> &ExecutionContext {
        &self.ctx
    }

    /// The rest of the time that one request may spend on keys, in milliseconds, at most `wish`.
    fn patience(&self, wish: i32) -> i32 {
        let now = Date::now();
        let spent = now - *self.waiting_since.get_or_init(|| now);
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and a few thousand")]
        let left = (f64::from(KEYS_MS) - spent).clamp(0.0, f64::from(wish)) as i32;
        left
    }

    /// Runs `work` after the answer was returned.
    fn later(&self, work: impl Future<Output = ()> + 'static) {
        let promise = task::later(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        });
        // Refused only when the request is over already; the work then runs as long as the isolate lets it.
        let _ = self.ctx.wait_until(&promise);
    }
}

impl Verifier for EdgePlatform {
    async fn holds(&self, key: &Jwk, alg: Alg, input: &[u8], signature: &[u8]) -> bool {
        crypto::holds(key, alg, input, signature).await.unwrap_or(false)
    }
}

impl Signer for EdgePlatform {
    async fn sign(&self, key: &SigningKey, input: &[u8]) -> Option<Vec<u8>> {
        let signature = crypto::sign(key, input).await;
        if signature.is_err() {
            isolate::log(r#"{"event":"assertion","outcome":"not_signed","remedy":"check the key in ASSERTION_KEY"}"#);
        }
        signature.ok()
    }

    fn unique(&self) -> String {
        format!("{:032x}", u128::from(random()) << 64 | u128::from(random()))
    }
}

impl BodySource for EdgePlatform {
    async fn read_body(&self, limit: usize) -> Result<Vec<u8>, Refusal> {
        let request = self
            .request
            .as_ref()
            .ok_or(Refusal::MalformedBody(BodyFault::Incomplete))?;
        let milliseconds = body::milliseconds(self.isolate.gate.timeouts().body);
        body::read(request, limit, milliseconds)
            .await
            .map_err(|unread| match unread {
                Unread::TooLarge => Refusal::PayloadTooLarge(SizeFault::Bytes),
                Unread::TooLate => Refusal::RequestTimeout,
                Unread::Broken => Refusal::MalformedBody(BodyFault::Incomplete),
            })
    }
}

impl RevocationStore for EdgePlatform {
    fn has_revocations(&self) -> bool {
        self.isolate.bindings.revoked.is_some()
    }

    async fn read_revocations(&self, names: &[String]) -> Result<Vec<Option<String>>, ()> {
        let store = self.isolate.bindings.revoked.as_ref().ok_or(())?;
        // All of them are under way before the first is awaited.
        let mut reads = Vec::new();
        for name in names {
            reads.push(
                store
                    .begin_read(name, Some(REVOKED_CACHE_TTL), REVOKED_MS)
                    .map_err(|_| ())?,
            );
        }
        let mut values = Vec::new();
        for read in reads {
            values.push(read.await.map_err(|_| ())?.as_string());
        }
        Ok(values)
    }
}

impl Limiter for EdgePlatform {
    async fn admits(&self, name: &str, key: impl FnOnce() -> String) -> bool {
        let Some(limit) = self.isolate.bindings.rate_limit(name) else {
            return true;
        };
        // A limiter protects capacity, not data: while it is broken, who has the right to pass still does.
        limit.admits(&key()).await.unwrap_or_else(|_| {
            isolate::log(r#"{"event":"rate_limit","outcome":"failed"}"#);
            true
        })
    }
}

impl NoticeLog for EdgePlatform {
    fn notice(&self, notice: &Misconfigured) {
        isolate::log_setting("notice", notice);
    }
}

impl KeySource for EdgePlatform {
    async fn fetch(&self, request: DocumentRequest<'_>) -> Result<Fetched, SourceFault> {
        let signal = self
            .signal
            .get_or_init(|| AbortSignal::timeout_with_u32(self.patience(FETCH_MS).unsigned_abs()));
        let fault = |_| {
            if signal.aborted() {
                SourceFault::TimedOut
            } else {
                SourceFault::Unreachable
            }
        };
        let (url, init) = (request.url.as_str(), init(signal));
        let answer = match request.service {
            None => fetch(url, &init),
            Some(name) => {
                let service = self.isolate.bindings.provider(name).ok_or(SourceFault::Unreachable)?;
                service.fetch(url, &init)
            }
        };
        let response: Response = Wait::of(&answer.map_err(fault)?).await.map_err(fault)?.unchecked_into();
        let status = response.status();
        let limit = if status == 200 { request.limit } else { MAX_ERROR_BYTES };
        let body = body::read(&response, limit, self.patience(FETCH_MS)).await;
        let body = body.map_err(|unread| match unread {
            Unread::TooLarge => SourceFault::TooLarge,
            Unread::TooLate => SourceFault::TimedOut,
            Unread::Broken => fault(JsValue::UNDEFINED),
        });
        // Of an error the beginning is enough, and nothing will do.
        let body = if status == 200 { body? } else { body.unwrap_or_default() };
        Ok(Fetched::new(status, body, |name| {
            response.headers().get(name).ok().flatten()
        }))
    }

    async fn read_copy(&self, key: &str) -> Result<Option<Vec<u8>>, SourceFault> {
        let Some(store) = &self.isolate.bindings.jwks_cache else {
            isolate::log_once_without_store();
            return Ok(None);
        };
        match store.read(key, None, self.patience(KV_MS)).await {
            Ok(copy) => Ok(copy.map(String::into_bytes)),
            Err(error) if is_late(&error) => Err(SourceFault::TimedOut),
            Err(_) => Err(SourceFault::Store),
        }
    }

    fn write_copy(&self, key: &str, copy: String, ttl: i64) {
        let (isolate, key) = (Rc::clone(&self.isolate), key.to_owned());
        self.later(async move {
            let Some(store) = &isolate.bindings.jwks_cache else {
                return;
            };
            if store.write(&key, &copy, ttl).await.is_err() {
                isolate::log(r#"{"event":"keys","outcome":"copy_not_written"}"#);
            }
        });
    }

    fn refresh_later(&self, index: IssuerIndex) {
        // Its own deadline: this request may have spent some of its own.
        let platform = Self::new(Rc::clone(&self.isolate), self.ctx.clone(), None);
        self.later(async move {
            // The log has the outcome.
            let _ = platform.isolate.gate.auth().keys().refresh(index, &platform).await;
        });
    }

    async fn pause(&self, milliseconds: i32) {
        pause(self.patience(milliseconds)).await;
    }

    fn now(&self) -> Seconds {
        clock::now()
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
    let fields = Object::new();
    for (name, value) in REQUEST_FIELDS {
        let _ = Reflect::set(&fields, &name.into(), &value.into());
    }
    let _ = Reflect::set(&init, &"headers".into(), &fields);
    let _ = Reflect::set(&init, &"signal".into(), signal);
    init.into()
}
