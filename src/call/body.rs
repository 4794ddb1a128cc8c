//! `Input`: the body of an agent run, and what is taken out of it because backends would trust it.
//!
//! A body is read strictly, rewritten in the few members that the gate is responsible for, and otherwise passed on as the
//! slices it came in: numbers, escapes and the order of members survive, and messages are not rebuilt.

mod fold;
pub mod object;
pub mod scrub;
pub mod tools;

use std::borrow::Cow;

use serde_json::Value;

use crate::base::json::{Part, value};
use crate::wire::fault::BodyFault;
use crate::wire::refusal::Refusal;
use object::{MemberValue, Object};
use scrub::Properties;
use tools::ToolList;

/// Longest thread id, in bytes.
const MAX_THREAD_BYTES: usize = 256;

/// A body with a `threadId`: a `RunAgentInput` (AG-UI), or an annotation.
pub struct Input {
    object: Object,
    thread: Option<String>,
}

impl Input {
    /// Reads a JSON object with unique member names at every level. `threadId`, where it is present, is a string.
    pub fn parse(body: Vec<u8>) -> Result<Self, Refusal> {
        Self::of(Object::parse_strictly(body)?)
    }

    /// The input that is `object`, which has been read strictly.
    pub(super) fn of(object: Object) -> Result<Self, Refusal> {
        let thread = match object.get("threadId") {
            None => None,
            Some(value) => Some(read_thread(value).ok_or(Refusal::MalformedBody(BodyFault::ThreadId))?),
        };
        Ok(Self { object, thread })
    }

    /// The thread it is about.
    pub fn thread(&self) -> Option<&str> {
        self.thread.as_deref()
    }

    /// `forwardedProps.authorization`, where it is a string.
    pub fn token_property(&self) -> Option<String> {
        let token = self.object.get("forwardedProps")?.member("authorization")?;
        token.string().map(Cow::into_owned)
    }

    /// Puts another thread in place of the one that was named.
    pub fn set_thread(&mut self, thread: String) {
        self.object.set("threadId", &Value::from(thread.as_str()));
        self.thread = Some(thread);
    }

    /// Takes out what a client may not say; see [`scrub`].
    pub fn scrub(&mut self, user: Option<&str>, properties: &Properties) {
        scrub::scrub(&mut self.object, user, properties);
    }

    /// Puts `value` at the end of `path`, making objects on the way, or removes what is there.
    pub fn put(&mut self, path: &[String], value: Option<&Value>) {
        self.object.put(path, value);
    }

    /// Takes out the declared tools that are not on `list`, and refuses a proxied MCP call that is not.
    pub fn restrict_tools(&mut self, list: &ToolList) -> Result<(), Refusal> {
        let malformed = || Refusal::MalformedBody(BodyFault::Member);
        if let Some(tools) = self.object.get("tools") {
            let is_allowed = |tool: Part<'_>| {
                let name = tool.member("name").and_then(Part::string);
                name.is_some_and(|name| list.allows(&name))
            };
            let kept = tools.filter(is_allowed).ok_or_else(malformed)?;
            self.object.set_json("tools", kept);
        }
        let props = self.object.get("forwardedProps");
        let request = props.and_then(|props| props.member("__proxiedMCPRequest"));
        match request.filter(|request| !request.is_null()) {
            None => Ok(()),
            Some(request) => list.check_proxied(&value::parse(&request.to_bytes()).map_err(|_| malformed())?),
        }
    }

    /// The body as it goes on.
    pub fn into_bytes(self) -> Vec<u8> {
        self.object.to_bytes()
    }
}

fn read_thread(value: MemberValue<'_>) -> Option<String> {
    let thread = value.string()?;
    (thread.len() <= MAX_THREAD_BYTES).then(|| thread.into_owned())
}
