//! Keys of every algorithm, the same in every run, and tokens signed with them.
//!
//! The RSA key is the published one of RFC 7515 appendix A.2; every other key is spelt out by one byte. None of them
//! has ever guarded anything.

use std::sync::OnceLock;

use base64ct::{Base64UrlUnpadded, Encoding};
use copilotkit_gate::base::alg::Alg;
use hmac::{Hmac, Mac};
use rand_core::OsRng;
use rsa::signature::{RandomizedSigner, SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};

/// Every algorithm that the gate knows.
pub const EVERY_ALG: [Alg; 13] = [
    Alg::RS256,
    Alg::RS384,
    Alg::RS512,
    Alg::PS256,
    Alg::PS384,
    Alg::PS512,
    Alg::ES256,
    Alg::ES384,
    Alg::ES512,
    Alg::EdDSA,
    Alg::HS256,
    Alg::HS384,
    Alg::HS512,
];

/// The primes of RFC 7515 appendix A.2.
const P: &str = "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7\
                 ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc";
const Q: &str = "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wD\
                 mpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc";

/// A private key, bound to one algorithm and named by a `kid`.
pub struct TestKey {
    pub alg: Alg,
    pub kid: String,
    secret: Secret,
}

enum Secret {
    Rsa(&'static RsaPrivateKey),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Hmac(Vec<u8>),
}

impl TestKey {
    /// The key for `alg` that `seed` (not 0) spells out. All RSA keys are the same one.
    pub fn new(alg: Alg, kid: &str, seed: u8) -> Self {
        let secret = match alg {
            Alg::RS256 | Alg::RS384 | Alg::RS512 | Alg::PS256 | Alg::PS384 | Alg::PS512 => Secret::Rsa(rsa_key()),
            Alg::ES256 => Secret::P256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap()),
            Alg::ES384 => Secret::P384(p384::ecdsa::SigningKey::from_slice(&[seed; 48]).unwrap()),
            Alg::ES512 => {
                let mut scalar = [seed; 66];
                scalar[0] = 0;
                Secret::P521(p521::ecdsa::SigningKey::from_slice(&scalar).unwrap())
            }
            Alg::EdDSA => Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32])),
            Alg::HS256 | Alg::HS384 | Alg::HS512 => Secret::Hmac(vec![seed; 64]),
        };
        let kid = kid.to_owned();
        Self { alg, kid, secret }
    }

    /// The usual key of these tests.
    pub fn es256() -> Self {
        Self::new(Alg::ES256, "key-1", 1)
    }

    /// The shared secret, as its setting holds it.
    pub fn secret_setting(&self) -> String {
        match &self.secret {
            Secret::Hmac(secret) => base64url(secret),
            _ => panic!("{:?} has no shared secret", self.alg),
        }
    }

    /// The public key as a provider publishes it.
    pub fn jwk(&self) -> Value {
        let mut jwk = self.material();
        jwk["kid"] = json!(self.kid);
        jwk["alg"] = json!(self.alg.name());
        jwk["use"] = json!("sig");
        jwk
    }

    /// The public key and nothing about its use.
    pub fn material(&self) -> Value {
        let point = |crv: &str, x: Option<&[u8]>, y: Option<&[u8]>| json!({ "kty": "EC", "crv": crv, "x": base64url(x.unwrap()), "y": base64url(y.unwrap()) });
        match &self.secret {
            Secret::Rsa(key) => {
                json!({ "kty": "RSA", "n": base64url(&key.n().to_bytes_be()), "e": base64url(&key.e().to_bytes_be()) })
            }
            Secret::P256(key) => {
                let public = key.verifying_key().to_encoded_point(false);
                point("P-256", public.x().map(|x| &x[..]), public.y().map(|y| &y[..]))
            }
            Secret::P384(key) => {
                let public = key.verifying_key().to_encoded_point(false);
                point("P-384", public.x().map(|x| &x[..]), public.y().map(|y| &y[..]))
            }
            Secret::P521(key) => {
                let public = p521::ecdsa::VerifyingKey::from(key).to_encoded_point(false);
                point("P-521", public.x().map(|x| &x[..]), public.y().map(|y| &y[..]))
            }
            Secret::Ed25519(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(key.verifying_key().as_bytes()) })
            }
            Secret::Hmac(_) => panic!("a shared secret has no public key"),
        }
    }

    /// The signature over `input`, as JWS writes it (RFC 7518 section 3).
    pub fn signature(&self, input: &[u8]) -> Vec<u8> {
        match (&self.secret, self.alg) {
            (Secret::Rsa(key), alg) => rsa_signature(key, alg, input),
            (Secret::P256(key), _) => {
                let signature: p256::ecdsa::Signature = key.sign(input);
                signature.to_vec()
            }
            (Secret::P384(key), _) => {
                let signature: p384::ecdsa::Signature = key.sign(input);
                signature.to_vec()
            }
            (Secret::P521(key), _) => key.sign_with_rng(&mut OsRng, input).to_vec(),
            (Secret::Ed25519(key), _) => key.sign(input).to_vec(),
            (Secret::Hmac(secret), alg) => mac(alg, secret, input),
        }
    }

    /// The compact serialisation of these bytes, whatever they are.
    pub fn sign(&self, header: &[u8], payload: &[u8]) -> String {
        let input = format!("{}.{}", base64url(header), base64url(payload));
        let signature = base64url(&self.signature(input.as_bytes()));
        format!("{input}.{signature}")
    }

    /// A token with these claims under the usual header.
    pub fn token(&self, claims: &Value) -> String {
        self.sign(&self.header(), claims.to_string().as_bytes())
    }

    /// The usual header.
    pub fn header(&self) -> Vec<u8> {
        json!({ "alg": self.alg.name(), "kid": self.kid, "typ": "JWT" })
            .to_string()
            .into_bytes()
    }
}

/// The document that publishes `keys`.
pub fn key_set(keys: &[&TestKey]) -> String {
    json!({ "keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>() }).to_string()
}

pub fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

pub fn from_base64url(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}

fn rsa_key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let [p, q] = [P, Q].map(|prime| BigUint::from_bytes_be(&from_base64url(prime)));
        RsaPrivateKey::from_p_q(p, q, BigUint::from(65_537_u32)).unwrap()
    })
}

fn rsa_signature(key: &RsaPrivateKey, alg: Alg, input: &[u8]) -> Vec<u8> {
    use rsa::{pkcs1v15, pss};
    let key = key.clone();
    match alg {
        Alg::RS256 => pkcs1v15::SigningKey::<Sha256>::new(key).sign(input).to_vec(),
        Alg::RS384 => pkcs1v15::SigningKey::<Sha384>::new(key).sign(input).to_vec(),
        Alg::RS512 => pkcs1v15::SigningKey::<Sha512>::new(key).sign(input).to_vec(),
        Alg::PS256 => pss::SigningKey::<Sha256>::new(key)
            .sign_with_rng(&mut OsRng, input)
            .to_vec(),
        Alg::PS384 => pss::SigningKey::<Sha384>::new(key)
            .sign_with_rng(&mut OsRng, input)
            .to_vec(),
        Alg::PS512 => pss::SigningKey::<Sha512>::new(key)
            .sign_with_rng(&mut OsRng, input)
            .to_vec(),
        other => panic!("{other:?} is not RSA"),
    }
}

fn mac(alg: Alg, secret: &[u8], input: &[u8]) -> Vec<u8> {
    match alg.min_secret_bytes() {
        32 => Hmac::<Sha256>::new_from_slice(secret)
            .unwrap()
            .chain_update(input)
            .finalize()
            .into_bytes()
            .to_vec(),
        48 => Hmac::<Sha384>::new_from_slice(secret)
            .unwrap()
            .chain_update(input)
            .finalize()
            .into_bytes()
            .to_vec(),
        _ => Hmac::<Sha512>::new_from_slice(secret)
            .unwrap()
            .chain_update(input)
            .finalize()
            .into_bytes()
            .to_vec(),
    }
}
