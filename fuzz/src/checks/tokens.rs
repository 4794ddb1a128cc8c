//! Tokens and keys: the input is a token, and the three parts of one before they are encoded, separated by line feeds; and a
//! key or a set of keys.

use base64ct::{Base64UrlUnpadded, Encoding};
use copilotkit_gate::auth::keys::{Jwk, KeySet};
use copilotkit_gate::auth::token::Untrusted;
use copilotkit_gate::gate::record::Record;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::oracle::{Members, is_good};

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
    check_set(data);
}

/// A set is read where one of its keys can be used. A key that cannot, for example because a name repeats, spoils no other.
fn check_set(data: &[u8]) {
    let keys = KeySet::validate_each(data);
    assert_eq!(
        KeySet::parse(data).is_ok(),
        keys.as_ref().is_ok_and(|keys| keys.iter().any(Result::is_ok))
    );
    let Ok(keys) = keys else { return };
    // A set may have a byte order mark in front.
    let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    let Members(members) = serde_json::from_slice(data).unwrap();
    let mut lists = members.into_iter().filter(|(name, _)| name == "keys");
    let (Some((_, list)), None) = (lists.next(), lists.next()) else {
        panic!("a set has one list of keys");
    };
    let raw: Vec<&RawValue> = serde_json::from_str(list.get()).unwrap();
    assert_eq!(raw.len(), keys.len());
    for (raw, key) in raw.into_iter().zip(keys) {
        assert!(key.is_err() || is_good(raw.get().as_bytes()));
    }
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
