//! `Record`: one decision as one log line. It has no field for a token or a key.

use std::borrow::Cow;

use serde::Serialize;

use crate::auth::progress::{Progress, SeenToken};
use crate::base::clip;
use crate::call::body::dropped::Dropped;
use crate::call::kind::Kind;
use crate::call::operation::Operation;
use crate::policy::{Report, Trace};
use crate::wire::refusal::{Details, Refusal};
use crate::wire::step::Step;

/// Longest value that a caller can influence, in bytes as JSON writes them: no line is longer than 4 KiB.
const MAX_VALUE_BYTES: usize = 384;
/// The status in the log of a request whose client was gone before it had an answer (nginx's 499).
const CLIENT_GONE: u16 = 499;

/// The facts about a request at its decision.
#[derive(Default, Serialize)]
pub struct Record {
    event: &'static str,
    outcome: &'static str,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<String>,
    /// Boxed: only refusals have any.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    details: Option<Box<Details>>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<Kind>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    dropped: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream_ms: Option<u32>,
    request_id: String,
    #[serde(skip)]
    step: Step,
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

    /// Notes what is asked.
    pub fn operation(&mut self, operation: &Operation, thread: Option<&str>) {
        self.operation = Some(operation.kind().clone());
        self.agent = operation.agent().map(clip);
        self.thread(thread);
    }

    /// Notes the thread as the upstream sees it.
    pub fn thread(&mut self, thread: Option<&str>) {
        self.thread = thread.map(clip);
    }

    /// Notes the names of what was taken out of the body.
    pub fn dropped(&mut self, dropped: &Dropped) {
        self.dropped = dropped.names().to_vec();
    }

    /// Notes how the rules decided.
    pub fn policy(&mut self, trace: Trace) {
        self.rule = trace.rule;
        self.rule_name = trace.rule_name;
        self.report = trace.report;
    }

    /// Notes how long the upstream took to start its answer, in milliseconds.
    pub fn upstream_ms(&mut self, milliseconds: u32) {
        self.upstream_ms = Some(milliseconds);
    }

    /// Notes that the request was forwarded, or was answered by the gate itself, with this status.
    pub fn allow(&mut self, status: u16) {
        let reason = match status {
            // RFC 6585 section 5: the upstream's word, since the gate has no such answer of its own.
            431 => "upstream_headers_too_large",
            _ => "ok",
        };
        (self.outcome, self.reason, self.status) = ("allow", reason, status);
    }

    /// Notes a refusal with its exact reason. What the gate authorised and forwarded is allowed, even where the upstream
    /// failed: the operation may have been carried out.
    pub fn deny(&mut self, refusal: &Refusal) {
        self.claim = refusal.claim().map(clip);
        self.details = Some(Box::new(refusal.details()));
        let is_failure = self.step == Step::Upstream && refusal.is_the_upstreams();
        let outcome = if is_failure { "allow" } else { "deny" };
        (self.outcome, self.reason, self.status) = (outcome, refusal.reason(), refusal.status());
    }

    /// Notes that the client was gone before it had an answer. What went upstream may have been carried out.
    pub fn gone(&mut self) {
        let outcome = if self.step == Step::Upstream { "allow" } else { "deny" };
        (self.outcome, self.reason, self.status) = (outcome, "client_gone", CLIENT_GONE);
    }

    /// The step that the decision has reached: that of the refusal, where it was refused.
    pub fn step(&self) -> Step {
        self.step
    }

    /// The position of the rule that decided; `None` for a default.
    pub fn rule(&self) -> Option<usize> {
        self.rule
    }

    /// Whether the request was allowed.
    pub fn is_allowed(&self) -> bool {
        self.outcome == "allow"
    }

    /// The log line.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The sampling index of data points: the subject, cut to the 96 bytes that an index may have.
    pub fn index(&self) -> &str {
        let sub = self.sub.as_deref().unwrap_or("");
        let end = (0..=96.min(sub.len()))
            .rev()
            .find(|end| sub.is_char_boundary(*end))
            .unwrap_or(0);
        sub.get(..end).unwrap_or("")
    }

    /// The strings of a data point, always in this order: outcome, reason, operation, agent, thread, issuer, subject, `kid`,
    /// `alg`, request id, cache, rule, its name.
    pub fn labels(&self) -> [Cow<'_, str>; 13] {
        fn or_empty(value: Option<&str>) -> Cow<'_, str> {
            Cow::Borrowed(value.unwrap_or(""))
        }
        [
            self.outcome.into(),
            self.reason.into(),
            or_empty(self.operation.as_ref().map(|kind| &*kind.name)),
            or_empty(self.agent.as_deref()),
            or_empty(self.thread.as_deref()),
            or_empty(self.issuer.as_deref()),
            or_empty(self.sub.as_deref()),
            or_empty(self.kid.as_deref()),
            or_empty(self.alg),
            self.request_id.as_str().into(),
            or_empty(self.cache),
            self.rule.map(|rule| rule.to_string()).unwrap_or_default().into(),
            or_empty(self.rule_name.as_deref()),
        ]
    }

    /// The numbers of a data point, always in this order: status, milliseconds until the upstream started its answer. The
    /// second is 0 if the upstream was not asked.
    pub fn numbers(&self) -> [f64; 2] {
        [self.status.into(), self.upstream_ms.unwrap_or(0).into()]
    }
}

impl Progress for Record {
    fn at(&mut self, step: Step) {
        self.step = step;
    }

    fn token(&mut self, seen: SeenToken) {
        self.issuer = Some(clip(&seen.issuer));
        self.sub = seen.sub.as_deref().map(clip);
        self.kid = seen.kid.as_deref().map(clip);
        self.alg = Some(seen.alg);
        self.cache = Some(seen.cache);
    }
}

/// `value` as the log shows it.
fn clip(value: &str) -> String {
    clip::clip(value, MAX_VALUE_BYTES)
}
