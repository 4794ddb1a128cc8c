//! Remembered tokens: a second call costs no signature, and nothing that would have refused it is forgotten.

use crate::support::keys::{TestKey, key_set};
use crate::support::platform::NOW;
use crate::support::provider::{known, next_key, token_of, world};
use crate::support::settings::{JWKS_URI, Settings};
use crate::support::world::{World, claims, claims_with};
use copilotkit_gate::auth::keys::SourceFault;
use serde_json::json;

/// Asks, and tells what the log says of the memory and how many signatures were verified so far.
fn ask(world: &World, token: &str) -> (u16, String, usize) {
    let answer = world.ask_info(token);
    let cache = answer.line["cache"].as_str().unwrap_or("none").to_owned();
    (answer.status(), cache, world.platform.verified.get())
}

#[test]
fn a_token_is_verified_once_in_five_minutes() {
    let world = world();
    assert_eq!(ask(&world, &known()), (200, "miss".to_owned(), 1));
    let verified_at = world.platform.seconds();
    for _ in 0..10 {
        assert_eq!(ask(&world, &known()), (200, "hit".to_owned(), 1));
    }
    world.platform.set_seconds(verified_at + 299);
    assert_eq!(ask(&world, &known()), (200, "hit".to_owned(), 1));
    world.platform.set_seconds(verified_at + 300);
    assert_eq!(
        ask(&world, &known()),
        (200, "miss".to_owned(), 2),
        "however often it was used"
    );
}

#[test]
fn a_remembered_token_expires_on_the_second() {
    let world = world();
    let token = TestKey::es256().token(&claims_with(&json!({ "exp": NOW + 100 })));
    assert_eq!(world.status(&token), 200);
    world.platform.set_seconds(NOW + 129);
    assert_eq!(ask(&world, &token), (200, "hit".to_owned(), 1));
    world.platform.set_seconds(NOW + 130);
    assert_eq!(world.ask_info(&token).reason(), "token_expired");
    let aged = World::new(&Settings::of_issuer_with(&json!({ "max_age": 60 })));
    let token = TestKey::es256().token(&claims());
    assert_eq!(aged.status(&token), 200);
    aged.platform.set_seconds(NOW + 81);
    assert_eq!(aged.ask_info(&token).reason(), "token_expired", "by its age as well");
}

#[test]
fn a_token_is_forgotten_with_the_key_that_signed_it() {
    let world = world();
    assert_eq!(world.status(&known()), 200);
    world.platform.publish(JWKS_URI, &key_set(&[&next_key()]), None);
    assert_eq!(ask(&world, &known()).1, "hit", "nobody has asked the provider yet");
    assert_eq!(world.status(&token_of(&next_key())), 200);
    assert_eq!(world.ask_info(&known()).reason(), "unknown_key");
}

/// A gate that lives on remembered tokens still refreshes, and still stops when its keys are too old.
#[test]
fn a_remembered_token_does_not_outlive_the_keys() {
    let world = world();
    let token =
        |number: i64| TestKey::es256().token(&claims_with(&json!({ "exp": NOW + 99_999, "jti": number.to_string() })));
    world.platform.fail(JWKS_URI, SourceFault::Unreachable);
    world.platform.publish(JWKS_URI, &key_set(&[&TestKey::es256()]), None);
    assert_eq!(world.status(&token(0)), 200);
    world.platform.fail(JWKS_URI, SourceFault::Unreachable);
    world.platform.set_seconds(NOW + 600);
    assert_eq!(world.status(&token(1)), 200);
    world.background();
    world.platform.set_seconds(NOW + 3590);
    assert_eq!(world.status(&token(2)), 200);
    world.platform.set_seconds(NOW + 3600);
    assert_eq!(
        ask(&world, &token(2)).0,
        503,
        "verified ten seconds ago, under keys that no longer count"
    );

    let rotated = self::world();
    assert_eq!(rotated.status(&known()), 200);
    rotated.platform.publish(JWKS_URI, &key_set(&[&next_key()]), None);
    rotated.platform.set_seconds(NOW + 299);
    assert_eq!(rotated.status(&known()), 200);
    for second in [500, 650] {
        rotated.platform.set_seconds(NOW + second);
        rotated.status(&known());
        rotated.background();
    }
    assert_eq!(
        rotated.status(&known()),
        401,
        "the refresh of a stale set is asked for by remembered tokens too"
    );
}

#[test]
fn only_good_tokens_are_remembered_and_only_as_a_whole() {
    let world = world();
    let forged = TestKey::new(TestKey::es256().alg, "key-1", 9).token(&claims());
    for count in 1..4 {
        assert_eq!(ask(&world, &forged), (401, "none".to_owned(), count));
    }
    let wrong = TestKey::es256().token(&claims_with(&json!({ "aud": "other" })));
    for count in 4..6 {
        assert_eq!(ask(&world, &wrong), (401, "miss".to_owned(), count));
    }
    let good = TestKey::es256().token(&claims());
    assert_eq!(world.status(&good), 200);
    let (input, _) = good.rsplit_once('.').unwrap();
    let (_, other) = forged.rsplit_once('.').unwrap();
    assert_eq!(
        world.ask_info(&format!("{input}.{other}")).reason(),
        "bad_signature",
        "the same claims, another signature"
    );
}
