//! Signatures by WebCrypto, on keys imported once each and kept with the key they came from.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::{Array, JSON, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

use super::wait::{Settled, Wait};
use crate::auth::keys::{Jwk, Material};
use crate::base::alg::{Alg, KeyKind};
use crate::base::json::value::write;
use crate::outbound::assertion::SigningKey;

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

    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = sign, catch)]
    fn sign_with(algorithm: &JsValue, key: &CryptoKey, data: &Uint8Array) -> Result<Promise, JsValue>;
}

#[wasm_bindgen(module = "/src/edge/crypto.js")]
extern "C" {
    fn verify(algorithm: &JsValue, key: &CryptoKey, signature: &[u8], data: &[u8], settled: &Settled, id: u32);
}

thread_local! {
    /// WebCrypto's parameters for each algorithm that was used, by its name.
    static PARAMETERS: RefCell<BTreeMap<&'static str, JsValue>> = const { RefCell::new(BTreeMap::new()) };
    /// The key that signs assertions: the settings have at most one, and live as long as the isolate.
    static SIGNING: OnceCell<CryptoKey> = const { OnceCell::new() };
}

/// Whether `signature` over `input` verifies under `key`. Whatever throws on the way does not.
pub(super) async fn holds(key: &Jwk, alg: Alg, input: &[u8], signature: &[u8]) -> Result<bool, JsValue> {
    let crypto_key = match key.imported::<CryptoKey>(alg) {
        Some(known) => known,
        None => {
            let imported = Rc::new(import(key, alg).await?);
            key.keep_imported(alg, Rc::clone(&imported));
            imported
        }
    };
    let parameters = PARAMETERS.with_borrow_mut(|known| {
        let parameters = known.entry(alg.name()).or_insert_with(|| verify_parameters(alg));
        parameters.clone()
    });
    let wait = Wait::begun_by(|settled, id| verify(&parameters, &crypto_key, signature, input, settled, id));
    Ok(wait.await? == JsValue::TRUE)
}

/// Signs `input` with the key of the settings.
pub(super) async fn sign(key: &SigningKey, input: &[u8]) -> Result<Vec<u8>, JsValue> {
    let alg = key.alg;
    let known = SIGNING.with(|known| known.get().cloned());
    let crypto_key = match known {
        Some(known) => known,
        None => {
            let jwk = JSON::parse(&write(&key.jwk))?;
            let imported = import_key("jwk", &jwk, &import_parameters(alg), false, &Array::of1(&"sign".into()))?;
            let imported: CryptoKey = Wait::of(&imported).await?.unchecked_into();
            SIGNING.with(|known| known.get_or_init(|| imported).clone())
        }
    };
    let promise = sign_with(&verify_parameters(alg), &crypto_key, &Uint8Array::new_from_slice(input))?;
    Ok(Uint8Array::new(&Wait::of(&promise).await?).to_vec())
}

async fn import(key: &Jwk, alg: Alg) -> Result<CryptoKey, JsValue> {
    let usages = Array::of1(&"verify".into());
    let parameters = import_parameters(alg);
    let promise = match key.material() {
        Material::Oct(secret) => import_key("raw", &Uint8Array::new_from_slice(secret), &parameters, false, &usages)?,
        material => import_key("jwk", &jwk(material), &parameters, false, &usages)?,
    };
    Ok(Wait::of(&promise).await?.unchecked_into())
}

/// The public members only: `use`, `key_ops` and `alg` have been checked already.
fn jwk(material: &Material) -> JsValue {
    match material {
        Material::Rsa(rsa) => object(&[("kty", "RSA"), ("n", &rsa.n), ("e", &rsa.e)]),
        Material::Ec { curve, x, y } => object(&[("kty", "EC"), ("crv", curve.name()), ("x", x), ("y", y)]),
        Material::Ed25519 { x } => object(&[("kty", "OKP"), ("crv", "Ed25519"), ("x", x)]),
        Material::Oct(_) => JsValue::UNDEFINED,
    }
}

fn import_parameters(alg: Alg) -> JsValue {
    let name = ("name", alg.web_crypto());
    match (alg.key_kind(), alg.hash()) {
        (KeyKind::Ec(curve), _) => object(&[name, ("namedCurve", curve.name())]),
        (_, Some(hash)) => object(&[name, ("hash", hash.name())]),
        (_, None) => object(&[name]),
    }
}

fn verify_parameters(alg: Alg) -> JsValue {
    let name = ("name", alg.web_crypto());
    let parameters = match alg.hash() {
        Some(hash) => object(&[name, ("hash", hash.name())]),
        None => object(&[name]),
    };
    if let Some(bytes) = alg.salt_bytes() {
        #[expect(clippy::cast_precision_loss, reason = "32, 48 or 64")]
        let _ = Reflect::set(&parameters, &"saltLength".into(), &(bytes as f64).into());
    }
    parameters
}

fn object(members: &[(&str, &str)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        // Fails on frozen objects only.
        let _ = Reflect::set(&object, &(*name).into(), &(*value).into());
    }
    object.into()
}
