//! Bounds, to the unit: what is just within one is taken, and what is just past it is not.

use crate::support::keys::{TestKey, key_set};
use crate::support::settings::Settings;
use crate::support::world::World;
use copilotkit_gate::auth::keys::{KeySet, MAX_SET_BYTES, SetFault};
use serde_json::{Value, json};

#[test]
fn a_token_of_16_kib_is_read() {
    let world = World::new(&Settings::usual());
    let reason = |length: usize| world.ask_info(&"a".repeat(length)).reason().to_owned();
    assert_eq!(reason(16 * 1024), "token_structure");
    assert_eq!(reason(16 * 1024 + 1), "token_too_long");
}

#[test]
fn a_key_set_of_the_largest_size_is_read() {
    let of_size = |bytes: usize| {
        let set = key_set(&[&TestKey::es256()]);
        let spaces = " ".repeat(bytes - set.len());
        KeySet::parse(format!("{set}{spaces}").as_bytes()).err()
    };
    assert_eq!(of_size(MAX_SET_BYTES), None);
    assert_eq!(of_size(MAX_SET_BYTES + 1), Some(SetFault::TooLarge));
    assert_eq!(of_size(MAX_SET_BYTES + 2), Some(SetFault::TooLarge));
}

#[test]
fn a_key_set_is_bounded_by_its_bytes_and_not_by_its_keys() {
    let of_keys = |count: usize| {
        let others = (1..count).map(|number| json!({ "kty": "odd", "kid": number.to_string() }));
        let keys: Vec<Value> = others.chain([TestKey::es256().jwk()]).collect();
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).err()
    };
    assert_eq!(of_keys(201), None);
    assert_eq!(of_keys(10_000), None);
    assert_eq!(of_keys(50_000), Some(SetFault::TooLarge));
}
