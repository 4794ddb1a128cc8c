//! Claims: whether a token whose signature held is acceptable here and now (RFC 7519 section 4.1, RFC 9068 section 4).
//!
//! A claim of the wrong type is a refusal and never an absence: a check that is skipped because its claim looks odd is
//! how time and audience checks have been walked around elsewhere.

use serde_json::{Map, Value};

use crate::base::clock::Seconds;
use crate::issuer::Issuer;
use crate::verify::Verified;
use crate::wire::refusal::{ClaimFault, Refusal};

/// A token that is authentic and acceptable. Made only by [`Accepted::judge`].
pub struct Accepted {
    verified: Verified,
    iss: String,
    sub: Option<String>,
    times: Times,
}

/// The moments a token names, and what its issuer's settings make of them; judged again whenever a verdict is reused.
pub struct Times {
    exp: Seconds,
    nbf: Option<Seconds>,
    iat: Option<Seconds>,
    max_age: Option<i64>,
    leeway: i64,
}

impl Accepted {
    /// Judges the claims of `verified`, a token of `issuer`, at `now`: `iss`, `aud`, `exp`, `nbf`, `iat`, then the rest.
    pub fn judge(verified: Verified, issuer: &Issuer, now: Seconds) -> Result<Self, Refusal> {
        let claims = verified.claims();
        let iss = text(claims, "iss")?.ok_or(ClaimFault::Missing)?.to_owned();
        match issuer.template.tenant_of(&iss) {
            None => return Err(Refusal::WrongIssuer),
            Some(None) => {}
            Some(Some(tenant)) => judge_tenant(claims, issuer, tenant)?,
        }
        judge_audience(claims, &issuer.audience)?;
        let times = Times {
            exp: moment(claims, "exp")?.ok_or(ClaimFault::Missing)?,
            nbf: moment(claims, "nbf")?,
            iat: moment(claims, "iat")?,
            max_age: issuer.max_age,
            leeway: issuer.leeway,
        };
        times.judge(now)?;
        let sub = text(claims, "sub")?.map(str::to_owned);
        text(claims, "jti")?;
        judge_typ(verified.typ(), &issuer.typ)?;
        judge_authorized_party(claims, &issuer.authorized_parties)?;
        if issuer
            .required_claims
            .iter()
            .any(|name| claims.get(name).is_none_or(Value::is_null))
        {
            return Err(ClaimFault::Missing.into());
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

    /// The token they were read from.
    pub fn verified(&self) -> &Verified {
        &self.verified
    }

    /// Every claim.
    pub fn claims(&self) -> &Map<String, Value> {
        self.verified.claims()
    }

    /// When it may be used.
    pub fn times(&self) -> &Times {
        &self.times
    }
}

impl Times {
    /// Whether a token with these times may be used at `now`.
    ///
    /// `exp`: the current time must be *before* it (RFC 7519 section 4.1.4); `nbf`: not before it (4.1.5); `iat` not in the
    /// future and, with `max_age`, not longer ago than that. All with the leeway.
    pub fn judge(&self, now: Seconds) -> Result<(), Refusal> {
        if now >= self.exp.plus(self.leeway) {
            return Err(Refusal::TokenExpired);
        }
        let latest_start = now.plus(self.leeway);
        if self.nbf.is_some_and(|nbf| nbf > latest_start) || self.iat.is_some_and(|iat| iat > latest_start) {
            return Err(Refusal::TokenNotYetValid);
        }
        match (self.max_age, self.iat) {
            (Some(_), None) => Err(ClaimFault::Missing.into()),
            (Some(age), Some(iat)) if now.since(iat) > age.saturating_add(self.leeway) => Err(Refusal::TokenExpired),
            _ => Ok(()),
        }
    }

    /// The `iat` claim.
    pub fn iat(&self) -> Option<Seconds> {
        self.iat
    }
}

/// Of a template's issuers only the listed tenants enter, and `tid`, where it is, must agree with `iss`.
fn judge_tenant(claims: &Map<String, Value>, issuer: &Issuer, tenant: &str) -> Result<(), Refusal> {
    let agrees = text(claims, "tid")?.is_none_or(|tid| tid == tenant);
    if agrees && issuer.tenants.iter().any(|listed| listed == tenant) {
        Ok(())
    } else {
        Err(Refusal::WrongIssuer)
    }
}

/// `aud` is one text or a list of texts (RFC 7519 section 4.1.3); one of them must be ours.
fn judge_audience(claims: &Map<String, Value>, ours: &[String]) -> Result<(), Refusal> {
    let theirs = texts(claims, "aud")?;
    if theirs.iter().any(|aud| ours.iter().any(|own| own == aud)) {
        Ok(())
    } else {
        Err(Refusal::WrongAudience)
    }
}

/// Media types compare without case and without a leading `application/` (RFC 7515 section 4.1.9).
fn judge_typ(typ: Option<&str>, listed: &[String]) -> Result<(), Refusal> {
    let bare = |typ: &str| {
        let typ = typ.to_ascii_lowercase();
        typ.strip_prefix("application/").unwrap_or(&typ).to_owned()
    };
    let fits = listed.is_empty() || typ.is_some_and(|typ| listed.iter().any(|own| bare(own) == bare(typ)));
    if fits {
        Ok(())
    } else {
        Err(ClaimFault::TokenType.into())
    }
}

/// Every party that the token names must be listed, and it must name one.
fn judge_authorized_party(claims: &Map<String, Value>, listed: &[String]) -> Result<(), Refusal> {
    let parties = [text(claims, "azp")?, text(claims, "client_id")?];
    let mut named = parties.into_iter().flatten().peekable();
    let fits =
        listed.is_empty() || (named.peek().is_some() && named.all(|party| listed.iter().any(|own| own == party)));
    if fits {
        Ok(())
    } else {
        Err(ClaimFault::AuthorizedParty.into())
    }
}

fn text<'c>(claims: &'c Map<String, Value>, name: &'static str) -> Result<Option<&'c str>, ClaimFault> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ClaimFault::Type(name)),
    }
}

fn texts<'c>(claims: &'c Map<String, Value>, name: &'static str) -> Result<Vec<&'c str>, ClaimFault> {
    match claims.get(name) {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![text]),
        Some(Value::Array(list)) => list
            .iter()
            .map(Value::as_str)
            .collect::<Option<_>>()
            .ok_or(ClaimFault::Type(name)),
        Some(_) => Err(ClaimFault::Type(name)),
    }
}

/// A `NumericDate`. A fraction is rounded up, so that comparing with whole seconds gives what comparing exactly would.
fn moment(claims: &Map<String, Value>, name: &'static str) -> Result<Option<Seconds>, ClaimFault> {
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
        reason = "the cast saturates, which is what a far date should do"
    )]
    let seconds = number.ceil() as i64;
    Ok(Some(Seconds(seconds)))
}

/// The date among `claims` that jwt-compact could not read: no number, or one far outside the calendar.
pub(crate) fn odd_date(claims: &Map<String, Value>) -> ClaimFault {
    const CALENDAR_END: f64 = 8.0e12;
    let odd = |name: &&str| {
        claims
            .get(*name)
            .is_some_and(|value| value.as_f64().is_none_or(|date| date.abs() > CALENDAR_END))
    };
    ClaimFault::Type(["exp", "nbf", "iat"].into_iter().find(odd).unwrap_or_default())
}
