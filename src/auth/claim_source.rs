//! `ClaimSource`: the values that a mapping takes out of a token.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::claim_path::ClaimPath;
use crate::base::glob::Glob;

/// A claim, the part of it that counts, and the values among these that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimSource {
    /// The claim.
    pub path: ClaimPath,
    /// The part of its value.
    pub take: Take,
    /// Only values that match one of these; `None`: all.
    pub only: Option<Vec<Glob>>,
    /// Whether an assertion repeats a list that a header carries, however long it is.
    pub assert: bool,
}

/// The part of a claim's value that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// The value itself.
    Value,
    /// The member names of an object, as Zitadel lists roles.
    Keys,
    /// The member at this place of each object in a list, as RFC 9068 section 2.2.3.1 (SCIM) and Casdoor list roles.
    Member(ClaimPath),
}

/// The claim has a shape from which the part cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongShape;

impl ClaimSource {
    /// The whole value at `path`.
    pub fn whole(path: ClaimPath) -> Self {
        Self {
            path,
            take: Take::Value,
            only: None,
            assert: false,
        }
    }

    /// The values in `claims`; `None` where the claim is absent or `null`, or where none of its values counts.
    ///
    /// # Errors
    /// [`WrongShape`].
    pub fn find<'c>(&self, claims: &'c Map<String, Value>) -> Result<Option<Cow<'c, Value>>, WrongShape> {
        let Some(value) = self.path.find(claims).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let taken = match &self.take {
            Take::Value => Cow::Borrowed(value),
            Take::Keys => Cow::Owned(
                value
                    .as_object()
                    .ok_or(WrongShape)?
                    .keys()
                    .cloned()
                    .map(Value::from)
                    .collect(),
            ),
            Take::Member(path) => Cow::Owned(members(value, path)?),
        };
        Ok(match &self.only {
            None => Some(taken),
            Some(globs) => only(taken, globs),
        })
    }
}

/// The member at `path` of each object in a list; a single object counts as a list of one.
fn members(value: &Value, path: &ClaimPath) -> Result<Value, WrongShape> {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        let object = item.as_object().ok_or(WrongShape)?;
        found.extend(path.find(object).filter(|member| !member.is_null()).cloned());
    }
    Ok(Value::Array(found))
}

/// Of a list the texts that match; a single text as a whole or not at all. Values of other types match nothing.
fn only<'c>(value: Cow<'c, Value>, globs: &[Glob]) -> Option<Cow<'c, Value>> {
    let matches = |item: &Value| {
        item.as_str()
            .is_some_and(|text| globs.iter().any(|glob| glob.matches(text)))
    };
    match &*value {
        Value::Array(list) => {
            let kept: Vec<Value> = list.iter().filter(|item| matches(item)).cloned().collect();
            (!kept.is_empty()).then_some(Cow::Owned(Value::Array(kept)))
        }
        single => matches(single).then_some(value),
    }
}
