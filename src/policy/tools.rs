//! Tools: which a client may declare for an agent, and which it may call through the runtime without one.

use serde_json::Value;

use crate::base::glob::Glob;
use crate::wire::refusal::{BodyFault, Refusal};

/// The `tools` of the rule that let a call in.
#[derive(Clone)]
pub struct ToolList(Vec<Glob>);

impl ToolList {
    /// A list of these globs.
    pub fn new(globs: Vec<Glob>) -> Self {
        Self(globs)
    }

    /// Whether a tool of this name is on the list.
    pub fn admits(&self, name: &str) -> bool {
        self.0.iter().any(|glob| glob.matches(name))
    }

    /// Judges `forwardedProps.__proxiedMCPRequest`, with which the runtime calls an MCP server and no model has a say.
    /// `tools/call` is named by its tool, anything else that does something by its MCP method, e.g. `resources/read`.
    pub fn judge_proxied(&self, request: &Value) -> Result<(), Refusal> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let method = text(request.get("method")).ok_or(Refusal::MalformedBody(BodyFault::Member))?;
        let name = match method.as_str() {
            "ping" | "notifications/message" => return Ok(()),
            "tools/call" => text(request.pointer("/params/name")).ok_or(Refusal::MalformedBody(BodyFault::Member))?,
            _ => method,
        };
        if self.admits(&name) {
            Ok(())
        } else {
            Err(Refusal::ToolDenied)
        }
    }
}
