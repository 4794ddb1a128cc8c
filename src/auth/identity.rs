//! Identity headers: what the upstream learns of the caller.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value};

use super::claim_path::ClaimPath;
use super::claim_source::{ClaimSource, WrongShape};
use super::claims::is_exact;
use crate::base::header_name::normalise;
use crate::wire::fault::ClaimFault;
use crate::wire::fields::FieldList;

/// The user id that the upstream sees of callers without a credential.
pub const ANONYMOUS: &str = "anonymous";

/// Bytes of identity headers above which an assertion does not repeat their lists: Node and uvicorn refuse heads above
/// 16 and 64 KiB.
pub const MAX_COMFORTABLE_BYTES: usize = 8 * 1024;

/// The setting `IDENTITY`: header names with the claims they carry.
pub struct IdentityMap {
    mappings: Vec<Mapping>,
    /// Nobody chose these claims: one of another shape costs its header, and not the whole token.
    is_default: bool,
}

/// A header name, the same normalised, and the claim it carries.
struct Mapping {
    name: String,
    normalised: String,
    source: ClaimSource,
    /// The claim's name in an assertion.
    asserted_as: String,
}

/// Header fields that carry identity.
#[derive(Clone)]
pub struct IdentityHeaders {
    fields: FieldList,
    omitted: Vec<String>,
}

/// Why a value cannot be a header field.
#[derive(PartialEq, Eq)]
enum Unfit {
    /// An object, or a list with items other than strings, numbers and booleans.
    Shape,
    /// A number that not every reader reads exactly, or the name of callers without a credential.
    Value,
}

impl IdentityHeaders {
    /// The header fields of callers without a credential.
    pub fn anonymous() -> Self {
        Self {
            fields: [("x-user-id", ANONYMOUS)].into_iter().collect(),
            omitted: Vec::new(),
        }
    }

    /// The value of the field `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter()
    }

    /// The fields, to be set on the request that goes upstream.
    pub fn fields(&self) -> &FieldList {
        &self.fields
    }

    /// The headers of the default mapping that were left out, since their claims have another shape.
    pub fn omitted(&self) -> &[String] {
        &self.omitted
    }

    /// The length of all names and values, in bytes.
    pub fn bytes(&self) -> usize {
        self.iter()
            .map(|(name, value)| name.len().saturating_add(value.len()))
            .sum()
    }
}

impl IdentityMap {
    /// Takes pairs of header name (in lower case) and claim. `is_default`: the settings have no `IDENTITY`.
    ///
    /// In assertions a claim has the name of its path's last step. Where an earlier path ends in the same step, or where
    /// that is the name of another header, it has the name of its own header: no claim replaces another.
    pub fn new(pairs: Vec<(String, ClaimSource)>, is_default: bool) -> Self {
        let names: Vec<String> = pairs.iter().map(|(name, _)| name.clone()).collect();
        let mut mappings: Vec<Mapping> = Vec::with_capacity(pairs.len());
        for (name, source) in pairs {
            let last = source.path.name();
            let has_it = |known: &Mapping| known.source != source && known.asserted_as == last;
            let is_taken = mappings.iter().any(has_it) || names.iter().any(|other| other == last);
            mappings.push(Mapping {
                asserted_as: if is_taken { name.clone() } else { last.to_owned() },
                normalised: normalise(&name).into_owned(),
                name,
                source,
            });
        }
        Self { mappings, is_default }
    }

    /// The header fields for these claims. An absent claim, `null`, an empty string and an empty list make none; in the
    /// default mapping, neither does a claim of another shape.
    ///
    /// # Errors
    /// [`ClaimFault::Identity`] for a value that cannot be a header field, and for one that would pass for a caller without
    /// a credential.
    pub fn headers(&self, claims: &Map<String, Value>) -> Result<IdentityHeaders, ClaimFault> {
        let (mut fields, mut omitted) = (FieldList::default(), Vec::new());
        for mapping in &self.mappings {
            match mapping.value(claims) {
                Ok(Some((_, value))) => fields.push(&mapping.name, &value),
                Ok(None) => {}
                Err(Unfit::Shape) if self.is_default => omitted.push(mapping.name.clone()),
                Err(_) => return Err(ClaimFault::Identity(mapping.source.path.to_string())),
            }
        }
        Ok(IdentityHeaders { fields, omitted })
    }

    /// The claims behind `headers`, under the names that an assertion has for them. Where the headers are long, their lists
    /// are not repeated, unless `IDENTITY` asks for it.
    pub fn claims<'c>(
        &'c self,
        claims: &'c Map<String, Value>,
        headers: &IdentityHeaders,
    ) -> impl Iterator<Item = (&'c str, Cow<'c, Value>)> {
        let is_long = headers.bytes() > MAX_COMFORTABLE_BYTES;
        self.mappings.iter().filter_map(move |mapping| {
            let (value, _) = mapping.value(claims).ok()??;
            let is_repeated = !(is_long && value.is_array()) || mapping.source.assert;
            is_repeated.then_some((mapping.asserted_as.as_str(), value))
        })
    }

    /// The claim of the header `name`, which is normalised.
    pub fn source_of(&self, name: &str) -> Option<&ClaimSource> {
        let mapping = self.mappings.iter().find(|mapping| mapping.normalised == name);
        mapping.map(|mapping| &mapping.source)
    }

    /// Whether the user id is the subject, the claim at this path, so that a token must have one.
    pub fn needs_subject(&self, subject: &ClaimPath) -> bool {
        self.source_of("x-user-id")
            .is_none_or(|source| source.path.is_sub() || source.path == *subject)
    }

    /// Whether some header tells the issuers apart.
    pub fn tells_issuer(&self) -> bool {
        self.mappings.iter().any(|mapping| mapping.source.path.is_iss())
    }

    /// Whether one of the headers is called `name`, which is normalised.
    pub fn has(&self, name: &str) -> bool {
        self.mappings.iter().any(|mapping| mapping.normalised == name)
    }
}

impl Mapping {
    /// The claim's value, and the same as a header field; `None` where there is nothing to send.
    fn value<'c>(&self, claims: &'c Map<String, Value>) -> Result<Option<(Cow<'c, Value>, String)>, Unfit> {
        let Some(value) = self.source.find(claims).map_err(|WrongShape| Unfit::Shape)? else {
            return Ok(None);
        };
        let text = header_value(&value)?;
        if text == ANONYMOUS {
            return Err(Unfit::Value);
        }
        Ok((!text.is_empty()).then_some((value, text)))
    }
}

/// The value of a header field.
fn header_value(value: &Value) -> Result<String, Unfit> {
    match value {
        Value::Array(list) => {
            let items = list
                .iter()
                .map(|item| scalar(item).map(|item| encode(&item, LIST_ITEM)));
            Ok(items.collect::<Result<Vec<_>, _>>()?.join(","))
        }
        value => Ok(encode(&scalar(value)?, OUTSIDE_VISIBLE_ASCII)),
    }
}

fn scalar(value: &Value) -> Result<String, Unfit> {
    match value {
        Value::String(string) => Ok(string.clone()),
        Value::Number(number) if is_exact(number) => Ok(number.to_string()),
        Value::Number(_) => Err(Unfit::Value),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(Unfit::Shape),
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
