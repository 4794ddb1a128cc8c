//! The setting `RULES`: parsed strictly, and checked against what the gate knows. A rule that could never decide anything is
//! a mistake that would go unnoticed, so it closes the gate.

use serde_json::{Map, Value};

use super::read::{Misconfigured, Setting};
use crate::auth::claim_path::ClaimPath;
use crate::auth::identity::IdentityMap;
use crate::base::glob::Glob;
use crate::call::shapes::Kind;
use crate::policy::rule::{Access, Requirements, Rule};

pub(super) fn parse(setting: &Setting, identity: &IdentityMap) -> Result<Vec<Rule>, Misconfigured> {
    let mut rules: Vec<Rule> = Vec::new();
    for (table, members) in setting.tables()?.unwrap_or_default() {
        let rule = parse_one(&table, &members, identity)?;
        if !rule.can_match() {
            let remedy = "operations that name an agent, or no agents";
            return Err(table.invalid("can never match: its operations name no agent", remedy));
        }
        if rules.iter().any(|earlier| earlier.shadows(&rule)) {
            return Err(table.invalid(
                "can never match: an earlier rule decides first",
                "the narrower rule before the wider",
            ));
        }
        rules.push(rule);
    }
    Ok(rules)
}

fn parse_one(table: &Setting, members: &Map<String, Value>, identity: &IdentityMap) -> Result<Rule, Misconfigured> {
    table.allow_only(members, &["agents", "operations", "allow", "require", "tools"])?;
    let member = |name: &str| table.member(name, members.get(name).cloned());
    let globs = |name: &str| -> Result<Option<Vec<Glob>>, Misconfigured> {
        Ok(member(name)
            .strings()?
            .map(|patterns| patterns.iter().map(|pattern| Glob::new(pattern)).collect()))
    };
    let allow = member("allow").one_of(&["anyone", "authenticated", "nobody"])?;
    let require = member("require");
    let access = match (allow, require.table()?) {
        (Some("anyone"), None) => Access::Anyone,
        (Some("authenticated"), None) => Access::Authenticated,
        (Some(_), None) => Access::Nobody,
        (None, Some(members)) => Access::Require(Box::new(requirements(&require, &members, identity)?)),
        (Some(_), Some(_)) => return Err(table.invalid("has both allow and require", "one of the two")),
        (None, None) => {
            return Err(table.invalid("decides nothing", "allow = anyone, authenticated or nobody, or require"));
        }
    };
    Ok(Rule {
        agents: globs("agents")?,
        operations: operations(&member("operations"))?,
        access,
        // An empty list is meant: no tool at all.
        tools: member("tools")
            .list()?
            .map(|patterns| patterns.iter().map(|pattern| Glob::new(pattern)).collect()),
    })
}

/// The operations that the globs name; all, where none are given.
fn operations(member: &Setting) -> Result<Vec<Kind>, Misconfigured> {
    let Some(patterns) = member.strings()? else {
        return Ok(Kind::all().collect());
    };
    let globs: Vec<Glob> = patterns.iter().map(|pattern| Glob::new(pattern)).collect();
    for (glob, pattern) in globs.iter().zip(&patterns) {
        if !Kind::all().any(|kind| glob.matches(kind.name())) {
            let known = Kind::all().map(Kind::name).collect::<Vec<_>>().join(", ");
            return Err(member.invalid(
                &format!("has the pattern {pattern:?}, which matches no operation"),
                &format!("globs over {known}"),
            ));
        }
    }
    Ok(Kind::all()
        .filter(|kind| globs.iter().any(|glob| glob.matches(kind.name())))
        .collect())
}

fn requirements(
    table: &Setting,
    members: &Map<String, Value>,
    identity: &IdentityMap,
) -> Result<Requirements, Misconfigured> {
    table.allow_only(members, &["roles", "permissions", "scopes", "all_scopes", "claims"])?;
    if members.is_empty() {
        return Err(table.invalid("requires nothing", "roles, permissions, scopes, all_scopes or claims"));
    }
    let member = |name: &str| table.member(name, members.get(name).cloned());
    let strings = |name: &str| member(name).strings().map(Option::unwrap_or_default);
    let scopes = |name: &str| -> Result<Vec<String>, Misconfigured> {
        let scopes = strings(name)?;
        // RFC 6749 section 3.3: no space, quote or backslash, so that a challenge can hold them.
        let fits = |scope: &String| scope.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\".contains(&b));
        if scopes.iter().all(fits) {
            Ok(scopes)
        } else {
            Err(member(name).invalid(
                "contains an invalid scope",
                "scopes of visible ASCII without quotes and backslashes",
            ))
        }
    };
    let default = |path: &str| ClaimPath::parse(path).into_iter();
    Ok(Requirements {
        roles: strings("roles")?,
        permissions: strings("permissions")?,
        scopes: scopes("scopes")?,
        all_scopes: scopes("all_scopes")?,
        claims: claims(&member("claims"))?,
        role_paths: identity
            .path_of("x-user-role")
            .into_iter()
            .chain(default("role"))
            .chain(default("roles"))
            .collect(),
        permission_paths: identity
            .path_of("x-user-permissions")
            .into_iter()
            .chain(default("permissions"))
            .collect(),
    })
}

fn claims(table: &Setting) -> Result<Vec<(ClaimPath, Vec<Value>)>, Misconfigured> {
    let mut claims = Vec::new();
    let Some(members) = table.table()? else {
        return Ok(claims);
    };
    if members.is_empty() {
        return Err(table.invalid("requires nothing", "claim paths with the values that they must have"));
    }
    for (path, value) in members {
        let member = table.member(&path, None);
        let remedy = "a claim path with the value it must have, or a list of such values";
        let parsed = ClaimPath::parse(&path).ok_or_else(|| member.invalid("is not a claim path", remedy))?;
        let values = match value {
            Value::Array(list) => list,
            value => vec![value],
        };
        let is_scalar = |value: &Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
        if values.is_empty() || !values.iter().all(is_scalar) {
            return Err(member.invalid("has no value to compare with", remedy));
        }
        claims.push((parsed, values));
    }
    Ok(claims)
}
