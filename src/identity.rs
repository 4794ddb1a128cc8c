//! Identity headers: what the origin learns of the caller, and the names that a client may never send.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::wire::refusal::ClaimFault;

/// The setting `IDENTITY`: header names with the claims they carry.
pub struct IdentityMap(Vec<(String, ClaimPath)>);

/// Where a claim stands: `a.b.c`, or a JSON Pointer (RFC 6901) when it starts with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(Vec<String>);

/// Header fields that carry identity, ready to be sent.
pub type IdentityHeaders = Vec<(String, String)>;

/// Names that carry identity in the default settings: removed from every request even where they are not set.
const ALWAYS_STRIPPED: [&str; 3] = ["x-user-id", "x-user-role", "x-user-permissions"];

/// Prefixes of names that belong to the gate, to the platform or to frameworks behind it (CVE-2025-29927 and the like).
const STRIPPED_PREFIXES: [&str; 4] = ["x-gate-", "x-cpki-", "x-middleware-", "x-forwarded-"];

/// Further names: another way to claim an address, what the gate writes itself, and hop-by-hop fields (RFC 9110 7.6.1).
const STRIPPED: [&str; 14] = [
    "forwarded",
    "x-real-ip",
    "true-client-ip",
    "x-request-id",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
];

impl IdentityMap {
    /// Takes pairs of header name (in lower case) and claim path.
    pub fn new(pairs: Vec<(String, ClaimPath)>) -> Self {
        Self(pairs)
    }

    /// The header fields for these claims. An absent claim, `null`, an empty text and an empty list give none.
    ///
    /// # Errors
    /// [`ClaimFault::Identity`] for an object, or a list that holds anything but texts, numbers and booleans.
    pub fn headers(&self, claims: &Map<String, Value>) -> Result<IdentityHeaders, ClaimFault> {
        let mut headers = Vec::with_capacity(self.0.len());
        for (name, path) in &self.0 {
            let value = path.find(claims).map_or(Ok(String::new()), header_value)?;
            if !value.is_empty() {
                headers.push((name.clone(), value));
            }
        }
        Ok(headers)
    }

    /// The claims behind the headers, under the names that `IDENTITY` gives them.
    pub fn claims<'c>(&'c self, claims: &'c Map<String, Value>) -> impl Iterator<Item = (&'c str, &'c Value)> {
        self.0
            .iter()
            .filter_map(|(_, path)| Some((path.name(), path.find(claims)?)))
    }

    /// The claim path of the header `name`.
    pub fn path_of(&self, name: &str) -> Option<ClaimPath> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, path)| path.clone())
    }

    /// Whether a header of a request must not go on. `name` in any spelling: case and `_` for `-` make no difference.
    pub fn strips(&self, name: &str) -> bool {
        let name = normalise(name);
        ALWAYS_STRIPPED.contains(&&*name)
            || STRIPPED.contains(&&*name)
            || STRIPPED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            || self.0.iter().any(|(own, _)| normalise(own) == name)
    }
}

impl ClaimPath {
    /// Reads a path; `None` when a step of it is empty or an escape of the pointer is broken.
    pub fn parse(text: &str) -> Option<Self> {
        let steps: Vec<String> = match text.strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(unescape).collect::<Option<_>>()?,
            None => text.split('.').map(str::to_owned).collect(),
        };
        (!steps.iter().any(String::is_empty)).then_some(Self(steps))
    }

    /// The last step: what a claim is called without what it is nested in.
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
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

/// A header name as it is compared: lower case, `-` for `_`, since servers behind fold both.
pub fn normalise(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b == b'_' || b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase().replace('_', "-"))
    } else {
        Cow::Borrowed(name)
    }
}

/// Undoes `~1` and `~0` (RFC 6901 section 3).
fn unescape(step: &str) -> Option<String> {
    let broken = step.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1']));
    (!broken).then(|| step.replace("~1", "/").replace("~0", "~"))
}

fn header_value(value: &Value) -> Result<String, ClaimFault> {
    match value {
        Value::Array(list) => {
            let items = list
                .iter()
                .map(|item| scalar(item).map(|text| encode(&text, LIST_ITEM)));
            Ok(items.collect::<Result<Vec<_>, _>>()?.join(","))
        }
        Value::Null => Ok(String::new()),
        value => Ok(encode(&scalar(value)?, OUTSIDE_VISIBLE_ASCII)),
    }
}

fn scalar(value: &Value) -> Result<String, ClaimFault> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(ClaimFault::Identity),
    }
}

/// Space, controls and, because they are not ASCII at all, all the rest of Unicode.
const OUTSIDE_VISIBLE_ASCII: &AsciiSet = &CONTROLS.add(b' ');
/// In a list the comma separates: one inside an item must not make two of it.
const LIST_ITEM: &AsciiSet = &OUTSIDE_VISIBLE_ASCII.add(b',');

/// Percent-encodes, reversibly: a `%` that already looks like the start of an escape is encoded too, so that two
/// different claims never become the same header.
fn encode(text: &str, set: &'static AsciiSet) -> String {
    let mut encoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        let after = escape.get(1..).unwrap_or_default();
        encoded.extend(utf8_percent_encode(before, set));
        let looks_escaped = after.len() >= 2 && after.bytes().take(2).all(|b| b.is_ascii_hexdigit());
        encoded.push_str(if looks_escaped { "%25" } else { "%" });
        rest = after;
    }
    encoded.extend(utf8_percent_encode(rest, set));
    encoded
}
