//! What a browser may say in an agent's input, and what the gate says there itself.

use crate::support::keys::TestKey;
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::upstream::{text, upstream};
use crate::support::world::{World, claims, claims_with};
use copilotkit_gate::config::Config;
use copilotkit_gate::outbound::OutboundBody;
use serde_json::{Value, json};

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
        json!({ "auth_user": "root" }),
        json!({ "auth_user": [{ "role": "root" }] }),
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
    let settings = Settings::usual()
        .with("IDENTITY_BODY", table)
        .with("PROPERTIES", json!(["kept"]));
    let lies = json!({ "rank": "x", "Rank": "x", "who": { "role": "x" }, "tenant": "x", "both": "x", "kept": 1 });
    let sent = upstream(&settings, &json!({ "state": lies, "forwardedProps": lies }));
    assert_eq!(sent["state"], json!({ "who": { "role": "admin" }, "kept": 1 }));
    assert_eq!(sent["forwardedProps"], json!({ "kept": 1, "both": "admin" }));
}

#[test]
fn nothing_is_left_in_the_way_to_a_claim_that_is_absent() {
    let table = json!({ "/state/who/team/name": "team", "/forwardedProps/config/configurable/team": "team" });
    let settings = Settings::usual()
        .with("IDENTITY_BODY", table)
        .with("PROPERTIES", json!(["config"]));
    for (state, kept) in [
        (json!({ "who": "root" }), json!({})),
        (json!({ "who": [{ "team": { "name": "root" } }] }), json!({})),
        (
            json!({ "who": { "team": "{\"name\":\"root\"}", "kept": 1 } }),
            json!({ "who": { "kept": 1 } }),
        ),
        (
            json!({ "who": { "team": { "name": ["root"], "kept": 1 } } }),
            json!({ "who": { "team": { "kept": 1 } } }),
        ),
        (json!({ "WHO": 1, "who": { "Team": 1 } }), json!({ "who": {} })),
        (json!(null), json!(null)),
    ] {
        let props = json!({ "config": { "configurable": { "team": "root", "TEAM": "root", "kept": 1 } } });
        let sent = upstream(&settings, &json!({ "state": state, "forwardedProps": props }));
        assert_eq!(sent["state"], kept, "{state}");
        assert_eq!(
            sent["forwardedProps"],
            json!({ "config": { "configurable": { "kept": 1 } } }),
            "{state}"
        );
    }
}

#[test]
fn a_name_of_a_verified_value_is_removed_from_every_other_place() {
    let team = json!({ "team": "root", "Team": ["root"], "kept": 1 });
    let input = json!({
        "state": team, "context": team,
        "forwardedProps": { "team": 1, "configurable": team, "context": team, "config": { "configurable": team, "team": 1 } },
    });
    let kept = json!({ "kept": 1 });
    let open = Settings::usual().with("PROPERTIES", json!(["team", "configurable", "context", "config"]));
    let places = [
        "/state/team",
        "/context/team",
        "/forwardedProps/team",
        "/forwardedProps/configurable/team",
        "/forwardedProps/context/team",
        "/forwardedProps/config/configurable/team",
    ];
    for (pointer, claim) in [
        ("/state/team", "role"),
        ("/forwardedProps/team", "role"),
        ("/forwardedProps/config/configurable/team", "role"),
        ("/state/team", "absent"),
        ("/forwardedProps/config/configurable/team", "absent"),
    ] {
        let sent = upstream(&open.clone().with("IDENTITY_BODY", json!({ pointer: claim })), &input);
        for place in places {
            let expected = (place == pointer && claim == "role").then(|| json!("admin"));
            assert_eq!(sent.pointer(place), expected.as_ref(), "{place} for {pointer}");
        }
        assert!(!sent.to_string().contains("root"), "{sent}");
        assert_eq!(sent["context"], kept);
    }
    let described =
        json!({ "context": [{ "description": "Team", "value": "root" }, { "description": "x", "value": "y" }] });
    let settings = open.with("IDENTITY_BODY", json!({ "/state/team": "role" }));
    assert_eq!(
        upstream(&settings, &described)["context"],
        json!([{ "description": "x", "value": "y" }])
    );
}

/// As the claim has it, and not as a header would.
#[test]
fn the_users_id_is_written_as_identity_body_writes_it() {
    for (settings, member, raw) in [
        (Settings::usual(), json!({ "sub": "Zoë, 100%20" }), json!("Zoë, 100%20")),
        (
            Settings::usual().with("IDENTITY", json!({ "x-user-id": "uid" })),
            json!({ "uid": 7 }),
            json!(7),
        ),
        (
            Settings::usual().with("IDENTITY", json!({ "x-user-id": "uid" })),
            json!({ "uid": "" }),
            json!("alice"),
        ),
    ] {
        let settings = settings.with("IDENTITY_BODY", json!({ "/state/who": "sub" }));
        let world = World::new(&settings);
        let token = TestKey::es256().token(&claims_with(&member));
        let request = Request::new("POST", "/agent/a/run")
            .bearer(&token)
            .json(r#"{"state":{"user_id":"x"}}"#);
        let sent: Value = serde_json::from_str(&text(&world.ask(&request))).unwrap();
        assert_eq!(sent["state"]["user_id"], raw);
    }
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
        (json!({ "/state/users/0/id": "sub" }), "IDENTITY_BODY./state/users/0/id"),
        (json!({ "/state/users/-": "sub" }), "IDENTITY_BODY./state/users/-"),
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
