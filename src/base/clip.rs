//! Shortens values that a caller can influence, for a log line.

/// `value` whole, or its beginning and an ellipsis where it has more than `most` bytes as JSON writes them.
pub fn clip(value: &str, most: usize) -> String {
    let mut bytes = 0_usize;
    let end = value.char_indices().find_map(|(at, c)| {
        let written = match c {
            '"' | '\\' => 2,
            c if c.is_control() => 6,
            c => c.len_utf8(),
        };
        bytes = bytes.saturating_add(written);
        (bytes > most).then_some(at)
    });
    match end.and_then(|end| value.get(..end)) {
        Some(start) => format!("{start}…"),
        None => value.to_owned(),
    }
}
