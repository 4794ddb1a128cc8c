//! Kinds of tokens: refresh tokens, tokens of machines, tokens for others; and header members that change nothing.

use crate::support::keys::TestKey;
use crate::support::settings::Settings;
use crate::support::world::{World, claims_with};
use copilotkit_gate::config::Config;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The log line of a request whose token has these claims, of an issuer with these members.
fn line(issuer: &Value, claims: &Value) -> Value {
    let world = World::new(&Settings::of_issuer_with(issuer));
    world.ask_info(&TestKey::es256().token(&claims_with(claims))).line
}

fn reason(issuer: &Value, claims: &Value) -> String {
    line(issuer, claims)["reason"].as_str().unwrap().to_owned()
}

fn token_with_header(header: &Value) -> String {
    TestKey::es256().sign(
        header.to_string().as_bytes(),
        claims_with(&json!({})).to_string().as_bytes(),
    )
}

/// As simplejwt, flask-jwt-extended, Pocket ID, Casdoor and Keycloak write them, and in other spellings.
#[test]
fn a_refresh_token_is_refused_whatever_the_settings() {
    let shapes = [
        json!({ "token_type": "refresh", "jti": "1", "user_id": 7 }),
        json!({ "type": "refresh", "fresh": false, "csrf": "x" }),
        json!({ "type": "refresh-token", "scope": "openid" }),
        json!({ "tokenType": "refresh-token", "scope": "profile" }),
        json!({ "typ": "Refresh", "session_state": "x" }),
        json!({ "typ": "Offline", "session_state": "x" }),
        json!({ "token_use": "refresh" }),
        json!({ "Token-Type": "REFRESH_TOKEN" }),
        json!({ "TYP": "refreshToken" }),
    ];
    let wide = json!({ "authorized_parties": ["web"], "typ": ["JWT"], "claims": { "iss": "https://idp.example.com" } });
    for claims in &shapes {
        for issuer in [json!({}), wide.clone()] {
            let line = line(&issuer, claims);
            assert_eq!(
                (&line["status"], &line["reason"]),
                (&json!(401), &json!("refresh_token")),
                "{claims}"
            );
        }
        // That a pinned value asks for it makes no difference.
        let pinned = json!({ "claims": claims });
        if claims.as_object().unwrap().values().all(Value::is_string) {
            assert_eq!(reason(&pinned, claims), "refresh_token", "{claims}");
        }
    }
    for claims in [
        json!({ "token_type": "access" }),
        json!({ "typ": "Bearer" }),
        json!({ "type": "offline" }),
        json!({ "type": "refreshed" }),
        json!({ "token_use": ["refresh"] }),
        json!({ "kind": "refresh" }),
    ] {
        assert_eq!(reason(&json!({}), &claims), "ok", "{claims}");
    }
}

#[test]
fn the_header_of_a_refresh_token_is_refused_even_if_it_is_listed() {
    for typ in ["rt+jwt", "RT+JWT", "refresh+jwt", "application/rt+jwt"] {
        let world = World::new(&Settings::of_issuer_with(&json!({ "typ": [typ] })));
        let token = token_with_header(&json!({ "alg": "ES256", "kid": "key-1", "typ": typ }));
        let answer = world.ask_info(&token);
        assert_eq!((answer.status(), answer.reason()), (401, "refresh_token"), "{typ}");
        assert!(answer.text().contains("\"claims_rejected\""));
    }
}

/// Before the signature has held, nobody learns what kind of token it is.
#[test]
fn a_forged_refresh_token_is_an_invalid_token() {
    let world = World::new(&Settings::usual());
    let forger = TestKey::new(copilotkit_gate::base::alg::Alg::ES256, "key-1", 9);
    let answer = world.ask_info(&forger.token(&claims_with(&json!({ "typ": "Refresh" }))));
    assert_eq!(answer.reason(), "bad_signature");
    assert!(answer.text().contains("\"invalid_token\""));
}

#[test]
fn a_machine_is_refused_where_the_issuer_says_so() {
    let refused = json!({ "machines": false });
    for claim in ["azp", "client_id", "cid", "appid"] {
        let machine = json!({ "sub": "service-1", claim: "service-1" });
        assert_eq!(reason(&json!({}), &machine), "ok", "{claim}");
        let line = line(&refused, &machine);
        assert_eq!(
            (&line["reason"], &line["claim"]),
            (&json!("machine_token"), &json!(claim))
        );
        assert_eq!(
            reason(&refused, &json!({ "sub": "alice", claim: "service-1" })),
            "ok",
            "{claim}"
        );
    }
    let by_another_claim = json!({ "machines": false, "subject": "uid" });
    let machine = json!({ "uid": "service-1", "azp": "service-1" });
    assert_eq!(reason(&by_another_claim, &machine), "machine_token");
    let person = json!({ "uid": "alice", "sub": "service-1", "azp": "service-1" });
    assert_eq!(reason(&by_another_claim, &person), "ok");
}

#[test]
fn forbidden_claims_are_absent_or_null() {
    let issuer = json!({ "forbidden_claims": ["nonce", "act.sub", "https://example.com/bot"] });
    let forbids = |claims: Value, path: &str| {
        let line = line(&issuer, &claims);
        assert_eq!(
            (&line["reason"], &line["claim"]),
            (&json!("claim_forbidden"), &json!(path)),
            "{claims}"
        );
    };
    forbids(json!({ "nonce": "n" }), "nonce");
    forbids(json!({ "nonce": "" }), "nonce");
    forbids(json!({ "nonce": false }), "nonce");
    forbids(json!({ "act": { "sub": "x" } }), "act.sub");
    forbids(json!({ "https://example.com/bot": 1 }), "https://example.com/bot");
    for claims in [
        json!({}),
        json!({ "act": {} }),
        json!({ "act": { "sub": null } }),
        json!({ "act": "sub" }),
    ] {
        assert_eq!(reason(&issuer, &claims), "ok", "{claims}");
    }
    for needed in ["iss", "sub", "aud", "exp", "/sub"] {
        let settings = Settings::of_issuer_with(&json!({ "forbidden_claims": [needed] }));
        let fault = format!("{:?}", Config::parse(&settings).err().unwrap());
        assert!(fault.contains("ISSUERS[0].forbidden_claims"), "{fault}");
    }
}

#[test]
fn required_claims_may_be_paths() {
    let issuer = json!({ "required_claims": ["org.id", "https://example.com/role"] });
    let good = json!({ "org": { "id": 1 }, "https://example.com/role": "x" });
    assert_eq!(reason(&issuer, &good), "ok");
    for (name, value, path) in [
        ("org", json!({}), "org.id"),
        ("org", json!({ "id": null }), "org.id"),
        ("org", json!("id"), "org.id"),
        ("https://example.com/role", json!(null), "https://example.com/role"),
    ] {
        let mut claims = good.clone();
        claims[name] = value;
        let line = line(&issuer, &claims);
        assert_eq!(
            (&line["reason"], &line["claim"]),
            (&json!("claim_missing"), &json!(path)),
            "{claims}"
        );
    }
}

#[test]
fn the_audience_that_is_wrong_is_in_the_log() {
    for (aud, shown) in [
        (json!("account"), json!(["account"])),
        (json!(["a", "b", "c", "d", "e"]), json!(["a", "b", "c", "d"])),
        (json!([]), json!([])),
        (
            json!("é\u{7}".to_owned() + &"x".repeat(99)),
            json!(["??".to_owned() + &"x".repeat(62)]),
        ),
        (json!(null), json!(null)),
    ] {
        let line = line(&json!({}), &json!({ "aud": aud }));
        assert_eq!(
            (&line["reason"], line.get("aud")),
            (&json!("wrong_audience"), Some(&shown)),
            "{aud}"
        );
    }
    let accepted = line(&json!({}), &json!({}));
    assert_eq!(accepted.get("aud"), None);
}

#[test]
fn parties_are_names_or_origins_in_any_of_four_claims() {
    let issuer = json!({ "audience": null, "authorized_parties": ["web", "https://*.app.example.com"] });
    for claim in ["azp", "client_id", "appid", "cid"] {
        for party in ["web", "https://a.app.example.com"] {
            assert_eq!(reason(&issuer, &json!({ claim: party })), "ok", "{claim}: {party}");
        }
        for party in [
            "Web",
            "https://app.example.com",
            "https://a.b.app.example.com",
            "http://a.app.example.com",
            "https://a.app.example.com.evil.example",
            "https://evil.example/.app.example.com",
        ] {
            let line = line(&issuer, &json!({ claim: party }));
            assert_eq!(
                (&line["reason"], &line["claim"], &line["party"]),
                (&json!("authorized_party_not_listed"), &json!(claim), &json!(party))
            );
        }
    }
    assert_eq!(reason(&issuer, &json!({})), "authorized_party_missing");
    assert_eq!(
        reason(&issuer, &json!({ "azp": "web", "cid": "other" })),
        "authorized_party_not_listed"
    );
    assert_eq!(reason(&issuer, &json!({ "azp": 1 })), "claim_type");
    for star in ["*", "https://*.example", "https://a.*.example.com", "web-*"] {
        let settings = Settings::of_issuer_with(&json!({ "authorized_parties": [star] }));
        assert!(Config::parse(&settings).is_err(), "{star}");
    }
}

#[test]
fn encrypted_and_nested_tokens_are_told_apart() {
    let world = World::new(&Settings::usual());
    let header = |member: &str, value: Value| json!({ "alg": "ES256", "kid": "key-1", member: value });
    for (token, reason) in [
        ("a.b.c.d.e".to_owned(), "encrypted_token"),
        (token_with_header(&header("enc", json!("A256GCM"))), "encrypted_token"),
        (token_with_header(&header("cty", json!("JWT"))), "nested_token"),
        (
            token_with_header(&header("cty", json!("application/jwt"))),
            "nested_token",
        ),
        (token_with_header(&header("cty", json!("json"))), "ok"),
    ] {
        assert_eq!(world.ask_info(&token).reason(), reason, "{token:.60}");
    }
}

/// Names of other members, registered ones and spellings of those that count among them.
fn other_name() -> impl Strategy<Value = String> {
    let registered = [
        "jku",
        "jwk",
        "x5u",
        "x5c",
        "x5t",
        "x5t#S256",
        "zip",
        "epk",
        "apu",
        "p2c",
        "iss",
        "sub",
        "aud",
        "url",
        "nonce",
        "iat",
        "Alg",
        "KID",
        "Typ",
        "token_type",
        "",
    ];
    prop_oneof![
        proptest::sample::select(registered.to_vec()).prop_map(str::to_owned),
        "[a-zA-Z#_\\-]{1,12}",
        any::<String>(),
    ]
    .prop_filter("counts", |name| {
        !["alg", "kid", "typ", "crit", "b64", "enc", "cty"].contains(&name.as_str())
    })
}

fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("https://evil.example/keys")),
        Just(json!("refresh")),
    ];
    scalar.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,4}", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn header_members_that_the_gate_does_not_use_change_nothing(
        others in proptest::collection::btree_map(other_name(), any_value(), 0..4),
        counting in proptest::sample::select(vec![
            json!({ "alg": "ES256", "kid": "key-1", "typ": "JWT" }),
            json!({ "alg": "ES256", "kid": "key-1" }),
            json!({ "alg": "ES256", "kid": "nobody" }),
            json!({ "alg": "ES256", "typ": "rt+jwt" }),
            json!({ "alg": "none", "kid": "key-1" }),
        ]),
    ) {
        let plain = World::new(&Settings::usual()).ask_info(&token_with_header(&counting));
        let mut header: Map<String, Value> = others.into_iter().collect();
        header.extend(counting.as_object().unwrap().clone());
        let other = World::new(&Settings::usual());
        let answer = other.ask_info(&token_with_header(&Value::Object(header)));
        prop_assert_eq!(answer.line, plain.line);
        prop_assert!(other.platform.fetches.borrow().iter().all(|url| !url.contains("evil")));
    }
}
