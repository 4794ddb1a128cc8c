//! What a browser may say in an agent's input, and what the gate says there itself.

use crate::support::keys::TestKey;
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims, claims_with};
use copilotkit_gate::config::Config;
use copilotkit_gate::outbound::OutboundBody;
use proptest::prelude::*;
use serde_json::{Value, json};

/// What reaches the upstream of this input, by a path and by an envelope.
fn upstream(settings: &Settings, input: &Value) -> Value {
    let token = TestKey::es256().token(&claims());
    let world = World::new(settings);
    let body = |request: Request| match &world.ask(&request.bearer(&token)).forwarded().body {
        OutboundBody::Json(json) => serde_json::from_slice::<Value>(json).unwrap(),
        _ => panic!("no body"),
    };
    let by_path = body(Request::new("POST", "/agent/a/run").json(&input.to_string()));
    let envelope = json!({ "method": "agent/run", "params": { "agentId": "a" }, "body": input });
    let by_envelope = body(Request::new("POST", "").json(&envelope.to_string()));
    let as_string = json!({ "method": "agent/run", "params": { "agentId": "a" }, "body": input.to_string() });
    let by_string = body(Request::new("POST", "").json(&as_string.to_string()));
    assert_eq!((&by_path, &by_path), (&by_envelope, &by_string), "in any dialect");
    by_path
}

fn properties_of(settings: &Settings, properties: &Value) -> Value {
    upstream(settings, &json!({ "forwardedProps": properties }))["forwardedProps"].clone()
}

#[test]
fn what_steers_a_backend_is_taken_out_in_every_spelling() {
    for name in [
        "webhook",
        "Webhook",
        "web_hook",
        "metadata",
        "threadMetadata",
        "thread_metadata",
        "context",
        "assistantId",
        "assistant_id",
        "checkpoint",
        "checkpointId",
        "checkpoint_id",
        "checkpointDuring",
        "checkpoint_during",
        "interruptBefore",
        "interrupt_before",
        "interruptAfter",
        "interrupt_after",
        "multitaskStrategy",
        "multitask_strategy",
        "onCompletion",
        "on_completion",
        "onDisconnect",
        "on_disconnect",
        "afterSeconds",
        "after_seconds",
        "ifNotExists",
        "if_not_exists",
        "durability",
        "feedbackKeys",
        "feedback_keys",
        "signal",
        "onRunCreated",
        "_langsmithTracer",
        "restore_from",
        "mcpServers",
        "mcpEndpoints",
        "Config",
        "auth_user",
        "authUser",
        "copilotkit_auth",
        "langgraph_auth_user",
        "langgraphAuthUserId",
        "authorization",
        "Authorization",
    ] {
        assert_eq!(
            properties_of(&Settings::usual(), &json!({ name: "x", "kept": 1 })),
            json!({ "kept": 1 }),
            "{name}"
        );
    }
}

#[test]
fn what_the_frontend_and_apps_need_goes_on() {
    let properties = json!({
        "command": { "resume": "yes", "interruptEvent": { "id": 1 } }, "streamSubgraphs": true,
        "nodeName": "n", "a2uiAction": { "name": "x" }, "injectA2UITool": true, "a2uiSchema": [1],
        "__proxiedMCPRequest": { "method": "ping" }, "toolChoice": "auto", "theme": "dark", "locale": "de",
        "contextual": 1, "webhooks": 1, "user": { "name": "x" }, "configuration": 1, "headers": { "x": 1 },
    });
    assert_eq!(properties_of(&Settings::usual(), &properties), properties);
}

#[test]
fn no_stream_mode_reveals_what_a_run_is_configured_with() {
    let spellings = ["streamMode", "stream_mode", "StreamMode", "STREAM-MODE"];
    for name in spellings {
        let sent = json!({ name: ["values"], "kept": 1 });
        assert_eq!(properties_of(&Settings::usual(), &sent), json!({ "kept": 1 }), "{name}");
    }
    let named = Settings::usual().with("PROPERTIES", json!(spellings));
    for settings in [&named, &Settings::usual().with("PROPERTIES", json!(["*"]))] {
        for (modes, kept) in [
            (json!("debug"), None),
            (json!("checkpoints"), None),
            (json!("tasks"), None),
            (json!("Debug"), None),
            (json!({ "debug": 1 }), None),
            (json!("values"), Some(json!("values"))),
            (json!(["debug", "checkpoints", "tasks"]), Some(json!([]))),
            (
                json!(["values", "debug", "events", ["debug"], "tasks"]),
                Some(json!(["values", "events"])),
            ),
            (json!(["values", "updates"]), Some(json!(["values", "updates"]))),
        ] {
            for name in spellings {
                let sent = properties_of(settings, &json!({ name: modes }));
                assert_eq!(sent.get(name), kept.as_ref(), "{name}: {modes}");
            }
        }
    }
    let escaped = r#"{"forwardedProps":{"stream\u004dode":["d\u0065bug", "events"]}}"#;
    let world = World::new(&named);
    let token = TestKey::es256().token(&claims());
    let answer = world.ask(&Request::new("POST", "/agent/a/run").bearer(&token).json(escaped));
    let OutboundBody::Json(json) = &answer.forwarded().body else {
        panic!("no body")
    };
    assert_eq!(json, br#"{"forwardedProps":{"streamMode":["events"]}}"#);
}

#[test]
fn a_command_resumes_a_run_and_does_not_redirect_it() {
    let command = json!({
        "resume": { "goto": "kept" }, "interruptEvent": 1, "goto": "tools", "GOTO": "tools", "graph": "x",
        "update": { "auth_user": { "role": "root" } },
    });
    let kept = json!({ "command": { "resume": { "goto": "kept" }, "interruptEvent": 1 } });
    for settings in [
        Settings::usual(),
        Settings::usual().with("PROPERTIES", json!(["command"])),
    ] {
        assert_eq!(properties_of(&settings, &json!({ "command": command })), kept);
    }
}

#[test]
fn config_keeps_what_a_client_may_choose() {
    let config = json!({
        "configurable": {
            "model": "m", "thread_id": "x", "threadId": "x", "checkpoint_id": "x", "checkpoint_ns": "x", "assistant_id": "x",
            "graph_id": "x", "run_id": "x", "langgraph_auth_user": "x", "langgraph_auth_user_id": "x",
            "langgraph_auth_permissions": [], "auth_user": "x", "copilotkit_auth": "x", "copilotkit_forwarded_headers": {},
        },
        "recursion_limit": 9, "recursionLimit": 9, "tags": ["t"], "metadata": { "x": 1 }, "run_name": "x", "callbacks": [],
    });
    let kept = json!({ "configurable": { "model": "m" }, "recursion_limit": 9, "recursionLimit": 9, "tags": ["t"] });
    assert_eq!(
        properties_of(&Settings::usual(), &json!({ "config": config })),
        json!({ "config": kept })
    );
    let whole = Settings::usual().with("PROPERTIES", json!(["config", "*"]));
    let passed = properties_of(&whole, &json!({ "config": config }))["config"].clone();
    assert_eq!(passed["metadata"], json!({ "x": 1 }), "named in full, it goes on whole");
    assert_eq!(passed["configurable"]["thread_id"], "x");
    for identity in [
        "langgraph_auth_user",
        "langgraph_auth_user_id",
        "auth_user",
        "copilotkit_auth",
        "copilotkit_forwarded_headers",
    ] {
        assert!(passed["configurable"].get(identity).is_none(), "{identity} never does");
    }
}

#[test]
fn properties_go_on_as_the_setting_lists_them() {
    let properties = json!({ "theme": 1, "theme_dark": 2, "webhook": 3, "command": 4, "metadata": 5, "user_id": "x", "auth_user": 6 });
    for (listed, kept) in [
        (json!([]), json!({})),
        (json!(["theme"]), json!({ "theme": 1 })),
        (
            json!(["theme*", "command"]),
            json!({ "theme": 1, "theme_dark": 2, "command": 4 }),
        ),
        (
            json!(["*"]),
            json!({ "theme": 1, "theme_dark": 2, "command": 4, "user_id": "alice" }),
        ),
        (
            json!(["*", "webhook"]),
            json!({ "theme": 1, "theme_dark": 2, "webhook": 3, "command": 4, "user_id": "alice" }),
        ),
        (json!(["auth_user", "metadata"]), json!({ "metadata": 5 })),
    ] {
        let settings = Settings::usual().with("PROPERTIES", listed.clone());
        assert_eq!(properties_of(&settings, &properties), kept, "{listed}");
    }
}

#[test]
fn the_user_and_identity_in_the_state_are_not_the_clients_to_say() {
    let input = json!({
        "state": { "auth_user": { "role": "root" }, "headers": { "user_id": "x" }, "authUser": 1, "Headers": 1,
                   "langgraph_auth_user": 1, "copilotkit_auth": "x", "kept": { "headers": 1 } },
        "forwardedProps": { "user_id": "x", "userId": "y", "context": { "langgraph_auth_user": 1, "tenant": 2 } },
    });
    let named = Settings::usual().with("PROPERTIES", json!(["context", "*"]));
    let sent = upstream(&named, &input);
    assert_eq!(sent["state"], json!({ "kept": { "headers": 1 } }));
    assert_eq!(
        sent["forwardedProps"],
        json!({ "user_id": "alice", "userId": "alice", "context": { "tenant": 2 } })
    );
}

#[test]
fn verified_values_are_written_where_the_settings_want_them() {
    let table = json!({
        "/state/auth_user/user_id": "sub", "/state/auth_user/role": "role", "/state/auth_user/team": "team",
        "/forwardedProps/config/configurable/copilotkit_auth": "$token", "/forwardedProps/tenant_id": "permissions",
    });
    let settings = Settings::usual().with("IDENTITY_BODY", table);
    let token = TestKey::es256().token(&claims());
    let expected_props = json!({
        "config": { "configurable": { "copilotkit_auth": token } }, "tenant_id": ["read", "write"],
    });
    for state in [
        json!(null),
        json!({}),
        json!("text"),
        json!([1]),
        json!({ "auth_user": "root" }),
        json!({ "auth_user": { "user_id": "root", "role": "root", "team": "root" } }),
        json!({ "authUser": { "role": "root" } }),
    ] {
        let sent = upstream(
            &settings,
            &json!({ "state": state, "forwardedProps": { "tenantId": "root" } }),
        );
        assert_eq!(
            sent["state"],
            json!({ "auth_user": { "user_id": "alice", "role": "admin" } }),
            "{state}"
        );
        assert_eq!(sent["forwardedProps"], expected_props, "{state}");
    }
    assert_eq!(
        upstream(&settings, &json!({}))["forwardedProps"],
        expected_props,
        "and where there was nothing"
    );
}

#[test]
fn no_twin_stands_in_for_a_claim_that_is_absent() {
    let table = json!({
        "/state/rank": "team", "/state/who/role": "role", "/forwardedProps/tenant": "team", "/state/both": "team",
        "/forwardedProps/both": "role",
    });
    let settings = Settings::usual().with("IDENTITY_BODY", table);
    let lies = json!({ "rank": "x", "Rank": "x", "who": { "role": "x" }, "tenant": "x", "both": "x", "kept": 1 });
    let sent = upstream(&settings, &json!({ "state": lies, "forwardedProps": lies }));
    assert_eq!(sent["state"], json!({ "who": { "role": "admin" }, "kept": 1 }));
    assert_eq!(sent["forwardedProps"], json!({ "kept": 1, "both": "admin" }));
}

#[test]
fn what_the_client_says_is_removed_where_the_claim_is_absent() {
    let table = json!({ "/state/who/team": "team", "/state/who/token": "$token" });
    let settings = Settings::usual()
        .with("IDENTITY_BODY", table)
        .with("ANONYMOUS", json!(true));
    let world = World::new(&settings);
    let body = r#"{"state":{"who":{"team":"root","token":"x","kept":1}}}"#;
    let answer = world.ask(&Request::new("POST", "/agent/a/run").json(body));
    let OutboundBody::Json(json) = &answer.forwarded().body else {
        panic!("no body")
    };
    assert_eq!(
        serde_json::from_slice::<Value>(json).unwrap()["state"],
        json!({ "who": { "kept": 1 } })
    );
}

#[test]
fn a_place_outside_the_input_or_inside_another_is_a_misconfiguration() {
    for (table, setting) in [
        (json!({ "/messages/0": "sub" }), "IDENTITY_BODY./messages/0"),
        (json!({ "/state": "sub" }), "IDENTITY_BODY./state"),
        (json!({ "/state/": "sub" }), "IDENTITY_BODY./state/"),
        (json!({ "state/a": "sub" }), "IDENTITY_BODY.state/a"),
        (json!({ "/state/a~2": "sub" }), "IDENTITY_BODY./state/a~2"),
        (
            json!({ "/state/a": "sub", "/state/a/b": "role" }),
            "IDENTITY_BODY./state/a/b",
        ),
        (json!({ "/state/a": "" }), "IDENTITY_BODY./state/a"),
        (json!({ "/state/a": 7 }), "IDENTITY_BODY./state/a"),
        (json!({ "/state/a": "a..b" }), "IDENTITY_BODY./state/a"),
        (json!([]), "IDENTITY_BODY"),
    ] {
        let fault = Config::parse(&Settings::usual().with("IDENTITY_BODY", table.clone()))
            .err()
            .unwrap();
        assert_eq!(fault.setting, setting, "{table}");
        assert!(!fault.remedy.is_empty());
    }
    for list in [json!("*"), json!([""]), json!([7]), json!({})] {
        let fault = Config::parse(&Settings::usual().with("PROPERTIES", list.clone()))
            .err()
            .unwrap();
        assert_eq!(fault.setting, "PROPERTIES", "{list}");
    }
}

/// JSON of any shape, with the names that matter among its members.
fn document() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("forwardedProps".to_owned()),
        Just("state".to_owned()),
        Just("config".to_owned()),
        Just("configurable".to_owned()),
        Just("auth_user".to_owned()),
        Just("authUser".to_owned()),
        Just("webhook".to_owned()),
        Just("headers".to_owned()),
        Just("langgraph_auth_user".to_owned()),
        Just("context".to_owned()),
        Just("user_id".to_owned()),
        "[a-z]{1,3}",
    ];
    let leaf = prop_oneof![
        Just(json!("LIE")),
        Just(Value::Null),
        any::<i32>().prop_map(|n| json!(n)),
        ".{0,4}".prop_map(|s| json!(s))
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::btree_map(name.clone(), inner, 0..5).prop_map(|members| json!(members)),
        ]
    })
}

/// Members at these places say who the caller is.
const LIES: [&str; 8] = [
    "/state/auth_user",
    "/state/authUser",
    "/state/headers",
    "/state/langgraph_auth_user",
    "/forwardedProps/webhook",
    "/forwardedProps/context",
    "/forwardedProps/config/configurable/auth_user",
    "/forwardedProps/config/configurable/langgraph_auth_user",
];

proptest! {
    /// No lie survives, and what is not touched survives: the members that the gate has nothing to do with are the same.
    #[test]
    fn a_lie_never_survives_and_the_rest_does(props in document(), state in document(), other in document()) {
        let input = json!({ "forwardedProps": props, "state": state, "messages": other });
        let sent = upstream(&Settings::usual(), &input);
        for lie in LIES {
            prop_assert!(sent.pointer(lie).is_none(), "{} in {}", lie, sent);
        }
        if let Some(user) = sent.pointer("/forwardedProps/user_id") {
            prop_assert_eq!(user, "alice");
        }
        prop_assert_eq!(&sent["messages"], &other);
        for (side, given) in [("forwardedProps", &props), ("state", &state)] {
            let untouched = given.as_object().into_iter().flatten().filter(|(name, _)| name.len() < 4);
            for (name, value) in untouched {
                prop_assert_eq!(&sent[side][name], value);
            }
        }
    }
}

#[test]
fn a_claim_that_is_absent_is_not_written_as_null() {
    let settings = Settings::usual().with("IDENTITY_BODY", json!({ "/state/who/role": "role" }));
    let world = World::new(&settings);
    let token = TestKey::es256().token(&claims_with(&json!({ "role": null })));
    let answer = world.ask(&Request::new("POST", "/agent/a/run").bearer(&token).json("{}"));
    let OutboundBody::Json(json) = &answer.forwarded().body else {
        panic!("no body")
    };
    assert_eq!(json, b"{}");
}
