//! The closed list of signature algorithms (RFC 7518 section 3, RFC 8037), one row each. All properties of an algorithm that
//! the gate and WebCrypto need are here.

use std::ops::RangeInclusive;

/// A JWS signature or MAC algorithm that the gate can verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the variants are the registered names themselves")]
pub enum Alg {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    EdDSA,
    HS256,
    HS384,
    HS512,
}

/// One row of the table of algorithms.
#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    web_crypto: &'static str,
    key: KeyKind,
    hash: Option<Hash>,
    /// In bytes; `None`: as long as the modulus of the key.
    signature: Option<usize>,
}

/// The kind of key that an algorithm needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `kty: RSA`
    Rsa,
    /// `kty: EC` on this curve
    Ec(Curve),
    /// `kty: OKP`, `crv: Ed25519`
    Ed25519,
    /// `kty: oct`; never accepted from a published key set
    Oct,
}

/// A NIST curve of RFC 7518 section 6.2.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the registered names themselves")]
pub enum Curve {
    P256,
    P384,
    P521,
}

/// A hash of FIPS 180-4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the registered names themselves")]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Alg {
    /// Every algorithm with a public key: the default of an issuer.
    pub const ASYMMETRIC: [Self; 10] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDSA,
    ];

    /// The algorithms of an issuer with a shared secret.
    pub const HMAC: [Self; 3] = [Self::HS256, Self::HS384, Self::HS512];

    const fn row(self) -> Row {
        use Hash::{Sha256, Sha384, Sha512};
        const RSA: KeyKind = KeyKind::Rsa;
        const OCT: KeyKind = KeyKind::Oct;
        const P256: KeyKind = KeyKind::Ec(Curve::P256);
        const P384: KeyKind = KeyKind::Ec(Curve::P384);
        const P521: KeyKind = KeyKind::Ec(Curve::P521);
        match self {
            Self::RS256 => row("RS256", "RSASSA-PKCS1-v1_5", RSA, Some(Sha256), None),
            Self::RS384 => row("RS384", "RSASSA-PKCS1-v1_5", RSA, Some(Sha384), None),
            Self::RS512 => row("RS512", "RSASSA-PKCS1-v1_5", RSA, Some(Sha512), None),
            Self::PS256 => row("PS256", "RSA-PSS", RSA, Some(Sha256), None),
            Self::PS384 => row("PS384", "RSA-PSS", RSA, Some(Sha384), None),
            Self::PS512 => row("PS512", "RSA-PSS", RSA, Some(Sha512), None),
            Self::ES256 => row("ES256", "ECDSA", P256, Some(Sha256), Some(64)),
            Self::ES384 => row("ES384", "ECDSA", P384, Some(Sha384), Some(96)),
            Self::ES512 => row("ES512", "ECDSA", P521, Some(Sha512), Some(132)),
            Self::EdDSA => row("EdDSA", "Ed25519", KeyKind::Ed25519, None, Some(64)),
            Self::HS256 => row("HS256", "HMAC", OCT, Some(Sha256), Some(32)),
            Self::HS384 => row("HS384", "HMAC", OCT, Some(Sha384), Some(48)),
            Self::HS512 => row("HS512", "HMAC", OCT, Some(Sha512), Some(64)),
        }
    }

    /// The algorithm with exactly this `alg` value; names are case-sensitive (RFC 7515 section 4.1.1). RFC 9864 names
    /// the curve that the gate supports under `EdDSA` `Ed25519`.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDSA);
        }
        Self::ASYMMETRIC
            .into_iter()
            .chain(Self::HMAC)
            .find(|alg| alg.name() == name)
    }

    /// The registered `alg` value.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The algorithm's name in WebCrypto.
    pub fn web_crypto(self) -> &'static str {
        self.row().web_crypto
    }

    /// The kind of key this algorithm works with.
    pub fn key_kind(self) -> KeyKind {
        self.row().key
    }

    /// The hash that a caller of WebCrypto chooses; none for `EdDSA`, which hashes internally.
    pub fn hash(self) -> Option<Hash> {
        self.row().hash
    }

    /// Length of the salt in bytes, if the algorithm has one: that of its hash (RFC 7518 section 3.5).
    pub fn salt_bytes(self) -> Option<usize> {
        match self {
            Self::PS256 | Self::PS384 | Self::PS512 => self.hash().map(Hash::bytes),
            _ => None,
        }
    }

    /// Shortest key of an HMAC algorithm in bytes: the length of its hash (RFC 7518 section 3.2).
    pub fn min_secret_bytes(self) -> usize {
        self.hash().map_or(0, Hash::bytes)
    }

    /// Length of a signature in bytes, if the algorithm fixes it; RSA signatures have the length of their modulus.
    pub fn signature_bytes(self) -> Option<usize> {
        self.row().signature
    }

    /// The lengths in bytes that a signature may have under any key: RSA's are those of a modulus of 2048 to 8192 bits.
    pub fn signature_lengths(self) -> RangeInclusive<usize> {
        self.signature_bytes().map_or(256..=1024, |bytes| bytes..=bytes)
    }
}

const fn row(
    name: &'static str,
    web_crypto: &'static str,
    key: KeyKind,
    hash: Option<Hash>,
    signature: Option<usize>,
) -> Row {
    Row {
        name,
        web_crypto,
        key,
        hash,
        signature,
    }
}

impl Curve {
    /// The registered `crv` value.
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// The curve with exactly this `crv` value.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521]
            .into_iter()
            .find(|curve| curve.name() == name)
    }

    /// Length in bytes of one coordinate.
    pub fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

impl Hash {
    /// The hash's name in WebCrypto.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// Length of a digest, in bytes.
    pub fn bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}
