//! The `Cookie` field (RFC 6265 section 4.2), of which the gate reads the token's cookies and leaves the others as they are.
//!
//! Pairs are separated by `;` only: a comma belongs to a value, although a server that joins repeated fields puts a comma
//! between them. If the token's name follows a comma, the two readings differ, and the gate refuses the request.
//!
//! A browser keeps at most 4 KiB in one cookie, so libraries write longer tokens in parts: Auth.js and Supabase as `name.0`,
//! `name.1`, …, ASP.NET Core's `ChunkingCookieManager` as `nameC1`, `nameC2`, … beside `name=chunks-2`.

use std::borrow::Cow;

use crate::wire::refusal::Refusal;

/// What ASP.NET Core writes in front of the number of parts, in the cookie that announces them.
const ANNOUNCEMENT: &str = "chunks-";

/// A cookie of the token.
enum Piece {
    /// `name`: the whole token, or ASP.NET Core's announcement of parts.
    Name,
    /// `name.0` and so on.
    Dotted(u16),
    /// `nameC1` and so on; without an announcement, what an earlier and longer token has left.
    Chunk(u16),
}

/// Parts with their numbers.
type Parts<'c> = Vec<(u16, &'c str)>;

/// The token in the cookie `name`, whole or in parts; names are case-sensitive. A cookie without a value is none, and one that is
/// repeated with the same value counts once.
///
/// # Errors
/// [`Refusal::MultipleCredentials`] if there are several, or if another parser could find one more; if a part is missing, or if
/// the token is there in two forms.
pub(super) fn find<'c>(cookies: &'c str, name: &str) -> Result<Option<Cow<'c, str>>, Refusal> {
    let (mut whole, mut dotted, mut chunks) = ("", Parts::new(), Parts::new());
    for pair in cookies.split(';') {
        if pair.split(',').skip(1).any(|rest| read(rest, name).is_some()) {
            return Err(Refusal::MultipleCredentials);
        }
        match read(pair, name) {
            None | Some((_, "")) => {}
            Some((Piece::Name, value)) if whole.is_empty() || whole == value => whole = value,
            Some((Piece::Name, _)) => return Err(Refusal::MultipleCredentials),
            Some((Piece::Dotted(number), value)) => insert(&mut dotted, (number, value)),
            Some((Piece::Chunk(number), value)) => insert(&mut chunks, (number, value)),
        }
    }
    if whole.is_empty() {
        return join(&dotted, 0);
    }
    if !dotted.is_empty() {
        return Err(Refusal::MultipleCredentials);
    }
    let Some(last) = whole.strip_prefix(ANNOUNCEMENT).and_then(parse_number) else {
        return Ok(Some(Cow::Borrowed(whole)));
    };
    chunks.retain(|(number, _)| *number <= last);
    // What follows the last part: a gap in front of it means that the last one is missing.
    insert(&mut chunks, (last.saturating_add(1), ""));
    join(&chunks, 1)
}

/// The field without the cookies of the token, with all other pairs unchanged.
pub fn without(cookies: &str, name: &str) -> String {
    let others: Vec<&str> = cookies.split(';').filter(|pair| read(pair, name).is_none()).collect();
    trim(&others.join(";")).to_owned()
}

/// Puts a part in its place, once.
fn insert<'c>(parts: &mut Parts<'c>, part: (u16, &'c str)) {
    let at = parts.partition_point(|known| *known < part);
    if parts.get(at) != Some(&part) {
        parts.insert(at, part);
    }
}

/// The parts in the order of their numbers, which start at `first` and leave none out.
fn join<'c>(parts: &Parts<'c>, first: usize) -> Result<Option<Cow<'c, str>>, Refusal> {
    let mut whole = String::new();
    for (at, (number, value)) in parts.iter().enumerate() {
        if usize::from(*number) != at.saturating_add(first) {
            return Err(Refusal::MultipleCredentials);
        }
        whole.push_str(value);
    }
    Ok((!whole.is_empty()).then_some(Cow::Owned(whole)))
}

/// The value of `pair`, if it is a cookie of the token `name`, without surrounding blanks and one pair of quotes.
#[inline(never)] // called three times
fn read<'p>(pair: &'p str, name: &str) -> Option<(Piece, &'p str)> {
    let (known, value) = pair.split_once('=')?;
    let rest = trim(known).strip_prefix(name)?;
    let piece = if rest.is_empty() {
        Piece::Name
    } else if let Some(number) = rest.strip_prefix('.') {
        Piece::Dotted(parse_number(number)?)
    } else {
        Piece::Chunk(parse_number(rest.strip_prefix('C')?)?)
    };
    let value = trim(value);
    let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    Some((piece, unquoted.unwrap_or(value)))
}

/// A number as the libraries write it: in digits, without a zero in front.
fn parse_number(text: &str) -> Option<u16> {
    let is_plain = text == "0" || !text.starts_with('0');
    let mut number = (is_plain && !text.is_empty()).then_some(0_u16);
    for byte in text.bytes() {
        let digit = byte.is_ascii_digit().then(|| u16::from(byte & 0xf));
        number = number?.checked_mul(10)?.checked_add(digit?);
    }
    number
}

/// Without optional white space (RFC 9110 section 5.6.3) at its ends.
#[inline(never)] // called three times
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
