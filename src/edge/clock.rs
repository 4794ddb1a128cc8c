//! The time.

use js_sys::Date;

use crate::base::clock::Seconds;

/// The time now. On Workers it moves on with I/O only, which is good enough: it is read after every wait.
pub(super) fn now() -> Seconds {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since the epoch are far below 2^53"
    )]
    let seconds = (Date::now() / 1000.0) as i64;
    Seconds(seconds)
}
