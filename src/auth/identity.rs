//! Identity headers: what the upstream learns of the caller.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value};

use super::claim_path::ClaimPath;
use crate::base::header_name::normalise;
use crate::wire::fault::ClaimFault;
use crate::wire::fields::FieldList;

/// The user id that the upstream sees of callers without a credential.
pub const ANONYMOUS: &str = "anonymous";

/// The setting `IDENTITY`: header names with the claims they carry.
pub struct IdentityMap(Vec<Mapping>);

/// A header name, the same normalised, and the claim it carries.
struct Mapping {
    name: String,
    normalised: String,
    path: ClaimPath,
    /// What assertions call the claim.
    claim: String,
}

/// Header fields that carry identity.
#[derive(Clone)]
pub struct IdentityHeaders(FieldList);

impl IdentityHeaders {
    /// The header fields of callers without a credential.
    pub fn anonymous() -> Self {
        Self([("x-user-id", ANONYMOUS)].into_iter().collect())
    }

    /// The value of the field `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter()
    }

    /// The fields, to be set on the request that goes upstream.
    pub fn fields(&self) -> &FieldList {
        &self.0
    }
}

impl IdentityMap {
    /// Takes pairs of header name (in lower case) and claim path.
    ///
    /// In assertions a claim has the name of its path's last step. Where an earlier path ends in the same step, or where that
    /// is the name of another header, it has the name of its own header: no claim replaces another.
    pub fn new(pairs: Vec<(String, ClaimPath)>) -> Self {
        let names: Vec<String> = pairs.iter().map(|(name, _)| name.clone()).collect();
        let mut mappings: Vec<Mapping> = Vec::with_capacity(pairs.len());
        for (name, path) in pairs {
            let has_it = |known: &Mapping| known.path != path && known.claim == path.name();
            let is_taken = mappings.iter().any(has_it) || names.iter().any(|other| other == path.name());
            mappings.push(Mapping {
                claim: if is_taken { name.clone() } else { path.name().to_owned() },
                normalised: normalise(&name).into_owned(),
                name,
                path,
            });
        }
        Self(mappings)
    }

    /// The header fields for these claims. An absent claim, `null`, an empty string and an empty list give none.
    ///
    /// # Errors
    /// [`ClaimFault::Identity`] for an object, for a list that holds anything but strings, numbers and booleans, and for a
    /// value that would pass for a caller without a credential.
    pub fn headers(&self, claims: &Map<String, Value>) -> Result<IdentityHeaders, ClaimFault> {
        let mut headers = FieldList::default();
        for Mapping { name, path, .. } in &self.0 {
            let refused = || ClaimFault::Identity(path.to_string());
            let value = path
                .find(claims)
                .map_or(Some(String::new()), header_value)
                .ok_or_else(refused)?;
            if value == ANONYMOUS {
                return Err(refused());
            }
            if !value.is_empty() {
                headers.push(name, &value);
            }
        }
        Ok(IdentityHeaders(headers))
    }

    /// The claims behind the headers, under the names that assertions give them.
    pub fn claims<'c>(&'c self, claims: &'c Map<String, Value>) -> impl Iterator<Item = (&'c str, &'c Value)> {
        self.0
            .iter()
            .filter_map(|Mapping { path, claim, .. }| Some((claim.as_str(), path.find(claims)?)))
    }

    /// The claim path of the header `name`, which is normalised.
    pub fn path_of(&self, name: &str) -> Option<&ClaimPath> {
        let mapping = self.0.iter().find(|mapping| mapping.normalised == name);
        mapping.map(|mapping| &mapping.path)
    }

    /// Whether the user id is the subject, so that a token must have one.
    pub fn needs_subject(&self) -> bool {
        self.path_of("x-user-id").is_none_or(ClaimPath::is_sub)
    }

    /// Whether some header tells the issuers apart.
    pub fn tells_issuer(&self) -> bool {
        self.0.iter().any(|mapping| mapping.path.is_iss())
    }

    /// Whether one of the headers is called `name`, which is normalised.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|mapping| mapping.normalised == name)
    }
}

/// The value of a header field; `None` for a claim that cannot be one.
fn header_value(value: &Value) -> Option<String> {
    match value {
        Value::Array(list) => {
            let items = list
                .iter()
                .map(|item| scalar(item).map(|item| encode(&item, LIST_ITEM)));
            Some(items.collect::<Option<Vec<_>>>()?.join(","))
        }
        Value::Null => Some(String::new()),
        value => Some(encode(&scalar(value)?, OUTSIDE_VISIBLE_ASCII)),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(string) => Some(string.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Space and controls; the encoder adds everything that is not ASCII.
const OUTSIDE_VISIBLE_ASCII: &AsciiSet = &CONTROLS.add(b' ');
/// In a list the comma separates: one inside an item must not make two of it.
const LIST_ITEM: &AsciiSet = &OUTSIDE_VISIBLE_ASCII.add(b',');

/// Percent-encodes, reversibly: a `%` that already looks like the start of an escape is encoded too, so that two different
/// strings never become the same value.
fn encode(value: &str, set: &'static AsciiSet) -> String {
    let mut encoded = String::with_capacity(value.len());
    let mut rest = value;
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
