//! What reaches the upstream of an agent's input.

use copilotkit_gate::outbound::OutboundBody;
use serde_json::{Value, json};

use super::keys::TestKey;
use super::request::Request;
use super::settings::Settings;
use super::world::{Answer, World, claims};

/// What reaches the upstream of this input: the same by a path and by an envelope.
pub fn upstream(settings: &Settings, input: &Value) -> Value {
    serde_json::from_str(&sent(settings, &input.to_string())).unwrap()
}

/// As [`upstream`], of the very text, and as text.
pub fn sent(settings: &Settings, input: &str) -> String {
    let world = World::new(settings);
    let by_path = text(&ask(&world, input));
    let quoted = json!(input);
    for body in [input, &quoted.to_string()] {
        let envelope = format!(r#"{{"method":"agent/run","params":{{"agentId":"a"}},"body":{body}}}"#);
        let token = TestKey::es256().token(&claims());
        let by_envelope = text(&world.ask(&Request::new("POST", "").bearer(&token).json(&envelope)));
        assert_eq!(by_envelope.trim(), by_path.trim(), "in any dialect");
    }
    by_path
}

/// What becomes of a run with this input.
pub fn ask(world: &World, input: &str) -> Answer {
    let token = TestKey::es256().token(&claims());
    world.ask(&Request::new("POST", "/agent/a/run").bearer(&token).json(input))
}

/// The body that goes upstream.
pub fn text(answer: &Answer) -> String {
    match &answer.forwarded().body {
        OutboundBody::Json(json) => String::from_utf8(json.clone()).unwrap(),
        _ => panic!("no body"),
    }
}

/// What reaches the upstream of `forwardedProps`.
pub fn properties_of(settings: &Settings, properties: &Value) -> Value {
    upstream(settings, &json!({ "forwardedProps": properties }))["forwardedProps"].clone()
}

/// The names of what was taken out of this input, as the log has them; the answer's header field has the same.
pub fn dropped(settings: &Settings, input: &Value) -> Vec<String> {
    let answer = ask(&World::new(settings), &input.to_string());
    let logged: Vec<String> = match answer.line.get("dropped") {
        Some(names) => serde_json::from_value(names.clone()).unwrap(),
        None => Vec::new(),
    };
    assert_eq!(answer.forwarded().answer.dropped.names(), logged);
    logged
}
