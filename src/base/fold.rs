//! How names are compared where readers take several spellings for one.

use std::borrow::Cow;

/// A name without case, `_` and `-`: some readers take `userId`, `user_id` and `USER-ID` for the same member.
///
/// Use the result for comparisons only. Beyond ASCII, all letters of alphabets with two cases are folded into one, which saves
/// the Worker 5 KB of tables (gzip). So names that differ in case only are always equal, and some other names are, too.
#[inline(never)]
pub fn fold(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Cow::Borrowed(name);
    }
    if name.is_ascii() {
        let letters = name.bytes().filter(|b| !matches!(b, b'_' | b'-'));
        let folded = letters.map(|b| b.to_ascii_lowercase()).collect();
        return Cow::Owned(String::from_utf8(folded).unwrap_or_default());
    }
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '_' | '-' => {}
            KELVIN => folded.push('k'),
            I_WITH_DOT => {
                folded.push('i');
                push_cased(&mut folded);
            }
            _ if is_cased(letter) => push_cased(&mut folded),
            _ => folded.push(letter.to_ascii_lowercase()),
        }
    }
    Cow::Owned(folded)
}

/// The two letters beyond ASCII whose small letter is one of ASCII: `k`, and `i` with a dot above behind it.
const KELVIN: char = '\u{212A}';
const I_WITH_DOT: char = '\u{130}';

/// Blocks of Unicode 17 that have letters of two cases, from their first to their last character, in order. The dot above
/// (U+0307) is among them.
const CASED: [(char, char); 14] = [
    ('\u{80}', '\u{58F}'),      // Latin-1 to Armenian
    ('\u{10A0}', '\u{10FF}'),   // Georgian
    ('\u{13A0}', '\u{13FF}'),   // Cherokee
    ('\u{1C80}', '\u{1D8F}'),   // Cyrillic, Georgian and phonetic extensions
    ('\u{1E00}', '\u{218F}'),   // Latin and Greek, additional and extended, to number forms
    ('\u{24B6}', '\u{24E9}'),   // letters in circles
    ('\u{2C00}', '\u{2D2F}'),   // Glagolitic to Georgian
    ('\u{A640}', '\u{A7FF}'),   // Cyrillic and Latin, extended
    ('\u{AB30}', '\u{ABBF}'),   // Latin, extended, and Cherokee
    ('\u{FF21}', '\u{FF5A}'),   // full width
    ('\u{10400}', '\u{105FF}'), // Deseret to Vithkuqi
    ('\u{10C80}', '\u{10D8F}'), // Old Hungarian to Garay
    ('\u{118A0}', '\u{16EFF}'), // Warang Citi to Beria Erfe
    ('\u{1E900}', '\u{1E95F}'), // Adlam
];

fn is_cased(letter: char) -> bool {
    CASED.iter().any(|(first, last)| (first..=last).contains(&&letter))
}

/// Adds the one character for any run of such letters.
fn push_cased(folded: &mut String) {
    if !folded.ends_with(char::REPLACEMENT_CHARACTER) {
        folded.push(char::REPLACEMENT_CHARACTER);
    }
}
