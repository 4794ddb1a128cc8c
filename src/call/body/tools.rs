//! Tools: which a client may declare for an agent, and which it may call through the runtime without one.

use serde_json::Value;

use crate::base::glob::Glob;
use crate::wire::fault::BodyFault;
use crate::wire::refusal::Refusal;

/// The `tools` of the rule that let a call in.
#[derive(Clone)]
pub struct ToolList(Vec<Glob>);

impl ToolList {
    /// A list of these globs.
    pub fn new(globs: Vec<Glob>) -> Self {
        Self(globs)
    }

    /// Whether a tool of this name is on the list.
    pub fn allows(&self, name: &str) -> bool {
        self.0.iter().any(|glob| glob.matches(name))
    }

    /// Checks `forwardedProps.__proxiedMCPRequest`, with which the runtime calls an MCP server without asking a model.
    /// `tools/call` is named by its tool, anything else that does something by its MCP method, e.g. `resources/read`.
    pub fn check_proxied(&self, request: &Value) -> Result<(), Refusal> {
        let malformed = Refusal::MalformedBody(BodyFault::Member);
        let method = request.get("method").and_then(Value::as_str).ok_or(malformed.clone())?;
        let name = match method {
            "ping" | "notifications/message" => return Ok(()),
            "tools/call" => request
                .pointer("/params/name")
                .and_then(Value::as_str)
                .ok_or(malformed)?,
            _ => method,
        };
        if self.allows(name) {
            Ok(())
        } else {
            Err(Refusal::ToolDenied)
        }
    }
}
