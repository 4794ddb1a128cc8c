//! Where a token may stand in a request, and the demand that there be exactly one (RFC 6750 sections 2 and 3.1).

use crate::base::percent::decode_form;
use crate::wire::refusal::{MissingToken, Refusal, TokenFault};
use crate::wire::request::Head;

/// Longest token that is looked at, in bytes: far above any access token, far below what a request may carry.
const MAX_BYTES: usize = 16 * 1024;

/// A token as it was presented. Neither `Debug` nor `Display`: it cannot end up in a log.
pub struct Bearer(String);

impl Bearer {
    /// The compact serialisation.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a credential was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `Authorization: Bearer`.
    Header,
    /// The cookie that the setting `TOKEN_COOKIE` names: the browser may have added it by itself.
    Cookie,
    /// `forwardedProps.authorization`, with the setting `TOKEN_PROPERTY`.
    Property,
}

/// Finds the one credential of a request in its header or, where `cookie` names one, in a cookie.
///
/// # Errors
/// [`Refusal::MissingToken`] when there is none that the gate takes, [`Refusal::MultipleCredentials`] when there is more
/// than one, [`Refusal::InvalidToken`] when its characters or its length are wrong.
pub fn read(head: &Head<'_>, cookie: Option<&str>) -> Result<(Bearer, Place), Refusal> {
    let header = head.fields.get("authorization");
    let cookies = cookie.and_then(|_| head.fields.get("cookie")).unwrap_or_default();
    let mut in_cookies = cookie.into_iter().flat_map(|name| cookies_named(&cookies, name));
    let in_cookie = in_cookies.next();
    let in_query = names_access_token(head.query.unwrap_or_default());
    let places = [
        header.is_some(),
        in_cookie.is_some(),
        in_cookies.next().is_some(),
        in_query,
    ];
    if places.into_iter().filter(|is_used| *is_used).count() > 1 {
        return Err(Refusal::MultipleCredentials);
    }
    if let Some(token) = in_cookie {
        return Ok((parse(token)?, Place::Cookie));
    }
    let Some(header) = header else {
        return Err(Refusal::MissingToken(if in_query {
            MissingToken::InQuery
        } else {
            MissingToken::Absent
        }));
    };
    // Repeated fields arrive joined by a comma, and no scheme that the gate takes has one.
    if header.contains(',') {
        return Err(Refusal::MultipleCredentials);
    }
    let (scheme, token) = header.split_once(' ').unwrap_or((&header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::MissingToken(MissingToken::Scheme));
    }
    Ok((parse(token)?, Place::Header))
}

/// Takes the token of a property: as it is, or behind `Bearer` as older guides write it.
pub fn from_property(value: &str) -> Result<Bearer, Refusal> {
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => parse(token),
        _ => parse(value),
    }
}

/// The `Cookie` field without the cookie `name`.
pub fn without_cookie(cookies: &str, name: &str) -> String {
    let rest = pairs(cookies).filter(|pair| cookie_value(pair, name).is_none() && !pair.is_empty());
    rest.collect::<Vec<_>>().join("; ")
}

/// The values of every cookie of this name (RFC 6265 section 4.2; names are case-sensitive).
fn cookies_named<'c>(cookies: &'c str, name: &'c str) -> impl Iterator<Item = &'c str> {
    pairs(cookies).filter_map(move |pair| cookie_value(pair, name))
}

/// Every `name=value`. Repeated fields arrive joined by a comma and a space, which no cookie's value may hold.
fn pairs(cookies: &str) -> impl Iterator<Item = &str> {
    cookies.split(';').flat_map(|part| part.split(", ")).map(str::trim)
}

fn cookie_value<'p>(pair: &'p str, name: &str) -> Option<&'p str> {
    let (known, value) = pair.split_once('=')?;
    (known.trim() == name).then(|| value.trim().trim_matches('"'))
}

/// Takes a `b64token` (RFC 6750 section 2.1) of bounded length.
fn parse(token: &str) -> Result<Bearer, Refusal> {
    if token.len() > MAX_BYTES {
        return Err(TokenFault::TooLong.into());
    }
    let body = token.trim_end_matches('=');
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    if body.is_empty() || !body.bytes().all(plain) {
        return Err(TokenFault::Syntax.into());
    }
    Ok(Bearer(token.to_owned()))
}

fn names_access_token(query: &str) -> bool {
    query.split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        decode_form(name).is_some_and(|name| name.eq_ignore_ascii_case("access_token"))
    })
}
