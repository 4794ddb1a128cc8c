//! The reader of bodies, held against `serde_json`: what it takes, what it refuses, and what it finds where.

use std::collections::{BTreeSet, HashMap};
use std::fmt::{self, Write};

use copilotkit_gate::base::json::fault::{JsonFault, MAX_MEMBERS};
use copilotkit_gate::base::json::outline::{self, Outline};
use copilotkit_gate::base::json::walk;
use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::properties::document;

/// The members of an object as `serde_json` splits it: repeated names are there as often as they are written.
struct Members<'j>(Vec<(String, &'j RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Splitter;
        impl<'de> Visitor<'de> for Splitter {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Splitter)
    }
}

/// Whether this is JSON in UTF-8 without a repeated name, as far as `serde_json` can tell.
fn is_good(json: &[u8]) -> bool {
    std::str::from_utf8(json)
        .is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok() && is_unique(text.trim()))
}

fn is_unique(text: &str) -> bool {
    if text.starts_with('{') {
        serde_json::from_str::<Members<'_>>(text).is_ok_and(|Members(members)| {
            let names: BTreeSet<&String> = members.iter().map(|(name, _)| name).collect();
            names.len() == members.len() && members.iter().all(|(_, value)| is_unique(value.get()))
        })
    } else if text.starts_with('[') {
        serde_json::from_str::<Vec<&RawValue>>(text).is_ok_and(|items| items.iter().all(|item| is_unique(item.get())))
    } else {
        true
    }
}

/// Name and value of a member, and of those inside it.
type Split = Vec<(String, String, Vec<(String, String)>)>;

/// What the outline says of `json`: names, values, and the same of what lies one deeper.
fn outlined(json: &[u8]) -> Split {
    let text = |place: &std::ops::Range<usize>| std::str::from_utf8(&json[place.clone()]).unwrap().to_owned();
    let name = |place| serde_json::from_str::<String>(&text(place)).unwrap();
    let outline = Outline::read(json).unwrap();
    outline
        .members()
        .map(|(member, inner)| {
            let inner = inner
                .iter()
                .map(|inner| (name(&inner.name), text(&inner.value)))
                .collect();
            (name(&member.name), text(&member.value), inner)
        })
        .collect()
}

/// The same by `serde_json`.
fn split(json: &str) -> Split {
    let Members(members) = serde_json::from_str(json).unwrap();
    let inner = |value: &str| match serde_json::from_str::<Members<'_>>(value) {
        Ok(Members(members)) => members
            .into_iter()
            .map(|(name, value)| (name, value.get().to_owned()))
            .collect(),
        Err(_) => Vec::new(),
    };
    let outlined = members
        .into_iter()
        .map(|(name, value)| (name, value.get().to_owned(), inner(value.get())));
    outlined.collect()
}

/// An object with a few members of any name.
fn members() -> impl Strategy<Value = Value> {
    vec((any::<String>(), document()), 0..8).prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// A byte that means something to JSON, or to UTF-8.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        proptest::sample::select(b"{}[]\",:\\/ \t\n\r0123456789-+.eEutrfalsn\0\x1f\x7f".to_vec()),
        any::<u8>(),
    ]
}

/// JSON that is spelt as no printer does it: any space, letters as escapes, numbers of any form, half pairs of surrogates
/// in strings that are values.
fn spelt(value: Value) -> impl Strategy<Value = String> {
    vec(any::<u8>(), 1..64).prop_map(move |choices| {
        let mut choices = choices.iter().copied().cycle();
        let mut json = String::new();
        spell(&value, &mut choices, &mut json);
        json
    })
}

fn spell(value: &Value, choices: &mut impl Iterator<Item = u8>, json: &mut String) {
    const NUMBERS: [&str; 6] = [
        "-0",
        "1e400",
        "-1E+400",
        "0.1000000000000000055511151231257827",
        "1.0",
        "5E-324",
    ];
    json.push_str(space(choices));
    match value {
        Value::String(text) => {
            spell_string(text, choices, json);
            if one_of(choices, &[true, false, false]) {
                json.insert_str(
                    json.len() - 1,
                    one_of(choices, &["\\ud800", "\\/", "\\uDC00x", "\\b\\f"]),
                );
            }
        }
        Value::Number(number) => match choices.next() {
            Some(choice @ 0..64) => json.push_str(NUMBERS[usize::from(choice) % NUMBERS.len()]),
            _ => json.push_str(&number.to_string()),
        },
        Value::Array(items) => {
            json.push('[');
            for (at, item) in items.iter().enumerate() {
                json.push_str(if at == 0 { "" } else { "," });
                spell(item, choices, json);
            }
            json.push_str(space(choices));
            json.push(']');
        }
        Value::Object(members) => {
            json.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                json.push_str(if at == 0 { "" } else { "," });
                json.push_str(space(choices));
                spell_string(name, choices, json);
                json.push_str(space(choices));
                json.push(':');
                spell(value, choices, json);
            }
            json.push_str(space(choices));
            json.push('}');
        }
        Value::Null | Value::Bool(_) => json.push_str(&value.to_string()),
    }
    json.push_str(space(choices));
}

fn spell_string(text: &str, choices: &mut impl Iterator<Item = u8>, json: &mut String) {
    json.push('"');
    for letter in text.chars() {
        if one_of(choices, &[true, false, false, false]) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(json, "\\u{unit:04X}").unwrap();
            }
        } else {
            let quoted = Value::from(letter.to_string()).to_string();
            json.push_str(&quoted[1..quoted.len() - 1]);
        }
    }
    json.push('"');
}

fn space(choices: &mut impl Iterator<Item = u8>) -> &'static str {
    one_of(choices, &["", "", "", " ", "\n", "\t", "\r\n", "                 "])
}

fn one_of<T: Copy>(choices: &mut impl Iterator<Item = u8>, of: &[T]) -> T {
    of[usize::from(choices.next().unwrap()) % of.len()]
}

/// JSON of several layouts with a few bytes replaced, inserted and deleted.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), 0..3_u8, byte());
    let layout = |document: Value| {
        prop_oneof![
            Just(serde_json::to_string_pretty(&document).unwrap()),
            Just(document.to_string()),
            spelt(document),
        ]
    };
    (document().prop_flat_map(layout), vec(change, 0..4)).prop_map(|(json, changes)| {
        let mut json = json.into_bytes();
        for (at, kind, byte) in changes {
            let at = at.index(json.len().max(1)).min(json.len());
            match kind {
                0 if at < json.len() => json[at] = byte,
                1 if at < json.len() => drop(json.remove(at)),
                _ => json.insert(at, byte),
            }
        }
        json
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_reader_takes_what_serde_json_takes_and_nothing_else(json in damaged()) {
        prop_assert_eq!(outline::check(&json).is_ok(), is_good(&json), "{:?}", String::from_utf8_lossy(&json));
    }

    #[test]
    fn it_does_so_with_any_bytes(json in vec(byte(), 0..12)) {
        prop_assert_eq!(outline::check(&json).is_ok(), is_good(&json), "{:?}", String::from_utf8_lossy(&json));
    }

    #[test]
    fn members_are_found_where_serde_json_finds_them(json in members().prop_flat_map(spelt)) {
        prop_assert_eq!(outlined(json.as_bytes()), split(&json));
        let Members(members) = serde_json::from_str(&json).unwrap();
        let walked: Vec<_> = walk::members(json.as_bytes()).map(|(name, value)| (&json[name], &json[value])).collect();
        prop_assert_eq!(walked.len(), members.len());
        for ((name, value), (known, raw)) in walked.into_iter().zip(members) {
            prop_assert_eq!(serde_json::from_str::<String>(name).unwrap(), known.as_str());
            prop_assert_eq!(value, raw.get());
            prop_assert_eq!(walk::member(json.as_bytes(), &known), Some(raw.get().as_bytes()));
        }
    }

    #[test]
    fn items_are_found_where_serde_json_finds_them(json in vec(document(), 0..6).prop_map(Value::from).prop_flat_map(spelt)) {
        let json = json.trim_start();
        let raw: Vec<&RawValue> = serde_json::from_str(json).unwrap();
        let walked: Vec<&[u8]> = walk::items(json.as_bytes()).collect();
        prop_assert_eq!(&walked, &raw.iter().map(|item| item.get().as_bytes()).collect::<Vec<_>>());
        let all = walk::filter(json.as_bytes(), |_| true).unwrap();
        let kept: Vec<&RawValue> = serde_json::from_slice(&all).unwrap();
        prop_assert_eq!(kept.iter().map(|item| item.get()).collect::<Vec<_>>(), raw.iter().map(|item| item.get()).collect::<Vec<_>>());
        prop_assert_eq!(walk::filter(json.as_bytes(), |_| false), Some(b"[]".to_vec()));
    }
}

/// What is looked at in blocks must not depend on where in a block it stands.
#[test]
fn what_ends_a_string_is_seen_at_every_place() {
    for length in 0..70 {
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
                assert_eq!(outline::check(json.as_bytes()).is_ok(), is_good, "{json}");
                assert_eq!(is_good, self::is_good(json.as_bytes()), "{json}");
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
                assert_eq!(outline::check(&json), Err(JsonFault::Malformed));
            }
        }
    }
}

#[test]
fn nesting_ends_where_serde_json_ends_it() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(outline::check(nested(127).as_bytes()), Ok(()));
    assert!(serde_json::from_str::<Value>(&nested(127)).is_ok());
    assert_eq!(outline::check(nested(128).as_bytes()), Err(JsonFault::Malformed));
    assert!(serde_json::from_str::<Value>(&nested(128)).is_err());
    // Far deeper than any stack would hold.
    assert_eq!(
        outline::check("[".repeat(1 << 20).as_bytes()),
        Err(JsonFault::Malformed)
    );
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
        assert_eq!(outline::check(json(&names).as_bytes()), Ok(()));
        let twice = [&names[..], &same_digest[1..]].concat();
        assert_eq!(outline::check(json(&twice).as_bytes()), Err(JsonFault::RepeatedName));
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

/// The bound on members counts those of all objects; as many as it says are read.
#[test]
fn as_many_members_are_read_as_the_bound_says() {
    let objects = |members: usize| format!(r#"{{"all":[{}]}}"#, vec![r#"{"a":1}"#; members - 1].join(","));
    assert!(outline::check(objects(MAX_MEMBERS).as_bytes()).is_ok());
    let refused = outline::check(objects(MAX_MEMBERS + 1).as_bytes());
    assert_eq!(refused, Err(JsonFault::TooManyMembers));
    // A counter that is compared for equality would let these through.
    let refused = outline::check(objects(MAX_MEMBERS + 2).as_bytes());
    assert_eq!(refused, Err(JsonFault::TooManyMembers));
}
