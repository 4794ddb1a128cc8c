//! The `Cookie` field (RFC 6265 section 4.2), of which the gate reads one cookie and leaves the others as they are.
//!
//! Pairs are separated by `;` only: a comma belongs to a value, although a server that joins repeated fields puts a comma
//! between them. If the token's name follows a comma, the two readings differ, and the gate refuses the request.

use crate::wire::refusal::Refusal;

/// The value of the cookie `name`; names are case-sensitive.
///
/// # Errors
/// [`Refusal::MultipleCredentials`] if there are several, or if another parser could find one more.
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

/// The field without the cookie `name`, with all other pairs unchanged.
pub fn without(cookies: &str, name: &str) -> String {
    let others: Vec<&str> = cookies
        .split(';')
        .filter(|pair| value_of(pair, name).is_none())
        .collect();
    others.join(";").trim_matches(is_blank).to_owned()
}

/// The value of `pair`, if it is the cookie `name`, without surrounding blanks and one pair of quotes.
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
