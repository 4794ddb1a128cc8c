//! The single-route dialect: one JSON envelope `{method, params?, body?}` posted to the base path.
//!
//! It is read into the same [`Operation`] as a path, decided by the same rules, and written anew, so that gate and runtime
//! cannot read it differently. `resource/request` is opened into the operation that it tunnels.

use serde_json::{Map, Value, json};

use super::body::object::Object;
use super::id::Id;
use super::operation::{Ids, Operation, Query};
use super::operations::Kind;
use crate::base::json::fault::JsonFault;
use crate::base::json::value;
use crate::wire::fault::BodyFault;
use crate::wire::refusal::Refusal;
use crate::wire::request::Method;

const MEMBER: Refusal = Refusal::MalformedBody(BodyFault::Member);

/// What an envelope asks, with the JSON of its `body` where that is neither absent nor `null`.
pub struct Opened {
    /// The operation.
    pub operation: Operation,
    /// The body for it, read strictly.
    pub body: Option<Object>,
}

/// Reads an envelope strictly: one object, unique names at every level, a known method, the right types.
pub fn open(envelope: Vec<u8>) -> Result<Opened, Refusal> {
    let envelope = Object::parse_strictly(envelope)?;
    let method = envelope.get("method").ok_or(MEMBER)?;
    let given = |name: &str| envelope.get(name).filter(|value| !value.is_null());
    let params = match given("params") {
        None => Map::new(),
        Some(params) => value::parse_object(&params.to_bytes()).map_err(|_| MEMBER)?,
    };
    let operation = match &*method.string().ok_or(MEMBER)? {
        "resource/request" => tunnelled(&params)?,
        method => named(method, &params)?,
    };
    // The runtime takes a body as an object or as a string of JSON; it is sent on as an object.
    let body = match given("body") {
        None => None,
        Some(body) if body.is_string() => {
            let json = body.string().ok_or(MEMBER)?.into_owned();
            Some(Object::parse_strictly(json.into_bytes())?)
        }
        Some(_) => Some(envelope.into_member("body").ok_or(JsonFault::NotAnObject)?),
    };
    Ok(Opened { operation, body })
}

/// Writes `operation` as an envelope around `body`, which is JSON; `None` where the dialect has no such operation.
pub fn write(operation: &Operation, body: Option<&[u8]>) -> Option<Vec<u8>> {
    let (method, params) = match operation.kind() {
        kind if kind.is_resource() => (
            "resource/request",
            json!({ "path": operation.target(), "httpMethod": operation.method().name() }),
        ),
        Kind::DebugEvents => return None,
        Kind::InspectorLearning => (
            operation.name(),
            operation
                .query()
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
    let kind = Kind::from_name(method)
        .filter(|kind| !kind.is_resource() && *kind != Kind::DebugEvents)
        .ok_or(Refusal::NotFound)?;
    let param = |name: &str| params.get(name).and_then(Value::as_str).ok_or(MEMBER);
    let mut ids = Ids::default();
    if kind.has_agent_input() || kind == Kind::AgentStop {
        ids.agent = Some(Id::new_agent(param("agentId")?).ok_or(Refusal::NotFound)?);
    }
    if kind == Kind::AgentStop {
        // It ends a path once it is written as one.
        ids.thread = Some(Id::new_last(param("threadId")?).ok_or(Refusal::NotFound)?);
    }
    let mut query = Query::new();
    if kind == Kind::InspectorLearning {
        for name in kind.query() {
            match params.get(*name) {
                None | Some(Value::Null) => {}
                Some(Value::String(value)) => query.push((name, value.clone())),
                Some(Value::Number(number)) => query.push((name, number.to_string())),
                Some(_) => return Err(MEMBER),
            }
        }
    }
    Operation::new(kind, kind.method(), ids, query)
}

/// The operation inside `resource/request`: threads, memories and annotations, nothing else.
fn tunnelled(params: &Map<String, Value>) -> Result<Operation, Refusal> {
    let param = |name: &str| params.get(name).and_then(Value::as_str).ok_or(MEMBER);
    let target = param("path")?;
    let method = Method::from_name(&param("httpMethod")?.to_ascii_uppercase());
    let (path, query) = target
        .split_once('?')
        .map_or((target, None), |(path, query)| (path, Some(query)));
    let operation = Operation::parse(method, path, query)?;
    if operation.kind().is_resource() {
        Ok(operation)
    } else {
        Err(Refusal::NotFound)
    }
}
