//! The closed list of signature algorithms (RFC 7518 section 3, RFC 8037), and what each demands of key and signature.

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

/// The kind of key an algorithm needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `kty: RSA`
    Rsa,
    /// `kty: EC` on this curve
    Ec(Curve),
    /// `kty: OKP`, `crv: Ed25519`
    Ed25519,
    /// `kty: oct`; never taken from a published key set
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

impl Alg {
    /// Every algorithm with a public key: what an issuer may use when its settings name none.
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

    /// The algorithm with exactly this `alg` value; names are case-sensitive (RFC 7515 section 4.1.1).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ASYMMETRIC
            .into_iter()
            .chain(Self::HMAC)
            .find(|alg| alg.name() == name)
    }

    /// The registered `alg` value.
    pub fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::EdDSA => "EdDSA",
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
        }
    }

    /// The kind of key this algorithm works with.
    pub fn key_kind(self) -> KeyKind {
        match self {
            Self::RS256 | Self::RS384 | Self::RS512 | Self::PS256 | Self::PS384 | Self::PS512 => KeyKind::Rsa,
            Self::ES256 => KeyKind::Ec(Curve::P256),
            Self::ES384 => KeyKind::Ec(Curve::P384),
            Self::ES512 => KeyKind::Ec(Curve::P521),
            Self::EdDSA => KeyKind::Ed25519,
            Self::HS256 | Self::HS384 | Self::HS512 => KeyKind::Oct,
        }
    }

    /// Length in bytes of the hash this algorithm uses (64 for `EdDSA`, which hashes inside).
    pub fn hash_bytes(self) -> usize {
        match self {
            Self::RS256 | Self::PS256 | Self::ES256 | Self::HS256 => 32,
            Self::RS384 | Self::PS384 | Self::ES384 | Self::HS384 => 48,
            Self::RS512 | Self::PS512 | Self::ES512 | Self::HS512 | Self::EdDSA => 64,
        }
    }

    /// Length in bytes of a signature where the algorithm fixes it; RSA signatures are as long as their modulus.
    pub fn signature_bytes(self) -> Option<usize> {
        match self.key_kind() {
            KeyKind::Rsa => None,
            KeyKind::Ec(curve) => Some(curve.coordinate_bytes().saturating_mul(2)),
            KeyKind::Ed25519 => Some(64),
            KeyKind::Oct => Some(self.hash_bytes()),
        }
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
