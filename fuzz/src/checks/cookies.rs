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
    let (values, parts) = (values(cookies), parts(cookies));
    let is_announcement = |value: &&str| unquoted(value).starts_with("chunks-");
    let is_whole = !values.iter().any(is_announcement) && parts.is_empty();
    match read(cookies) {
        Ok(credential) if is_whole => {
            let mut tokens = values
                .iter()
                .map(|value| unquoted(value))
                .filter(|value| !value.is_empty());
            assert!(tokens.all(|token| token == credential.token.as_str()));
        }
        Ok(credential) => {
            let pieces: usize = values.iter().chain(&parts).map(|value| value.len()).sum();
            assert!(credential.token.as_str().len() <= pieces);
        }
        Err(Refusal::MissingToken(_)) => {
            assert!(
                values
                    .iter()
                    .all(|value| unquoted(value).is_empty() || is_announcement(value))
            );
        }
        Err(Refusal::MultipleCredentials) => {
            assert!(values.len() > 1 || !parts.is_empty() || cookies.contains([',', '-']));
        }
        Err(Refusal::InvalidToken(_)) => assert!(!values.is_empty() || !parts.is_empty()),
        Err(refusal) => panic!("{refusal:?}"),
    }
    check_without(cookies);
}

/// The upstream's cookies are all other pairs, in their order, and no token.
fn check_without(cookies: &str) {
    let rest = without(cookies, NAME);
    assert_eq!((self::values(&rest), parts(&rest)), (Vec::new(), Vec::new()));
    assert_eq!(without(&rest, NAME), rest);
    let is_other = |pair: &&str| !pair.is_empty() && values(pair).is_empty() && parts(pair).is_empty();
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
    credential::read(&request.head(), Some(NAME), &[])
}

/// The values of all cookies of this name, as a server reads them (RFC 6265 section 5.4 the other way round).
fn values(cookies: &str) -> Vec<&str> {
    values_of(cookies, |name| name == NAME)
}

/// The values of all cookies that are parts of it.
fn parts(cookies: &str) -> Vec<&str> {
    values_of(cookies, |name| {
        let rest = name.strip_prefix(NAME).unwrap_or_default();
        let number = rest
            .strip_prefix('.')
            .or_else(|| rest.strip_prefix('C'))
            .unwrap_or_default();
        number.parse::<u16>().is_ok_and(|value| value.to_string() == number)
    })
}

fn values_of(cookies: &str, is_it: impl Fn(&str) -> bool) -> Vec<&str> {
    let blank = [' ', '\t'];
    let pairs = cookies.split(';').filter_map(|pair| pair.split_once('='));
    let own = pairs.filter(|(name, _)| is_it(name.trim_matches(blank)));
    own.map(|(_, value)| value.trim_matches(blank)).collect()
}

fn unquoted(value: &str) -> &str {
    if value.len() > 1 && value.starts_with('"') && value.ends_with('"') {
        &value[1..value.len() - 1]
    } else {
        value
    }
}
