//! Documents to read: as printers write them, as no printer does, and damaged.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

/// JSON texts without repeated names, as `serde_json` writes them.
pub fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((any::<String>(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An object with a few members of any name.
pub fn members() -> impl Strategy<Value = Value> {
    vec((any::<String>(), document()), 0..8).prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// A byte that means something to JSON, or to UTF-8.
pub fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        proptest::sample::select(b"{}[]\",:\\/ \t\n\r0123456789-+.eEutrfalsn\0\x1f\x7f".to_vec()),
        any::<u8>(),
    ]
}

/// JSON that is spelt as no printer does it: any space, letters as escapes, numbers of any form, half pairs of surrogates
/// in strings that are values.
pub fn spelt(value: Value) -> impl Strategy<Value = String> {
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
pub fn damaged() -> impl Strategy<Value = Vec<u8>> {
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
