//! At which step a request was refused, and what a rule demands that its caller lacks: what a person is told.

use std::collections::BTreeMap;

use copilotkit_gate::auth::credential;
use copilotkit_gate::auth::keys::{JwkFault, KeySet};
use copilotkit_gate::base::alg::Alg;
use copilotkit_gate::config::read::BindingKind;
use copilotkit_gate::gate::record::Record;
use copilotkit_gate::policy::rule::Access;
use copilotkit_gate::wire::step::Step;
use serde_json::{Value, json};

use crate::support::keys::{TestKey, base64url};
use crate::support::platform::NOW;
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims, claims_with, info};

fn token(key: &TestKey, members: &Value) -> String {
    key.token(&claims_with(members))
}

#[test]
fn a_refusal_tells_its_step() {
    let closed = Settings::usual().with("RULES", json!([{ "operations": ["info"], "allow": "nobody" }]));
    let (usual, closed) = (World::new(&Settings::usual()), World::new(&closed));
    let rsa = World::new(&Settings::of_issuer_with(&json!({ "algorithms": ["RS256"] })));
    let key = TestKey::es256();
    let good = token(&key, &json!({}));
    let (_, rest) = good.split_once('.').unwrap();
    let unsigned = format!("{}.{rest}", base64url(br#"{"alg":"none"}"#));
    let cases = [
        (&usual, Request::new("GET", "/info"), Step::Credential),
        (&usual, info("a.b"), Step::Token),
        (&usual, info(&unsigned), Step::Token),
        (
            &usual,
            info(&token(&key, &json!({ "iss": "https://evil.example.com" }))),
            Step::Issuer,
        ),
        (&rsa, info(&good), Step::Algorithm),
        (
            &usual,
            info(&token(&TestKey::new(Alg::ES256, "other", 9), &json!({}))),
            Step::Key,
        ),
        (
            &usual,
            info(&token(&TestKey::new(Alg::ES256, "key-1", 9), &json!({}))),
            Step::Signature,
        ),
        (&usual, info(&token(&key, &json!({ "aud": "elsewhere" }))), Step::Claims),
        (&usual, info(&token(&key, &json!({ "role": 1.5 }))), Step::Identity),
        (&usual, Request::new("GET", "/nothing").bearer(&good), Step::Operation),
        (&closed, info(&good), Step::Rules),
    ];
    for (world, request, step) in cases {
        let answer = world.ask(&request);
        assert_eq!(answer.step, Some(step), "{}", answer.line);
    }
    assert_eq!(usual.ask(&info(&good)).step, None);
    assert!(Step::ALL.is_sorted());
}

/// The step is noted and not told by the refusal: the same refusal may come from several.
#[test]
fn a_refusal_of_a_limit_tells_where_it_was_counted() {
    let settings = Settings::usual()
        .with("TOKEN_PROPERTY", json!(true))
        .binding("RATE_LIMIT", BindingKind::RateLimit);
    let world = World::new(&settings);
    world.platform.over_limit.replace(Some("address:".to_owned()));
    let request = Request::new("POST", "/agent/a/run").json(r#"{"threadId":"t"}"#);
    let answer = world.ask(&request);
    assert_eq!((answer.status(), answer.step), (429, Some(Step::Credential)));
    world.platform.over_limit.replace(Some("subject:".to_owned()));
    let answer = world.ask(&info(&token(&TestKey::es256(), &json!({}))));
    assert_eq!((answer.status(), answer.step), (429, Some(Step::Rules)));
}

#[test]
fn revocation_and_unreadable_dates_have_their_steps() {
    let world = World::new(&Settings::usual());
    let unreadable = token(&TestKey::es256(), &json!({ "exp": 1e300 }));
    assert_eq!(world.ask_info(&unreadable).step, Some(Step::Claims));
    world.platform.revoked.replace(Some(BTreeMap::default()));
    world.platform.revocations_fail.set(true);
    let good = token(&TestKey::es256(), &json!({}));
    assert_eq!(world.ask_info(&good).step, Some(Step::Revocation));
    let remembered = world.ask_info(&good);
    assert_eq!(remembered.line["cache"], "hit");
    assert_eq!(
        remembered.step,
        Some(Step::Revocation),
        "also where the token is remembered"
    );
    world.platform.set_seconds(NOW + 1000);
    assert_eq!(world.ask_info(&good).step, Some(Step::Claims), "expired since");
}

#[test]
fn what_is_lacking_is_named() {
    let cases = [
        (json!({ "roles": ["owner"] }), "Roles"),
        (json!({ "roles": ["admin"], "permissions": ["fly"] }), "Permissions"),
        (json!({ "claims": { "plan": "pro" } }), "Claim"),
        (json!({ "scopes": ["runs"] }), "Scopes"),
        (json!({ "roles": ["admin"], "permissions": ["read"] }), ""),
    ];
    for (require, lacking) in cases {
        let rules = json!([{ "operations": ["info"], "require": require }]);
        let world = World::new(&Settings::usual().with("RULES", rules));
        let request = info(&TestKey::es256().token(&claims()));
        let head = request.head();
        let credential = credential::read(&head, None, &[]).ok().unwrap();
        let platform = world.platform.with_body(&[]);
        let caller = platform.run(
            world
                .gate
                .auth()
                .authenticate(&credential, &platform, &mut Record::new("")),
        );
        let copilotkit_gate::auth::caller::Caller::Verified(principal) = caller.ok().unwrap() else {
            panic!("a token makes a verified caller");
        };
        let Access::Require(requirements) = &world.gate.policy().rule(0).unwrap().access else {
            panic!("the rule requires something");
        };
        let unmet = requirements.unmet(&principal).unwrap();
        let named = unmet.map(|unmet| format!("{unmet:?}")).unwrap_or_default();
        assert!(
            named.starts_with(lacking) && named.is_empty() == lacking.is_empty(),
            "{named}"
        );
    }
}

#[test]
fn each_key_of_a_set_is_validated() {
    let mut private = TestKey::es256().jwk();
    private["d"] = json!("AAAA");
    let mut encrypts = TestKey::es256().jwk();
    encrypts["use"] = json!("enc");
    let document = json!({ "keys": [TestKey::es256().jwk(), private, encrypts, { "kty": "oct" }] }).to_string();
    let verdicts = KeySet::validate_each(document.as_bytes()).ok().unwrap();
    let faults: Vec<_> = verdicts.iter().map(|verdict| verdict.as_ref().err().copied()).collect();
    let expected = [
        None,
        Some(JwkFault::Private),
        Some(JwkFault::NotForVerifying),
        Some(JwkFault::Unsupported),
    ];
    assert_eq!(faults, expected);
}
