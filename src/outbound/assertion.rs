//! The assertion: a short-lived JWT by which the upstream can tell that a request came through this gate, for whom, and for
//! what. It is bound to method, URL, operation, agent and thread.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::auth::caller::Caller;
use crate::auth::identity::{ANONYMOUS, IdentityMap};
use crate::base::alg::Alg;
use crate::base::clock::Seconds;
use crate::base::json::value;
use crate::call::operation::Operation;
use crate::wire::refusal::Refusal;
use crate::wire::request::Method;

/// How long after its `iat` an assertion is valid, in seconds.
const LIFETIME: i64 = 60;
/// By how much `iat` precedes the signing, in seconds: `PyJWT`, java-jwt and others without leeway refuse an assertion from
/// a clock that is one second ahead of theirs.
const BACKDATED: i64 = 10;

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
    pub alg: Alg,
    kid: String,
}

/// Signing, as the platform offers it.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait Signer {
    /// Signs `input` with `key`; `None` when the platform fails to.
    async fn sign(&self, key: &SigningKey, input: &[u8]) -> Option<Vec<u8>>;

    /// A value that no other assertion has, for `jti`.
    fn unique(&self) -> String;
}

impl AssertionKeys {
    /// Reads one private JWK, or a JWK Set whose first key signs and whose others are only published.
    pub fn parse(json: &str) -> Option<Self> {
        let document = value::parse_object(json.as_bytes()).ok()?;
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
        value::write(&json!({ "keys": self.published }))
    }

    /// The algorithms of the published keys, each once.
    pub fn algorithms(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.published.iter().filter_map(|key| key.get("alg")?.as_str()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Signs an assertion for a request that goes upstream.
    pub async fn assert(
        &self,
        statement: &Statement<'_>,
        signer: &impl Signer,
        now: Seconds,
    ) -> Result<String, Refusal> {
        let header = json!({ "alg": self.signing.alg.name(), "kid": self.signing.kid, "typ": "JWT" });
        let claims = statement.claims(signer.unique(), now);
        let encode = |json: String| Base64UrlUnpadded::encode_string(json.as_bytes());
        let input = format!("{}.{}", encode(value::write(&header)), encode(value::write(&claims)));
        let signature = signer
            .sign(&self.signing, input.as_bytes())
            .await
            .ok_or(Refusal::AssertionFailed)?;
        Ok(format!("{input}.{}", Base64UrlUnpadded::encode_string(&signature)))
    }
}

/// The claims of an assertion.
pub struct Statement<'a> {
    /// The gate's base URL.
    pub gate: String,
    /// `ORIGIN_URL`.
    pub audience: &'a str,
    /// The caller.
    pub caller: &'a Caller,
    /// Which claims identify.
    pub identity: &'a IdentityMap,
    /// The operation, with ids as the upstream sees them.
    pub operation: &'a Operation,
    /// The thread it is about, as the upstream sees it.
    pub thread: Option<&'a str>,
    /// The method of the request that goes upstream.
    pub method: Method,
    /// Its URL.
    pub url: &'a str,
    /// The request's id.
    pub request_id: &'a str,
}

impl Statement<'_> {
    fn claims(&self, jti: String, now: Seconds) -> Value {
        let iat = now.plus(-BACKDATED);
        let mut claims = Map::new();
        let (mut sub, mut src_iss) = (Some(ANONYMOUS), None);
        if let Caller::Verified(principal) = self.caller {
            let accepted = &principal.accepted;
            for (name, value) in self.identity.claims(accepted.claims(), &principal.headers) {
                claims.insert(name.to_owned(), value.into_owned());
            }
            (sub, src_iss) = (accepted.sub(), Some(accepted.iss()));
        }
        // After the identity claims: none of them may replace a claim of the gate's own.
        let own = [
            ("iss", Some(Value::from(self.gate.as_str()))),
            ("aud", Some(Value::from(self.audience))),
            ("sub", sub.map(Value::from)),
            ("src_iss", src_iss.map(Value::from)),
            ("operation", Some(Value::from(self.operation.name()))),
            ("agent", self.operation.agent().map(Value::from)),
            ("thread", self.thread.map(Value::from)),
            ("htm", Some(Value::from(self.method.name()))),
            ("htu", self.url.split('?').next().map(Value::from)),
            ("jti", Some(Value::from(jti))),
            ("req", Some(Value::from(self.request_id))),
            ("iat", Some(Value::from(iat.0))),
            ("exp", Some(Value::from(iat.plus(LIFETIME).0))),
            ("nbf", None),
            ("cnf", None),
        ];
        for (name, value) in own {
            match value {
                Some(value) => claims.insert(name.to_owned(), value),
                None => claims.remove(name),
            };
        }
        Value::Object(claims)
    }
}

/// The public members of a key, in the order that RFC 7638 hashes them in.
struct Public {
    alg: Alg,
    members: Map<String, Value>,
}

impl Public {
    fn parse(key: &Map<String, Value>) -> Option<Self> {
        let member = |name: &str| key.get(name).and_then(Value::as_str);
        let (alg, names): (_, &[&str]) = match (member("kty")?, member("crv")?) {
            ("EC", "P-256") => (Alg::ES256, &["x", "y"]),
            ("OKP", "Ed25519") => (Alg::EdDSA, &["x"]),
            _ => return None,
        };
        let mut members = Map::new();
        for name in ["kty", "crv"] {
            members.insert(name.to_owned(), Value::from(member(name)?));
        }
        for name in names {
            members.insert(
                (*name).to_owned(),
                Value::from(member(name).filter(|value| is_32_bytes(value))?),
            );
        }
        Some(Self { alg, members })
    }

    /// RFC 7638: SHA-256 over the required members in lexicographic order, without white space.
    fn thumbprint(&self) -> String {
        // `Map` keeps its members sorted by name.
        let json = value::write(&self.members);
        Base64UrlUnpadded::encode_string(&Sha256::digest(json))
    }

    fn published(&self) -> Map<String, Value> {
        let mut members = self.members.clone();
        members.insert("kid".to_owned(), Value::from(self.thumbprint()));
        members.insert("alg".to_owned(), Value::from(self.alg.name()));
        members.insert("use".to_owned(), Value::from("sig"));
        members
    }
}

fn is_32_bytes(encoded: &str) -> bool {
    Base64UrlUnpadded::decode_vec(encoded).is_ok_and(|bytes| bytes.len() == 32)
}
