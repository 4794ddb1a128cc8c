//! Settings as a map, with defaults that make a working gate.

use std::collections::BTreeMap;

use copilotkit_gate::config::read::{BindingKind, Bound, Vars};
use serde_json::{Value, json};

/// The usual issuer, its audience and where it publishes its keys.
pub const ISSUER: &str = "https://idp.example.com";
pub const AUDIENCE: &str = "copilotkit";
pub const JWKS_URI: &str = "https://idp.example.com/jwks";
pub const ORIGIN_URL: &str = "https://runtime.example.com/api/copilotkit";

/// The bindings of a Worker.
#[derive(Clone)]
pub struct Settings {
    values: BTreeMap<String, Value>,
    bound: BTreeMap<String, BindingKind>,
}

impl Settings {
    /// One issuer with a `jwks_uri`, the default identity headers.
    pub fn usual() -> Self {
        Self::of_issuers(&json!([usual_issuer()]))
    }

    /// As [`Settings::usual`], with these issuers.
    pub fn of_issuers(issuers: &Value) -> Self {
        let values = [
            ("ORIGIN_URL".to_owned(), json!(ORIGIN_URL)),
            ("ISSUERS".to_owned(), issuers.clone()),
        ];
        Self {
            values: values.into(),
            bound: BTreeMap::new(),
        }
    }

    /// As [`Settings::usual`], with more members for its issuer.
    pub fn of_issuer_with(members: &Value) -> Self {
        Self::of_issuers(&json!([issuer_with(members)]))
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.values.remove(name);
        self
    }

    #[must_use]
    pub fn binding(mut self, name: &str, kind: BindingKind) -> Self {
        self.bound.insert(name.to_owned(), kind);
        self
    }
}

/// The table of the usual issuer.
pub fn usual_issuer() -> Value {
    json!({ "issuer": ISSUER, "audience": AUDIENCE, "jwks_uri": JWKS_URI })
}

/// The table of the usual issuer with these members; `null` takes one away.
pub fn issuer_with(members: &Value) -> Value {
    let mut table = usual_issuer();
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            table.as_object_mut().unwrap().remove(name);
        } else {
            table[name] = value.clone();
        }
    }
    table
}

impl Vars for Settings {
    fn get(&self, name: &str) -> Option<Value> {
        self.values.get(name).cloned()
    }

    fn binding(&self, name: &str, kind: BindingKind) -> Bound {
        match self.bound.get(name) {
            None => Bound::Nothing,
            Some(bound) if *bound == kind => Bound::AsExpected,
            Some(_) => Bound::Otherwise,
        }
    }
}

impl Settings {
    /// Whether some value holds `text`.
    pub fn has(&self, text: &str) -> bool {
        self.values.values().any(|value| value.to_string().contains(text))
    }
}
