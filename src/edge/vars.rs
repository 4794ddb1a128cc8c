//! Settings over the Worker's `env` object.

use js_sys::{JSON, Reflect};
use serde_json::Value;
use wasm_bindgen::JsValue;
use worker::Env;

use crate::config::Vars;

/// The bindings of the Worker.
pub(super) struct EnvVars<'e>(pub(super) &'e Env);

impl Vars for EnvVars<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        let value = member(self.0, name)?;
        if let Some(text) = value.as_string() {
            return Some(Value::String(text));
        }
        let text = JSON::stringify(&value).ok().and_then(|text| text.as_string());
        // A binding that is no JSON is there and wrong: `null` is no setting's type.
        Some(
            text.and_then(|text| serde_json::from_str(&text).ok())
                .unwrap_or(Value::Null),
        )
    }

    fn is_bound(&self, name: &str) -> bool {
        member(self.0, name).is_some_and(|value| value.is_object())
    }
}

/// The member `name` of `env`, unless it is absent.
pub(super) fn member(env: &Env, name: &str) -> Option<JsValue> {
    Reflect::get(env, &JsValue::from_str(name))
        .ok()
        .filter(|value| !value.is_undefined())
}
