//! Texts that go over to JavaScript again and again: header names, what is said to browsers, keys of what was prepared.
//!
//! Handing a text over means decoding it, which costs more than finding the string that was made of it before.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::thread::LocalKey;

use wasm_bindgen::JsValue;

/// Most values that are kept; past it the memory starts anew.
const MAX_KEPT: usize = 4096;
/// Longest text by which a value is kept, in bytes.
const MAX_BYTES: usize = 256;

/// JavaScript values that were made of texts.
pub(super) type Kept = RefCell<BTreeMap<Box<str>, JsValue>>;

thread_local! {
    static STRINGS: Kept = const { Kept::new(BTreeMap::new()) };
}

/// `text` as a JavaScript string.
pub(super) fn js(text: &str) -> JsValue {
    kept(&STRINGS, text, || JsValue::from_str(text))
}

/// What `kept` holds for `text`, or what `make` makes.
pub(super) fn kept(memory: &'static LocalKey<Kept>, text: &str, make: impl FnOnce() -> JsValue) -> JsValue {
    if let Some(known) = memory.with_borrow(|kept| kept.get(text).cloned()) {
        return known;
    }
    let value = make();
    if text.len() <= MAX_BYTES {
        keep(memory, text, &value);
    }
    value
}

fn keep(memory: &'static LocalKey<Kept>, text: &str, value: &JsValue) {
    memory.with_borrow_mut(|kept| {
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(text.into(), value.clone());
    });
}
