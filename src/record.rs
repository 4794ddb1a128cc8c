//! `Record`: one decision as one log line. It has no field that could hold a token or a key.

use serde::Serialize;
use serde_json::Value;

use crate::refusal::Refusal;
use crate::route::Operation;
use crate::verify::Verified;

/// What is known about a request when it has been decided.
#[derive(Default, Serialize)]
pub struct Record {
    event: &'static str,
    outcome: &'static str,
    reason: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<&'static str>,
    request_id: String,
}

impl Record {
    /// A record of the request with this id, so far undecided.
    pub fn new(request_id: &str) -> Self {
        Self {
            event: "decision",
            request_id: request_id.to_owned(),
            ..Self::default()
        }
    }

    /// The request's id.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Notes a token whose signature held, acceptable or not.
    pub fn token(&mut self, verified: &Verified) {
        let text = |name| verified.claims().get(name).and_then(Value::as_str).map(str::to_owned);
        self.issuer = text("iss");
        self.sub = text("sub");
        self.kid = verified.kid().map(str::to_owned);
        self.alg = Some(verified.alg().name());
    }

    /// Notes what is asked.
    pub fn operation(&mut self, operation: &Operation) {
        self.operation = Some(operation.name());
        self.agent = operation.agent().map(str::to_owned);
        self.thread = operation.thread().map(str::to_owned);
    }

    /// Notes that the request went on, or was answered by the gate itself, with this status.
    pub fn allow(&mut self, status: u16) {
        (self.outcome, self.reason, self.status) = ("allow", "ok", status);
    }

    /// Notes a refusal with its exact reason.
    pub fn deny(&mut self, refusal: &Refusal) {
        (self.outcome, self.reason, self.status) = ("deny", refusal.reason(), refusal.status());
    }

    /// The log line.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
