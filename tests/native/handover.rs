//! One instance of the gate after the other in the same isolate: the next one knows the keys, and forgets no time to wait, so
//! that whoever makes instances follow each other makes the gate ask a provider no more often.

use crate::support::keys::{TestKey, key_set};
use crate::support::platform::NOW;
use crate::support::provider::{known, next_key, retry_after, settings, stray, token_of, warm_world, world};
use crate::support::settings::{ISSUER, JWKS_URI, Settings};
use crate::support::world::{World, claims_with};
use copilotkit_gate::auth::keys::SourceFault;
use copilotkit_gate::base::clock::Seconds;
use copilotkit_gate::base::saved::{Reader, Saved};
use serde_json::json;

#[test]
fn the_next_instance_knows_the_keys_and_asks_nobody() {
    let mut world = warm_world();
    for _ in 0..3 {
        world = world.handed_over(&settings());
        assert_eq!(world.status(&known()), 200);
        assert_eq!(world.ask_info(&token_of(&next_key())).reason(), "unknown_key");
    }
    let store = &world.platform.store;
    // The second of each is for the unknown key: once in 30 seconds, whatever instance sees it.
    assert_eq!((world.platform.fetch_count(), store.reads.get()), (2, 2));
    assert_eq!(store.writes.get(), 1);
}

#[test]
fn a_set_ages_as_if_there_were_one_instance() {
    let world = warm_world();
    world.platform.pass(599);
    let world = world.handed_over(&settings());
    assert_eq!(world.status(&known()), 200);
    assert!(
        world.platform.take_due_refreshes().is_empty(),
        "fresh for another second"
    );
    world.platform.pass(1);
    assert_eq!(world.status(&known()), 200);
    let world = world.handed_over(&settings());
    assert_eq!(world.status(&known()), 200);
    assert!(
        world.platform.take_due_refreshes().is_empty(),
        "claimed by the instance before"
    );
    world.platform.fail(JWKS_URI, SourceFault::Unreachable);
    world.platform.set_seconds(NOW + 3600);
    assert_eq!(
        world.handed_over(&settings()).status(&known()),
        503,
        "past its stale limit"
    );
}

#[test]
fn an_unknown_key_leads_to_one_refresh_in_thirty_seconds() {
    let mut world = warm_world();
    world.platform.pass(60);
    for number in 0..5 {
        assert_eq!(world.ask_info(&stray(number)).reason(), "unknown_key");
        assert_eq!(world.platform.fetch_count(), 2);
        world = world.handed_over(&settings());
        world.platform.pass(5);
    }
    world.platform.pass(5);
    assert_eq!(world.ask_info(&stray(9)).reason(), "unknown_key");
    assert_eq!(world.platform.fetch_count(), 3);
}

#[test]
fn failures_back_off_over_all_instances() {
    let mut world = world();
    world.platform.fail(JWKS_URI, SourceFault::Status(500));
    let mut at = NOW;
    for (attempt, pause) in [5, 10, 20, 30, 30].into_iter().enumerate() {
        world.platform.set_seconds(at);
        assert_eq!(retry_after(&world.ask_info(&known())), pause);
        world = world.handed_over(&settings());
        world.platform.set_seconds(at + pause - 1);
        assert_eq!(retry_after(&world.ask_info(&known())), 1);
        assert_eq!(world.platform.fetch_count(), attempt + 1);
        world = world.handed_over(&settings());
        at += pause;
    }
}

#[test]
fn a_discovered_address_is_not_looked_up_again() {
    let settings = Settings::usual().with("ISSUERS", json!([{ "issuer": ISSUER, "audience": "urn:gate" }]));
    let world = World::new(&settings);
    let document = format!("{ISSUER}/.well-known/openid-configuration");
    let discovery = json!({ "issuer": ISSUER, "jwks_uri": JWKS_URI }).to_string();
    world.platform.publish(&document, &discovery, None);
    let token = TestKey::es256().token(&claims_with(
        &json!({ "aud": "urn:gate", "exp": NOW + 10_000_000, "iat": null }),
    ));
    assert_eq!(world.status(&token), 200);
    let world = world.handed_over(&settings);
    world.platform.pass(700);
    world
        .platform
        .publish(JWKS_URI, &key_set(&[&TestKey::es256(), &next_key()]), None);
    assert_eq!(world.status(&token), 200);
    world.background();
    assert_eq!(
        (world.platform.fetched(&document), world.platform.fetched(JWKS_URI)),
        (1, 2)
    );
}

#[test]
fn a_notice_is_told_once() {
    let settings = Settings::usual();
    let token = TestKey::es256().token(&claims_with(&json!({ "role": { "admin": true } })));
    let world = World::new(&settings);
    assert_eq!(world.status(&token), 200);
    let world = world.handed_over(&settings);
    assert_eq!(world.status(&token), 200);
    assert_eq!(world.platform.notices.borrow().len(), 1);
}

#[test]
fn numbers_and_bytes_come_back_and_nothing_comes_of_nothing() {
    let mut saved = Saved::default();
    for number in [None, Some(0), Some(-1), Some(i64::MAX)] {
        saved.number(number);
    }
    saved.bytes(b"");
    saved.bytes(b"abc");
    let saved = saved.into_bytes();
    let mut reader = Reader::new(&saved);
    let numbers: Vec<Option<i64>> = (0..4).map(|_| reader.number()).collect();
    assert_eq!(numbers, [None, Some(0), Some(-1), Some(i64::MAX)]);
    assert_eq!(
        (reader.bytes(), reader.bytes(), reader.bytes()),
        (&b""[..], &b"abc"[..], &b""[..])
    );
    assert_eq!(reader.number(), None);
    // What is cut off is not taken for anything else.
    let mut saved = Saved::default();
    warm_world().gate.save(&mut saved);
    let saved = saved.into_bytes();
    for length in (0..saved.len()).step_by(7) {
        let world = world();
        world.gate.restore(&mut Reader::new(&saved[..length]), Seconds(NOW));
        assert_eq!(world.status(&known()), 200);
    }
}
