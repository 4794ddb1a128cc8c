//! Waiting for JavaScript: for promises, and for time to pass.
//!
//! All waits of an isolate share one callback, and what it brings wakes the task there and then. A pair of closures for
//! each promise and a microtask for each wake, as the library's futures have them, cost more than what is waited for.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};

use super::pending::Pending;
use super::task;

/// Takes the id of a wait, what came of it, and whether that is a value or an error.
pub(super) type Settled = Closure<dyn Fn(u32, JsValue, bool)>;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(settled: &Settled, milliseconds: i32, id: u32);
}

#[wasm_bindgen(module = "/src/edge/wait.js")]
extern "C" {
    fn watch(promise: &Promise, settled: &Settled, id: u32, milliseconds: Option<i32>);
}

thread_local! {
    static STATES: Pending<State> = const { Pending::new() };
    static SETTLED: Settled = Closure::new(|id, value, is_good| {
        task::enter(|| settle(id, if is_good { Ok(value) } else { Err(value) }));
    });
}

enum State {
    Pending(Waker),
    Settled(Result<JsValue, JsValue>),
}

/// A promise's value, or what it was rejected with.
pub(super) struct Wait(u32);

impl Wait {
    pub(super) fn of(promise: &Promise) -> Self {
        Self::watching(promise, None)
    }

    /// The same, or an error that [`is_late`] knows when it takes longer than `milliseconds`.
    pub(super) fn of_within(promise: &Promise, milliseconds: i32) -> Self {
        Self::watching(promise, Some(milliseconds))
    }

    fn watching(promise: &Promise, milliseconds: Option<i32>) -> Self {
        Self::begun_by(|settled, id| watch(promise, settled, id, milliseconds))
    }

    /// For an API that takes a callback: `begin` receives the callback and the number to call it with.
    pub(super) fn begun_by(begin: impl FnOnce(&Settled, u32)) -> Self {
        let wait = Self::begin();
        SETTLED.with(|settled| begin(settled, wait.0));
        wait
    }

    fn begin() -> Self {
        STATES.with(|states| {
            let id = states.number();
            states.put(id, State::Pending(Waker::noop().clone()));
            Self(id)
        })
    }
}

/// Whether `error` means that a wait took too long. The platform never rejects a promise with undefined.
pub(super) fn is_late(error: &JsValue) -> bool {
    error.is_undefined()
}

/// Lets `milliseconds` pass.
pub(super) async fn pause(milliseconds: i32) {
    let _ = Wait::begun_by(|settled, id| set_timeout(settled, milliseconds, id)).await;
}

fn settle(id: u32, result: Result<JsValue, JsValue>) {
    STATES.with(|states| {
        // If it is missing, the waiter has been dropped.
        if let Some(State::Pending(waker)) = states.take(id) {
            states.put(id, State::Settled(result));
            waker.wake();
        }
    });
}

impl Future for Wait {
    type Output = Result<JsValue, JsValue>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        STATES.with(|states| match states.take(self.0) {
            Some(State::Settled(result)) => Poll::Ready(result),
            _ => {
                states.put(self.0, State::Pending(context.waker().clone()));
                Poll::Pending
            }
        })
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        STATES.with(|states| states.take(self.0));
    }
}
