//! The texts between wasm and JavaScript: Rust's half of the examples in `tests/support/bridge.json`, whose other half is
//! `tests/worker/bridge.test.mjs`.

use std::cell::Cell;

use copilotkit_gate::edge::bridge::{self, IncomingHead, LATE, Unread};
use copilotkit_gate::wire::field_changes::{FieldChange, FieldChanges};
use copilotkit_gate::wire::fields::FieldList;
use copilotkit_gate::wire::request::{EARLY, FieldSource, Method};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::world::changed;

fn examples() -> Value {
    serde_json::from_str(include_str!("../support/bridge.json")).unwrap()
}

/// A list of pairs of the examples.
fn pairs(list: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pairs = list.as_array().unwrap().iter();
    pairs.map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

fn owned(fields: &FieldList) -> Vec<(String, String)> {
    let fields = fields.iter();
    fields
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// A source that counts how often it is asked.
struct Source {
    all: Vec<(String, String)>,
    asked: Cell<u32>,
}

impl FieldSource for Source {
    fn read_all(&self) -> FieldList {
        self.asked.set(self.asked.get() + 1);
        let all = self.all.iter();
        all.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

#[test]
fn a_head_is_read_as_javascript_writes_it() {
    let examples = examples();
    let early = &examples["early"];
    assert_eq!(
        (&early["withAll"], &early["alone"]),
        (&json!(EARLY.with_all), &json!(EARLY.alone))
    );
    for example in examples["heads"].as_array().unwrap() {
        let name = example["name"].as_str().unwrap();
        let source = Source {
            all: pairs(&example["headers"]),
            asked: Cell::new(0),
        };
        let mut incoming = IncomingHead::parse(example["text"].as_str().unwrap()).unwrap();
        let head = incoming.head(&source).unwrap();
        assert_eq!(
            head.method,
            Method::from_name(example["method"].as_str().unwrap()),
            "{name}"
        );
        let query = head.query.map(|query| format!("?{query}")).unwrap_or_default();
        let url = format!("{}{}{query}", head.origin, head.path);
        assert_eq!(url, example["url"].as_str().unwrap(), "{name}");
        for early in [EARLY.with_all, EARLY.alone] {
            let value = source.all.iter().find(|(own, _)| own == early);
            assert_eq!(
                head.fields.get(early),
                value.map(|(_, value)| value.as_str()),
                "{name}: {early}"
            );
        }
        assert_eq!(source.asked.get(), 0, "{name}");
        for (field, value) in &source.all {
            assert_eq!(head.fields.get(field), Some(value.as_str()), "{name}: {field}");
        }
        let names: Vec<_> = source.all.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(head.fields.names().collect::<Vec<_>>(), names, "{name}");
        assert_eq!(head.fields.get("x-absent"), None, "{name}");
        let is_whole = source.all.iter().any(|(name, _)| name == EARLY.with_all);
        assert_eq!(source.asked.get(), u32::from(!is_whole), "{name}");
    }
}

#[test]
fn what_is_no_head_is_none() {
    for text in [
        "",
        "\n",
        "GET",
        "GET https://app.example/",
        "GET\nhttps://app.example/\n",
    ] {
        assert!(IncomingHead::parse(text).is_none(), "{text:?}");
    }
    let source = Source {
        all: Vec::new(),
        asked: Cell::new(0),
    };
    let mut incoming = IncomingHead::parse("GET /info\n").unwrap();
    assert!(incoming.head(&source).is_none());
}

#[test]
fn changes_are_written_as_javascript_reads_them() {
    for example in examples()["changes"].as_array().unwrap() {
        let name = example["name"].as_str().unwrap();
        let mut changes = FieldChanges::default();
        for change in example["changes"].as_array().unwrap() {
            let part = |at: usize| change[at].as_str().unwrap();
            match part(0) {
                "remove" => changes.remove(part(1)),
                "set" => changes.set(part(1), part(2)),
                "append" => changes.append(part(1), part(2)),
                other => panic!("{other}"),
            }
        }
        assert_eq!(bridge::changes(&changes).as_deref(), example["text"].as_str(), "{name}");
        let before = pairs(&example["before"]);
        assert_eq!(joined(changed(&before, &changes)), pairs(&example["after"]), "{name}");
    }
}

/// `fields` as `Headers` has them: in the order of their names, a repeated field as one.
fn joined(mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut joined: Vec<(String, String)> = Vec::new();
    for (name, value) in fields {
        match joined.last_mut().filter(|(own, _)| *own == name) {
            Some((_, all)) => *all = format!("{all}, {value}"),
            None => joined.push((name, value)),
        }
    }
    joined
}

#[test]
fn a_line_feed_makes_no_line_of_its_own() {
    for (name, value) in [("a", "1\nb"), ("a\nb", "1"), ("a", "\n"), ("a", "1\n")] {
        let mut changes = FieldChanges::default();
        changes.set(name, value);
        assert_eq!(bridge::changes(&changes), None, "{name:?} {value:?}");
        changes = FieldChanges::default();
        changes.append(name, value);
        assert_eq!(bridge::changes(&changes), None, "{name:?} {value:?}");
    }
}

#[test]
fn the_words_for_what_went_wrong_are_the_same() {
    let words = &examples()["words"];
    assert_eq!(words["late"].as_u64(), Some(LATE.into()));
    assert_eq!(words["broken"].as_u64(), Some(0));
    for (word, reason) in words["unread"].as_object().unwrap() {
        assert_eq!(format!("{:?}", Unread::from_word(Some(word))), reason.as_str().unwrap());
    }
    assert_eq!(Unread::from_word(None), Unread::Broken);
}

/// What JavaScript does with what it is given: writes the text, or tells how much room it may need.
fn write(text: &str, into: &mut [u8]) -> i32 {
    match into.get_mut(..text.len()) {
        Some(room) => {
            room.copy_from_slice(text.as_bytes());
            i32::try_from(text.len()).unwrap()
        }
        None => -i32::try_from(text.len() * 3).unwrap(),
    }
}

#[test]
fn a_text_that_is_longer_than_the_buffer_is_read_whole() {
    for length in [0, 1, 8191, 8192, 8193, 100_000] {
        let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
        let calls = Cell::new(0);
        let read = bridge::read(
            |into| {
                calls.set(calls.get() + 1);
                write(&text, into)
            },
            str::to_owned,
        );
        assert_eq!(read, text);
        assert_eq!(calls.get(), if length > 8192 { 2 } else { 1 }, "{length}");
    }
    assert_eq!(bridge::read(|_| i32::MIN, str::to_owned).len(), 0);
}

proptest! {
    /// The reader tells exactly the changes that were made, and their text has a line for each.
    #[test]
    fn changes_come_back_as_they_were_made(made in prop::collection::vec(("[a-z-]{1,12}", "[ -~é]{0,20}", 0..3_u8), 0..20)) {
        let mut changes = FieldChanges::default();
        for (name, value, action) in &made {
            match action {
                0 => changes.remove(name),
                1 => changes.set(name, value),
                _ => changes.append(name, value),
            }
        }
        let expected = made.iter().map(|(name, value, action)| match action {
            0 => FieldChange::Remove(name),
            1 => FieldChange::Set(name, value),
            _ => FieldChange::Append(name, value),
        });
        prop_assert_eq!(changes.iter().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        let mut twice = FieldChanges::default();
        twice.extend(&changes);
        twice.extend(&changes);
        prop_assert_eq!(twice.len(), made.len() * 2);
        let lines = bridge::changes(&changes).unwrap();
        prop_assert_eq!(if made.is_empty() { 0 } else { lines.split('\n').count() }, made.len());
    }

    /// Fields come over as they were, whatever stands in their values.
    #[test]
    fn fields_come_over_as_they_were(made in prop::collection::vec(("[a-z-]{1,12}", "[ -~é]{0,20}"), 0..20)) {
        let text = made.iter().fold(String::new(), |text, (name, value)| format!("{text}{name}:{value}\n"));
        prop_assert_eq!(owned(&bridge::fields(&text)), made);
    }
}
