//! The result of `serde_json` for a document, in the terms of this crate.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use strict_json::Json;

/// The members of an object as `serde_json` splits it: repeated names are there as often as they are written.
pub struct Members<'j>(pub Vec<(String, &'j RawValue)>);

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
pub fn is_good(json: &[u8]) -> bool {
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
pub type Split = Vec<(String, String, Vec<(String, String)>)>;

/// The outline of `json`: names, values, and the same one level deeper.
pub fn outlined(json: &[u8]) -> Split {
    let (json, outline) = Json::read_object(json.to_vec()).unwrap();
    let text = |place| std::str::from_utf8(json.part(place).as_bytes()).unwrap().to_owned();
    let name = |place| serde_json::from_str::<String>(&text(place)).unwrap();
    outline
        .members()
        .map(|(member, inner)| {
            let inner = inner
                .iter()
                .map(|inner| (name(inner.name), text(inner.value)))
                .collect();
            (name(member.name), text(member.value), inner)
        })
        .collect()
}

/// The same by `serde_json`.
pub fn split(json: &str) -> Split {
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
