//! `Setting`: one value with its name, read as a type or refused with a message that says what would be right.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::Misconfigured;
use crate::base::json;

/// A value and where it stands.
pub(super) struct Setting {
    name: String,
    value: Option<Value>,
}

/// A table with the setting it is.
pub(super) type Table = (Setting, Map<String, Value>);

impl Setting {
    /// The setting `name`. An empty text is a value, and a wrong one: a secret that was not filled in must not pass for
    /// one that was left out.
    pub(super) fn new(name: &str, value: Option<Value>) -> Self {
        Self {
            name: name.to_owned(),
            value,
        }
    }

    /// The member `name` of this table.
    pub(super) fn member(&self, name: &str, value: Option<Value>) -> Self {
        Self {
            name: format!("{}.{name}", self.name),
            value,
        }
    }

    /// The item at `index` of this list.
    pub(super) fn item(&self, index: usize, value: Value) -> Self {
        Self {
            name: format!("{}[{index}]", self.name),
            value: Some(value),
        }
    }

    /// That the value, whatever it is, is not acceptable.
    pub(super) fn wrong(&self, fault: &str, remedy: &str) -> Misconfigured {
        Misconfigured {
            setting: self.name.clone(),
            fault: fault.to_owned(),
            remedy: remedy.to_owned(),
        }
    }

    /// That there should be a value.
    pub(super) fn missing(&self, remedy: &str) -> Misconfigured {
        self.wrong("is missing", remedy)
    }

    /// A text that is not empty.
    pub(super) fn text(&self) -> Result<Option<String>, Misconfigured> {
        match &self.value {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong("is not a text", "a text that is not empty")),
        }
    }

    /// One of a few texts.
    pub(super) fn one_of<'a>(&self, choices: &[&'a str]) -> Result<Option<&'a str>, Misconfigured> {
        let Some(text) = self.text()? else { return Ok(None) };
        let choice = choices.iter().find(|choice| **choice == text);
        choice
            .map(|choice| Some(*choice))
            .ok_or_else(|| self.wrong("is none of its values", &choices.join(" or ")))
    }

    /// `true` or `false`, as such or as a text.
    pub(super) fn flag(&self) -> Result<Option<bool>, Misconfigured> {
        match &self.value {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(text)) if text == "true" => Ok(Some(true)),
            Some(Value::String(text)) if text == "false" => Ok(Some(false)),
            Some(_) => Err(self.wrong("is neither true nor false", "true or false")),
        }
    }

    /// A whole number within `range`, as such or as a text.
    pub(super) fn integer(&self, range: RangeInclusive<i64>) -> Result<Option<i64>, Misconfigured> {
        let number = match &self.value {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        let remedy = format!("a whole number from {} to {}", range.start(), range.end());
        let number = number.filter(|number| range.contains(number));
        number
            .map(Some)
            .ok_or_else(|| self.wrong("is not a whole number in its range", &remedy))
    }

    /// A text or a list of texts; neither empty nor holding an empty one.
    pub(super) fn texts(&self) -> Result<Option<Vec<String>>, Misconfigured> {
        let wrong = || {
            self.wrong(
                "is not a list of texts",
                "a text, or a list of texts that are not empty",
            )
        };
        let list = match &self.value {
            None => return Ok(None),
            Some(Value::String(_)) => return Ok(self.text()?.map(|text| vec![text])),
            Some(Value::Array(list)) if !list.is_empty() => list,
            Some(_) => return Err(wrong()),
        };
        let texts = list
            .iter()
            .map(|item| item.as_str().filter(|text| !text.is_empty()).map(str::to_owned));
        texts.collect::<Option<Vec<_>>>().map(Some).ok_or_else(wrong)
    }

    /// A list of texts that may be empty, as such or as a text of JSON.
    pub(super) fn list(&self) -> Result<Option<Vec<String>>, Misconfigured> {
        let Some(value) = self.structured()? else {
            return Ok(None);
        };
        let texts = value
            .as_array()
            .map(|list| list.iter().map(|item| item.as_str().map(str::to_owned)).collect());
        texts
            .flatten()
            .map(Some)
            .ok_or_else(|| self.wrong("is not a list of texts", "a list of texts, or its JSON as a text"))
    }

    /// The value as JSON text: a text as it is, anything else written out.
    pub(super) fn json_text(&self) -> Option<String> {
        self.value
            .as_ref()
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    /// A table, as such or as a text of JSON.
    pub(super) fn table(&self) -> Result<Option<Map<String, Value>>, Misconfigured> {
        match self.structured()? {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.wrong("is not a table", "a table, or a JSON object as a text")),
        }
    }

    /// A list of tables, as such or as a text of JSON.
    pub(super) fn tables(&self) -> Result<Option<Vec<Table>>, Misconfigured> {
        let list = match self.structured()? {
            None => return Ok(None),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(self.wrong("is not a list of tables", "a list of tables, or a JSON array as a text")),
        };
        let tables = list.into_iter().enumerate().map(|(index, item)| {
            let item = self.item(index, item);
            let members = item.table()?.ok_or_else(|| item.wrong("is not a table", "a table"))?;
            Ok((item, members))
        });
        tables.collect::<Result<_, _>>().map(Some)
    }

    /// Refuses members that the table does not have: a misspelt restriction must not silently be none.
    pub(super) fn allow_only(&self, members: &Map<String, Value>, known: &[&str]) -> Result<(), Misconfigured> {
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(self
                .member(name, None)
                .wrong("is unknown", &format!("one of {}", known.join(", ")))),
        }
    }

    fn structured(&self) -> Result<Option<Value>, Misconfigured> {
        match &self.value {
            Some(Value::String(text)) => json::parse(text.as_bytes()).map(Some).map_err(|_| {
                self.wrong(
                    "is not JSON with unique member names",
                    "a table or list, or its JSON as a text",
                )
            }),
            value => Ok(value.clone()),
        }
    }
}

/// JSON bindings give `30` as `30.0`.
fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "compared with the original right after")]
    let cast = number as i64;
    #[expect(
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "only exactly whole numbers are taken"
    )]
    let exact = cast as f64 == number;
    exact.then_some(cast)
}
