//! The Worker's bindings: looked up once per isolate, called through the few methods that the gate needs.
//!
//! These are our own declarations instead of a wrapper's: nothing is converted needlessly, and an exception from a binding
//! becomes an error value instead of a request that hangs.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

use super::vars::member;
use super::wait::Wait;

#[wasm_bindgen]
extern "C" {
    /// A KV namespace.
    pub(super) type Namespace;

    #[wasm_bindgen(method, js_name = get, catch)]
    fn get(this: &Namespace, name: &str, options: &Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, js_name = put, catch)]
    fn put(this: &Namespace, name: &str, value: &str, options: &Object) -> Result<Promise, JsValue>;

    /// A service binding.
    pub(super) type Service;

    #[wasm_bindgen(method, js_name = fetch, catch)]
    pub(super) fn fetch(this: &Service, url: &str, init: &JsValue) -> Result<Promise, JsValue>;

    /// A rate limit binding.
    pub(super) type RateLimit;

    #[wasm_bindgen(method, catch)]
    fn limit(this: &RateLimit, options: &Object) -> Result<Promise, JsValue>;

    /// An Analytics Engine dataset.
    pub(super) type Dataset;

    #[wasm_bindgen(method, js_name = writeDataPoint, catch)]
    pub(super) fn write(this: &Dataset, point: &Object) -> Result<JsValue, JsValue>;
}

/// Everything that may be bound.
pub(super) struct Bindings {
    pub(super) jwks_cache: Option<Namespace>,
    pub(super) revoked: Option<Namespace>,
    pub(super) upstream: Option<Service>,
    rate_limits: Vec<(String, RateLimit)>,
    providers: Vec<(String, Service)>,
    pub(super) audit: Option<Dataset>,
}

impl Bindings {
    /// The bindings of the settings, and the rate limits and the providers' services of these names.
    pub(super) fn new(env: &Env, limits: &[&str], providers: &[&str]) -> Self {
        Self {
            jwks_cache: bound(env, "JWKS_CACHE"),
            revoked: bound(env, "REVOKED"),
            upstream: bound(env, "ORIGIN"),
            rate_limits: limits
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), bound(env, name)?)))
                .collect(),
            providers: providers
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), bound(env, name)?)))
                .collect(),
            audit: bound(env, "AUDIT"),
        }
    }
}

impl Bindings {
    /// The rate limit `name`, if one is bound.
    pub(super) fn rate_limit(&self, name: &str) -> Option<&RateLimit> {
        self.rate_limits
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, limit)| limit)
    }
}

impl Bindings {
    /// The service `name` of a provider, if one is bound.
    pub(super) fn provider(&self, name: &str) -> Option<&Service> {
        let found = self.providers.iter().find(|(known, _)| known == name);
        found.map(|(_, service)| service)
    }
}

/// The binding `name`. If it were of another kind, the settings would have been refused.
fn bound<T: JsCast>(env: &Env, name: &str) -> Option<T> {
    member(env, name).map(JsCast::unchecked_into)
}

impl Namespace {
    /// The value under `name`, within a time in milliseconds. `cache_ttl`: how long KV may serve it from its own cache, in
    /// seconds.
    pub(super) async fn read(
        &self,
        name: &str,
        cache_ttl: Option<u32>,
        milliseconds: i32,
    ) -> Result<Option<String>, JsValue> {
        Ok(self.begin_read(name, cache_ttl, milliseconds)?.await?.as_string())
    }

    /// The same, as a wait that has begun.
    pub(super) fn begin_read(&self, name: &str, cache_ttl: Option<u32>, milliseconds: i32) -> Result<Wait, JsValue> {
        let options = Object::new();
        if let Some(seconds) = cache_ttl {
            Reflect::set(&options, &"cacheTtl".into(), &seconds.into())?;
        }
        Ok(Wait::of_within(&self.get(name, &options)?, milliseconds))
    }

    /// Writes `value` under `name`; KV keeps it for `ttl` seconds.
    pub(super) async fn write(&self, name: &str, value: &str, ttl: i64) -> Result<(), JsValue> {
        let options = Object::new();
        #[expect(clippy::cast_precision_loss, reason = "a lifetime in seconds is far below 2^53")]
        Reflect::set(&options, &"expirationTtl".into(), &(ttl as f64).into())?;
        Wait::of(&self.put(name, value, &options)?).await.map(drop)
    }
}

impl RateLimit {
    /// Counts one request under `key`, and returns whether it is within the limit.
    pub(super) async fn admits(&self, key: &str) -> Result<bool, JsValue> {
        let options = Object::new();
        Reflect::set(&options, &"key".into(), &key.into())?;
        let outcome = Wait::of(&self.limit(&options)?).await?;
        Ok(Reflect::get(&outcome, &"success".into())?.is_truthy())
    }
}
