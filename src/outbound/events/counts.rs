//! What became of a stream's events, and the log line that says so.

use serde_json::{Map, Value, json};

use super::event::Kind;
use super::{CUSTOM, EventSettings};

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The upstream ended it.
    Complete,
    /// The upstream broke off.
    Broken,
    /// The client did not wait for its end.
    ClientGone,
}

/// Numbers of events and bytes.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) sent: u64,
    left_out: Vec<(Kind, u64)>,
    pub(super) bytes_in: usize,
    pub(super) bytes_out: usize,
}

impl Counts {
    /// Counts an event that is left out.
    pub(super) fn leave_out(&mut self, kind: Kind) {
        match self.left_out.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.left_out.push((kind, 1)),
        }
    }

    /// The log line of the answer to the request with this id.
    pub(super) fn line(&self, settings: &EventSettings, request_id: &str, end: End) -> String {
        let mut left_out = Map::new();
        for (kind, count) in &self.left_out {
            let name = match kind {
                Kind::Type(position) => settings.types.get(*position).map_or("", String::as_str),
                Kind::Custom => CUSTOM,
                Kind::Assertion => "assertion",
                Kind::Malformed => "malformed",
                Kind::TooLarge => "too_large",
                Kind::Incomplete => "incomplete",
            };
            left_out.insert(name.to_owned(), Value::from(*count));
        }
        let outcome = match end {
            End::Complete => "complete",
            End::Broken => "broken",
            End::ClientGone => "client_gone",
        };
        json!({
            "event": "events",
            "outcome": outcome,
            "request_id": request_id,
            "sent": self.sent,
            "left_out": left_out,
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
        })
        .to_string()
    }
}
