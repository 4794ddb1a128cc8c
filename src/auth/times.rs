//! `Times`: when a token may be used (RFC 7519 sections 4.1.4 to 4.1.6).

use serde_json::{Map, Value};

use super::issuer::Issuer;
use crate::base::clock::Seconds;
use crate::wire::fault::ClaimFault;
use crate::wire::refusal::Refusal;

/// From here on a time is one in milliseconds: as seconds it would be in the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// The times that a token names, and the limits of its issuer's settings; checked again whenever the token is used.
pub struct Times {
    exp: Seconds,
    /// The later of `nbf` and `iat`.
    start: Option<Seconds>,
    iat: Option<Seconds>,
    max_age: Option<i64>,
    leeway: i64,
}

impl Times {
    /// Reads the times of a token of `issuer`; `exp` is required.
    pub(super) fn read(claims: &Map<String, Value>, issuer: &Issuer) -> Result<Self, ClaimFault> {
        Ok(Self {
            exp: time(claims, "exp", f64::ceil)?.ok_or(ClaimFault::missing("exp"))?,
            start: time(claims, "nbf", f64::ceil)?.max(time(claims, "iat", f64::ceil)?),
            iat: time(claims, "iat", f64::floor)?,
            max_age: issuer.max_age,
            leeway: issuer.leeway,
        })
    }

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

/// A `NumericDate`. A fraction is rounded to the side that makes comparing with whole seconds exact: up for a time that must
/// not have come yet, down for one from which an age is counted.
fn time(claims: &Map<String, Value>, name: &'static str, round: fn(f64) -> f64) -> Result<Option<Seconds>, ClaimFault> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = match value.as_i64() {
        Some(seconds) => seconds,
        None => {
            let number = value.as_f64().filter(|number| number.is_finite());
            let number = number.ok_or(ClaimFault::Type(name))?;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the cast saturates, which is right for a date beyond the range"
            )]
            let seconds = round(number) as i64;
            seconds
        }
    };
    if seconds >= MILLISECONDS_FROM {
        return Err(ClaimFault::Milliseconds(name));
    }
    Ok(Some(Seconds(seconds)))
}
