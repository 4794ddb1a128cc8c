//! The reader compared with `serde_json`: the documents that it accepts and refuses, and the places of members.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;
use strict_json::{Json, JsonFault, List, MAX_VALUES, Part, Watch, parse};

use crate::check;
use crate::documents::{byte, damaged, document, members, spelt};
use crate::oracle::{Members, is_good, outlined, split};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_reader_takes_what_serde_json_takes_and_nothing_else(json in damaged()) {
        prop_assert_eq!(check(&json).is_ok(), is_good(&json), "{:?}", String::from_utf8_lossy(&json));
    }

    #[test]
    fn it_does_so_with_any_bytes(json in vec(byte(), 0..12)) {
        prop_assert_eq!(check(&json).is_ok(), is_good(&json), "{:?}", String::from_utf8_lossy(&json));
    }

    #[test]
    fn members_are_found_where_serde_json_finds_them(json in members().prop_flat_map(spelt)) {
        prop_assert_eq!(outlined(json.as_bytes()), split(&json));
        let Members(members) = serde_json::from_str(&json).unwrap();
        let read = Json::read(json.clone().into_bytes()).unwrap();
        let walked: Vec<_> = read.root().members().collect();
        prop_assert_eq!(walked.len(), members.len());
        for ((name, value), (known, raw)) in walked.into_iter().zip(members) {
            prop_assert_eq!(serde_json::from_slice::<String>(name.as_bytes()).unwrap(), known.as_str());
            prop_assert_eq!(name.string().unwrap(), known.as_str());
            prop_assert_eq!(value.as_bytes(), raw.get().as_bytes());
            prop_assert_eq!(read.part(value.place()).as_bytes(), raw.get().as_bytes());
            prop_assert_eq!(read.root().member(&known).unwrap().as_bytes(), raw.get().as_bytes());
        }
    }

    #[test]
    fn items_are_found_where_serde_json_finds_them(json in vec(document(), 0..6).prop_map(Value::from).prop_flat_map(spelt)) {
        let raw: Vec<&RawValue> = serde_json::from_str(&json).unwrap();
        let read = Json::read(json.clone().into_bytes()).unwrap();
        let list = read.root();
        let walked: Vec<&[u8]> = list.items().map(Part::as_bytes).collect();
        prop_assert_eq!(&walked, &raw.iter().map(|item| item.get().as_bytes()).collect::<Vec<_>>());
        prop_assert!(list.items().all(|item| read.part(item.place()).as_bytes() == item.as_bytes()));
        let all = list.filter(|_| true).unwrap();
        let kept: Vec<&RawValue> = serde_json::from_slice(all.as_bytes()).unwrap();
        prop_assert_eq!(kept.iter().map(|item| item.get()).collect::<Vec<_>>(), raw.iter().map(|item| item.get()).collect::<Vec<_>>());
        prop_assert_eq!(list.filter(|_| false).map(Json::into_bytes), Some(b"[]".to_vec()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// What is inside a part is found where it is in the document.
    #[test]
    fn parts_of_parts_are_where_they_say(json in members().prop_flat_map(spelt)) {
        let read = Json::read(json.into_bytes()).unwrap();
        let mut parts = vec![read.root()];
        while let Some(part) = parts.pop() {
            prop_assert_eq!(read.part(part.place()).as_bytes(), part.as_bytes());
            let copy = part.to_json();
            prop_assert_eq!(copy.root().as_bytes(), part.as_bytes());
            prop_assert!(is_good(part.as_bytes()));
            parts.extend(part.items());
            parts.extend(part.members().flat_map(|(name, value)| [name, value]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn strict_json_reads_what_serde_json_reads(document in document()) {
        for text in [document.to_string(), serde_json::to_string_pretty(&document).unwrap()] {
            let plain: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(parse(text.as_bytes()), Ok(plain));
            prop_assert!(check(text.as_bytes()).is_ok());
        }
    }

    /// What `serde_json` refuses is refused, and what is taken means the same to both.
    #[test]
    fn strict_json_takes_nothing_that_serde_json_would_not(text in "[\\[\\]{}\",:0-9a-b\\\\u .eE+-]{0,24}") {
        let plain: Result<Value, _> = serde_json::from_str(&text);
        match parse(text.as_bytes()) {
            Ok(strict) => prop_assert_eq!(Some(strict), plain.ok()),
            Err(JsonFault::RepeatedName) => {}
            Err(_) => prop_assert!(plain.is_err(), "{}", text),
        }
        prop_assert_eq!(check(text.as_bytes()).is_ok(), parse(text.as_bytes()).is_ok());
    }
}

const WATCH: &Watch = &Watch {
    name: "role",
    values: &["user", "system", ""],
    list: "content",
};

/// Lists of objects in which these names occur, and others, at any depth.
fn watched_document() -> impl Strategy<Value = Value> {
    let name = proptest::sample::select(vec!["role", "content", "role2", "x", ""]).prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        proptest::sample::select(vec!["user", "system", "use", "users", "\"user\"", ""]).prop_map(Value::from),
        Just(Value::from(1)),
        Just(Value::from(vec![1, 2]))
    ];
    let value = leaf.prop_recursive(5, 40, 5, move |inner| {
        let object = vec((name.clone(), inner.clone()), 0..4);
        prop_oneof![
            2 => vec(inner, 0..5).prop_map(Value::from),
            2 => object.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    vec((proptest::sample::select(vec!["messages", "a", "b"]), value), 0..4).prop_map(|members| {
        Value::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    })
}

/// What is counted of a list, found by walking over it.
fn walked(list: Part<'_>) -> List {
    let mut counted = List {
        items: list.items().count(),
        ..List::default()
    };
    for (name, value) in list.items().flat_map(Part::members) {
        let (name, value) = (name.as_bytes(), value.as_bytes());
        let known = |known: &str| value == format!("\"{known}\"").as_bytes();
        if name == b"\"role\""
            && let Some(position) = WATCH.values.iter().position(|value| known(value))
        {
            counted.counts[position] += 1;
        }
        let is_list = name == b"\"content\"" && value.starts_with(b"[");
        counted.is_doubtful |= name.contains(&b'\\') || is_list;
    }
    counted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Counted while everything is read, and found by walking afterwards, is the same.
    #[test]
    fn items_are_counted_as_they_are_found_afterwards(json in watched_document().prop_flat_map(spelt)) {
        let (read, outline) = Json::read_watching(json.clone().into_bytes(), WATCH).unwrap();
        let noted = outline.members().flat_map(|(member, inner)| [&[*member], inner].concat());
        for member in noted {
            let value = read.part(member.value);
            let is_list = value.as_bytes().starts_with(b"[");
            prop_assert_eq!(member.list, is_list.then(|| walked(value)), "{}", json);
        }
        let (_, plain) = Json::read_object(json.into_bytes()).unwrap();
        let counts = plain.members().filter_map(|(member, _)| member.list);
        prop_assert!(counts.into_iter().all(|list| list.counts == [0; MAX_VALUES]));
    }
}
