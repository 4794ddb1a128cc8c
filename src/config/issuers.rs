//! The setting `ISSUERS`: the issuers that the gate trusts, and the requirements on their tokens.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};

use super::read::{Misconfigured, Setting, Vars};
use super::{claims, defaults};
use crate::auth::issuer::{Issuer, Issuers, KeysFrom, TENANT, TenantTemplate};
use crate::base::alg::Alg;
use crate::base::web_url::{WebUrl, WebUrlFault};

/// Every member of an issuer's table.
const MEMBERS: [&str; 12] = [
    "issuer",
    "audience",
    "jwks_uri",
    "algorithms",
    "secret",
    "typ",
    "claims",
    "required_claims",
    "max_age",
    "leeway",
    "authorized_parties",
    "tenants",
];

/// Shortest HMAC secret, in bytes: the hash of HS256 (RFC 7518 section 3.2).
const MIN_SECRET_BYTES: usize = 32;

pub(super) fn parse(setting: &Setting, vars: &impl Vars) -> Result<Issuers, Misconfigured> {
    let remedy = "a list with at least one table that has issuer, and audience or authorized_parties";
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
                .invalid("is listed twice", "each issuer once"));
        }
        issuers.push(issuer);
    }
    Ok(Issuers::new(issuers))
}

fn parse_one(table: &Setting, members: &Map<String, Value>, vars: &impl Vars) -> Result<Issuer, Misconfigured> {
    table.allow_only(members, &MEMBERS)?;
    let member = |name: &str| table.member(name, members.get(name).cloned());
    let name = member("issuer")
        .string()?
        .ok_or_else(|| member("issuer").missing("the exact iss of its tokens"))?;
    let audience = member("audience").strings()?.unwrap_or_default();
    let authorized_parties = member("authorized_parties").strings()?.unwrap_or_default();
    if audience.is_empty() && authorized_parties.is_empty() {
        let remedy = "the audience that its tokens must name, or authorized_parties if they name none";
        return Err(member("audience").missing(remedy));
    }
    let template = TenantTemplate::new(&name);
    let secret = read_secret(&member("secret"), vars)?;
    let algorithms = read_algorithms(&member("algorithms"), secret.as_deref())?;
    Ok(Issuer {
        tenants: read_tenants(&member("tenants"), &template)?,
        audience,
        keys: read_keys(&member("issuer"), &template, &member("jwks_uri"), secret)?,
        algorithms,
        typ: member("typ").strings()?,
        claims: claims::parse(&member("claims"))?,
        required_claims: member("required_claims").strings()?.unwrap_or_default(),
        max_age: member("max_age").integer(&(1..=i64::from(u32::MAX)))?,
        leeway: member("leeway").number(&defaults::LEEWAY)?,
        authorized_parties,
        template,
    })
}

/// The HMAC key, from the secret that the member names.
fn read_secret(member: &Setting, vars: &impl Vars) -> Result<Option<Vec<u8>>, Misconfigured> {
    let Some(name) = member.string()? else { return Ok(None) };
    let remedy = "the name of a secret: at least 32 random bytes, base64url without padding";
    // The value may be the secret itself, by mistake: the log repeats it only if it looks like a name.
    let is_name = name
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let secret = if is_name {
        format!("the secret {name}")
    } else {
        "a secret".to_owned()
    };
    let value = vars
        .get(&name)
        .ok_or_else(|| member.invalid(&format!("names {secret}, which is not set"), remedy))?;
    let encoded = value.as_str().map(str::trim).unwrap_or_default();
    let bytes = Base64UrlUnpadded::decode_vec(encoded)
        .ok()
        .filter(|bytes| bytes.len() >= MIN_SECRET_BYTES);
    bytes
        .map(Some)
        .ok_or_else(|| member.invalid(&format!("names {secret}, which is not a usable HMAC key"), remedy))
}

fn read_algorithms(member: &Setting, secret: Option<&[u8]>) -> Result<Vec<Alg>, Misconfigured> {
    let possible: Vec<Alg> = match secret {
        None => Alg::ASYMMETRIC.to_vec(),
        // RFC 7518 section 3.2: the key is at least as long as the hash.
        Some(secret) => Alg::HMAC
            .into_iter()
            .filter(|alg| secret.len() >= alg.min_secret_bytes())
            .collect(),
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

fn read_tenants(member: &Setting, template: &TenantTemplate) -> Result<Vec<String>, Misconfigured> {
    let tenants = member.strings()?;
    match (tenants, template.as_str().matches(TENANT).count()) {
        (None, 0) => Ok(Vec::new()),
        (Some(tenants), 1) => Ok(tenants),
        (None, 1) => Err(member.missing("the tenants whose tokens are accepted, because issuer contains {tenantid}")),
        (Some(_), 0) => Err(member.invalid("has no meaning here", "an issuer with {tenantid}, or no tenants")),
        _ => Err(member.invalid("cannot be used", "an issuer that contains {tenantid} once")),
    }
}

fn read_keys(
    issuer: &Setting,
    template: &TenantTemplate,
    jwks_uri: &Setting,
    secret: Option<Vec<u8>>,
) -> Result<KeysFrom, Misconfigured> {
    let secure = "https, or http to a loopback host; no user information, no fragment";
    match (jwks_uri.string()?, secret) {
        (None, Some(secret)) => Ok(KeysFrom::Secret(secret)),
        (Some(_), Some(_)) => Err(jwks_uri.invalid("and secret exclude each other", "one of the two")),
        (Some(uri), None) => {
            let is_insecure = template.as_str().starts_with("http://")
                && WebUrl::parse(&template.discovery_url()) == Err(WebUrlFault::Insecure);
            if is_insecure {
                return Err(issuer.invalid("is not secure", secure));
            }
            let url = WebUrl::parse_with_query(&uri).map_err(|_| jwks_uri.invalid("is not a secure URL", secure))?;
            Ok(KeysFrom::JwksUri(url))
        }
        (None, None) => {
            let url = WebUrl::parse(&template.discovery_url());
            Ok(KeysFrom::Discovery(url.map_err(|_| {
                issuer.invalid("is not a secure URL to discover keys at", secure)
            })?))
        }
    }
}
