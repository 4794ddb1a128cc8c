//! Claims in the settings: paths, mappings, and tables of claims with the values that they must have.

use serde_json::{Map, Value};

use super::read::{Misconfigured, Setting};
use crate::auth::claim_path::ClaimPath;
use crate::auth::claim_source::{ClaimSource, Take};
use crate::base::glob::Glob;

/// The forms of a claim path.
pub(super) const PATH_REMEDY: &str =
    "a claim path such as realm_access.roles, a name such as https://example.com/role, or a JSON Pointer";

/// A table of claim paths, each with the value or the list of values that the claim must have.
pub(super) fn parse(table: &Setting) -> Result<Vec<(ClaimPath, Vec<Value>)>, Misconfigured> {
    let members = required(table)?.unwrap_or_default();
    members
        .into_iter()
        .map(|(path, value)| values(&table.member(&path, None), &path, value))
        .collect()
}

/// The same with mappings among them: a claim of which some value must be left.
pub(super) fn parse_with_mappings(table: &Setting) -> Result<Requirements, Misconfigured> {
    let (mut claims, mut sources) = (Vec::new(), Vec::new());
    for (path, value) in required(table)?.unwrap_or_default() {
        let member = table.member(&path, Some(value.clone()));
        if value.is_object() {
            sources.push(source(&member, Some(&path))?);
        } else {
            claims.push(values(&member, &path, value)?);
        }
    }
    Ok((claims, sources))
}

/// Claims with their values, and mappings that must find a value.
pub(super) type Requirements = (Vec<(ClaimPath, Vec<Value>)>, Vec<ClaimSource>);

/// A mapping: a claim path, or a table `{ claim, take, only, assert }`. `default`: the claim where the table has none.
pub(super) fn source(member: &Setting, default: Option<&str>) -> Result<ClaimSource, Misconfigured> {
    if member.is_text() {
        let path = member.string()?.unwrap_or_default();
        return Ok(ClaimSource::whole(path_of(member, &path)?));
    }
    let remedy = "a claim path, or a table with claim, take, only, assert";
    let members = member.table()?.ok_or_else(|| member.missing(remedy))?;
    member.allow_only(&members, &["claim", "take", "only", "assert"])?;
    let inner = |name: &str| member.member(name, members.get(name).cloned());
    let claim = inner("claim").string()?.or_else(|| default.map(str::to_owned));
    let claim = claim.ok_or_else(|| inner("claim").missing(PATH_REMEDY))?;
    let only = inner("only").strings()?;
    Ok(ClaimSource {
        path: path_of(&inner("claim"), &claim)?,
        take: take(&inner("take"))?,
        only: only.map(|globs| globs.iter().map(|glob| Glob::new(glob)).collect()),
        assert: inner("assert").flag()?.unwrap_or(false),
    })
}

fn take(member: &Setting) -> Result<Take, Misconfigured> {
    let remedy = "keys (the member names of an object), or a JSON Pointer such as /value (that member of each item)";
    match member.string()? {
        None => Ok(Take::Value),
        Some(keys) if keys == "keys" => Ok(Take::Keys),
        Some(pointer) if pointer.starts_with('/') => ClaimPath::parse(&pointer)
            .map(Take::Member)
            .ok_or_else(|| member.invalid("is not a JSON Pointer", remedy)),
        Some(_) => Err(member.invalid("has an unknown value", remedy)),
    }
}

fn path_of(member: &Setting, path: &str) -> Result<ClaimPath, Misconfigured> {
    ClaimPath::parse(path).ok_or_else(|| member.invalid("is not a claim path", PATH_REMEDY))
}

fn required(table: &Setting) -> Result<Option<Map<String, Value>>, Misconfigured> {
    match table.table()? {
        Some(members) if members.is_empty() => {
            Err(table.invalid("requires nothing", "claim paths with the values that they must have"))
        }
        members => Ok(members),
    }
}

fn values(member: &Setting, path: &str, value: Value) -> Result<(ClaimPath, Vec<Value>), Misconfigured> {
    let parsed = path_of(member, path)?;
    let values = match value {
        Value::Array(list) => list,
        value => vec![value],
    };
    let is_scalar = |value: &Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
    if values.is_empty() || !values.iter().all(is_scalar) {
        let remedy = "a claim path with the value it must have, or a list of such values";
        return Err(member.invalid("has no value to compare with", remedy));
    }
    Ok((parsed, values))
}
