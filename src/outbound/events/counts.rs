//! What became of a stream's events, and the log line that says so.

use super::event::Kind;
use super::settings::EventSettings;

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
    pub(super) sent: usize,
    left_out: Vec<(Kind, usize)>,
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
        let outcome = match end {
            End::Complete => "complete",
            End::Broken => "broken",
            End::ClientGone => "client_gone",
        };
        // Nothing here needs an escape: types are letters, and the request's id is the gate's own.
        let mut line = [
            r#"{"event":"events","outcome":""#,
            outcome,
            r#"","request_id":""#,
            request_id,
        ]
        .concat();
        line.push_str(r#"","left_out":{"#);
        let mut before = "\"";
        for (kind, count) in &self.left_out {
            line.push_str(before);
            before = ",\"";
            line.push_str(match kind {
                Kind::Type(position) => settings.types.get(*position).map_or("", String::as_str),
                Kind::Custom => "CUSTOM",
                Kind::Assertion => "assertion",
                Kind::Malformed => "malformed",
                Kind::TooLarge => "too_large",
                Kind::Incomplete => "incomplete",
            });
            push_number(&mut line, "\":", *count);
        }
        push_number(&mut line, r#"},"sent":"#, self.sent);
        push_number(&mut line, r#","bytes_in":"#, self.bytes_in);
        push_number(&mut line, r#","bytes_out":"#, self.bytes_out);
        line.push('}');
        line
    }
}

fn push_number(line: &mut String, before: &str, number: usize) {
    line.push_str(before);
    line.push_str(&number.to_string());
}
