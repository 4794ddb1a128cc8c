//! How a refusal looks to the caller.

use copilotkit_gate::wire::reply::Reply;
use serde_json::{Value, json};

use super::world::REQUEST_ID;

pub const BARE: Option<&str> = Some(r#"Bearer realm="copilotkit""#);
pub const INVALID_REQUEST: Option<&str> = Some(r#"Bearer realm="copilotkit", error="invalid_request""#);
pub const INVALID_TOKEN: Option<&str> = Some(r#"Bearer realm="copilotkit", error="invalid_token""#);

/// Holds everything that the caller sees against what it should be.
pub fn assert_face(reply: &Reply, what: &str, status: u16, error: &str, code: &str, challenge: Option<&str>) {
    let field = |name: &str| {
        reply
            .fields
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, value)| value.as_str())
    };
    let body: Value = serde_json::from_str(reply.body.as_deref().unwrap()).unwrap();
    assert_eq!(reply.status, status, "{what}");
    assert_eq!((&body["error"], &body["code"]), (&json!(error), &json!(code)), "{what}");
    assert_eq!(body["request_id"], REQUEST_ID, "{what}");
    assert!(
        body["message"].as_str().is_some_and(|message| message.ends_with('.')),
        "{what}"
    );
    assert_eq!(body.as_object().unwrap().len(), 4, "{what}: {body}");
    assert_eq!(field("www-authenticate"), challenge, "{what}");
    assert_eq!(field("content-type"), Some("application/json"), "{what}");
    assert_eq!(field("cache-control"), Some("no-store"), "{what}");
    assert_eq!(field("allow").is_some(), status == 405, "{what}");
    assert_eq!(field("retry-after").is_some(), status == 503 || status == 429, "{what}");
}
