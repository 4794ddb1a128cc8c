//! An independent verifier: `RustCrypto` on the key material of a [`Jwk`], where the Worker has `WebCrypto`.

use copilotkit_gate::auth::keys::{Jwk, Material, Rsa};
use copilotkit_gate::auth::token::Untrusted;
use copilotkit_gate::auth::verify::{Verified, Verifier, prove};
use copilotkit_gate::base::alg::{Alg, Curve};
use copilotkit_gate::gate::record::Record;
use copilotkit_gate::wire::refusal::Refusal;
use hmac::{Hmac, Mac};
use rsa::signature::Verifier as _;
use rsa::{BigUint, RsaPublicKey, pkcs1v15, pss};
use sha2::{Sha256, Sha384, Sha512};

use super::keys::from_base64url;

/// Verifies natively.
pub struct Native;

impl Verifier for Native {
    async fn holds(&self, key: &Jwk, alg: Alg, input: &[u8], signature: &[u8]) -> bool {
        holds(key.material(), alg, input, signature).unwrap_or(false)
    }
}

/// The way of a token from its text to `Verified`, with this key.
pub fn verify_token(token: &str, key: &Jwk) -> Result<Verified, Refusal> {
    let mut record = Record::new("verifier");
    let untrusted = Untrusted::parse(token, &mut record)?;
    let proof = pollster::block_on(prove(&untrusted, [key], &Native)).map_err(refusal)?;
    Verified::new(untrusted, &proof)
}

fn refusal(fault: impl Into<Refusal>) -> Refusal {
    fault.into()
}

/// Whether the signature holds; `None` where key or signature cannot even be read.
pub fn holds(material: &Material, alg: Alg, input: &[u8], signature: &[u8]) -> Option<bool> {
    match material {
        Material::Rsa(key) => rsa_holds(key, alg, input, signature),
        Material::Ec { curve, x, y } => ecdsa_holds(*curve, &uncompressed(x, y), input, signature),
        Material::Ed25519 { x } => {
            let key = ed25519_dalek::VerifyingKey::from_bytes(&from_base64url(x).try_into().ok()?).ok()?;
            let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
            Some(key.verify(input, &signature).is_ok())
        }
        Material::Oct(secret) => Some(match alg {
            Alg::HS256 => Hmac::<Sha256>::new_from_slice(secret)
                .ok()?
                .chain_update(input)
                .verify_slice(signature)
                .is_ok(),
            Alg::HS384 => Hmac::<Sha384>::new_from_slice(secret)
                .ok()?
                .chain_update(input)
                .verify_slice(signature)
                .is_ok(),
            Alg::HS512 => Hmac::<Sha512>::new_from_slice(secret)
                .ok()?
                .chain_update(input)
                .verify_slice(signature)
                .is_ok(),
            _ => return None,
        }),
    }
}

fn rsa_holds(key: &Rsa, alg: Alg, input: &[u8], signature: &[u8]) -> Option<bool> {
    let [n, e] = [&key.n, &key.e].map(|number| BigUint::from_bytes_be(&from_base64url(number)));
    // The gate takes up to 8192 bits; the crate would stop at 4096.
    let key = RsaPublicKey::new_with_max_size(n, e, 8192).ok()?;
    let pkcs1 = pkcs1v15::Signature::try_from(signature).ok()?;
    let pss = pss::Signature::try_from(signature).ok()?;
    Some(match alg {
        Alg::RS256 => pkcs1v15::VerifyingKey::<Sha256>::new(key).verify(input, &pkcs1).is_ok(),
        Alg::RS384 => pkcs1v15::VerifyingKey::<Sha384>::new(key).verify(input, &pkcs1).is_ok(),
        Alg::RS512 => pkcs1v15::VerifyingKey::<Sha512>::new(key).verify(input, &pkcs1).is_ok(),
        Alg::PS256 => pss::VerifyingKey::<Sha256>::new(key).verify(input, &pss).is_ok(),
        Alg::PS384 => pss::VerifyingKey::<Sha384>::new(key).verify(input, &pss).is_ok(),
        Alg::PS512 => pss::VerifyingKey::<Sha512>::new(key).verify(input, &pss).is_ok(),
        _ => return None,
    })
}

fn ecdsa_holds(curve: Curve, point: &[u8], input: &[u8], signature: &[u8]) -> Option<bool> {
    Some(match curve {
        Curve::P256 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify(input, &p256::ecdsa::Signature::from_slice(signature).ok()?)
                .is_ok()
        }
        Curve::P384 => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify(input, &p384::ecdsa::Signature::from_slice(signature).ok()?)
                .is_ok()
        }
        Curve::P521 => {
            let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify(input, &p521::ecdsa::Signature::from_slice(signature).ok()?)
                .is_ok()
        }
    })
}

fn uncompressed(x: &str, y: &str) -> Vec<u8> {
    [vec![4], from_base64url(x), from_base64url(y)].concat()
}
