//! Method, URL and header fields of a request, brought over as text in one call each.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Request;

use crate::wire::request::FieldSource;

#[wasm_bindgen(module = "/src/edge/glue.js")]
extern "C" {
    fn head(request: &Request, into: &mut [u8]) -> i32;

    fn fields(request: &Request, into: &mut [u8]) -> i32;
}

thread_local! {
    /// Where texts are written to: handing one over as a string takes a loop over its characters.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; 8 * 1024]);
}

/// The head of `request`, as [`crate::wire::request::Head::parse`] reads it.
pub(super) fn text(request: &Request) -> String {
    read(|into| head(request, into))
}

/// The header fields of a request.
pub(super) struct RequestFields<'r>(pub(super) &'r Request);

impl FieldSource for RequestFields<'_> {
    fn read_all(&self) -> String {
        read(|into| fields(self.0, into))
    }
}

/// The text that `write` writes: it gives the length, or what it needs where that is more, as a negative number. In bytes.
fn read(write: impl Fn(&mut [u8]) -> i32) -> String {
    BUFFER.with_borrow_mut(|buffer| {
        let mut length = write(buffer);
        if length < 0 {
            let needed = usize::try_from(length.unsigned_abs()).unwrap_or_default();
            let mut larger = vec![0; needed];
            length = write(&mut larger);
            return to_string(&larger, length);
        }
        to_string(buffer, length)
    })
}

fn to_string(bytes: &[u8], length: i32) -> String {
    let written = bytes.get(..usize::try_from(length).unwrap_or_default());
    // `TextEncoder` writes nothing but UTF-8.
    String::from_utf8(written.unwrap_or_default().to_vec()).unwrap_or_default()
}
