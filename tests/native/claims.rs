//! Claims at their exact limits: time, audience, type, parties, tenants, what is required.

use crate::support::keys::{TestKey, key_set};
use crate::support::platform::NOW;
use crate::support::settings::{AUDIENCE, JWKS_URI, Settings};
use crate::support::world::{World, claims_with};
use copilotkit_gate::base::alg::Alg;
use serde_json::{Value, json};

/// `NOW` with room for a fraction.
const NOW_EXACT: f64 = 1_800_000_000.0;

const EXPIRED: &str = "token_expired";
const EARLY: &str = "token_not_yet_valid";

/// The exact reason for a token with these claims, of an issuer with these settings, at `NOW`.
fn reason(settings: &Value, claims: &Value) -> String {
    let world = World::new(&Settings::of_issuer_with(settings));
    let answer = world.ask_info(&TestKey::es256().token(&claims_with(claims)));
    answer.reason().to_owned()
}

fn assert_rows(settings: &Value, rows: &[(Value, &str)]) {
    for (claims, expected) in rows {
        assert_eq!(reason(settings, claims), *expected, "{claims} under {settings}");
    }
}

#[test]
fn a_token_counts_until_the_second_before_exp() {
    assert_rows(
        &json!({ "leeway": 0 }),
        &[
            (json!({ "exp": NOW + 1 }), "ok"),
            (json!({ "exp": NOW }), EXPIRED),
            (json!({ "exp": NOW - 1 }), EXPIRED),
            (json!({ "exp": NOW_EXACT + 0.5 }), "ok"),
            (json!({ "exp": NOW_EXACT - 0.5 }), EXPIRED),
            (json!({ "exp": NOW_EXACT + 1.0 }), "ok"),
            (json!({ "exp": NOW_EXACT }), EXPIRED),
            (json!({ "exp": 0 }), EXPIRED),
            (json!({ "exp": -1 }), EXPIRED),
            (json!({ "exp": -0.5 }), EXPIRED),
        ],
    );
    assert_rows(
        &json!({}),
        &[
            (json!({ "exp": NOW - 29 }), "ok"),
            (json!({ "exp": NOW - 30 }), EXPIRED),
        ],
    );
    assert_rows(
        &json!({ "leeway": 3600 }),
        &[
            (json!({ "exp": NOW - 3599 }), "ok"),
            (json!({ "exp": NOW - 3600 }), EXPIRED),
        ],
    );
}

#[test]
fn a_token_counts_from_the_second_of_nbf_and_iat() {
    for claim in ["nbf", "iat"] {
        assert_rows(
            &json!({ "leeway": 0 }),
            &[
                (json!({ claim: NOW }), "ok"),
                (json!({ claim: NOW + 1 }), EARLY),
                (json!({ claim: NOW_EXACT + 0.5 }), EARLY),
                (json!({ claim: NOW_EXACT - 0.5 }), "ok"),
                (json!({ claim: 0 }), "ok"),
                (json!({ claim: -1 }), "ok"),
            ],
        );
        assert_rows(
            &json!({}),
            &[(json!({ claim: NOW + 30 }), "ok"), (json!({ claim: NOW + 31 }), EARLY)],
        );
    }
}

#[test]
fn max_age_counts_from_iat_and_demands_it() {
    assert_rows(
        &json!({ "max_age": 60, "leeway": 0 }),
        &[
            (json!({ "iat": NOW - 60 }), "ok"),
            (json!({ "iat": NOW - 61 }), EXPIRED),
            (json!({ "iat": NOW }), "ok"),
            (json!({ "iat": 0 }), EXPIRED),
            (json!({ "iat": null }), "claim_missing"),
        ],
    );
    assert_rows(
        &json!({ "max_age": 60, "leeway": 10 }),
        &[
            (json!({ "iat": NOW - 70 }), "ok"),
            (json!({ "iat": NOW - 71 }), EXPIRED),
        ],
    );
    assert_rows(
        &json!({}),
        &[(json!({ "iat": null }), "ok"), (json!({ "iat": 0 }), "ok")],
    );
}

/// Dates that no calendar has are refused and never wrap around; whatever is no date is refused by name.
#[test]
fn odd_dates_neither_pass_nor_break_anything() {
    for far in [json!(i64::MAX), json!(u64::MAX), json!(1e300), json!(9.3e18)] {
        for claim in ["nbf", "iat"] {
            let reason = reason(&json!({ "max_age": 60 }), &json!({ claim: far }));
            assert!(reason == "time_in_milliseconds", "{claim}: {far}: {reason}");
        }
        let reason = reason(&json!({}), &json!({ "exp": far }));
        assert_eq!(reason, "time_in_milliseconds", "exp: {far}");
    }
    for past in [json!(i64::MIN), json!(-1e300), json!(-9.3e18)] {
        let reason = reason(&json!({}), &json!({ "exp": past }));
        assert!(reason == EXPIRED || reason == "claim_type_exp", "{past}: {reason}");
        let aged = self::reason(&json!({ "max_age": 60 }), &json!({ "iat": past }));
        assert!(aged == EXPIRED || aged == "claim_type_iat", "{past}: {aged}");
    }
    for odd in [
        json!("1800000300"),
        json!(""),
        json!(true),
        json!([]),
        json!({}),
        json!([NOW + 300]),
    ] {
        for claim in ["exp", "nbf", "iat"] {
            assert_eq!(
                reason(&json!({}), &json!({ claim: odd })),
                format!("claim_type_{claim}"),
                "{claim}: {odd}"
            );
        }
    }
    assert_eq!(reason(&json!({}), &json!({ "exp": null })), "claim_missing");
    // The last date that is one is not blamed for another.
    let last = json!({ "exp": 8_000_000_000_000_u64, "nbf": 1e300 });
    assert_eq!(reason(&json!({}), &last), "time_in_milliseconds");
}

/// `null` is there, and of the wrong type.
#[test]
fn a_claim_that_is_null_is_not_an_absent_one() {
    let world = World::new(&Settings::usual());
    let key = TestKey::es256();
    for (claim, reason) in [
        ("iss", "unknown_issuer"),
        ("aud", "claim_type_aud"),
        ("exp", "claim_type_exp"),
        ("nbf", "claim_type_nbf"),
        ("iat", "claim_type_iat"),
        ("sub", "claim_type_sub"),
        ("jti", "claim_type_jti"),
        ("azp", "claim_type"),
    ] {
        let mut claims = claims_with(&json!({}));
        claims[claim] = Value::Null;
        assert_eq!(world.ask_info(&key.token(&claims)).reason(), reason, "{claim}");
    }
}

#[test]
fn one_audience_must_be_ours_to_the_letter() {
    let wrong = "wrong_audience";
    assert_rows(
        &json!({}),
        &[
            (json!({ "aud": AUDIENCE }), "ok"),
            (json!({ "aud": [AUDIENCE] }), "ok"),
            (json!({ "aud": ["other", AUDIENCE] }), "ok"),
            (json!({ "aud": "Copilotkit" }), wrong),
            (json!({ "aud": "copilotkit " }), wrong),
            (json!({ "aud": "copilot" }), wrong),
            (json!({ "aud": "copilotkit,other" }), wrong),
            (json!({ "aud": ["other"] }), wrong),
            (json!({ "aud": "" }), wrong),
            (json!({ "aud": [[AUDIENCE]] }), "claim_type_aud"),
            (json!({ "aud": [AUDIENCE, null] }), "claim_type_aud"),
            (json!({ "aud": 1 }), "claim_type_aud"),
        ],
    );
    assert_rows(
        &json!({ "audience": ["one", "two"] }),
        &[
            (json!({ "aud": "two" }), "ok"),
            (json!({ "aud": ["three", "one"] }), "ok"),
            (json!({ "aud": "three" }), wrong),
        ],
    );
}

#[test]
fn typ_compares_without_case_and_without_application() {
    let settings = Settings::of_issuer_with(&json!({ "typ": ["at+jwt"] }));
    let world = World::new(&settings);
    let key = TestKey::es256();
    for (typ, expected) in [
        (json!("at+jwt"), "ok"),
        (json!("AT+JWT"), "ok"),
        (json!("application/at+jwt"), "ok"),
        (json!("Application/AT+jwt"), "ok"),
        (json!("JWT"), "token_type_not_listed"),
        (json!("at+jwt;x=1"), "token_type_not_listed"),
        (json!("text/at+jwt"), "token_type_not_listed"),
        (json!(""), "token_type_not_listed"),
        (json!(["at+jwt"]), "token_header"),
    ] {
        let header = json!({ "alg": "ES256", "kid": "key-1", "typ": typ });
        let token = key.sign(
            header.to_string().as_bytes(),
            claims_with(&json!({})).to_string().as_bytes(),
        );
        assert_eq!(world.ask_info(&token).reason(), expected, "{typ}");
    }
    let bare = key.sign(
        br#"{"alg":"ES256","kid":"key-1"}"#,
        claims_with(&json!({})).to_string().as_bytes(),
    );
    assert_eq!(world.ask_info(&bare).reason(), "token_type_not_listed");
}

/// Without a list, only what an access token may say: a logout token, an ID token by another name, must not pass for one.
#[test]
fn without_a_list_typ_is_absent_or_that_of_an_access_token() {
    let world = World::new(&Settings::usual());
    for (typ, expected) in [
        (None, "ok"),
        (Some("JWT"), "ok"),
        (Some("jwt"), "ok"),
        (Some("at+jwt"), "ok"),
        (Some("application/AT+JWT"), "ok"),
        (Some("application/jwt"), "ok"),
        (Some("logout+jwt"), "token_type_not_listed"),
        (Some("secevent+jwt"), "token_type_not_listed"),
        (Some("dpop+jwt"), "token_type_not_listed"),
        (Some("JOSE"), "token_type_not_listed"),
        (Some(""), "token_type_not_listed"),
    ] {
        let mut header = json!({ "alg": "ES256", "kid": "key-1" });
        if let Some(typ) = typ {
            header["typ"] = json!(typ);
        }
        let claims = claims_with(&json!({})).to_string();
        let token = TestKey::es256().sign(header.to_string().as_bytes(), claims.as_bytes());
        assert_eq!(world.ask_info(&token).reason(), expected, "{typ:?}");
    }
}

/// A token that is bound to a key is no bearer token, and a security event is no credential.
#[test]
fn a_bound_token_and_a_security_event_are_refused() {
    let logout = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    assert_rows(
        &json!({}),
        &[
            (json!({ "cnf": { "jkt": "x" } }), "bound_token"),
            (json!({ "cnf": {} }), "bound_token"),
            (json!({ "cnf": "x" }), "bound_token"),
            (json!({ "events": logout }), "event_token"),
            (json!({ "events": {} }), "event_token"),
            (json!({ "events": ["signed_up"] }), "event_token"),
            (json!({ "events": 1 }), "event_token"),
        ],
    );
}

#[test]
fn an_issuer_may_pin_the_values_of_claims() {
    let pinned = json!({ "claims": { "token_use": "access", "org.id": ["a", "b"], "level": 2 } });
    let with = |members: Value| {
        let mut claims = json!({ "token_use": "access", "org": { "id": "b" }, "level": 2 });
        for (name, value) in members.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    };
    let wrong = "claim_value_not_listed";
    assert_rows(
        &pinned,
        &[
            (with(json!({})), "ok"),
            (with(json!({ "org": { "id": ["x", "a"] } })), "ok"),
            (with(json!({ "token_use": "id" })), wrong),
            (with(json!({ "token_use": null })), wrong),
            (with(json!({ "token_use": ["id"] })), wrong),
            (with(json!({ "org": { "id": "c" } })), wrong),
            (with(json!({ "org": "a" })), wrong),
            (with(json!({ "level": "2" })), wrong),
        ],
    );
}

/// Clerk's session tokens, Cognito's and `WorkOS`'s access tokens have no `aud`.
#[test]
fn with_authorized_parties_alone_aud_is_not_looked_at() {
    let settings = json!({ "audience": null, "authorized_parties": ["web"] });
    let denied = "authorized_party_not_listed";
    assert_rows(
        &settings,
        &[
            (json!({ "aud": null, "azp": "web" }), "ok"),
            (json!({ "aud": null, "client_id": "web" }), "ok"),
            (json!({ "aud": "another", "azp": "web" }), "ok"),
            (json!({ "aud": null, "azp": "other" }), denied),
            (json!({ "aud": null, "azp": "web", "client_id": "other" }), denied),
            (json!({ "aud": null }), "authorized_party_missing"),
        ],
    );
    assert_rows(
        &json!({ "authorized_parties": ["web"] }),
        &[(json!({ "aud": null, "azp": "web" }), "wrong_audience")],
    );
}

#[test]
fn a_token_has_a_subject_unless_the_user_is_another_claim() {
    for (sub, expected) in [
        (json!(null), "claim_missing"),
        (json!(""), "claim_missing"),
        (json!("alice"), "ok"),
    ] {
        assert_eq!(reason(&json!({}), &json!({ "sub": sub })), expected, "{sub}");
    }
    for (identity, expected) in [
        (json!({ "x-user-id": "email" }), "ok"),
        (json!({ "X_User.Id": "email" }), "ok"),
        (json!({ "x-user-id": "/sub" }), "claim_missing"),
        (json!({ "x-user-mail": "email" }), "claim_missing"),
    ] {
        let world = World::new(&Settings::usual().with("IDENTITY", identity.clone()));
        let token = TestKey::es256().token(&claims_with(&json!({ "sub": null, "email": "a@example.com" })));
        assert_eq!(world.ask_info(&token).reason(), expected, "{identity}");
    }
}

/// Upstreams know callers without a credential as `anonymous`: nobody who signs in may look like one.
#[test]
fn nobody_who_signs_in_is_called_anonymous() {
    for (claims, claim) in [
        (json!({ "sub": "anonymous" }), "sub"),
        (json!({ "role": "anonymous" }), "role"),
        (json!({ "permissions": ["anonymous"] }), "permissions"),
    ] {
        let world = World::new(&Settings::usual());
        let answer = world.ask_info(&TestKey::es256().token(&claims_with(&claims)));
        assert_eq!(
            (answer.status(), &answer.line["claim"]),
            (401, &json!(claim)),
            "{claims}"
        );
    }
    assert_rows(
        &json!({}),
        &[
            (json!({ "role": "anonymous-reader" }), "ok"),
            (json!({ "permissions": ["anonymous", "x"] }), "ok"),
        ],
    );
}

#[test]
fn the_log_says_which_claim_and_never_what_it_holds() {
    let settings = json!({ "required_claims": ["org"], "claims": { "a.b": "x" }, "authorized_parties": ["web"] });
    let world = World::new(&Settings::of_issuer_with(&settings));
    let good = json!({ "org": "o", "a": { "b": "x" }, "azp": "web" });
    for (claims, claim) in [
        (json!({ "exp": null }), "exp"),
        (json!({ "exp": "SECRET" }), "exp"),
        (json!({ "org": null }), "org"),
        (json!({ "a": { "b": "SECRET" } }), "a.b"),
        (json!({ "azp": "SECRET" }), "azp"),
        (json!({ "cnf": "SECRET" }), "cnf"),
    ] {
        let mut all = good.clone();
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let line = world.ask_info(&TestKey::es256().token(&claims_with(&all))).line;
        assert_eq!(line["claim"], claim, "{claims}: {line}");
        // Of the client alone the log has the value, which tells a deployer which one is to be listed.
        let shown = line.to_string().replace(r#""party":"SECRET""#, "");
        assert!(!shown.contains("SECRET"), "{line}");
    }
}

/// RFC 9864 gives the one curve of `EdDSA` that is in use a name of its own.
#[test]
fn ed25519_is_another_name_for_eddsa() {
    let key = TestKey::new(Alg::EdDSA, "key-1", 1);
    for (header, listed, key_alg) in [
        ("Ed25519", "EdDSA", "EdDSA"),
        ("EdDSA", "Ed25519", "Ed25519"),
        ("Ed25519", "Ed25519", "Ed25519"),
        ("EdDSA", "EdDSA", "Ed25519"),
    ] {
        let world = World::new(&Settings::of_issuer_with(&json!({ "algorithms": [listed] })));
        let mut jwk: Value = serde_json::from_str(&key_set(&[&key])).unwrap();
        jwk["keys"][0]["alg"] = json!(key_alg);
        world.platform.publish(JWKS_URI, &jwk.to_string(), None);
        let header_json = json!({ "alg": header, "kid": "key-1" });
        let claims = claims_with(&json!({})).to_string();
        let token = key.sign(header_json.to_string().as_bytes(), claims.as_bytes());
        assert_eq!(world.ask_info(&token).reason(), "ok", "{header}, {listed}, {key_alg}");
    }
}

#[test]
fn every_named_party_must_be_listed_and_one_named() {
    let denied = "authorized_party_not_listed";
    assert_rows(
        &json!({ "authorized_parties": ["web", "cli"] }),
        &[
            (json!({ "azp": "web" }), "ok"),
            (json!({ "client_id": "cli" }), "ok"),
            (json!({ "azp": "web", "client_id": "cli" }), "ok"),
            (json!({ "azp": "web", "client_id": "evil" }), denied),
            (json!({ "azp": "evil", "client_id": "web" }), denied),
            (json!({ "azp": "WEB" }), denied),
            (json!({ "appid": "web" }), "ok"),
            (json!({ "cid": "cli" }), "ok"),
            (json!({ "azp": "web", "appid": "evil" }), denied),
            (json!({ "azp": "web", "cid": "evil" }), denied),
            (json!({}), "authorized_party_missing"),
            (json!({ "azp": ["web"] }), "claim_type"),
            (json!({ "cid": 1 }), "claim_type"),
        ],
    );
    assert_rows(
        &json!({}),
        &[(json!({ "azp": "anyone" }), "ok"), (json!({ "azp": 1 }), "claim_type")],
    );
}

#[test]
fn required_claims_must_be_there() {
    assert_rows(
        &json!({ "required_claims": ["email", "sub"] }),
        &[
            (json!({ "email": "a@example.com" }), "ok"),
            (json!({ "email": false }), "ok"),
            (json!({}), "claim_missing"),
            (json!({ "email": "a@example.com", "sub": null }), "claim_missing"),
        ],
    );
    let world = World::new(&Settings::of_issuer_with(&json!({ "required_claims": ["email"] })));
    let mut claims = claims_with(&json!({}));
    claims["email"] = Value::Null;
    assert_eq!(
        world.ask_info(&TestKey::es256().token(&claims)).reason(),
        "claim_missing",
        "null is nothing"
    );
}

/// Each check has its place: what comes first in this order is what the caller is told.
#[test]
fn the_first_fault_in_the_order_of_the_contract_decides() {
    let settings = json!({ "required_claims": ["email"], "authorized_parties": ["web"], "typ": ["at+jwt"] });
    let all = json!({ "aud": "other", "exp": NOW - 999, "nbf": NOW + 999, "azp": "evil" });
    let steps = [
        ("aud", json!(AUDIENCE), "wrong_audience"),
        ("exp", json!(NOW + 300), "token_expired"),
        ("nbf", json!(NOW), "token_not_yet_valid"),
    ];
    let mut claims = all;
    for (claim, right, expected) in steps {
        assert_eq!(reason(&settings, &claims), expected, "{claims}");
        claims[claim] = right;
    }
    assert_eq!(reason(&settings, &claims), "token_type_not_listed", "{claims}");
}
