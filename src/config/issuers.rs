//! The setting `ISSUERS`: whom the gate trusts, and with what demands.

use std::rc::Rc;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};

use super::read::Setting;
use super::{Misconfigured, Vars};
use crate::base::alg::Alg;
use crate::base::web_url::{WebUrl, WebUrlFault};
use crate::issuer::{Issuer, KeysFrom, TENANT, Template};
use crate::keys::{KeySet, discovery_url};

/// Every member of an issuer's table.
const MEMBERS: [&str; 11] = [
    "issuer",
    "audience",
    "jwks_uri",
    "algorithms",
    "secret",
    "typ",
    "required_claims",
    "max_age",
    "leeway",
    "authorized_parties",
    "tenants",
];

/// Longest leeway, in seconds: more than an hour is no tolerance any more.
const MAX_LEEWAY: i64 = 3600;
/// Shortest HMAC secret, in bytes: the hash of HS256 (RFC 7518 section 3.2).
const MIN_SECRET_BYTES: usize = 32;

pub(super) fn parse(setting: &Setting, vars: &impl Vars) -> Result<Vec<Issuer>, Misconfigured> {
    let remedy = "a list with at least one table: issuer and audience, and what else is wanted";
    let tables = setting
        .tables()?
        .filter(|tables| !tables.is_empty())
        .ok_or_else(|| setting.missing(remedy))?;
    let mut issuers: Vec<Issuer> = Vec::with_capacity(tables.len());
    for (table, members) in tables {
        let issuer = parse_one(&table, &members, vars)?;
        if issuers.iter().any(|known| known.template == issuer.template) {
            return Err(table
                .member("issuer", None)
                .wrong("is listed twice", "each issuer once"));
        }
        issuers.push(issuer);
    }
    Ok(issuers)
}

fn parse_one(table: &Setting, members: &Map<String, Value>, vars: &impl Vars) -> Result<Issuer, Misconfigured> {
    table.allow_only(members, &MEMBERS)?;
    let member = |name: &str| table.member(name, members.get(name).cloned());
    let name = member("issuer")
        .text()?
        .ok_or_else(|| member("issuer").missing("the exact iss of its tokens"))?;
    let template = Template::new(&name);
    let secret = read_secret(&member("secret"), vars)?;
    let algorithms = read_algorithms(&member("algorithms"), secret.as_deref())?;
    Ok(Issuer {
        tenants: read_tenants(&member("tenants"), &template)?,
        audience: member("audience")
            .texts()?
            .ok_or_else(|| member("audience").missing("the audience that its tokens must be meant for"))?,
        keys: read_keys(&member("issuer"), &name, &member("jwks_uri"), secret)?,
        algorithms,
        typ: member("typ").texts()?.unwrap_or_default(),
        required_claims: member("required_claims").texts()?.unwrap_or_default(),
        max_age: member("max_age").integer(1..=i64::from(u32::MAX))?,
        leeway: member("leeway").integer(0..=MAX_LEEWAY)?.unwrap_or(30),
        authorized_parties: member("authorized_parties").texts()?.unwrap_or_default(),
        template,
    })
}

/// The HMAC key, out of the secret that the member names.
fn read_secret(member: &Setting, vars: &impl Vars) -> Result<Option<Vec<u8>>, Misconfigured> {
    let Some(name) = member.text()? else { return Ok(None) };
    let remedy = "the name of a secret that holds at least 32 random bytes, base64url without padding";
    let value = vars
        .get(&name)
        .ok_or_else(|| member.wrong("names a secret that is not set", remedy))?;
    let text = value.as_str().map(str::trim).unwrap_or_default();
    let bytes = Base64UrlUnpadded::decode_vec(text)
        .ok()
        .filter(|bytes| bytes.len() >= MIN_SECRET_BYTES);
    bytes
        .map(Some)
        .ok_or_else(|| member.wrong("names a secret that is no usable HMAC key", remedy))
}

fn read_algorithms(member: &Setting, secret: Option<&[u8]>) -> Result<Vec<Alg>, Misconfigured> {
    let possible: Vec<Alg> = match secret {
        None => Alg::ASYMMETRIC.to_vec(),
        // RFC 7518 section 3.2: the key is at least as long as the hash.
        Some(secret) => Alg::HMAC
            .into_iter()
            .filter(|alg| secret.len() >= alg.hash_bytes())
            .collect(),
    };
    let Some(names) = member.texts()? else {
        return Ok(possible);
    };
    let listed = names
        .iter()
        .map(|name| possible.iter().find(|alg| alg.name() == name).copied());
    let remedy = possible.iter().map(|alg| alg.name()).collect::<Vec<_>>().join(", ");
    let wrong = || {
        member.wrong(
            "lists an algorithm that this issuer cannot have",
            &format!("some of {remedy}"),
        )
    };
    listed.collect::<Option<Vec<_>>>().ok_or_else(wrong)
}

fn read_tenants(member: &Setting, template: &Template) -> Result<Vec<String>, Misconfigured> {
    let tenants = member.texts()?;
    match (tenants, template.as_str().matches(TENANT).count()) {
        (None, 0) => Ok(Vec::new()),
        (Some(tenants), 1) => Ok(tenants),
        (None, 1) => Err(member.missing("the tenants that may enter, since issuer holds {tenantid}")),
        (Some(_), 0) => Err(member.wrong("has no meaning here", "an issuer with {tenantid}, or no tenants")),
        _ => Err(member.wrong("cannot be used", "an issuer that holds {tenantid} once")),
    }
}

fn read_keys(
    issuer: &Setting,
    name: &str,
    jwks_uri: &Setting,
    secret: Option<Vec<u8>>,
) -> Result<KeysFrom, Misconfigured> {
    let secure = "https, or http to a loopback host; no user information, no fragment";
    match (jwks_uri.text()?, secret) {
        (None, Some(secret)) => Ok(KeysFrom::Secret(Rc::new(KeySet::of_secret(secret)))),
        (Some(_), Some(_)) => Err(jwks_uri.wrong("stands beside secret", "one of the two")),
        (Some(uri), None) => {
            if name.starts_with("http://") && WebUrl::parse(&discovery_url(name)) == Err(WebUrlFault::Insecure) {
                return Err(issuer.wrong("is not secure", secure));
            }
            let url = WebUrl::parse_with_query(&uri).map_err(|_| jwks_uri.wrong("is not a secure URL", secure))?;
            Ok(KeysFrom::JwksUri(url))
        }
        (None, None) => {
            let url = WebUrl::parse(&discovery_url(name));
            Ok(KeysFrom::Discovery(url.map_err(|_| {
                issuer.wrong("is not a secure URL to discover keys at", secure)
            })?))
        }
    }
}
