//! Replaces the instance of the module between two requests, once long bodies have made its memory large. `scripts/lib/entry.js`
//! creates the next one.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{isolate, memory, secret_store, task, upstream};
use crate::base::saved::{Reader, Saved};

/// The state that the next instance takes over; `None` while this instance is to stay: its memory is small, or a request is
/// under way.
#[wasm_bindgen(js_name = handOver)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn hand_over() -> Option<Uint8Array> {
    if memory::is_large() { save() } else { None }
}

#[inline(never)] // so that a request does not compile it
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

/// Takes over the state that [`hand_over`] of the previous instance returned.
#[wasm_bindgen(js_name = takeOver)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn take_over(saved: &Uint8Array) {
    let saved = saved.to_vec();
    let mut from = Reader::new(&saved);
    secret_store::restore(&mut from);
    isolate::keep(from.rest().to_vec());
}
