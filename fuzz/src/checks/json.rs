//! The strict reader against `serde_json`: it accepts what `serde_json` accepts and no name repeats, finds everything where
//! `serde_json` finds it, and keeps its bounds.

use serde_json::Value;
use strict_json::{Json, JsonFault, MAX_MEMBERS, Part, parse, parse_object};

use crate::oracle::{is_good, outlined, split};

/// Deepest nesting that `serde_json` reads.
const MAX_DEPTH: usize = 127;

pub fn run(data: &[u8]) {
    let read = Json::read(data.to_vec());
    match &read {
        Ok(json) => {
            assert!(is_good(data) && depth(data) <= MAX_DEPTH);
            walk(json);
        }
        Err(JsonFault::TooManyMembers) => assert!(data.split(|byte| *byte == b':').count() > MAX_MEMBERS),
        Err(_) => assert!(!is_good(data) || depth(data) > MAX_DEPTH),
    }
    check_outline(data, &read);
    check_values(data, &read);
}

/// Reading an object differs from reading a value only in the outline.
fn check_outline(data: &[u8], read: &Result<Json, JsonFault>) {
    match Json::read_object(data.to_vec()) {
        Ok((json, _)) => {
            assert_eq!(Ok(&json), read.as_ref());
            assert_eq!(outlined(data), split(std::str::from_utf8(data).unwrap()));
        }
        Err(JsonFault::NotAnObject) => assert!(!read.as_ref().unwrap().root().is_object()),
        Err(fault) => assert_eq!(Some(&fault), read.as_ref().err()),
    }
}

/// A tree is what `serde_json` makes of the text, where no name repeats.
fn check_values(data: &[u8], read: &Result<Json, JsonFault>) {
    let plain: Result<Value, _> = serde_json::from_slice(data);
    match parse(data) {
        Ok(value) => {
            assert!(matches!(read, Ok(_) | Err(JsonFault::TooManyMembers)));
            // A name of `serde_json`'s own: its `Value` takes such an object for the text in it.
            if !value.to_string().contains("$serde_json::private") {
                assert_eq!(value, plain.unwrap());
            }
            assert_eq!(parse_object(data).is_ok(), value.is_object());
        }
        Err(JsonFault::RepeatedName) => assert_ne!(read.as_ref().err(), None),
        Err(_) => assert!(plain.is_err()),
    }
}

/// Everything in a document is where it says, and means what `serde_json` reads there.
fn walk(json: &Json) {
    let mut parts = vec![(json.root(), 0)];
    let mut members = 0;
    while let Some((part, depth)) = parts.pop() {
        assert!(depth <= MAX_DEPTH);
        let text = part.as_bytes();
        assert_eq!(json.part(part.place()).as_bytes(), text);
        assert_eq!(text, text.trim_ascii());
        match text.first() {
            Some(b'"') => assert_eq!(
                part.string().as_deref(),
                serde_json::from_slice::<String>(text).ok().as_deref()
            ),
            Some(b'[') => check_filter(part),
            _ => {}
        }
        for (name, value) in part.members() {
            members += 1;
            let name = name.string().unwrap();
            assert_eq!(part.member(&name).unwrap().place(), value.place());
            parts.push((value, depth + 1));
        }
        parts.extend(part.items().map(|item| (item, depth + 1)));
    }
    assert!(members <= MAX_MEMBERS);
}

fn check_filter(list: Part<'_>) {
    let is_wanted = |item: Part<'_>| item.as_bytes().len() % 2 == 1;
    let filtered = list.filter(is_wanted).unwrap();
    assert!(is_good(filtered.as_bytes()));
    let wanted = list.items().filter(|item| is_wanted(*item)).map(Part::as_bytes);
    assert!(filtered.root().items().map(Part::as_bytes).eq(wanted));
}

/// How deep lists and objects are nested in JSON. `serde_json` bounds that only where it makes values.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut is_escaped) = (false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
