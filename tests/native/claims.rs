//! Claims at their exact limits: time, audience, type, parties, tenants, what is required.

use crate::support::keys::TestKey;
use crate::support::platform::NOW;
use crate::support::settings::{AUDIENCE, Settings};
use crate::support::world::{World, claims_with};
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
            assert!(
                reason == EARLY || reason == format!("claim_type_{claim}"),
                "{claim}: {far}: {reason}"
            );
        }
        let reason = reason(&json!({}), &json!({ "exp": far }));
        assert!(reason == "ok" || reason == "claim_type_exp", "exp: {far}: {reason}");
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
    assert_eq!(
        World::new(&Settings::usual()).ask_info(&bare).reason(),
        "ok",
        "without the setting, any typ or none"
    );
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
            (json!({}), denied),
            (json!({ "azp": ["web"] }), "claim_type"),
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
