//! Wasm's memory never shrinks. This decides whether a new instance of the module should replace the present one.

use std::arch::wasm32::memory_size;
use std::cell::Cell;

/// Most memory of an instance that is not replaced, in pages of 64 KiB.
const MAX_PAGES: usize = 16 * 16;
/// Least growth of the memory by bodies before an instance is replaced, in pages: memory that verified tokens fill is no reason
/// to forget them.
const LEAST_PAGES: usize = 4 * 16;

thread_local! {
    /// Growth of the memory by bodies, in pages.
    static GROWN: Cell<usize> = const { Cell::new(0) };
    /// Number of answers that are being filtered.
    static STREAMS: Cell<usize> = const { Cell::new(0) };
}

/// Whether bodies have made the memory large.
#[inline]
pub(super) fn is_large() -> bool {
    GROWN.get() >= LEAST_PAGES && memory_size::<0>() > MAX_PAGES
}

/// Whether no answer is being filtered.
pub(super) fn is_idle() -> bool {
    STREAMS.get() == 0
}

/// Runs `read`, which takes a body into memory, and notes how much the memory has grown.
pub(super) fn growing<T>(read: impl FnOnce() -> T) -> T {
    let before = memory_size::<0>();
    let body = read();
    GROWN.set(GROWN.get().saturating_add(memory_size::<0>().saturating_sub(before)));
    body
}

/// Counts an answer as being filtered until it is dropped.
pub(super) struct Streaming(());

impl Streaming {
    pub(super) fn begin() -> Self {
        STREAMS.set(STREAMS.get().saturating_add(1));
        Self(())
    }
}

impl Drop for Streaming {
    fn drop(&mut self) {
        STREAMS.set(STREAMS.get().saturating_sub(1));
    }
}
