//! Answers whose events are filtered: JavaScript reads and writes the chunks, and the core decides about each.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::Response;

use super::memory::Streaming;
use super::platform::ExecutionContext;
use super::{bridge, isolate};
use crate::outbound::events::event::EventFilter;
use crate::outbound::events::stream::{EventStream, Output};
use crate::wire::field_changes::FieldChanges;

#[wasm_bindgen(module = "/src/edge/events.js")]
extern "C" {
    #[wasm_bindgen(js_name = pipeEvents, catch)]
    fn pipe_events(
        response: &Response,
        changes: &str,
        feed: JsValue,
        ctx: &ExecutionContext,
    ) -> Result<Response, JsValue>;
}

/// Takes a chunk, or the kind of end of the stream; returns the bytes to send, or `true` for the chunk itself.
type Feed = Closure<dyn FnMut(Option<Vec<u8>>, u8) -> JsValue>;

/// An answer on its way to the client.
pub(super) struct Filtered<'a> {
    pub(super) filter: EventFilter,
    /// The changes to the header fields.
    pub(super) changes: &'a FieldChanges,
    pub(super) request_id: &'a str,
    /// Whether the end of the stream writes a log line.
    pub(super) logs: bool,
    /// The event that is being answered.
    pub(super) ctx: &'a ExecutionContext,
}

impl Filtered<'_> {
    /// The upstream's answer with its events filtered.
    #[inline(never)] // apart from what an answer compiles that is not read
    pub(super) fn answer(self, response: &Response) -> Result<Response, JsValue> {
        let changes = bridge::changes(self.changes).ok_or(JsValue::UNDEFINED)?;
        let (request_id, logs) = (self.request_id.to_owned(), self.logs);
        let mut stream = EventStream::new(self.filter);
        let mut streaming = Some(Streaming::begin());
        let feed: Feed = Closure::new(move |chunk: Option<Vec<u8>>, end| match chunk {
            Some(chunk) => match stream.feed(chunk) {
                Output::Nothing => JsValue::UNDEFINED,
                Output::Chunk => JsValue::TRUE,
                Output::Bytes(bytes) => Uint8Array::from(bytes.as_slice()).into(),
            },
            None => {
                drop(streaming.take());
                let line = stream.end(&request_id, bridge::end(end));
                if logs {
                    isolate::log(&line);
                }
                JsValue::UNDEFINED
            }
        });
        // JavaScript owns it, and with it the state of the stream: where the platform tears the request down without a word,
        // both are collected.
        pipe_events(response, &changes, feed.into_js_value(), self.ctx)
    }
}
