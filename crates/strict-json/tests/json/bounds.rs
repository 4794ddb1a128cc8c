//! What is refused at its very edge: the ends of strings, UTF-8, nesting, repeated names and the number of members.

use std::collections::HashMap;

use serde_json::Value;
use strict_json::{Json, JsonFault, MAX_MEMBERS, parse, parse_object};

use crate::{check, oracle};

/// The result of a search in blocks must not depend on the position in a block.
#[test]
fn what_ends_a_string_is_seen_at_every_place() {
    for length in (0..70).chain(120..140) {
        for at in 0..=length {
            for (inside, is_good) in [
                ("\\n", true),
                ("\\u00e9", true),
                ("\\ud800", true),
                ("é", true),
                ("\u{1F600}", true),
                ("\u{7f}", true),
                ("\\x", false),
                ("\\u12g4", false),
                ("\u{1f}", false),
                ("\n", false),
                ("\"", false),
            ] {
                let mut text = "a".repeat(length);
                text.insert_str(at, inside);
                let json = format!(r#"{{"name":"{text}"}}"#);
                assert_eq!(check(json.as_bytes()).is_ok(), is_good, "{json}");
                assert_eq!(is_good, oracle::is_good(json.as_bytes()), "{json}");
            }
        }
    }
}

/// Which byte a backslash escapes depends on the bytes before it, and they may have been searched before.
#[test]
fn rows_of_backslashes_are_read_wherever_they_are() {
    let long = format!("n{}", "a".repeat(63));
    for length in (0..8).chain(50..70).chain(115..135) {
        for backslashes in 0..6 {
            for behind in [
                "",
                "n",
                &long,
                "x",
                "u00e9",
                "u00g9",
                "\"",
                "\"\\n",
                "\\\\",
                "\",\"b\":[\"}]",
                "é",
            ] {
                let text = format!("{}{}{behind}", "a".repeat(length), "\\".repeat(backslashes));
                for json in [
                    format!("{{\"a\":[\"{text}\",{{}}],\"c\":1}}"),
                    format!("{{\"{text}\":[],\"c\":1}}"),
                ] {
                    let is_good = oracle::is_good(json.as_bytes());
                    assert_eq!(check(json.as_bytes()).is_ok(), is_good, "{json}");
                    if is_good {
                        assert_eq!(oracle::outlined(json.as_bytes()), oracle::split(&json), "{json}");
                        let read = Json::read(json.clone().into_bytes()).unwrap();
                        let (_, last) = read.root().members().last().unwrap();
                        assert_eq!(last.as_bytes(), b"1", "{json}");
                    }
                }
            }
        }
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_refused_wherever_they_stand() {
    for bytes in [
        &b"\xff"[..],
        b"\xc3",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
    ] {
        for length in 0..40 {
            let text = [&vec![b'a'; length], bytes, &b"b"[..]].concat();
            for (before, behind) in [("{\"", "\":1}"), ("{\"a\":\"", "\"}"), ("[1,", "]"), ("", "")] {
                let json = [before.as_bytes(), &text, behind.as_bytes()].concat();
                assert_eq!(check(&json), Err(JsonFault::Malformed));
            }
        }
    }
}

#[test]
fn nesting_ends_where_serde_json_ends_it() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(check(nested(127).as_bytes()), Ok(()));
    assert!(serde_json::from_str::<Value>(&nested(127)).is_ok());
    assert_eq!(check(nested(128).as_bytes()), Err(JsonFault::Malformed));
    assert!(serde_json::from_str::<Value>(&nested(128)).is_err());
    // Far deeper than any stack allows.
    assert_eq!(check("[".repeat(1 << 20).as_bytes()), Err(JsonFault::Malformed));
}

#[test]
fn names_are_compared_and_not_their_digests() {
    let same_digest = collision();
    // Few names and many are compared in two ways.
    for others in [0, 3, 40] {
        let others = (0..others).map(|number| format!("other {number}"));
        let names: Vec<String> = same_digest.iter().cloned().chain(others).collect();
        let json = |names: &[String]| {
            let members: Vec<String> = names.iter().map(|name| format!("{name:?}:0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert_eq!(check(json(&names).as_bytes()), Ok(()));
        let twice = [&names[..], &same_digest[1..]].concat();
        assert_eq!(check(json(&twice).as_bytes()), Err(JsonFault::RepeatedName));
    }
}

/// Two names with one FNV-1a digest.
fn collision() -> [String; 2] {
    let digest = |name: &str| {
        name.bytes().fold(0x811c_9dc5_u32, |digest, byte| {
            (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
    };
    let mut seen = HashMap::new();
    let mut names = (0_u64..).map(|number| format!("{number:x}"));
    names
        .find_map(|name| seen.insert(digest(&name), name.clone()).map(|other| [other, name]))
        .unwrap()
}

/// The bound on members counts those of all objects; exactly that many are read.
#[test]
fn as_many_members_are_read_as_the_bound_says() {
    let objects = |members: usize| format!(r#"{{"all":[{}]}}"#, vec![r#"{"a":1}"#; members - 1].join(","));
    assert!(check(objects(MAX_MEMBERS).as_bytes()).is_ok());
    let refused = check(objects(MAX_MEMBERS + 1).as_bytes());
    assert_eq!(refused, Err(JsonFault::TooManyMembers));
    // A counter that is compared for equality would let these through.
    let refused = check(objects(MAX_MEMBERS + 2).as_bytes());
    assert_eq!(refused, Err(JsonFault::TooManyMembers));
}

#[test]
fn a_name_that_occurs_twice_is_refused_at_any_depth() {
    for depth in 0..20 {
        let inner = |members: &str| format!("{}{{{members}}}{}", r#"{"a":["#.repeat(depth), "]}".repeat(depth));
        for twice in [
            r#""n":1,"n":1"#,
            r#""n":1,"\u006e":2"#,
            r#""":1,"":2"#,
            r#""a":1,"b":2,"a":{}"#,
        ] {
            assert_eq!(
                parse(inner(twice).as_bytes()),
                Err(JsonFault::RepeatedName),
                "{twice} at {depth}"
            );
            assert_eq!(check(inner(twice).as_bytes()), Err(JsonFault::RepeatedName));
        }
        assert!(parse(inner(r#""n":1,"N":1,"n ":1"#).as_bytes()).is_ok());
    }
}

/// `serde_json::Value` takes an object with this member name, which it uses itself, for the text behind it: a second
/// reading of the same document, so the gate must not read with it.
#[test]
fn no_member_name_has_a_meaning_of_its_own() {
    let text = br#"{"$serde_json::private::RawValue":"[1]"}"#;
    let members = parse_object(text).unwrap();
    assert_eq!(members.get("$serde_json::private::RawValue").unwrap(), "[1]");
}
