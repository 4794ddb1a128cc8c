//! The setting `AUDIT`: one data point of Analytics Engine for each decision.

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

use super::isolate;
use super::vars::member;
use crate::record::Record;

#[wasm_bindgen]
extern "C" {
    /// An Analytics Engine dataset.
    type Dataset;

    #[wasm_bindgen(method, js_name = writeDataPoint, catch)]
    fn write(this: &Dataset, point: &Object) -> Result<JsValue, JsValue>;
}

/// Writes `record`, where a dataset is bound. A dataset that fails is logged and changes nothing.
pub(super) fn write(env: &Env, record: &Record) {
    let Some(dataset) = member(env, "AUDIT") else { return };
    let written = point(record).and_then(|point| dataset.unchecked_ref::<Dataset>().write(&point));
    match written {
        Err(_) => isolate::log(r#"{"event":"audit","outcome":"failed"}"#),
        // Some bindings answer with a promise, whose failure must not end the request.
        Ok(answer) if answer.is_instance_of::<Promise>() => {
            js_sys::futures::spawn_local(async move {
                if js_sys::futures::JsFuture::from(answer.unchecked_into::<Promise>())
                    .await
                    .is_err()
                {
                    isolate::log(r#"{"event":"audit","outcome":"failed"}"#);
                }
            });
        }
        Ok(_) => {}
    }
}

fn point(record: &Record) -> Result<Object, JsValue> {
    let blobs: Array = record.labels().into_iter().map(JsValue::from_str).collect();
    let point = Object::new();
    Reflect::set(&point, &"indexes".into(), &Array::of1(&record.index().into()))?;
    Reflect::set(&point, &"blobs".into(), &blobs)?;
    Reflect::set(
        &point,
        &"doubles".into(),
        &Array::of1(&f64::from(record.status()).into()),
    )?;
    Ok(point)
}
