//! Settings over the Worker's `env` object.

use std::cell::RefCell;

use js_sys::{JSON, Reflect};
use serde_json::Value;
use wasm_bindgen::JsValue;
use worker::Env;

use super::secret_store;
use crate::config::read::{BindingKind, Bound, Vars};

/// The bindings of the Worker.
pub(super) struct EnvVars<'e> {
    env: &'e Env,
    unread: RefCell<Option<String>>,
}

impl<'e> EnvVars<'e> {
    /// The bindings in `env`.
    pub(super) fn new(env: &'e Env) -> Self {
        Self {
            env,
            unread: RefCell::default(),
        }
    }

    /// The first secret that was asked for and whose value is still in the Secrets Store.
    pub(super) fn into_unread(self) -> Option<String> {
        self.unread.into_inner()
    }
}

impl Vars for EnvVars<'_> {
    fn secret(&self, name: &str) -> Option<Value> {
        if !member(self.env, name).is_some_and(|binding| secret_store::is_stored(&binding)) {
            return self.get(name);
        }
        let value = secret_store::value(name);
        if value.is_none() {
            self.unread.borrow_mut().get_or_insert_with(|| name.to_owned());
        }
        // No secret has the type `null`: without the value, the settings are not accepted.
        Some(value.map_or(Value::Null, Value::String))
    }

    fn get(&self, name: &str) -> Option<Value> {
        let value = member(self.env, name)?;
        if let Some(string) = value.as_string() {
            return Some(Value::String(string));
        }
        let json = JSON::stringify(&value).ok().and_then(|json| json.as_string());
        // A binding without a JSON form is present and invalid: no setting has the type `null`.
        Some(
            json.and_then(|json| serde_json::from_str(&json).ok())
                .unwrap_or(Value::Null),
        )
    }

    fn binding(&self, name: &str, kind: BindingKind) -> Bound {
        match member(self.env, name) {
            None => Bound::Nothing,
            Some(binding) if is_a(&binding, kind) => Bound::AsExpected,
            Some(_) => Bound::Otherwise,
        }
    }
}

/// Whether `binding` has the methods of its kind. A service binding appears to have every method, because any name may be a
/// method of the other Worker.
fn is_a(binding: &JsValue, kind: BindingKind) -> bool {
    let (methods, is_service): (&[&str], bool) = match kind {
        BindingKind::KvNamespace => (&["get", "put"], false),
        BindingKind::RateLimit => (&["limit"], false),
        BindingKind::Dataset => (&["writeDataPoint"], false),
        BindingKind::Service => (&["fetch"], true),
    };
    let has = |name: &&str| Reflect::get(binding, &JsValue::from_str(name)).is_ok_and(|method| method.is_function());
    binding.is_object() && methods.iter().all(has) && (is_service || class_of(binding).as_deref() != Some("Fetcher"))
}

/// The name of the class that made `value`.
fn class_of(value: &JsValue) -> Option<String> {
    let class = Reflect::get(value, &JsValue::from_str("constructor")).ok()?;
    Reflect::get(&class, &JsValue::from_str("name")).ok()?.as_string()
}

/// The member `name` of `env`, unless it is absent.
pub(super) fn member(env: &Env, name: &str) -> Option<JsValue> {
    Reflect::get(env, &JsValue::from_str(name))
        .ok()
        .filter(|value| !value.is_undefined())
}
