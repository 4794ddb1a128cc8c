//! The path of one request: the gate decides it and reports everything that it learnt on the way, except the token,
//! keys and secrets.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::check::misconfigured;
use super::host::{Host, NodePlatform};
use super::vars::JsonVars;
use crate::auth::caller::Caller;
use crate::auth::credential;
use crate::config::Config;
use crate::gate::record::Record;
use crate::gate::{Decision, Gate};
use crate::outbound::{Outbound, OutboundBody};
use crate::policy::rule::{Access, Rule, Unmet};
use crate::wire::field_changes::FieldChange;
use crate::wire::fields::FieldList;
use crate::wire::request::{Fields, Head};

/// The request as the command describes it.
#[derive(Deserialize)]
struct Asked {
    token: Option<String>,
    operation: String,
    #[serde(default)]
    agent: String,
    #[serde(default)]
    thread: String,
    /// The agent's input.
    #[serde(default)]
    body: String,
    /// Where the gate is.
    origin: String,
}

/// Decides the request, and tells how.
pub(super) async fn explain(settings: &str, request: &str, host: Host) -> Value {
    let config = match Config::parse(&JsonVars::new(settings)) {
        Ok(config) => config,
        Err(fault) => return json!({ "misconfigured": misconfigured(&fault) }),
    };
    let asked: Asked = match serde_json::from_str(request) {
        Ok(asked) => asked,
        Err(error) => return json!({ "invalid": error.to_string() }),
    };
    let operations = &config.call.operations;
    let Some(kind) = operations.named(&asked.operation) else {
        return json!({ "unknown_operation": operations.all().collect::<Vec<_>>() });
    };
    let base_path = config.base_path.clone();
    let gate = Gate::new(config);
    let (method, path) = kind.request(&asked.agent, &asked.thread);
    let mut fields = FieldList::default();
    fields.push("content-type", "application/json");
    if let Some(token) = &asked.token {
        // A token with a line break in it is not a token, and no field can have one.
        fields.push("authorization", &format!("Bearer {}", token.replace(['\n', '\r'], " ")));
    }
    let url = format!("{}{base_path}{path}", asked.origin);
    let Some(head) = Head::new(method, &url, Fields::all(fields)) else {
        return json!({ "invalid": "the URL" });
    };
    let platform = NodePlatform::new(host, asked.body.into_bytes());
    let mut record = Record::new("explain");
    let decision = gate.decide(&head, &platform, &mut record).await;
    let mut told = Map::new();
    let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
    match &decision {
        Err(refusal) => {
            record.deny(refusal);
            tell("step", json!(record.step()));
            let answer = refusal.body("", gate.auth().token_ways());
            tell("answer", serde_json::from_str(&answer).unwrap_or_default());
        }
        Ok(decision) => {
            record.allow(200);
            if let Decision::Forward(outbound) = decision {
                tell("upstream", upstream(outbound, asked.token.as_deref()));
            }
        }
    }
    // The token cache knows the caller by now, where there is one.
    if let Ok(credential) = credential::read(&head, None, &[])
        && let Ok(caller) = gate
            .auth()
            .authenticate(&credential, &platform, &mut Record::new(""))
            .await
    {
        tell("identity", json!(caller.headers().iter().collect::<BTreeMap<_, _>>()));
        if let Some(rule) = record.rule().and_then(|index| gate.policy().rule(index)) {
            tell("unmet", unmet(rule, &caller));
        }
    }
    tell("decision", json!(record));
    Value::Object(told)
}

/// The request that the upstream would receive, without credentials: of fields that carry one, only the name.
fn upstream(outbound: &Outbound, token: Option<&str>) -> Value {
    let headers = outbound.caller.headers();
    let names: BTreeSet<&str> = outbound.fields.iter().filter_map(sets).collect();
    let others = names.into_iter().filter(|name| headers.get(name).is_none());
    let body = match &outbound.body {
        OutboundBody::Json(json) => serde_json::from_slice(json).unwrap_or_default(),
        OutboundBody::Stream | OutboundBody::Empty => Value::Null,
    };
    json!({
        "method": outbound.method.name(),
        "url": outbound.url,
        "sets": others.collect::<Vec<_>>(),
        "thread": outbound.thread,
        "body": without(body, token),
    })
}

/// The name of the field that `change` leaves with a value of the gate's.
fn sets(change: FieldChange<'_>) -> Option<&str> {
    match change {
        FieldChange::Set(name, _) | FieldChange::Append(name, _) => Some(name),
        FieldChange::Remove(_) => None,
    }
}

/// `value` with the token removed from every string that contains it.
fn without(value: Value, token: Option<&str>) -> Value {
    match value {
        Value::String(text) => match token {
            Some(token) if !token.is_empty() => Value::String(text.replace(token, "<the token>")),
            _ => Value::String(text),
        },
        Value::Array(list) => list.into_iter().map(|item| without(item, token)).collect(),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, member)| (name, without(member, token)));
            Value::Object(members.collect())
        }
        value => value,
    }
}

/// The rule's demands that the caller does not meet.
fn unmet(rule: &Rule, caller: &Caller) -> Value {
    let (Access::Require(requirements), Caller::Verified(principal)) = (&rule.access, caller) else {
        return Value::Null;
    };
    match requirements.unmet(principal) {
        Ok(Some(Unmet::Roles)) => json!({ "roles": requirements.roles }),
        Ok(Some(Unmet::Permissions)) => json!({ "permissions": requirements.permissions }),
        Ok(Some(Unmet::Claim(path))) => json!({ "claim": path.to_string() }),
        Ok(Some(Unmet::Scopes(scopes))) => json!({ "scopes": scopes }),
        Ok(None) | Err(_) => Value::Null,
    }
}
