//! `ClaimPath`: the place of a claim in a token.

use std::fmt;

use serde_json::{Map, Value};

/// The place of a claim: `a.b.c`, or a JSON Pointer (RFC 6901) when it starts with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(Vec<String>);

impl ClaimPath {
    /// Parses a path; `None` if a step is empty or an escape of the pointer is invalid.
    pub fn parse(path: &str) -> Option<Self> {
        let steps: Vec<String> = match path.strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(unescape).collect::<Option<_>>()?,
            None => path.split('.').map(str::to_owned).collect(),
        };
        (!steps.iter().any(String::is_empty)).then_some(Self(steps))
    }

    /// The last step: the name of the claim itself.
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The steps.
    pub fn into_steps(self) -> Vec<String> {
        self.0
    }

    /// Whether this is the subject.
    pub fn is_sub(&self) -> bool {
        self.0 == ["sub"]
    }

    /// Whether this is the issuer.
    pub fn is_iss(&self) -> bool {
        self.0 == ["iss"]
    }

    /// The value at this path.
    pub fn find<'c>(&self, claims: &'c Map<String, Value>) -> Option<&'c Value> {
        let (first, rest) = self.0.split_first()?;
        rest.iter().try_fold(claims.get(first)?, |value, step| match value {
            Value::Array(list) => list.get(step.parse::<usize>().ok()?),
            _ => value.get(step),
        })
    }
}

impl fmt::Display for ClaimPath {
    /// The path as written in settings: with dots, or as a pointer if a step contains a dot or a slash.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.iter().any(|step| step.contains(['.', '/'])) {
            return formatter.write_str(&self.0.join("."));
        }
        self.0
            .iter()
            .try_for_each(|step| write!(formatter, "/{}", step.replace('~', "~0").replace('/', "~1")))
    }
}

/// Undoes `~1` and `~0` (RFC 6901 section 3).
fn unescape(step: &str) -> Option<String> {
    let is_invalid = step.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1']));
    (!is_invalid).then(|| step.replace("~1", "/").replace("~0", "~"))
}
