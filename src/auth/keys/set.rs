//! `KeySet`: the usable keys of one issuer, and the selection of the key for a token.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::jwk::{Jwk, JwkFault};
use crate::auth::issuer::TenantTemplate;
use crate::base::alg::Alg;
use crate::wire::fault::TokenFault;

/// Largest key set document, in bytes.
pub const MAX_SET_BYTES: usize = 512 * 1024;
/// Largest number of keys in a set, usable or not.
const MAX_KEYS: usize = 200;

/// SHA-256 of a key set's document: a refresh with the same bytes changes nothing.
pub type Digest = [u8; 32];

/// At least one usable key.
pub struct KeySet {
    keys: Vec<Rc<Jwk>>,
}

/// A key set with the digest of the document that it was read from.
pub struct SetDocument {
    /// The keys.
    pub set: KeySet,
    /// The document's digest.
    pub digest: Digest,
}

/// The reason why a document is not a usable key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetFault {
    /// Not JSON with one list `keys`.
    Malformed,
    /// More bytes or more keys than the bounds allow.
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
    /// Reads a JWK Set (RFC 7517 section 5), key by key: an unusable key does not affect the others.
    pub fn parse(document: &[u8]) -> Result<Self, SetFault> {
        let parsed = read(document)?.into_iter().map(|key| Jwk::parse(key.get().as_bytes()));
        let keys: Vec<_> = parsed.filter_map(Result::ok).map(Rc::new).collect();
        if keys.is_empty() {
            Err(SetFault::NothingUsable)
        } else {
            Ok(Self { keys })
        }
    }

    /// The keys of a JWK Set in its order: each key, or the reason why it is not used.
    pub fn validate_each(document: &[u8]) -> Result<Vec<Result<Jwk, JwkFault>>, SetFault> {
        let keys = read(document)?;
        Ok(keys.iter().map(|key| Jwk::parse(key.get().as_bytes())).collect())
    }

    /// The set of an issuer that shares a secret with the gate.
    pub fn of_secret(secret: Vec<u8>) -> Self {
        Self {
            keys: vec![Rc::new(Jwk::from_secret(secret))],
        }
    }

    /// The one key for a token of issuer `iss` with this `kid` and `alg`. Without a `kid`, the one key that fits.
    ///
    /// # Errors
    /// [`TokenFault::UnknownKey`] if a newer set could help; [`TokenFault::UnfitKey`] and [`TokenFault::AmbiguousKey`] if it
    /// could not.
    pub fn select(&self, iss: &str, kid: Option<&str>, alg: Alg) -> Result<Rc<Jwk>, TokenFault> {
        let named = || {
            self.keys
                .iter()
                .filter(|key| kid.is_none() || key.kid() == kid || key.is_secret())
        };
        let mut fit = named().filter(|key| key.fits(alg) && key.issuer().is_none_or(|issuer| speaks_for(issuer, iss)));
        match (fit.next(), fit.next()) {
            (Some(key), None) => Ok(Rc::clone(key)),
            (Some(_), Some(_)) => Err(TokenFault::AmbiguousKey),
            (None, _) if kid.is_some() && named().next().is_some() => Err(TokenFault::UnfitKey),
            (None, _) => Err(TokenFault::UnknownKey),
        }
    }
}

impl SetDocument {
    /// Reads a JWK Set and computes its digest.
    pub fn parse(document: &[u8]) -> Result<Self, SetFault> {
        Ok(Self {
            set: KeySet::parse(document)?,
            digest: Sha256::digest(document).into(),
        })
    }
}

/// The keys of a document within the bounds, none of them read yet.
fn read(document: &[u8]) -> Result<Vec<&RawValue>, SetFault> {
    if document.len() > MAX_SET_BYTES {
        return Err(SetFault::TooLarge);
    }
    let set: RawSet<'_> = serde_json::from_slice(document).map_err(|_| SetFault::Malformed)?;
    if set.keys.len() > MAX_KEYS {
        return Err(SetFault::TooLarge);
    }
    Ok(set.keys)
}

/// Whether a key bound to `issuer`, which may be a tenant template, may verify tokens of `iss`.
fn speaks_for(issuer: &str, iss: &str) -> bool {
    TenantTemplate::new(issuer).tenant_of(iss).is_some()
}
