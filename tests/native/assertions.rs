//! Assertions: what they say, by which key, and which keys are none.

use crate::support::keys::{TestKey, base64url, from_base64url};
use crate::support::platform::NOW;
use crate::support::request::Request;
use crate::support::settings::{ISSUER, ORIGIN_URL, Settings};
use crate::support::verifier::verify_token;
use crate::support::world::{REQUEST_ID, World, claims, claims_with};
use copilotkit_gate::auth::keys::Jwk;
use copilotkit_gate::outbound::assertion::AssertionKeys;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// RFC 7515 appendix A.3.
fn es256() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    })
}

/// RFC 8037 appendix A.1, and its thumbprint by A.3.
fn ed25519() -> Value {
    json!({
        "kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    })
}

const ED25519_THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

/// RFC 7638 section 3, by hand.
fn es256_thumbprint() -> String {
    let key = es256();
    let text = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, key["x"], key["y"]);
    base64url(&Sha256::digest(text))
}

fn world(key: &Value) -> World {
    World::new(&Settings::usual().with("ASSERTION_KEY", json!(key.to_string())))
}

fn run() -> Request {
    let token = TestKey::es256().token(&claims());
    Request::new("POST", "/agent/a/run")
        .bearer(&token)
        .json(r#"{"threadId":"t"}"#)
}

fn assertion(world: &World, request: &Request) -> String {
    let answer = world.ask(request);
    let sent = World::sent(answer.forwarded(), request);
    let values = World::values(&sent, "x-gate-assertion");
    assert_eq!(values.len(), 1);
    values[0].to_owned()
}

fn part(token: &str, index: usize) -> Value {
    serde_json::from_slice(&from_base64url(token.split('.').nth(index).unwrap())).unwrap()
}

/// The key set that the gate publishes.
fn published(world: &World) -> Vec<Value> {
    let text = world.ask(&Request::new("GET", "/.gate/jwks.json")).text();
    let set: Value = serde_json::from_str(&text).unwrap();
    set["keys"].as_array().unwrap().clone()
}

#[test]
fn an_assertion_is_signed_by_the_key_that_its_header_names() {
    for (key, alg, kid) in [
        (es256(), "ES256", es256_thumbprint()),
        (ed25519(), "EdDSA", ED25519_THUMBPRINT.to_owned()),
    ] {
        let world = world(&key);
        let token = assertion(&world, &run());
        assert_eq!(part(&token, 0), json!({ "alg": alg, "kid": kid, "typ": "JWT" }));
        let mut expected = key.clone();
        expected.as_object_mut().unwrap().remove("d");
        for (name, value) in [("kid", kid.as_str()), ("alg", alg), ("use", "sig")] {
            expected[name] = json!(value);
        }
        assert_eq!(published(&world), [expected.clone()], "and nothing of the private half");
        let jwk = Jwk::parse(expected.to_string().as_bytes()).unwrap();
        assert!(verify_token(&token, &jwk).is_ok(), "{alg}");
    }
}

#[test]
fn an_assertion_says_who_asks_for_what_and_when() {
    let mut said = part(&assertion(&world(&es256()), &run()), 1);
    assert!(said["jti"].as_str().unwrap().starts_with("unique-"));
    said.as_object_mut().unwrap().remove("jti");
    assert_eq!(
        said,
        json!({
            "iss": "https://app.example.com/api/copilotkit", "aud": ORIGIN_URL, "sub": "alice", "src_iss": ISSUER,
            "operation": "agent/run", "agent": "a", "thread": "t", "htm": "POST", "htu": format!("{ORIGIN_URL}/agent/a/run"),
            "req": REQUEST_ID, "iat": NOW - 10, "exp": NOW + 50, "role": "admin", "permissions": ["read", "write"],
        })
    );
}

/// Of claim paths that end in the same step, the first header's keeps that name and the others have their headers': no claim
/// replaces another, and none what the gate says itself.
#[test]
fn claims_that_end_in_the_same_step_are_all_asserted() {
    let roles = json!({
        "realm_access": { "roles": ["admin"] }, "resource_access": { "app": { "roles": ["runs"] } },
        "a": { "x-third": "last step", "operation": "forged" }, "role": "writer",
    });
    let token = TestKey::es256().token(&claims_with(&roles));
    let asserted = |identity: Value| {
        let settings = Settings::usual().with("ASSERTION_KEY", json!(es256().to_string()));
        let world = World::new(&settings.with("IDENTITY", identity));
        part(&assertion(&world, &Request::new("GET", "/info").bearer(&token)), 1)
    };
    let said = asserted(json!({
        "x-user-id": "sub", "x-user-role": "realm_access.roles", "X-User-App": "/resource_access/app/roles",
    }));
    let expected = (&json!(["runs"]), &json!(["admin"]), &Value::Null);
    assert_eq!((&said["roles"], &said["x-user-role"], &said["x-user-app"]), expected);
    let said = asserted(json!({ "x-first": "role", "x-second": "role", "x-user-id": "sub" }));
    assert_eq!(said["role"], "writer");
    assert_eq!(
        (&said["x-first"], &said["x-second"]),
        (&Value::Null, &Value::Null),
        "one claim has one name"
    );
    let said = asserted(
        json!({ "x-first": "a.x-third", "x-second": "realm_access.roles", "x-third": "resource_access.app.roles" }),
    );
    let expected = (&json!("last step"), &json!(["admin"]), &json!(["runs"]));
    assert_eq!((&said["x-first"], &said["roles"], &said["x-third"]), expected);
    let said = asserted(
        json!({ "x-user-id": "sub", "operation": "realm_access.roles", "x-user-role": "/resource_access/app/roles" }),
    );
    assert_eq!(
        (&said["operation"], &said["x-user-role"]),
        (&json!("info"), &json!(["runs"]))
    );
    assert_eq!(said["roles"], json!(["admin"]));
    let said = asserted(
        json!({ "x-user-id": "sub", "x-a": "realm_access.roles", "thread": "resource_access.app.roles", "agent": "a.operation" }),
    );
    assert_eq!(
        (&said["thread"], &said["agent"]),
        (&Value::Null, &Value::Null),
        "the gate's names are the gate's"
    );
}

#[test]
fn without_a_key_nothing_is_asserted() {
    let request = run().field("x-gate-assertion", "forged");
    let world = World::new(&Settings::usual());
    let answer = world.ask(&request);
    let sent = World::sent(answer.forwarded(), &request);
    assert!(World::values(&sent, "x-gate-assertion").is_empty());
}

#[test]
fn while_a_key_is_replaced_both_are_published_and_the_first_signs() {
    let mut next = es256();
    next.as_object_mut().unwrap().remove("d");
    let world = world(&json!({ "keys": [ed25519(), next] }));
    let kids: Vec<Value> = published(&world).iter().map(|key| key["kid"].clone()).collect();
    assert_eq!(kids, [json!(ED25519_THUMBPRINT), json!(es256_thumbprint())]);
    assert_eq!(part(&assertion(&world, &run()), 0)["kid"], ED25519_THUMBPRINT);
}

#[test]
fn what_is_no_key_is_refused() {
    let with = |name: &str, value: Value| {
        let mut key = es256();
        key[name] = value;
        key
    };
    let without = |name: &str| {
        let mut key = es256();
        key.as_object_mut().unwrap().remove(name);
        key
    };
    let long = json!(base64url(&[1; 33]));
    for bad in [
        json!({}),
        json!([es256()]),
        json!({ "keys": [] }),
        json!({ "keys": {} }),
        json!({ "keys": [without("d"), es256()] }),
        json!({ "keys": [es256(), {}] }),
        without("kty"),
        without("crv"),
        without("x"),
        without("y"),
        without("d"),
        with("kty", json!("OKP")),
        with("crv", json!("P-384")),
        with("crv", json!("Ed25519")),
        with("x", long.clone()),
        with("y", long.clone()),
        with("d", long.clone()),
        with("d", json!(base64url(&[1; 31]))),
        with("d", json!("jpsQnnGQmL+YBIffH1136cspYG6+0iY7X1fCE9+E9LI")),
        with("d", json!(7)),
        json!({ "kty": "RSA", "n": long, "e": "AQAB", "d": "AQAB" }),
    ] {
        assert!(AssertionKeys::parse(&bad.to_string()).is_none(), "{bad}");
    }
    assert!(AssertionKeys::parse(&es256().to_string()).is_some());
}
