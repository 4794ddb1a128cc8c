//! `Jwk`: one key, parsed strictly and checked before it may verify anything (RFC 7517 section 4, RFC 7518 section 6).

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use base64ct::{Base64Url, Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};

use crate::base::alg::{Alg, Curve, KeyKind};
use crate::base::json::value;

/// Shortest accepted RSA key, in bits (RFC 7518 section 3.3).
const RSA_MIN_BITS: usize = 2048;
/// Longest accepted RSA key, in bits: longer ones make every verification expensive.
const RSA_MAX_BITS: usize = 8192;

/// The reason why a key of a set is not used. The other keys of the set remain usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwkFault {
    /// Not a strict JSON object, or a member of the wrong type.
    Malformed,
    /// A `kty`, `crv` or `alg` that the gate does not support; `oct` is never accepted in a set.
    Unsupported,
    /// `use` or `key_ops` exclude verifying.
    NotForVerifying,
    /// It has private members: a published private key is compromised.
    Private,
    /// An RSA key below 2048 bits or above 8192, or with an exponent that is not odd and at least 3.
    Weak,
}

impl JwkFault {
    /// The fault as the log and the commands name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::NotForVerifying => "not_for_verifying",
            Self::Private => "private",
            Self::Weak => "weak",
        }
    }
}

/// A key that may verify signatures.
pub struct Jwk {
    kid: Option<String>,
    alg: Option<Alg>,
    issuer: Option<String>,
    material: Material,
    imported: RefCell<Vec<(Alg, Rc<dyn Any>)>>,
}

/// Private members of a JWK (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Optional members, which serialisers of .NET and Go write without a value.
const OPTIONAL: [&str; 9] = [
    "use", "key_ops", "alg", "kid", "x5u", "x5c", "x5t", "x5t#S256", "issuer",
];

/// The key itself. Strings are base64url without padding, as WebCrypto imports them.
#[derive(PartialEq, Eq)]
pub enum Material {
    /// An RSA public key.
    Rsa(Rsa),
    /// A point on a NIST curve.
    Ec {
        /// The curve.
        curve: Curve,
        /// The x coordinate, base64url.
        x: String,
        /// The y coordinate, base64url.
        y: String,
    },
    /// An Ed25519 public key (RFC 8037).
    Ed25519 {
        /// The public key, base64url.
        x: String,
    },
    /// A shared secret from the gate's own settings; never from a key set.
    Oct(Vec<u8>),
}

/// An RSA public key of acceptable strength.
#[derive(PartialEq, Eq)]
pub struct Rsa {
    /// The modulus, base64url without leading zero bytes.
    pub n: String,
    /// The exponent, base64url.
    pub e: String,
    modulus_bytes: usize,
}

impl Rsa {
    /// Length of the modulus, and so of every signature, in bytes.
    pub fn modulus_bytes(&self) -> usize {
        self.modulus_bytes
    }
}

impl Jwk {
    /// Parses one item of a set's `keys`.
    pub fn parse(key: &[u8]) -> Result<Self, JwkFault> {
        let mut members = value::parse_object(key).map_err(|_| JwkFault::Malformed)?;
        members.retain(|name, value| !is_absent(name, value));
        if let Some(purpose) = string_member(&members, "use")?
            && purpose != "sig"
        {
            return Err(JwkFault::NotForVerifying);
        }
        check_key_ops(&members)?;
        if PRIVATE.into_iter().any(|name| members.contains_key(name)) {
            return Err(JwkFault::Private);
        }
        let alg = match string_member(&members, "alg")? {
            Some(name) => Some(Alg::from_name(name).ok_or(JwkFault::Unsupported)?),
            None => None,
        };
        let material = read_material(&members)?;
        if alg.is_some_and(|alg| alg.key_kind() != material.kind()) {
            return Err(JwkFault::Unsupported);
        }
        let kid = string_member(&members, "kid")?.map(str::to_owned);
        let issuer = string_member(&members, "issuer")?.map(str::to_owned);
        Ok(Self {
            kid,
            alg,
            issuer,
            material,
            imported: RefCell::default(),
        })
    }

    /// A shared secret from the gate's settings.
    pub fn from_secret(secret: Vec<u8>) -> Self {
        Self {
            kid: None,
            alg: None,
            issuer: None,
            material: Material::Oct(secret),
            imported: RefCell::default(),
        }
    }

    /// The key's `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The issuer that the key is bound to, if its publisher names one (as in Entra ID's multi-tenant sets).
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whether this is the shared secret of an issuer's settings, which matches every `kid`.
    pub fn is_secret(&self) -> bool {
        matches!(self.material, Material::Oct(_))
    }

    /// The key itself.
    pub fn material(&self) -> &Material {
        &self.material
    }

    /// Whether this key may verify under `alg`: of the right kind, strong enough, and not bound to another algorithm.
    pub fn fits(&self, alg: Alg) -> bool {
        let strong = match &self.material {
            Material::Oct(secret) => secret.len() >= alg.min_secret_bytes(),
            _ => true,
        };
        strong && self.material.kind() == alg.key_kind() && self.alg.is_none_or(|own| own == alg)
    }

    /// The imported form of this key for `alg`, which is dropped when the key is withdrawn.
    pub fn imported<T: 'static>(&self, alg: Alg) -> Option<Rc<T>> {
        let slots = self.imported.borrow();
        let (_, handle) = slots.iter().find(|(known, _)| *known == alg)?;
        Rc::clone(handle).downcast().ok()
    }

    /// Keeps the imported form of this key for `alg`.
    pub fn keep_imported<T: 'static>(&self, alg: Alg, handle: Rc<T>) {
        let mut slots = self.imported.borrow_mut();
        if slots.iter().all(|(known, _)| *known != alg) {
            slots.push((alg, handle));
        }
    }
}

impl Material {
    fn kind(&self) -> KeyKind {
        match self {
            Self::Rsa(_) => KeyKind::Rsa,
            Self::Ec { curve, .. } => KeyKind::Ec(*curve),
            Self::Ed25519 { .. } => KeyKind::Ed25519,
            Self::Oct(_) => KeyKind::Oct,
        }
    }
}

/// Whether a member has no value: `null`, and of the optional ones an empty string or list.
fn is_absent(name: &str, value: &Value) -> bool {
    let is_empty = match value {
        Value::Null => return true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    is_empty && (OPTIONAL.contains(&name) || PRIVATE.contains(&name))
}

/// Most members of `key_ops`; RFC 7517 section 4.3 registers eight.
const MAX_KEY_OPS: usize = 64;

/// `key_ops` (RFC 7517 section 4.3): distinct strings, `verify` among them.
fn check_key_ops(members: &Map<String, Value>) -> Result<(), JwkFault> {
    let Some(value) = members.get("key_ops") else {
        return Ok(());
    };
    let list = value.as_array().ok_or(JwkFault::Malformed)?;
    let is_text_once = |(at, op): (usize, &Value)| op.is_string() && !list.iter().take(at).any(|earlier| earlier == op);
    if list.len() > MAX_KEY_OPS || !list.iter().enumerate().all(is_text_once) {
        return Err(JwkFault::Malformed);
    }
    if list.iter().any(|op| op == "verify") {
        Ok(())
    } else {
        Err(JwkFault::NotForVerifying)
    }
}

fn read_material(members: &Map<String, Value>) -> Result<Material, JwkFault> {
    let required = |name| string_member(members, name)?.ok_or(JwkFault::Malformed);
    match required("kty")? {
        "RSA" => read_rsa(required("n")?, required("e")?).map(Material::Rsa),
        "EC" => {
            let curve = Curve::from_name(required("crv")?).ok_or(JwkFault::Unsupported)?;
            let coordinate = |name| padded(decode(required(name)?)?, curve.coordinate_bytes());
            Ok(Material::Ec {
                curve,
                x: coordinate("x")?,
                y: coordinate("y")?,
            })
        }
        "OKP" if required("crv")? == "Ed25519" => {
            let x = decode(required("x")?)?;
            if x.len() != 32 {
                return Err(JwkFault::Malformed);
            }
            Ok(Material::Ed25519 {
                x: Base64UrlUnpadded::encode_string(&x),
            })
        }
        _ => Err(JwkFault::Unsupported),
    }
}

fn read_rsa(n: &str, e: &str) -> Result<Rsa, JwkFault> {
    let [modulus, exponent] = [decode(n)?, decode(e)?].map(without_leading_zeros);
    let top = modulus.first().ok_or(JwkFault::Weak)?;
    let bits = modulus
        .len()
        .saturating_mul(8)
        .saturating_sub(top.leading_zeros() as usize);
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
    let exponent_fits = is_odd(&exponent) && exponent.len() <= 4 && exponent != [1];
    if !(RSA_MIN_BITS..=RSA_MAX_BITS).contains(&bits) || !is_odd(&modulus) || !exponent_fits {
        return Err(JwkFault::Weak);
    }
    Ok(Rsa {
        modulus_bytes: modulus.len(),
        n: Base64UrlUnpadded::encode_string(&modulus),
        e: Base64UrlUnpadded::encode_string(&exponent),
    })
}

fn without_leading_zeros(number: Vec<u8>) -> Vec<u8> {
    number.into_iter().skip_while(|byte| *byte == 0).collect()
}

fn string_member<'m>(members: &'m Map<String, Value>, name: &str) -> Result<Option<&'m str>, JwkFault> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value)),
        Some(_) => Err(JwkFault::Malformed),
    }
}

/// A big-endian number as base64url of exactly `width` bytes (RFC 7518 section 6.2.1.2): authlib and cryptojwt leave out
/// its leading zero bytes.
fn padded(number: Vec<u8>, width: usize) -> Result<String, JwkFault> {
    let missing = width.checked_sub(number.len()).filter(|_| !number.is_empty());
    let mut bytes = vec![0; missing.ok_or(JwkFault::Malformed)?];
    bytes.extend(number);
    Ok(Base64UrlUnpadded::encode_string(&bytes))
}

/// Decodes base64url with or without padding, which phpseclib writes.
fn decode(encoded: &str) -> Result<Vec<u8>, JwkFault> {
    let bytes = if encoded.ends_with('=') {
        Base64Url::decode_vec(encoded)
    } else {
        Base64UrlUnpadded::decode_vec(encoded)
    };
    bytes.map_err(|_| JwkFault::Malformed)
}
