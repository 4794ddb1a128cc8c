//! Keys over time: fresh, stale, expired; claims, clocks, back-off; and that nothing else ever decides.

use crate::support::keys::{TestKey, key_set};
use crate::support::platform::NOW;
use crate::support::provider::{known, next_key, retry_after, settings, stray, token_of, warm_world, world};
use crate::support::settings::{JWKS_URI, Settings};
use crate::support::world::{World, info};
use copilotkit_gate::auth::keys::SourceFault;
use copilotkit_gate::base::alg::Alg;
use proptest::prelude::*;
use serde_json::json;

#[test]
fn a_set_that_has_just_come_is_not_asked_for_again() {
    let world = world();
    assert_eq!(world.ask_info(&stray(1)).reason(), "unknown_key");
    assert_eq!(world.platform.fetch_count(), 1);
}

#[test]
fn the_first_request_loads_and_the_next_ones_cost_nothing() {
    let world = world();
    for _ in 0..20 {
        assert_eq!(world.status(&known()), 200);
    }
    let store = &world.platform.store;
    assert_eq!(
        (world.platform.fetch_count(), store.reads.get(), store.writes.get()),
        (1, 1, 1)
    );
    assert_eq!(
        *store.ttls.borrow(),
        [3600],
        "kept in the store as long as it may be used"
    );
}

#[test]
fn a_set_is_fresh_as_long_as_its_publisher_says_within_bounds() {
    let rows = [
        (None, None, 600),
        (Some("public"), None, 600),
        (Some("max-age=120"), None, 120),
        (Some("public, Max-Age=\"120\""), None, 120),
        (Some("max-age=0"), None, 60),
        (Some("no-store"), None, 60),
        (Some("no-cache, max-age=9999"), None, 60),
        (Some("max-age=9999, no-store"), None, 60),
        (Some("max-age=9999 , No-Cache"), None, 60),
        (Some("max-age=99999999999999999999"), None, 86_400),
        (Some("max-age=-5"), None, 600),
        (Some("s-maxage=7"), None, 600),
        // A cache in between may have kept the set for a while.
        (Some("max-age=600"), Some("200"), 400),
        (Some("max-age=600"), Some("600"), 60),
        (Some("max-age=600"), Some("99999999999999999999"), 60),
        (Some("max-age=600"), Some("-1"), 600),
        (Some("max-age=600"), Some("soon"), 600),
        (None, Some("200"), 600),
    ];
    for (cache_control, age, fresh) in rows {
        let world = World::new(&Settings::usual().with("JWKS_STALE_LIMIT", json!(7 * 86_400)));
        *world.platform.age.borrow_mut() = age.map(str::to_owned);
        world
            .platform
            .publish(JWKS_URI, &key_set(&[&TestKey::es256()]), cache_control);
        assert_eq!(world.status(&known()), 200);
        world.platform.set_seconds(NOW + fresh - 1);
        assert_eq!(world.status(&known()), 200);
        assert!(
            world.platform.take_due_refreshes().is_empty(),
            "{cache_control:?}: fresh for {fresh} s"
        );
        world.platform.set_seconds(NOW + fresh);
        assert_eq!(world.status(&known()), 200);
        assert_eq!(
            world.platform.take_due_refreshes(),
            [0],
            "{cache_control:?}: stale after {fresh} s"
        );
    }
}

#[test]
fn a_stale_set_serves_all_while_one_refreshes_afterwards() {
    let world = warm_world();
    world.platform.pass(600);
    for answer in world.ask_all(&vec![info(&known()); 50]) {
        assert_eq!(answer.status(), 200);
    }
    assert_eq!(world.platform.fetch_count(), 1, "nobody waits for the provider");
    assert_eq!(world.platform.background.borrow().len(), 1, "one refresh for all");
    world.background();
    assert_eq!(world.platform.fetch_count(), 2);
    world.platform.pass(599);
    assert_eq!(world.status(&known()), 200);
    assert!(world.platform.take_due_refreshes().is_empty(), "fresh again");
}

#[test]
fn an_abandoned_refresh_is_taken_over_after_ten_seconds() {
    let world = warm_world();
    world.platform.pass(600);
    assert_eq!(world.status(&known()), 200);
    assert_eq!(
        world.platform.take_due_refreshes(),
        [0],
        "claimed, and then its request is cancelled"
    );
    world.platform.pass(9);
    assert_eq!(world.status(&known()), 200);
    assert!(world.platform.take_due_refreshes().is_empty());
    world.platform.pass(1);
    assert_eq!(world.status(&known()), 200);
    assert_eq!(world.platform.take_due_refreshes(), [0]);
}

#[test]
fn a_set_outlives_its_provider_until_the_stale_limit_and_not_a_second_longer() {
    let world = warm_world();
    world.platform.fail(JWKS_URI, SourceFault::Unreachable);
    for age in [600, 1800, 3000, 3599] {
        world.platform.set_seconds(NOW + age);
        assert_eq!(world.status(&known()), 200, "{age} s old");
        world.background();
    }
    world.platform.set_seconds(NOW + 3600);
    let answer = world.ask_info(&known());
    assert_eq!(answer.status(), 503);
    assert!((1..=30).contains(&retry_after(&answer)));
    world.platform.publish(JWKS_URI, &key_set(&[&TestKey::es256()]), None);
    world.platform.pass(31);
    assert_eq!(world.status(&known()), 200, "and lives again when the provider does");
}

#[test]
fn failures_back_off_and_the_answer_says_until_when() {
    let world = world();
    world.platform.fail(JWKS_URI, SourceFault::Status(500));
    let mut at = NOW;
    for (attempt, pause) in [5, 10, 20, 30, 30].into_iter().enumerate() {
        world.platform.set_seconds(at);
        assert_eq!(retry_after(&world.ask_info(&known())), pause);
        assert_eq!(world.platform.fetch_count(), attempt + 1);
        world.platform.set_seconds(at + pause - 1);
        assert_eq!(retry_after(&world.ask_info(&known())), 1);
        assert_eq!(
            world.platform.fetch_count(),
            attempt + 1,
            "no attempt while backing off"
        );
        at += pause;
    }
    world.platform.publish(JWKS_URI, &key_set(&[&TestKey::es256()]), None);
    world.platform.set_seconds(at);
    assert_eq!(world.status(&known()), 200);
}

#[test]
fn a_new_key_is_found_at_once_and_a_withdrawn_one_is_gone() {
    let world = warm_world();
    world.platform.publish(JWKS_URI, &key_set(&[&next_key()]), None);
    assert_eq!(world.status(&known()), 200, "not known to be withdrawn yet");
    assert_eq!(
        world.status(&token_of(&next_key())),
        200,
        "the new key, on the first token that needs it"
    );
    assert_eq!(world.platform.fetch_count(), 2);
    assert_eq!(world.ask_info(&known()).reason(), "unknown_key", "withdrawn");
}

#[test]
fn a_clock_that_steps_changes_no_decision_for_long() {
    let back = warm_world();
    back.platform.pass(-86_400);
    assert_eq!(back.status(&known()), 200, "a set from the future is as old as now");
    back.platform.pass(600);
    assert_eq!(back.status(&known()), 200);
    assert_eq!(back.platform.take_due_refreshes(), [0], "and ages from there");
    back.platform.pass(-86_400);
    assert_eq!(back.status(&known()), 200);
    back.platform.pass(600);
    assert_eq!(back.status(&known()), 200);
    assert_eq!(
        back.platform.take_due_refreshes(),
        [0],
        "no claim from the future blocks a refresh"
    );

    let forced = warm_world();
    assert_eq!(forced.status(&stray(1)), 401);
    forced.platform.pass(-86_400);
    forced
        .platform
        .publish(JWKS_URI, &key_set(&[&TestKey::es256(), &next_key()]), None);
    assert_eq!(forced.status(&token_of(&next_key())), 401, "cooling down");
    forced.platform.pass(30);
    assert_eq!(forced.status(&token_of(&next_key())), 200, "for no longer than usual");

    let failed = world();
    failed.platform.fail(JWKS_URI, SourceFault::Unreachable);
    assert_eq!(failed.status(&known()), 503);
    failed.platform.pass(-86_400);
    assert_eq!(retry_after(&failed.ask_info(&known())), 5);

    let forward = warm_world();
    forward.platform.pass(10 * 86_400);
    assert_eq!(forward.status(&known()), 200, "reloaded");
    assert_eq!(forward.platform.fetch_count(), 2);
}

/// An unchanged set is copied to the store at most every 24th part of its life: an isolate that starts from the copy may give
/// it up that much earlier, and never later.
#[test]
fn a_set_from_the_store_may_end_a_little_early() {
    let settings = settings();
    let world = warm_world();
    world.platform.pass(30);
    assert_eq!(
        world.ask_info(&stray(1)).reason(),
        "unknown_key",
        "the same set is fetched again"
    );
    world.platform.fail(JWKS_URI, SourceFault::Unreachable);
    world.platform.pass(3575);
    assert_eq!(world.status(&known()), 200, "3575 s after it was fetched");
    assert_eq!(
        world.restarted(&settings).status(&known()),
        503,
        "3605 s after it was copied"
    );
}

#[derive(Clone, Debug)]
enum Event {
    Pass(i64),
    Publish(u8),
    Garbage,
    Down,
    Ask(u8),
    Stray,
    Background,
    Restart,
    HandOver,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => prop_oneof![0_i64..40, 500_i64..700, 1700_i64..1900, 3500_i64..3700].prop_map(Event::Pass),
        2 => (1_u8..8).prop_map(Event::Publish),
        1 => Just(Event::Garbage),
        2 => Just(Event::Down),
        5 => (0_u8..3).prop_map(Event::Ask),
        1 => Just(Event::Stray),
        2 => Just(Event::Background),
        1 => Just(Event::Restart),
        2 => Just(Event::HandOver),
    ];
    proptest::collection::vec(event, 1..60)
}

fn key(number: u8) -> TestKey {
    TestKey::new(Alg::ES256, &format!("key-{number}"), number + 1)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens: a token passes exactly if the last usable set that the provider gave has its key and is within
    /// its life, which may end a little early after a restart. So the stale limit is never exceeded, a withdrawn key never
    /// passes, and garbage never takes a key away.
    #[test]
    fn the_last_good_set_decides_and_nothing_else(events in events()) {
        let settings = settings();
        let mut world = World::new(&settings);
        // How much earlier a set may end that comes from the store: see `a_set_from_the_store_may_end_a_little_early`.
        let mut early = 0;
        world.platform.publish(JWKS_URI, &key_set(&[&key(0)]), None);
        for event in events {
            match event {
                Event::Pass(seconds) => world.platform.pass(seconds),
                Event::Publish(bits) => {
                    let keys: Vec<TestKey> = (0..3).filter(|number| bits >> number & 1 == 1).map(key).collect();
                    world.platform.publish(JWKS_URI, &key_set(&keys.iter().collect::<Vec<_>>()), None);
                }
                Event::Garbage => world.platform.publish(JWKS_URI, r#"{"keys":[]}"#, None),
                Event::Down => world.platform.fail(JWKS_URI, SourceFault::Unreachable),
                Event::Stray => prop_assert_ne!(world.status(&stray(0)), 200),
                Event::Background => world.background(),
                Event::Restart => {
                    world = world.restarted(&settings);
                    early = 3600 / 24;
                }
                Event::HandOver => world = world.handed_over(&settings),
                Event::Ask(number) => {
                    let passes = world.status(&token_of(&key(number))) == 200;
                    let now = world.platform.seconds();
                    let served = world.platform.served.borrow();
                    let good = served.iter().rev().find(|(_, body)| body.contains("kid"));
                    let is_good_for = |seconds: i64| {
                        good.is_some_and(|(asked, body)| {
                            now - asked < seconds && body.contains(&format!("key-{number}"))
                        })
                    };
                    let expected = is_good_for(if passes { 3600 } else { 3600 - early });
                    prop_assert_eq!(passes, expected, "key-{} at {}, {:?}", number, now, good);
                }
            }
        }
    }
}
