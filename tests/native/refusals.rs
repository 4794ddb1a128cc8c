//! Tokens that are refused: what the caller sees, and the exact reason that the log has.

use crate::support::face::{INVALID_TOKEN, assert_face};
use crate::support::keys::{TestKey, base64url, key_set};
use crate::support::platform::NOW;
use crate::support::settings::{ISSUER, JWKS_URI, Settings};
use crate::support::world::{World, claims, claims_with, info};
use copilotkit_gate::base::alg::Alg;
use serde_json::{Value, json};

/// A gate that can refuse in every way: several keys under one `kid`, one that is bound to another algorithm, all demands.
fn world() -> World {
    let settings = Settings::of_issuer_with(&json!({
        "typ": ["JWT", "at+jwt"], "required_claims": ["scope"], "max_age": 3600, "authorized_parties": ["web"],
        "algorithms": ["ES256", "ES384"],
    }));
    let world = World::new(&settings);
    let (one, two) = (TestKey::es256(), TestKey::new(Alg::ES256, "key-2", 2));
    // One more than the gate tries.
    let twins = [3, 4, 6, 7, 8].map(|seed| TestKey::new(Alg::ES256, "twin", seed));
    let strong = TestKey::new(Alg::ES384, "strong", 5);
    let document = key_set(&[&[&one, &two, &strong], twins.each_ref().as_slice()].concat());
    world.platform.publish(JWKS_URI, &document, None);
    world
}

/// What `world()` accepts, but for these members.
fn good(members: &Value) -> Value {
    let mut all = json!({ "scope": "chat", "azp": "web" });
    all.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    claims_with(&all)
}

fn signed(members: &Value) -> String {
    TestKey::es256().token(&good(members))
}

fn with_header(header: &Value) -> String {
    TestKey::es256().sign(header.to_string().as_bytes(), good(&json!({})).to_string().as_bytes())
}

fn raw(header: &str, payload: &str) -> String {
    TestKey::es256().sign(header.as_bytes(), payload.as_bytes())
}

const HEADER: &str = r#"{"alg":"ES256","kid":"key-1","typ":"JWT"}"#;

/// Tokens that are wrong up to their signature, with the reason that only the log has.
fn invalid_tokens() -> Vec<(&'static str, String)> {
    [misshapen_tokens(), misdirected_tokens()].concat()
}

/// Wrong before any key is looked at.
fn misshapen_tokens() -> Vec<(&'static str, String)> {
    let token = signed(&json!({}));
    let parts: Vec<&str> = token.split('.').collect();
    let (head, body, tail) = (parts[0], parts[1], parts[2]);
    vec![
        ("token_syntax", "a*b".to_owned()),
        ("token_syntax", "====".to_owned()),
        ("token_syntax", format!("\t{token}")),
        ("token_syntax", format!("{token} x")),
        ("token_too_long", "a".repeat(16 * 1024 + 1)),
        ("token_structure", "abc".to_owned()),
        ("token_structure", format!("{head}.{body}")),
        ("token_structure", format!("{token}.")),
        ("token_structure", format!("{token}.{tail}")),
        ("token_structure", format!("{token}=")),
        ("token_syntax", format!("{head}==.{body}.{tail}")),
        ("token_structure", format!("{head}.{body}.{}+", &tail[1..])),
        ("token_structure", format!("{head}..{tail}x")),
        ("token_header", raw("{}", &good(&json!({})).to_string())),
        ("token_header", raw("[]", "{}")),
        ("token_header", raw(r#"{"alg":"ES256","alg":"ES256"}"#, "{}")),
        ("token_header", raw(r#"{"alg":"ES256","\u0061lg":"ES256"}"#, "{}")),
        ("token_header", raw(r#"{"alg":7}"#, "{}")),
        ("token_header", raw(r#"{"alg":"ES256","kid":1}"#, "{}")),
        ("token_header", raw(r#"{"alg":"ES256","typ":null}"#, "{}")),
        ("token_header", raw("\u{feff}{\"alg\":\"ES256\"}", "{}")),
        ("token_payload", raw(HEADER, "Payload")),
        ("token_payload", raw(HEADER, "[]")),
        ("token_payload", raw(HEADER, "{} {}")),
        (
            "repeated_claim",
            raw(
                HEADER,
                r#"{"iss":"https://idp.example.com","iss":"https://idp.example.com"}"#,
            ),
        ),
        (
            "repeated_claim",
            raw(HEADER, r#"{"iss":"https://idp.example.com","a":{"b":1,"\u0062":2}}"#),
        ),
        ("critical_header", raw(r#"{"alg":"ES256","crit":[]}"#, "{}")),
        (
            "critical_header",
            raw(r#"{"alg":"ES256","crit":["exp"],"exp":1}"#, "{}"),
        ),
        ("critical_header", raw(r#"{"alg":"ES256","b64":true}"#, "{}")),
        ("algorithm_not_allowed", with_header(&json!({ "alg": "none" }))),
        (
            "algorithm_not_allowed",
            format!("{}.{body}.", base64url(br#"{"alg":"none"}"#)),
        ),
        ("algorithm_not_allowed", with_header(&json!({ "alg": "es256" }))),
        ("algorithm_not_allowed", with_header(&json!({ "alg": "ES256K" }))),
        (
            "algorithm_not_allowed",
            with_header(&json!({ "alg": "RS256", "kid": "key-1" })),
        ),
        (
            "algorithm_not_allowed",
            with_header(&json!({ "alg": "HS256", "kid": "key-1" })),
        ),
    ]
}

/// Well formed, and not signed by a key of the issuer for that algorithm.
fn misdirected_tokens() -> Vec<(&'static str, String)> {
    let token = signed(&json!({}));
    let (signed_part, tail) = token.rsplit_once('.').unwrap();
    let mut flipped = crate::support::keys::from_base64url(tail);
    flipped[0] ^= 1;
    vec![
        ("missing_issuer", signed(&json!({ "iss": null }))),
        ("unknown_issuer", signed(&json!({ "iss": [ISSUER] }))),
        ("unknown_issuer", signed(&json!({ "iss": "https://idp.example.com/" }))),
        ("unknown_issuer", signed(&json!({ "iss": "https://IDP.example.com" }))),
        (
            "unknown_key",
            with_header(&json!({ "alg": "ES256", "kid": "key-9", "typ": "JWT" })),
        ),
        (
            "unknown_key",
            with_header(&json!({ "alg": "ES256", "kid": "KEY-1", "typ": "JWT" })),
        ),
        (
            "unfit_key",
            with_header(&json!({ "alg": "ES256", "kid": "strong", "typ": "JWT" })),
        ),
        (
            "signature_length",
            with_header(&json!({ "alg": "ES384", "kid": "key-1", "typ": "JWT" })),
        ),
        ("ambiguous_key", with_header(&json!({ "alg": "ES256", "typ": "JWT" }))),
        (
            "ambiguous_key",
            with_header(&json!({ "alg": "ES256", "kid": "twin", "typ": "JWT" })),
        ),
        ("bad_signature", format!("{signed_part}.{}", base64url(&flipped))),
        ("signature_length", format!("{signed_part}.")),
        (
            "signature_length",
            format!("{signed_part}.{}", base64url(&flipped[1..])),
        ),
        (
            "bad_signature",
            TestKey::new(Alg::ES256, "key-2", 1).token(&good(&json!({}))),
        ),
        // Wrong afterwards too: nothing of that shows before the signature holds.
        ("bad_signature", forged(&json!({ "exp": NOW - 9999 }))),
        ("bad_signature", forged(&json!({ "aud": "other" }))),
        ("bad_signature", forged(&json!({ "nbf": NOW + 9999 }))),
        ("bad_signature", forged(&json!({ "exp": "soon" }))),
        ("bad_signature", forged(&json!({ "scope": null, "azp": "evil" }))),
        ("bad_signature", forged(&json!({ "role": {} }))),
    ]
}

/// Signed with a key that is not the one its `kid` names.
fn forged(members: &Value) -> String {
    TestKey::new(Alg::ES256, "key-1", 9).token(&good(members))
}

#[test]
fn the_token_that_all_others_here_are_derived_from_passes() {
    assert_eq!(world().ask_info(&signed(&json!({}))).reason(), "ok");
}

#[test]
fn an_invalid_token_is_refused_for_its_exact_reason_and_the_caller_cannot_tell_which() {
    let world = world();
    let mut seen = None;
    for (reason, token) in invalid_tokens() {
        let answer = world.ask_info(&token);
        assert_eq!(answer.reason(), reason, "{token:.200}");
        assert_eq!(
            (&answer.line["outcome"], &answer.line["status"]),
            (&json!("deny"), &json!(401))
        );
        assert!(
            answer.line.get("sub").is_none() && answer.line.get("issuer").is_none(),
            "unverified claims in the log"
        );
        let reply = answer.reply();
        assert_face(&reply, reason, 401, "unauthorized", "invalid_token", INVALID_TOKEN);
        let face = (reply.body, reply.fields);
        assert_eq!(
            seen.get_or_insert_with(|| face.clone()),
            &face,
            "{reason} is told apart"
        );
    }
}

#[test]
fn a_token_that_is_authentic_but_not_acceptable_is_told_why() {
    let rows: [(&str, &str, Value); 25] = [
        ("token_expired", "token_expired", json!({ "exp": NOW - 31 })),
        ("token_expired", "token_expired", json!({ "iat": NOW - 3631 })),
        ("token_not_yet_valid", "token_not_yet_valid", json!({ "nbf": NOW + 31 })),
        ("token_not_yet_valid", "token_not_yet_valid", json!({ "iat": NOW + 31 })),
        ("wrong_audience", "wrong_audience", json!({ "aud": "other" })),
        ("wrong_audience", "wrong_audience", json!({ "aud": null })),
        ("wrong_audience", "wrong_audience", json!({ "aud": [] })),
        ("claims_rejected", "claim_missing", json!({ "exp": null })),
        ("claims_rejected", "claim_missing", json!({ "iat": null })),
        ("claims_rejected", "claim_missing", json!({ "scope": null })),
        (
            "claims_rejected",
            "authorized_party_not_listed",
            json!({ "azp": "evil" }),
        ),
        ("claims_rejected", "authorized_party_missing", json!({ "azp": null })),
        (
            "claims_rejected",
            "authorized_party_not_listed",
            json!({ "client_id": "evil" }),
        ),
        ("claims_rejected", "identity_claim_type", json!({ "role": 1.5 })),
        ("claims_rejected", "claim_type_sub", json!({ "sub": 7.5 })),
        ("claims_rejected", "claim_type_sub", json!({ "sub": ["alice"] })),
        (
            "claims_rejected",
            "claim_type_aud",
            json!({ "aud": { "copilotkit": true } }),
        ),
        ("claims_rejected", "claim_type_aud", json!({ "aud": ["copilotkit", 1] })),
        ("claims_rejected", "claim_type_jti", json!({ "jti": 1 })),
        ("claims_rejected", "claim_type", json!({ "azp": ["web"] })),
        ("claims_rejected", "claim_type", json!({ "client_id": 1 })),
        (
            "claims_rejected",
            "claim_type_exp",
            json!({ "exp": format!("{}", NOW + 300) }),
        ),
        ("claims_rejected", "claim_type_exp", json!({ "exp": [NOW + 300] })),
        ("claims_rejected", "claim_type_nbf", json!({ "nbf": "0" })),
        ("claims_rejected", "claim_type_iat", json!({ "iat": true })),
    ];
    let world = world();
    for (code, reason, members) in rows {
        let answer = world.ask_info(&signed(&members));
        assert_eq!(answer.reason(), reason, "{members}");
        if !reason.starts_with("claim_type_") {
            assert_eq!(
                answer.line["issuer"], ISSUER,
                "{members}: the log names whose token it was"
            );
        }
        assert_face(
            &answer.reply(),
            &members.to_string(),
            401,
            "unauthorized",
            code,
            INVALID_TOKEN,
        );
    }
    for typ in [json!(null), json!("jwt+x"), json!("dpop+jwt")] {
        let mut header = json!({ "alg": "ES256", "kid": "key-1" });
        if !typ.is_null() {
            header["typ"] = typ;
        }
        let answer = world.ask_info(&with_header(&header));
        assert_eq!(answer.reason(), "token_type_not_listed", "{header}");
        assert_face(
            &answer.reply(),
            "typ",
            401,
            "unauthorized",
            "claims_rejected",
            INVALID_TOKEN,
        );
    }
}

#[test]
fn a_tenant_that_is_not_listed_is_the_wrong_issuer() {
    let table = json!({
        "issuer": "https://login.example.com/{tenantid}/v2.0", "audience": "copilotkit", "jwks_uri": JWKS_URI,
        "tenants": ["t1", "t2"],
    });
    let world = World::new(&Settings::of_issuers(&json!([table])));
    let iss = |tenant: &str| format!("https://login.example.com/{tenant}/v2.0");
    let rows = [
        (json!({ "iss": iss("t1") }), "ok"),
        (json!({ "iss": iss("t2"), "tid": "t2" }), "ok"),
        (json!({ "iss": iss("t1"), "tid": "t2" }), "wrong_issuer"),
        (json!({ "iss": iss("t3") }), "wrong_issuer"),
        (json!({ "iss": iss("t1"), "tid": 1 }), "claim_type"),
        (json!({ "iss": iss("") }), "unknown_issuer"),
        (json!({ "iss": iss("t1/t2") }), "unknown_issuer"),
        (json!({ "iss": iss("{tenantid}") }), "unknown_issuer"),
    ];
    for (members, reason) in rows {
        let answer = world.ask_info(&TestKey::es256().token(&claims_with(&members)));
        assert_eq!(answer.reason(), reason, "{members}");
        if reason == "wrong_issuer" {
            assert_face(&answer.reply(), reason, 401, "unauthorized", reason, INVALID_TOKEN);
        }
    }
}

#[test]
fn no_answer_repeats_anything_of_the_token() {
    let world = world();
    let secret = "s3cr3t-claim";
    let mut tokens: Vec<String> = invalid_tokens().into_iter().map(|(_, token)| token).collect();
    tokens.push(signed(&json!({ "permissions": { secret: 1 }, "sub": [secret] })));
    for token in tokens.into_iter().filter(|token| token.len() > 8) {
        let answer = world.ask_info(&token);
        let reply = answer.reply();
        let said = format!("{:?} {:?} {}", reply.body, reply.fields, answer.line);
        assert!(!said.contains(secret), "{said}");
        assert!(
            token
                .split('.')
                .filter(|part| part.len() > 8)
                .all(|part| !said.contains(part)),
            "{said}"
        );
    }
    assert_eq!(
        world.ask(&info(&TestKey::es256().token(&claims()))).status(),
        401,
        "scope and azp are demanded here"
    );
}
