//! Cold paths are kept in separate functions.
//!
//! V8 compiles a whole wasm function when it is first called, and rustc inlines a function that has one caller: the whole
//! decision would be one function. Paths that a usual request does not take are kept apart, here or by `#[inline(never)]`,
//! so that no cold start waits for their compilation.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// The output of `work`, whose code becomes a function of its own. An async function whose whole body is `work` is cold
/// wherever it is called.
pub async fn cold<F: Future>(work: F) -> F::Output {
    let mut work = pin!(work);
    poll_fn(|context| poll_cold(work.as_mut(), context)).await
}

#[inline(never)]
fn poll_cold<F: Future>(work: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output> {
    work.poll(context)
}
