//! The gate's own endpoints, below `{BASE_PATH}/.gate/` and `{BASE_PATH}/.well-known/`.

use serde_json::{Map, Value, json};

use crate::auth::caller::Caller;
use crate::auth::keys::Keys;
use crate::base::json::value::write;
use crate::outbound::assertion::AssertionKeys;
use crate::wire::fault::MissingToken;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::request::{Head, Method};

/// The path of the keys, below the base path.
const JWKS: &str = "/.gate/jwks.json";

/// One of the gate's own endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnEndpoint {
    /// Whether the gate works. Public.
    Health,
    /// The public keys of the assertions. Public.
    Jwks,
    /// The metadata by which verifiers of assertions find the keys. Public.
    Discovery,
    /// The identity headers that the upstream would get.
    WhoAmI,
}

impl OwnEndpoint {
    /// The endpoint at `path`, below the base path.
    pub fn of(head: &Head<'_>, path: &str) -> Option<Self> {
        if !matches!(head.method, Method::Get | Method::Head) {
            return None;
        }
        match path {
            "/.gate/health" => Some(Self::Health),
            JWKS => Some(Self::Jwks),
            "/.well-known/openid-configuration" => Some(Self::Discovery),
            "/.gate/whoami" => Some(Self::WhoAmI),
            _ => None,
        }
    }
}

/// Whether the path, below the base path, belongs to the gate: the runtime has none like it.
pub fn is_own(path: &str) -> bool {
    path.starts_with("/.")
}

/// `{"status":"ok"}`, or `degraded` while one of the providers cannot be reached.
pub fn health(keys: &Keys) -> Reply {
    let status = if keys.is_degraded() { "degraded" } else { "ok" };
    Reply::json(200, write(&json!({ "status": status })))
}

/// The JWK Set (RFC 7517 section 5) by which assertions are verified. It is sent as `application/json`: some loaders find no
/// key under the registered type.
pub fn jwks(keys: &AssertionKeys) -> Reply {
    published(keys.jwks())
}

/// The metadata (`OpenID` Connect Discovery 1.0 section 3) that verifiers of assertions read; `gate` is the gate's base URL.
pub fn discovery(keys: &AssertionKeys, gate: &str) -> Reply {
    let document = json!({
        "issuer": gate,
        "jwks_uri": format!("{gate}{JWKS}"),
        "id_token_signing_alg_values_supported": keys.algorithms(),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
    });
    published(write(&document))
}

/// JSON that any cache may keep for a minute, so that a new key spreads soon.
fn published(json: String) -> Reply {
    Reply {
        status: 200,
        fields: vec![
            ("content-type", "application/json".to_owned()),
            ("cache-control", "public, max-age=60".to_owned()),
        ],
        body: Some(json),
    }
}

/// The identity headers that the upstream would get, with the token's issuer and expiry, as JSON.
pub fn who_am_i(caller: &Caller) -> Result<Reply, Refusal> {
    if matches!(caller, Caller::Stranger) {
        return Err(Refusal::MissingToken(MissingToken::Absent));
    }
    let mut headers = Map::<String, Value>::new();
    for (name, value) in caller.headers().iter() {
        headers.insert(name.to_owned(), value.into());
    }
    let answer = match caller {
        Caller::Verified(principal) => json!({
            "identity": headers,
            "issuer": principal.accepted.iss(),
            "expires_at": principal.accepted.times().exp().0,
        }),
        Caller::Anonymous | Caller::Stranger => json!({ "identity": headers }),
    };
    Ok(Reply::json(200, write(&answer)))
}
