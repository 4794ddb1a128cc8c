//! Bounded reading of streams.

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStream, ReadableStreamDefaultReader, Request};

use super::wait::Wait;

#[wasm_bindgen]
extern "C" {
    /// A request.
    type Source;

    #[wasm_bindgen(method, js_name = arrayBuffer, catch)]
    fn array_buffer(this: &Source) -> Result<Promise, JsValue>;
}

/// The body of `request`, which has said how long it is: the platform holds it to that, so one step does.
pub(super) async fn read_all(request: &Request) -> Result<Vec<u8>, JsValue> {
    let promise = request.unchecked_ref::<Source>().array_buffer()?;
    Ok(Uint8Array::new(&Wait::of(&promise).await?).to_vec())
}

/// The whole of `stream`, or `None` when it is longer than `limit` bytes.
pub(super) async fn read(stream: Option<ReadableStream>, limit: usize) -> Result<Option<Vec<u8>>, JsValue> {
    let mut bytes = Vec::new();
    let Some(stream) = stream else { return Ok(Some(bytes)) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let result = Wait::of(&reader.read()).await?;
        if Reflect::get(&result, &"done".into())?.is_truthy() {
            return Ok(Some(bytes));
        }
        let chunk: Uint8Array = Reflect::get(&result, &"value".into())?.unchecked_into();
        let (start, length) = (bytes.len(), chunk.length() as usize);
        if start.saturating_add(length) > limit {
            let _ = reader.cancel();
            return Ok(None);
        }
        bytes.resize(start.saturating_add(length), 0);
        if let Some(free) = bytes.get_mut(start..) {
            chunk.copy_to(free);
        }
    }
}
