//! `ClaimPath`: the place of a claim in a token.

use std::fmt;

use serde_json::{Map, Value};

/// The place of a claim: `a.b.c`, a JSON Pointer (RFC 6901) when it starts with `/`, or one name where it contains `://`, as
/// the names of .NET's and Auth0's claims do.
#[derive(Clone, Debug)]
pub struct ClaimPath {
    steps: Vec<String>,
    /// As the settings have it.
    text: String,
}

impl PartialEq for ClaimPath {
    /// Two spellings of one place are equal.
    fn eq(&self, other: &Self) -> bool {
        self.steps == other.steps
    }
}

impl Eq for ClaimPath {}

impl ClaimPath {
    /// Parses a path; `None` if a step is empty or an escape of the pointer is invalid.
    pub fn parse(path: &str) -> Option<Self> {
        let steps: Vec<String> = match path.strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(unescape).collect::<Option<_>>()?,
            None if path.contains("://") => vec![path.to_owned()],
            None => path.split('.').map(str::to_owned).collect(),
        };
        (!steps.iter().any(String::is_empty)).then(|| Self {
            steps,
            text: path.to_owned(),
        })
    }

    /// The claim of this name at the top of the token.
    pub fn named(name: &str) -> Self {
        Self {
            steps: vec![name.to_owned()],
            text: name.to_owned(),
        }
    }

    /// The last step: the name of the claim itself.
    pub fn name(&self) -> &str {
        self.steps.last().map_or("", String::as_str)
    }

    /// The steps.
    pub fn into_steps(self) -> Vec<String> {
        self.steps
    }

    /// Whether this is the subject.
    pub fn is_sub(&self) -> bool {
        self.steps == ["sub"]
    }

    /// Whether this is the issuer.
    pub fn is_iss(&self) -> bool {
        self.steps == ["iss"]
    }

    /// The value at this path.
    pub fn find<'c>(&self, claims: &'c Map<String, Value>) -> Option<&'c Value> {
        let (first, rest) = self.steps.split_first()?;
        rest.iter().try_fold(claims.get(first)?, |value, step| match value {
            Value::Array(list) => list.get(step.parse::<usize>().ok()?),
            _ => value.get(step),
        })
    }
}

impl fmt::Display for ClaimPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Undoes `~1` and `~0` (RFC 6901 section 3).
fn unescape(step: &str) -> Option<String> {
    let is_invalid = step.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1']));
    (!is_invalid).then(|| step.replace("~1", "/").replace("~0", "~"))
}
