//! `EventStream`: a `text/event-stream` on its way to the client, in chunks that break anywhere. It keeps at most one event,
//! and of what is left out or cut out only how far that goes.

use super::event::{EventFilter, Kind, MAX_EVENT_BYTES, Verdict};
use super::lines::{self, Line, classify, is_line_end};
use super::members::{Found, Members};

use super::counts::Counts;
pub use super::counts::End;

/// A stream that is being filtered.
pub struct EventStream {
    filter: EventFilter,
    counts: Counts,
    /// What has come of the event that has begun, without what is cut out of it.
    buffer: Vec<u8>,
    /// How far that has been read.
    at: usize,
    event: Event,
    place: Place,
    /// Whether what was read last is a carriage return: a line feed behind it belongs to it.
    is_behind_return: bool,
    /// Whether the last event was sent.
    has_sent: bool,
}

/// What to send for a chunk.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// Nothing.
    Nothing,
    /// The chunk itself.
    Chunk,
    /// These bytes.
    Bytes(Vec<u8>),
}

/// The event that has begun.
struct Event {
    /// What its lines are, as far as they have come.
    seen: Option<Line>,
    left_out: Option<Kind>,
    members: Members,
}

/// Where the next byte is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the beginning of a line.
    LineStart,
    /// In the value of a line of data.
    Data,
    /// In a line of which nothing matters but its end.
    Rest(Line),
}

impl Event {
    fn new(filter: &EventFilter) -> Self {
        Self {
            seen: None,
            left_out: None,
            members: Members::new(filter.settings.hide_raw()),
        }
    }

    fn has_data(&self) -> bool {
        self.seen == Some(Line::Data)
    }
}

impl EventStream {
    /// A stream that is put through `filter`.
    pub fn new(filter: EventFilter) -> Self {
        Self {
            event: Event::new(&filter),
            filter,
            counts: Counts::default(),
            buffer: Vec::new(),
            at: 0,
            place: Place::LineStart,
            is_behind_return: false,
            has_sent: true,
        }
    }

    /// Takes the next chunk, and returns what is to be sent.
    pub fn feed(&mut self, chunk: Vec<u8>) -> Output {
        self.counts.bytes_in = self.counts.bytes_in.saturating_add(chunk.len());
        let held = !self.buffer.is_empty();
        if held {
            self.buffer.extend_from_slice(&chunk);
        } else {
            self.buffer = chunk;
        }
        let output = self.read(held);
        let bytes = match &output {
            Output::Nothing => 0,
            Output::Chunk => self.buffer.len(),
            Output::Bytes(bytes) => bytes.len(),
        };
        if output == Output::Chunk {
            self.buffer.clear();
            self.at = 0;
        }
        self.counts.bytes_out = self.counts.bytes_out.saturating_add(bytes);
        output
    }

    /// Notes the end of the stream: an event that has not ended is left out. Returns the log line of the answer to the
    /// request with this id.
    pub fn end(&mut self, request_id: &str, end: End) -> String {
        if self.event.has_data() {
            self.counts.leave_out(self.event.left_out.unwrap_or(Kind::Incomplete));
        }
        self.event = Event::new(&self.filter);
        self.buffer = Vec::new();
        self.counts.line(&self.filter.settings, request_id, end)
    }

    fn read(&mut self, held: bool) -> Output {
        // Everything before `start` has ended. As long as all of it is sent, the chunk is sent unchanged and nothing is
        // copied.
        let mut start = 0;
        let mut sent: Option<Vec<u8>> = None;
        while self.at < self.buffer.len() {
            let Some(has_ended) = self.step(start, &mut sent) else {
                break;
            };
            if has_ended {
                self.end_event(start, &mut sent);
                start = self.at;
            }
        }
        if sent.is_none() && !held && start == self.buffer.len() && start > 0 {
            return Output::Chunk;
        }
        let sent = sent.unwrap_or_else(|| self.buffer.get(..start).unwrap_or_default().to_vec());
        self.keep_from(start);
        if sent.is_empty() {
            Output::Nothing
        } else {
            Output::Bytes(sent)
        }
    }

    /// Reads on in the event that begins at `start`, and returns whether it has ended; `None` where more has to come.
    fn step(&mut self, start: usize, sent: &mut Option<Vec<u8>>) -> Option<bool> {
        match self.place {
            Place::LineStart => self.begin_line(start),
            Place::Data => {
                self.read_data(start, sent);
                Some(false)
            }
            Place::Rest(line) => {
                let rest = self.buffer.get(self.at..).unwrap_or_default();
                let end = rest.iter().position(|byte| is_line_end(*byte));
                self.at = self.at.saturating_add(end.unwrap_or(rest.len()));
                // A comment between events is sent at once: it keeps a connection open while an agent thinks.
                let is_alone = line == Line::Comment && self.event.seen == Some(Line::Comment);
                Some(end.is_some() && self.end_line() && is_alone)
            }
        }
    }

    /// What is at the beginning of a line: the end of the line before, the end of the event, or a field.
    fn begin_line(&mut self, start: usize) -> Option<bool> {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let is_behind_return = std::mem::take(&mut self.is_behind_return);
        if is_behind_return && rest.starts_with(b"\n") {
            self.at = self.at.saturating_add(1);
            // Alone, it belongs to what has ended before.
            return Some(self.at.saturating_sub(1) == start && self.event.seen.is_none());
        }
        if rest.first().is_some_and(|byte| is_line_end(*byte)) {
            return Some(self.end_line());
        }
        let (line, beginning) = classify(rest, self.event.seen.is_none())?;
        self.at = self.at.saturating_add(beginning);
        self.event.seen = self.event.seen.max(Some(line));
        self.place = match line {
            Line::Data => Place::Data,
            line => Place::Rest(line),
        };
        Some(false)
    }

    /// Goes over the end of a line.
    fn end_line(&mut self) -> bool {
        self.is_behind_return = self.buffer.get(self.at) == Some(&b'\r');
        self.at = self.at.saturating_add(1);
        self.place = Place::LineStart;
        true
    }

    /// Reads data up to the end of its line.
    fn read_data(&mut self, start: usize, sent: &mut Option<Vec<u8>>) {
        if self.event.left_out.is_some() {
            self.place = Place::Rest(Line::Data);
            return;
        }
        while let Some(rest) = self.buffer.get(self.at..) {
            self.at = self.at.saturating_add(self.event.members.skip(rest));
            let Some(byte) = self.buffer.get(self.at).copied() else {
                return;
            };
            if is_line_end(byte) {
                self.end_line();
                return;
            }
            let event = self.buffer.get(start..).unwrap_or_default();
            let place = self.at.saturating_sub(start);
            match self.event.members.read(event, place, byte) {
                Found::Type(from, to) => {
                    let name = event.get(from..to).unwrap_or_default();
                    let mut types = self.filter.settings.types.iter();
                    let hidden = types.position(|hidden| hidden.as_bytes() == name);
                    self.event.left_out = hidden.map(Kind::Type);
                }
                Found::Cut(from, to) => {
                    sent.get_or_insert_with(|| self.buffer.get(..start).unwrap_or_default().to_vec());
                    self.cut(start.saturating_add(from), start.saturating_add(to));
                    // The byte that was read stands where the cut began, unless it was cut out itself.
                    let is_comma = byte == b',' && to == place;
                    self.event.members.moved(is_comma.then_some(from));
                    self.at = start.saturating_add(from).saturating_add(usize::from(to == place));
                    continue;
                }
                Found::Another => self.event.left_out = Some(Kind::Malformed),
                Found::Nothing => {}
            }
            self.at = self.at.saturating_add(1);
            if self.event.left_out.is_some() {
                self.place = Place::Rest(Line::Data);
                return;
            }
        }
    }

    /// Decides about the event between `start` and what was read last.
    fn end_event(&mut self, start: usize, sent: &mut Option<Vec<u8>>) {
        let event = std::mem::replace(&mut self.event, Event::new(&self.filter));
        let text = self.buffer.get(start..self.at).unwrap_or_default();
        let verdict = self.judge(text, &event);
        if let Verdict::Passes = verdict {
            if let Some(sent) = sent {
                sent.extend_from_slice(text);
            }
        } else {
            let sent = sent.get_or_insert_with(|| self.buffer.get(..start).unwrap_or_default().to_vec());
            if let Verdict::Changed(changed) = &verdict {
                sent.extend_from_slice(changed);
            }
        }
        match verdict {
            Verdict::LeftOut(kind) if event.seen.is_some() => self.counts.leave_out(kind),
            _ if event.has_data() => self.counts.sent = self.counts.sent.saturating_add(1),
            _ => {}
        }
        self.has_sent = !matches!(verdict, Verdict::LeftOut(_));
    }

    /// The verdict on a whole event, which is `text`.
    fn judge(&self, text: &[u8], event: &Event) -> Verdict {
        let verdict = match event.left_out {
            Some(kind) => Verdict::LeftOut(kind),
            // Of what is being cut out nothing may be left to read.
            None if event.members.cut().is_some() => Verdict::LeftOut(Kind::Malformed),
            None if text.len() > MAX_EVENT_BYTES => Verdict::LeftOut(Kind::TooLarge),
            None if event.has_data() => match self.filter.judge(lines::data(text)) {
                Verdict::Changed(json) => Verdict::Changed(lines::with_data(text, &json)),
                verdict => verdict,
            },
            // What no reader understands might be understood by a page.
            None if event.seen == Some(Line::Unknown) => Verdict::LeftOut(Kind::Malformed),
            // The second half of what ended an event that was left out.
            None if event.seen.is_none() && text == b"\n" && !self.has_sent => Verdict::LeftOut(Kind::Incomplete),
            None => Verdict::Passes,
        };
        let is_leak = match &verdict {
            Verdict::Passes => self.filter.is_leak(text),
            Verdict::Changed(text) => self.filter.is_leak(text),
            Verdict::LeftOut(_) => false,
        };
        if is_leak {
            Verdict::LeftOut(Kind::Assertion)
        } else {
            verdict
        }
    }

    /// Keeps what has come of the event that begins at `start`, as far as it may be sent.
    fn keep_from(&mut self, start: usize) {
        self.cut(0, start);
        self.at = self.at.saturating_sub(start);
        let kept = self.event.members.cut().unwrap_or(self.at);
        if kept > MAX_EVENT_BYTES {
            self.event.left_out = self.event.left_out.or(Some(Kind::TooLarge));
        }
        let end = if self.event.left_out.is_some() { 0 } else { kept };
        self.cut(end, self.at);
        self.at = end;
    }

    fn cut(&mut self, from: usize, to: usize) {
        if from < to && to <= self.buffer.len() {
            self.buffer.drain(from..to);
        }
    }
}
