//! One rule for all places of an agent's input from which some backend takes the caller, and for other spellings.

use crate::support::settings::Settings;
use crate::support::upstream::{ask, dropped, sent, upstream};
use crate::support::world::World;
use serde_json::{Value, json};

/// Every property but those that carry identity goes on.
fn open() -> Settings {
    let open = json!(["*", "config", "configurable", "context", "crewai"]);
    Settings::usual().with("PROPERTIES", open)
}

/// An input with these members in every place.
fn everywhere(members: &Value) -> Value {
    let mut props = members.clone();
    props["config"] = json!({ "configurable": members });
    props["configurable"] = members.clone();
    props["context"] = members.clone();
    json!({ "state": members, "context": members, "forwardedProps": props })
}

#[test]
fn what_carries_identity_is_removed_from_every_place_whatever_its_type() {
    for name in [
        "auth_user",
        "authUser",
        "AUTH-USER",
        "copilotkit_auth",
        "copilotkitForwardedHeaders",
        "langgraph_auth_user",
        "langgraphAuthPermissions",
        "headers",
        "Headers",
        "authorization",
        "AUTHORIZATION",
    ] {
        for value in [
            json!({ "role": "root" }),
            json!("root"),
            json!(["root"]),
            json!(null),
            json!(1),
        ] {
            let lied = upstream(&open(), &everywhere(&json!({ name: value, "kept": { name: 1 } })));
            let honest = upstream(&open(), &everywhere(&json!({ "kept": { name: 1 } })));
            assert_eq!(lied, honest, "{name}: {value}");
        }
        let described = json!({ "context": [
            { "description": name, "value": "root" }, { "value": "root", "description": "kept" },
        ] });
        let kept = json!([{ "value": "root", "description": "kept" }]);
        assert_eq!(upstream(&open(), &described)["context"], kept, "{name}");
    }
}

#[test]
fn the_users_id_is_replaced_in_every_place() {
    for name in ["user_id", "userId", "USER-ID"] {
        for value in [json!("root"), json!({ "id": "root" }), json!(null)] {
            let sent = upstream(&open(), &everywhere(&json!({ name: value })));
            assert_eq!(
                sent,
                upstream(&open(), &everywhere(&json!({ name: "alice" }))),
                "{name}"
            );
            assert_eq!(sent["state"], json!({ name: "alice" }));
        }
        let described = json!({ "context": [{ "description": name, "value": "root", "x": 1 }] });
        let replaced = json!([{ "description": name, "value": "alice", "x": 1 }]);
        assert_eq!(upstream(&open(), &described)["context"], replaced, "{name}");
    }
}

#[test]
fn a_member_of_a_type_that_a_backend_could_read_as_another_is_malformed() {
    let props = |members: Value| json!({ "forwardedProps": members });
    for value in [json!("{\"auth_user\":1}"), json!([{}]), json!(1), json!(true)] {
        let mut inputs = vec![
            json!({ "state": value }),
            json!({ "forwardedProps": value }),
            props(json!({ "config": value })),
            props(json!({ "CONFIG": value })),
            props(json!({ "config": { "configurable": value } })),
            props(json!({ "configurable": value })),
            props(json!({ "command": value })),
            props(json!({ "Command": value })),
        ];
        if value.is_array() {
            inputs.push(json!({ "messages": {} }));
            inputs.push(json!({ "messages": null }));
        } else {
            inputs.push(json!({ "messages": value }));
            inputs.push(json!({ "context": value }));
        }
        for (input, settings) in inputs
            .iter()
            .flat_map(|input| [(input, Settings::usual()), (input, open())])
        {
            let answer = ask(&World::new(&settings), &input.to_string());
            assert_eq!((answer.status(), answer.reason()), (400, "body_member"), "{input}");
            assert!(answer.text().contains("malformed_body") && answer.text().contains("must be objects"));
        }
    }
    let nothing = json!({
        "state": null, "context": null, "forwardedProps": { "config": null, "command": null, "configurable": null },
    });
    assert_eq!(upstream(&open(), &nothing), nothing);
}

#[test]
fn other_spellings_of_ag_uis_members_are_dropped() {
    let members = json!({
        "thread_id": 1, "ThreadId": 1, "run_id": 1, "parent_run_id": 1, "State": {}, "MESSAGES": [], "Tools": [],
        "forwarded_props": { "user_id": "root" }, "ForwardedProps": 1, "Context": [], "re_sume": [],
    });
    let mut input = members.clone();
    input["threadId"] = json!("t");
    input["resume"] = json!([{ "interruptId": "i", "status": "resolved", "payload": { "thread_id": 1 } }]);
    input["another"] = json!({ "thread_id": 1 });
    let sent = upstream(&Settings::usual(), &input);
    let kept = json!({ "threadId": "t", "resume": input["resume"], "another": input["another"] });
    assert_eq!(sent, kept);
    assert_eq!(
        dropped(&Settings::usual(), &json!({ "thread_id": 1, "runId": "r" })),
        ["thread_id"]
    );
}

#[test]
fn a_rules_tools_bound_the_tools_and_actions_of_every_place() {
    let rules = json!([{ "operations": ["agent/*"], "allow": "authenticated", "tools": ["read_*"] }]);
    let settings = open().with("RULES", rules);
    let tools = json!([
        { "name": "read_a" }, { "name": "wipe" }, { "type": "function", "function": { "name": "read_b" } },
        { "type": "function", "function": { "name": "wipe" } }, { "name": "read_c", "function": { "name": "wipe" } },
        { "Name": "read_d" }, "read_e", null, { "name": 1 },
    ]);
    let allowed = json!([{ "name": "read_a" }, { "type": "function", "function": { "name": "read_b" } }]);
    let members = |tools: &Value| {
        json!({
            "tools": tools, "actions": tools, "Actions": tools, "copilotkit": { "actions": tools, "tools": tools },
            "ag-ui": { "tools": tools }, "ag_ui": { "tools": tools }, "kept": { "tools": "x" },
        })
    };
    let mut input = everywhere(&members(&tools));
    input["tools"] = tools.clone();
    let mut expected = everywhere(&members(&allowed));
    expected["tools"] = allowed;
    assert_eq!(upstream(&settings, &input), expected);
    assert_eq!(
        upstream(&open(), &input),
        input,
        "without such a rule nothing is taken out"
    );
    let shapeless = json!({ "state": { "tools": { "wipe": {} }, "actions": "wipe", "copilotkit": { "tools": null } } });
    assert_eq!(
        upstream(&settings, &shapeless),
        json!({ "state": { "copilotkit": { "tools": null } } })
    );
    assert_eq!(
        dropped(
            &settings,
            &json!({ "tools": tools, "state": { "copilotkit": { "actions": tools } } })
        ),
        ["tools", "state.copilotkit.actions"]
    );
}

#[test]
fn tools_that_are_all_allowed_stay_byte_for_byte() {
    let rules = json!([{ "operations": ["agent/*"], "allow": "authenticated", "tools": ["read_*"] }]);
    let body = r#" { "tools" : [ {"name": "re\u0061d_a"} , {"name":"read_b", "x":1.0} ] } "#;
    assert_eq!(sent(&Settings::usual().with("RULES", rules), body), body);
}
