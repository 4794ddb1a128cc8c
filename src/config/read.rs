//! `Setting`: one value with its name, read as a type or refused with a message that names the remedy.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::defaults::Number;
use crate::base::json::value;

/// Where settings come from: the Worker's bindings, or a map in a test.
pub trait Vars {
    /// The value of a var or secret; `None` when it is not set.
    fn get(&self, name: &str) -> Option<Value>;

    /// The value of a secret, which may also be in the Secrets Store.
    fn secret(&self, name: &str) -> Option<Value> {
        self.get(name)
    }

    /// The binding under `name`, if one of `kind` is expected.
    fn binding(&self, name: &str, kind: BindingKind) -> Bound;
}

/// The kinds of bindings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingKind {
    /// A KV namespace.
    KvNamespace,
    /// A service binding.
    Service,
    /// A rate limit binding.
    RateLimit,
    /// An Analytics Engine dataset.
    Dataset,
}

/// The result of looking for a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Nothing.
    Nothing,
    /// The expected kind.
    AsExpected,
    /// Another kind.
    Otherwise,
}

/// A setting that is wrong or missing. It never contains the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misconfigured {
    /// The setting, with the place inside it: `ISSUERS[0].audience`.
    pub setting: String,
    /// The fault.
    pub fault: String,
    /// The remedy.
    pub remedy: String,
}

/// A value and its place in the settings.
pub(super) struct Setting {
    name: String,
    value: Option<Value>,
}

/// A table and its setting.
pub(super) type Table = (Setting, Map<String, Value>);

impl BindingKind {
    fn name(self) -> &'static str {
        match self {
            Self::KvNamespace => "a KV namespace",
            Self::Service => "a service binding",
            Self::RateLimit => "a rate limit binding",
            Self::Dataset => "an Analytics Engine dataset",
        }
    }
}

/// Whether a binding of `kind` exists under `name`; one of another kind is a misconfiguration.
pub(super) fn is_bound(vars: &impl Vars, name: &str, kind: BindingKind) -> Result<bool, Misconfigured> {
    match vars.binding(name, kind) {
        Bound::Nothing => Ok(false),
        Bound::AsExpected => Ok(true),
        Bound::Otherwise => {
            let remedy = format!("{}, or nothing under this name", kind.name());
            Err(Setting::new(name, None).invalid(&format!("is not {}", kind.name()), &remedy))
        }
    }
}

impl Setting {
    /// The setting `name`. An empty string is an invalid value: a secret that was not filled in must not count as absent.
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

    /// The fault of an unacceptable value.
    pub(super) fn invalid(&self, fault: &str, remedy: &str) -> Misconfigured {
        Misconfigured {
            setting: self.name.clone(),
            fault: fault.to_owned(),
            remedy: remedy.to_owned(),
        }
    }

    /// The fault of a missing value.
    pub(super) fn missing(&self, remedy: &str) -> Misconfigured {
        self.invalid("is missing", remedy)
    }

    /// Whether the value is a string.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.value, Some(Value::String(_)))
    }

    /// A string that is not empty.
    pub(super) fn string(&self) -> Result<Option<String>, Misconfigured> {
        match &self.value {
            None => Ok(None),
            Some(Value::String(value)) if !value.is_empty() => Ok(Some(value.clone())),
            Some(_) => Err(self.invalid("is not a non-empty string", "a string that is not empty")),
        }
    }

    /// One of a few strings.
    pub(super) fn one_of<'a>(&self, choices: &[&'a str]) -> Result<Option<&'a str>, Misconfigured> {
        let Some(value) = self.string()? else { return Ok(None) };
        let choice = choices.iter().find(|choice| **choice == value);
        choice
            .map(|choice| Some(*choice))
            .ok_or_else(|| self.invalid("has an unknown value", &choices.join(" or ")))
    }

    /// `true` or `false`, also as a string.
    pub(super) fn flag(&self) -> Result<Option<bool>, Misconfigured> {
        match &self.value {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(value)) if value == "true" => Ok(Some(true)),
            Some(Value::String(value)) if value == "false" => Ok(Some(false)),
            Some(_) => Err(self.invalid("is neither true nor false", "true or false")),
        }
    }

    /// A whole number, also as a string; its default if none is set.
    pub(super) fn number(&self, number: &Number) -> Result<i64, Misconfigured> {
        self.integer(&number.range).map(|given| given.unwrap_or(number.default))
    }

    /// A whole number within `range`, also as a string.
    pub(super) fn integer(&self, range: &RangeInclusive<i64>) -> Result<Option<i64>, Misconfigured> {
        let number = match &self.value {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Some(Value::String(value)) => value.parse().ok(),
            Some(_) => None,
        };
        let remedy = format!("a whole number from {} to {}", range.start(), range.end());
        let number = number.filter(|number| range.contains(number));
        number
            .map(Some)
            .ok_or_else(|| self.invalid("is not a whole number in its range", &remedy))
    }

    /// A string or a list of strings, not empty and without an empty string.
    pub(super) fn strings(&self) -> Result<Option<Vec<String>>, Misconfigured> {
        let invalid = || {
            self.invalid(
                "is neither a string nor a list of strings",
                "a non-empty string, or a list of at least one such string",
            )
        };
        let list = match &self.value {
            None => return Ok(None),
            Some(Value::String(_)) => return Ok(self.string()?.map(|value| vec![value])),
            Some(Value::Array(list)) if !list.is_empty() => list,
            Some(_) => return Err(invalid()),
        };
        let strings = list
            .iter()
            .map(|item| item.as_str().filter(|item| !item.is_empty()).map(str::to_owned));
        strings.collect::<Option<Vec<_>>>().map(Some).ok_or_else(invalid)
    }

    /// A list of strings that may be empty, also as a JSON string.
    pub(super) fn list(&self) -> Result<Option<Vec<String>>, Misconfigured> {
        let Some(value) = self.structured()? else {
            return Ok(None);
        };
        let strings = value
            .as_array()
            .map(|list| list.iter().map(|item| item.as_str().map(str::to_owned)).collect());
        strings.flatten().map(Some).ok_or_else(|| {
            self.invalid(
                "is not a list of strings",
                "a list of strings, or a JSON array in a string",
            )
        })
    }

    /// The value as JSON: a string unchanged, anything else serialised.
    pub(super) fn json(&self) -> Option<String> {
        self.value
            .as_ref()
            .map(|value| value.as_str().map_or_else(|| value::write(value), str::to_owned))
    }

    /// A table, also as a JSON string.
    pub(super) fn table(&self) -> Result<Option<Map<String, Value>>, Misconfigured> {
        match self.structured()? {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.invalid("is not a table", "a table, or a JSON object in a string")),
        }
    }

    /// A list of tables, also as a JSON string.
    pub(super) fn tables(&self) -> Result<Option<Vec<Table>>, Misconfigured> {
        let list = match self.structured()? {
            None => return Ok(None),
            Some(Value::Array(list)) => list,
            Some(_) => {
                return Err(self.invalid(
                    "is not a list of tables",
                    "a list of tables, or a JSON array in a string",
                ));
            }
        };
        let tables = list.into_iter().enumerate().map(|(index, item)| {
            let item = self.item(index, item);
            let members = item.table()?.ok_or_else(|| item.invalid("is not a table", "a table"))?;
            Ok((item, members))
        });
        tables.collect::<Result<_, _>>().map(Some)
    }

    /// Refuses unknown members of a table: a misspelt restriction must not be ignored silently.
    pub(super) fn allow_only(&self, members: &Map<String, Value>, known: &[&str]) -> Result<(), Misconfigured> {
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(self
                .member(name, None)
                .invalid("is unknown", &format!("one of {}", known.join(", ")))),
        }
    }

    fn structured(&self) -> Result<Option<Value>, Misconfigured> {
        match &self.value {
            Some(Value::String(value)) => value::parse(value.as_bytes()).map(Some).map_err(|_| {
                self.invalid(
                    "is not JSON with unique member names",
                    "a table or list, or its JSON in a string",
                )
            }),
            value => Ok(value.clone()),
        }
    }
}

/// JSON bindings turn `30` into `30.0`.
fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "compared with the original right after")]
    let cast = number as i64;
    #[expect(
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "only exactly whole numbers are accepted"
    )]
    let exact = cast as f64 == number;
    exact.then_some(cast)
}
