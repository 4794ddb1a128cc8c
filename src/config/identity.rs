//! The settings `IDENTITY`, `KEEP_HEADERS` and `TOKEN_HEADERS`: which headers carry which claims, which of a client's stay,
//! and which may hold its token.

use super::read::{Misconfigured, Setting};
use super::{claims, defaults};
use crate::auth::claim_path::ClaimPath;
use crate::auth::claim_source::ClaimSource;
use crate::auth::identity::IdentityMap;
use crate::base::header_name::{is_field_name, normalise};
use crate::wire::client_fields::{is_reserved, may_carry_identity, may_hold_token};

pub(super) fn parse(setting: &Setting) -> Result<IdentityMap, Misconfigured> {
    let Some(members) = setting.table()? else {
        let pairs = defaults::IDENTITY
            .into_iter()
            .map(|(name, claim)| (name.to_owned(), ClaimSource::whole(ClaimPath::named(claim))));
        return Ok(IdentityMap::new(pairs.collect(), true));
    };
    let mut pairs: Vec<(String, ClaimSource)> = Vec::new();
    for (name, source) in members {
        let member = setting.member(&name, Some(source));
        let name = name.to_ascii_lowercase();
        if !may_carry_identity(&name) {
            let remedy = "a header of its own, such as x-user-id; not one that HTTP or the gate uses otherwise";
            return Err(member.invalid("cannot carry identity", remedy));
        }
        if pairs.iter().any(|(known, _)| normalise(known) == normalise(&name)) {
            return Err(member.invalid(
                "names the same header twice",
                "each header once; case, and _ or . for -, do not matter",
            ));
        }
        // In the order of the names as requests have them: a table has none of its own.
        let at = pairs.partition_point(|(known, _)| *known < name);
        pairs.insert(at, (name, claims::source(&member, None)?));
    }
    Ok(IdentityMap::new(pairs, false))
}

/// The names that `KEEP_HEADERS` lists, normalised.
pub(super) fn kept_headers(setting: &Setting, identity: &IdentityMap) -> Result<Vec<String>, Misconfigured> {
    let names = setting.list()?.unwrap_or_default();
    let kept: Vec<String> = names.iter().map(|name| normalise(name).into_owned()).collect();
    let may_be_kept = |name: &String| is_field_name(name) && !is_reserved(name) && !identity.has(name);
    match kept.iter().zip(&names).find(|(kept, _)| !may_be_kept(kept)) {
        None => Ok(kept),
        Some((_, name)) => Err(setting.invalid(
            &format!("contains {name:?}, which cannot be kept"),
            "header names such as x-user-timezone: none of IDENTITY or its defaults, none that the gate writes, none that \
             is hop-by-hop",
        )),
    }
}

/// The names that `TOKEN_HEADERS` lists, in lower case.
pub(super) fn token_headers(setting: &Setting, identity: &IdentityMap) -> Result<Vec<String>, Misconfigured> {
    let mut names = setting.list()?.unwrap_or_default();
    let may_be_read = |name: &&String| may_hold_token(name) && !identity.has(&normalise(name));
    if let Some(name) = names.iter().find(|name| !may_be_read(name)) {
        return Err(setting.invalid(
            &format!("contains {name:?}, which cannot hold the token"),
            "headers that a proxy in front writes the bare token into, such as cf-access-jwt-assertion: none that HTTP, the gate \
             or IDENTITY uses otherwise",
        ));
    }
    for name in &mut names {
        name.make_ascii_lowercase();
    }
    Ok(names)
}
