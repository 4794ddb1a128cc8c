//! Time: the clock, pauses, and patience with a limit.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use js_sys::futures::JsFuture;
use js_sys::{Date, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::clock::Seconds;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: i32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// The time now. On Workers it moves on with I/O only, which is good enough: it is read after every wait.
pub(super) fn now() -> Seconds {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since the epoch are far below 2^53"
    )]
    let seconds = (Date::now() / 1000.0) as i64;
    Seconds(seconds)
}

/// Lets `milliseconds` pass.
pub(super) async fn pause(milliseconds: i32) {
    let timer = Timer::start(milliseconds);
    let _ = JsFuture::from(timer.promise.clone()).await;
}

/// What `future` gives, or `None` when it takes longer than `milliseconds`.
pub(super) async fn within<T>(milliseconds: i32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut timer = pin!(pause(milliseconds));
    poll_fn(|context| {
        if let Poll::Ready(value) = future.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        timer.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// What both futures give, run side by side.
pub(super) async fn both<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> (A, B) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut a, mut b) = (None, None);
    poll_fn(|context| {
        if a.is_none() {
            a = ready(first.as_mut().poll(context));
        }
        if b.is_none() {
            b = ready(second.as_mut().poll(context));
        }
        match (a.take(), b.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (first, second) => {
                (a, b) = (first, second);
                Poll::Pending
            }
        }
    })
    .await
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// A running timeout, cleared when it is no longer wanted.
struct Timer {
    id: JsValue,
    promise: Promise,
}

impl Timer {
    fn start(milliseconds: i32) -> Self {
        let mut id = JsValue::UNDEFINED;
        let promise = Promise::new(&mut |resolve, _| id = set_timeout(&resolve, milliseconds));
        Self { id, promise }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}
