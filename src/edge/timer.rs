//! Time: the clock, pauses, and patience with a limit.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use js_sys::Date;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};

use crate::clock::Seconds;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Closure<dyn Fn(u32)>, milliseconds: i32, id: u32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(handle: &JsValue);
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
    Timer::start(milliseconds).await;
}

/// What `future` gives, or `None` when it takes longer than `milliseconds`.
pub(super) async fn within<T>(milliseconds: i32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut timer = Timer::start(milliseconds);
    poll_fn(|context| {
        if let Poll::Ready(value) = future.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        Pin::new(&mut timer).poll(context).map(|()| None)
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

thread_local! {
    /// The timers that have not gone off, with whom to wake.
    static RUNNING: RefCell<Vec<(u32, Waker)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u32> = const { Cell::new(0) };
    /// One callback for all timers: making a closure for each would cost more than the timer.
    static GOES_OFF: Closure<dyn Fn(u32)> = Closure::new(|id| {
        if let Some(waker) = take(id) {
            waker.wake();
        }
    });
}

/// Ends the timer `id`; `None` when it has gone off or was ended before.
fn take(id: u32) -> Option<Waker> {
    RUNNING.with_borrow_mut(|running| {
        let position = running.iter().position(|(known, _)| *known == id)?;
        Some(running.swap_remove(position).1)
    })
}

/// A running timeout, cleared when it is no longer wanted.
struct Timer {
    id: u32,
    handle: JsValue,
}

impl Timer {
    fn start(milliseconds: i32) -> Self {
        let id = NEXT.replace(NEXT.get().wrapping_add(1));
        RUNNING.with_borrow_mut(|running| running.push((id, Waker::noop().clone())));
        Self {
            id,
            handle: GOES_OFF.with(|callback| set_timeout(callback, milliseconds, id)),
        }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        RUNNING.with_borrow_mut(|running| match running.iter_mut().find(|(id, _)| *id == self.id) {
            Some((_, waker)) => {
                waker.clone_from(context.waker());
                Poll::Pending
            }
            None => Poll::Ready(()),
        })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if take(self.id).is_some() {
            clear_timeout(&self.handle);
        }
    }
}
