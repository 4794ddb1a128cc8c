//! Keys under many requests at once: who fetches, who waits and for how long.

use std::pin::Pin;

use crate::support::keys::{TestKey, key_set};
use crate::support::platform::NOW;
use crate::support::provider::{known, next_key, retry_after, settings, stray, token_of, warm_world, world};
use crate::support::request::Request;
use crate::support::settings::{ISSUER, JWKS_URI, Settings, usual_issuer};
use crate::support::world::{World, claims, claims_with, info};
use copilotkit_gate::auth::keys::SourceFault;
use serde_json::json;

#[test]
fn strays_force_at_most_one_fetch_in_thirty_seconds() {
    for down in [false, true] {
        let world = warm_world();
        if down {
            world.platform.fail(JWKS_URI, SourceFault::TimedOut);
        }
        for second in 0..120 {
            world.platform.set_seconds(NOW + second);
            for number in 0..5 {
                let answer = world.ask_info(&stray(usize::try_from(second).unwrap() * 5 + number));
                assert_eq!(
                    answer.reason(),
                    "unknown_key",
                    "never 503: the set that is held decides"
                );
            }
            assert_eq!(world.status(&known()), 200, "a known key is not affected");
        }
        let forced = world.platform.fetch_count() - 1;
        assert!((2..=4).contains(&forced), "{forced} forced fetches in 120 s");
    }
}

#[test]
fn fifty_cold_requests_are_all_answered() {
    let world = world();
    world.platform.latency.set(700);
    let answers = world.ask_all(&vec![info(&known()); 50]);
    assert!(answers.iter().all(|answer| answer.status() == 200));
    let store = &world.platform.store;
    println!(
        "50 cold: {} fetches, {} reads, {} writes",
        world.platform.fetch_count(),
        store.reads.get(),
        store.writes.get()
    );
    assert!(world.platform.fetch_count() <= 50 && store.reads.get() <= 50);
    assert_eq!(store.writes.get(), 1, "one copy, however many fetched");

    let world = world.restarted(&settings());
    let before = world.platform.fetch_count();
    assert!(
        world
            .ask_all(&vec![info(&known()); 50])
            .iter()
            .all(|answer| answer.status() == 200)
    );
    assert_eq!(
        world.platform.fetch_count(),
        before,
        "the shared copy is enough for another isolate"
    );
}

#[test]
fn fifty_cold_failures_are_one_failure() {
    let world = world();
    world.platform.fail(JWKS_URI, SourceFault::Unreachable);
    world.platform.latency.set(700);
    for answer in world.ask_all(&vec![info(&known()); 50]) {
        assert_eq!(
            (answer.status(), retry_after(&answer)),
            (503, 5),
            "the first back-off, not the last"
        );
    }
}

#[test]
fn fifty_requests_with_a_new_key_share_one_fetch() {
    let world = warm_world();
    world
        .platform
        .publish(JWKS_URI, &key_set(&[&TestKey::es256(), &next_key()]), None);
    world.platform.latency.set(700);
    let mut requests = vec![info(&token_of(&next_key())); 50];
    requests.push(info(&known()));
    assert!(world.ask_all(&requests).iter().all(|answer| answer.status() == 200));
    assert_eq!(world.platform.fetch_count(), 2);
}

/// The refresh under way was asked before the rotation: whoever waited for it may still ask for the new set.
#[test]
fn a_rotation_during_a_refresh_is_not_missed() {
    let world = warm_world();
    world.platform.latency.set(700);
    let (index, _) = world.gate.auth().settings().issuers.iter().next().unwrap();
    let refresh = async {
        world.platform.pass(600);
        let stale = world.answer(&info(&known())).await.status();
        let _ = world
            .gate
            .auth()
            .keys()
            .refresh(index, &world.platform.with_body(&[]))
            .await;
        stale
    };
    let rotated = async {
        world.platform.wait(100).await;
        world
            .platform
            .publish(JWKS_URI, &key_set(&[&TestKey::es256(), &next_key()]), None);
        world.answer(&info(&token_of(&next_key()))).await.status()
    };
    let both: Vec<Pin<Box<dyn Future<Output = u16>>>> = vec![Box::pin(refresh), Box::pin(rotated)];
    assert_eq!(world.platform.run_all(both), [200, 200]);
    assert_eq!(world.platform.fetch_count(), 3);
}

/// A request that claims the refresh of a stale set and finds its own key missing waits for that very refresh, which the
/// platform runs beside it; one that was abandoned holds nobody up for longer than its claim counts.
#[test]
fn a_rotation_is_found_by_the_refresh_of_a_stale_set_and_despite_an_abandoned_one() {
    let world = warm_world();
    world.platform.pass(600);
    assert_eq!(world.status(&known()), 200);
    assert_eq!(world.platform.take_background().len(), 1, "claimed and abandoned");
    world
        .platform
        .publish(JWKS_URI, &key_set(&[&TestKey::es256(), &next_key()]), None);
    assert_eq!(world.status(&token_of(&next_key())), 401);
    world.platform.set_seconds(NOW + 610);
    let asked = async { world.answer(&info(&token_of(&next_key()))).await.status() };
    let beside = async {
        world.platform.wait(20).await;
        let index = world.platform.take_background()[0];
        let platform = world.platform.with_body(&[]);
        let refreshed = world.gate.auth().keys().refresh(index, &platform).await;
        u16::from(refreshed.is_ok())
    };
    let both: Vec<Pin<Box<dyn Future<Output = u16>>>> = vec![Box::pin(asked), Box::pin(beside)];
    assert_eq!(world.platform.run_all(both), [200, 1]);
    assert_eq!(world.platform.fetch_count(), 2, "one fetch for both");
}

#[test]
fn nobody_waits_longer_than_eight_seconds() {
    // The most that the platform allows: 2 s for a read of the store, 5 s for the fetches of a request.
    let slow = |world: &World| {
        world.platform.latency.set(5000);
        world.platform.fail(JWKS_URI, SourceFault::TimedOut);
        world.platform.store.latency.set(2000);
    };
    let elapsed = |world: &World, token: &str| {
        let before = world.platform.millis();
        world.ask_info(token);
        world.platform.millis() - before
    };
    let cold = world();
    slow(&cold);
    assert!(elapsed(&cold, &known()) <= 8000, "nothing known");
    let with_copy = warm_world().restarted(&settings());
    slow(&with_copy);
    let waited = elapsed(&with_copy, &stray(1));
    assert!(waited <= 8000, "a shared copy without the key: {waited} ms");
    let in_flight = warm_world();
    in_flight.platform.pass(600);
    in_flight.status(&known());
    in_flight.platform.pass(7);
    slow(&in_flight);
    let waited = elapsed(&in_flight, &stray(1));
    assert!(waited <= 8000, "behind another's refresh: {waited} ms");
}

#[test]
fn of_two_issuers_one_may_be_down() {
    let other = json!({ "issuer": "https://other.example.com", "audience": "copilotkit", "jwks_uri": "https://other.example.com/jwks" });
    let world = World::new(&Settings::of_issuers(&json!([usual_issuer(), other])));
    world
        .platform
        .fail("https://other.example.com/jwks", SourceFault::Unreachable);
    let theirs = TestKey::es256().token(&claims_with(&json!({ "iss": "https://other.example.com" })));
    for answer in world.ask_all(&[info(&TestKey::es256().token(&claims())), info(&theirs)]) {
        let ours = answer.line["issuer"] == ISSUER;
        assert_eq!(answer.status(), if ours { 200 } else { 503 });
    }
    let health = world.ask(&Request::new("GET", "/.gate/health"));
    assert_eq!(health.text(), r#"{"status":"degraded"}"#);
    world
        .platform
        .publish("https://other.example.com/jwks", &key_set(&[&next_key()]), None);
    world.platform.pass(5);
    assert_eq!(
        world.ask_info(&theirs).reason(),
        "unknown_key",
        "a key of one issuer is none of the other's"
    );
}
