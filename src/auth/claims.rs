//! Claims: whether a token whose signature was verified is acceptable here and now (RFC 7519 section 4.1, RFC 9068
//! section 4).
//!
//! A claim of the wrong type is refused, never treated as absent: gates that skip a check because its claim has the wrong
//! type have been bypassed that way.

use serde_json::{Map, Value};

use super::claim_path::ClaimPath;
use super::issuer::Issuer;
use super::verify::Verified;
use crate::base::clock::Seconds;
use crate::wire::fault::ClaimFault;
use crate::wire::refusal::Refusal;

/// A token that is authentic and acceptable. Made only by [`Accepted::validate`].
pub struct Accepted {
    verified: Verified,
    iss: String,
    sub: Option<String>,
    times: Times,
}

/// The times in a token, adjusted by its issuer's settings; checked again at each use of the token.
pub struct Times {
    exp: Seconds,
    /// The later of `nbf` and `iat`.
    start: Option<Seconds>,
    iat: Option<Seconds>,
    max_age: Option<i64>,
    leeway: i64,
}

impl Accepted {
    /// Validates the claims of `verified`, a token of `issuer`, at `now`: `iss`, `aud`, `exp`, `nbf`, `iat`, then the rest.
    pub fn validate(verified: Verified, issuer: &Issuer, now: Seconds) -> Result<Self, Refusal> {
        let claims = verified.claims();
        let iss = string(claims, "iss")?.ok_or(ClaimFault::missing("iss"))?.to_owned();
        match issuer.template.tenant_of(&iss) {
            None => return Err(Refusal::WrongIssuer),
            Some(None) => {}
            Some(Some(tenant)) => check_tenant(claims, issuer, tenant)?,
        }
        if !issuer.audience.is_empty() {
            check_audience(claims, &issuer.audience)?;
        }
        let times = Times {
            exp: time(claims, "exp", f64::ceil)?.ok_or(ClaimFault::missing("exp"))?,
            start: time(claims, "nbf", f64::ceil)?.max(time(claims, "iat", f64::ceil)?),
            iat: time(claims, "iat", f64::floor)?,
            max_age: issuer.max_age,
            leeway: issuer.leeway,
        };
        times.check(now)?;
        let sub = string(claims, "sub")?.map(str::to_owned);
        string(claims, "jti")?;
        check_typ(verified.typ(), issuer.typ.as_deref())?;
        check_purpose(claims)?;
        check_authorized_party(claims, &issuer.authorized_parties)?;
        let is_absent = |name: &&String| claims.get(*name).is_none_or(Value::is_null);
        if let Some(name) = issuer.required_claims.iter().find(is_absent) {
            return Err(ClaimFault::missing(name.clone()).into());
        }
        let is_other = |(path, values): &&(ClaimPath, Vec<Value>)| !has_value(path.find(claims), values);
        if let Some((path, _)) = issuer.claims.iter().find(is_other) {
            return Err(ClaimFault::Value(path.to_string()).into());
        }
        Ok(Self {
            verified,
            iss,
            sub,
            times,
        })
    }

    /// The `iss` claim.
    pub fn iss(&self) -> &str {
        &self.iss
    }

    /// The `sub` claim.
    pub fn sub(&self) -> Option<&str> {
        self.sub.as_deref()
    }

    /// The token that the claims are from.
    pub fn verified(&self) -> &Verified {
        &self.verified
    }

    /// Every claim.
    pub fn claims(&self) -> &Map<String, Value> {
        self.verified.claims()
    }

    /// The times between which it may be used.
    pub fn times(&self) -> &Times {
        &self.times
    }
}

impl Times {
    /// Checks that a token with these times may be used at `now`.
    ///
    /// `exp`: the current time must be *before* it (RFC 7519 section 4.1.4); `nbf`: not before it (4.1.5); `iat` not in the
    /// future and, with `max_age`, not longer ago than that. All with the leeway.
    pub fn check(&self, now: Seconds) -> Result<(), Refusal> {
        if now >= self.exp.plus(self.leeway) {
            return Err(Refusal::TokenExpired);
        }
        if self.start.is_some_and(|start| start > now.plus(self.leeway)) {
            return Err(Refusal::TokenNotYetValid);
        }
        match (self.max_age, self.iat) {
            (Some(_), None) => Err(ClaimFault::missing("iat").into()),
            (Some(age), Some(iat)) if now.since(iat) > age.saturating_add(self.leeway) => Err(Refusal::TokenExpired),
            _ => Ok(()),
        }
    }

    /// The `iat` claim, rounded down.
    pub fn iat(&self) -> Option<Seconds> {
        self.iat
    }

    /// The `exp` claim, rounded up.
    pub fn exp(&self) -> Seconds {
        self.exp
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
        Ok(())
    } else {
        Err(Refusal::WrongAudience)
    }
}

/// Whether `claim`, or an item of it if it is a list, is one of `values`.
pub fn has_value(claim: Option<&Value>, values: &[Value]) -> bool {
    claim.is_some_and(|claim| match claim {
        Value::Array(list) => list.iter().any(|item| values.contains(item)),
        claim => values.contains(claim),
    })
}

/// Unless the issuer lists others, `typ` is absent or that of an access token: other kinds of JWT, such as a logout token,
/// must not pass for one (RFC 8725 section 3.11, RFC 9068 section 4). Media types are compared without case and without a
/// leading `application/` (RFC 7515 section 4.1.9).
fn check_typ(typ: Option<&str>, listed: Option<&[String]>) -> Result<(), Refusal> {
    let bare = |typ: &str| {
        let typ = typ.to_ascii_lowercase();
        typ.strip_prefix("application/").unwrap_or(&typ).to_owned()
    };
    let fits = match (typ.map(bare), listed) {
        (Some(typ), Some(listed)) => listed.iter().any(|own| bare(own) == typ),
        (None, Some(_)) => false,
        (Some(typ), None) => matches!(typ.as_str(), "jwt" | "at+jwt"),
        (None, None) => true,
    };
    if fits {
        Ok(())
    } else {
        Err(ClaimFault::TokenType.into())
    }
}

/// A token that is bound to a key needs proof of that key, which the gate does not check; a security event is not a
/// credential.
fn check_purpose(claims: &Map<String, Value>) -> Result<(), ClaimFault> {
    if claims.contains_key("cnf") {
        return Err(ClaimFault::Bound);
    }
    if claims.get("events").is_some_and(Value::is_object) {
        return Err(ClaimFault::Event);
    }
    Ok(())
}

/// The token must name at least one party, and every party that it names must be listed.
fn check_authorized_party(claims: &Map<String, Value>, listed: &[String]) -> Result<(), Refusal> {
    let parties = [string(claims, "azp")?, string(claims, "client_id")?];
    let mut named = parties.into_iter().flatten().peekable();
    let fits =
        listed.is_empty() || (named.peek().is_some() && named.all(|party| listed.iter().any(|own| own == party)));
    if fits {
        Ok(())
    } else {
        Err(ClaimFault::AuthorizedParty.into())
    }
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

/// A `NumericDate`. A fraction is rounded so that comparisons with whole seconds are exact: up for times that must not have
/// been reached, down for times from which an age is counted.
fn time(claims: &Map<String, Value>, name: &'static str, round: fn(f64) -> f64) -> Result<Option<Seconds>, ClaimFault> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    if let Some(seconds) = value.as_i64() {
        return Ok(Some(Seconds(seconds)));
    }
    let number = value
        .as_f64()
        .filter(|number| number.is_finite())
        .ok_or(ClaimFault::Type(name))?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the cast saturates, which is right for a date beyond the range"
    )]
    let seconds = round(number) as i64;
    Ok(Some(Seconds(seconds)))
}
