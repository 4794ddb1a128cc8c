//! Cookies: the input is a `Cookie` field, in which the token is the cookie `session`.

use copilotkit_gate::auth::cookies::without;
use copilotkit_gate::auth::credential::{self, Credential};
use copilotkit_gate::wire::refusal::Refusal;

use crate::support::request::Request;

const NAME: &str = "session";

pub fn run(data: &[u8]) {
    let Ok(cookies) = std::str::from_utf8(data) else { return };
    if cookies.contains(['\n', '\r', '\0']) {
        return;
    }
    let values = values(cookies);
    match read(cookies) {
        Ok(credential) => {
            let [value] = values[..] else {
                panic!("one cookie of this name")
            };
            assert_eq!(credential.token.as_str(), unquoted(value));
        }
        Err(Refusal::MissingToken(_)) => assert_eq!(values, [""; 0]),
        Err(Refusal::MultipleCredentials) => assert!(values.len() > 1 || cookies.contains(',')),
        Err(Refusal::InvalidToken(_)) => assert_eq!(values.len(), 1),
        Err(refusal) => panic!("{refusal:?}"),
    }
    check_without(cookies);
}

/// The upstream's cookies are all other pairs, in their order, and no token.
fn check_without(cookies: &str) {
    let rest = without(cookies, NAME);
    assert_eq!(self::values(&rest), [""; 0]);
    assert_eq!(without(&rest, NAME), rest);
    let is_other = |pair: &&str| !pair.is_empty() && values(pair).is_empty();
    let others = cookies
        .split(';')
        .map(|pair| pair.trim_matches([' ', '\t']))
        .filter(is_other);
    let kept = rest
        .split(';')
        .map(|pair| pair.trim_matches([' ', '\t']))
        .filter(|pair| !pair.is_empty());
    assert!(kept.eq(others));
}

fn read(cookies: &str) -> Result<Credential, Refusal> {
    let request = Request::new("GET", "/info").field("cookie", cookies);
    credential::read(&request.head(), Some(NAME))
}

/// The values of all cookies of this name, as a server reads them (RFC 6265 section 5.4 the other way round).
fn values(cookies: &str) -> Vec<&str> {
    let mut values = Vec::new();
    for pair in cookies.split(';') {
        if let Some(at) = pair.find('=')
            && pair[..at].trim_matches([' ', '\t']) == NAME
        {
            values.push(pair[at + 1..].trim_matches([' ', '\t']));
        }
    }
    values
}

fn unquoted(value: &str) -> &str {
    if value.len() > 1 && value.starts_with('"') && value.ends_with('"') {
        &value[1..value.len() - 1]
    } else {
        value
    }
}
