//! `KeySet`: the usable keys of one issuer, and the selection of the key for a token.

use std::rc::Rc;

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::jwk::{Jwk, JwkFault};
use crate::auth::tenant::TenantTemplate;
use crate::base::alg::Alg;
use crate::wire::excerpt::Excerpt;
use crate::wire::fault::TokenFault;

/// Largest key set document, in bytes.
pub const MAX_SET_BYTES: usize = 512 * 1024;
/// Most keys that are tried for one token: providers publish several keys without `kid`, or two under one.
const MAX_CANDIDATES: usize = 4;
/// Most unusable keys that a log line names.
const MAX_NAMED: usize = 8;

/// SHA-256 of a key set's document: a refresh with the same bytes changes nothing.
pub type Digest = [u8; 32];

/// At least one usable key.
pub struct KeySet {
    keys: Vec<Rc<Jwk>>,
    unusable: Vec<UnusableKey>,
}

/// A key of a set that the gate does not use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableKey {
    /// Its `kid`, where it has one.
    pub kid: Option<String>,
    /// Why it is not used.
    pub fault: JwkFault,
}

impl Serialize for UnusableKey {
    /// As log lines have it: `{"kid": "…", "fault": "private"}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("UnusableKey", 2)?;
        members.serialize_field("kid", &self.kid.as_deref().map(Excerpt::of))?;
        members.serialize_field("fault", self.fault.name())?;
        members.end()
    }
}

/// A key set with the digest of the document that it was read from.
pub struct SetDocument {
    /// The keys.
    pub set: KeySet,
    /// The document's digest.
    pub digest: Digest,
    /// The document, for the next instance.
    pub(super) text: Box<[u8]>,
}

/// The reason why a document is not a usable key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetFault {
    /// Not JSON with one list `keys`.
    Malformed,
    /// Larger than [`MAX_SET_BYTES`].
    TooLarge,
    /// It has no usable key.
    NothingUsable,
}

/// The wire format of RFC 7517 section 5; each key is read on its own.
#[derive(Deserialize)]
struct RawSet<'a> {
    #[serde(borrow)]
    keys: Vec<&'a RawValue>,
}

impl KeySet {
    /// Reads a JWK Set (RFC 7517 section 5), key by key: an unusable key does not spoil the others.
    ///
    /// # Errors
    /// [`SetFault::NothingUsable`] where no key is usable; [`KeySet::unusable_in`] then names them.
    pub fn parse(document: &[u8]) -> Result<Self, SetFault> {
        let (keys, unusable) = read_each(document)?;
        if keys.is_empty() {
            Err(SetFault::NothingUsable)
        } else {
            Ok(Self { keys, unusable })
        }
    }

    /// The keys of a JWK Set in its order: each key, or the reason why it is not used.
    pub fn validate_each(document: &[u8]) -> Result<Vec<Result<Jwk, JwkFault>>, SetFault> {
        let keys = read(document)?;
        Ok(keys.iter().map(|key| Jwk::parse(key.get().as_bytes())).collect())
    }

    /// The keys of a JWK Set that the gate does not use, at most eight of them, for the log.
    pub fn unusable_in(document: &[u8]) -> Vec<UnusableKey> {
        let mut unusable = read_each(document).map_or(Vec::new(), |(_, unusable)| unusable);
        unusable.truncate(MAX_NAMED);
        unusable
    }

    /// The keys of this set that the gate does not use, at most eight of them, for the log.
    pub fn unusable(&self) -> &[UnusableKey] {
        self.unusable.get(..MAX_NAMED).unwrap_or(&self.unusable)
    }

    /// The set of an issuer that shares secrets with the gate.
    pub fn of_secrets(secrets: &[Vec<u8>]) -> Self {
        let keys = secrets.iter().cloned().map(Jwk::from_secret).map(Rc::new);
        Self {
            keys: keys.collect(),
            unusable: Vec::new(),
        }
    }

    /// The keys that may verify a token of issuer `iss` with this `kid` and `alg`: one to four, all different, in the order
    /// of the set. Without a `kid`, every key that fits.
    ///
    /// # Errors
    /// [`TokenFault::UnknownKey`], [`TokenFault::UnfitKey`] and [`TokenFault::AmbiguousKey`] where a newer set could help;
    /// [`TokenFault::UnusableKey`] and [`TokenFault::KeyOfAnotherIssuer`] where it could not.
    pub fn select(&self, iss: &str, kid: Option<&str>, alg: Alg) -> Result<Vec<Rc<Jwk>>, TokenFault> {
        let is_named = |key: &&Rc<Jwk>| kid.is_none() || key.kid() == kid || key.is_secret();
        let (mut candidates, mut is_foreign) = (Vec::<Rc<Jwk>>::new(), false);
        for key in self.keys.iter().filter(is_named).filter(|key| key.fits(alg)) {
            if key.issuer().is_some_and(|issuer| !speaks_for(issuer, iss)) {
                is_foreign = true;
            } else if candidates.iter().all(|known| known.material() != key.material()) {
                candidates.push(Rc::clone(key));
            }
        }
        match candidates.len() {
            1..=MAX_CANDIDATES => return Ok(candidates),
            0 => {}
            _ => return Err(TokenFault::AmbiguousKey),
        }
        let is_known = || kid.is_some() && self.keys.iter().any(|key| is_named(&key));
        let is_unusable = || kid.is_some() && self.unusable.iter().any(|key| key.kid.as_deref() == kid);
        Err(if is_foreign {
            TokenFault::KeyOfAnotherIssuer
        } else if is_known() {
            TokenFault::UnfitKey
        } else if is_unusable() {
            TokenFault::UnusableKey
        } else {
            TokenFault::UnknownKey
        })
    }
}

impl SetDocument {
    /// Reads a JWK Set and computes its digest.
    pub fn parse(document: &[u8]) -> Result<Self, SetFault> {
        Ok(Self {
            set: KeySet::parse(document)?,
            digest: Sha256::digest(document).into(),
            text: document.into(),
        })
    }
}

/// The keys of a document within the bound, none of them read yet.
fn read(document: &[u8]) -> Result<Vec<&RawValue>, SetFault> {
    if document.len() > MAX_SET_BYTES {
        return Err(SetFault::TooLarge);
    }
    let document = object(without_bom(document)).ok_or(SetFault::Malformed)?;
    let set: RawSet<'_> = serde_json::from_slice(document).map_err(|_| SetFault::Malformed)?;
    Ok(set.keys)
}

/// The keys of a document: those that may verify, and the others.
fn read_each(document: &[u8]) -> Result<(Vec<Rc<Jwk>>, Vec<UnusableKey>), SetFault> {
    let (mut usable, mut unusable) = (Vec::new(), Vec::new());
    for key in read(document)? {
        match Jwk::parse(key.get().as_bytes()) {
            Ok(key) => usable.push(Rc::new(key)),
            Err(fault) => unusable.push(UnusableKey {
                kid: kid_of(key),
                fault,
            }),
        }
    }
    Ok((usable, unusable))
}

/// The `kid` of a key that cannot be used, however wrong the rest of it is.
fn kid_of(key: &RawValue) -> Option<String> {
    let key: Value = serde_json::from_str(key.get()).ok()?;
    let kid = key.get("kid")?.as_str()?;
    (!kid.is_empty()).then(|| kid.to_owned())
}

/// Whether a key bound to `issuer`, which may be a tenant template, speaks for `iss`.
fn speaks_for(issuer: &str, iss: &str) -> bool {
    TenantTemplate::new(issuer).tenant_of(iss).is_some()
}

/// JSON that can be nothing but an object. serde reads a struct from a list, too, by the order of its members.
pub(super) fn object(json: &[u8]) -> Option<&[u8]> {
    (json.trim_ascii_start().first() == Some(&b'{')).then_some(json)
}

/// A provider's document without a byte order mark in front, which some of .NET's file writers put there.
pub(super) fn without_bom(document: &[u8]) -> &[u8] {
    document.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(document)
}
