//! Header fields over a `Headers` object.

use std::cell::{Cell, OnceCell};

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::strings::js;
use crate::wire::request::Fields;

#[wasm_bindgen]
extern "C" {
    /// A `Headers` object, with names and values as strings that JavaScript has already.
    pub(super) type FieldMap;

    #[wasm_bindgen(method, getter, js_name = headers)]
    fn headers(this: &Carrier) -> FieldMap;

    /// Whatever has `headers`: a request or a response.
    #[wasm_bindgen(typescript_type = "Request | Response")]
    pub(super) type Carrier;

    #[wasm_bindgen(method, catch)]
    fn get(this: &FieldMap, name: &JsValue) -> Result<Option<String>, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn set(this: &FieldMap, name: &JsValue, value: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn append(this: &FieldMap, name: &JsValue, value: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn delete(this: &FieldMap, name: &JsValue) -> Result<(), JsValue>;
}

#[wasm_bindgen(module = "/src/edge/glue.js")]
extern "C" {
    fn names(headers: &FieldMap) -> String;
}

/// The header fields of a request or a response.
pub(super) fn of(carrier: &impl AsRef<JsValue>) -> FieldMap {
    wasm_bindgen::JsCast::unchecked_ref::<Carrier>(carrier.as_ref()).headers()
}

/// How many fields are asked for before the names of all come over. A request without a credential asks for few and
/// ends; whoever gets further asks for more, most of which are absent.
const ONE_BY_ONE: u8 = 2;

/// The fields of the incoming request.
pub(super) struct HeaderFields {
    map: FieldMap,
    asked: Cell<u8>,
    /// With a comma behind each, which no name holds.
    names: OnceCell<String>,
}

impl HeaderFields {
    pub(super) fn new(map: FieldMap) -> Self {
        Self {
            map,
            asked: Cell::new(0),
            names: OnceCell::new(),
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.names.get_or_init(|| names(&self.map));
        names.split_terminator(',')
    }

    fn may_have(&self, name: &str) -> bool {
        let asked = self.asked.get();
        self.asked.set(asked.saturating_add(1));
        asked < ONE_BY_ONE || self.names().any(|known| known == name)
    }
}

impl Fields for HeaderFields {
    fn get(&self, name: &str) -> Option<String> {
        if !self.may_have(name) {
            return None;
        }
        self.map.get(&js(name)).ok().flatten()
    }

    fn names_where(&self, predicate: &dyn Fn(&str) -> bool) -> Vec<String> {
        self.names().filter(|name| predicate(name)).map(str::to_owned).collect()
    }
}
