//! `EventFilter`: whether an event is sent, and which parts of it are removed.

use std::rc::Rc;

use super::settings::EventSettings;
use crate::base::json::Part;
use crate::base::json::fault::JsonFault;
use crate::call::body::edit::Fate;
use crate::call::body::list::{self, Item};
use crate::call::body::object::{MemberValue, Object};

/// Longest event that is sent, in bytes, without the parts that are removed.
pub const MAX_EVENT_BYTES: usize = 4 * 1024 * 1024;
/// The type of an event that has a `name` of its own.
const CUSTOM: &str = "CUSTOM";
/// The member by which an adapter sends the framework's own event along.
pub(super) const RAW_EVENT: &str = "rawEvent";
/// Longest `code` of an error, in bytes.
const MAX_CODE_BYTES: usize = 64;

/// What the events of one answer are put through.
#[derive(Clone)]
pub struct EventFilter {
    pub(super) settings: Rc<EventSettings>,
    /// What a browser reads in place of an error's message.
    message: String,
    /// The assertion of the request, which no answer may show.
    assertion: Option<String>,
}

impl EventFilter {
    /// The filter for the answer to the request with this id.
    pub fn new(settings: &Rc<EventSettings>, request_id: &str) -> Self {
        Self {
            settings: Rc::clone(settings),
            message: ["The agent failed (request ", request_id, ")."].concat(),
            assertion: None,
        }
    }

    /// Notes the assertion that goes along with the request.
    pub fn hide_assertion(&mut self, assertion: &str) {
        self.assertion = Some(assertion.to_owned());
    }
}

/// What becomes of an event.
pub(super) enum Verdict {
    /// It is sent, byte for byte.
    Passes,
    /// This JSON is sent in its place.
    Changed(Vec<u8>),
    /// It is left out.
    LeftOut(Kind),
}

/// Why an event is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The type at this position is hidden.
    Type(usize),
    /// A `CUSTOM` one whose name is hidden.
    Custom,
    /// It contains the assertion of its own request.
    Assertion,
    /// It is not one JSON object, or can be read in two ways.
    Malformed,
    /// It has more than [`MAX_EVENT_BYTES`].
    TooLarge,
    /// The stream ended before it did.
    Incomplete,
}

impl EventFilter {
    /// Decides about an event by its JSON.
    pub(super) fn judge(&self, json: Vec<u8>) -> Verdict {
        if json.len() > MAX_EVENT_BYTES {
            return Verdict::LeftOut(Kind::TooLarge);
        }
        // Names are unique then: no reader can find another type than this one.
        match Object::parse_strictly(json).and_then(|event| self.judge_object(event)) {
            Ok(verdict) => verdict,
            Err(_) => Verdict::LeftOut(Kind::Malformed),
        }
    }

    fn judge_object(&self, mut event: Object) -> Result<Verdict, JsonFault> {
        let settings = &*self.settings;
        let kind = event.get("type").and_then(MemberValue::string).unwrap_or_default();
        if let Some(position) = settings.position(&kind) {
            return Ok(Verdict::LeftOut(Kind::Type(position)));
        }
        if kind == CUSTOM && self.hides_name(&event) {
            return Ok(Verdict::LeftOut(Kind::Custom));
        }
        let (is_error, is_snapshot) = (kind == "RUN_ERROR", kind == "MESSAGES_SNAPSHOT");
        let mut is_changed = false;
        if is_error && settings.hides_errors {
            self.hide_message(&mut event);
            is_changed = true;
        } else if settings.hide_raw() {
            if event.get(RAW_EVENT).is_some() {
                event.remove_if(&mut |name| name == RAW_EVENT);
                is_changed = true;
            }
            if is_snapshot {
                is_changed |= self.restrict_messages(&mut event)?;
            }
        }
        Ok(if is_changed {
            Verdict::Changed(event.to_bytes())
        } else {
            Verdict::Passes
        })
    }

    /// Whether the `name` of a `CUSTOM` event is hidden.
    fn hides_name(&self, event: &Object) -> bool {
        let names = &self.settings.names;
        match event.get("name").map(MemberValue::string) {
            Some(Some(name)) => names.iter().any(|glob| glob.matches(&name)),
            // Half of a surrogate pair, or no text: readers differ about its meaning.
            Some(None) => !names.is_empty(),
            None => false,
        }
    }

    /// Leaves of an error what tells nothing of the server.
    #[inline(never)]
    fn hide_message(&self, event: &mut Object) {
        let is_text = |value: MemberValue<'_>| value.is_string();
        event.rewrite(&mut |name, value| {
            let stays = match name {
                "type" | "message" => true,
                "threadId" | "runId" => is_text(value),
                "timestamp" => value
                    .to_bytes()
                    .first()
                    .is_some_and(|byte| matches!(byte, b'-' | b'0'..=b'9')),
                "code" => value.string().is_some_and(|code| is_code(&code)),
                _ => false,
            };
            if stays { Fate::Keep } else { Fate::Remove }
        });
        event.set("message", &self.message.as_str().into());
    }

    /// Takes the messages out of a snapshot that a browser could not have sent. Returns whether there were any.
    #[inline(never)]
    fn restrict_messages(&self, event: &mut Object) -> Result<bool, JsonFault> {
        let Some(messages) = event.get("messages") else {
            return Ok(false);
        };
        let messages = messages.unedited().filter(|messages| list::is_list(*messages));
        let messages = messages.ok_or(JsonFault::Malformed)?;
        let allows = |message: Part<'_>| {
            let role = message.member("role").and_then(Part::string);
            role.is_some_and(|role| self.settings.roles.allows(&role))
        };
        let kept = list::rewrite(messages, &mut |message| {
            if allows(message) { Item::Keep } else { Item::Remove }
        })?;
        let Some(kept) = kept else { return Ok(false) };
        event.set_json("messages", kept);
        Ok(true)
    }

    /// Whether `event`, as it would be sent, contains the assertion of its own request: also where characters of it are
    /// written as escapes of JSON, in strings at any depth.
    pub(super) fn is_leak(&self, event: &[u8]) -> bool {
        let Some(assertion) = self.assertion.as_deref().map(str::as_bytes) else {
            return false;
        };
        // An escape makes it longer, never shorter.
        if event.len() < assertion.len() {
            return false;
        }
        holds(event, assertion) || (holds(event, b"\\u00") && holds(&without_escapes(event), assertion))
    }
}

fn is_code(code: &str) -> bool {
    code.len() <= MAX_CODE_BYTES
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

fn holds(text: &[u8], wanted: &[u8]) -> bool {
    let first = wanted.first();
    text.windows(wanted.len())
        .any(|window| window.first() == first && window == wanted)
}

/// `text` with the character in place of each `\u00XX`, however many backslashes are before it: JSON inside a string of JSON
/// has two of them.
#[inline(never)]
fn without_escapes(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        match (byte, behind) {
            (b'\\', [b'u', b'0', b'0', high, low, after @ ..]) => {
                let hex = |digit: u8| {
                    char::from(digit)
                        .to_digit(16)
                        .and_then(|digit| u8::try_from(digit).ok())
                };
                if let (Some(high), Some(low)) = (hex(*high), hex(*low)) {
                    while plain.last() == Some(&b'\\') {
                        plain.pop();
                    }
                    plain.push(high << 4 | low);
                    rest = after;
                } else {
                    plain.push(*byte);
                }
            }
            _ => plain.push(*byte),
        }
    }
    plain
}
