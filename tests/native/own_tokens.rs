//! Tokens that a deployer signs: which claim is the subject, how secrets are written, and what goes wrong first.

use crate::support::keys::{TestKey, base64url};
use crate::support::platform::NOW;
use crate::support::settings::{ISSUER, JWKS_URI, Settings, issuer_with};
use crate::support::world::{World, claims_with, info};
use base64ct::{Base64, Encoding};
use copilotkit_gate::base::alg::Alg;
use copilotkit_gate::config::Config;
use serde_json::{Value, json};

const NAME_IDENTIFIER: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";

/// The log line of a request with these claims, and the `x-user-id` that the upstream gets.
fn ask(issuer: &Value, claims: &Value) -> (Value, Option<String>) {
    let world = World::new(&Settings::of_issuer_with(issuer));
    let request = info(&TestKey::es256().token(&claims_with(claims)));
    let answer = world.ask(&request);
    let id = (answer.status() == 200).then(|| {
        let sent = World::sent(answer.forwarded(), &request);
        World::values(&sent, "x-user-id").join("|")
    });
    (answer.line, id)
}

#[test]
fn a_subject_is_a_text_or_an_exact_integer() {
    const LIMIT: i64 = 1 << 53;
    let rows = [
        (json!("alice"), Some("alice")),
        (json!(42), Some("42")),
        (json!(0), Some("0")),
        (json!(-7), Some("-7")),
        (json!(LIMIT - 1), Some("9007199254740991")),
        (json!(1 - LIMIT), Some("-9007199254740991")),
        (json!(LIMIT), None),
        (json!(-LIMIT), None),
        (json!(u64::MAX), None),
        (json!(1.5), None),
        (json!(1.0), None),
        (json!(1e300), None),
        (json!(true), None),
        (json!({}), None),
        (json!(["alice"]), None),
        (json!(""), None),
        (json!("anonymous"), None),
    ];
    for (subject, expected) in rows {
        for (issuer, claims) in [
            (json!({}), json!({ "sub": subject })),
            (json!({ "subject": "user.id" }), json!({ "user": { "id": subject } })),
            (
                json!({ "subject": "/user/id" }),
                json!({ "user": { "id": subject }, "sub": null }),
            ),
            (
                json!({ "subject": NAME_IDENTIFIER }),
                json!({ NAME_IDENTIFIER: subject }),
            ),
        ] {
            let (line, id) = ask(&issuer, &claims);
            assert_eq!(id.as_deref(), expected, "{claims}: {line}");
            match expected {
                Some(expected) => assert_eq!(line["sub"], expected),
                None => assert_eq!(line["status"], 401, "{line}"),
            }
        }
    }
}

#[test]
fn the_subject_of_another_claim_never_falls_back_to_sub() {
    for claims in [
        json!({}),
        json!({ "user": {} }),
        json!({ "user": "alice" }),
        json!({ "user": null }),
    ] {
        let (line, _) = ask(&json!({ "subject": "user.id" }), &claims);
        assert_eq!(
            (&line["reason"], &line["claim"]),
            (&json!("claim_missing"), &json!("user.id")),
            "{claims}"
        );
    }
    let mut claims = claims_with(&json!({}));
    claims["user"] = json!({ "id": null });
    let world = World::new(&Settings::of_issuer_with(&json!({ "subject": "user.id" })));
    assert_eq!(world.status(&TestKey::es256().token(&claims)), 401);
}

fn secret_settings(encoding: Option<&str>, text: &str) -> Settings {
    let mut members = json!({ "jwks_uri": null, "secret": "S" });
    if let Some(encoding) = encoding {
        members["secret_encoding"] = json!(encoding);
    }
    Settings::of_issuer_with(&members).with("S", json!(text))
}

/// Whether `IDENTITY` calls the claim of the subject by its own name or `sub`.
#[test]
fn a_token_without_its_subject_is_refused_however_the_user_id_is_mapped() {
    for claim in ["sub", "user.id", "/user/id"] {
        for subject in ["user.id", "/user/id"] {
            let settings = Settings::of_issuer_with(&json!({ "subject": subject }));
            let world = World::new(&settings.with("IDENTITY", json!({ "x-user-id": claim })));
            let ask = |claims: &Value| world.ask_info(&TestKey::es256().token(&claims_with(claims))).line;
            assert_eq!(
                ask(&json!({ "user": { "id": "alice" } }))["reason"],
                "ok",
                "{claim} {subject}"
            );
            let line = ask(&json!({ "user": {} }));
            assert_eq!(
                (&line["status"], &line["reason"]),
                (&json!(401), &json!("claim_missing")),
                "{claim} {subject}"
            );
        }
    }
}

#[test]
fn a_secret_is_read_as_its_encoding_says() {
    // The secret of TestKey: 64 bytes, each the seed. 0xfb makes `+` and `/` in standard base64.
    let key = TestKey::new(Alg::HS256, "any", 0xfb);
    let bytes = [0xfb; 64];
    let hex = "fb".repeat(64);
    for (encoding, text) in [
        (None, base64url(&bytes)),
        (None, Base64::encode_string(&bytes)),
        (None, format!("{}==\n", base64url(&bytes))),
        (Some("base64url"), base64url(&bytes)),
        (Some("hex"), hex.clone()),
        (Some("hex"), hex.to_uppercase()),
    ] {
        let world = World::new(&secret_settings(encoding, &text));
        assert_eq!(
            world.status(&key.token(&claims_with(&json!({})))),
            200,
            "{encoding:?} {text}"
        );
    }
    let letters = TestKey::new(Alg::HS256, "any", b'A');
    let world = World::new(&secret_settings(Some("text"), &"A".repeat(64)));
    assert_eq!(world.status(&letters.token(&claims_with(&json!({})))), 200);
    for (encoding, text, member) in [
        (Some("base32"), base64url(&bytes), "secret_encoding"),
        (Some("hex"), "fb".repeat(31), "secret"),
        (Some("hex"), format!("{}f", "fb".repeat(32)), "secret"),
        (Some("hex"), "fg".repeat(32), "secret"),
        (Some("text"), "A".repeat(31), "secret"),
        (None, "not base64url, not at all, is it?".repeat(2), "secret"),
    ] {
        let fault = Config::parse(&secret_settings(encoding, &text)).err().unwrap();
        let fault = format!("{fault:?}");
        assert!(fault.contains(&format!("ISSUERS[0].{member}\"")), "{fault}");
        assert!(!fault.contains(&text), "{fault}");
    }
}

#[test]
fn each_secret_of_a_list_verifies() {
    let keys = [1, 2].map(|seed| TestKey::new(Alg::HS256, "any", seed));
    let settings = Settings::of_issuer_with(&json!({ "jwks_uri": null, "secret": ["NEW", "OLD"] }))
        .with("NEW", json!(keys[0].secret_setting()))
        .with("OLD", json!(keys[1].secret_setting()));
    let world = World::new(&settings);
    for key in keys {
        assert_eq!(world.status(&key.token(&claims_with(&json!({})))), 200);
    }
    let other = TestKey::new(Alg::HS256, "any", 3);
    assert_eq!(
        world.ask_info(&other.token(&claims_with(&json!({})))).reason(),
        "bad_signature"
    );
}

#[test]
fn times_in_milliseconds_are_told_apart_from_times() {
    const FIRST: i64 = 100_000_000_000;
    for (claims, reason) in [
        (json!({ "exp": NOW * 1000 }), "time_in_milliseconds"),
        (json!({ "iat": NOW * 1000 }), "time_in_milliseconds"),
        (json!({ "nbf": NOW * 1000 }), "time_in_milliseconds"),
        (json!({ "exp": FIRST }), "time_in_milliseconds"),
        (json!({ "exp": FIRST - 1 }), "ok"),
        (json!({ "nbf": FIRST - 1 }), "token_not_yet_valid"),
    ] {
        let (line, _) = ask(&json!({}), &claims);
        assert_eq!(line["reason"], reason, "{claims}");
        if reason == "time_in_milliseconds" {
            assert_eq!(
                Some(line["claim"].as_str().unwrap()),
                claims.as_object().unwrap().keys().next().map(|name| &**name)
            );
        }
    }
}

/// Before a key is looked for, so that nobody makes the gate ask a provider with a DER signature.
#[test]
fn a_signature_of_an_impossible_length_is_told_before_any_key() {
    let world = World::new(&Settings::usual());
    let token = TestKey::new(Alg::ES256, "unknown", 3).token(&claims_with(&json!({})));
    let (input, _) = token.rsplit_once('.').unwrap();
    for length in [0, 1, 63, 65, 70, 71, 72, 96] {
        let answer = world.ask_info(&format!("{input}.{}", base64url(&vec![1; length])));
        assert_eq!(answer.reason(), "signature_length", "{length}");
        assert!(answer.text().contains("\"invalid_token\""));
    }
    assert_eq!((world.platform.fetch_count(), world.platform.store.reads.get()), (0, 0));
    assert_eq!(
        world.ask_info(&format!("{input}.{}", base64url(&[1; 64]))).reason(),
        "unknown_key"
    );
}

#[test]
fn the_issuer_that_is_meant_is_named() {
    for (iss, meant) in [
        ("https://idp.example.com/", true),
        ("https://IDP.example.com", true),
        ("http://idp.example.com", true),
        ("https://idp.example.com:443", true),
        ("https://idp.example.com/a", false),
        ("https://idp.example.org", false),
        ("", false),
    ] {
        let (line, _) = ask(&json!({}), &json!({ "iss": iss }));
        assert_eq!(line["reason"], "unknown_issuer", "{iss}");
        assert_eq!(line.get("meant"), meant.then(|| json!(ISSUER)).as_ref(), "{iss}");
    }
}

#[test]
fn the_algorithm_that_is_not_allowed_is_named() {
    let world = World::new(&Settings::of_issuer_with(&json!({ "algorithms": ["RS256"] })));
    let key = TestKey::es256();
    for (alg, shown) in [
        ("ES256", "ES256".to_owned()),
        ("none", "none".to_owned()),
        ("é\n", "??".to_owned()),
        (&*"x".repeat(100), "x".repeat(64)),
    ] {
        let header = json!({ "alg": alg, "kid": "key-1" }).to_string();
        let answer = world.ask_info(&key.sign(header.as_bytes(), claims_with(&json!({})).to_string().as_bytes()));
        assert_eq!(
            (answer.reason(), &answer.line["alg"]),
            ("algorithm_not_allowed", &json!(shown))
        );
    }
}

#[test]
fn a_token_without_iss_belongs_to_the_one_issuer_that_accepts_it() {
    let (line, _) = ask(&json!({}), &json!({ "iss": null }));
    assert_eq!(
        (&line["status"], &line["reason"]),
        (&json!(401), &json!("missing_issuer"))
    );
    let (line, id) = ask(&json!({ "accept_missing_iss": true }), &json!({ "iss": null }));
    assert_eq!((&line["issuer"], id.as_deref()), (&json!(ISSUER), Some("alice")));
    let (line, _) = ask(&json!({ "accept_missing_iss": true }), &json!({ "iss": 1 }));
    assert_eq!(line["reason"], "unknown_issuer", "of the wrong type is not absent");
    let both = json!([
        issuer_with(&json!({ "accept_missing_iss": true })),
        issuer_with(&json!({ "accept_missing_iss": true, "issuer": "https://b.example.com", "jwks_uri": JWKS_URI })),
    ]);
    let fault = format!("{:?}", Config::parse(&Settings::of_issuers(&both)).err().unwrap());
    assert!(fault.contains("ISSUERS[1].accept_missing_iss"), "{fault}");
}
