//! The `Cookie` field (RFC 6265 section 4.2), of which the gate reads one cookie and leaves the others as they are.
//!
//! Pairs are separated by `;` and by nothing else: a comma is a character of a value, although a server that joins repeated
//! fields puts one between two of them. Where the token's name follows a comma, the two readings differ, and the gate takes
//! neither.

use crate::wire::refusal::Refusal;

/// The value of the cookie `name`, whose name is compared with case.
///
/// # Errors
/// [`Refusal::MultipleCredentials`] when there are several, or when another reader could see one more.
pub(super) fn find<'c>(cookies: &'c str, name: &str) -> Result<Option<&'c str>, Refusal> {
    let mut values = cookies.split(';').filter_map(|pair| value_of(pair, name));
    let value = values.next();
    let may_be_read_otherwise = cookies.split(',').skip(1).any(|rest| {
        let pair = rest.split(';').next().unwrap_or_default();
        value_of(pair, name).is_some()
    });
    if values.next().is_some() || may_be_read_otherwise {
        return Err(Refusal::MultipleCredentials);
    }
    Ok(value)
}

/// The field without the cookie `name`; the other pairs stay byte for byte.
pub fn without(cookies: &str, name: &str) -> String {
    let others: Vec<&str> = cookies
        .split(';')
        .filter(|pair| value_of(pair, name).is_none())
        .collect();
    others.join(";").trim_matches(is_blank).to_owned()
}

/// The value of `pair`, if it is the cookie `name`: without the blanks and the one pair of quotes around it.
fn value_of<'p>(pair: &'p str, name: &str) -> Option<&'p str> {
    let (known, value) = pair.split_once('=')?;
    if known.trim_matches(is_blank) != name {
        return None;
    }
    let value = value.trim_matches(is_blank);
    let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    Some(unquoted.unwrap_or(value))
}

/// Optional white space (RFC 9110 section 5.6.3).
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}
