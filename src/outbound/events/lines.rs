//! Lines of a `text/event-stream` (HTML Living Standard, section 9.2.5).

/// What a line is, in the order in which it tells what its event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    /// It begins with a colon.
    Comment,
    /// A field that says nothing of an agent: `event`, `id` or `retry`.
    Field,
    /// Anything else; a reader of such a stream ignores it.
    Unknown,
    /// `data`.
    Data,
}

/// The byte order mark in UTF-8.
const BOM: &[u8] = b"\xEF\xBB\xBF";
/// Most bytes that it takes to tell what a line is: the mark, the longest name and its colon.
const MOST_BYTES: usize = BOM.len() + "event:".len();

/// What the line is that `rest` begins with, and how long its beginning is: mark, name and colon. `None` where more of it
/// has to come.
///
/// A byte order mark counts for nothing at the beginning of any event: a reader skips it at the beginning of the stream, and
/// that is the first event that is sent.
pub(super) fn classify(rest: &[u8], is_first: bool) -> Option<(Line, usize)> {
    let seen = rest.get(..MOST_BYTES).unwrap_or(rest);
    let end = seen.iter().position(|byte| is_line_end(*byte));
    let is_whole = end.is_some();
    let seen = end.and_then(|end| seen.get(..end)).unwrap_or(seen);
    let line = match seen.strip_prefix(BOM) {
        Some(behind) if is_first => behind,
        None if is_first && !is_whole && BOM.starts_with(seen) => return None,
        _ => seen,
    };
    let mark = seen.len().saturating_sub(line.len());
    let colon = line.iter().position(|byte| *byte == b':');
    if colon.is_none() && !is_whole && line.len() < "event:".len() {
        return None;
    }
    let name = line.get(..colon.unwrap_or(line.len())).unwrap_or_default();
    let kind = match name {
        b"data" => Line::Data,
        b"" if colon.is_some() => Line::Comment,
        b"event" | b"id" | b"retry" => Line::Field,
        _ => Line::Unknown,
    };
    let colon = usize::from(colon.is_some());
    Some((kind, mark.saturating_add(name.len()).saturating_add(colon)))
}

/// Whether a line ends at `byte`.
pub(super) fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The lines of a whole event, each with what ends it.
fn lines(event: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = event;
    std::iter::from_fn(move || {
        let end = rest.iter().position(|byte| is_line_end(*byte))?;
        let (line, behind) = rest.split_at_checked(end)?;
        let length = if behind.starts_with(b"\r\n") { 2 } else { 1 };
        let (ending, behind) = behind.split_at_checked(length)?;
        rest = behind;
        Some((line, ending))
    })
}

/// The data of an event, its lines joined by line feeds.
pub(super) fn data(event: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(event.len());
    let mut is_first = true;
    let mut has_data = false;
    for (line, _) in lines(event) {
        if let Some(value) = value(line, is_first) {
            if has_data {
                data.push(b'\n');
            }
            has_data = true;
            data.extend_from_slice(value);
        }
        is_first = false;
    }
    data
}

/// The event with `json` as its data; its other lines stay. A carriage return alone at the end of a line becomes a line
/// feed: a line that is taken out must not let it join the line feed of another.
pub(super) fn with_data(event: &[u8], json: &[u8]) -> Vec<u8> {
    let mut written = Vec::with_capacity(event.len());
    let mut is_first = true;
    let mut has_data = false;
    for (line, ending) in lines(event) {
        let is_return = ending == b"\r" && !line.is_empty();
        let ending = if is_return { b"\n" } else { ending };
        if value(line, is_first).is_none() {
            written.extend_from_slice(line);
            written.extend_from_slice(ending);
        } else if !has_data {
            has_data = true;
            // Only space between values has line feeds.
            for line in json.split(|byte| *byte == b'\n') {
                written.extend_from_slice(b"data: ");
                written.extend_from_slice(line);
                written.extend_from_slice(ending);
            }
        }
        is_first = false;
    }
    written
}

/// The value of a line, where that is data.
fn value(line: &[u8], is_first: bool) -> Option<&[u8]> {
    let line = line.strip_prefix(BOM).filter(|_| is_first).unwrap_or(line);
    if line == b"data" {
        return Some(b"");
    }
    let value = line.strip_prefix(b"data:")?;
    Some(value.strip_prefix(b" ").unwrap_or(value))
}
