//! The header fields of an answer, as they are changed.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

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
    pub(super) fn set(this: &FieldMap, name: &JsValue, value: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn append(this: &FieldMap, name: &JsValue, value: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn delete(this: &FieldMap, name: &JsValue) -> Result<(), JsValue>;
}

/// The header fields of `carrier`.
pub(super) fn of(carrier: &impl AsRef<JsValue>) -> FieldMap {
    wasm_bindgen::JsCast::unchecked_ref::<Carrier>(carrier.as_ref()).headers()
}
