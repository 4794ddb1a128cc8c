//! Where a token may stand in a request, and the demand that there be exactly one (RFC 6750 sections 2 and 3.1).

use crate::refusal::{MissingToken, Refusal, TokenFault};
use crate::request::Head;
use crate::route;

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

/// Finds the one credential of a request.
///
/// # Errors
/// [`Refusal::MissingToken`] when there is none that the gate takes, [`Refusal::MultipleCredentials`] when there is more
/// than one, [`Refusal::InvalidToken`] when its characters or its length are wrong.
pub fn read(head: &Head<'_>) -> Result<Bearer, Refusal> {
    let header = head.fields.get("authorization");
    let in_query = names_access_token(head.query.unwrap_or_default());
    let Some(header) = header else {
        return Err(Refusal::MissingToken(if in_query {
            MissingToken::InQuery
        } else {
            MissingToken::Absent
        }));
    };
    // Repeated fields arrive joined by a comma, and no scheme that the gate takes has one.
    if in_query || header.contains(',') {
        return Err(Refusal::MultipleCredentials);
    }
    let (scheme, token) = header.split_once(' ').unwrap_or((&header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::MissingToken(MissingToken::Scheme));
    }
    parse(token)
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
        route::decode_form(name).is_some_and(|name| name.eq_ignore_ascii_case("access_token"))
    })
}
