//! Wasm's memory, which never shrinks: whether another instance of the module should take the place of this one.

use std::arch::wasm32::memory_size;
use std::cell::Cell;

/// The memory that an instance may keep, in pages of 64 KiB.
const MAX_PAGES: usize = 16 * 16;
/// How much of it must have been made for bodies, in pages: what verified tokens need is not worth forgetting them.
const LEAST_PAGES: usize = 4 * 16;

thread_local! {
    /// How much the memory has grown for bodies, in pages.
    static GROWN: Cell<usize> = const { Cell::new(0) };
    /// How many answers are being filtered.
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

/// Lets `read` take a body into memory, and notes how much that has grown.
pub(super) fn growing<T>(read: impl FnOnce() -> T) -> T {
    let before = memory_size::<0>();
    let body = read();
    GROWN.set(GROWN.get().saturating_add(memory_size::<0>().saturating_sub(before)));
    body
}

/// An answer that is being filtered, until this is dropped.
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
