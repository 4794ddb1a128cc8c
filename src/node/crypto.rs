//! Signatures by Node's WebCrypto.

use js_sys::futures::JsFuture;
use js_sys::{Array, JSON, Promise, Uint8Array};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::auth::keys::{Jwk, Material};
use crate::base::alg::{Alg, KeyKind};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = importKey, catch)]
    fn import_key(
        format: &str,
        key: &JsValue,
        algorithm: &JsValue,
        extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = verify, catch)]
    fn verify(
        algorithm: &JsValue,
        key: &JsValue,
        signature: &Uint8Array,
        data: &Uint8Array,
    ) -> Result<Promise, JsValue>;
}

/// Whether `signature` over `input` verifies under `key`. If anything throws, it does not.
pub(super) async fn holds(key: &Jwk, alg: Alg, input: &[u8], signature: &[u8]) -> Result<bool, JsValue> {
    let (format, data) = match key.material() {
        Material::Oct(secret) => ("raw", Uint8Array::new_from_slice(secret).into()),
        // Only the public members: `use` and `key_ops` have already been checked.
        Material::Rsa(rsa) => ("jwk", object(&json!({ "kty": "RSA", "n": rsa.n, "e": rsa.e }))?),
        Material::Ec { curve, x, y } => (
            "jwk",
            object(&json!({ "kty": "EC", "crv": curve.name(), "x": x, "y": y }))?,
        ),
        Material::Ed25519 { x } => ("jwk", object(&json!({ "kty": "OKP", "crv": "Ed25519", "x": x }))?),
    };
    let hash = alg.hash().map(crate::base::alg::Hash::name);
    let of_import = match alg.key_kind() {
        KeyKind::Ec(curve) => json!({ "name": alg.web_crypto(), "namedCurve": curve.name() }),
        _ => json!({ "name": alg.web_crypto(), "hash": hash }),
    };
    let usages = Array::of1(&"verify".into());
    let imported = import_key(format, &data, &object(&of_import)?, false, &usages)?;
    let imported = JsFuture::from(imported).await?;
    let of_verify = json!({ "name": alg.web_crypto(), "hash": hash, "saltLength": alg.salt_bytes() });
    let verdict = verify(
        &object(&of_verify)?,
        &imported,
        &Uint8Array::new_from_slice(signature),
        &Uint8Array::new_from_slice(input),
    )?;
    Ok(JsFuture::from(verdict).await? == JsValue::TRUE)
}

/// An object without the members that are `null`.
fn object(value: &Value) -> Result<JsValue, JsValue> {
    let mut value = value.clone();
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    JSON::parse(&value.to_string())
}
