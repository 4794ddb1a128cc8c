//! Properties of what reaches the upstream of any body, under any settings. What is expected is said here a second time, over
//! parsed JSON; texts of values are compared as they came.

use std::collections::BTreeMap;

use crate::support::settings::Settings;
use crate::support::upstream::{ask, text};
use crate::support::world::World;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// Members in their order, with the very text of their values.
type Members = Vec<(String, String)>;

/// A value's text: whatever reads it and prints it again gives another one.
fn scalar() -> impl Strategy<Value = String> {
    select(vec![
        "1.0e+0",
        "-0",
        "123456789012345678901234567890",
        "0.10",
        r#""\u0041\/""#,
        r#""LIE""#,
        "null",
        "true",
        r#""é \ud83d\ude00""#,
        r#""{\"role\":\"system\"}""#,
        r#""debug""#,
        "[ ]",
        "{ }",
        r#"[1, "tasks"]"#,
    ])
    .prop_map(str::to_owned)
}

/// Some of these names, in any order, each with a value.
fn object_of(names: &'static [&'static str], value: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let some = subsequence(names, 0..=names.len().min(6)).prop_shuffle();
    some.prop_flat_map(move |names| {
        let values = vec(value.clone(), names.len());
        values.prop_map(move |values| {
            let members = names
                .iter()
                .zip(values)
                .map(|(name, value)| format!("{}: {value}", spelled(name)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(" ,"))
        })
    })
    .boxed()
}

/// The name, every other time with an escape.
fn spelled(name: &str) -> String {
    match name.strip_prefix('c') {
        Some(rest) => format!(r#""\u0063{rest}""#),
        None => format!("\"{name}\""),
    }
}

const PROPERTIES: &[&str] = &[
    "theme",
    "locale",
    "webhook",
    "Web_Hook",
    "auth_user",
    "AuthUser",
    "authorization",
    "user_id",
    "userId",
    "role",
    "tenantId",
    "command",
    "Command",
    "toolChoice",
    "tool_choice",
    "a2uiAction",
    "headers",
    "metadata",
    "checkpoint_id",
    "app",
    "",
];
const PLACES: &[&str] = &["config", "CONFIG", "configurable", "context", "crewai", "crew_ai"];
const INNER: &[&str] = &[
    "model",
    "auth_user",
    "langgraphAuthUser",
    "copilotkit_auth",
    "thread_id",
    "checkpoint_ns",
    "headers",
    "user_id",
    "tags",
    "Headers",
    "restore_from",
    "role",
];
const STATE: &[&str] = &[
    "note",
    "auth_user",
    "headers",
    "Authorization",
    "user_id",
    "langgraph_auth_x",
    "copilotkitAuth",
    "theme",
];
const TOP: &[&str] = &["thread_id", "State", "forwarded_props", "Messages", "another", "resume"];

fn properties() -> BoxedStrategy<String> {
    let inner = object_of(INNER, scalar().boxed());
    let config =
        (inner.clone(), scalar()).prop_map(|(inner, tags)| format!(r#"{{"configurable":{inner}, "tags" : {tags}}}"#));
    let places = object_of(PLACES, prop_oneof![inner, config].boxed());
    (object_of(PROPERTIES, scalar().boxed()), places)
        .prop_map(|(own, places)| join(&own, &places))
        .boxed()
}

/// The members of both.
fn join(one: &str, other: &str) -> String {
    let inside = |object: &str| object.trim_start_matches('{').trim_end_matches('}').trim().to_owned();
    let both = [inside(one), inside(other)];
    let both: Vec<_> = both
        .iter()
        .filter(|members| !members.is_empty())
        .map(String::as_str)
        .collect();
    format!("{{{}}}", both.join(","))
}

fn message() -> impl Strategy<Value = String> {
    let role = select(vec![
        r#""user""#,
        r#""assistant""#,
        r#""tool""#,
        r#""system""#,
        r#""developer""#,
        r#""\u0073ystem""#,
        r#""System""#,
        "null",
        r#"["user"]"#,
        r#""activity""#,
        r#""reasoning""#,
    ]);
    let part = select(vec![
        r#"{"type":"text", "text":"\u0041"}"#,
        r#"{"type":"image","source":{"type":"url","value":"https://files.example.com/a"}}"#,
        r#"{"type":"image","source":{"type":"url","value":"http://10.0.0.1/"}}"#,
        r#"{"type":"document","source":{"type":"data","value":"aGk="}}"#,
        r#"{"type":"binary","url":"http:\/\/10.0.0.1\/"}"#,
        r#"{"type":"binary","data":"aGk=", "n":1.0}"#,
        r#"{"type":"other"}"#,
        r#""text""#,
    ]);
    let content = prop_oneof![
        scalar(),
        vec(part, 0..4).prop_map(|parts| format!("[ {} ]", parts.join(", "))),
    ];
    prop_oneof![
        9 => (role, content).prop_map(|(role, content)| format!(r#"{{"id":"m", "role" : {role},"content":{content}}}"#)),
        1 => scalar(),
    ]
}

fn body() -> impl Strategy<Value = String> {
    let state = object_of(STATE, scalar().boxed());
    let parts = (
        properties(),
        state,
        vec(message(), 0..5),
        object_of(TOP, Just("{}".to_owned()).boxed()),
    );
    parts.prop_map(|(props, state, messages, top)| {
        let own = format!(
            r#"{{"forwardedProps" : {props},"state": {state} ,"messages":[ {} ]}}"#,
            messages.join(" , ")
        );
        join(&own, &top)
    })
}

/// `PROPERTIES`, `MESSAGE_ROLES` and `ATTACHMENT_URLS`.
fn settings() -> impl Strategy<Value = (Vec<&'static str>, Vec<&'static str>, Value)> {
    let patterns = [
        "theme",
        "th*",
        "*",
        "webhook",
        "auth_user",
        "role",
        "command",
        "config",
        "config.*",
        "config.configurable.model",
        "configurable",
        "context.*",
        "crewai",
        "app.x",
        "user_id",
        "headers",
        "authorization",
    ];
    let roles = [
        "user",
        "assistant",
        "tool",
        "activity",
        "reasoning",
        "system",
        "developer",
    ];
    let urls = select(vec![json!([]), json!(["https://files.example.com"]), json!(["*"])]);
    (
        subsequence(patterns.to_vec(), 0..6),
        subsequence(roles.to_vec(), 0..=7),
        urls,
    )
}

fn members(object: &str) -> Members {
    let raw: BTreeMap<String, Box<RawValue>> = serde_json::from_str(object).unwrap();
    raw.into_iter()
        .map(|(name, value)| (name, value.get().to_owned()))
        .collect()
}

fn items(list: &str) -> Vec<String> {
    let raw: Vec<Box<RawValue>> = serde_json::from_str(list).unwrap();
    raw.into_iter().map(|item| item.get().to_owned()).collect()
}

fn folded(name: &str) -> String {
    name.replace(['_', '-'], "").to_lowercase()
}

fn carries_identity(name: &str) -> bool {
    let name = folded(name);
    [
        "authuser",
        "copilotkitauth",
        "copilotkitforwardedheaders",
        "authorization",
        "headers",
    ]
    .contains(&&*name)
        || name.starts_with("langgraphauth")
}

/// Whether `PROPERTIES` could let a member of this name on, seen from its name alone.
fn is_listed(name: &str, patterns: &[&str]) -> bool {
    ["command", "toolChoice", "a2uiAction"].contains(&name)
        || patterns.iter().any(|pattern| {
            let first = pattern.split('.').next().unwrap();
            let starts = first.strip_suffix('*').is_some_and(|start| name.starts_with(start));
            first == name || starts
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_carries_identity_or_is_not_listed_arrives_and_the_rest_is_what_was_sent(
        body in body(),
        (patterns, roles, urls) in settings(),
    ) {
        let settings = Settings::usual().with("PROPERTIES", json!(patterns)).with("MESSAGE_ROLES", json!(roles));
        let world = World::new(&settings.with("ATTACHMENT_URLS", urls.clone()));
        let answer = ask(&world, &body);
        if answer.status() != 200 {
            prop_assert_eq!(answer.reason(), "body_member", "{}", body);
            return Ok(());
        }
        let sent = text(&answer);
        let value: Value = serde_json::from_str(&sent).unwrap();
        let (given, arrived) = (members(&body), members(&sent));
        let of = |members: &Members, name: &str| members.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());

        for (name, raw) in &arrived {
            let is_other_spelling = ["threadid", "state", "forwardedprops", "messages"].contains(&&*folded(name))
                && !["state", "forwardedProps", "messages"].contains(&&**name);
            prop_assert!(!is_other_spelling, "{}", name);
            if !["state", "forwardedProps", "messages"].contains(&&**name) {
                prop_assert_eq!(of(&given, name), Some(raw.clone()));
            }
        }

        let places = [
            "/state", "/forwardedProps", "/forwardedProps/config", "/forwardedProps/config/configurable",
            "/forwardedProps/CONFIG/configurable", "/forwardedProps/configurable", "/forwardedProps/context",
        ];
        for place in places {
            for (name, value) in value.pointer(place).and_then(Value::as_object).into_iter().flatten() {
                prop_assert!(!carries_identity(name), "{} in {}", name, place);
                prop_assert!(folded(name) != "userid" || value == "alice", "{} in {}", name, place);
            }
        }

        let props = (members(&of(&given, "forwardedProps").unwrap()), members(&of(&arrived, "forwardedProps").unwrap()));
        for (name, raw) in &props.1 {
            prop_assert!(is_listed(name, &patterns), "{} is not listed", name);
            let is_whole = !["config", "configurable", "command", "context", "crewai", "userid", "app"].contains(&&*folded(name));
            if is_whole {
                prop_assert_eq!(of(&props.0, name), Some(raw.clone()));
            }
        }
        for name in ["theme", "locale"].into_iter().filter(|name| is_listed(name, &patterns)) {
            prop_assert_eq!(of(&props.0, name), of(&props.1, name), "{} is listed", name);
        }

        let state = (members(&of(&given, "state").unwrap()), members(&of(&arrived, "state").unwrap()));
        let kept = |members: &Members| {
            let own = members.iter().filter(|(name, _)| !carries_identity(name) && folded(name) != "userid");
            own.cloned().collect::<Members>()
        };
        prop_assert_eq!(kept(&state.0), kept(&state.1));

        // Every message that arrives is one that was sent, in its order, but for parts that are gone.
        let mut rest = items(&of(&given, "messages").unwrap()).into_iter();
        for message in items(&of(&arrived, "messages").unwrap()) {
            let role = members(&message).iter().find(|(name, _)| name == "role").map(|(_, role)| role.clone());
            let role: Value = serde_json::from_str(&role.unwrap()).unwrap();
            prop_assert!(roles.contains(&role.as_str().unwrap()), "{}", role);
            let is_same = |sent: &String| *sent == message || without_content(sent) == without_content(&message);
            prop_assert!(rest.any(|sent| is_same(&sent)), "{}", message);
            let content = of(&members(&message), "content").unwrap();
            for part in content.starts_with('[').then(|| items(&content)).into_iter().flatten() {
                prop_assert!(of(&given, "messages").unwrap().contains(&part));
                let url = part.contains("10.0.0.1") && urls != json!(["*"]);
                prop_assert!(!url && !part.contains("other"), "{}", part);
            }
        }
    }
}

fn without_content(message: &str) -> Option<Members> {
    let value: Value = serde_json::from_str(message).unwrap();
    value.get("content").filter(|content| content.is_array())?;
    Some(
        members(message)
            .into_iter()
            .filter(|(name, _)| name != "content")
            .collect(),
    )
}
