//! The purpose of a token: an access token is a credential; a refresh token, a logout token, a key-bound token or a
//! machine's token may not be one.

use serde_json::{Map, Value};

use super::parties::Party;
use crate::base::fold::fold;
use crate::wire::fault::ClaimFault;

/// Claims by which providers tell the kinds of their tokens apart, folded: Keycloak `typ`, Pocket ID `type`, simplejwt
/// `token_type`, Casdoor `tokenType`, Cognito `token_use`.
const KIND_CLAIMS: [&str; 4] = ["typ", "type", "tokentype", "tokenuse"];

/// Refuses a token that calls itself a refresh token under all settings: it lives for weeks and is meant for its
/// issuer alone.
pub(super) fn check_refresh(typ: Option<&str>, claims: &Map<String, Value>) -> Result<(), ClaimFault> {
    let is_refresh_header = typ.is_some_and(|typ| matches!(bare(typ).as_str(), "rt+jwt" | "refresh+jwt"));
    let is_refresh_claim = claims.iter().any(|(name, value)| {
        let (name, value) = (fold(name), value.as_str().map(fold).unwrap_or_default());
        KIND_CLAIMS.contains(&&*name)
            && (matches!(&*value, "refresh" | "refreshtoken") || (name == "typ" && value == "offline"))
    });
    if is_refresh_header || is_refresh_claim {
        Err(ClaimFault::RefreshToken)
    } else {
        Ok(())
    }
}

/// Without a list of the issuer's own, `typ` is absent or that of an access token: other kinds of JWT, such as a logout
/// token, must not pass for one (RFC 8725 section 3.11, RFC 9068 section 4).
pub(super) fn check_typ(typ: Option<&str>, listed: Option<&[String]>) -> Result<(), ClaimFault> {
    let fits = match (typ.map(bare), listed) {
        (Some(typ), Some(listed)) => listed.iter().any(|own| bare(own) == typ),
        (None, Some(_)) => false,
        (Some(typ), None) => matches!(typ.as_str(), "jwt" | "at+jwt"),
        (None, None) => true,
    };
    if fits { Ok(()) } else { Err(ClaimFault::TokenType) }
}

/// Refuses a token that is bound to a key, since the gate does not ask for proof of that key, and a security event, which is
/// no credential.
pub(super) fn check_bound(claims: &Map<String, Value>) -> Result<(), ClaimFault> {
    if claims.contains_key("cnf") {
        return Err(ClaimFault::Bound);
    }
    if claims.contains_key("events") {
        return Err(ClaimFault::Event);
    }
    Ok(())
}

/// Refuses a token whose subject is its own client.
pub(super) fn check_machine(subject: Option<&str>, claims: &Map<String, Value>) -> Result<(), ClaimFault> {
    match Party::claimed(claims).find(|(_, party)| Some(*party) == subject) {
        Some((claim, _)) => Err(ClaimFault::Machine(claim)),
        None => Ok(()),
    }
}

/// Media types compare without case and without a leading `application/` (RFC 7515 section 4.1.9).
fn bare(typ: &str) -> String {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/").unwrap_or(&typ).to_owned()
}
