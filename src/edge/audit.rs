//! The setting `AUDIT`: one data point of Analytics Engine for each decision.

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::bindings::Dataset;
use super::wait::Wait;
use super::{isolate, task};
use crate::gate::record::Record;

/// Writes `record`, if a dataset is bound. A failure of the dataset is logged and has no other effect.
pub(super) fn write(dataset: Option<&Dataset>, record: &Record) {
    let Some(dataset) = dataset else { return };
    match point(record).and_then(|point| dataset.write(&point)) {
        Err(_) => failed(),
        // Some bindings return a promise, whose failure must not end the request.
        Ok(answer) if answer.is_instance_of::<Promise>() => drop(task::later(async move {
            if Wait::of(answer.unchecked_ref()).await.is_err() {
                failed();
            }
            Ok(JsValue::UNDEFINED)
        })),
        Ok(_) => {}
    }
}

fn failed() {
    isolate::log(r#"{"event":"audit","outcome":"failed"}"#);
}

fn point(record: &Record) -> Result<Object, JsValue> {
    let blobs: Array = record.labels().iter().map(|label| JsValue::from_str(label)).collect();
    let doubles: Array = record.numbers().into_iter().map(JsValue::from_f64).collect();
    let point = Object::new();
    Reflect::set(&point, &"indexes".into(), &Array::of1(&record.index().into()))?;
    Reflect::set(&point, &"blobs".into(), &blobs)?;
    Reflect::set(&point, &"doubles".into(), &doubles)?;
    Ok(point)
}
