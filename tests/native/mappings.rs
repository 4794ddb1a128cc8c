//! Mappings of claims: the part that is taken, the values that count, and shapes from which nothing can be taken.

use crate::support::keys::{TestKey, from_base64url};
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims, claims_with, info};
use copilotkit_gate::config::Config;
use serde_json::{Value, json};

const ZITADEL: &str = "urn:zitadel:iam:org:project:roles";

fn settings(mapping: &Value) -> Settings {
    Settings::usual().with("IDENTITY", json!({ "x-user-id": "sub", "x-user-roles": mapping }))
}

/// What the upstream gets as `x-user-roles`; `Err` has the reason of a refusal.
fn roles(mapping: &Value, claims: &Value) -> Result<Option<String>, String> {
    let world = World::new(&settings(mapping));
    let request = info(&TestKey::es256().token(&claims_with(claims)));
    let answer = world.ask(&request);
    if answer.status() != 200 {
        return Err(answer.reason().to_owned());
    }
    let sent = World::sent(answer.forwarded(), &request);
    Ok(World::values(&sent, "x-user-roles")
        .first()
        .map(|value| (*value).to_owned()))
}

fn assert_rows(mapping: &Value, rows: &[(Value, Result<Option<&str>, &str>)]) {
    for (claim, expected) in rows {
        let found = roles(mapping, &json!({ "r": claim }));
        let found = found.as_ref().map(Option::as_deref).map_err(String::as_str);
        assert_eq!(found, *expected, "{claim} by {mapping}");
    }
}

const WRONG: Result<Option<&str>, &str> = Err("identity_claim_type");

#[test]
fn keys_are_the_member_names_of_an_object() {
    assert_rows(
        &json!({ "claim": "r", "take": "keys" }),
        &[
            (
                json!({ "admin": { "1": "a.example" }, "user": {} }),
                Ok(Some("admin,user")),
            ),
            (json!({}), Ok(None)),
            (json!(null), Ok(None)),
            (json!(["admin"]), WRONG),
            (json!("admin"), WRONG),
            (json!(1), WRONG),
        ],
    );
    let found = roles(
        &json!({ "claim": ZITADEL, "take": "keys" }),
        &json!({ ZITADEL: { "admin": {} } }),
    );
    assert_eq!(found, Ok(Some("admin".to_owned())));
}

/// SCIM's `{"value": …}` (RFC 9068 section 2.2.3.1) and Casdoor's roles.
#[test]
fn a_pointer_takes_a_member_of_each_item() {
    assert_rows(
        &json!({ "claim": "r", "take": "/value" }),
        &[
            (json!([{ "value": "a" }, { "value": "b" }]), Ok(Some("a,b"))),
            (
                json!([{ "value": "a" }, { "other": "b" }, { "value": null }]),
                Ok(Some("a")),
            ),
            (json!([]), Ok(None)),
            (json!(["a"]), WRONG),
            (json!([{ "value": "a" }, "b"]), WRONG),
            (json!([{ "value": {} }]), WRONG),
            (json!([{ "value": ["a"] }]), WRONG),
            (json!("a"), WRONG),
        ],
    );
    assert_rows(
        &json!({ "claim": "r", "take": "/role/name" }),
        &[(json!([{ "role": { "name": "a" } }]), Ok(Some("a")))],
    );
}

#[test]
fn only_values_that_match_count() {
    assert_rows(
        &json!({ "claim": "r", "only": ["agent-*", "admin"] }),
        &[
            (
                json!(["agent-a", "x", "admin", 1, "Agent-b"]),
                Ok(Some("agent-a,admin")),
            ),
            (json!("agent-a"), Ok(Some("agent-a"))),
            (json!("x"), Ok(None)),
            (json!(["x"]), Ok(None)),
            (json!([]), Ok(None)),
        ],
    );
    assert_rows(
        &json!({ "claim": "r", "take": "keys", "only": "a*" }),
        &[(json!({ "ab": 1, "b": 1 }), Ok(Some("ab")))],
    );
}

#[test]
fn a_wrong_shape_costs_a_header_by_default_and_the_token_under_a_mapping_of_ones_own() {
    for shape in [json!({ "a": 1 }), json!([["a"]]), json!([null])] {
        let request = info(&TestKey::es256().token(&claims_with(&json!({ "role": shape }))));
        let answer = World::new(&Settings::usual()).ask(&request);
        let sent = World::sent(answer.forwarded(), &request);
        assert_eq!(World::values(&sent, "x-user-role"), [""; 0], "{shape}");
        assert_eq!(World::values(&sent, "x-user-id"), ["alice"], "{shape}");
        assert_eq!(
            roles(&json!("role"), &json!({ "role": shape })),
            Err("identity_claim_type".to_owned())
        );
    }
    // What identifies must be exact under either.
    for number in [json!(1.5), json!(1_u64 << 53)] {
        let token = TestKey::es256().token(&claims_with(&json!({ "role": number })));
        assert_eq!(
            World::new(&Settings::usual()).ask_info(&token).reason(),
            "identity_claim_type",
            "{number}"
        );
        assert_eq!(
            roles(&json!("role"), &json!({ "role": number })),
            Err("identity_claim_type".to_owned())
        );
    }
}

/// A rule that needs a role of the wrong shape does not find it.
#[test]
fn a_rule_fails_closed_on_a_wrong_shape() {
    let settings = Settings::usual().with(
        "RULES",
        json!([{ "operations": ["info"], "require": { "roles": ["admin"] } }]),
    );
    for (role, status) in [
        (json!("admin"), 200),
        (json!({ "admin": true }), 403),
        (json!([["admin"]]), 403),
    ] {
        let token = TestKey::es256().token(&claims_with(&json!({ "role": role })));
        assert_eq!(World::new(&settings).status(&token), status, "{role}");
    }
}

#[test]
fn a_table_in_require_claims_needs_a_value_that_is_left() {
    let rule = |claims: Value| {
        let rules = json!([{ "operations": ["info"], "require": { "claims": claims } }]);
        Settings::usual().with("RULES", rules)
    };
    let status =
        |claims: Value, token: Value| World::new(&rule(claims)).status(&TestKey::es256().token(&claims_with(&token)));
    let own = json!({ ZITADEL: { "take": "keys", "only": ["agent-*"] } });
    assert_eq!(status(own.clone(), json!({ ZITADEL: { "agent-a": {}, "x": {} } })), 200);
    for roles in [
        json!({ "x": {} }),
        json!({}),
        json!(["agent-a"]),
        json!("agent-a"),
        json!(null),
    ] {
        assert_eq!(status(own.clone(), json!({ ZITADEL: roles })), 403, "{roles}");
    }
    let named = json!({ "any": { "claim": "groups", "take": "/value", "only": ["g*"] } });
    assert_eq!(status(named.clone(), json!({ "groups": [{ "value": "g1" }] })), 200);
    assert_eq!(
        status(named, json!({ "groups": [{ "value": "h1" }], "any": "g1" })),
        403
    );
    // An empty list has no value that is left.
    let whole = json!({ "r": { "take": "/value" } });
    assert_eq!(status(whole.clone(), json!({ "r": [{ "value": "a" }] })), 200);
    for empty in [json!([]), json!([{}]), json!([{ "value": null }])] {
        assert_eq!(status(whole.clone(), json!({ "r": empty })), 403, "{empty}");
    }
    assert_eq!(status(json!({ "r": { "take": "keys" } }), json!({ "r": {} })), 403);
    for (value, expected) in [
        (json!("a"), 200),
        (json!(1), 200),
        (json!(["a"]), 200),
        (json!(""), 403),
        (json!([]), 403),
        (json!({}), 403),
        (json!([{}]), 403),
    ] {
        assert_eq!(status(json!({ "r": {} }), json!({ "r": value })), expected, "{value}");
    }
}

fn asserted(mapping: &Value, claims: &Value) -> Value {
    let key = json!({
        "kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    let world = World::new(&settings(mapping).with("ASSERTION_KEY", json!(key.to_string())));
    let token = TestKey::es256().token(&claims_with(claims));
    let request = Request::new("GET", "/info").bearer(&token);
    let answer = world.ask(&request);
    let sent = World::sent(answer.forwarded(), &request);
    let assertion = World::values(&sent, "x-gate-assertion")[0].to_owned();
    let payload = assertion.split('.').nth(1).unwrap();
    serde_json::from_slice(&from_base64url(payload)).unwrap()
}

/// Node and uvicorn refuse heads of a request that are too long.
#[test]
fn an_assertion_repeats_no_list_above_eight_kib_unless_it_is_asked_to() {
    let list = |length: usize| json!({ "groups": vec!["x".repeat(99); length] });
    let plain = json!({ "claim": "groups" });
    assert!(
        asserted(&plain, &list(80)).get("groups").is_some(),
        "8000 bytes and a little"
    );
    let long = asserted(&plain, &list(90));
    assert_eq!((long.get("groups"), &long["sub"]), (None, &json!("alice")));
    let wanted = asserted(&json!({ "claim": "groups", "assert": true }), &list(90));
    assert_eq!(wanted["groups"].as_array().map(Vec::len), Some(90));
}

#[test]
fn each_wrong_mapping_names_itself() {
    for (mapping, member) in [
        (json!({ "take": "keys" }), "IDENTITY.x-user-roles.claim"),
        (json!({ "claim": "" }), "IDENTITY.x-user-roles.claim"),
        (json!({ "claim": "r", "take": "values" }), "IDENTITY.x-user-roles.take"),
        (json!({ "claim": "r", "take": "/" }), "IDENTITY.x-user-roles.take"),
        (json!({ "claim": "r", "only": [] }), "IDENTITY.x-user-roles.only"),
        (json!({ "claim": "r", "only": 1 }), "IDENTITY.x-user-roles.only"),
        (json!({ "claim": "r", "assert": "yes" }), "IDENTITY.x-user-roles.assert"),
        (json!({ "claim": "r", "keys": true }), "IDENTITY.x-user-roles"),
        (json!(1), "IDENTITY.x-user-roles"),
    ] {
        let fault = format!("{:?}", Config::parse(&settings(&mapping)).err().unwrap());
        assert!(fault.contains(member), "{mapping}: {fault}");
    }
}

#[test]
fn a_header_that_is_left_out_is_told_once() {
    let world = World::new(&Settings::usual());
    let tell = |role: Value| {
        let mut claims = claims();
        claims["role"] = role;
        world.ask_info(&TestKey::es256().token(&claims)).status()
    };
    assert_eq!(tell(json!("admin")), 200);
    assert!(world.platform.notices.borrow().is_empty());
    for _ in 0..2 {
        assert_eq!(tell(json!({ "admin": true })), 200);
    }
    let notices = world.platform.notices.borrow();
    let [notice] = &notices[..] else { panic!("{notices:?}") };
    assert_eq!(notice.setting, "IDENTITY");
    assert!(
        notice.fault.contains("x-user-role") && !notice.fault.contains("x-user-id"),
        "{notice:?}"
    );
}

#[test]
fn what_the_gate_adds_is_counted_and_told_once() {
    let world = World::new(&Settings::usual());
    let ask = |bytes: usize| {
        let mut claims = claims();
        claims["permissions"] = Value::from(vec!["p".repeat(15); bytes / 16]);
        let request = info(&TestKey::es256().token(&claims)).field("x-large", &"x".repeat(9000));
        assert_eq!(world.ask(&request).status(), 200);
    };
    ask(7 * 1024);
    assert!(world.platform.notices.borrow().is_empty());
    let long = TestKey::es256().token(&claims_with(&json!({ "other": "x".repeat(9000) })));
    let cookies = World::new(&Settings::usual().with("TOKEN_COOKIE", json!("session")));
    let request = Request::new("GET", "/info").field("cookie", &format!("session={long}"));
    assert_eq!(cookies.ask(&request).status(), 200);
    assert!(
        cookies.platform.notices.borrow().is_empty(),
        "the token is the client's own"
    );
    for _ in 0..2 {
        ask(8 * 1024);
    }
    let notices = world.platform.notices.borrow();
    let [notice] = &notices[..] else { panic!("{notices:?}") };
    // The name of the header, and 512 items with commas between them.
    assert!(notice.fault.ends_with("x-user-permissions alone by 8209"), "{notice:?}");
}
