//! The reader, held against `serde_json`: what it takes, what it refuses, and what it finds where.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;
use strict_json::{JsonFault, check, parse, walk};

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
