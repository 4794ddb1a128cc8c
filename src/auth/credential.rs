//! The credential of a request: the places of a token, and the rule that there is exactly one (RFC 6750 sections 2 and 3.1).

use std::borrow::Cow;

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
    /// A header field of the setting `TOKEN_HEADERS`, which a proxy may have written from a cookie of its own.
    ProxyHeader,
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

impl Location {
    /// Whether the browser may have caused the credential to be sent without the page's doing.
    pub fn is_ambient(self) -> bool {
        matches!(self, Self::Cookie | Self::ProxyHeader)
    }
}

/// Finds the one credential of a request in `Authorization`, in the header fields `headers` (in lower case), or, if `cookie`
/// names one, in a cookie. The same token in several of these places is one credential, and not an ambient one if it is in
/// `Authorization`.
///
/// # Errors
/// [`Refusal::MissingToken`] if there is none that the gate accepts, [`Refusal::MultipleCredentials`] if there is more than
/// one, [`Refusal::InvalidToken`] if its characters or its length are invalid.
pub fn read(head: &Head<'_>, cookie: Option<&str>, headers: &[String]) -> Result<Credential, Refusal> {
    let ambient = read_ambient(head, cookie, headers)?;
    // A page that is signed out may send an empty field.
    let header = head.fields.get("authorization").filter(|header| !header.is_empty());
    let in_query = names_access_token(head.query.unwrap_or_default());
    match (header.map(from_header), ambient) {
        (None, None) if in_query => Err(Refusal::MissingToken(MissingToken::InQuery)),
        (None, None) => Err(Refusal::MissingToken(MissingToken::Absent)),
        _ if in_query => Err(Refusal::MultipleCredentials),
        (Some(credential), None) => credential,
        (Some(Ok(credential)), Some((token, _))) if credential.token.as_str() == token => Ok(credential),
        (Some(_), Some(_)) if !header.is_some_and(is_basic) => Err(Refusal::MultipleCredentials),
        (_, Some((token, location))) => found(&token, location),
    }
}

/// The token that the browser or a proxy may have attached, with its place.
fn read_ambient<'h>(
    head: &'h Head<'_>,
    cookie: Option<&str>,
    headers: &[String],
) -> Result<Option<(Cow<'h, str>, Location)>, Refusal> {
    let cookies = cookie.and_then(|_| head.fields.get("cookie")).unwrap_or_default();
    let in_cookies = cookie.map_or(Ok(None), |name| cookies::find(cookies, name))?;
    let mut ambient = in_cookies.map(|token| (token, Location::Cookie));
    for name in headers {
        // Repeated fields arrive joined by a comma, which no bearer token has.
        for token in head.fields.get(name).unwrap_or_default().split(',') {
            let token = token.trim_ascii();
            match &ambient {
                _ if token.is_empty() => {}
                Some((known, _)) if *known != token => return Err(Refusal::MultipleCredentials),
                Some(_) => {}
                None => ambient = Some((Cow::Borrowed(token), Location::ProxyHeader)),
            }
        }
    }
    Ok(ambient)
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

/// Whether the field is a password (RFC 7617), such as one that protects a staging site: beside a token elsewhere it is no
/// credential here.
fn is_basic(header: &str) -> bool {
    let scheme = header.get(..6).unwrap_or_default();
    scheme.eq_ignore_ascii_case("basic ") && !header.contains(',')
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
