//! The setting `ISSUERS`: the token issuers that the gate trusts, and its demands on their tokens.

use serde_json::{Map, Value};

use super::read::{Misconfigured, Setting, Vars};
use super::{claims, defaults, issuer_keys};
use crate::auth::claim_path::ClaimPath;
use crate::auth::issuer::{Issuer, Issuers};
use crate::auth::parties::Party;
use crate::auth::tenant::{TENANT, TenantTemplate};
use crate::base::origin_pattern::OriginPattern;

/// Every member of an issuer's table.
const MEMBERS: [&str; 18] = [
    "issuer",
    "audience",
    "jwks_uri",
    "service",
    "algorithms",
    "secret",
    "secret_encoding",
    "typ",
    "subject",
    "claims",
    "required_claims",
    "forbidden_claims",
    "machines",
    "accept_missing_iss",
    "max_age",
    "leeway",
    "authorized_parties",
    "tenants",
];

/// Claims that every token of use has.
const NEVER_FORBIDDEN: [&str; 4] = ["iss", "sub", "aud", "exp"];

pub(super) fn parse(
    setting: &Setting,
    vars: &impl Vars,
    notices: &mut Vec<Misconfigured>,
) -> Result<Issuers, Misconfigured> {
    let remedy = "a list with at least one table that has issuer, and audience, authorized_parties or claims";
    let tables = setting
        .tables()?
        .filter(|tables| !tables.is_empty())
        .ok_or_else(|| setting.missing(remedy))?;
    let mut issuers: Vec<Issuer> = Vec::with_capacity(tables.len());
    for (table, members) in tables {
        let issuer = parse_one(&table, &members, vars, notices)?;
        for (index, earlier) in issuers.iter().enumerate() {
            check_disjoint(&table, &issuer, index, earlier)?;
        }
        issuers.push(issuer);
    }
    Ok(Issuers::new(issuers))
}

fn parse_one(
    table: &Setting,
    members: &Map<String, Value>,
    vars: &impl Vars,
    notices: &mut Vec<Misconfigured>,
) -> Result<Issuer, Misconfigured> {
    table.allow_only(members, &MEMBERS)?;
    let member = |name: &str| table.member(name, members.get(name).cloned());
    let names = read_names(&member("issuer"))?;
    let audience = member("audience").strings()?.unwrap_or_default();
    if audience.iter().any(|audience| audience.contains('*')) {
        let remedy = "audiences in full: each is compared to the letter";
        return Err(member("audience").invalid("contains a *, which matches nothing", remedy));
    }
    let authorized_parties = read_parties(&member("authorized_parties"))?;
    let claims = claims::parse(&member("claims"))?;
    if audience.is_empty() && authorized_parties.is_empty() && claims.is_empty() {
        let remedy = "the audience that its tokens must name, or authorized_parties or claims where they name none";
        return Err(member("audience").missing(remedy));
    }
    let keys = issuer_keys::parse(&member, &names, vars, notices)?;
    Ok(Issuer {
        tenants: read_tenants(&member("tenants"), &names)?,
        audience,
        algorithms: issuer_keys::algorithms(&member("algorithms"), &keys)?,
        service: issuer_keys::service(&member("service"), &keys, vars)?,
        keys,
        typ: member("typ").strings()?,
        subject: read_path(&member("subject"))?.unwrap_or_else(|| ClaimPath::named(defaults::SUBJECT)),
        claims,
        required_claims: read_paths(&member("required_claims"))?,
        forbidden_claims: read_forbidden(&member("forbidden_claims"))?,
        machines: member("machines").flag()?.unwrap_or(defaults::MACHINES),
        accept_missing_iss: member("accept_missing_iss")
            .flag()?
            .unwrap_or(defaults::ACCEPT_MISSING_ISS),
        max_age: member("max_age").integer(&(1..=i64::from(u32::MAX)))?,
        leeway: member("leeway").number(&defaults::LEEWAY)?,
        authorized_parties,
        names,
    })
}

/// The names of one issuer. Only a single name may be a template.
fn read_names(member: &Setting) -> Result<Vec<TenantTemplate>, Misconfigured> {
    let remedy = "the exact iss of its tokens, or a list of the names of one issuer";
    let names = member.strings()?.ok_or_else(|| member.missing(remedy))?;
    if names.iter().any(|name| name.contains('*')) {
        return Err(member.invalid("contains a *, which matches nothing", remedy));
    }
    if names.len() > 1 && names.iter().any(|name| name.contains(TENANT)) {
        return Err(member.invalid(
            "lists a name with {tenantid} among others",
            "a table of its own for that name",
        ));
    }
    let repeats = names
        .iter()
        .enumerate()
        .any(|(at, name)| names.iter().take(at).any(|known| known == name));
    if repeats {
        return Err(member.invalid("lists a name twice", "each name once"));
    }
    Ok(names.iter().map(|name| TenantTemplate::new(name)).collect())
}

fn read_parties(member: &Setting) -> Result<Vec<Party>, Misconfigured> {
    let names = member.strings()?.unwrap_or_default();
    let parties = names.into_iter().map(|name| {
        if !name.contains('*') {
            return Ok(Party::Named(name));
        }
        let pattern = OriginPattern::parse(&name).map(Party::Origins);
        pattern.ok_or_else(|| {
            let remedy = "names in full; or origins with * as the whole first label above at least two more, such as \
                          https://*.app.example.com";
            member.invalid("contains a * where it matches nothing", remedy)
        })
    });
    parties.collect()
}

fn read_path(member: &Setting) -> Result<Option<ClaimPath>, Misconfigured> {
    let Some(path) = member.string()? else { return Ok(None) };
    to_path(member, &path).map(Some)
}

fn read_paths(member: &Setting) -> Result<Vec<ClaimPath>, Misconfigured> {
    let paths = member.strings()?.unwrap_or_default();
    paths.iter().map(|path| to_path(member, path)).collect()
}

fn to_path(member: &Setting, path: &str) -> Result<ClaimPath, Misconfigured> {
    ClaimPath::parse(path).ok_or_else(|| member.invalid("is not a claim path", claims::PATH_REMEDY))
}

fn read_forbidden(member: &Setting) -> Result<Vec<ClaimPath>, Misconfigured> {
    let paths = read_paths(member)?;
    let is_needed = |path: &&ClaimPath| NEVER_FORBIDDEN.into_iter().any(|name| ClaimPath::named(name) == **path);
    match paths.iter().find(is_needed) {
        Some(path) => Err(member.invalid(
            &format!("lists {path}, without which no token is accepted"),
            "other claims",
        )),
        None => Ok(paths),
    }
}

fn read_tenants(member: &Setting, names: &[TenantTemplate]) -> Result<Vec<String>, Misconfigured> {
    let tenants = member.strings()?;
    let placeholders = names.iter().map(|name| name.as_str().matches(TENANT).count()).max();
    match (tenants, placeholders.unwrap_or_default()) {
        (None, 0) => Ok(Vec::new()),
        (Some(tenants), 1) => Ok(tenants),
        (None, 1) => Err(member.missing("the tenants whose tokens are accepted, because issuer contains {tenantid}")),
        (Some(_), 0) => Err(member.invalid("has no meaning here", "an issuer with {tenantid}, or no tenants")),
        _ => Err(member.invalid("cannot be used", "an issuer that contains {tenantid} once")),
    }
}

/// Two tables must not claim the same token: the first alone would decide about it.
fn check_disjoint(table: &Setting, issuer: &Issuer, index: usize, earlier: &Issuer) -> Result<(), Misconfigured> {
    if issuer.accept_missing_iss && earlier.accept_missing_iss {
        let fault = format!("is true here and in ISSUERS[{index}]");
        return Err(table
            .member("accept_missing_iss", None)
            .invalid(&fault, "true in one table at most"));
    }
    let shares_name = issuer.names.iter().any(|name| earlier.names.contains(name));
    let differ = |own: &[String], theirs: &[String]| {
        !own.is_empty() && !theirs.is_empty() && own.iter().all(|name| !theirs.contains(name))
    };
    let is_disjoint = issuer.has_secrets() != earlier.has_secrets()
        || differ(&issuer.audience, &earlier.audience)
        || differ(&party_names(issuer), &party_names(earlier));
    if !shares_name || is_disjoint {
        return Ok(());
    }
    let fault = format!("is the issuer of ISSUERS[{index}], too, and tokens could be meant for either");
    let remedy = "each issuer once; or tables with different audiences, with different authorized_parties, or one of them \
                  with secret";
    Err(table.member("issuer", None).invalid(&fault, remedy))
}

/// The parties that are named in full; none where a pattern is among them.
fn party_names(issuer: &Issuer) -> Vec<String> {
    let name = |party: &Party| match party {
        Party::Named(name) => Some(name.clone()),
        Party::Origins(_) => None,
    };
    let names: Option<Vec<String>> = issuer.authorized_parties.iter().map(name).collect();
    names.unwrap_or_default()
}
