//! The core for Node: what the commands of the npm package ask it. Settings, tokens and requests come in as JSON, and what
//! the gate would say goes out as JSON. No rule is written twice: everything here is answered by the code of the Worker.

mod check;
mod crypto;
mod explain;
mod facts;
mod host;
mod keys;
mod vars;

use js_sys::Promise;
use js_sys::futures::future_to_promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use host::Host;

/// Checks the settings `{vars, bindings}`: `{faults, notices, known, facts}`.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn check(settings: &str) -> String {
    check::check(settings).to_string()
}

/// The decision on one request under the settings: a promise of JSON.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn explain(settings: String, request: String, host: Host) -> Promise {
    future_to_promise(async move {
        let explained = explain::explain(&settings, &request, host).await;
        Ok(JsValue::from(explained.to_string()))
    })
}

/// Gets the key set of the issuer at `index` as the gate does; a promise of `null`, or of why there is none.
#[wasm_bindgen(js_name = renewKeys)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn renew_keys(settings: String, index: usize, host: Host) -> Promise {
    future_to_promise(async move { Ok(JsValue::from(keys::renew(&settings, index, host).await.to_string())) })
}

/// The gate's view of each key of a JWK Set, for the issuer at `index`: a list of JSON, or the reason why it is no set.
#[wasm_bindgen(js_name = validateKeys)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn validate_keys(settings: &str, index: usize, document: &str) -> String {
    keys::validate(settings, index, document).to_string()
}
