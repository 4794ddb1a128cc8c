//! An identity provider over time: its keys, tokens that outlive every test, what it may give by mistake, and worlds in
//! which its sets may be used for an hour.

use copilotkit_gate::base::alg::Alg;
use serde_json::json;

use super::keys::{TestKey, base64url, key_set};
use super::platform::NOW;
use super::settings::Settings;
use super::world::{Answer, World, claims_with};

/// A world that has loaded nothing.
pub fn world() -> World {
    World::new(&settings())
}

/// The usual settings with a stale limit of an hour.
pub fn settings() -> Settings {
    Settings::usual().with("JWKS_STALE_LIMIT", json!(3600))
}

/// A world that has just loaded the usual set, at a whole second.
pub fn warm_world() -> World {
    let world = world();
    assert_eq!(world.status(&known()), 200);
    world.platform.set_seconds(NOW);
    world
}

/// The seconds after which a refused caller may come back.
pub fn retry_after(answer: &Answer) -> i64 {
    answer.refused().retry_after().unwrap()
}

/// A token of the usual issuer that does not expire during a test.
pub fn token_of(key: &TestKey) -> String {
    key.token(&claims_with(&json!({ "exp": NOW + 10_000_000, "iat": null })))
}

/// A token of the key that is published.
pub fn known() -> String {
    token_of(&TestKey::es256())
}

/// The key that the provider rotates to.
pub fn next_key() -> TestKey {
    TestKey::new(Alg::ES256, "key-2", 2)
}

/// A token whose `kid` nobody has.
pub fn stray(number: usize) -> String {
    token_of(&TestKey::new(Alg::ES256, &format!("stray-{number}"), 3))
}

/// Documents that are no usable key set.
pub fn garbage() -> Vec<String> {
    let weak_rsa = json!({ "kty": "RSA", "kid": "key-1", "n": base64url(&[0xff; 128]), "e": "AQAB" });
    let mut twice = TestKey::es256().jwk().to_string();
    twice.insert_str(1, r#""kid":"key-1","#);
    vec![
        String::new(),
        "<html>busy</html>".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        r#"{"keys":[]}"#.to_owned(),
        r#"{"keys":{}}"#.to_owned(),
        r#"{"keys":[null,1,"x",[]]}"#.to_owned(),
        json!({ "keys": [{ "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA" }] }).to_string(),
        json!({ "keys": [weak_rsa] }).to_string(),
        json!({ "keys": [{ "kty": "oct", "kid": "key-1", "k": base64url(&[1; 64]) }] }).to_string(),
        format!(r#"{{"keys":[{twice}]}}"#),
        format!(r#"{{"keys":[],"keys":[{}]}}"#, TestKey::es256().jwk()),
        format!("{}{}", key_set(&[&TestKey::es256()]), " ".repeat(512 * 1024)),
        format!("{}x", key_set(&[&TestKey::es256()])),
        format!("[[{}]]", TestKey::es256().jwk()),
        "[".repeat(100_000),
    ]
}
