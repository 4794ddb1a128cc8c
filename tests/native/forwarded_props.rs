//! `PROPERTIES`: which members of `forwardedProps` go on.

use crate::support::settings::Settings;
use crate::support::upstream::{ask, dropped, properties_of, sent};
use crate::support::world::{World, changed};
use copilotkit_gate::call::body::properties::Properties;
use copilotkit_gate::config::Config;
use copilotkit_gate::wire::answer::AnswerHead;
use copilotkit_gate::wire::fields::FieldList;
use serde_json::{Value, json};

fn listing(patterns: &Value) -> Settings {
    Settings::usual().with("PROPERTIES", patterns.clone())
}

/// Members that `CopilotKit`'s clients write by themselves, with values as they write them.
fn of_the_clients() -> Value {
    json!({
        "toolChoice": { "type": "function", "function": { "name": "copilotkitSuggest" } },
        "command": { "resume": "yes", "interruptEvent": { "id": 1 } },
        "a2uiAction": { "userAction": { "name": "x", "context": { "user": 1 } } },
        "a2uiCatalogAvailable": true,
        "__proxiedMCPRequest": { "serverHash": "x", "method": "ping" },
    })
}

#[test]
fn what_copilotkits_clients_write_goes_on_and_nothing_else() {
    let clients = of_the_clients();
    let mut all = clients.clone();
    for name in [
        "theme",
        "user",
        "user_id",
        "headers",
        "streamSubgraphs",
        "nodeName",
        "injectA2UITool",
        "a2uiSchema",
        "tool_choice",
        "Command",
        "ToolChoice",
        "proxiedMCPRequest",
        "configuration",
        "temperature",
        "",
    ] {
        all[name] = json!(null);
    }
    all["config"] = json!({ "tags": ["t"], "configurable": { "model": "m" } });
    for settings in [Settings::usual(), listing(&json!([])), listing(&json!(["locale"]))] {
        assert_eq!(properties_of(&settings, &all), clients);
        assert_eq!(properties_of(&settings, &clients), clients);
    }
    let names: Vec<&str> = clients.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        Properties::sent_by_clients(),
        "no member that this test does not know"
    );
}

#[test]
fn what_steers_a_backend_is_taken_out_in_every_spelling_even_where_a_glob_lets_all_on() {
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
        "resume",
        "resumeSessionAt",
        "fork_session",
        "mcpServers",
        "mcpEndpoints",
        "auth_user",
        "authUser",
        "copilotkit_auth",
        "langgraph_auth_user",
        "langgraphAuthUserId",
        "authorization",
        "Authorization",
        "headers",
    ] {
        assert_eq!(
            properties_of(&listing(&json!(["*"])), &json!({ name: "x", "kept": 1 })),
            json!({ "kept": 1 }),
            "{name}"
        );
    }
}

#[test]
fn what_names_the_caller_goes_on_by_its_full_name_alone() {
    for name in [
        "role",
        "roles",
        "permissions",
        "groups",
        "scopes",
        "sub",
        "user",
        "username",
        "user_name",
        "email",
        "tenant",
        "tenant_id",
        "tenantId",
        "org",
        "orgId",
        "organization",
        "owner",
        "Role",
        "E-Mail",
    ] {
        let sent = json!({ name: "x", "kept": 1 });
        for glob in [json!(["*"]), json!([format!("{}*", &name[..1]), "kept"])] {
            assert_eq!(
                properties_of(&listing(&glob), &sent),
                json!({ "kept": 1 }),
                "{name} by {glob}"
            );
        }
        assert_eq!(properties_of(&listing(&json!([name, "kept"])), &sent), sent, "{name}");
    }
    let kept = json!({ "users": 1, "userTheme": 1, "rolesystem": 1, "submit": 1, "ownership": 1 });
    assert_eq!(properties_of(&listing(&json!(["*"])), &kept), kept);
}

#[test]
fn names_globs_and_paths_let_members_on() {
    let properties = json!({
        "theme": 1, "theme_dark": 2, "webhook": 3, "metadata": { "a": 5, "b": 6 }, "user_id": "x", "auth_user": 6,
        "app": { "a": { "x": 1, "y": 2 }, "b": 3 }, "command": { "resume": 4, "goto": 5 },
    });
    let command = json!({ "resume": 4 });
    for (listed, kept) in [
        (json!([]), json!({})),
        (json!(["theme"]), json!({ "theme": 1 })),
        (json!(["theme*"]), json!({ "theme": 1, "theme_dark": 2 })),
        (
            json!(["*"]),
            json!({ "theme": 1, "theme_dark": 2, "user_id": "alice", "app": { "a": { "x": 1, "y": 2 }, "b": 3 } }),
        ),
        (
            json!(["th*", "webhook"]),
            json!({ "theme": 1, "theme_dark": 2, "webhook": 3 }),
        ),
        (
            json!(["auth_user", "metadata"]),
            json!({ "metadata": { "a": 5, "b": 6 } }),
        ),
        (json!(["metadata.a"]), json!({ "metadata": { "a": 5 } })),
        (json!(["*.a"]), json!({ "app": { "a": { "x": 1, "y": 2 } } })),
        (json!(["app.a.x"]), json!({ "app": { "a": { "x": 1 } } })),
        (
            json!(["app.a.x", "app.b"]),
            json!({ "app": { "a": { "x": 1 }, "b": 3 } }),
        ),
        (
            json!(["app.a.x", "app"]),
            json!({ "app": { "a": { "x": 1, "y": 2 }, "b": 3 } }),
        ),
        (json!(["app.b.x", "theme.x"]), json!({ "app": {} })),
        (json!(["user_id"]), json!({ "user_id": "alice" })),
        (json!(["command.goto", "command"]), json!({})),
    ] {
        let mut kept = kept;
        kept["command"] = command.clone();
        assert_eq!(properties_of(&listing(&listed), &properties), kept, "{listed}");
    }
}

#[test]
fn config_is_empty_unless_it_is_named() {
    let config = json!({
        "configurable": {
            "model": "m", "thread_id": "x", "threadId": "x", "checkpoint_id": "x", "checkpoint_ns": "x", "assistant_id": "x",
            "graph_id": "x", "run_id": "x", "__pregel_store": "x", "role": "x",
            "langgraph_auth_user": "x", "langgraph_auth_user_id": "x", "langgraph_auth_permissions": [], "auth_user": "x",
            "copilotkit_auth": "x", "copilotkit_forwarded_headers": {}, "headers": {}, "authorization": "x",
        },
        "recursion_limit": 9, "recursionLimit": 9, "tags": ["t"], "metadata": { "x": 1 }, "run_name": "x", "callbacks": [],
    });
    let harmless = json!({
        "config": {
            "configurable": { "model": "m" }, "recursion_limit": 9, "recursionLimit": 9, "tags": ["t"],
        }
    });
    for name in ["config", "CONFIG", "Con_fig"] {
        let sent = |listed: &Value| properties_of(&listing(listed), &json!({ name: config }));
        assert_eq!(sent(&json!([])), json!({}));
        assert_eq!(sent(&json!(["*"]))[name], harmless["config"], "{name}");
    }
    for (listed, kept) in [
        (json!(["config.tags"]), json!({ "config": { "tags": ["t"] } })),
        (
            json!(["config.configurable.model"]),
            json!({ "config": { "configurable": { "model": "m" } } }),
        ),
        (
            json!(["config.configurable.*"]),
            json!({ "config": { "configurable": { "model": "m" } } }),
        ),
        (json!(["config.*"]), harmless.clone()),
        (
            json!(["config.configurable.auth_user"]),
            json!({ "config": { "configurable": {} } }),
        ),
        (
            json!(["config.configurable.thread_id", "config.metadata"]),
            json!({ "config": { "configurable": { "thread_id": "x" }, "metadata": { "x": 1 } } }),
        ),
    ] {
        assert_eq!(
            properties_of(&listing(&listed), &json!({ "config": config })),
            kept,
            "{listed}"
        );
    }
    let whole = properties_of(&listing(&json!(["config"])), &json!({ "config": config }))["config"].clone();
    assert_eq!(whole["metadata"], json!({ "x": 1 }), "named in full, it goes on whole");
    assert_eq!(whole["configurable"]["thread_id"], "x");
    for identity in [
        "langgraph_auth_user",
        "langgraph_auth_user_id",
        "auth_user",
        "copilotkit_auth",
        "copilotkit_forwarded_headers",
        "headers",
        "authorization",
    ] {
        assert!(whole["configurable"].get(identity).is_none(), "{identity} never does");
    }
}

#[test]
fn a_command_resumes_a_run_and_does_not_redirect_it() {
    let command = json!({
        "resume": { "goto": "kept" }, "interruptEvent": 1, "goto": "tools", "GOTO": "tools", "graph": "x", "Resume": 1,
        "update": { "auth_user": { "role": "root" } }, "another": 1,
    });
    let kept = json!({ "resume": { "goto": "kept" }, "interruptEvent": 1 });
    for listed in [
        json!([]),
        json!(["command"]),
        json!(["*"]),
        json!(["command.*", "command.goto"]),
    ] {
        assert_eq!(
            properties_of(&listing(&listed), &json!({ "command": command }))["command"],
            kept,
            "{listed}"
        );
    }
    let twin = properties_of(&listing(&json!(["Command"])), &json!({ "Command": command }));
    assert_eq!(twin, json!({ "Command": kept }));
}

#[test]
fn crewai_is_not_steered_but_by_a_path() {
    for name in ["crewai", "crewAI", "crew_ai"] {
        let sent = json!({ name: { "checkpointId": 1, "restore_from": 2, "inputs": { "restore_from": 3 } } });
        for listed in [json!(["*"]), json!([name])] {
            let kept = properties_of(&listing(&listed), &sent);
            assert_eq!(kept, json!({ name: { "inputs": { "restore_from": 3 } } }), "{listed}");
        }
        let path = listing(&json!([format!("{name}.restore_from")]));
        assert_eq!(properties_of(&path, &sent), json!({ name: { "restore_from": 2 } }));
    }
}

#[test]
fn no_stream_mode_reveals_what_a_run_is_configured_with() {
    let spellings = ["streamMode", "stream_mode", "StreamMode", "STREAM-MODE"];
    for name in spellings {
        let sent = json!({ name: ["values"], "toolChoice": 1 });
        assert_eq!(
            properties_of(&Settings::usual(), &sent),
            json!({ "toolChoice": 1 }),
            "{name}"
        );
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
    assert_eq!(sent(&named, escaped), r#"{"forwardedProps":{"streamMode":["events"]}}"#);
}

#[test]
fn what_was_taken_out_is_named() {
    let named = |listed: Value, properties: Value| dropped(&listing(&listed), &json!({ "forwardedProps": properties }));
    assert_eq!(named(json!([]), of_the_clients()), [""; 0]);
    assert_eq!(
        named(json!([]), json!({ "theme": 1, "Auth_User": 2 })),
        ["forwardedProps.Auth_User", "forwardedProps.theme"]
    );
    assert_eq!(
        named(
            json!(["config.configurable.a", "streamMode"]),
            json!({
                "config": { "configurable": { "a": 1, "b": 2 }, "tags": [] }, "streamMode": ["debug", "values", "debug"],
                "command": { "goto": 1 },
            })
        ),
        [
            "forwardedProps.command.goto",
            "forwardedProps.config.tags",
            "forwardedProps.config.configurable.b",
            "forwardedProps.streamMode.debug",
        ]
    );
    let many: Value = (0..20)
        .map(|n| (format!("p{n:02}"), json!(n)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(named(json!([]), many).len(), 8);
    let long = named(json!([]), json!({ "x".repeat(500): 1, "é\n,".repeat(40): 2 }));
    assert!(
        long.iter().all(|name| name.len() < 80 && name.ends_with('…')),
        "{long:?}"
    );
}

#[test]
fn the_token_of_the_properties_is_not_called_dropped_where_the_gate_takes_it() {
    let properties = json!({ "forwardedProps": { "authorization": "Bearer x" } });
    let taking = Settings::usual().with("TOKEN_PROPERTY", json!(true));
    assert_eq!(dropped(&taking, &properties), [""; 0]);
    assert_eq!(
        dropped(&Settings::usual(), &properties),
        ["forwardedProps.authorization"]
    );
}

#[test]
fn the_names_are_the_value_of_a_field() {
    let world = World::new(&Settings::usual());
    let value = |input: &Value| ask(&world, &input.to_string()).forwarded().answer.dropped.field_value();
    assert_eq!(value(&json!({})), None);
    let settings = Settings::usual().with("ALLOWED_ORIGINS", json!(["https://app.example"]));
    let asked = ask(&World::new(&settings), r#"{"forwardedProps":{"theme":1}}"#);
    let head = AnswerHead {
        status: 200,
        fields: FieldList::default(),
    };
    let changes = world
        .gate
        .answer_changes(&head, false, &asked.forwarded().answer, "r")
        .unwrap();
    let field = ("x-gate-dropped".to_owned(), "forwardedProps.theme".to_owned());
    assert!(changed(&[], &changes).contains(&field));
    let names = json!({ "forwardedProps": { "theme": 1, "a,b\r\nx-user-id: root": 2, "é%": 3 } });
    assert_eq!(
        value(&names).unwrap(),
        "forwardedProps.a%2Cb%0D%0Ax-user-id:%20root, forwardedProps.theme, forwardedProps.%C3%A9%25"
    );
}

#[test]
fn a_list_that_is_none_or_has_an_empty_step_is_a_misconfiguration() {
    for list in [
        json!("*"),
        json!([""]),
        json!([7]),
        json!({}),
        json!(["a..b"]),
        json!([".a"]),
        json!(["a."]),
    ] {
        let fault = Config::parse(&listing(&list)).err().unwrap();
        assert_eq!(fault.setting, "PROPERTIES", "{list}");
        assert!(!fault.remedy.is_empty());
    }
}
