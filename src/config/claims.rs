//! Tables of claims with their required values: `require.claims` of a rule and `claims` of an issuer.

use serde_json::Value;

use super::read::{Misconfigured, Setting};
use crate::auth::claim_path::ClaimPath;

pub(super) fn parse(table: &Setting) -> Result<Vec<(ClaimPath, Vec<Value>)>, Misconfigured> {
    let Some(members) = table.table()? else {
        return Ok(Vec::new());
    };
    if members.is_empty() {
        return Err(table.invalid("requires nothing", "claim paths with their required values"));
    }
    let pairs = members.into_iter().map(|(path, value)| {
        let member = table.member(&path, None);
        let remedy = "a claim path with its required value, or a list of such values";
        let parsed = ClaimPath::parse(&path).ok_or_else(|| member.invalid("is not a claim path", remedy))?;
        let values = match value {
            Value::Array(list) => list,
            value => vec![value],
        };
        let is_scalar = |value: &Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
        if values.is_empty() || !values.iter().all(is_scalar) {
            return Err(member.invalid("has no value to compare with", remedy));
        }
        Ok((parsed, values))
    });
    pairs.collect()
}
