//! The members of an issuer's table that are about keys: `jwks_uri`, `service`, `secret`, `secret_encoding`, `algorithms`.

use base64ct::{Base64UrlUnpadded, Encoding};

use super::defaults;
use super::read::{BindingKind, Bound, Misconfigured, Setting, Vars};
use crate::auth::issuer::KeysFrom;
use crate::auth::tenant::TenantTemplate;
use crate::base::alg::Alg;
use crate::base::web_url::WebUrl;

/// Shortest HMAC secret, in bytes: the hash of HS256 (RFC 7518 section 3.2).
const MIN_SECRET_BYTES: usize = 32;
/// Most secrets of one issuer: all are tried for each token.
const MAX_SECRETS: usize = 4;

/// `https`, or `http` on this machine.
const SECURE: &str = "https, or http to a loopback host; no user information, no fragment";

/// Where the keys of the issuer with these names come from.
pub(super) fn parse(
    member: &impl Fn(&str) -> Setting,
    names: &[TenantTemplate],
    vars: &impl Vars,
    notices: &mut Vec<Misconfigured>,
) -> Result<KeysFrom, Misconfigured> {
    let (issuer, jwks_uri) = (member("issuer"), member("jwks_uri"));
    let secrets = read_secrets(&member("secret"), &member("secret_encoding"), vars, notices)?;
    // A service binding is not reached over a network.
    let is_bound = member("service").string()?.is_some();
    let parse_url = |url: &str| {
        if is_bound {
            WebUrl::parse_plain(url)
        } else {
            WebUrl::parse_with_query(url)
        }
    };
    match (jwks_uri.string()?, secrets) {
        (None, Some(secrets)) => Ok(KeysFrom::Secrets(secrets)),
        (Some(_), Some(_)) => Err(jwks_uri.invalid("and secret exclude each other", "one of the two")),
        (Some(uri), None) => parse_url(&uri)
            .map(KeysFrom::JwksUri)
            .map_err(|_| jwks_uri.invalid("is not a secure URL", SECURE)),
        (None, None) => {
            let urls = names.first().map(TenantTemplate::discovery_urls).unwrap_or_default();
            let is_plain = names.iter().all(|name| !name.as_str().contains('?'));
            let urls: Result<Vec<WebUrl>, _> = urls.iter().map(|url| parse_url(url)).collect();
            let urls = urls.ok().filter(|_| is_plain);
            urls.map(KeysFrom::Discovery).ok_or_else(|| {
                issuer.invalid(
                    "is not a secure URL to discover keys at",
                    &format!("{SECURE}; or jwks_uri"),
                )
            })
        }
    }
}

/// The service binding through which documents are fetched.
pub(super) fn service(member: &Setting, keys: &KeysFrom, vars: &impl Vars) -> Result<Option<String>, Misconfigured> {
    let Some(name) = member.string()? else { return Ok(None) };
    if matches!(keys, KeysFrom::Secrets(_)) {
        return Err(member.invalid("has no meaning beside secret", "service or secret"));
    }
    if vars.binding(&name, BindingKind::Service) == Bound::AsExpected {
        return Ok(Some(name));
    }
    let fault = format!("names {name:?}, which is not a service binding");
    Err(member.invalid(&fault, "the name of a service binding"))
}

/// The algorithms that tokens of an issuer with these keys may use.
pub(super) fn algorithms(member: &Setting, keys: &KeysFrom) -> Result<Vec<Alg>, Misconfigured> {
    let possible: Vec<Alg> = match keys {
        // RFC 7518 section 3.2: a key is at least as long as the hash.
        KeysFrom::Secrets(secrets) => Alg::HMAC
            .into_iter()
            .filter(|alg| secrets.iter().any(|secret| secret.len() >= alg.min_secret_bytes()))
            .collect(),
        KeysFrom::Discovery(_) | KeysFrom::JwksUri(_) => Alg::ASYMMETRIC.to_vec(),
    };
    let Some(names) = member.strings()? else {
        return Ok(possible);
    };
    let listed = names
        .iter()
        .map(|name| Alg::from_name(name).filter(|alg| possible.contains(alg)));
    let remedy = possible.iter().map(|alg| alg.name()).collect::<Vec<_>>().join(", ");
    let invalid = || {
        member.invalid(
            "lists an algorithm that this issuer cannot have",
            &format!("some of {remedy}"),
        )
    };
    listed.collect::<Option<Vec<_>>>().ok_or_else(invalid)
}

/// How a secret's bytes are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SecretEncoding {
    Base64Url,
    Text,
    Hex,
}

/// The HMAC keys in the secrets that the member names.
fn read_secrets(
    member: &Setting,
    encoding: &Setting,
    vars: &impl Vars,
    notices: &mut Vec<Misconfigured>,
) -> Result<Option<Vec<Vec<u8>>>, Misconfigured> {
    let choice = encoding.one_of(&["base64url", "text", "hex"])?;
    let Some(names) = member.strings()? else {
        return match choice {
            Some(_) => Err(encoding.invalid("has no meaning without secret", "secret, or no secret_encoding")),
            None => Ok(None),
        };
    };
    if names.len() > MAX_SECRETS {
        return Err(member.invalid("lists too many secrets", "at most four"));
    }
    let encoding = match choice.unwrap_or(defaults::SECRET_ENCODING) {
        "text" => SecretEncoding::Text,
        "hex" => SecretEncoding::Hex,
        _ => SecretEncoding::Base64Url,
    };
    let secrets = names
        .iter()
        .map(|name| read_secret(member, name, encoding, vars, notices));
    secrets.collect::<Result<_, _>>().map(Some)
}

fn read_secret(
    member: &Setting,
    name: &str,
    encoding: SecretEncoding,
    vars: &impl Vars,
    notices: &mut Vec<Misconfigured>,
) -> Result<Vec<u8>, Misconfigured> {
    let remedy = match encoding {
        SecretEncoding::Base64Url => {
            "the name of a secret that holds at least 32 random bytes, base64url; or secret_encoding = \"text\" or \"hex\""
        }
        SecretEncoding::Text => "the name of a secret of at least 32 bytes",
        SecretEncoding::Hex => "the name of a secret that holds at least 32 random bytes in hexadecimal digits",
    };
    // The member may contain the secret itself by mistake: the log repeats only values that look like names.
    let is_name = name
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let shown = if is_name {
        format!("the secret {name}")
    } else {
        "a secret".to_owned()
    };
    let value = vars
        .secret(name)
        .ok_or_else(|| member.invalid(&format!("names {shown}, which is not set"), remedy))?;
    let text = value.as_str().unwrap_or_default();
    if encoding == SecretEncoding::Base64Url && is_hex_key(text.trim()) {
        let fault = format!("names {shown}, which looks like hexadecimal digits and is read as base64url");
        notices.push(member.invalid(&fault, "secret_encoding = \"hex\", if it was made by openssl rand -hex"));
    }
    decode(text, encoding)
        .filter(|bytes| bytes.len() >= MIN_SECRET_BYTES)
        .ok_or_else(|| member.invalid(&format!("names {shown}, which is not a usable HMAC key"), remedy))
}

fn decode(text: &str, encoding: SecretEncoding) -> Option<Vec<u8>> {
    match encoding {
        SecretEncoding::Text => Some(text.as_bytes().to_vec()),
        SecretEncoding::Hex => decode_hex(text.trim()),
        SecretEncoding::Base64Url => {
            let encoded = text.trim().replace('+', "-").replace('/', "_");
            Base64UrlUnpadded::decode_vec(encoded.trim_end_matches('=')).ok()
        }
    }
}

/// Whether a secret of this many digits was made as hexadecimal: 32, 48 or 64 bytes.
fn is_hex_key(text: &str) -> bool {
    matches!(text.len(), 64 | 96 | 128) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => Some(high << 4 | low),
        _ => None,
    });
    pairs.collect()
}
