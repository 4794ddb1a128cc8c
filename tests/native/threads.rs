//! Sealed ids, held against the layout that `outbound/threads.rs` describes, written down here a second time and bit by bit.

use crate::support::keys::{TestKey, base64url};
use crate::support::request::Request;
use crate::support::settings::{ISSUER, Settings};
use crate::support::world::{World, claims_with};
use copilotkit_gate::outbound::OutboundBody;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const KEY: u8 = 7;
const OLD_KEY: u8 = 6;

/// A gate with these keys, of 32 times one byte each.
fn world(keys: &[u8]) -> World {
    let mut keys: Vec<String> = keys.iter().map(|byte| base64url(&[*byte; 32])).collect();
    let key = if keys.len() == 1 {
        json!(keys.pop())
    } else {
        json!(keys)
    };
    World::new(&Settings::usual().with("THREAD_KEY", key))
}

/// The id that the upstream sees for this one of alice's; `None` where it is refused for it.
fn sent(world: &World, choice: &str) -> Option<String> {
    sent_by(world, "alice", choice)
}

fn sent_by(world: &World, subject: &str, choice: &str) -> Option<String> {
    let token = TestKey::es256().token(&claims_with(&json!({ "sub": subject })));
    let body = json!({ "threadId": choice }).to_string();
    let answer = world.ask(&Request::new("POST", "/agent/a/run").bearer(&token).json(&body));
    if answer.status() == 200 {
        let outbound = answer.forwarded();
        let OutboundBody::Json(body) = &outbound.body else {
            panic!("no body")
        };
        let body: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(body["threadId"].as_str(), outbound.thread.as_deref());
        return outbound.thread.clone();
    }
    assert_eq!(answer.reason(), "body_thread_id");
    None
}

/// The first 61 bits of the tag over these parts, each behind its length.
fn tag(key: u8, parts: [&[u8]; 4]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&[key; 32]).unwrap();
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    let tag = mac.finalize().into_bytes();
    let start: [u8; 8] = tag[..8].try_into().unwrap();
    format!("{:064b}", u64::from_be_bytes(start))[3..].to_owned()
}

fn sealed(choice: &str) -> String {
    sealed_under(KEY, "alice", choice)
}

fn sealed_under(key: u8, subject: &str, choice: &str) -> String {
    let own = |purpose: &str, last: &[u8]| tag(key, [purpose.as_bytes(), ISSUER.as_bytes(), subject.as_bytes(), last]);
    let first = own("choice", choice.as_bytes());
    let second = own("owner", &u64::from_str_radix(&first, 2).unwrap().to_be_bytes());
    // Version 8 and variant 10 where RFC 9562 has them.
    let bits = format!("{}1000{}10{}{second}", &first[..48], &first[48..60], &first[60..]);
    let id = format!("{:032x}", u128::from_str_radix(&bits, 2).unwrap());
    format!(
        "{}-{}-{}-{}-{}",
        &id[..8],
        &id[8..12],
        &id[12..16],
        &id[16..20],
        &id[20..]
    )
}

#[test]
fn an_id_is_laid_out_as_described_and_passes_unchanged_when_it_comes_back() {
    let world = world(&[KEY]);
    for number in 0..64 {
        let choice = format!("thread-{number}");
        let id = sealed(&choice);
        assert_eq!(sent(&world, &choice), Some(id.clone()));
        assert_eq!(sent(&world, &id), Some(id));
    }
}

#[test]
fn what_is_not_written_as_the_gate_writes_it_is_a_choice_like_any_other() {
    let world = world(&[KEY]);
    let id = sealed("thread");
    let with = |at: usize, digit: char| {
        let mut digits: Vec<char> = id.chars().collect();
        digits[at] = digit;
        digits.into_iter().collect::<String>()
    };
    let others = "0123456789abcdef".chars();
    // Any other digit in any place, the ones of version and variant among them.
    let changed = (0..id.len()).flat_map(|at| others.clone().map(move |digit| (at, digit)));
    let changed = changed.map(|(at, digit)| with(at, digit)).filter(|other| *other != id);
    let spelt = [
        id.to_uppercase(),
        id.replace('-', ""),
        id.replacen('-', "", 1),
        format!("{id}0"),
        format!("0{id}"),
        format!("{id}-"),
        format!("{{{id}}}"),
        format!("urn:uuid:{id}"),
        id[1..].to_owned(),
        id[..id.len() - 1].to_owned(),
        format!("{}{}", &id[1..], "0"),
        id.replace('-', "_"),
        with(0, '-'),
        with(7, ' '),
    ];
    for other in changed.chain(spelt) {
        assert_eq!(sent(&world, &other), Some(sealed(&other)), "{other}");
    }
}

#[test]
fn an_id_has_at_most_256_bytes() {
    let world = world(&[KEY]);
    assert_eq!(sent(&world, ""), None);
    assert!(sent(&world, "t").is_some());
    assert!(sent(&world, &"é".repeat(128)).is_some());
    assert_eq!(sent(&world, &"t".repeat(257)), None);
}

/// A cursor tells of the last thread on its page.
#[test]
fn the_cursor_of_a_list_is_the_callers_own_or_absent() {
    let world = world(&[KEY]);
    let token = TestKey::es256().token(&claims_with(&json!({ "sub": "alice" })));
    let answer = world.ask(&Request::new("GET", "/threads").bearer(&token));
    let filter = answer.forwarded().answer.filter.as_ref().unwrap();
    let (own, foreign) = (
        json!({ "id": sealed("t") }),
        json!({ "id": sealed_under(KEY, "bob", "t") }),
    );
    let rows = [
        (
            json!([own]),
            json!({ "nextCursor": "c" }),
            json!([own]),
            json!({ "nextCursor": "c" }),
        ),
        (
            json!([foreign, own]),
            json!({ "nextCursor": "c" }),
            json!([own]),
            json!({ "nextCursor": "c" }),
        ),
        (
            json!([own, foreign]),
            json!({ "nextCursor": "c" }),
            json!([own]),
            json!({}),
        ),
        (
            json!([foreign]),
            json!({ "next_cursor": { "id": "x" } }),
            json!([]),
            json!({}),
        ),
        (json!([]), json!({ "nextCursor": "c" }), json!([]), json!({})),
        (
            json!([foreign]),
            json!({ "nextCursor": null, "n": 1 }),
            json!([]),
            json!({ "nextCursor": null, "n": 1 }),
        ),
    ];
    for (threads, rest, kept, left) in rows {
        let list = |threads: &Value, mut rest: Value| {
            rest["threads"] = threads.clone();
            rest
        };
        let sent = list(&threads, rest);
        let filtered = world.gate.filter(filter, sent.to_string().into_bytes()).unwrap();
        let filtered: Value = serde_json::from_slice(&filtered).unwrap();
        assert_eq!(filtered, list(&kept, left), "{sent}");
    }
}

/// A key is replaced by putting the new one in front: who comes back with an id finds their thread, and new ids are new.
#[test]
fn an_id_of_an_older_key_still_is_its_owners() {
    let world = world(&[KEY, OLD_KEY]);
    let old = sealed_under(OLD_KEY, "alice", "thread");
    assert_eq!(sent(&world, &old), Some(old.clone()));
    assert_eq!(sent(&world, &sealed("thread")), Some(sealed("thread")));
    assert_eq!(sent(&world, "thread"), Some(sealed("thread")));
    assert_eq!(sent_by(&world, "bob", &old), Some(sealed_under(KEY, "bob", &old)));
    let without = self::world(&[KEY]);
    assert_eq!(
        sent(&without, &old),
        Some(sealed(&old)),
        "a key that is no longer listed counts for nothing"
    );
}

/// Threads that a gate has sealed must still be found by the next version.
#[test]
fn an_id_is_what_it_was_in_the_first_release() {
    assert_eq!(sealed("thread"), "657eb489-2c91-8ff4-b2ab-165cf37dad70");
}

#[test]
fn users_with_an_empty_subject_share_no_thread() {
    for (issuer, claims, missing) in [
        (json!({}), json!({ "sub": "" }), "sub"),
        (
            json!({ "subject": "user.id" }),
            json!({ "sub": "alice", "user": { "id": "" } }),
            "user.id",
        ),
    ] {
        let settings = Settings::of_issuer_with(&issuer)
            .with("THREAD_KEY", json!(base64url(&[KEY; 32])))
            .with("IDENTITY", json!({ "x-user-id": "email" }));
        let mut claims = claims_with(&claims);
        claims["email"] = json!("a@example.com");
        let request = Request::new("POST", "/agent/a/run").bearer(&TestKey::es256().token(&claims));
        let answer = World::new(&settings).ask(&request.json(r#"{"threadId":"t"}"#));
        assert_eq!((answer.status(), answer.reason()), (401, "claim_missing"), "{issuer}");
        assert_eq!(answer.line["claim"], missing);
    }
}
