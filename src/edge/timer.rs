//! Pauses, and patience with a limit.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use super::wait::Timer;

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
