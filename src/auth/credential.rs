//! The credential of a request: the places of a token, and the rule that there is exactly one (RFC 6750 sections 2 and 3.1).

use super::cookies;
use crate::base::percent::decode_form;
use crate::wire::fault::{MissingToken, TokenFault};
use crate::wire::refusal::Refusal;
use crate::wire::request::Head;

/// Longest accepted token, in bytes: far longer than any access token, far shorter than the limit of a request's head.
const MAX_BYTES: usize = 16 * 1024;

/// The SHA-256 of a whole token.
pub type TokenHash = [u8; 32];

/// A bearer token as the client sent it. It has neither `Debug` nor `Display`, so it cannot end up in a log.
pub struct BearerToken(String);

impl BearerToken {
    /// The compact serialisation.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a credential was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// `Authorization: Bearer`.
    Header,
    /// The cookie named by the setting `TOKEN_COOKIE`, which the browser may have attached by itself.
    Cookie,
    /// `forwardedProps.authorization`, with the setting `TOKEN_PROPERTY`.
    Property,
}

/// The one credential of a request.
pub struct Credential {
    /// The token.
    pub token: BearerToken,
    /// Its place.
    pub location: Location,
}

impl Credential {
    /// The token, if it was not in the header.
    pub fn outside_header(&self) -> Option<&BearerToken> {
        (self.location != Location::Header).then_some(&self.token)
    }
}

/// Finds the one credential of a request in its header or, if `cookie` names one, in a cookie.
///
/// # Errors
/// [`Refusal::MissingToken`] if there is none that the gate accepts, [`Refusal::MultipleCredentials`] if there is more than
/// one, [`Refusal::InvalidToken`] if its characters or its length are invalid.
pub fn read(head: &Head<'_>, cookie: Option<&str>) -> Result<Credential, Refusal> {
    let header = head.fields.get("authorization");
    let cookies = cookie.and_then(|_| head.fields.get("cookie")).unwrap_or_default();
    let in_cookies = cookie.map_or(Ok(None), |name| cookies::find(cookies, name))?;
    let in_query = names_access_token(head.query.unwrap_or_default());
    let locations = [header.is_some(), in_cookies.is_some(), in_query];
    if locations.into_iter().filter(|is_used| *is_used).count() > 1 {
        return Err(Refusal::MultipleCredentials);
    }
    if let Some(token) = in_cookies {
        return found(token, Location::Cookie);
    }
    match header {
        Some(header) => from_header(header),
        None if in_query => Err(Refusal::MissingToken(MissingToken::InQuery)),
        None => Err(Refusal::MissingToken(MissingToken::Absent)),
    }
}

/// Reads `Authorization` (RFC 9110 section 11.6.2): the scheme, one or more spaces, the token.
fn from_header(header: &str) -> Result<Credential, Refusal> {
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.trim_end_matches(',').eq_ignore_ascii_case("bearer") {
        return Err(Refusal::MissingToken(MissingToken::Scheme));
    }
    // Repeated fields arrive joined by a comma, which no bearer token has.
    if header.contains(',') {
        return Err(Refusal::MultipleCredentials);
    }
    found(token.trim_start_matches(' '), Location::Header)
}

/// Parses the token of a property: alone, or after `Bearer`, as in older guides.
pub fn from_property(value: &str) -> Result<Credential, Refusal> {
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => found(token, Location::Property),
        _ => found(value, Location::Property),
    }
}

/// Parses a `b64token` (RFC 6750 section 2.1) of bounded length.
fn found(token: &str, location: Location) -> Result<Credential, Refusal> {
    if token.len() > MAX_BYTES {
        return Err(TokenFault::TooLong.into());
    }
    let body = token.trim_end_matches('=');
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    if body.is_empty() || !body.bytes().all(is_allowed) {
        return Err(TokenFault::Syntax.into());
    }
    Ok(Credential {
        token: BearerToken(token.to_owned()),
        location,
    })
}

fn names_access_token(query: &str) -> bool {
    query.split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        decode_form(name).is_some_and(|name| name.eq_ignore_ascii_case("access_token"))
    })
}
