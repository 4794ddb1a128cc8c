//! The gate end to end: real signatures in every algorithm, and where a request then goes.

use crate::support::keys::{EVERY_ALG, TestKey, base64url, from_base64url, key_set};
use crate::support::request::Request;
use crate::support::settings::{AUDIENCE, ISSUER, JWKS_URI, Settings};
use crate::support::verifier::verify_token;
use crate::support::world::{REQUEST_ID, World, claims, claims_with};
use copilotkit_gate::auth::keys::Jwk;
use copilotkit_gate::base::alg::{Alg, KeyKind};
use copilotkit_gate::wire::fault::TokenFault;
use copilotkit_gate::wire::refusal::Refusal;
use serde_json::json;

/// A gate whose issuer signs with `key`.
fn world_of(key: &TestKey) -> World {
    let shared = key.alg.key_kind() == KeyKind::Oct;
    let settings = if shared {
        Settings::of_issuer_with(&json!({ "jwks_uri": null, "secret": "IDP_SECRET" }))
            .with("IDP_SECRET", json!(key.secret_setting()))
    } else {
        Settings::usual()
    };
    let world = World::new(&settings);
    if !shared {
        world.platform.publish(JWKS_URI, &key_set(&[key]), None);
    }
    world
}

fn usual_token() -> String {
    TestKey::es256().token(&claims())
}

#[test]
fn every_algorithm_lets_its_own_signatures_through_and_no_others() {
    for alg in EVERY_ALG {
        let (own, other) = (TestKey::new(alg, "key-1", 1), TestKey::new(alg, "key-1", 2));
        let world = world_of(&own);
        let answer = world.ask_info(&own.token(&claims()));
        assert_eq!((answer.status(), answer.reason()), (200, "ok"), "{alg:?}");
        assert_eq!(answer.line["alg"], alg.name());

        let signed = own.token(&claims());
        let (input, signature) = signed.rsplit_once('.').unwrap();
        let more = claims_with(&json!({ "role": "root" })).to_string();
        let header = input.split('.').next().unwrap();
        let forged = format!("{header}.{}.{signature}", base64url(more.as_bytes()));
        assert_eq!(
            world.ask_info(&forged).reason(),
            "bad_signature",
            "{alg:?}: other claims"
        );
        if alg.key_kind() != KeyKind::Rsa {
            assert_eq!(
                world.ask_info(&other.token(&claims())).reason(),
                "bad_signature",
                "{alg:?}: other key"
            );
        }
    }
}

#[test]
fn no_key_verifies_under_an_algorithm_that_is_not_its_own() {
    let signed_as = |key: &TestKey, alg: Alg| {
        let header = json!({ "alg": alg.name(), "kid": key.kid });
        key.sign(header.to_string().as_bytes(), claims().to_string().as_bytes())
    };
    for own in EVERY_ALG {
        let key = TestKey::new(own, "key-1", 1);
        let world = world_of(&key);
        for claimed in EVERY_ALG.into_iter().filter(|alg| *alg != own) {
            let reason = world.ask_info(&signed_as(&key, claimed)).line["reason"].clone();
            // A shared secret of 64 bytes is fit for every HMAC; then it is the signature that is wrong.
            let hmac_for_hmac = [own, claimed].iter().all(|alg| alg.key_kind() == KeyKind::Oct);
            let asymmetric = [own, claimed].iter().all(|alg| alg.key_kind() != KeyKind::Oct);
            let expected = match (hmac_for_hmac, asymmetric) {
                (true, _) if signature_bytes(&key) == claimed.signature_bytes().unwrap() => "bad_signature",
                (true, _) => "signature_length",
                // A signature that no key of the claimed algorithm could have made is refused before a key is looked for.
                (_, true) if lengths(claimed).contains(&signature_bytes(&key)) => "unfit_key",
                (_, true) => "signature_length",
                _ => "algorithm_not_allowed",
            };
            assert_eq!(reason, expected, "key of {own:?}, token says {claimed:?}");
        }
    }
}

fn lengths(alg: Alg) -> std::ops::RangeInclusive<usize> {
    match alg.key_kind() {
        KeyKind::Rsa => 256..=1024,
        _ => alg.signature_bytes().map(|bytes| bytes..=bytes).unwrap(),
    }
}

fn signature_bytes(key: &TestKey) -> usize {
    from_base64url(key.token(&claims()).rsplit_once('.').unwrap().1).len()
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    let key = TestKey::new(Alg::RS256, "key-1", 1);
    let world = world_of(&key);
    let pretended = TestKey::new(Alg::HS256, "key-1", 1);
    assert_eq!(
        world.ask_info(&pretended.token(&claims())).reason(),
        "algorithm_not_allowed"
    );
    assert_eq!(
        world.platform.fetches.borrow().len(),
        0,
        "a forbidden algorithm costs no fetch"
    );
}

#[test]
fn the_origin_gets_the_canonical_url() {
    let world = World::new(&Settings::usual());
    let rows = [
        ("GET", "/info", "/info"),
        ("GET", "/info?x=1&agentId=a", "/info"),
        ("POST", "/agent/default/run", "/agent/default/run"),
        ("POST", "/agent/%64efault/run?debug=1", "/agent/default/run"),
        ("POST", "/agent/a%20b/stop/t:1", "/agent/a%20b/stop/t%3A1"),
        (
            "GET",
            "/inspector-learning?insightsPage=2&agentId=a+b&x=y",
            "/inspector-learning?insightsPage=2&agentId=a%20b",
        ),
    ];
    for (method, asked, target) in rows {
        let request = Request::new(method, asked).bearer(&usual_token());
        let answer = world.ask(&if method == "POST" { request.json("{}") } else { request });
        assert_eq!(
            answer.forwarded().url,
            format!("https://runtime.example.com/api/copilotkit{target}"),
            "{method} {asked}"
        );
    }
}

#[test]
fn anonymous_callers_pass_only_where_they_may_and_are_named_so() {
    let bare = Request::new("GET", "/info").field("x-user-id", "root");
    assert_eq!(World::new(&Settings::usual()).ask(&bare).reason(), "missing_token");
    let world = World::new(&Settings::usual().with("ANONYMOUS", json!(true)));
    let answer = world.ask(&bare);
    let sent = World::sent(answer.forwarded(), &bare);
    assert_eq!(World::values(&sent, "x-user-id"), ["anonymous"]);
    assert_eq!(
        world.ask_info("e30.e30.AA").status(),
        401,
        "a bad credential is no absent one"
    );
    assert_eq!(
        world
            .ask(&Request::new("GET", "/info").field("authorization", "Basic YTpi"))
            .status(),
        401
    );
    assert_eq!(world.ask(&Request::new("GET", "/info?access_token=x")).status(), 401);
}

#[test]
fn health_is_public_and_everything_else_is_not() {
    let world = World::new(&Settings::usual());
    for method in ["GET", "HEAD"] {
        let answer = world.ask(&Request::new(method, "/.gate/health"));
        assert_eq!((answer.status(), answer.text().as_str()), (200, r#"{"status":"ok"}"#));
    }
    for (method, path) in [
        ("POST", "/.gate/health"),
        ("GET", "/.gate/health/"),
        ("GET", "/info"),
        ("GET", "/"),
        ("GET", ""),
    ] {
        assert_eq!(world.ask(&Request::new(method, path)).status(), 401, "{method} {path}");
    }
}

#[test]
fn the_log_names_who_and_what_but_holds_no_token() {
    let world = World::new(&Settings::usual());
    let token = usual_token();
    let answer = world.ask(&Request::new("POST", "/agent/default/stop/t1").bearer(&token));
    let expected = json!({
        "event": "decision", "outcome": "allow", "reason": "ok", "status": 200, "operation": "agent/stop",
        "agent": "default", "thread": "t1", "issuer": ISSUER, "sub": "alice", "kid": "key-1", "alg": "ES256",
        "request_id": REQUEST_ID,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&answer.line[name], value, "{name}");
    }
    let line = answer.line.to_string();
    assert!(token.split('.').all(|part| !line.contains(part)), "{line}");
    assert!(!line.contains(AUDIENCE));
}

#[test]
fn a_signature_of_a_wrong_length_never_reaches_the_cryptography() {
    for alg in EVERY_ALG {
        let key = TestKey::new(alg, "key-1", 1);
        let world = world_of(&key);
        let token = key.token(&claims());
        let (input, signature) = token.rsplit_once('.').unwrap();
        let right = from_base64url(signature);
        let longer = [right.as_slice(), &[0]].concat();
        let padded = [&[0], right.as_slice()].concat();
        // A length that some RSA key has, but not this one, is noticed with the key.
        if alg.key_kind() == KeyKind::Rsa {
            let answer = world.ask_info(&format!("{input}.{}", base64url(&longer)));
            assert_eq!(answer.reason(), "bad_signature", "{alg:?}");
        }
        let [longer, padded] = match alg.key_kind() {
            KeyKind::Rsa => [vec![1; 1025], vec![0; 2048]],
            _ => [longer, padded],
        };
        for wrong in [&right[1..], &right[..right.len() - 1], &longer, &padded, &[]] {
            let answer = world.ask_info(&format!("{input}.{}", base64url(wrong)));
            assert_eq!(answer.reason(), "signature_length", "{alg:?}");
        }
        assert_eq!(world.platform.verified.get(), 0, "{alg:?}");
    }
}

#[test]
fn without_a_kid_the_one_key_that_fits_is_taken() {
    let keys = [Alg::RS256, Alg::ES256, Alg::ES384, Alg::EdDSA].map(|alg| TestKey::new(alg, alg.name(), 1));
    let world = World::new(&Settings::usual());
    world.platform.publish(JWKS_URI, &key_set(&keys.each_ref()), None);
    for key in &keys {
        let header = json!({ "alg": key.alg.name() });
        let token = key.sign(header.to_string().as_bytes(), claims().to_string().as_bytes());
        assert_eq!(world.ask_info(&token).reason(), "ok", "{:?}", key.alg);
    }
}

/// Should the choice of a key ever go wrong, the verification still refuses.
#[test]
fn a_key_that_does_not_fit_verifies_nothing() {
    for (signer, other) in [
        (Alg::ES256, Alg::ES384),
        (Alg::RS256, Alg::PS256),
        (Alg::EdDSA, Alg::ES512),
    ] {
        let token = TestKey::new(signer, "key-1", 1).token(&claims());
        let jwk = TestKey::new(other, "key-1", 1).jwk();
        let key = Jwk::parse(jwk.to_string().as_bytes()).unwrap();
        let expected = Refusal::InvalidToken(TokenFault::UnfitKey);
        assert_eq!(
            verify_token(&token, &key).err(),
            Some(expected),
            "{signer:?} with a key of {other:?}"
        );
    }
}
