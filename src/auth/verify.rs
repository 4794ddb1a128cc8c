//! The signature: a `Verified` token exists only for bytes that a key of the issuer has signed.
//!
//! WebCrypto verifies asynchronously, jwt-compact synchronously. The two meet in a [`Proof`]: evidence that a key verified
//! for these bytes under this algorithm, minted here and nowhere else. `Attested` is jwt-compact's view of it, an
//! algorithm whose *verifying key is the proof* and whose verification only compares. So jwt-compact's `Token`, which has
//! no public constructor, keeps its meaning.

use std::borrow::Cow;
use std::convert::Infallible;

use jwt_compact::{Algorithm, AlgorithmExt, AlgorithmSignature, Empty, Token, UntrustedToken, ValidationError};
use serde_json::{Map, Value};

use super::keys::{Jwk, Material};
use super::token::Untrusted;
use crate::base::alg::Alg;
use crate::wire::fault::{ClaimFault, TokenFault};
use crate::wire::refusal::Refusal;

/// Cryptography, as the platform offers it.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait Verifier {
    /// Whether `signature` over `input` is valid under `key` and `alg`. A key that cannot be imported and an operation
    /// that throws are `false`. `key` fits `alg`, and the length of `signature` is right.
    async fn holds(&self, key: &Jwk, alg: Alg, input: &[u8], signature: &[u8]) -> bool;
}

/// A token whose signature was verified. Its claims are authentic, but not validated yet.
pub struct Verified {
    token: Token<Empty>,
    alg: Alg,
    claims: Map<String, Value>,
}

impl Verified {
    /// The header's `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.token.header().key_id.as_deref()
    }

    /// The header's `typ`.
    pub fn typ(&self) -> Option<&str> {
        self.token.header().token_type.as_deref()
    }

    /// The algorithm it was verified under.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// Every claim.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Takes over the claims of `untrusted`, for which `proof` is the evidence.
    pub fn new(untrusted: Untrusted<'_>, proof: &Proof<'_>) -> Result<Self, Refusal> {
        let alg = untrusted.alg();
        let text = untrusted.for_jwt_compact();
        let parsed = UntrustedToken::new(&text).map_err(|_| TokenFault::Structure)?;
        let attested = Attested {
            alg,
            name: untrusted.alg_name(),
            input: untrusted.signing_input(),
            text: text.rsplit_once('.').map_or("", |(input, _)| input),
        };
        let token = attested
            .validator::<Empty>(proof)
            .validate(&parsed)
            .map_err(|error| match error {
                // jwt-compact reads the dates itself, after the signature was verified.
                ValidationError::MalformedClaims(_) => invalid_date(untrusted.claims()).into(),
                _ => Refusal::from(TokenFault::Structure),
            })?;
        Ok(Self {
            token,
            alg,
            claims: untrusted.into_claims(),
        })
    }

    /// Writes the claim `name`, in place of the one that the token has: the canonical issuer and the subject. `None` removes
    /// it.
    pub(super) fn put_claim(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.claims.insert(name.to_owned(), Value::from(value)),
            None => self.claims.remove(name),
        };
    }
}

/// Proves the signature of `untrusted` by the first of `keys` that verifies it; each must have been selected for its
/// algorithm.
pub async fn prove<'t, 'k>(
    untrusted: &Untrusted<'t>,
    keys: impl IntoIterator<Item = &'k Jwk>,
    verifier: &impl Verifier,
) -> Result<Proof<'t>, TokenFault> {
    let (alg, signature) = (untrusted.alg(), untrusted.signature());
    let signing_input = untrusted.signing_input();
    let mut fault = TokenFault::Signature;
    for key in keys {
        if !key.fits(alg) {
            fault = TokenFault::UnfitKey;
            continue;
        }
        let expected = match key.material() {
            Material::Rsa(rsa) => Some(rsa.modulus_bytes()),
            _ => alg.signature_bytes(),
        };
        let length_fits = expected == Some(signature.len());
        if length_fits && verifier.holds(key, alg, signing_input.as_bytes(), signature).await {
            return Ok(Proof {
                alg,
                signing_input,
                signature: signature.to_vec(),
            });
        }
    }
    Err(fault)
}

/// Evidence that a key for `alg` verified `signature` over `signing_input`.
pub struct Proof<'t> {
    alg: Alg,
    signing_input: &'t str,
    signature: Vec<u8>,
}

/// jwt-compact's view of a verification that has already happened.
struct Attested<'t> {
    alg: Alg,
    /// The name that the token's header has for the algorithm.
    name: &'t str,
    /// The signed bytes.
    input: &'t str,
    /// The same as jwt-compact reads it, without header members that change nothing.
    text: &'t str,
}

/// A signature of any length, compared and never computed with.
struct RawSignature(Vec<u8>);

impl<'t> Algorithm for Attested<'t> {
    /// Has no value: an attestation cannot sign.
    type SigningKey = Infallible;
    type VerifyingKey = Proof<'t>;
    type Signature = RawSignature;

    fn name(&self) -> Cow<'static, str> {
        self.name.to_owned().into()
    }

    fn sign(&self, key: &Infallible, _: &[u8]) -> RawSignature {
        match *key {}
    }

    fn verify_signature(&self, signature: &RawSignature, proof: &Proof<'t>, message: &[u8]) -> bool {
        let is_same = proof.signing_input == self.input && self.text.as_bytes() == message;
        proof.alg == self.alg && is_same && proof.signature == signature.0
    }
}

impl AlgorithmSignature for RawSignature {
    fn try_from_slice(slice: &[u8]) -> anyhow::Result<Self> {
        Ok(Self(slice.to_vec()))
    }

    fn as_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }
}

/// The date among `claims` that jwt-compact could not read: not a number, or one far outside the calendar.
fn invalid_date(claims: &Map<String, Value>) -> ClaimFault {
    const CALENDAR_END: f64 = 8.0e12;
    for name in ["exp", "nbf", "iat"] {
        match claims.get(name).map(Value::as_f64) {
            Some(Some(date)) if date > CALENDAR_END => return ClaimFault::Milliseconds(name),
            Some(None) => return ClaimFault::Type(name),
            Some(Some(date)) if date < -CALENDAR_END => return ClaimFault::Type(name),
            _ => {}
        }
    }
    ClaimFault::Type("")
}
