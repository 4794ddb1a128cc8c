//! The single-route dialect: one JSON envelope `{method, params?, body?}` posted to the base path.
//!
//! It is read into the same [`Operation`] as a path, judged by the same rules, and written anew, so that gate and runtime
//! cannot read it differently. `resource/request` is opened into the operation it tunnels.

use serde_json::{Map, Value, json};

use super::{Id, Ids, Operation};
use crate::base::json;
use crate::body::Object;
use crate::route::Kind;
use crate::wire::refusal::{BodyFault, Refusal};
use crate::wire::request::Method;

/// What an envelope asks, with the JSON text of its `body` where that is neither absent nor `null`.
pub struct Opened {
    /// The operation.
    pub operation: Operation,
    /// The body for it.
    pub body: Option<Vec<u8>>,
}

/// Reads an envelope strictly: one object, unique names at every level, a known method, the right types.
pub fn open(text: Vec<u8>) -> Result<Opened, Refusal> {
    let envelope = Object::parse_strictly(text).map_err(|fault| Refusal::MalformedBody(BodyFault::Json(fault)))?;
    let method = envelope
        .get("method")
        .and_then(|raw| serde_json::from_slice::<String>(raw).ok());
    let method = method.ok_or(Refusal::MalformedBody(BodyFault::Member))?;
    let params = match envelope.get("params") {
        None | Some(b"null") => Map::new(),
        Some(raw) => json::parse_object(raw).map_err(|_| Refusal::MalformedBody(BodyFault::Member))?,
    };
    let operation = match method.as_str() {
        "resource/request" => tunnelled(&params)?,
        method => named(method, &params)?,
    };
    let body = match envelope.get("body") {
        None | Some(b"null") => None,
        // The runtime takes a body as an object or as a text of JSON; it is sent on as an object.
        Some(raw) if raw.first() == Some(&b'"') => {
            let text: String = serde_json::from_slice(raw).map_err(|_| Refusal::MalformedBody(BodyFault::Member))?;
            Some(text.into_bytes())
        }
        Some(raw) => Some(raw.to_vec()),
    };
    Ok(Opened { operation, body })
}

/// Writes `operation` as an envelope around `body`, which is JSON text; `None` where the dialect has no such operation.
pub fn seal(operation: &Operation, body: Option<&[u8]>) -> Option<Vec<u8>> {
    let (method, params) = match operation.kind {
        kind if kind.is_resource() => (
            "resource/request",
            json!({ "path": operation.target(), "httpMethod": operation.method.name() }),
        ),
        Kind::DebugEvents => return None,
        Kind::InspectorLearning => (
            operation.name(),
            operation
                .query
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect(),
        ),
        Kind::AgentStop => (
            operation.name(),
            json!({ "agentId": operation.agent(), "threadId": operation.thread() }),
        ),
        kind if kind.has_agent_input() => (operation.name(), json!({ "agentId": operation.agent() })),
        _ => (operation.name(), Value::Null),
    };
    let mut envelope = format!(r#"{{"method":{}"#, Value::from(method)).into_bytes();
    if !params.is_null() {
        envelope.extend(format!(r#","params":{params}"#).bytes());
    }
    if let Some(body) = body {
        envelope.extend_from_slice(br#","body":"#);
        envelope.extend_from_slice(body);
    }
    envelope.push(b'}');
    Some(envelope)
}

/// An operation that has an envelope method of its own.
fn named(method: &str, params: &Map<String, Value>) -> Result<Operation, Refusal> {
    let kind = Kind::from_name(method).filter(|kind| !kind.is_resource() && *kind != Kind::DebugEvents);
    let kind = kind.ok_or(Refusal::NotFound)?;
    let id = |name: &str| {
        let text = params
            .get(name)
            .and_then(Value::as_str)
            .ok_or(Refusal::MalformedBody(BodyFault::Member))?;
        Id::from_text(text).map(Some).ok_or(Refusal::NotFound)
    };
    let mut operation = Operation {
        kind,
        method: kind.method(),
        ids: Ids::default(),
        query: Vec::new(),
    };
    if kind.has_agent_input() || kind == Kind::AgentStop {
        operation.ids.agent = id("agentId")?;
    }
    if kind == Kind::AgentStop {
        let thread = params.get("threadId").and_then(Value::as_str);
        let thread = thread.ok_or(Refusal::MalformedBody(BodyFault::Member))?;
        // It ends a path once it is written as one.
        operation.ids.thread = Some(Id::from_last(thread).ok_or(Refusal::NotFound)?);
    }
    if kind == Kind::InspectorLearning {
        for name in kind.query() {
            match params.get(*name) {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) => operation.query.push((name, text.clone())),
                Some(Value::Number(number)) => operation.query.push((name, number.to_string())),
                Some(_) => return Err(Refusal::MalformedBody(BodyFault::Member)),
            }
        }
        operation.take_agent_from_query()?;
    }
    Ok(operation)
}

/// The operation inside `resource/request`: threads, memories and annotations, nothing else.
fn tunnelled(params: &Map<String, Value>) -> Result<Operation, Refusal> {
    let text = |name: &str| {
        params
            .get(name)
            .and_then(Value::as_str)
            .ok_or(Refusal::MalformedBody(BodyFault::Member))
    };
    let target = text("path")?;
    let method = Method::from_name(&text("httpMethod")?.to_ascii_uppercase());
    let (path, query) = target
        .split_once('?')
        .map_or((target, None), |(path, query)| (path, Some(query)));
    let operation = Operation::parse(method, path, query)?;
    if operation.kind.is_resource() {
        Ok(operation)
    } else {
        Err(Refusal::NotFound)
    }
}
