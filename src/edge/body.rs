//! Bounded reading of bodies.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::bridge::Unread;
use super::memory;
use super::wait::{Settled, Wait};

#[wasm_bindgen(module = "/src/edge/body.js")]
extern "C" {
    fn collect(source: &JsValue, limit: f64, milliseconds: i32, settled: &Settled, id: u32);
}

/// How much longer a body may become, in bytes, without being copied: what the gate writes into it, and an envelope around it.
const MORE: usize = 1024;

/// The whole body of a request or a response. It stays outside wasm, whose memory never shrinks, until it is whole.
pub(super) async fn read(source: &JsValue, limit: usize, milliseconds: i32) -> Result<Vec<u8>, Unread> {
    #[expect(clippy::cast_precision_loss, reason = "a limit in bytes is far below 2^53")]
    let limit = limit as f64;
    let outcome = Wait::begun_by(|settled, id| collect(source, limit, milliseconds, settled, id)).await;
    match outcome {
        Ok(bytes) => {
            let bytes: Uint8Array = bytes.unchecked_into();
            Ok(memory::growing(|| {
                let mut bytes = bytes.to_vec();
                bytes.reserve_exact(MORE);
                bytes
            }))
        }
        Err(why) => Err(Unread::from_word(why.as_string().as_deref())),
    }
}

/// Seconds as the platform's timers count, in milliseconds.
pub(super) fn milliseconds(seconds: i64) -> i32 {
    i32::try_from(seconds.saturating_mul(1000)).unwrap_or(i32::MAX)
}
