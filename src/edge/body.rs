//! Bounded reading of bodies.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::wait::Wait;

#[wasm_bindgen(module = "/src/edge/glue.js")]
extern "C" {
    fn collect(source: &JsValue, limit: f64, milliseconds: i32) -> Promise;
}

/// Why a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// More bytes than the limit.
    TooLarge,
    /// Not whole in time.
    TooLate,
    /// The other side broke off.
    Broken,
}

/// The whole body of a request or a response. It stays outside wasm, whose memory never shrinks, until it is whole.
pub(super) async fn read(source: &JsValue, limit: usize, milliseconds: i32) -> Result<Vec<u8>, Unread> {
    #[expect(clippy::cast_precision_loss, reason = "a limit in bytes is far below 2^53")]
    let promise = collect(source, limit as f64, milliseconds);
    let outcome = Wait::of(&promise).await.map_err(|_| Unread::Broken)?;
    match outcome.as_string().as_deref() {
        None => Ok(Uint8Array::new(&outcome).to_vec()),
        Some("large") => Err(Unread::TooLarge),
        Some("late") => Err(Unread::TooLate),
        Some(_) => Err(Unread::Broken),
    }
}

/// Seconds as the platform's timers count, in milliseconds.
pub(super) fn milliseconds(seconds: i64) -> i32 {
    i32::try_from(seconds.saturating_mul(1000)).unwrap_or(i32::MAX)
}
