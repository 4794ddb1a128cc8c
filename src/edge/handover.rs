//! One instance of the module after the other: after long bodies another one takes the place of this one, between two requests.
//! `scripts/lib/entry.js` makes it.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{isolate, memory, secret_store, task, upstream};
use crate::base::saved::{Reader, Saved};

/// What the next instance must be told, if it is time for one: bodies have made the memory large, and nothing is under way.
#[wasm_bindgen(js_name = handOver)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn hand_over() -> Option<Uint8Array> {
    if memory::is_large() { save() } else { None }
}

#[inline(never)] // apart from what a request compiles
fn save() -> Option<Uint8Array> {
    if !memory::is_idle() || !task::is_idle() || !upstream::is_idle() {
        return None;
    }
    let isolate = isolate::known()?;
    let mut saved = Saved::default();
    secret_store::save(&mut saved);
    isolate.save(&mut saved);
    Some(Uint8Array::new_from_slice(&saved.into_bytes()))
}

/// Takes over what the instance before has told.
#[wasm_bindgen(js_name = takeOver)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn take_over(told: &Uint8Array) {
    let told = told.to_vec();
    let mut from = Reader::new(&told);
    secret_store::restore(&mut from);
    isolate::keep(from.rest().to_vec());
}
