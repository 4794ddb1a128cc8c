//! Streams of events: whoever reads what goes on, by the SSE grammar or as AG-UI's client does, finds no event that is hidden;
//! and how a stream is split into chunks makes no difference.

use std::rc::Rc;

use copilotkit_gate::base::glob::Glob;
use copilotkit_gate::call::body::messages::MessageRoles;
use copilotkit_gate::outbound::events::event::EventFilter;
use copilotkit_gate::outbound::events::settings::EventSettings;
use copilotkit_gate::outbound::events::stream::{End, EventStream, Output};
use serde_json::Value;

/// What no answer may show.
const ASSERTION: &str = "eyJh.eyJz.c2ln";

pub fn run(data: &[u8]) {
    let whole = filter(&[data]);
    for (one, other) in [(1, 1), (3, 7), (16, 5)] {
        let chunks: Vec<&[u8]> = pieces(data, one, other);
        assert_eq!(filter(&chunks), whole, "in pieces of {one} and {other} bytes");
    }
    assert!(!contains(&whole, ASSERTION.as_bytes()));
    for event in by_the_grammar(&whole).into_iter().chain(as_the_client(&whole)) {
        check(&event);
    }
    // What went on once goes on.
    assert_eq!(filter(&[&whole]), whole);
}

fn settings() -> EventSettings {
    EventSettings {
        types: vec!["RAW".to_owned(), "STEP_STARTED".to_owned()],
        names: vec![Glob::new("system:*")],
        hides_errors: true,
        roles: MessageRoles::default(),
    }
}

/// What goes on of a stream that comes in these chunks.
fn filter(chunks: &[&[u8]]) -> Vec<u8> {
    let mut filter = EventFilter::new(&Rc::new(settings()), "request-1");
    filter.hide_assertion(ASSERTION);
    let mut stream = EventStream::new(filter);
    let mut sent = Vec::new();
    for chunk in chunks {
        match stream.feed(chunk.to_vec()) {
            Output::Nothing => {}
            Output::Chunk => sent.extend_from_slice(chunk),
            Output::Bytes(bytes) => sent.extend(bytes),
        }
    }
    let line: Value = serde_json::from_str(&stream.end("request-1", End::Complete)).unwrap();
    assert_eq!(line["bytes_in"], chunks.iter().map(|chunk| chunk.len()).sum::<usize>());
    assert_eq!(line["bytes_out"], sent.len());
    sent
}

/// `data` in pieces of so many bytes by turns.
fn pieces(data: &[u8], one: usize, other: usize) -> Vec<&[u8]> {
    let mut rest = data;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let length = if pieces.len() % 2 == 0 { one } else { other };
        let (piece, behind) = rest.split_at(length.min(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// The data of each event as a browser's `EventSource` has it.
fn by_the_grammar(stream: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(stream).into_owned();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let Some((whole, _)) = text.rsplit_once('\n') else {
        return Vec::new();
    };
    let mut events = Vec::new();
    let mut data = String::new();
    for line in whole.split('\n') {
        if line.is_empty() {
            if !data.is_empty() {
                data.pop();
                events.push(std::mem::take(&mut data));
            }
        } else if let Some(value) = line.strip_prefix("data:") {
            data.push_str(value.strip_prefix(' ').unwrap_or(value));
            data.push('\n');
        } else if line == "data" {
            data.push('\n');
        }
    }
    events
}

/// The same as AG-UI's client has it, which knows one end of a line and reads what has none.
fn as_the_client(stream: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(stream).into_owned();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let data = |event: &str| -> String {
        let lines = event.split('\n').filter_map(|line| line.strip_prefix("data:"));
        let values: Vec<&str> = lines.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect();
        values.join("\n")
    };
    text.split("\n\n").map(data).collect()
}

fn check(data: &str) {
    let Ok(Value::Object(event)) = serde_json::from_str(data) else {
        return;
    };
    let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
    assert!(!["RAW", "STEP_STARTED"].contains(&kind), "{data}");
    assert!(!event.contains_key("rawEvent"), "{data}");
    match kind {
        "CUSTOM" => {
            let name = event.get("name").and_then(Value::as_str).unwrap_or_default();
            assert!(!name.starts_with("system:"), "{data}");
        }
        "RUN_ERROR" => {
            let message = event["message"].as_str().unwrap();
            assert_eq!(message, "The agent failed (request request-1).");
            let known = ["type", "timestamp", "threadId", "runId", "code", "message"];
            assert!(event.keys().all(|name| known.contains(&&**name)), "{data}");
            let code = event.get("code").and_then(Value::as_str).unwrap_or_default();
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
            assert!(code.len() <= 64 && code.bytes().all(is_plain), "{data}");
        }
        "MESSAGES_SNAPSHOT" => {
            let messages = event.get("messages").map(|messages| messages.as_array().unwrap());
            for message in messages.into_iter().flatten() {
                let role = message["role"].as_str().unwrap();
                assert!(MessageRoles::default().allows(role), "{data}");
            }
        }
        _ => {}
    }
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}
