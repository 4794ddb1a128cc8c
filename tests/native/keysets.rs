//! Key sets as providers write them, and what a failed signature may ask of a provider.

use crate::support::keys::{TestKey, base64url, from_base64url, key_set};
use crate::support::platform::NOW;
use crate::support::provider::{known, next_key, token_of, warm_world};
use crate::support::settings::{ISSUER, JWKS_URI, Settings};
use crate::support::world::{Answer, World, claims_with, info};
use copilotkit_gate::auth::keys::{Fetched, SourceFault};
use copilotkit_gate::base::alg::Alg;
use serde_json::{Value, json};

const OPENID: &str = "https://idp.example.com/.well-known/openid-configuration";
const OAUTH: &str = "https://idp.example.com/.well-known/oauth-authorization-server";

/// A world whose provider publishes this document.
fn world_of(document: &str) -> World {
    let world = World::new(&Settings::usual());
    world.platform.publish(JWKS_URI, document, None);
    world
}

fn set_of(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// A key of the usual `kid` that is another one for each `seed`.
fn same_kid(seed: u8) -> TestKey {
    TestKey::new(Alg::ES256, "key-1", seed)
}

/// A token of the usual header whose signature is another key's.
fn forged(subject: &str) -> String {
    same_kid(9).token(&claims_with(&json!({ "sub": subject })))
}

fn last_event(world: &World) -> Value {
    serde_json::from_str(world.platform.log.borrow().last().unwrap()).unwrap()
}

fn without_kid(key: &TestKey) -> String {
    let header = json!({ "alg": key.alg.name() }).to_string();
    key.sign(header.as_bytes(), claims_with(&json!({})).to_string().as_bytes())
}

#[test]
fn members_without_a_value_are_absent() {
    for members in [
        json!({ "use": null, "alg": null, "key_ops": null, "d": null, "k": null }),
        json!({ "use": "", "key_ops": [], "x5c": [], "x5t": "", "issuer": "", "d": "" }),
    ] {
        let mut key = TestKey::es256().jwk();
        for (name, value) in members.as_object().unwrap() {
            key[name] = value.clone();
        }
        assert_eq!(world_of(&set_of(&[key])).status(&known()), 200, "{members}");
    }
}

/// authlib leaves out leading zero bytes, phpseclib pads with `=`.
#[test]
fn coordinates_may_lack_leading_zeros_and_have_padding() {
    let starts_with_zero = |key: &TestKey| from_base64url(key.jwk()["x"].as_str().unwrap())[0] == 0;
    let key = (1..=u8::MAX)
        .map(|seed| TestKey::new(Alg::ES512, "key-1", seed))
        .find(starts_with_zero)
        .unwrap();
    let mut jwk = key.jwk();
    let x = from_base64url(jwk["x"].as_str().unwrap());
    let short: Vec<u8> = x.into_iter().skip_while(|byte| *byte == 0).collect();
    for padding in ["", "="] {
        jwk["x"] = json!(format!("{}{padding}", base64url(&short)));
        let fits = padding.is_empty() || short.len() % 3 == 2;
        let expected = if fits { 200 } else { 503 };
        assert_eq!(
            world_of(&set_of(&[jwk.clone()])).status(&token_of(&key)),
            expected,
            "{jwk}"
        );
    }
}

#[test]
fn equal_keys_are_one_and_up_to_four_others_are_tried() {
    let twice = set_of(&vec![TestKey::es256().jwk(); 9]);
    let world = world_of(&twice);
    assert_eq!(world.ask_info(&forged("x")).reason(), "bad_signature");
    assert_eq!(world.platform.verified.get(), 1, "one key is tried once");
    let four: Vec<Value> = (1..=4).map(|seed| same_kid(seed).jwk()).collect();
    for seed in 1..=4 {
        let world = world_of(&set_of(&four));
        assert_eq!(world.status(&token_of(&same_kid(seed))), 200, "{seed}");
        assert_eq!(world.status(&without_kid(&same_kid(seed))), 200, "{seed}, without kid");
    }
    let five: Vec<Value> = (1..=5).map(|seed| same_kid(seed).jwk()).collect();
    let world = world_of(&set_of(&five));
    assert_eq!(world.ask_info(&token_of(&same_kid(1))).reason(), "ambiguous_key");
    assert_eq!(world.platform.verified.get(), 0);
}

#[test]
fn a_set_is_bounded_by_its_bytes_alone() {
    let mut keys: Vec<Value> = (0..2000)
        .map(|number| TestKey::new(Alg::ES256, &format!("other-{number}"), 3).jwk())
        .collect();
    keys.push(TestKey::es256().jwk());
    let document = set_of(&keys);
    assert!(document.len() < 512 * 1024, "{}", document.len());
    assert_eq!(world_of(&document).status(&known()), 200);
    let padded = format!("{document}{}", " ".repeat(512 * 1024));
    assert_eq!(world_of(&padded).status(&known()), 503);
}

/// A provider that puts a new key under the old `kid`.
#[test]
fn a_failed_signature_is_tried_again_with_another_key_only() {
    let world = warm_world();
    world.platform.publish(JWKS_URI, &key_set(&[&same_kid(2)]), None);
    assert_eq!(world.status(&token_of(&same_kid(2))), 200);
    assert_eq!(world.platform.fetch_count(), 2);

    let world = warm_world();
    let verified = world.platform.verified.get();
    assert_eq!(world.ask_info(&forged("x")).reason(), "bad_signature");
    assert_eq!(world.platform.fetch_count(), 2, "it asked for newer keys");
    assert_eq!(
        world.platform.verified.get(),
        verified + 1,
        "and did not try the same one again"
    );
}

#[test]
fn a_key_that_does_not_fit_asks_for_one_refresh_too() {
    let world = warm_world();
    let rotated = TestKey::new(Alg::EdDSA, "key-1", 4);
    world.platform.publish(JWKS_URI, &key_set(&[&rotated]), None);
    assert_eq!(
        world.status(&token_of(&rotated)),
        200,
        "unfit_key is mended by the newer set"
    );
    assert_eq!(world.platform.fetch_count(), 2);
}

#[test]
fn a_flood_of_forged_signatures_asks_the_provider_once_in_thirty_seconds() {
    let world = warm_world();
    for (at, fetches) in [(0, 2), (29, 2), (31, 3), (45, 3)] {
        world.platform.set_seconds(NOW + at);
        let flood: Vec<_> = (0..20).map(|number| info(&forged(&format!("{at}-{number}")))).collect();
        for answer in world.ask_all(&flood) {
            assert_eq!(answer.reason(), "bad_signature");
        }
        assert_eq!(world.platform.fetch_count(), fetches, "after {at} s");
        assert_eq!(world.status(&known()), 200);
    }
}

#[test]
fn a_key_that_cannot_be_used_is_named() {
    let private = |mut key: Value| {
        key["d"] = json!(base64url(&[1; 32]));
        key
    };
    let world = world_of(&set_of(&[TestKey::es256().jwk(), private(next_key().jwk())]));
    assert_eq!(world.ask_info(&token_of(&next_key())).reason(), "unusable_key");
    let event = last_event(&world);
    assert_eq!(
        (&event["outcome"], &event["unusable"]),
        (&json!("refreshed"), &json!([{ "kid": "key-2", "fault": "private" }]))
    );
    assert_eq!(world.ask_info(&token_of(&next_key())).reason(), "unusable_key");
    assert_eq!(world.platform.fetch_count(), 1, "a newer set is not asked for");

    let alone = world_of(&set_of(&vec![private(next_key().jwk()); 12]));
    assert_eq!(alone.status(&known()), 503);
    let event = last_event(&alone);
    assert_eq!(event["outcome"], "refresh_failed");
    assert_eq!(event["unusable"].as_array().unwrap().len(), 8);
    assert_eq!(event["url"], JWKS_URI);
}

#[test]
fn a_byte_order_mark_is_skipped_in_the_copy_as_well() {
    let settings = Settings::usual();
    let world = world_of(&format!("\u{feff}{}", key_set(&[&TestKey::es256()])));
    assert_eq!(world.status(&known()), 200);
    let world = world.restarted(&settings);
    world.platform.fail(JWKS_URI, SourceFault::Unreachable);
    assert_eq!(world.status(&known()), 200, "from the copy");
}

#[test]
fn where_openid_connect_has_no_document_rfc_8414_is_asked() {
    let settings = Settings::of_issuer_with(&json!({ "jwks_uri": null }));
    let document = json!({ "issuer": ISSUER, "jwks_uri": JWKS_URI }).to_string();
    let world = World::new(&settings);
    world.platform.publish(OAUTH, &document, None);
    assert_eq!(world.status(&known()), 200);
    assert_eq!(*world.platform.fetches.borrow(), [OPENID, OAUTH, JWKS_URI]);
    for fault in [
        SourceFault::Status(500),
        SourceFault::Redirect(302),
        SourceFault::Unreachable,
    ] {
        let world = World::new(&settings);
        world.platform.fail(OPENID, fault);
        world.platform.publish(OAUTH, &document, None);
        assert_eq!(
            (world.status(&known()), world.platform.fetched(OAUTH)),
            (503, 0),
            "{fault:?}"
        );
    }
    let world = World::new(&settings);
    world.platform.publish(
        OPENID,
        &json!({ "issuer": "https://other.example.com" }).to_string(),
        None,
    );
    assert_eq!(world.status(&known()), 503);
    let event = last_event(&world);
    assert_eq!(
        (&event["fault"], &event["found"], &event["url"]),
        (
            &json!("issuer_differs"),
            &json!("https://other.example.com"),
            &json!(OPENID)
        )
    );
    assert!(event["remedy"].as_str().unwrap().contains("issuer"), "{event}");
}

/// Cloudflare answers so to a Worker that fetches another one of its account by URL.
#[test]
fn a_provider_of_the_same_account_is_recognised_and_its_remedy_logged() {
    let answered = |status, body: &str| {
        let fetched = Fetched::new(status, body.as_bytes().to_vec(), |_| None);
        fetched.document().err()
    };
    assert_eq!(answered(404, "error code: 1042"), Some(SourceFault::SameAccount));
    assert_eq!(answered(404, "error code: 1003"), Some(SourceFault::Status(404)));
    assert_eq!(answered(200, "error code: 1042"), None);
    let world = World::new(&Settings::of_issuer_with(&json!({ "jwks_uri": null })));
    world.platform.fail(OPENID, SourceFault::SameAccount);
    assert_eq!(world.status(&known()), 503);
    let event = last_event(&world);
    assert_eq!(
        (&event["fault"], &event["url"]),
        (&json!("same_account"), &json!(OPENID))
    );
    assert!(event["remedy"].as_str().unwrap().contains("service = "), "{event}");
    assert_eq!(*world.platform.fetches.borrow(), [OPENID]);
}

#[test]
fn an_issuer_of_several_names_is_one_under_the_first() {
    let names = [ISSUER, "https://old.example.com"];
    let settings = Settings::of_issuer_with(&json!({ "jwks_uri": null, "issuer": names }));
    for named in names {
        let world = World::new(&settings);
        let document = json!({ "issuer": named, "jwks_uri": JWKS_URI }).to_string();
        world.platform.publish(OPENID, &document, None);
        for iss in names {
            let request = info(&TestKey::es256().token(&claims_with(&json!({ "iss": iss }))));
            let answer: Answer = world.ask(&request);
            assert_eq!(answer.line["issuer"], ISSUER, "{iss}: {}", answer.line);
            let sent = World::sent(answer.forwarded(), &request);
            assert_eq!(World::values(&sent, "x-user-issuer"), [ISSUER]);
        }
    }
}
