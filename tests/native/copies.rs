//! The shared copy of a key set: it saves the provider, keeps its age, and is believed only as far as it is good.

use crate::support::keys::{TestKey, key_set};
use crate::support::platform::NOW;
use crate::support::provider::{garbage, known, next_key, token_of};
use crate::support::settings::{JWKS_URI, Settings};
use crate::support::world::World;
use copilotkit_gate::auth::keys::SourceFault;
use serde_json::{Value, json};

fn warm_world(settings: &Settings) -> World {
    let world = World::new(settings);
    assert_eq!(world.status(&known()), 200);
    world.platform.set_seconds(NOW);
    world
}

fn stored(world: &World) -> (String, Value) {
    let entries = world.platform.store.entries.borrow();
    let (name, copy) = entries.iter().next().unwrap();
    (name.clone(), serde_json::from_slice(copy).unwrap())
}

fn store(world: &World, name: &str, copy: &[u8]) {
    world
        .platform
        .store
        .entries
        .borrow_mut()
        .insert(name.to_owned(), copy.to_vec());
}

#[test]
fn the_shared_copy_saves_the_provider_and_keeps_its_age() {
    let settings = Settings::usual().with("JWKS_STALE_LIMIT", json!(3600));
    let world = warm_world(&settings);
    world.platform.fail(JWKS_URI, SourceFault::Unreachable);
    world.platform.set_seconds(NOW + 3599);
    let world = world.restarted(&settings);
    assert_eq!(world.status(&known()), 200, "as old as in the isolate that fetched it");
    world.platform.set_seconds(NOW + 3600);
    assert_eq!(
        world.restarted(&settings).status(&known()),
        503,
        "and no older anywhere"
    );
}

/// A provider whose sets are fresh for a minute must not cost a write each minute, in every isolate.
#[test]
fn an_unchanged_set_is_not_written_again_while_its_copy_has_life() {
    let settings = Settings::usual();
    let world = World::new(&settings);
    let publish = |world: &World, keys: &[&TestKey]| {
        world.platform.publish(JWKS_URI, &key_set(keys), Some("max-age=60"));
    };
    publish(&world, &[&TestKey::es256()]);
    let refresh = |world: &World, at: i64| {
        world.platform.set_seconds(NOW + at);
        assert_eq!(world.status(&known()), 200);
        world.background();
        world.platform.store.writes.get()
    };
    assert_eq!(refresh(&world, 0), 1);
    for at in [60, 120, 1800, 3540] {
        assert_eq!(refresh(&world, at), 1, "after {at} s");
    }
    assert_eq!(world.platform.fetch_count(), 5, "it was asked all the same");
    assert_eq!(
        refresh(&world, 3600),
        2,
        "so that a cold isolate has nearly the whole stale limit before it"
    );
    publish(&world, &[&TestKey::es256(), &next_key()]);
    assert_eq!(refresh(&world, 3660), 3, "another set is written at once");
    // Another isolate learns from the store what is there.
    let world = world.restarted(&settings);
    publish(&world, &[&TestKey::es256(), &next_key()]);
    assert_eq!(refresh(&world, 3720), 3);
}

/// The schedule runs every five minutes, in an isolate that may know nothing.
#[test]
fn the_schedule_does_not_write_what_the_store_holds() {
    let settings = Settings::usual();
    let mut world = World::new(&settings);
    let renew = |world: &World| {
        let auth = world.gate.auth();
        let platform = world.platform.with_body(&[]);
        for (index, _) in auth.settings().issuers.iter() {
            assert!(world.platform.run(auth.keys().renew(index, &platform)).is_ok());
        }
        world.platform.store.writes.get()
    };
    for (run, writes) in [(0, 1), (1, 1), (2, 1), (11, 1), (12, 2), (13, 2)] {
        world.platform.set_seconds(NOW + run * 300);
        world = world.restarted(&settings);
        assert_eq!(renew(&world), writes, "run {run}");
    }
}

#[test]
fn a_copy_that_is_older_than_what_is_held_is_ignored() {
    let settings = Settings::usual();
    let world = warm_world(&settings);
    let (name, mut old) = stored(&world);
    world.platform.pass(500);
    world.platform.publish(JWKS_URI, &key_set(&[&next_key()]), None);
    assert_eq!(world.status(&token_of(&next_key())), 200);
    old["fetched"] = json!(NOW);
    store(&world, &name, old.to_string().as_bytes());
    world.platform.pass(60);
    assert_eq!(
        world.ask_info(&known()).reason(),
        "unknown_key",
        "withdrawn, whatever an old copy says"
    );
    assert_eq!(world.status(&token_of(&next_key())), 200);
}

#[test]
fn a_newer_copy_brings_a_new_key_without_asking_the_provider() {
    let settings = Settings::usual();
    let world = warm_world(&settings);
    let (name, mut copy) = stored(&world);
    world.platform.pass(100);
    copy["fetched"] = json!(NOW + 50);
    copy["jwks"] = serde_json::from_str(&key_set(&[&next_key()])).unwrap();
    store(&world, &name, copy.to_string().as_bytes());
    assert_eq!(world.status(&token_of(&next_key())), 200);
    assert_eq!(world.platform.fetch_count(), 1);
    assert_eq!(world.ask_info(&known()).reason(), "unknown_key");
}

#[test]
fn a_bad_copy_is_no_worse_than_none() {
    let settings = Settings::usual();
    let (name, good) = stored(&warm_world(&settings));
    let with = |member: &str, value: Value| {
        let mut copy = good.clone();
        copy[member] = value;
        copy.to_string()
    };
    let mut copies = garbage();
    copies.extend([
        with("jwks", json!({ "keys": [] })),
        with("jwks", json!(null)),
        with("jwks", json!("{}")),
        with("fetched", json!("now")),
        with("fetched", json!(NOW - 10_000_000)),
        with("fetched", json!(i64::MIN)),
        with("fresh_for", json!(null)),
        with("extra", json!(1)),
        json!([good["fetched"], good["fresh_for"], good["jwks"]]).to_string(),
        key_set(&[&TestKey::es256()]),
    ]);
    for copy in copies {
        let world = World::new(&settings);
        store(&world, &name, copy.as_bytes());
        assert_eq!(world.status(&known()), 200, "{copy:.120}");
        assert_eq!(world.platform.fetch_count(), 1, "{copy:.120}: the provider is asked");
        assert_eq!(stored(&world).1["jwks"], good["jwks"], "and the copy mended");
    }
    for fault in [SourceFault::Store, SourceFault::TimedOut] {
        let world = World::new(&settings);
        world.platform.store.fault.set(Some(fault));
        assert_eq!(world.status(&known()), 200, "a store that fails");
    }
}

#[test]
fn a_copy_from_the_future_is_not_fresh_for_ever() {
    let settings = Settings::usual();
    let (name, good) = stored(&warm_world(&settings));
    for (member, value) in [
        ("fetched", json!(i64::MAX)),
        ("fresh_for", json!(i64::MAX)),
        ("fresh_for", json!(i64::MIN)),
    ] {
        let mut copy = good.clone();
        copy[member] = value.clone();
        let world = World::new(&settings);
        store(&world, &name, copy.to_string().as_bytes());
        assert_eq!(world.status(&known()), 200);
        world.platform.pass(86_400);
        world.platform.publish(JWKS_URI, &key_set(&[&next_key()]), None);
        world.status(&known());
        world.background();
        assert_eq!(
            world.ask_info(&known()).reason(),
            "unknown_key",
            "{member} = {value}: refreshed within a day"
        );
    }
}

/// An isolate that asked the provider before a rotation may write after one that asked later.
#[test]
fn a_copy_that_is_not_what_is_held_is_written_over() {
    let settings = Settings::usual();
    for spoilt in ["older", "gone", "garbage"] {
        let world = World::new(&settings);
        world
            .platform
            .publish(JWKS_URI, &key_set(&[&TestKey::es256()]), Some("max-age=60"));
        assert_eq!(world.status(&known()), 200);
        let (name, old) = stored(&world);
        let rotated = key_set(&[&TestKey::es256(), &next_key()]);
        world.platform.publish(JWKS_URI, &rotated, Some("max-age=60"));
        world.platform.pass(60);
        assert_eq!(world.status(&known()), 200);
        world.background();
        assert_eq!(world.platform.store.writes.get(), 2, "{spoilt}");
        match spoilt {
            "older" => store(&world, &name, old.to_string().as_bytes()),
            "gone" => world.platform.store.entries.borrow_mut().clear(),
            _ => store(&world, &name, b"garbage"),
        }
        world.platform.pass(60);
        assert_eq!(world.status(&known()), 200);
        world.background();
        assert_eq!(world.platform.store.writes.get(), 3, "{spoilt}");
        assert_eq!(
            stored(&world).1["jwks"]["keys"].as_array().map(Vec::len),
            Some(2),
            "{spoilt}"
        );
    }
}

/// Of isolates whose sets become stale together, one asks the provider; and the claim of another does not outlive its
/// refresh, so that a rotation right afterwards is found at once.
#[test]
fn a_refresh_that_another_isolate_has_done_asks_nobody() {
    let settings = Settings::usual().with("JWKS_STALE_LIMIT", json!(3600));
    let here = warm_world(&settings);
    let there = World {
        gate: World::new(&settings).gate,
        platform: here.platform.with_body(&[]),
    };
    assert_eq!(there.status(&known()), 200);
    assert_eq!(here.platform.fetch_count(), 1, "it had the copy");
    here.platform.set_seconds(NOW + 600);
    for isolate in [&there, &here] {
        assert_eq!(isolate.status(&known()), 200);
        isolate.background();
        assert_eq!(here.platform.fetch_count(), 2, "only the first one asked");
    }
    here.platform.publish(JWKS_URI, &key_set(&[&next_key()]), None);
    assert_eq!(here.status(&token_of(&next_key())), 200);
    assert_eq!(here.platform.pauses.get(), 0, "there was nobody to wait for");
}
