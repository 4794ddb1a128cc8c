//! Method, URL and header fields of a request, brought over in one call each.

use js_sys::JsString;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Request;

use super::bridge::{self, IncomingHead};
use crate::wire::fields::FieldList;
use crate::wire::request::{EARLY, FieldSource};

#[wasm_bindgen(module = "/src/edge/bridge.js")]
extern "C" {
    fn head(request: &Request, with_all: &JsString, alone: &JsString, into: &mut [u8]) -> i32;

    fn fields(request: &Request, into: &mut [u8]) -> i32;
}

thread_local! {
    /// The names of [`EARLY`]: handing one over as a string takes longer than reading the field.
    static WITH_ALL: JsString = JsString::from(EARLY.with_all);
    static ALONE: JsString = JsString::from(EARLY.alone);
}

/// The head of `request`; `None` where it is none that can be read.
pub(super) fn incoming(request: &Request) -> Option<IncomingHead> {
    WITH_ALL.with(|with_all| {
        ALONE.with(|alone| bridge::read(|into| head(request, with_all, alone, into), IncomingHead::parse))
    })
}

/// The header fields of a request.
pub(super) struct RequestFields<'r>(pub(super) &'r Request);

impl FieldSource for RequestFields<'_> {
    fn read_all(&self) -> FieldList {
        bridge::read(|into| fields(self.0, into), bridge::fields)
    }
}
