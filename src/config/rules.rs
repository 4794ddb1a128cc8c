//! The setting `RULES`: parsed strictly, and checked against what the gate knows. A rule that could never decide anything is
//! a mistake that would go unnoticed, so it closes the gate.

use serde_json::{Map, Value};

use super::claims;
use super::read::{BindingKind, Bound, Misconfigured, Setting, Vars};
use crate::auth::claim_path::ClaimPath;
use crate::auth::claim_source::ClaimSource;
use crate::auth::identity::IdentityMap;
use crate::base::glob::Glob;
use crate::call::kind::{Kind, Operations};
use crate::policy::rule::{Access, Limit, Mode, Requirements, Rule};

/// Longest name of a rule, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// Reads the rules; `threads_are_isolated` decides what is closed by default.
pub(super) fn parse(
    setting: &Setting,
    known: &Operations,
    identity: &IdentityMap,
    threads_are_isolated: bool,
    vars: &impl Vars,
) -> Result<Vec<Rule>, Misconfigured> {
    let mut rules: Vec<Rule> = Vec::new();
    for (table, members) in setting.tables()?.unwrap_or_default() {
        let rule = parse_one(&table, &members, known, identity, vars)?;
        if !rule.can_decide(threads_are_isolated) {
            return Err(table.invalid(
                "can never decide anything",
                "agents only beside operations that name an agent; threads/clear, cpk-debug-events and operations of \
                 OPERATIONS named in full; operations that name threads, where THREADS is shared",
            ));
        }
        if rules.iter().any(|earlier| earlier.shadows(&rule, threads_are_isolated)) {
            return Err(table.invalid(
                "can never decide anything: an earlier rule decides first",
                "the narrower rule before the wider",
            ));
        }
        if rule.name.is_some() && rules.iter().any(|earlier| earlier.name == rule.name) {
            let fault = "is the name of an earlier rule, too";
            return Err(table
                .member("name", None)
                .invalid(fault, "a name of its own for each rule"));
        }
        check_period(&table, &rule, &rules)?;
        rules.push(rule);
    }
    Ok(rules)
}

fn parse_one(
    table: &Setting,
    members: &Map<String, Value>,
    known: &Operations,
    identity: &IdentityMap,
    vars: &impl Vars,
) -> Result<Rule, Misconfigured> {
    table.allow_only(
        members,
        &[
            "name",
            "agents",
            "operations",
            "allow",
            "require",
            "tools",
            "limit",
            "mode",
        ],
    )?;
    let member = |name: &str| table.member(name, members.get(name).cloned());
    let globs = |patterns: Vec<String>| patterns.iter().map(|pattern| Glob::new(pattern)).collect();
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
    let patterns = member("operations").strings()?;
    let operations = match &patterns {
        Some(patterns) => operations(&member("operations"), patterns, known)?,
        None => known.all().collect(),
    };
    let named = patterns.iter().flatten().filter_map(|name| known.named(name));
    Ok(Rule {
        name: name(&member("name"))?,
        agents: member("agents").strings()?.map(globs),
        operations,
        named: named.collect(),
        lists_operations: patterns.is_some(),
        mode: match member("mode").one_of(&["enforce", "report"])? {
            Some("report") => Mode::Report,
            _ => Mode::Enforce,
        },
        access,
        // An empty list is meant: no tool at all.
        tools: member("tools").list()?.map(globs),
        limit: limit(table, members.get("limit"), vars)?,
    })
}

/// The name of a rule, which the log shows as it is.
fn name(member: &Setting) -> Result<Option<String>, Misconfigured> {
    let remedy = "1 to 64 letters, digits and -, such as ops-admins";
    let is_name =
        |name: &str| name.len() <= MAX_NAME_BYTES && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match member.string() {
        Ok(name) if name.as_deref().is_none_or(is_name) => Ok(name),
        _ => Err(member.invalid("is not a name", remedy)),
    }
}

/// The limit of a rule: the name of a rate limit binding, or a table of that and its period.
fn limit(rule: &Setting, value: Option<&Value>, vars: &impl Vars) -> Result<Option<Limit>, Misconfigured> {
    let limit = rule.member("limit", value.cloned());
    let Some(Value::Object(members)) = value else {
        let name = limit.string().map_err(|_| {
            let remedy = format!("{BINDING_NAME}, or a table of binding and period");
            limit.invalid("is neither a name nor a table", &remedy)
        })?;
        let binding = name.map(|name| rate_limit(&limit, name, vars)).transpose()?;
        return Ok(binding.map(|binding| Limit { binding, period: None }));
    };
    limit.allow_only(members, &["binding", "period"])?;
    let member = |name: &str| limit.member(name, members.get(name).cloned());
    let name = member("binding").string()?;
    let name = name.ok_or_else(|| member("binding").missing(BINDING_NAME))?;
    let [short, long] = Limit::PERIODS;
    let period = member("period").integer(&(short..=long));
    let period = period.ok().flatten().filter(|period| Limit::PERIODS.contains(period));
    let unknown = || {
        let remedy = format!("the period of the binding in seconds, {short} or {long}; without it, the name alone");
        member("period").invalid(&format!("is neither {short} nor {long}"), &remedy)
    };
    Ok(Some(Limit {
        binding: rate_limit(&member("binding"), name, vars)?,
        period: Some(period.ok_or_else(unknown)?),
    }))
}

const BINDING_NAME: &str = "the name of a rate limit binding, such as RUNS";

/// The name of a rate limit binding, from `setting`.
fn rate_limit(setting: &Setting, name: String, vars: &impl Vars) -> Result<String, Misconfigured> {
    if vars.binding(&name, BindingKind::RateLimit) == Bound::AsExpected {
        return Ok(name);
    }
    let fault = format!("names {name:?}, which is not a rate limit binding");
    Err(setting.invalid(&fault, BINDING_NAME))
}

/// Refuses a rule whose period for a binding differs from that of an earlier rule: a binding has one period.
fn check_period(table: &Setting, rule: &Rule, earlier: &[Rule]) -> Result<(), Misconfigured> {
    let Some(Limit {
        binding,
        period: Some(period),
    }) = &rule.limit
    else {
        return Ok(());
    };
    let mut limits = earlier.iter().filter_map(|rule| rule.limit.as_ref());
    let differs = |limit: &Limit| limit.binding == *binding && limit.period.is_some_and(|other| other != *period);
    if limits.any(differs) {
        let fault = format!("says another period of {binding} than an earlier rule");
        return Err(table
            .member("limit", None)
            .invalid(&fault, "the period that the binding has"));
    }
    Ok(())
}

/// The operations that the patterns match, each of which must match one.
fn operations(member: &Setting, patterns: &[String], known: &Operations) -> Result<Vec<Kind>, Misconfigured> {
    let globs: Vec<Glob> = patterns.iter().map(|pattern| Glob::new(pattern)).collect();
    for (glob, pattern) in globs.iter().zip(patterns) {
        if !known.all().any(|kind| glob.matches(&kind.name)) {
            let known = known
                .all()
                .map(|kind| kind.name.to_string())
                .collect::<Vec<_>>()
                .join(", ");
            return Err(member.invalid(
                &format!("has the pattern {pattern:?}, which matches no operation"),
                &format!("globs over {known}"),
            ));
        }
    }
    Ok(known
        .all()
        .filter(|kind| globs.iter().any(|glob| glob.matches(&kind.name)))
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
        // RFC 6749 section 3.3: no space, quote or backslash, so that they fit into a challenge.
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
    let (claims, sources) = claims::parse_with_mappings(&member("claims"))?;
    let mapped = |header: &str| identity.source_of(header).cloned().into_iter();
    let claim = |name: &str| std::iter::once(ClaimSource::whole(ClaimPath::named(name)));
    Ok(Requirements {
        roles: strings("roles")?,
        permissions: strings("permissions")?,
        scopes: scopes("scopes")?,
        all_scopes: scopes("all_scopes")?,
        claims,
        sources,
        role_sources: mapped("x-user-role")
            .chain(claim("role"))
            .chain(claim("roles"))
            .collect(),
        permission_sources: mapped("x-user-permissions").chain(claim("permissions")).collect(),
    })
}
