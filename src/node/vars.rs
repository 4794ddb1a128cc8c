//! Settings as JSON: `{"vars": {NAME: value}, "bindings": {NAME: kind}}`. Secrets are among the vars.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::config::read::{BindingKind, Bound, Vars};

/// The settings of one environment, and the names that were read.
pub(super) struct JsonVars {
    pub(super) vars: Map<String, Value>,
    bindings: Map<String, Value>,
    asked: RefCell<BTreeSet<String>>,
}

impl JsonVars {
    /// Reads the settings; anything but an object has none.
    pub(super) fn new(settings: &str) -> Self {
        let mut settings: Map<String, Value> = serde_json::from_str(settings).unwrap_or_default();
        let mut take = |name: &str| match settings.remove(name) {
            Some(Value::Object(members)) => members,
            _ => Map::new(),
        };
        Self {
            vars: take("vars"),
            bindings: take("bindings"),
            asked: RefCell::default(),
        }
    }

    /// The names that were read so far.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.borrow().iter().cloned().collect()
    }
}

impl Vars for JsonVars {
    fn get(&self, name: &str) -> Option<Value> {
        self.asked.borrow_mut().insert(name.to_owned());
        // A binding has no JSON form, as in the Worker: no setting has the type `null`.
        let bound = || self.bindings.contains_key(name).then_some(Value::Null);
        self.vars.get(name).cloned().or_else(bound)
    }

    fn binding(&self, name: &str, kind: BindingKind) -> Bound {
        self.asked.borrow_mut().insert(name.to_owned());
        let expected = match kind {
            BindingKind::KvNamespace => "kv_namespace",
            BindingKind::Service => "service",
            BindingKind::RateLimit => "rate_limit",
            BindingKind::Dataset => "dataset",
        };
        match self.bindings.get(name).and_then(Value::as_str) {
            Some(bound) if bound == expected => Bound::AsExpected,
            Some(_) => Bound::Otherwise,
            None if self.vars.contains_key(name) => Bound::Otherwise,
            None => Bound::Nothing,
        }
    }
}
