//! `Record`: one decision as one log line. It has no field that could hold a token or a key.

use serde::Serialize;

use crate::auth::SeenToken;
use crate::call::operation::Operation;
use crate::wire::refusal::Refusal;

/// What is known about a request when it has been decided.
#[derive(Default, Serialize)]
pub struct Record {
    event: &'static str,
    outcome: &'static str,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<&'static str>,
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

    /// Notes the token, where one was presented whose signature was verified, acceptable or not.
    pub fn token(&mut self, seen: Option<SeenToken>) {
        let Some(seen) = seen else { return };
        self.issuer = seen.issuer;
        self.sub = seen.sub;
        self.kid = seen.kid;
        self.alg = Some(seen.alg);
        self.cache = Some(seen.cache);
    }

    /// Notes what is asked.
    pub fn operation(&mut self, operation: &Operation, thread: Option<&str>) {
        self.operation = Some(operation.name());
        self.agent = operation.agent().map(str::to_owned);
        self.thread(thread);
    }

    /// Notes the thread as the upstream sees it.
    pub fn thread(&mut self, thread: Option<&str>) {
        self.thread = thread.map(str::to_owned);
    }

    /// Notes that the request went on, or was answered by the gate itself, with this status.
    pub fn allow(&mut self, status: u16) {
        (self.outcome, self.reason, self.status) = ("allow", "ok", status);
    }

    /// Notes a refusal with its exact reason.
    pub fn deny(&mut self, refusal: &Refusal) {
        self.claim = refusal.claim().map(str::to_owned);
        (self.outcome, self.reason, self.status) = ("deny", refusal.reason(), refusal.status());
    }

    /// The log line.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What data points are sampled by: the subject, in at most the 96 bytes that an index holds.
    pub fn index(&self) -> &str {
        let sub = self.sub.as_deref().unwrap_or("");
        let end = (0..=96.min(sub.len()))
            .rev()
            .find(|end| sub.is_char_boundary(*end))
            .unwrap_or(0);
        sub.get(..end).unwrap_or("")
    }

    /// The strings of a data point, always in this order: outcome, reason, operation, agent, thread, issuer, subject, `kid`,
    /// `alg`, request id, cache.
    pub fn labels(&self) -> [&str; 11] {
        fn or_empty(value: Option<&String>) -> &str {
            value.map_or("", String::as_str)
        }
        [
            self.outcome,
            self.reason,
            self.operation.unwrap_or(""),
            or_empty(self.agent.as_ref()),
            or_empty(self.thread.as_ref()),
            or_empty(self.issuer.as_ref()),
            or_empty(self.sub.as_ref()),
            or_empty(self.kid.as_ref()),
            self.alg.unwrap_or(""),
            &self.request_id,
            self.cache.unwrap_or(""),
        ]
    }
}
