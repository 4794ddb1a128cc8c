//! The time.

use std::cell::Cell;

use js_sys::Date;

use crate::base::clock::Seconds;

thread_local! {
    static NOW: Cell<Option<Seconds>> = const { Cell::new(None) };
}

/// The current time: that of the last call from JavaScript, because on Workers the clock advances with I/O only.
pub(super) fn now() -> Seconds {
    NOW.get().unwrap_or_else(|| {
        let now = read();
        NOW.set(Some(now));
        now
    })
}

/// Advances the time. Every call from JavaScript does this.
pub(super) fn tick() {
    NOW.set(None);
}

fn read() -> Seconds {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since the epoch are far below 2^53"
    )]
    let seconds = (Date::now() / 1000.0) as i64;
    Seconds(seconds)
}
