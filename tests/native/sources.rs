//! Where keys come from: key sets, discovery, secrets; and that nothing bad from any of them replaces a good set.

use crate::support::keys::{TestKey, base64url, key_set};
use crate::support::platform::NOW;
use crate::support::provider::{garbage, known, next_key, token_of};
use crate::support::settings::{ISSUER, JWKS_URI, Settings};
use crate::support::world::{World, claims_with};
use copilotkit_gate::auth::keys::{Jwk, JwkFault, KeySet, SetFault, SourceFault};
use copilotkit_gate::base::alg::Alg;
use copilotkit_gate::wire::fault::TokenFault;
use serde_json::{Value, json};

const DISCOVERY: &str = "https://idp.example.com/.well-known/openid-configuration";

fn warm_world(settings: &Settings) -> World {
    let world = World::new(settings);
    assert_eq!(world.status(&known()), 200);
    world.platform.set_seconds(NOW);
    world
}

#[test]
fn garbage_never_replaces_a_good_set_in_memory_or_in_the_store() {
    let settings = Settings::usual();
    let failures = [
        SourceFault::Unreachable,
        SourceFault::TimedOut,
        SourceFault::Status(302),
        SourceFault::Status(404),
    ];
    for forced in [true, false] {
        let scripts = garbage().into_iter().map(Ok).chain(failures.into_iter().map(Err));
        for script in scripts {
            let world = warm_world(&settings);
            let copy = world.platform.store.entries.borrow().clone();
            match &script {
                Ok(body) => world.platform.publish(JWKS_URI, body, None),
                Err(fault) => world.platform.fail(JWKS_URI, *fault),
            }
            let what = format!("{script:.80?}, forced: {forced}");
            if forced {
                assert_eq!(world.ask_info(&token_of(&next_key())).reason(), "unknown_key", "{what}");
            } else {
                world.platform.pass(600);
                assert_eq!(world.status(&known()), 200, "{what}");
                world.background();
            }
            assert_eq!(world.platform.fetch_count(), 2, "{what}: it was asked");
            assert!(world.gate.auth().keys().is_degraded(), "{what}");
            assert_eq!(world.status(&known()), 200, "{what}");
            assert_eq!(*world.platform.store.entries.borrow(), copy, "{what}");
            let log = world.platform.log.borrow();
            assert!(
                log.last().is_some_and(|line| line.contains("refresh_failed")),
                "{what}: {log:?}"
            );
            drop(log);
            assert_eq!(
                world.restarted(&settings).status(&known()),
                200,
                "{what}: another isolate, from the copy"
            );
        }
    }
}

#[test]
fn an_odd_key_costs_only_itself() {
    let good = TestKey::es256().jwk();
    let variant = |members: Value| {
        let mut key = good.clone();
        for (name, value) in members.as_object().unwrap() {
            key[name] = value.clone();
        }
        key
    };
    let rows = [
        (variant(json!({ "use": "enc" })), JwkFault::NotForVerifying),
        (variant(json!({ "key_ops": ["sign"] })), JwkFault::NotForVerifying),
        (variant(json!({ "key_ops": "verify" })), JwkFault::Malformed),
        (variant(json!({ "key_ops": ["verify", "verify"] })), JwkFault::Malformed),
        (variant(json!({ "key_ops": ["verify", 1] })), JwkFault::Malformed),
        (variant(json!({ "use": 1 })), JwkFault::Malformed),
        (variant(json!({ "kid": 1 })), JwkFault::Malformed),
        (variant(json!({ "alg": "ES384" })), JwkFault::Unsupported),
        (variant(json!({ "alg": "HS256" })), JwkFault::Unsupported),
        (variant(json!({ "alg": "RSA-OAEP" })), JwkFault::Unsupported),
        (
            variant(json!({ "crv": "P-384", "alg": null, "x": base64url(&[1; 49]) })),
            JwkFault::Malformed,
        ),
        (variant(json!({ "crv": "P-384" })), JwkFault::Unsupported),
        (variant(json!({ "crv": "secp256k1" })), JwkFault::Unsupported),
        (variant(json!({ "kty": "ec" })), JwkFault::Unsupported),
        (variant(json!({ "kty": "OKP" })), JwkFault::Unsupported),
        (
            variant(json!({ "x": format!("{}==", good["x"].as_str().unwrap()) })),
            JwkFault::Malformed,
        ),
        (variant(json!({ "x": "" })), JwkFault::Malformed),
        (variant(json!({ "x": base64url(&[1; 33]) })), JwkFault::Malformed),
        (variant(json!({ "d": base64url(&[1; 32]) })), JwkFault::Private),
        (
            json!({ "kty": "OKP", "crv": "Ed448", "x": base64url(&[1; 57]) }),
            JwkFault::Unsupported,
        ),
        (
            json!({ "kty": "OKP", "crv": "X25519", "x": base64url(&[1; 32]) }),
            JwkFault::Unsupported,
        ),
        (
            json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(&[1; 31]) }),
            JwkFault::Malformed,
        ),
        (
            json!({ "kty": "RSA", "n": base64url(&[0xff; 255]), "e": "AQAB" }),
            JwkFault::Weak,
        ),
        (
            json!({ "kty": "RSA", "n": base64url(&[[0x7f].as_slice(), &[0xff; 255]].concat()), "e": "AQAB" }),
            JwkFault::Weak,
        ),
        (
            json!({ "kty": "RSA", "n": base64url(&[0xff; 1025]), "e": "AQAB" }),
            JwkFault::Weak,
        ),
        (
            json!({ "kty": "RSA", "n": base64url(&[0xfe; 256]), "e": "AQAB" }),
            JwkFault::Weak,
        ),
        (
            json!({ "kty": "RSA", "n": base64url(&[0xff; 256]), "e": "AQ" }),
            JwkFault::Weak,
        ),
        (
            json!({ "kty": "RSA", "n": base64url(&[0xff; 256]), "e": "BA" }),
            JwkFault::Weak,
        ),
        (json!({ "kty": "RSA", "n": "", "e": "AQAB" }), JwkFault::Weak),
        (
            json!({ "kty": "RSA", "n": base64url(&[0xff; 256]) }),
            JwkFault::Malformed,
        ),
    ];
    for (key, fault) in rows {
        assert_eq!(Jwk::parse(key.to_string().as_bytes()).err(), Some(fault), "{key:.200}");
        let set = KeySet::parse(json!({ "keys": [key, good] }).to_string().as_bytes()).unwrap();
        assert!(set.select(ISSUER, Some("key-1"), Alg::ES256).is_ok(), "{key:.200}");
        let alone = KeySet::parse(json!({ "keys": [key] }).to_string().as_bytes()).err();
        assert_eq!(alone, Some(SetFault::NothingUsable));
    }
    let twice = good.to_string().replacen('{', r#"{"\u006bty":"EC","#, 1);
    assert_eq!(Jwk::parse(twice.as_bytes()).err(), Some(JwkFault::Malformed));
    for fine in [
        json!({ "key_ops": ["verify"] }),
        json!({ "key_ops": ["sign", "verify"] }),
        json!({ "x5c": ["AA"], "y2": 1 }),
        json!({ "key_ops": [], "use": "", "alg": null, "x5c": [], "issuer": "", "d": "", "k": null, "oth": [] }),
        json!({ "x": format!("{}=", good["x"].as_str().unwrap()) }),
        json!({ "x": base64url(&[1; 31]) }),
    ] {
        assert!(Jwk::parse(variant(fine).to_string().as_bytes()).is_ok());
    }
}

#[test]
fn a_key_that_names_its_issuer_speaks_for_no_other() {
    let mut bound = TestKey::es256().jwk();
    bound["issuer"] = json!("https://login.example.com/{tenantid}/v2.0");
    let set = KeySet::parse(json!({ "keys": [bound] }).to_string().as_bytes()).unwrap();
    let select = |iss: &str| set.select(iss, Some("key-1"), Alg::ES256).err();
    assert_eq!(select("https://login.example.com/t1/v2.0"), None);
    assert_eq!(select("https://idp.example.com"), Some(TokenFault::KeyOfAnotherIssuer));
    assert_eq!(
        select("https://login.example.com/t1/t2/v2.0"),
        Some(TokenFault::KeyOfAnotherIssuer)
    );
}

#[test]
fn discovery_must_name_our_issuer_and_a_secure_place() {
    let settings = Settings::of_issuer_with(&json!({ "jwks_uri": null }));
    let document = |issuer: &str, uri: Value| json!({ "issuer": issuer, "jwks_uri": uri }).to_string();
    let rows = [
        (document(ISSUER, json!(JWKS_URI)), 200),
        (document(ISSUER, json!("https://keys.example.net/jwks?p=b2c")), 200),
        (document("https://idp.example.com/", json!(JWKS_URI)), 503),
        (document("https://evil.example.com", json!(JWKS_URI)), 503),
        (document(ISSUER, json!("http://idp.example.com/jwks")), 503),
        (document(ISSUER, json!("file:///etc/keys")), 503),
        (document(ISSUER, json!(null)), 503),
        (json!({ "issuer": ISSUER }).to_string(), 503),
        (
            format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"{JWKS_URI}","issuer":"{ISSUER}"}}"#),
            503,
        ),
        ("[]".to_owned(), 503),
        (
            format!("{}{}", document(ISSUER, json!(JWKS_URI)), " ".repeat(64 * 1024)),
            503,
        ),
    ];
    for (document, status) in rows {
        let world = World::new(&settings);
        world.platform.publish(DISCOVERY, &document, None);
        for uri in ["https://keys.example.net/jwks?p=b2c", "http://idp.example.com/jwks"] {
            world.platform.publish(uri, &key_set(&[&TestKey::es256()]), None);
        }
        assert_eq!(world.status(&known()), status, "{document:.200}");
        assert_eq!(
            world.platform.fetched("http://idp.example.com/jwks"),
            0,
            "an insecure place is never asked"
        );
    }
}

#[test]
fn discovery_is_repeated_once_a_day() {
    let settings = Settings::of_issuer_with(&json!({ "jwks_uri": null }));
    let document = json!({ "issuer": ISSUER, "jwks_uri": JWKS_URI }).to_string();
    let day = 24 * 60 * 60;
    for refreshes in [
        &[(day - 1, 1), (day + 700, 2)][..],
        &[(day, 2), (day + 700, 2), (2 * day - 1, 2), (2 * day + 700, 3)],
    ] {
        let world = World::new(&settings);
        world.platform.publish(DISCOVERY, &document, None);
        for (at, discovered) in [&[(0, 1)], refreshes].concat() {
            world.platform.set_seconds(NOW + at);
            assert_eq!(world.status(&known()), 200);
            world.background();
            assert_eq!(world.platform.fetched(DISCOVERY), discovered, "after {at} s");
        }
        let asked = world.platform.fetched(JWKS_URI);
        assert_eq!(asked, refreshes.len() + 1, "the set is asked for each time");
    }
}

#[test]
fn discovery_is_repeated_after_a_failure() {
    let settings = Settings::of_issuer_with(&json!({ "jwks_uri": null }));
    let world = World::new(&settings);
    let document = |uri: &str| json!({ "issuer": ISSUER, "jwks_uri": uri }).to_string();
    world.platform.publish(DISCOVERY, &document(JWKS_URI), None);
    for _ in 0..10 {
        assert_eq!(world.status(&known()), 200);
        world.platform.pass(700);
        world.background();
    }
    assert_eq!(world.platform.fetched(DISCOVERY), 1);
    world.platform.fail(JWKS_URI, SourceFault::Status(410));
    world
        .platform
        .publish(DISCOVERY, &document("https://idp.example.com/keys2"), None);
    world
        .platform
        .publish("https://idp.example.com/keys2", &key_set(&[&next_key()]), None);
    assert_eq!(world.status(&token_of(&next_key())), 401, "the old place fails");
    world.platform.pass(31);
    assert_eq!(world.status(&token_of(&next_key())), 200, "the new place is found");
}

#[test]
fn a_shared_secret_needs_neither_store_nor_network() {
    let key = TestKey::new(Alg::HS256, "any", 7);
    let settings =
        Settings::of_issuer_with(&json!({ "jwks_uri": null, "secret": "S" })).with("S", json!(key.secret_setting()));
    let world = World::new(&settings);
    for kid in ["any", "other"] {
        assert_eq!(
            world.status(&TestKey::new(Alg::HS256, kid, 7).token(&claims_with(&json!({})))),
            200
        );
    }
    assert_eq!(
        world
            .ask_info(&TestKey::new(Alg::HS256, "any", 8).token(&claims_with(&json!({}))))
            .reason(),
        "bad_signature"
    );
    assert_eq!((world.platform.fetch_count(), world.platform.store.reads.get()), (0, 0));
}
