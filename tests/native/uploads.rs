//! A recording uploaded as a form goes to a single-route runtime in an envelope.

use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, signed};
use base64ct::{Base64, Encoding};
use copilotkit_gate::outbound::OutboundBody;
use proptest::prelude::*;
use serde_json::{Value, json};

const TYPE: &str = "multipart/form-data; boundary=----WebKitFormBoundaryAbC123";
const DELIMITER: &str = "------WebKitFormBoundaryAbC123";

fn gate() -> World {
    World::new(&Settings::usual().with("ORIGIN_MODE", json!("single-route")))
}

fn upload(content_type: &str, form: &[u8]) -> Request {
    let mut request = signed(Request::new("POST", "/transcribe").field("content-type", content_type));
    request.body = form.to_vec();
    request
}

/// A form of these parts: the head of each, and its content.
fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut form = Vec::new();
    for (head, content) in parts {
        form.extend(format!("{DELIMITER}\r\n{head}\r\n\r\n").bytes());
        form.extend_from_slice(content);
        form.extend(b"\r\n");
    }
    form.extend(format!("{DELIMITER}--\r\n").bytes());
    form
}

fn recording(kind: &str) -> String {
    format!("Content-Disposition: form-data; name=\"audio\"; filename=\"recording.webm\"{kind}")
}

/// The envelope that goes upstream; the reason in the log and the message to the caller where none does.
fn sent(content_type: &str, form: &[u8]) -> Result<Value, (String, Value)> {
    let answer = gate().ask(&upload(content_type, form));
    if answer.status() != 200 {
        let body: Value = serde_json::from_str(&answer.reply().body.unwrap()).unwrap();
        assert_eq!((answer.status(), &body["code"]), (400, &json!("malformed_body")));
        return Err((answer.reason().to_owned(), body["message"].clone()));
    }
    let OutboundBody::Json(json) = &answer.forwarded().body else {
        panic!("no envelope")
    };
    Ok(serde_json::from_slice(json).unwrap())
}

fn envelope(audio: &[u8], kind: &str, name: &str) -> Value {
    let body = json!({ "audio": Base64::encode_string(audio), "mimeType": kind, "filename": name });
    json!({ "method": "transcribe", "body": body })
}

#[test]
fn the_envelope_has_audio_type_and_file_name() {
    let audio: Vec<u8> = (0..=255).collect();
    for (line, kind) in [
        ("\r\nContent-Type: audio/webm", "audio/webm"),
        ("\r\ncontent-type:audio/webm;codecs=opus", "audio/webm;codecs=opus"),
        ("\r\nContent-Type: audio/mp4 ", "audio/mp4"),
        ("\r\nContent-Type: text/plain", "text/plain"),
        ("\r\nContent-Type: application/octet-stream", "audio/webm"),
        ("\r\nContent-Type: ", "audio/webm"),
        ("", "audio/webm"),
        ("\r\nX-Other: 1\r\nContent-Type: audio/ogg", "audio/ogg"),
    ] {
        let form = form(&[(&recording(line), &audio)]);
        assert_eq!(
            sent(TYPE, &form),
            Ok(envelope(&audio, kind, "recording.webm")),
            "{line}"
        );
    }
    let quoted = TYPE.replace("boundary=", "charset=utf-8; Boundary=\"") + "\"";
    let form = form(&[
        ("Content-Disposition: form-data; name=\"model\"", b"large"),
        ("CONTENT-DISPOSITION:form-data;filename=\"a\"; name=audio", b""),
        (
            "Content-Disposition: form-data; name=\"other\"; filename=\"audio\"",
            &audio,
        ),
    ]);
    assert_eq!(sent(&quoted, &form), Ok(envelope(b"", "audio/webm", "a")));
}

#[test]
fn a_name_is_text_and_no_json() {
    let head = "Content-Disposition: form-data; name=\"audio\"; filename=\"a;\\u0022,ä\"";
    let form = form(&[(head, b"x")]);
    assert_eq!(sent(TYPE, &form), Ok(envelope(b"x", "audio/webm", "a;\\u0022,ä")));
}

#[test]
fn a_form_that_can_be_read_in_two_ways_or_has_no_recording_is_refused() {
    let usual = || form(&[(&recording(""), b"x")]);
    let with = |from: &str, to: &str| String::from_utf8(usual()).unwrap().replacen(from, to, 1).into_bytes();
    let text = "Content-Disposition: form-data; name=\"audio\"";
    let rows = [
        (TYPE, form(&[])),
        (TYPE, form(&[(text, b"not a file")])),
        (
            TYPE,
            form(&[(
                "Content-Disposition: form-data; name=\"audio\"; filename=\"\"",
                b"no name",
            )]),
        ),
        (TYPE, with("AbC123\r\n", "AbC123x\r\n")),
        (TYPE, form(&[(&recording(""), b"x"), (&recording(""), b"y")])),
        (TYPE, form(&[(&recording("; name=\"other\""), b"x")])),
        (TYPE, form(&[(&recording("; filename=\"other\""), b"x")])),
        (TYPE, form(&[(&recording("; x"), b"x")])),
        (TYPE, form(&[(&recording("x"), b"x")])),
        (
            TYPE,
            form(&[(&recording("\r\nContent-Type: a\r\nContent-Type: b"), b"x")]),
        ),
        (TYPE, form(&[("Content-Type: audio/webm", b"x")])),
        (TYPE, with(DELIMITER, "preamble\r\n------WebKitFormBoundaryAbC123")),
        (TYPE, with("--\r\n", "--\r\nepilogue")),
        (TYPE, with("AbC123--", "AbC123")),
        (TYPE, with("\r\n\r\n", "\n\n")),
        (TYPE, with("name=", "name")),
        ("multipart/form-data", usual()),
        ("multipart/form-data; boundary=", usual()),
        ("multipart/form-data; boundary=other", usual()),
        ("multipart/form-data; boundary=----webkitformboundaryabc123", usual()),
        (
            "multipart/form-data; boundary=a; boundary=----WebKitFormBoundaryAbC123",
            usual(),
        ),
    ];
    for (content_type, form) in rows {
        let message = json!("The form cannot be read: send one file, called audio.");
        let what = String::from_utf8_lossy(&form).into_owned();
        assert_eq!(
            sent(content_type, &form),
            Err(("body_form".to_owned(), message)),
            "{content_type}: {what}"
        );
    }
    let long = "b".repeat(71);
    let form = format!("--{long}\r\n{}\r\n\r\nx\r\n--{long}--", recording(""));
    assert!(sent(&format!("multipart/form-data; boundary={long}"), form.as_bytes()).is_err());
}

#[test]
fn a_form_is_read_for_a_recording_alone_and_within_the_limit() {
    let form = form(&[(&recording(""), &[0; 2000])]);
    let settings = || Settings::usual().with("ORIGIN_MODE", json!("single-route"));
    let world = World::new(&settings().with("MAX_BODY_BYTES", json!(2000)));
    assert_eq!(world.ask(&upload(TYPE, &form)).status(), 413);
    let mut stop = upload(TYPE, &form);
    stop.url = stop.url.replace("/transcribe", "/agent/a/stop/t");
    assert_eq!(gate().ask(&stop).status(), 415, "another operation has no form");
    let world = World::new(&Settings::usual());
    let answer = world.ask(&upload(TYPE, &form));
    assert!(
        matches!(answer.forwarded().body, OutboundBody::Stream),
        "the other dialect takes the form"
    );
}

proptest! {
    #[test]
    fn every_recording_arrives_as_it_was(audio in proptest::collection::vec(any::<u8>(), 0..300)) {
        let form = form(&[(&recording(""), &audio)]);
        prop_assert_eq!(sent(TYPE, &form), Ok(envelope(&audio, "audio/webm", "recording.webm")));
    }
}
