//! Tools: which a client may declare for an agent, and which it may call through the runtime without one.

use serde_json::Value;

use super::dropped::Dropped;
use super::edit::Fate;
use super::list::{self, Item};
use super::object::Object;
use super::places;
use crate::base::fold::fold;
use crate::base::glob::Glob;
use crate::base::json::{Json, Part, value};
use crate::wire::fault::BodyFault;
use crate::wire::refusal::Refusal;

const MALFORMED: Refusal = Refusal::MalformedBody(BodyFault::Member);
/// Members that declare tools, and those in which adapters look for such members. Names are folded.
const DECLARING: [&str; 2] = ["actions", "tools"];
const HOLDING: [&str; 2] = ["agui", "copilotkit"];

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
    fn check_proxied(&self, request: &Value) -> Result<(), Refusal> {
        let malformed = MALFORMED;
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

    /// Whether everything that `tool` is called is on the list.
    fn allows_tool(&self, tool: Part<'_>) -> bool {
        let own = tool.member("name");
        let of_function = tool.member("function").and_then(|function| function.member("name"));
        let mut names = [own, of_function].into_iter().flatten().peekable();
        names.peek().is_some() && names.all(|name| name.string().is_some_and(|name| self.allows(&name)))
    }
}

/// Takes out the declared tools that are not on `tools`, wherever adapters look for them, and refuses a proxied MCP call that
/// is not.
pub(super) fn restrict(input: &mut Object, tools: &ToolList, dropped: &mut Dropped) -> Result<(), Refusal> {
    if let Some(declared) = input.get("tools") {
        let declared = declared.unedited().filter(|_| declared.is_list()).ok_or(MALFORMED)?;
        if let Some(kept) = filter(declared, tools, "", "tools", dropped)? {
            input.set_json("tools", kept);
        }
    }
    let mut outcome = Ok(());
    places::each(input, &mut |place, object| {
        let mut restrict = |object: &mut Object, place: &str| {
            if outcome.is_ok() {
                outcome = restrict_object(object, tools, place, dropped);
            }
        };
        restrict(object, place);
        object.edit_if(&|name| HOLDING.contains(&&*fold(name)), &mut |name, inner| {
            restrict(inner, &format!("{place}.{name}"));
        });
    });
    outcome?;
    let props = input.get("forwardedProps");
    let request = props.and_then(|props| props.member("__proxiedMCPRequest"));
    match request.filter(|request| !request.is_null()) {
        None => Ok(()),
        Some(request) => tools.check_proxied(&value::parse(&request.to_bytes()).map_err(|_| MALFORMED)?),
    }
}

/// The same for the members of one object. What is no list is not understood, and goes.
fn restrict_object(object: &mut Object, tools: &ToolList, place: &str, dropped: &mut Dropped) -> Result<(), Refusal> {
    let mut outcome = Ok(());
    object.rewrite(&mut |name, value| {
        if !DECLARING.contains(&&*fold(name)) || value.is_null() {
            return Fate::Keep;
        }
        let Some(list) = value.unedited().filter(|_| value.is_list()) else {
            dropped.add(place, name);
            return Fate::Remove;
        };
        match filter(list, tools, place, name, dropped) {
            Ok(kept) => kept.map_or(Fate::Keep, Fate::Replace),
            Err(refusal) => {
                outcome = Err(refusal);
                Fate::Remove
            }
        }
    });
    outcome
}

/// The declared tools that are on the list; `None` where all of them are.
fn filter(
    declared: Part<'_>,
    tools: &ToolList,
    place: &str,
    name: &str,
    dropped: &mut Dropped,
) -> Result<Option<Json>, Refusal> {
    let kept = list::rewrite(declared, &mut |tool| {
        if tools.allows_tool(tool) {
            Item::Keep
        } else {
            dropped.add(place, name);
            Item::Remove
        }
    });
    Ok(kept?)
}
