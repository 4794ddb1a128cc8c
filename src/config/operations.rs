//! The setting `OPERATIONS`: routes of the runtime that the gate does not know.

use serde_json::{Map, Value};

use super::read::{Misconfigured, Setting};
use crate::call::configured::{ConfiguredOperation, Conflict};
use crate::call::kind::{AGENT_MEMBER, Kind, Operations, THREAD_MEMBER};
use crate::call::operations::Body;
use crate::call::path_pattern::PathPattern;
use crate::policy::rule::{Mode, Rule};
use crate::wire::methods::Methods;
use crate::wire::request::Method;

/// Longest name, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// The operations of the gate and those that the setting adds.
pub(super) fn parse(setting: &Setting) -> Result<Operations, Misconfigured> {
    let mut operations = Operations::default();
    for (table, members) in setting.tables()?.unwrap_or_default() {
        let operation = parse_one(&table, &members)?;
        operations.add(operation).map_err(|conflict| fault(&table, &conflict))?;
    }
    Ok(operations)
}

/// The operations of the setting that no rule opens: every call to them is denied.
pub(super) fn unopened(setting: &Setting, operations: &Operations, rules: &[Rule]) -> Vec<Misconfigured> {
    let opens = |rule: &Rule, kind: &Kind| rule.mode == Mode::Enforce && rule.named.contains(kind);
    let configured = operations.configured().enumerate();
    let unopened = configured.filter(|(_, kind)| !rules.iter().any(|rule| opens(rule, kind)));
    let notice = |(index, kind): (usize, Kind)| {
        let remedy = format!("a rule whose operations name {} in full", kind.name);
        let fault = "is refused to every caller, because no rule names it";
        setting.item(index, Value::Null).invalid(fault, &remedy)
    };
    unopened.map(notice).collect()
}

fn parse_one(table: &Setting, members: &Map<String, Value>) -> Result<ConfiguredOperation, Misconfigured> {
    table.allow_only(members, &["name", "method", "path", "query", "body"])?;
    let member = |name: &str| table.member(name, members.get(name).cloned());
    let name = name(&member("name"))?;
    let methods = methods(&member("method"))?;
    let path = path(&member("path"))?;
    let query = query(&member("query"), &path)?;
    let body = body(&member("body"), methods)?;
    Ok(ConfiguredOperation {
        name,
        methods,
        path,
        query,
        body,
    })
}

fn name(member: &Setting) -> Result<String, Misconfigured> {
    let remedy = "a name such as threads/rename: letters, digits, - and _, with single slashes between, at most 64";
    let name = member.string()?.ok_or_else(|| member.missing(remedy))?;
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(is_allowed);
    if name.len() <= MAX_NAME_BYTES && name.split('/').all(is_part) {
        Ok(name)
    } else {
        Err(member.invalid("is not a name", remedy))
    }
}

/// HEAD comes with GET, as it does for every operation.
fn methods(member: &Setting) -> Result<Methods, Misconfigured> {
    let remedy = "GET, POST, PUT, PATCH or DELETE, or a list of them; HEAD comes with GET";
    let mut methods = Methods::default();
    for name in member.strings()?.ok_or_else(|| member.missing(remedy))? {
        methods = methods.union(match Method::from_name(&name) {
            Method::Get => Methods::of([Method::Get, Method::Head]),
            method @ (Method::Post | Method::Put | Method::Patch | Method::Delete) => Methods::of([method]),
            Method::Head | Method::Options | Method::Other => {
                return Err(member.invalid(&format!("has {name:?}, which no operation can have"), remedy));
            }
        });
    }
    Ok(methods)
}

fn path(member: &Setting) -> Result<PathPattern, Misconfigured> {
    let remedy = "a path below BASE_PATH such as /threads/{thread}/rename: {agent} and {thread} as whole segments, each at \
                  most once, and names of letters, digits, -, _, ~ and ., which do not begin with a dot";
    let path = member.string()?.ok_or_else(|| member.missing(remedy))?;
    PathPattern::parse(&path).ok_or_else(|| member.invalid("is not such a path", remedy))
}

/// A member that names an agent is what rules decide by; one that names a thread could not be sealed.
fn query(member: &Setting, path: &PathPattern) -> Result<Vec<String>, Misconfigured> {
    let names = member.list()?.unwrap_or_default();
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    for (position, name) in names.iter().enumerate() {
        let invalid = |fault: &str, remedy: &str| Err(member.invalid(&format!("has {name:?}, which {fault}"), remedy));
        if name.is_empty() || !name.bytes().all(is_allowed) {
            return invalid("is not a name", "names of letters, digits, -, _ and .");
        }
        if names.iter().take(position).any(|earlier| earlier == name) {
            return invalid("is there twice", "each name once");
        }
        if is_spelling_of(THREAD_MEMBER, name) {
            return invalid("would carry a thread id that is not sealed", "{thread} in the path");
        }
        if is_spelling_of(AGENT_MEMBER, name) && (name != AGENT_MEMBER || path.has_agent()) {
            let remedy = "agentId, or {agent} in the path: one of the two, since rules decide by it";
            return invalid("would name an agent that rules do not see", remedy);
        }
    }
    Ok(names)
}

/// Whether `name` is `member` but for case, `-` and `_`.
fn is_spelling_of(member: &str, name: &str) -> bool {
    name.replace(['-', '_'], "").eq_ignore_ascii_case(member)
}

fn body(member: &Setting, methods: Methods) -> Result<Body, Misconfigured> {
    match member.one_of(&["none", "agent-input", "opaque"])? {
        Some("none") => Ok(Body::Nothing),
        Some("agent-input") if methods.contains(Method::Get) => Err(member.invalid(
            "is agent-input, and a GET has no body",
            "agent-input beside POST, PUT or PATCH alone",
        )),
        Some("agent-input") => Ok(Body::AgentInput),
        _ => Ok(Body::Opaque),
    }
}

fn fault(table: &Setting, conflict: &Conflict) -> Misconfigured {
    let (name, path) = (table.member("name", None), table.member("path", None));
    let other_path = "a path of its own, as the runtime has it";
    match conflict {
        Conflict::Name(other) => name.invalid(&format!("is the name of {other}"), "a name that no operation has"),
        Conflict::Request(other) => path.invalid(&format!("is the path of {other}, with the same method"), other_path),
        Conflict::EndsIn(other) => path.invalid(
            &format!("ends in the path of {other}, and the runtime goes by the end"),
            other_path,
        ),
        Conflict::IsEndOf(other) => path.invalid(
            &format!("is the end of the path of {other}, and the runtime goes by the end"),
            other_path,
        ),
    }
}
