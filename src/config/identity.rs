//! The setting `IDENTITY`: which headers carry which claims.

use super::defaults;
use super::read::{Misconfigured, Setting};
use crate::auth::claim_path::ClaimPath;
use crate::auth::identity::IdentityMap;
use crate::base::header_name::{may_carry_identity, normalise};

pub(super) fn parse(setting: &Setting) -> Result<IdentityMap, Misconfigured> {
    let Some(members) = setting.table()? else {
        let pairs = defaults::IDENTITY
            .into_iter()
            .filter_map(|(name, path)| Some((name.to_owned(), ClaimPath::parse(path)?)));
        return Ok(IdentityMap::new(pairs.collect()));
    };
    let mut pairs: Vec<(String, ClaimPath)> = Vec::new();
    for (name, path) in members {
        let member = setting.member(&name, Some(path));
        let name = name.to_ascii_lowercase();
        if !may_carry_identity(&name) {
            let remedy = "a header of its own, such as x-user-id; not one that HTTP or the gate uses otherwise";
            return Err(member.invalid("cannot carry identity", remedy));
        }
        if pairs.iter().any(|(known, _)| normalise(known) == normalise(&name)) {
            return Err(member.invalid(
                "names the same header twice",
                "each header once; case, and _ for -, do not matter",
            ));
        }
        let remedy = "a claim path such as realm_access.roles, or a JSON Pointer such as /https:~1~1example.com~1role";
        let path = member.string()?.ok_or_else(|| member.missing(remedy))?;
        let path = ClaimPath::parse(&path).ok_or_else(|| member.invalid("is not a claim path", remedy))?;
        pairs.push((name, path));
    }
    Ok(IdentityMap::new(pairs))
}
