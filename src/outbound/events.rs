//! The events of an agent's answer (AG-UI): which of them a browser gets. The settings `HIDE_EVENTS` and `ERROR_MESSAGES`.
//!
//! An adapter sends more than a page reads: the framework's own events with the agent's instructions inside, the addresses of
//! its servers, the words of a model's vendor. [`stream`] takes such events out of a `text/event-stream` while it passes, and
//! `event` decides about one.

mod counts;
mod event;
mod lines;
mod members;
pub mod stream;

use std::rc::Rc;

use crate::base::glob::Glob;
use crate::base::json::Json;
use crate::call::body::list::{self, Item};
use crate::call::body::messages::MessageRoles;
use crate::call::body::object::{MemberValue, Object};
use crate::wire::refusal::Refusal;
use event::Verdict;

/// The type of an event that passes on one of the framework's own.
const RAW: &str = "RAW";
/// The type of an event that has a `name` of its own.
const CUSTOM: &str = "CUSTOM";
/// Longest event that goes on, in bytes, after what is cut out of it.
pub const MAX_EVENT_BYTES: usize = 4 * 1024 * 1024;

/// What is taken out of the events of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSettings {
    /// Of `HIDE_EVENTS`: the types.
    pub types: Vec<String>,
    /// Of `HIDE_EVENTS`: globs over the names of `CUSTOM` events.
    pub names: Vec<Glob>,
    /// Whether `ERROR_MESSAGES` is `hide`.
    pub hides_errors: bool,
    /// `MESSAGE_ROLES`: those of the messages in a `MESSAGES_SNAPSHOT`.
    pub roles: MessageRoles,
}

impl EventSettings {
    /// Whether there is anything to take out.
    pub fn hide_anything(&self) -> bool {
        self.hides_errors || !self.types.is_empty() || !self.names.is_empty()
    }

    /// The position of `name` among the types that are hidden.
    fn position(&self, name: &str) -> Option<usize> {
        self.types.iter().position(|hidden| hidden == name)
    }

    /// Whether the framework's own events are hidden, in whatever event they are.
    fn hide_raw(&self) -> bool {
        self.position(RAW).is_some()
    }
}

/// What the events of one answer are put through.
#[derive(Clone)]
pub struct EventFilter {
    settings: Rc<EventSettings>,
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

    /// Filters the JSON that answers `threads/events`: an object with a list `events`.
    ///
    /// # Errors
    /// [`Refusal::BadGateway`] where the answer has another form: it could show anything.
    pub fn filter_list(&self, answer: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let mut answer = Object::parse_strictly(answer).map_err(|_| Refusal::BadGateway)?;
        let events = answer.get("events").filter(|events| events.is_list());
        let events = events.and_then(MemberValue::unedited).ok_or(Refusal::BadGateway)?;
        let filtered: Option<Json> = list::rewrite(events, &mut |event| match self.judge(event.as_bytes().to_vec()) {
            Verdict::Passes if !self.is_leak(event.as_bytes()) => Item::Keep,
            Verdict::Changed(event) if !self.is_leak(&event) => Item::Replace(event),
            _ => Item::Remove,
        })
        .map_err(|_| Refusal::BadGateway)?;
        if let Some(filtered) = filtered {
            answer.set_json("events", filtered);
        }
        Ok(answer.to_bytes())
    }
}
