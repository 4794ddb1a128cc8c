//! Header fields over a `Headers` object.

use std::cell::{Cell, OnceCell};

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::strings::js;
use crate::request::Fields;

#[wasm_bindgen]
extern "C" {
    /// A `Headers` object, with names and values as strings that JavaScript has already.
    #[derive(Clone)]
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

/// The header fields of a request or a response.
pub(super) fn of(carrier: &impl AsRef<JsValue>) -> FieldMap {
    wasm_bindgen::JsCast::unchecked_ref::<Carrier>(carrier.as_ref()).headers()
}

/// How many fields are asked for one by one. A request without a credential ends before; whoever gets further asks for
/// more, and then all come over at once.
const ONE_BY_ONE: u8 = 2;

/// The fields of the incoming request.
pub(super) struct HeaderFields {
    map: FieldMap,
    asked: Cell<u8>,
    /// A line for each field, name and value with a comma between. A name holds no comma and a value no line feed, so
    /// nothing can be read in two ways.
    all: OnceCell<String>,
}

impl HeaderFields {
    pub(super) fn new(map: FieldMap) -> Self {
        Self {
            map,
            asked: Cell::new(0),
            all: OnceCell::new(),
        }
    }

    fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.all.get_or_init(|| Array::from(&self.map).join("\n").into());
        all.split('\n').filter_map(|line| line.split_once(','))
    }
}

impl Fields for HeaderFields {
    fn get(&self, name: &str) -> Option<String> {
        if self.asked.get() < ONE_BY_ONE {
            self.asked.set(self.asked.get().saturating_add(1));
            return self.map.get(&js(name)).ok().flatten();
        }
        self.lines()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
    }

    fn names(&self) -> Vec<String> {
        self.lines().map(|(name, _)| name.to_owned()).collect()
    }
}
