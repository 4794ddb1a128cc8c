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

/// Most parts of a token: a token has at most 16 KiB, and libraries cut it every 3 to 4 KiB.
const MAX_PARTS: usize = 64;

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
    let may_be_read_otherwise = cookies.split(',').skip(1).any(|rest| {
        let pair = rest.split(';').next().unwrap_or_default();
        read(pair, name).is_some()
    });
    if may_be_read_otherwise {
        return Err(Refusal::MultipleCredentials);
    }
    let (mut whole, mut dotted, mut chunks) = (None, Parts::new(), Parts::new());
    let pairs = cookies.split(';').filter_map(|pair| read(pair, name));
    for (piece, value) in pairs.filter(|(_, value)| !value.is_empty()) {
        match piece {
            Piece::Name if whole.is_some_and(|known| known != value) => return Err(Refusal::MultipleCredentials),
            Piece::Name => whole = Some(value),
            Piece::Dotted(number) => dotted.push((number, value)),
            Piece::Chunk(number) => chunks.push((number, value)),
        }
    }
    let announced = whole.and_then(|value: &str| value.strip_prefix(ANNOUNCEMENT).and_then(parse_number));
    match (whole, announced) {
        (None, _) if dotted.is_empty() => Ok(None),
        (None, _) => join(&dotted, 0).map(|token| token.map(Cow::Owned)),
        _ if !dotted.is_empty() => Err(Refusal::MultipleCredentials),
        (Some(_), Some(last)) => {
            chunks.retain(|(number, _)| *number <= last);
            // What follows the last part: a gap in front of it means that the last one is missing.
            chunks.push((last.saturating_add(1), ""));
            join(&chunks, 1).map(|token| token.map(Cow::Owned))
        }
        (Some(value), None) => Ok(Some(Cow::Borrowed(value))),
    }
}

/// The field without the cookies of the token, with all other pairs unchanged.
pub fn without(cookies: &str, name: &str) -> String {
    let others: Vec<&str> = cookies.split(';').filter(|pair| read(pair, name).is_none()).collect();
    others.join(";").trim_matches(is_blank).to_owned()
}

/// The parts in the order of their numbers, which start at `first` and leave none out.
fn join(parts: &Parts<'_>, first: u16) -> Result<Option<String>, Refusal> {
    if parts.len() > MAX_PARTS {
        return Err(Refusal::MultipleCredentials);
    }
    let (mut whole, mut joined) = (String::new(), 0_usize);
    for number in first.. {
        let mut same = parts
            .iter()
            .filter(|(each, _)| *each == number)
            .map(|(_, value)| *value);
        let Some(value) = same.next() else { break };
        if same.any(|other| other != value) {
            return Err(Refusal::MultipleCredentials);
        }
        joined = joined.saturating_add(parts.iter().filter(|(each, _)| *each == number).count());
        whole.push_str(value);
    }
    if joined < parts.len() {
        return Err(Refusal::MultipleCredentials);
    }
    Ok((!whole.is_empty()).then_some(whole))
}

/// The value of `pair`, if it is a cookie of the token `name`, without surrounding blanks and one pair of quotes.
fn read<'p>(pair: &'p str, name: &str) -> Option<(Piece, &'p str)> {
    let (known, value) = pair.split_once('=')?;
    let rest = known.trim_matches(is_blank).strip_prefix(name)?;
    let piece = if rest.is_empty() {
        Piece::Name
    } else if let Some(number) = rest.strip_prefix('.') {
        Piece::Dotted(parse_number(number)?)
    } else {
        Piece::Chunk(parse_number(rest.strip_prefix('C')?)?)
    };
    let value = value.trim_matches(is_blank);
    let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    Some((piece, unquoted.unwrap_or(value)))
}

/// A number as the libraries write it: in digits, without a zero in front.
fn parse_number(text: &str) -> Option<u16> {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_plain)
}

/// Optional white space (RFC 9110 section 5.6.3).
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}
