//! Bodies: what `JSON.parse` makes of a body that was scrubbed has no member that a backend takes for the caller's identity,
//! and what a page may say is as it came.

use std::collections::BTreeMap;

use copilotkit_gate::base::glob::Glob;
use copilotkit_gate::call::body::Input;
use copilotkit_gate::call::body::properties::Properties;
use copilotkit_gate::call::body::scrub::{ScrubContext, ScrubSettings};
use copilotkit_gate::call::body::tools::ToolList;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::oracle::{Members, is_good};

const USER: &str = "the user of the token";
/// The values of `PROPERTIES`: none, or as much as possible.
const PROPERTIES: [&[&str]; 2] = [&[], &["*", "configurable", "config", "context"]];
/// The members that are forwarded without `PROPERTIES`.
const SENT_BY_CLIENTS: [&str; 5] = [
    "__proxiedMCPRequest",
    "a2uiAction",
    "a2uiCatalogAvailable",
    "command",
    "toolChoice",
];
/// Members of `forwardedProps` that steer a run: some of them.
const STEERING: [&str; 5] = ["assistantid", "interruptbefore", "mcpservers", "metadata", "webhook"];
/// Roles that pass by default: those that do not write an agent's instructions.
const ROLES: [&str; 5] = ["activity", "assistant", "reasoning", "tool", "user"];

pub fn run(data: &[u8]) {
    for patterns in PROPERTIES {
        for user in [Some(Value::from(USER)), None] {
            if let Some(scrubbed) = scrub(data, patterns, user.as_ref()) {
                check(data, &scrubbed, patterns, user.as_ref());
                // There is nothing left to do.
                assert_eq!(scrub(&scrubbed, patterns, user.as_ref()), Some(scrubbed));
            }
        }
    }
    check_tools(data);
}

/// The body as it goes on; `None` where it is refused.
fn scrub(data: &[u8], patterns: &[&str], user: Option<&Value>) -> Option<Vec<u8>> {
    let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
    let settings = ScrubSettings {
        properties: Properties::new(&patterns),
        ..ScrubSettings::default()
    };
    let context = ScrubContext {
        user,
        takes_token: false,
    };
    let mut input = Input::parse(data.to_vec()).ok()?;
    input.scrub(&settings, &context).ok()?;
    Some(input.into_bytes())
}

fn check(before: &[u8], scrubbed: &[u8], patterns: &[&str], user: Option<&Value>) {
    assert!(is_good(scrubbed));
    let (before, body) = (object(before).unwrap(), object(scrubbed).unwrap());
    for (name, value) in &body {
        if !matches!(name.as_str(), "state" | "context" | "forwardedProps" | "messages") {
            assert_eq!(value, &before[name]);
        }
    }
    let props = inside(&body, "forwardedProps");
    let config = named(&props, "config");
    let mut places = vec![inside(&body, "state"), inside(&body, "context"), props.clone()];
    places.extend(config.iter().flat_map(|config| named(config, "configurable")));
    places.extend(config);
    places.extend(named(&props, "configurable"));
    places.extend(named(&props, "context"));
    for (name, value) in places.into_iter().flatten() {
        let folded = fold(&name);
        assert!(!is_identity(&folded), "{name}");
        if folded == "userid" {
            assert_eq!(serde_json::from_str(&value).ok().as_ref(), user);
        }
    }
    for name in props.keys() {
        let folded = fold(name);
        assert!(
            !STEERING.contains(&folded.as_str()) && !folded.starts_with("checkpoint"),
            "{name}"
        );
        assert!(
            !patterns.is_empty() || SENT_BY_CLIENTS.contains(&name.as_str()),
            "{name}"
        );
    }
    for message in items(&body, "messages") {
        let message = object(message.as_bytes()).unwrap();
        let role = string(&message, "role").unwrap();
        assert!(ROLES.contains(&role.as_str()), "{role}");
        for part in items(&message, "content") {
            check_part(&object(part.as_bytes()).unwrap());
        }
    }
    for item in items(&body, "context") {
        let description = object(item.as_bytes()).and_then(|item| string(&item, "description"));
        assert!(!description.is_some_and(|description| is_identity(&fold(&description))));
    }
}

/// A part of a message has a form of AG-UI's, and no address but one that holds its data.
fn check_part(part: &Object) {
    let is_data = |holder: &Object, name: &str| {
        let address = holder.get(name).filter(|address| *address != "null");
        address.is_none() || string(holder, name).is_some_and(|address| address.starts_with("data:"))
    };
    assert!(is_data(part, "url"));
    let source = inside(part, "source");
    match string(part, "type").unwrap().as_str() {
        "text" => assert!(string(part, "text").is_some()),
        "binary" => assert!(source.is_empty()),
        "image" | "audio" | "video" | "document" => match string(&source, "type").unwrap().as_str() {
            "data" => assert!(is_data(&source, "url")),
            "url" => assert!(string(&source, "value").is_some_and(|address| address.starts_with("data:"))),
            other => panic!("a source of type {other}"),
        },
        other => panic!("a part of type {other}"),
    }
}

/// Only listed tools are declared, and only they are called past the agent.
fn check_tools(data: &[u8]) {
    let Ok(mut input) = Input::parse(data.to_vec()) else {
        return;
    };
    if input
        .restrict_tools(&ToolList::new(vec![Glob::new("search*")]))
        .is_err()
    {
        return;
    }
    let body = object(&input.into_bytes()).unwrap();
    for tool in items(&body, "tools") {
        let tool = object(tool.as_bytes()).unwrap();
        let function = inside(&tool, "function");
        let names: Vec<String> = [&tool, &function]
            .into_iter()
            .filter_map(|named| string(named, "name"))
            .collect();
        assert!(
            !names.is_empty() && names.iter().all(|name| name.starts_with("search")),
            "{names:?}"
        );
    }
    let props = body.get("forwardedProps").and_then(|props| object(props.as_bytes()));
    let request = props.and_then(|props| object(props.get("__proxiedMCPRequest")?.as_bytes()));
    if let Some(request) = request {
        let method = string(&request, "method").unwrap();
        let params = request.get("params").and_then(|params| object(params.as_bytes()));
        let name = match method.as_str() {
            "ping" | "notifications/message" => return,
            "tools/call" => string(&params.unwrap(), "name").unwrap(),
            _ => method,
        };
        assert!(name.starts_with("search"), "{name}");
    }
}

type Object = BTreeMap<String, String>;

/// The members of an object as `JSON.parse` has them: the last of repeated names wins.
fn object(json: &[u8]) -> Option<Object> {
    let Members(members) = serde_json::from_slice(json).ok()?;
    let members = members.into_iter().map(|(name, value)| (name, value.get().to_owned()));
    Some(members.collect())
}

/// The object that is a member; empty where it is none.
fn inside(outer: &Object, name: &str) -> Object {
    outer
        .get(name)
        .and_then(|inner| object(inner.as_bytes()))
        .unwrap_or_default()
}

/// The objects that are members, in whatever spelling of the name.
fn named(outer: &Object, folded: &str) -> Vec<Object> {
    let named = outer.iter().filter(|(name, _)| fold(name) == folded);
    named.filter_map(|(_, inner)| object(inner.as_bytes())).collect()
}

/// The items of the list that is a member; none where it is no list.
fn items(outer: &Object, name: &str) -> Vec<String> {
    let list = outer
        .get(name)
        .and_then(|list| serde_json::from_str::<Vec<&RawValue>>(list).ok());
    list.into_iter().flatten().map(|item| item.get().to_owned()).collect()
}

fn string(object: &Object, name: &str) -> Option<String> {
    serde_json::from_str(object.get(name)?).ok()
}

/// A name as backends compare it.
fn fold(name: &str) -> String {
    name.to_lowercase().replace(['_', '-'], "")
}

fn is_identity(folded: &str) -> bool {
    const NAMES: [&str; 5] = [
        "authorization",
        "authuser",
        "copilotkitauth",
        "copilotkitforwardedheaders",
        "headers",
    ];
    NAMES.contains(&folded) || folded.starts_with("langgraphauth")
}
