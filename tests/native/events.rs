//! What a browser hears of an agent: `HIDE_EVENTS`, `ERROR_MESSAGES`, and that no event shows the request's assertion.

use std::rc::Rc;

use crate::support::keys::base64url;
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{Answer, Decision, REQUEST_ID, World, signed};
use copilotkit_gate::config::Config;
use copilotkit_gate::outbound::Outbound;
use copilotkit_gate::outbound::answer::Filter;
use copilotkit_gate::outbound::events::event::{EventFilter, MAX_EVENT_BYTES};
use copilotkit_gate::outbound::events::settings::EventSettings;
use copilotkit_gate::outbound::events::stream::{End, EventStream, Output};
use copilotkit_gate::wire::answer::AnswerHead;
use copilotkit_gate::wire::excerpt::Excerpt;
use copilotkit_gate::wire::fields::FieldList;
use copilotkit_gate::wire::refusal::Refusal;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

fn settings(hidden: &Value, errors: &str) -> Rc<EventSettings> {
    let settings = Settings::usual()
        .with("HIDE_EVENTS", hidden.clone())
        .with("ERROR_MESSAGES", json!(errors));
    Config::parse(&settings).unwrap().outbound.events.unwrap()
}

/// Every kind of event is hidden that these tests send.
fn all() -> Rc<EventSettings> {
    settings(&json!(["RAW", "THINKING_START", "CUSTOM:system:*"]), "hide")
}

const ASSERTION: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln-_bmF0dXJl";

struct Filtered {
    sent: Vec<u8>,
    line: Value,
}

fn feed(settings: &Rc<EventSettings>, chunks: &[&[u8]], end: End) -> Filtered {
    let mut filter = EventFilter::new(settings, REQUEST_ID);
    filter.hide_assertion(ASSERTION);
    let mut stream = EventStream::new(filter);
    let mut sent = Vec::new();
    for chunk in chunks {
        match stream.feed(chunk.to_vec()) {
            Output::Nothing => {}
            Output::Chunk => sent.extend_from_slice(chunk),
            Output::Bytes(bytes) => {
                assert!(!bytes.is_empty());
                sent.extend(bytes);
            }
        }
    }
    let line = serde_json::from_str(&stream.end(REQUEST_ID, end)).unwrap();
    Filtered { sent, line }
}

/// What is sent of a stream, whole or byte by byte.
fn sent(settings: &Rc<EventSettings>, stream: impl AsRef<[u8]>) -> String {
    let whole = feed(settings, &[stream.as_ref()], End::Complete);
    let bytes: Vec<&[u8]> = stream.as_ref().chunks(1).collect();
    let bit_by_bit = feed(settings, &bytes, End::Complete);
    assert_eq!(whole.line, bit_by_bit.line);
    assert_eq!(whole.sent, bit_by_bit.sent);
    String::from_utf8(whole.sent).unwrap()
}

/// The JSON of an event as it is sent; `None` where it is left out.
fn sent_json(settings: &Rc<EventSettings>, json: &str) -> Option<String> {
    let sent = sent(settings, format!("data: {json}\n\n"));
    (!sent.is_empty()).then(|| {
        sent.strip_prefix("data: ")
            .unwrap()
            .strip_suffix("\n\n")
            .unwrap()
            .to_owned()
    })
}

#[test]
fn what_is_listed_is_left_out_and_everything_else_is_sent_as_it_came() {
    let settings = all();
    for (json, passes) in [
        (r#"{"type":"RAW","event":{"messages":["You are a bot."]}}"#, false),
        (r#"{ "event" : {"type":"A"} , "type" : "RAW" }"#, false),
        (r#"{"ty\u0070e":"R\u0041W"}"#, false),
        (r#"{"type":"THINKING_START"}"#, false),
        (
            r#"{"type":"CUSTOM","name":"system:init","value":{"cwd":"/srv"}}"#,
            false,
        ),
        (r#"{"value":1,"name":"system:","type":"CUSTOM"}"#, false),
        (r#"{"type":"CUSTOM","name":"system:\ud800"}"#, false),
        (r#"{"type":"CUSTOM","name":"page"}"#, true),
        (r#"{"type":"CUSTOM","name":"a system:init"}"#, true),
        (r#"{"type":"CUSTOM"}"#, true),
        (
            r#"{"type":"TEXT_MESSAGE_CONTENT","name":"system:init","delta":"RAW"}"#,
            true,
        ),
        (r#"{"type":"THINKING_STARTED"}"#, true),
        (r#"{"type":"raw"}"#, true),
        (
            r#"{"type":"STATE_SNAPSHOT","snapshot":{"type":"RAW","rawEvent":1}}"#,
            true,
        ),
        (
            r#"{"type":"TEXT_MESSAGE_CONTENT","delta":"\"type\":\"RAW\",\"rawEvent\":1"}"#,
            true,
        ),
        (r#"{"type":"TEXT_MESSAGE_CONTENT","delta":"half of \ud83d"}"#, true),
        (r#"{"type":5}"#, true),
        ("{}", true),
        (r#" {"type": "RUN_FINISHED" , "n":1e400 } "#, true),
    ] {
        assert_eq!(sent_json(&settings, json), passes.then(|| json.to_owned()), "{json}");
    }
}

#[test]
fn what_is_no_single_object_is_left_out() {
    for json in [
        "",
        "1",
        "null",
        "[]",
        r#"[{"type":"A"}]"#,
        r#""{}""#,
        "{",
        r#"{"type":"A""#,
        r#"{"type":"A",}"#,
        r#"{"type":"A"} {"type":"A"}"#,
        r#"{"type":"A"}x"#,
        r#"{"type":"A","type":"A"}"#,
        r#"{"type":"A","typ\u0065":"A"}"#,
        r#"{"type":"A","delta":"\x"}"#,
        "{\"type\":\"A\",\"delta\":\"\u{1}\"}",
    ] {
        assert_eq!(sent_json(&all(), json), None, "{json}");
    }
    assert_eq!(sent(&all(), b"data: {\"type\":\"\xff\"}\n\n"), "");
    let counted = feed(&all(), &[b"data: {\"type\":\"A\",\"type\":\"B\"}\n\n"], End::Complete);
    assert_eq!(counted.line["left_out"], json!({ "malformed": 1 }));
}

#[test]
fn the_frameworks_own_event_is_cut_out_of_others() {
    let raw = settings(&json!(["RAW"]), "forward");
    for (json, expected) in [
        (
            r#"{"type":"A","rawEvent":{"a":[1,"}"]},"b":2}"#,
            r#"{"type":"A","b":2}"#,
        ),
        (r#"{"type":"A","rawEvent":"x\"}"}"#, r#"{"type":"A"}"#),
        (r#"{"rawEvent":null,"type":"A"}"#, r#"{"type":"A"}"#),
        (r#"{"rawEvent":1}"#, "{}"),
        (
            r#"{ "type" : "A" , "rawEvent" : [ 1 ] , "b" : 2 }"#,
            r#"{ "type" : "A" , "b" : 2 }"#,
        ),
        (
            r#"{"rawEvent":1,"rawEvent":2,"type":"A","rawEvent":3}"#,
            r#"{"type":"A"}"#,
        ),
        (r#"{"type":"A","raw\u0045vent":{"x":1},"b":2}"#, r#"{"type":"A","b":2}"#),
        (
            r#"{"type":"A","raw":{"rawEvent":1}}"#,
            r#"{"type":"A","raw":{"rawEvent":1}}"#,
        ),
        (
            r#"{"type":"A","s":["rawEvent",1]}"#,
            r#"{"type":"A","s":["rawEvent",1]}"#,
        ),
    ] {
        assert_eq!(sent_json(&raw, json).as_deref(), Some(expected), "{json}");
    }
    let others = settings(&json!(["CUSTOM:x"]), "forward");
    for json in [r#"{"type":"A","rawEvent":{"a":1}}"#, r#"{"type":"RAW","event":1}"#] {
        assert_eq!(sent_json(&others, json).as_deref(), Some(json), "RAW is not listed");
    }
}

#[test]
fn messages_that_the_page_could_not_have_sent_are_taken_out_of_snapshots() {
    let snapshot = r#"{"type":"MESSAGES_SNAPSHOT","messages":[{"role":"system","content":"You are."},{"id":"1", "role":"user"},{"id":"2"},7]}"#;
    let expected = r#"{"type":"MESSAGES_SNAPSHOT","messages":[{"id":"1", "role":"user"}]}"#;
    let raw = settings(&json!(["RAW"]), "forward");
    assert_eq!(sent_json(&raw, snapshot).as_deref(), Some(expected));
    assert_eq!(sent_json(&raw, r#"{"type":"MESSAGES_SNAPSHOT","messages":{}}"#), None);
    let clean = r#"{"type":"MESSAGES_SNAPSHOT", "messages":[ {"role":"assistant"} ] }"#;
    assert_eq!(sent_json(&raw, clean).as_deref(), Some(clean));
    let others = settings(&json!(["CUSTOM:x"]), "hide");
    assert_eq!(
        sent_json(&others, snapshot).as_deref(),
        Some(snapshot),
        "RAW is not listed"
    );
    let roles = Settings::usual()
        .with("HIDE_EVENTS", json!(["RAW"]))
        .with("MESSAGE_ROLES", json!(["system"]));
    let roles = Config::parse(&roles).unwrap().outbound.events.unwrap();
    let expected = r#"{"type":"MESSAGES_SNAPSHOT","messages":[{"role":"system","content":"You are."}]}"#;
    assert_eq!(sent_json(&roles, snapshot).as_deref(), Some(expected));
}

#[test]
fn an_error_keeps_nothing_that_tells_of_the_server() {
    let message = format!(r#""message":"The agent failed (request {REQUEST_ID}).""#);
    let hide = settings(&json!([]), "hide");
    for (json, expected) in [
        (
            r#"{"type":"RUN_ERROR","message":"401 for key sk-1 at 10.0.0.1:8080","code":"AUTH.failed-2_x","timestamp":17,"threadId":"t","runId":"r","rawEvent":{"a":1},"stack":"/srv"}"#.to_owned(),
            format!(r#"{{"type":"RUN_ERROR",{message},"code":"AUTH.failed-2_x","timestamp":17,"threadId":"t","runId":"r"}}"#),
        ),
        (
            r#"{"type":"RUN_ERROR","code":"no such host: db"}"#.to_owned(),
            format!(r#"{{"type":"RUN_ERROR",{message}}}"#),
        ),
        (
            format!(r#"{{"type":"RUN_ERROR","code":"{}","threadId":{{}},"runId":[],"timestamp":"x"}}"#, "a".repeat(65)),
            format!(r#"{{"type":"RUN_ERROR",{message}}}"#),
        ),
        (
            format!(r#"{{"type":"RUN_ERROR","code":"{}"}}"#, "a".repeat(64)),
            format!(r#"{{"type":"RUN_ERROR","code":"{}",{message}}}"#, "a".repeat(64)),
        ),
    ] {
        assert_eq!(sent_json(&hide, &json), Some(expected), "{json}");
    }
    let error = r#"{"type":"RUN_ERROR","message":"why"}"#;
    let forward = settings(&json!(["RAW"]), "forward");
    assert_eq!(sent_json(&forward, error).as_deref(), Some(error));
}

#[test]
fn no_event_shows_the_assertion_of_its_request() {
    let settings = settings(&json!(["CUSTOM:x"]), "forward");
    let escaped: Vec<String> = ASSERTION.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let escaped = escaped.concat();
    let dots = ASSERTION.replace('.', "\\u002E");
    let inside = json!(json!({ "token": "x" }).to_string().replace('x', &dots)).to_string();
    for json in [
        format!(r#"{{"type":"STATE_SNAPSHOT","snapshot":{{"configurable":{{"x-gate-assertion":"{ASSERTION}"}}}}}}"#),
        format!(r#"{{"type":"A","delta":"Bearer {ASSERTION}!"}}"#),
        format!(r#"{{"type":"A","{ASSERTION}":1}}"#),
        format!(r#"{{"type":"A","delta":"{escaped}"}}"#),
        format!(r#"{{"type":"A","delta":"{dots}"}}"#),
        format!(r#"{{"type":"A","delta":{inside}}}"#),
    ] {
        assert_eq!(sent_json(&settings, &json), None, "{json}");
        let stream = format!("data: {json}\n\n");
        let counted = feed(&settings, &[stream.as_bytes()], End::Complete);
        assert_eq!(counted.line["left_out"], json!({ "assertion": 1 }));
    }
    for stream in [
        format!(": {ASSERTION}\n\n"),
        format!("id: {ASSERTION}\ndata: {{\"type\":\"A\"}}\n\n"),
    ] {
        assert_eq!(sent(&settings, stream), "");
    }
    let (_, payload_and_signature) = ASSERTION.split_once('.').unwrap();
    let part = format!(r#"{{"type":"A","delta":"\u002e{payload_and_signature}"}}"#);
    assert_eq!(sent_json(&settings, &part), Some(part));
    let raw = self::settings(&json!(["RAW"]), "forward");
    let cut = format!(r#"{{"type":"A","rawEvent":"{ASSERTION}"}}"#);
    assert_eq!(
        sent_json(&raw, &cut).as_deref(),
        Some(r#"{"type":"A"}"#),
        "the rest of an event is of use"
    );
}

#[test]
fn events_are_read_by_the_grammar_of_such_streams() {
    let settings = all();
    for (stream, expected) in [
        ("data:{\"type\":\"A\"}\n\n", "data:{\"type\":\"A\"}\n\n"),
        ("data: {\"type\":\"A\"}\r\n\r\n", "data: {\"type\":\"A\"}\r\n\r\n"),
        // What ends the line of data must not join what ends the event.
        (
            "data: {\"type\":\rdata:\"A\",\"raw\\u0045vent\":1}\n\n",
            "data: {\"type\":\"A\"}\n\n",
        ),
        (
            "data: {\"type\":\"A\"}\r\rdata: {\"type\":\"B\"}\r\r",
            "data: {\"type\":\"A\"}\r\rdata: {\"type\":\"B\"}\r\r",
        ),
        (
            "data: {\"type\":\ndata: \"A\"}\n\n",
            "data: {\"type\":\ndata: \"A\"}\n\n",
        ),
        ("data: {\"type\":\ndata: \"RAW\"}\n\n", ""),
        ("data: {\"type\":\rdata\rdata:\"RAW\"}\r\r", ""),
        (
            "data: {\"type\":\"RAW\"}\r\n\r\ndata: {\"type\":\"A\"}\r\n\r\n",
            "data: {\"type\":\"A\"}\r\n\r\n",
        ),
        (
            "\u{feff}data: {\"type\":\"A\"}\n\n",
            "\u{feff}data: {\"type\":\"A\"}\n\n",
        ),
        ("\u{feff}data: {\"type\":\"RAW\"}\n\n", ""),
        // Whatever is sent first is the beginning of what the client reads.
        ("data: {\"type\":\"RAW\"}\n\n\u{feff}data: {\"type\":\"RAW\"}\n\n", ""),
        (": keep-alive\n\n", ": keep-alive\n\n"),
        (":\n", ":\n"),
        (
            "event: message\nid: 7\nretry: 10\ndata: {\"type\":\"A\"}\nx: y\n\n",
            "event: message\nid: 7\nretry: 10\ndata: {\"type\":\"A\"}\nx: y\n\n",
        ),
        ("event: ping\n\n", "event: ping\n\n"),
        ("\n\n\n", "\n\n\n"),
        ("data\n\n", ""),
        ("data: \n\n", ""),
        ("{\"type\":\"RAW\"}\n\n", ""),
        ("Data: {\"type\":\"A\"}\n\n", ""),
        (
            "data: {\"type\":\"A\",\ndata:  \"rawEvent\":{\n: why\ndata: \"b\":1},\ndata:\"c\":2}\n\n",
            "data: {\"type\":\"A\",\ndata:\"c\":2}\n\n",
        ),
        (
            "id: 1\ndata: {\"type\":\"MESSAGES_SNAPSHOT\",\ndata: \"messages\":[{\"role\":\"system\"},{\ndata: \"role\":\"user\"}]}\nretry: 1\n\n",
            "id: 1\ndata: {\"type\":\"MESSAGES_SNAPSHOT\",\"messages\":[{\ndata: \"role\":\"user\"}]}\nretry: 1\n\n",
        ),
        // Not ended by a blank line.
        ("data: {\"type\":\"A\"}\n", ""),
        ("data: {\"type\":\"A\"}", ""),
    ] {
        assert_eq!(sent(&settings, stream), expected, "{stream:?}");
    }
}

#[test]
fn an_event_is_sent_as_soon_as_it_is_complete() {
    let mut stream = EventStream::new(EventFilter::new(&all(), REQUEST_ID));
    let mut feed = |chunk: &str| stream.feed(chunk.as_bytes().to_vec());
    let bytes = |text: &str| Output::Bytes(text.as_bytes().to_vec());
    assert_eq!(feed("data: {\"type\":\"A\"}\n\n"), Output::Chunk, "nothing is copied");
    assert_eq!(
        feed("data: {\"type\":\"A\"}\n\ndata: {\"type\":\"B\"}\n\n"),
        Output::Chunk
    );
    assert_eq!(feed("data: {\"type\":\"A\"}"), Output::Nothing);
    assert_eq!(feed("\r\n"), Output::Nothing);
    assert_eq!(
        feed("\r"),
        bytes("data: {\"type\":\"A\"}\r\n\r"),
        "before the line feed"
    );
    assert_eq!(
        feed("\ndata: {\"type\":\"B\"}\r\n\r\nda"),
        bytes("\ndata: {\"type\":\"B\"}\r\n\r\n")
    );
    assert_eq!(feed("ta: {\"type\":\"RAW\"}\r\n\r"), Output::Nothing);
    assert_eq!(
        feed("\n: ping\n"),
        bytes(": ping\n"),
        "a comment does not wait for an event"
    );
    assert_eq!(feed(""), Output::Nothing);
    assert_eq!(
        feed("data: {\"type\":\"RAW\"}\n\ndata: {\"type\":\"C\"}\n\ndata: {"),
        bytes("data: {\"type\":\"C\"}\n\n")
    );
}

#[test]
fn an_event_is_bounded_after_what_is_cut_out_of_it() {
    let settings = all();
    let fill = "x".repeat(MAX_EVENT_BYTES);
    let chunked = |stream: &str| {
        let chunks: Vec<&[u8]> = stream.as_bytes().chunks(65_536).collect();
        let (whole, split) = (
            feed(&settings, &[stream.as_bytes()], End::Complete),
            feed(&settings, &chunks, End::Complete),
        );
        assert_eq!(whole.sent, split.sent);
        assert_eq!(whole.line, split.line);
        (String::from_utf8(split.sent).unwrap(), split.line)
    };
    let next = "data: {\"type\":\"A\"}\n\n";
    let (sent, line) = chunked(&format!("data: {{\"type\":\"A\",\"delta\":\"{fill}\"}}\n\n{next}"));
    assert_eq!(sent, next);
    assert_eq!(line["left_out"], json!({ "too_large": 1 }));
    let (sent, line) = chunked(&format!(
        "data: {{\"type\":\"A\",\"rawEvent\":\"{fill}\",\"a\":1}}\n\n{next}"
    ));
    assert_eq!(sent, format!("data: {{\"type\":\"A\",\"a\":1}}\n\n{next}"));
    assert_eq!(line["left_out"], json!({}));
    let (sent, line) = chunked(&format!("data: {{\"type\":\"RAW\",\"event\":\"{fill}\"}}\n\n{next}"));
    assert_eq!((sent.as_str(), &line["left_out"]), (next, &json!({ "RAW": 1 })));
    let large = format!(
        "data: {{\"type\":\"A\",\"delta\":\"{}\"}}\n\n",
        &fill[..MAX_EVENT_BYTES - 64]
    );
    assert_eq!(chunked(&large).0, large);
}

#[test]
fn the_log_tells_what_became_of_a_stream() {
    let stream = concat!(
        "data: {\"type\":\"RUN_STARTED\"}\n\n",
        ": ping\n\n",
        "data: {\"type\":\"RAW\"}\n\n",
        "data: {\"type\":\"RAW\"}\n\n",
        "data: {\"type\":\"CUSTOM\",\"name\":\"system:init\"}\n\n",
        "data: [\n\n",
        "data: {\"type\":\"A\"",
    );
    for (end, outcome) in [
        (End::Complete, "complete"),
        (End::Broken, "broken"),
        (End::ClientGone, "client_gone"),
    ] {
        let filtered = feed(&all(), &[stream.as_bytes()], end);
        assert_eq!(
            filtered.line,
            json!({
                "event": "events", "outcome": outcome, "request_id": REQUEST_ID, "sent": 1,
                "left_out": { "RAW": 2, "CUSTOM": 1, "malformed": 1, "incomplete": 1 },
                "bytes_in": stream.len(), "bytes_out": filtered.sent.len(),
            })
        );
    }
}

fn asking(hidden: Value, errors: &str) -> Settings {
    Settings::usual()
        .with("HIDE_EVENTS", hidden)
        .with("ERROR_MESSAGES", json!(errors))
        .with("THREAD_KEY", json!(base64url(&[7; 32])))
}

fn run(operation: &str) -> Request {
    signed(Request::new("POST", &format!("/agent/a/{operation}")).json(r#"{"threadId":"t"}"#))
}

fn head(status: u16, fields: &[(&str, &str)]) -> AnswerHead {
    AnswerHead {
        status,
        fields: fields.iter().copied().collect::<FieldList>(),
    }
}

fn forwarded(answer: &mut Answer) -> &mut Outbound {
    match &mut answer.decision {
        Decision::Forward(outbound) => outbound,
        _ => panic!("{}", answer.line),
    }
}

#[test]
fn only_events_are_read_and_only_with_a_setting() {
    let stream = head(200, &[("content-type", "text/event-stream; charset=utf-8")]);
    for (settings, reads) in [
        (asking(json!(["RAW"]), "forward"), true),
        (asking(json!(["CUSTOM:x"]), "forward"), true),
        (asking(json!([]), "hide"), true),
        (asking(json!([]), "forward"), false),
        (Settings::usual(), false),
    ] {
        let world = World::new(&settings);
        for operation in ["run", "connect", "suggest"] {
            let envelope =
                format!(r#"{{"method":"agent/{operation}","params":{{"agentId":"a"}},"body":{{"threadId":"t"}}}}"#);
            for request in [run(operation), signed(Request::new("POST", "").json(&envelope))] {
                let mut answer = world.ask(&request);
                let outbound = forwarded(&mut answer);
                let sent = World::sent(outbound, &request);
                let accepts = (World::values(&sent, "accept"), World::values(&sent, "accept-encoding"));
                assert_eq!(accepts == (vec!["text/event-stream"], vec!["identity"]), reads);
                assert_eq!(outbound.answer.also_sees() == ["content-type"], reads);
                assert!(outbound.answer.filter.is_none());
                assert_eq!(outbound.answer.events_of(&stream).unwrap().is_some(), reads);
            }
        }
        let mut stop = world.ask(&signed(Request::new("POST", "/agent/a/stop/t").json("{}")));
        let outbound = forwarded(&mut stop);
        assert!(outbound.answer.events.is_none());
    }
}

#[test]
fn an_answer_of_another_form_is_read_only_if_it_can_hold_no_event() {
    const STREAM: (&str, &str) = ("content-type", "text/event-stream");
    let world = World::new(&asking(json!(["RAW"]), "hide"));
    for (status, fields, expected) in [
        (200, vec![("content-type", "Text/Event-Stream;charset=utf-8")], Ok(true)),
        (200, vec![STREAM, ("content-encoding", "identity")], Ok(true)),
        (200, vec![STREAM, ("content-encoding", "gzip")], Ok(true)),
        (
            200,
            vec![STREAM, ("content-encoding", "zstd")],
            Err(Refusal::CodedAnswer(Excerpt::of("zstd"))),
        ),
        (
            200,
            vec![STREAM, ("content-encoding", "gzip, br")],
            Err(Refusal::CodedAnswer(Excerpt::of("gzip, br"))),
        ),
        (200, vec![("content-type", "application/json")], Ok(false)),
        (
            200,
            vec![("content-type", "application/json; charset=utf-8")],
            Ok(false),
        ),
        (
            200,
            vec![("content-type", "application/vnd.ag-ui.event+proto")],
            Err(Refusal::UnreadableAnswer),
        ),
        (
            206,
            vec![("content-type", "text/plain")],
            Err(Refusal::UnreadableAnswer),
        ),
        (200, vec![], Err(Refusal::UnreadableAnswer)),
        (204, vec![], Ok(false)),
        (404, vec![("content-type", "text/html")], Ok(false)),
        (500, vec![STREAM], Ok(false)),
    ] {
        let mut answer = world.ask(&run("run"));
        let outbound = forwarded(&mut answer);
        let read = outbound.answer.events_of(&head(status, &fields));
        assert_eq!(read.map(|filter| filter.is_some()), expected, "{status} {fields:?}");
    }
    assert_eq!(
        (Refusal::UnreadableAnswer.status(), Refusal::UnreadableAnswer.reason()),
        (502, "unreadable_answer")
    );
}

#[test]
fn a_list_of_events_is_filtered_by_the_same_rules() {
    let settings =
        asking(json!(["RAW", "CUSTOM:system:*"]), "hide").with("ASSERTION_KEY", json!(signing_key().to_string()));
    let world = World::new(&settings);
    let request = signed(Request::new("GET", "/threads/t/events"));
    let answer = world.ask(&request);
    let outbound = answer.forwarded();
    let sent = World::sent(outbound, &request);
    let assertion = World::values(&sent, "x-gate-assertion")[0].to_owned();
    let filter = outbound.answer.filter.as_ref().unwrap();
    assert!(matches!(filter, Filter::Events(_)));
    let list = format!(
        r#"{{"events":[{{"type":"RAW"}}, {{"type":"A", "n":1.0}},{{"type":"B","rawEvent":{{"a":1}}}},{{"type":"RUN_ERROR","message":"sk-1"}},{{"type":"A","x":"{assertion}"}},7],"more":1}}"#
    );
    let filtered = world.gate.filter(filter, list.into_bytes()).unwrap();
    assert_eq!(
        String::from_utf8(filtered).unwrap(),
        format!(
            r#"{{"events":[{{"type":"A", "n":1.0}},{{"type":"B"}},{{"type":"RUN_ERROR","message":"The agent failed (request {REQUEST_ID})."}}],"more":1}}"#
        )
    );
    let clean = r#"{ "events" : [ {"type":"A"} ] }"#;
    let passed = world.gate.filter(filter, clean.as_bytes().to_vec()).unwrap();
    assert_eq!(String::from_utf8(passed).unwrap(), clean);
    for other in ["[]", "{}", r#"{"events":{}}"#, "x"] {
        assert_eq!(
            world.gate.filter(filter, other.into()),
            Err(Refusal::BadGateway),
            "{other}"
        );
    }
    let without = World::new(&Settings::usual().with("THREAD_KEY", json!(base64url(&[7; 32]))));
    assert!(without.ask(&request).forwarded().answer.filter.is_none());
}

/// RFC 8037 appendix A.1.
fn signing_key() -> Value {
    json!({
        "kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    })
}

/// The assertion that is sent is the one that is looked for.
#[test]
fn a_run_whose_events_show_its_assertion() {
    let settings = asking(json!(["CUSTOM:x"]), "forward").with("ASSERTION_KEY", json!(signing_key().to_string()));
    let world = World::new(&settings);
    let request = run("run");
    let mut answer = world.ask(&request);
    let outbound = forwarded(&mut answer);
    let sent = World::sent(outbound, &request);
    let assertion = World::values(&sent, "x-gate-assertion")[0].to_owned();
    let stream = head(200, &[("content-type", "text/event-stream")]);
    let filter = outbound.answer.events_of(&stream).unwrap().unwrap();
    let mut stream = EventStream::new(filter);
    let event = json!({ "type": "STATE_SNAPSHOT", "snapshot": { "x-gate-assertion": assertion } });
    assert_eq!(stream.feed(format!("data: {event}\n\n").into_bytes()), Output::Nothing);
}

/// Events that are sent as they came, and others.
fn event() -> impl Strategy<Value = (String, bool)> {
    let json = prop_oneof![
        Just((
            r#"{"type":"TEXT_MESSAGE_CONTENT","delta":"héllo \"}{\\ \ud83d"}"#.to_owned(),
            true
        )),
        Just((
            r#"{ "type" : "STATE_DELTA" , "delta" : [ { "op" : "add" } ] }"#.to_owned(),
            true
        )),
        "[a-zA-Z ]{0,40}".prop_map(|text| (json!({ "type": "A", "delta": text }).to_string(), true)),
        Just((r#"{"type":"RAW","event":{"a":"\n\n"}}"#.to_owned(), false)),
        "[a-z{}\\[\\]\",: ]{0,60}".prop_map(|text| (json!({ "type": "RAW", "event": text }).to_string(), false)),
        "[a-z{}\\[\\]\",: ]{0,60}"
            .prop_map(|text| (json!({ "type": "B", "rawEvent": { "x": [text] } }).to_string(), false)),
        "[a-z{}\\[\\]\",: ]{0,60}".prop_map(|text| (text, false)),
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
    let space = prop_oneof![Just(""), Just(" ")];
    (json, end, space).prop_map(|((json, passes), end, space)| (format!("data:{space}{json}{end}{end}"), passes))
}

proptest! {
    #[test]
    fn how_a_stream_is_split_makes_no_difference(events in vec(event(), 0..12), cuts in vec(1_usize..90, 0..60)) {
        let stream: String = events.iter().map(|(event, _)| event.as_str()).collect();
        let mut chunks: Vec<&[u8]> = Vec::new();
        let mut rest = stream.as_bytes();
        for cut in cuts {
            let (chunk, behind) = rest.split_at(cut.min(rest.len()));
            chunks.push(chunk);
            rest = behind;
        }
        chunks.push(rest);
        let (whole, split) = (feed(&all(), &[stream.as_bytes()], End::Complete), feed(&all(), &chunks, End::Complete));
        prop_assert_eq!(&whole.sent, &split.sent);
        prop_assert_eq!(whole.line, split.line);
        let sent = String::from_utf8(whole.sent).unwrap();
        // What needs no change is there byte for byte, in order.
        let mut rest = sent.as_str();
        for (event, _) in events.iter().filter(|(_, passes)| *passes) {
            let at = rest.find(event.as_str());
            prop_assert!(at.is_some(), "{event:?} in {rest:?}");
            rest = &rest[at.unwrap() + event.len()..];
        }
        prop_assert!(!sent.contains("RAW") && !sent.contains("rawEvent"));
    }

    #[test]
    fn whoever_reads_what_is_sent_finds_nothing_hidden(stream in vec(any::<u8>(), 0..200)) {
        crate::seeds::checks::events::run(&stream);
    }

    #[test]
    fn nor_in_what_looks_like_events(parts in vec(part(), 0..40)) {
        crate::seeds::checks::events::run(parts.concat().as_bytes());
    }
}

/// Pieces of which streams are made.
fn part() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "data:",
        "data: ",
        "data",
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        ":",
        "id: 1",
        "\u{feff}",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"type\":",
        "\"RAW\"",
        "\"rawEvent\":",
        "\"CUSTOM\"",
        "\"name\":",
        "\"system:x\"",
        "\"RUN_ERROR\"",
        "\"message\":",
        "\"sk-proj-1234\"",
        "1",
        "\"a\":",
        "\"\\\"\"",
        "\"MESSAGES_SNAPSHOT\"",
        "\"messages\":",
        "\"role\":",
        "\"user\"",
        "\"system\"",
        "eyJh.eyJz.c2ln",
        "{\"type\":\"RAW\"}",
        "{\"type\":\"A\",\"rawEvent\":1}",
        "data: {\"type\":\"A\"}\n\n",
        "data: {\"type\":\"RAW\"}\n\n",
    ])
}
