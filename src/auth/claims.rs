//! Claims: whether a token whose signature was verified is acceptable here and now (RFC 7519 section 4.1, RFC 9068
//! section 4).
//!
//! A claim of the wrong type is refused, never treated as absent: gates that skip a check because its claim has the wrong
//! type have been bypassed that way.

use serde_json::{Map, Number, Value};

use super::claim_path::ClaimPath;
use super::issuer::Issuer;
use super::parties::Party;
use super::progress::SeenToken;
use super::purpose;
use super::times::Times;
use super::verify::Verified;
use crate::base::clock::Seconds;
use crate::wire::excerpt::Excerpt;
use crate::wire::fault::ClaimFault;
use crate::wire::refusal::Refusal;

/// Most values of `aud` that the log names.
const MAX_AUDIENCES: usize = 4;

/// A token that is authentic and acceptable. Made only by [`Accepted::validate`].
pub struct Accepted {
    verified: Verified,
    times: Times,
    /// The claim that should have the subject, of a token that has none.
    without: Option<String>,
}

impl Accepted {
    /// Validates the claims of `verified`, a token of `issuer`, at `now`: what it is for, `iss`, `aud`, `exp`, `nbf`, `iat`,
    /// then the rest. Afterwards its `iss` is the issuer's canonical name, and its `sub` the value of the claim that
    /// identifies the issuer's users.
    pub fn validate(mut verified: Verified, issuer: &Issuer, now: Seconds) -> Result<Self, Refusal> {
        let claims = verified.claims();
        purpose::check_refresh(verified.typ(), claims)?;
        let iss = check_issuer(claims, issuer)?;
        if !issuer.audience.is_empty() {
            check_audience(claims, &issuer.audience)?;
        }
        let times = Times::read(claims, issuer)?;
        times.check(now)?;
        let sub = subject(claims, &issuer.subject)?;
        string(claims, "jti")?;
        purpose::check_typ(verified.typ(), issuer.typ.as_deref())?;
        purpose::check_bound(claims)?;
        Party::check(claims, &issuer.authorized_parties)?;
        if !issuer.machines {
            purpose::check_machine(sub.as_deref(), claims)?;
        }
        check_presence(claims, issuer)?;
        for (path, values) in &issuer.claims {
            if !has_value(path.find(claims), values, path)? {
                return Err(ClaimFault::Value(path.to_string()).into());
            }
        }
        verified.put_claim("iss", Some(&iss));
        verified.put_claim("sub", sub.as_deref());
        let without = sub.is_none().then(|| issuer.subject.to_string());
        Ok(Self {
            verified,
            times,
            without,
        })
    }

    /// The canonical name of the issuer.
    pub fn iss(&self) -> &str {
        self.text("iss").unwrap_or_default()
    }

    /// The subject: the value of the claim that identifies the issuer's users.
    pub fn sub(&self) -> Option<&str> {
        self.text("sub")
    }

    /// The subject, where one is needed.
    ///
    /// # Errors
    /// [`ClaimFault::Missing`] names the claim that should have it.
    pub fn owner(&self) -> Result<&str, ClaimFault> {
        let missing = || ClaimFault::missing(self.without.clone().unwrap_or_default());
        self.sub().ok_or_else(missing)
    }

    /// The token that the claims are from.
    pub fn verified(&self) -> &Verified {
        &self.verified
    }

    /// Every claim.
    pub fn claims(&self) -> &Map<String, Value> {
        self.verified.claims()
    }

    /// The log's fields when it is used again.
    pub fn seen(&self) -> SeenToken {
        SeenToken {
            issuer: self.iss().to_owned(),
            sub: self.sub().map(str::to_owned),
            kid: self.verified.kid().map(str::to_owned),
            alg: self.verified.alg().name(),
            cache: "hit",
        }
    }

    /// The times between which it may be used.
    pub fn times(&self) -> &Times {
        &self.times
    }

    fn text(&self, claim: &str) -> Option<&str> {
        self.claims().get(claim).and_then(Value::as_str)
    }
}

/// The log's fields about a token whose signature was just verified under a key of `issuer`, whether it is accepted or not.
pub(super) fn seen(verified: &Verified, issuer: &Issuer) -> SeenToken {
    let claims = verified.claims();
    SeenToken {
        issuer: issuer.canonical(claims.get("iss").and_then(Value::as_str)).to_owned(),
        sub: subject(claims, &issuer.subject).ok().flatten(),
        kid: verified.kid().map(str::to_owned),
        alg: verified.alg().name(),
        cache: "miss",
    }
}

/// The subject of a token: the text at `path`, or an exact integer in decimals. No other value of the same issuer looks
/// like it, since a user's id is one or the other everywhere. An empty text is none: users who had it would share threads.
///
/// # Errors
/// The claim is neither.
pub fn subject(claims: &Map<String, Value>, path: &ClaimPath) -> Result<Option<String>, ClaimFault> {
    match path.find(claims) {
        None => Ok(None),
        Some(Value::String(text)) => Ok((!text.is_empty()).then(|| text.clone())),
        Some(Value::Number(number)) if is_exact(number) => Ok(Some(number.to_string())),
        Some(_) if path.is_sub() => Err(ClaimFault::Type("sub")),
        Some(_) => Err(ClaimFault::Identity(path.to_string())),
    }
}

/// Whether a number is an integer that every JSON reader reads exactly (RFC 8259 section 6).
pub fn is_exact(number: &Number) -> bool {
    const LIMIT: u64 = 1 << 53;
    match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => number < LIMIT,
        (None, Some(number)) => number.unsigned_abs() < LIMIT,
        (None, None) => false,
    }
}

/// The canonical name of the issuer, whose tokens `claims` must be.
fn check_issuer(claims: &Map<String, Value>, issuer: &Issuer) -> Result<String, Refusal> {
    let iss = match claims.get("iss") {
        None if issuer.accept_missing_iss => None,
        _ => Some(string(claims, "iss")?.ok_or(ClaimFault::missing("iss"))?),
    };
    if let Some(iss) = iss {
        match issuer.names.iter().find_map(|name| name.tenant_of(iss)) {
            None => return Err(Refusal::WrongIssuer),
            Some(None) => {}
            Some(Some(tenant)) => check_tenant(claims, issuer, tenant)?,
        }
    }
    Ok(issuer.canonical(iss).to_owned())
}

/// `required_claims` and `forbidden_claims`; `null` counts as absent.
fn check_presence(claims: &Map<String, Value>, issuer: &Issuer) -> Result<(), ClaimFault> {
    let is_absent = |path: &&ClaimPath| path.find(claims).is_none_or(Value::is_null);
    if let Some(path) = issuer.required_claims.iter().find(is_absent) {
        return Err(ClaimFault::missing(path.to_string()));
    }
    match issuer.forbidden_claims.iter().find(|path| !is_absent(path)) {
        Some(path) => Err(ClaimFault::Forbidden(path.to_string())),
        None => Ok(()),
    }
}

/// A template accepts only the listed tenants, and `tid`, if present, must agree with `iss`.
fn check_tenant(claims: &Map<String, Value>, issuer: &Issuer, tenant: &str) -> Result<(), Refusal> {
    let agrees = string(claims, "tid")?.is_none_or(|tid| tid == tenant);
    if agrees && issuer.tenants.iter().any(|listed| listed == tenant) {
        Ok(())
    } else {
        Err(Refusal::WrongIssuer)
    }
}

/// `aud` is one string or a list of strings (RFC 7519 section 4.1.3); one of them must be ours.
fn check_audience(claims: &Map<String, Value>, ours: &[String]) -> Result<(), Refusal> {
    let theirs = strings(claims, "aud")?;
    if theirs.iter().any(|aud| ours.iter().any(|own| own == aud)) {
        return Ok(());
    }
    let has_audience = claims.contains_key("aud");
    let named = theirs.into_iter().take(MAX_AUDIENCES).map(Excerpt::of);
    Err(Refusal::WrongAudience(has_audience.then(|| named.collect())))
}

/// Whether `claim` at `path`, or an item of it where it is a list, is one of `values`.
///
/// # Errors
/// A number in it is not exact: another reader could take it for a different one.
pub fn has_value(claim: Option<&Value>, values: &[Value], path: &ClaimPath) -> Result<bool, ClaimFault> {
    let items = match claim {
        None => return Ok(false),
        Some(Value::Array(list)) => list.as_slice(),
        Some(claim) => std::slice::from_ref(claim),
    };
    let is_inexact = |item: &Value| item.as_number().is_some_and(|number| !is_exact(number));
    if items.iter().any(is_inexact) {
        return Err(ClaimFault::Identity(path.to_string()));
    }
    Ok(items.iter().any(|item| values.contains(item)))
}

fn string<'c>(claims: &'c Map<String, Value>, name: &'static str) -> Result<Option<&'c str>, ClaimFault> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value)),
        Some(_) => Err(ClaimFault::Type(name)),
    }
}

fn strings<'c>(claims: &'c Map<String, Value>, name: &'static str) -> Result<Vec<&'c str>, ClaimFault> {
    match claims.get(name) {
        None => Ok(Vec::new()),
        Some(Value::String(value)) => Ok(vec![value]),
        Some(Value::Array(list)) => list
            .iter()
            .map(Value::as_str)
            .collect::<Option<_>>()
            .ok_or(ClaimFault::Type(name)),
        Some(_) => Err(ClaimFault::Type(name)),
    }
}
