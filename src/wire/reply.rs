//! `Reply`: an answer that the gate writes itself.

use crate::wire::refusal::Refusal;

/// Status, header fields and a body. `x-request-id` is added when it is sent.
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Header fields.
    pub fields: Vec<(&'static str, String)>,
    /// The body, if the status has one.
    pub body: Option<String>,
}

impl Reply {
    /// The answer that a refusal makes. `ways` are those in which a token may come here.
    pub fn refusal(refusal: &Refusal, request_id: &str, ways: &str) -> Self {
        Self {
            status: refusal.status(),
            fields: refusal.fields(),
            body: Some(refusal.body(request_id, ways)),
        }
    }

    /// A JSON answer that must not be kept.
    pub fn json(status: u16, body: String) -> Self {
        let fields = vec![
            ("content-type", "application/json".to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
        ];
        Self {
            status,
            fields,
            body: Some(body),
        }
    }
}
