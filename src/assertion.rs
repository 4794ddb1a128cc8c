//! The assertion: a short-lived JWT by which the origin can tell that a request came through this gate, for whom, and for
//! what. It is bound to method, URL, operation, agent and thread.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::base::clock::Seconds;
use crate::base::json;
use crate::identity::IdentityMap;
use crate::outbound::Outbound;
use crate::policy::Caller;
use crate::wire::refusal::Refusal;

/// How long an assertion counts, in seconds.
const LIFETIME: i64 = 60;

/// The setting `ASSERTION_KEY`: the key that signs, and those that are published while rotating.
pub struct AssertionKeys {
    signing: SigningKey,
    published: Vec<Map<String, Value>>,
}

/// A private JWK (RFC 7517) for ES256 or Ed25519. Neither `Debug` nor `Display`.
pub struct SigningKey {
    /// The private JWK with the members that an import needs.
    pub jwk: Map<String, Value>,
    /// `ES256` or `EdDSA`.
    pub alg: SigningAlg,
    kid: String,
}

/// What assertions are signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the registered names themselves")]
pub enum SigningAlg {
    ES256,
    EdDSA,
}

/// Signing, as the platform offers it.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait Signer {
    /// Signs `input` with `key`; `None` when the platform will not.
    async fn sign(&self, key: &SigningKey, input: &[u8]) -> Option<Vec<u8>>;

    /// A value that no other assertion has, for `jti`.
    fn unique(&self) -> String;
}

impl AssertionKeys {
    /// Reads one private JWK, or a JWK Set whose first key signs and whose others are only published.
    pub fn parse(text: &str) -> Option<Self> {
        let document = json::parse_object(text.as_bytes()).ok()?;
        let keys: Vec<Map<String, Value>> = match document.get("keys") {
            Some(Value::Array(list)) => list.iter().map(|key| key.as_object().cloned()).collect::<Option<_>>()?,
            Some(_) => return None,
            None => vec![document],
        };
        let public: Vec<_> = keys.iter().map(Public::parse).collect::<Option<_>>()?;
        let (first, signer) = (keys.first()?, public.first()?);
        let d = first.get("d").and_then(Value::as_str).filter(|d| is_32_bytes(d))?;
        let mut jwk = signer.members.clone();
        jwk.insert("d".to_owned(), Value::from(d));
        let signing = SigningKey {
            jwk,
            alg: signer.alg,
            kid: signer.thumbprint(),
        };
        Some(Self {
            signing,
            published: public.iter().map(Public::published).collect(),
        })
    }

    /// The JWK Set of the public keys.
    pub fn jwks(&self) -> String {
        json!({ "keys": self.published }).to_string()
    }

    /// Signs an assertion for a request that goes on.
    pub async fn assert(&self, what: &Subject<'_>, signer: &impl Signer, now: Seconds) -> Result<String, Refusal> {
        let header = json!({ "alg": self.signing.alg.name(), "kid": self.signing.kid, "typ": "JWT" });
        let claims = what.claims(signer.unique(), now);
        let encode = |text: String| Base64UrlUnpadded::encode_string(text.as_bytes());
        let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = signer
            .sign(&self.signing, input.as_bytes())
            .await
            .ok_or(Refusal::AssertionFailed)?;
        Ok(format!("{input}.{}", Base64UrlUnpadded::encode_string(&signature)))
    }
}

/// What an assertion is about.
pub struct Subject<'a> {
    /// The gate's base URL.
    pub gate: String,
    /// `ORIGIN_URL`.
    pub audience: &'a str,
    /// The request that goes on, and for whom.
    pub outbound: &'a Outbound,
    /// The request's id.
    pub request_id: &'a str,
    /// Which claims identify.
    pub identity: &'a IdentityMap,
}

impl Subject<'_> {
    fn claims(&self, jti: String, now: Seconds) -> Value {
        let mut claims = Map::new();
        let mut sub = Some("anonymous");
        if let Caller::Verified(subject) = &self.outbound.caller {
            for (name, value) in self.identity.claims(subject.accepted.claims()) {
                claims.insert(name.to_owned(), value.clone());
            }
            sub = subject.accepted.sub();
        }
        // After the identity claims: none of them may stand in for what the gate says itself.
        let issuer = match &self.outbound.caller {
            Caller::Verified(subject) => Some(subject.accepted.iss()),
            _ => None,
        };
        let own = [
            ("iss", Some(Value::from(self.gate.as_str()))),
            ("aud", Some(Value::from(self.audience))),
            ("sub", sub.map(Value::from)),
            ("src_iss", issuer.map(Value::from)),
            ("act", Some(Value::from(self.outbound.operation.name()))),
            ("agent", self.outbound.operation.agent().map(Value::from)),
            ("tid", self.outbound.thread.as_deref().map(Value::from)),
            ("htm", Some(Value::from(self.outbound.method.name()))),
            ("htu", self.outbound.url.split('?').next().map(Value::from)),
            ("jti", Some(Value::from(jti))),
            ("req", Some(Value::from(self.request_id))),
            ("iat", Some(Value::from(now.0))),
            ("exp", Some(Value::from(now.plus(LIFETIME).0))),
        ];
        for (name, value) in own {
            match value {
                Some(value) => claims.insert(name.to_owned(), value),
                None => claims.remove(name),
            };
        }
        for name in ["nbf", "cnf"] {
            claims.remove(name);
        }
        Value::Object(claims)
    }
}

impl SigningAlg {
    /// The registered `alg` value.
    pub fn name(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }
}

/// The public members of a key, in the order that RFC 7638 hashes them in.
struct Public {
    alg: SigningAlg,
    members: Map<String, Value>,
}

impl Public {
    fn parse(key: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        let (alg, names): (_, &[&str]) = match (text("kty")?, text("crv")?) {
            ("EC", "P-256") => (SigningAlg::ES256, &["x", "y"]),
            ("OKP", "Ed25519") => (SigningAlg::EdDSA, &["x"]),
            _ => return None,
        };
        let mut members = Map::new();
        for name in ["kty", "crv"] {
            members.insert(name.to_owned(), Value::from(text(name)?));
        }
        for name in names {
            members.insert(
                (*name).to_owned(),
                Value::from(text(name).filter(|value| is_32_bytes(value))?),
            );
        }
        Some(Self { alg, members })
    }

    /// RFC 7638: SHA-256 over the required members in lexicographic order, without white space.
    fn thumbprint(&self) -> String {
        // `Map` keeps its members sorted by name.
        let text = Value::Object(self.members.clone()).to_string();
        Base64UrlUnpadded::encode_string(&Sha256::digest(text))
    }

    fn published(&self) -> Map<String, Value> {
        let mut members = self.members.clone();
        members.insert("kid".to_owned(), Value::from(self.thumbprint()));
        members.insert("alg".to_owned(), Value::from(self.alg.name()));
        members.insert("use".to_owned(), Value::from("sig"));
        members
    }
}

fn is_32_bytes(text: &str) -> bool {
    Base64UrlUnpadded::decode_vec(text).is_ok_and(|bytes| bytes.len() == 32)
}
