//! The single-route dialect: one JSON envelope `{method, params?, body?}` posted to the base path.
//!
//! It is read into the same [`Operation`] as a path, decided by the same rules, and written anew, so that gate and runtime
//! cannot read it differently. `resource/request` is opened into the operation that it tunnels.

use serde_json::{Map, Value, json};

use super::body::messages;
use super::body::object::Object;
use super::id::Id;
use super::kind::{AGENT_MEMBER, Kind, Operations, THREAD_MEMBER};
use super::operation::{Ids, Operation, Query};
use super::operations::EnvelopeForm;
use crate::base::json::fault::JsonFault;
use crate::base::json::value;
use crate::wire::fault::BodyFault;
use crate::wire::refusal::Refusal;
use crate::wire::request::Method;

/// The method of an envelope that contains a path.
pub(super) const RESOURCE: &str = "resource/request";

const MEMBER: Refusal = Refusal::MalformedBody(BodyFault::Member);

/// The operation of an envelope, with the JSON of its `body` unless that is absent or `null`.
pub struct Opened {
    /// The operation.
    pub operation: Operation,
    /// The body for it, read strictly.
    pub body: Option<Object>,
}

/// Reads an envelope strictly: one object, unique names at every level, a known method, the right types.
pub fn open(operations: &Operations, envelope: Vec<u8>) -> Result<Opened, Refusal> {
    let envelope = Object::parse_watching(envelope, messages::WATCH)?;
    let method = envelope.get("method").ok_or(MEMBER)?;
    let given = |name: &str| envelope.get(name).filter(|value| !value.is_null());
    let params = match given("params") {
        None => Map::new(),
        Some(params) => value::parse_object(&params.to_bytes()).map_err(|_| MEMBER)?,
    };
    let operation = match &*method.string().ok_or(MEMBER)? {
        RESOURCE => tunnelled(operations, &params)?,
        method => named(operations, method, &params)?,
    };
    // The runtime takes a body as an object or as a string of JSON; it is sent on as an object.
    let body = match given("body") {
        None => None,
        Some(body) if body.is_string() => {
            let json = body.string().ok_or(MEMBER)?.into_owned();
            Some(Object::parse_watching(json.into_bytes(), messages::WATCH)?)
        }
        Some(_) => Some(envelope.into_member("body").ok_or(JsonFault::NotAnObject)?),
    };
    Ok(Opened { operation, body })
}

/// Writes `operation` as an envelope around `body`, which is JSON and grows by that, since it may be long; `None` where the
/// dialect has no such operation.
pub fn write(operation: &Operation, body: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let (method, params) = match operation.kind().envelope {
        EnvelopeForm::Method => (operation.name(), params(operation)),
        EnvelopeForm::Resource => (
            RESOURCE,
            json!({ "path": operation.target(), "httpMethod": operation.method().name() }),
        ),
        EnvelopeForm::Absent => return None,
    };
    let mut envelope = br#"{"method":"#.to_vec();
    envelope.extend(value::write(&method).bytes());
    if !params.is_null() {
        envelope.extend_from_slice(br#","params":"#);
        envelope.extend(value::write(&params).bytes());
    }
    let Some(mut body) = body else {
        envelope.push(b'}');
        return Some(envelope);
    };
    envelope.extend_from_slice(br#","body":"#);
    let length = body.len();
    body.reserve_exact(envelope.len().wrapping_add(1));
    body.resize(length.wrapping_add(envelope.len()), b'}');
    body.copy_within(..length, envelope.len());
    if let Some(start) = body.get_mut(..envelope.len()) {
        start.copy_from_slice(&envelope);
    }
    body.push(b'}');
    Some(body)
}

/// The ids and query members of an operation that has an envelope method of its own; `null` for one that can have none.
fn params(operation: &Operation) -> Value {
    let kind = operation.kind();
    let mut params = Map::new();
    if kind.path.has_agent() {
        params.insert(AGENT_MEMBER.to_owned(), operation.agent().into());
    }
    if kind.path.has_thread() {
        params.insert(THREAD_MEMBER.to_owned(), operation.thread().into());
    }
    let query = operation.query().iter();
    params.extend(query.map(|(name, value)| (name.clone(), value.as_str().into())));
    if params.is_empty() && kind.query_members().next().is_none() {
        Value::Null
    } else {
        params.into()
    }
}

/// An operation that has an envelope method of its own.
fn named(operations: &Operations, method: &str, params: &Map<String, Value>) -> Result<Operation, Refusal> {
    let kind = operations
        .named(method)
        .ok_or_else(|| Refusal::unknown_operation(Method::Post, method))?;
    if !may_come_as(EnvelopeForm::Method, &kind) {
        return Err(Refusal::NotFound);
    }
    let param = |name: &str| params.get(name).and_then(Value::as_str).ok_or(MEMBER);
    let mut ids = Ids::default();
    if kind.path.has_agent() {
        ids.agent = Some(Id::new_agent(param(AGENT_MEMBER)?).ok_or(Refusal::NotFound)?);
    }
    if kind.path.has_thread() {
        ids.thread = Some(Id::new(param(THREAD_MEMBER)?).ok_or(Refusal::NotFound)?);
    }
    let mut query = Query::new();
    for name in kind.query_members() {
        let value = match params.get(name) {
            None | Some(Value::Null) => continue,
            Some(Value::String(value)) => value.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(MEMBER),
        };
        query.push((name.to_owned(), value));
    }
    Operation::enveloped(operations, kind, ids, query)
}

/// The operation inside `resource/request`: threads, memories, annotations and operations of the settings, nothing else.
fn tunnelled(operations: &Operations, params: &Map<String, Value>) -> Result<Operation, Refusal> {
    let param = |name: &str| params.get(name).and_then(Value::as_str).ok_or(MEMBER);
    let target = param("path")?;
    let method = Method::from_name(&param("httpMethod")?.to_ascii_uppercase());
    let (path, query) = target
        .split_once('?')
        .map_or((target, None), |(path, query)| (path, Some(query)));
    let operation = Operation::parse(operations, method, path, query)?;
    if may_come_as(EnvelopeForm::Resource, operation.kind()) {
        Ok(operation)
    } else {
        Err(Refusal::NotFound)
    }
}

/// Whether an envelope of this form may name the operation. Of one of the settings it is not known how clients name it.
fn may_come_as(form: EnvelopeForm, kind: &Kind) -> bool {
    kind.envelope == form || (kind.is_configured() && form == EnvelopeForm::Resource)
}
