//! The texts between wasm and JavaScript. This file and `bridge.js` are the only ones that make and read them: a text takes
//! one call, where an object takes one for each member. `tests/native/bridge.rs` and `tests/worker/bridge.test.mjs` check
//! both files against the same examples.
//!
//! ```text
//! head    = method " " url LF fields [ LF ]   a request's; the last LF: these are all of its fields, else EARLY's
//! fields  = *( name ":" value LF )
//! changes = [ change *( LF change ) ]
//! change  = name                              remove the field
//!         / name "," value                    set it in place of what is there
//!         / "," name "," value                add to it
//! ```
//!
//! A name is a token of HTTP, in lower case: it has neither `:` nor `,`. No name, value or URL has an LF. Beside the texts:
//!
//! - What JavaScript writes into memory of wasm's has a length in bytes. A negative number is the room that it needs instead.
//! - In place of the status of an answer, [`LATE`] tells that nothing came in time, and 0 that nothing came at all.
//! - A body that cannot be read has a word for the reason: [`Unread`].
//! - A stream of events ends with a number for how: [`end`].
//! - A wait that took too long ends with the error `undefined`, which no promise of the platform is rejected with.

use std::cell::RefCell;

use crate::outbound::events::stream::End;
use crate::wire::field_changes::{FieldChange, FieldChanges};
use crate::wire::fields::FieldList;
use crate::wire::request::{FieldSource, Fields, Head, Method};

/// In place of a status: nothing came in time.
pub const LATE: u16 = 1;

/// Why a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// More bytes than the limit.
    TooLarge,
    /// Not whole in time.
    TooLate,
    /// The other side broke off.
    Broken,
}

impl Unread {
    /// The reason behind `word`.
    pub fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("large") => Self::TooLarge,
            Some("late") => Self::TooLate,
            _ => Self::Broken,
        }
    }
}

/// How a stream of events ended, by its number.
pub fn end(number: u8) -> End {
    match number {
        0 => End::Complete,
        1 => End::Broken,
        _ => End::ClientGone,
    }
}

/// A request's head as it came over.
pub struct IncomingHead {
    method: Method,
    url: String,
    fields: FieldList,
    is_whole: bool,
}

impl IncomingHead {
    /// Reads a `head`; `None` where it has no method and URL.
    pub fn parse(text: &str) -> Option<Self> {
        let (target, lines) = text.split_once('\n')?;
        let (method, url) = target.split_once(' ')?;
        Some(Self {
            method: Method::from_name(method),
            url: url.to_owned(),
            fields: fields(lines),
            is_whole: lines == "\n" || lines.ends_with("\n\n"),
        })
    }

    /// The head; `source` has the fields that did not come along. `None` where the URL has no scheme and host.
    pub fn head<'r>(&'r mut self, source: &'r dyn FieldSource) -> Option<Head<'r>> {
        let fields = std::mem::take(&mut self.fields);
        let fields = if self.is_whole {
            Fields::all(fields)
        } else {
            Fields::early(fields, source)
        };
        Head::new(self.method, &self.url, fields)
    }
}

/// Reads `fields`.
pub fn fields(text: &str) -> FieldList {
    text.split('\n').filter_map(|line| line.split_once(':')).collect()
}

/// Writes `changes`. `None` where a name or a value has a line feed, which would make a line of its own.
pub fn changes(changes: &FieldChanges) -> Option<String> {
    let mut text = String::with_capacity(changes.bytes().saturating_add(changes.len().saturating_mul(3)));
    for change in changes.iter() {
        let parts = match change {
            FieldChange::Remove(name) => [name, "", "", ""],
            FieldChange::Set(name, value) => [name, ",", value, ""],
            FieldChange::Append(name, value) => [",", name, ",", value],
        };
        for part in parts {
            text.push_str(part);
        }
        text.push('\n');
    }
    let lines = text.bytes().filter(|byte| *byte == b'\n').count();
    text.pop();
    (lines == changes.len()).then_some(text)
}

thread_local! {
    /// Where JavaScript writes texts to: handing one over as a string takes a loop over its characters.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; 8 * 1024]);
}

/// Parses, with `parse`, the text that `write` puts into the buffer it receives; `write` returns the length.
pub fn read<T>(write: impl Fn(&mut [u8]) -> i32, parse: impl FnOnce(&str) -> T) -> T {
    BUFFER.with_borrow_mut(|buffer| {
        let length = write(buffer);
        if length >= 0 {
            return parse(written(buffer, length));
        }
        let mut larger = vec![0; usize::try_from(length.unsigned_abs()).unwrap_or_default()];
        let length = write(&mut larger);
        parse(written(&larger, length))
    })
}

fn written(bytes: &[u8], length: i32) -> &str {
    let written = bytes.get(..usize::try_from(length).unwrap_or_default());
    // `TextEncoder` writes nothing but UTF-8.
    str::from_utf8(written.unwrap_or_default()).unwrap_or_default()
}
