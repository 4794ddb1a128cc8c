//! The platform of a command in Node: WebCrypto, a clock that the command may set, and a fetch that it may deny.

use js_sys::Promise;
use js_sys::futures::JsFuture;
use serde::Deserialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::crypto;
use crate::auth::issuer::IssuerIndex;
use crate::auth::keys::{DocumentRequest, Fetched, Jwk, KeyEvent, KeySource, REQUEST_FIELDS, SourceFault};
use crate::auth::revocation::RevocationStore;
use crate::auth::verify::Verifier;
use crate::base::alg::Alg;
use crate::base::clock::Seconds;
use crate::call::BodySource;
use crate::config::read::Misconfigured;
use crate::gate::limit::Limiter;
use crate::gate::notice::NoticeLog;
use crate::outbound::assertion::{Signer, SigningKey};
use crate::wire::fault::SizeFault;
use crate::wire::refusal::Refusal;

#[wasm_bindgen]
extern "C" {
    /// The effects that a command provides to the core.
    pub(crate) type Host;

    /// The time of the decision, in seconds since 1970.
    #[wasm_bindgen(method)]
    fn now(this: &Host) -> f64;

    /// The JWK Set for every issuer, if the command has one.
    #[wasm_bindgen(method, js_name = keySet)]
    fn key_set(this: &Host) -> Option<String>;

    /// Gets a document with header fields, a JSON object: a promise of JSON, `{status, body, cacheControl, age}` or
    /// `{fault}`.
    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Host, url: &str, limit: usize, fields: &str) -> Result<Promise, JsValue>;
}

/// The platform for one request.
pub(super) struct NodePlatform {
    host: Host,
    body: Vec<u8>,
}

/// The result of a fetch.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HostAnswer {
    fault: Option<String>,
    #[serde(default)]
    status: u16,
    #[serde(default)]
    body: String,
    cache_control: Option<String>,
    age: Option<String>,
}

impl NodePlatform {
    /// The platform for a request with this body.
    pub(super) fn new(host: Host, body: Vec<u8>) -> Self {
        Self { host, body }
    }
}

impl KeySource for NodePlatform {
    async fn fetch(&self, request: DocumentRequest<'_>) -> Result<Fetched, SourceFault> {
        // No command reaches a service binding.
        if request.service.is_some() {
            return Err(SourceFault::Unreachable);
        }
        let fields = serde_json::Value::from_iter(REQUEST_FIELDS).to_string();
        let promise = self.host.fetch(request.url.as_str(), request.limit, &fields);
        let promise = promise.map_err(|_| SourceFault::Unreachable)?;
        let json = JsFuture::from(promise).await.map_err(|_| SourceFault::Unreachable)?;
        let answer: HostAnswer =
            serde_json::from_str(&json.as_string().unwrap_or_default()).map_err(|_| SourceFault::Unreachable)?;
        match answer.fault.as_deref() {
            Some("timed_out") => return Err(SourceFault::TimedOut),
            Some("too_large") => return Err(SourceFault::TooLarge),
            Some(_) => return Err(SourceFault::Unreachable),
            None => {}
        }
        Ok(Fetched {
            status: answer.status,
            body: answer.body.into_bytes(),
            cache_control: answer.cache_control,
            age: answer.age,
        })
    }

    /// The command's JWK Set serves as the shared copy of every issuer.
    async fn read_copy(&self, _key: &str) -> Result<Option<Vec<u8>>, SourceFault> {
        let set = self.host.key_set();
        let now = self.now().0;
        Ok(set.map(|set| format!(r#"{{"fetched":{now},"fresh_for":3600,"jwks":{set}}}"#).into_bytes()))
    }

    fn write_copy(&self, _key: &str, _copy: String, _ttl: i64) {}

    fn refresh_later(&self, _index: IssuerIndex) {}

    async fn pause(&self, _milliseconds: i32) {}

    fn now(&self) -> Seconds {
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds of a date")]
        Seconds(self.host.now() as i64)
    }

    fn log(&self, _event: KeyEvent<'_>) {}
}

impl Verifier for NodePlatform {
    async fn holds(&self, key: &Jwk, alg: Alg, input: &[u8], signature: &[u8]) -> bool {
        crypto::holds(key, alg, input, signature).await.unwrap_or(false)
    }
}

impl BodySource for NodePlatform {
    async fn read_body(&self, limit: usize) -> Result<Vec<u8>, Refusal> {
        if self.body.len() > limit {
            return Err(Refusal::PayloadTooLarge(SizeFault::Bytes));
        }
        Ok(self.body.clone())
    }
}

/// A command has no store.
impl RevocationStore for NodePlatform {
    fn has_revocations(&self) -> bool {
        false
    }

    async fn read_revocations(&self, _names: &[String]) -> Result<Vec<Option<String>>, ()> {
        Ok(Vec::new())
    }
}

/// A command counts no requests.
impl Limiter for NodePlatform {
    async fn admits(&self, _name: &str, _key: impl FnOnce() -> String) -> bool {
        true
    }
}

/// A command tells what it decides, and has no log.
impl NoticeLog for NodePlatform {
    fn notice(&self, _notice: &Misconfigured) {}
}

/// A command sends nothing upstream and needs no assertion: the placeholder is never shown.
impl Signer for NodePlatform {
    async fn sign(&self, _key: &SigningKey, _input: &[u8]) -> Option<Vec<u8>> {
        Some(Vec::new())
    }

    fn unique(&self) -> String {
        String::new()
    }
}
