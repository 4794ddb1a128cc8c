//! The signature: a `Verified` token exists only for bytes that a key of the issuer has signed.
//!
//! WebCrypto verifies asynchronously, jwt-compact synchronously. The two meet in a [`Proof`]: evidence that a key verified
//! for these bytes under this algorithm, minted here and nowhere else. `Attested` is jwt-compact's view of it, an
//! algorithm whose *verifying key is the proof* and whose verification only compares. So jwt-compact's `Token`, which has
//! no public constructor, keeps its meaning.

use std::borrow::Cow;
use std::convert::Infallible;

use jwt_compact::{Algorithm, AlgorithmExt, AlgorithmSignature, Empty, Token, ValidationError};
use serde_json::{Map, Value};

use super::keys::{Jwk, Material};
use super::progress::{Progress, SeenToken};
use super::token::Untrusted;
use crate::base::alg::Alg;
use crate::wire::fault::{ClaimFault, TokenFault};
use crate::wire::refusal::Refusal;
use crate::wire::step::Step;

/// Cryptography, as the platform offers it.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait Verifier {
    /// Whether `signature` over `input` holds under `key` and `alg`. A key that cannot be imported and an operation
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

    /// What the log says of it; `cache` is `hit` where it was in the token cache, else `miss`.
    pub(super) fn seen(&self, cache: &'static str) -> SeenToken {
        let claim = |name| self.claims.get(name)?.as_str().map(str::to_owned);
        SeenToken {
            issuer: claim("iss"),
            sub: claim("sub"),
            kid: self.kid().map(str::to_owned),
            alg: self.alg.name(),
            cache,
        }
    }
}

/// Verifies `untrusted` with `key`, which must have been selected for its algorithm.
pub async fn verify(
    untrusted: Untrusted<'_>,
    key: &Jwk,
    verifier: &impl Verifier,
    progress: &mut impl Progress,
) -> Result<Verified, Refusal> {
    let alg = untrusted.alg();
    if !key.fits(alg) {
        return Err(TokenFault::UnfitKey.into());
    }
    progress.at(Step::Signature);
    let signature = untrusted.parsed.signature_bytes();
    let expected = match key.material() {
        Material::Rsa(rsa) => Some(rsa.modulus_bytes()),
        _ => alg.signature_bytes(),
    };
    let length_fits = expected == Some(signature.len());
    if !length_fits || !verifier.holds(key, alg, untrusted.signing_input, signature).await {
        return Err(TokenFault::Signature.into());
    }
    let proof = Proof {
        alg,
        signing_input: untrusted.signing_input,
        signature,
    };
    // jwt-compact reads the dates itself, after the signature was verified above.
    progress.at(Step::Claims);
    let token = Attested(alg, untrusted.alg_name())
        .validator::<Empty>(&proof)
        .validate(&untrusted.parsed)
        .map_err(|error| match error {
            ValidationError::MalformedClaims(_) => invalid_date(untrusted.claims()).into(),
            _ => Refusal::from(TokenFault::Structure),
        })?;
    Ok(Verified {
        token,
        alg,
        claims: untrusted.into_claims(),
    })
}

/// Evidence that a key for `alg` verified `signature` over `signing_input`.
struct Proof<'t> {
    alg: Alg,
    signing_input: &'t [u8],
    signature: &'t [u8],
}

/// jwt-compact's view of a verification that has already happened, by the name that the token's header gives the algorithm.
struct Attested<'t>(Alg, &'t str);

/// A signature of any length, compared and never computed with.
struct RawSignature(Vec<u8>);

impl<'t> Algorithm for Attested<'t> {
    /// Has no value: an attestation cannot sign.
    type SigningKey = Infallible;
    type VerifyingKey = Proof<'t>;
    type Signature = RawSignature;

    fn name(&self) -> Cow<'static, str> {
        self.1.to_owned().into()
    }

    fn sign(&self, key: &Infallible, _: &[u8]) -> RawSignature {
        match *key {}
    }

    fn verify_signature(&self, signature: &RawSignature, proof: &Proof<'t>, message: &[u8]) -> bool {
        proof.alg == self.0 && proof.signing_input == message && proof.signature == signature.0
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
    let is_invalid = |name: &&str| {
        claims
            .get(*name)
            .is_some_and(|value| value.as_f64().is_none_or(|date| date.abs() > CALENDAR_END))
    };
    ClaimFault::Type(["exp", "nbf", "iat"].into_iter().find(is_invalid).unwrap_or_default())
}
