//! The keys among the settings: `THREAD_KEY` with `THREADS`, and `ASSERTION_KEY`.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;

use super::read::{Misconfigured, Setting};
use crate::base::json::value;
use crate::outbound::assertion::AssertionKeys;
use crate::outbound::threads::{ThreadKey, ThreadKeys};

/// The keys that seal threads; `None` if threads are shared.
pub(super) fn thread_keys(mode: &Setting, setting: &Setting) -> Result<Option<ThreadKeys>, Misconfigured> {
    let remedy = "a secret of at least 32 random bytes, base64url without padding, or a JSON list of such keys of which \
                  the first seals new ids";
    let keys = match setting.json() {
        None => None,
        Some(secret) => Some(parse_thread_keys(&secret).ok_or_else(|| setting.invalid("is not a usable key", remedy))?),
    };
    match (mode.one_of(&["isolated", "shared"])?, keys) {
        (Some("isolated"), None) => Err(setting.invalid("is missing, although THREADS is isolated", remedy)),
        (Some("shared"), _) => Ok(None),
        (_, keys) => Ok(keys),
    }
}

fn parse_thread_keys(secret: &str) -> Option<ThreadKeys> {
    let secret = secret.trim();
    let keys = match value::parse(secret.as_bytes()) {
        Ok(Value::Array(list)) => list
            .iter()
            .map(|key| parse_thread_key(key.as_str()?))
            .collect::<Option<_>>()?,
        _ => vec![parse_thread_key(secret)?],
    };
    ThreadKeys::new(keys)
}

fn parse_thread_key(encoded: &str) -> Option<ThreadKey> {
    let key = Base64UrlUnpadded::decode_vec(encoded).ok()?;
    ThreadKey::new(&key)
}

/// The keys that sign assertions; `None` if none are sent.
pub(super) fn assertion_keys(setting: &Setting) -> Result<Option<AssertionKeys>, Misconfigured> {
    // A secret may be bound as JSON or as a string.
    let Some(json) = setting.json() else {
        return Ok(None);
    };
    let remedy = "a secret: a private JWK for ES256 (EC, P-256) or Ed25519 (OKP), or a JWK Set that starts with one";
    AssertionKeys::parse(&json)
        .map(Some)
        .ok_or_else(|| setting.invalid("is not a usable private key", remedy))
}
