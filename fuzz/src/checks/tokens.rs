//! Tokens and keys: the input is a token, and the three parts of one before they are encoded, separated by line feeds; and a
//! key or a set of keys.

use base64ct::{Base64UrlUnpadded, Encoding};
use copilotkit_gate::auth::keys::{Jwk, KeySet};
use copilotkit_gate::auth::token::Untrusted;
use copilotkit_gate::gate::record::Record;
use serde_json::Value;

use crate::oracle::is_good;

pub fn run(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        check(text);
    }
    let parts: Vec<String> = data
        .splitn(3, |byte| *byte == b'\n')
        .map(Base64UrlUnpadded::encode_string)
        .collect();
    check(&parts.join("."));
    assert!(Jwk::parse(data).is_err() || is_good(data));
    // A set may have a byte order mark in front.
    let set = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data);
    assert!(KeySet::parse(data).is_err() || is_good(set));
}

fn check(token: &str) {
    let Ok(untrusted) = Untrusted::parse(token, &mut Record::new("request-1")) else {
        return;
    };
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("a token has three parts");
    };
    let [header, payload, _] = [header, payload, signature].map(|part| {
        let bytes = Base64UrlUnpadded::decode_vec(part).unwrap();
        // There is no second spelling of a part.
        assert_eq!(Base64UrlUnpadded::encode_string(&bytes), part);
        bytes
    });
    assert!(is_good(&header) && is_good(&payload));
    let header: Value = serde_json::from_slice(&header).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(header["alg"], untrusted.alg().name());
    assert_eq!(header.get("kid").and_then(Value::as_str), untrusted.kid());
    assert!(header.get("crit").is_none() && header.get("b64").is_none());
    assert_eq!(payload.get("iss").and_then(Value::as_str), untrusted.issuer_hint());
}
