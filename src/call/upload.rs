//! A recording that was uploaded as a form (`multipart/form-data`, RFC 7578), as the JSON that an envelope has in its place.
//!
//! CopilotKit's client uploads a form to a runtime that it takes for one of REST paths, as every runtime behind the gate looks
//! like. The form is read strictly: no text before its first part or after its last, and one file called `audio`, with a name.
//! It is read as bytes throughout, by two functions: searching in texts would make the Worker larger.

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::base::json::value;

/// The part that the runtime looks at.
const PART: &[u8] = b"audio";
/// The type that the runtime takes a recording for whose own is not known (`extractAudioFromFormData`,
/// `@copilotkit/runtime` 1.75). It does so with forms only, so it is written here.
const UNKNOWN_AUDIO: &[u8] = b"audio/webm";
/// The longest boundary, in bytes (RFC 2046 section 5.1.1).
const MAX_BOUNDARY_BYTES: usize = 70;
const LINE_END: &[u8] = b"\r\n";

/// The file called [`PART`].
struct File<'f> {
    name: &'f [u8],
    /// Its media type.
    kind: &'f [u8],
    bytes: &'f [u8],
}

/// `{"mimeType","filename","audio"}`, the audio in base64, of the form of this `Content-Type`; `None` where it cannot be read in
/// one way only.
#[cold]
pub fn to_json(content_type: &str, form: &[u8]) -> Option<Vec<u8>> {
    let boundary = find(content_type.as_bytes(), b";", b"=", b"boundary")?;
    if boundary.is_empty() || boundary.len() > MAX_BOUNDARY_BYTES {
        return None;
    }
    let mut delimiter = b"\r\n--".to_vec();
    delimiter.extend_from_slice(boundary);
    let file = read(&delimiter, form)?;
    let kind = match file.kind {
        b"" | b"application/octet-stream" => UNKNOWN_AUDIO,
        kind => kind,
    };
    let mut json = Vec::new();
    for (before, text) in [(r#"{"mimeType":"#, kind), (r#","filename":"#, file.name)] {
        json.extend_from_slice(before.as_bytes());
        json.extend_from_slice(value::write(&std::str::from_utf8(text).ok()?).as_bytes());
    }
    json.extend_from_slice(br#","audio":""#);
    // The Worker has this encoder; that of the other alphabet would be one more.
    let mut audio = Base64UrlUnpadded::encode_string(file.bytes).into_bytes();
    for byte in &mut audio {
        match byte {
            b'-' => *byte = b'+',
            b'_' => *byte = b'/',
            _ => {}
        }
    }
    audio.resize(audio.len().next_multiple_of(4), b'=');
    json.extend_from_slice(&audio);
    json.extend_from_slice(br#""}"#);
    Some(json)
}

/// The one file called [`PART`]. `delimiter` begins with the end of the line before it (RFC 2046 section 5.1.1).
fn read<'f>(delimiter: &[u8], form: &'f [u8]) -> Option<File<'f>> {
    let mut file = None;
    let mut rest = form.strip_prefix(delimiter.get(LINE_END.len()..)?)?;
    while rest != b"--" && rest != b"--\r\n" {
        if !rest.starts_with(LINE_END) {
            return None;
        }
        // The end of this line is that before the first line of the part's head.
        let (head, part) = cut(rest, b"\r\n\r\n")?;
        let (bytes, next) = cut(part, delimiter)?;
        let disposition = find(head, LINE_END, b":", b"content-disposition")?;
        if find(disposition, b";", b"=", b"name")? == PART {
            let name = find(disposition, b";", b"=", b"filename")?;
            let kind = find(head, LINE_END, b":", b"content-type")?;
            // Without a file name it is a text, which the runtime does not take.
            if name.is_empty() || file.replace(File { name, kind, bytes }).is_some() {
                return None;
            }
        }
        rest = next;
    }
    file
}

/// The value called `name` in a list: of fields, each after the end of a line, or of the parameters of a field's value (RFC 9110
/// section 5.6.6), without quotes. It is empty where it is absent; `None` where it is there twice or the list cannot be read.
#[inline(never)]
fn find<'l>(list: &'l [u8], separator: &[u8], equals: &[u8], name: &[u8]) -> Option<&'l [u8]> {
    let mut found: Option<&[u8]> = None;
    let (_, mut rest) = cut(list, separator)?;
    loop {
        let (key, after) = cut(rest, equals)?;
        let (value, next) = match after.strip_prefix(b"\"") {
            Some(quoted) => cut(quoted, b"\"")?,
            None => after.split_at(cut(after, separator).map_or(after.len(), |(value, _)| value.len())),
        };
        if key.trim_ascii().eq_ignore_ascii_case(name) && found.replace(value.trim_ascii()).is_some() {
            return None;
        }
        if next.is_empty() {
            return Some(found.unwrap_or_default());
        }
        rest = next.strip_prefix(separator)?;
    }
}

/// `bytes` before and after the first `separator`.
#[inline(never)]
fn cut<'b>(bytes: &'b [u8], separator: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let first = separator.first()?;
    let mut at = 0_usize;
    loop {
        let skipped = bytes.get(at..)?.iter().position(|byte| byte == first)?;
        at = at.checked_add(skipped)?;
        if let Some(after) = bytes.get(at..)?.strip_prefix(separator) {
            return Some((bytes.get(..at)?, after));
        }
        at = at.checked_add(1)?;
    }
}
