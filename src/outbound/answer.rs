//! The treatment of an upstream's answer: lists and events are filtered, everything else passes as a stream.

use std::cell::Cell;

use super::events::event::EventFilter;
use super::info::InfoFilter;
use super::threads::ThreadKeys;
use crate::auth::caller::Caller;
use crate::base::fold::fold;
use crate::base::json::Part;
use crate::call::body::dropped::Dropped;
use crate::call::body::edit::Fate;
use crate::call::body::object::Object;
use crate::call::operations::AnswerKind;
use crate::policy::Policy;
use crate::wire::answer::AnswerHead;
use crate::wire::excerpt::Excerpt;
use crate::wire::refusal::Refusal;

/// The member of a list by which a client asks for what follows.
const CURSOR: &str = "nextCursor";

/// The facts about an answer that are known before it arrives.
pub struct AnswerPlan {
    /// The kind of answer.
    pub kind: AnswerKind,
    /// The filter for a successful answer.
    pub filter: Option<Filter>,
    /// What the events of a successful answer are put through.
    pub events: Option<EventFilter>,
    /// The web origin of the page that asks.
    pub page: Option<String>,
    /// The names of what was taken out of the request's body.
    pub dropped: Dropped,
}

impl AnswerPlan {
    /// The filter for an answer of this status. An answer without success or without a body reveals nothing.
    pub fn filter_for(&self, status: u16) -> Option<&Filter> {
        self.filter.as_ref().filter(|_| shows_something(status))
    }

    /// What the events of an answer with this head have to be put through; `None` for JSON, which has none.
    ///
    /// # Errors
    /// [`Refusal::UnreadableAnswer`] where nothing can be taken out of the answer, although something is to be.
    pub fn events_of(&mut self, head: &AnswerHead) -> Result<Option<EventFilter>, Refusal> {
        let Some(events) = self.events.take_if(|_| shows_something(head.status)) else {
            return Ok(None);
        };
        let kind = head.fields.get("content-type").unwrap_or_default();
        if is(kind, "application/json") {
            return Ok(None);
        }
        if !is(kind, "text/event-stream") {
            return Err(Refusal::UnreadableAnswer);
        }
        match undecoded(head) {
            Some(coding) => Err(Refusal::CodedAnswer(Excerpt::of(coding))),
            None => Ok(Some(events)),
        }
    }

    /// Notes the assertion that goes along with the request: none of its events may show it.
    pub fn hide_assertion(&mut self, assertion: &str) {
        let list = match &mut self.filter {
            Some(Filter::Events(events)) => Some(events),
            _ => None,
        };
        if let Some(events) = self.events.as_mut().or(list) {
            events.hide_assertion(assertion);
        }
    }

    /// Names of the header fields that the core looks at besides [`AnswerHead::SEEN`].
    pub fn also_sees(&self) -> &'static [&'static str] {
        match self.events {
            Some(_) => &["content-type"],
            None => &[],
        }
    }

    /// What `answer` has to be put through. One in a coding that the platform does not undo passes whole if it hides nothing.
    ///
    /// # Errors
    /// [`Refusal::CodedAnswer`] if something in it must be hidden.
    pub fn filter_of(&self, answer: &AnswerHead) -> Result<Option<&Filter>, Refusal> {
        let filter = self.filter_for(answer.status);
        match (filter, undecoded(answer)) {
            (Some(filter), Some(coding)) if filter.hides() => Err(Refusal::CodedAnswer(Excerpt::of(coding))),
            (_, Some(_)) => Ok(None),
            (filter, None) => Ok(filter),
        }
    }
}

/// Whether a field's value, parameters aside, is `known`, which is in lower case.
#[inline(never)]
fn is(value: &str, known: &str) -> bool {
    let end = value.find(';').unwrap_or(value.len());
    let value = value.get(..end).unwrap_or_default().trim_ascii();
    value.eq_ignore_ascii_case(known)
}

fn shows_something(status: u16) -> bool {
    (200..300).contains(&status) && status != 204
}

/// The changes to an answer.
pub enum Filter {
    /// `/info` lists only what the gate serves to this caller.
    Info(InfoFilter),
    /// `threads/list`: the threads of others are taken out, and a cursor that tells of one.
    Threads(Caller),
    /// `threads/events`: some events are taken out, and something of others.
    Events(EventFilter),
}

/// The coding of an answer, if the platform does not undo it when the body is read: it knows these two names in lower case, and
/// no list.
fn undecoded(answer: &AnswerHead) -> Option<&str> {
    let coding = answer.fields.get("content-encoding")?;
    (!matches!(coding, "" | "gzip" | "br" | "identity")).then_some(coding)
}

impl Filter {
    /// Whether it takes out something that the caller may not see.
    fn hides(&self) -> bool {
        match self {
            Self::Info(filter) => filter.hides(),
            Self::Threads(_) | Self::Events(_) => true,
        }
    }

    /// Filters the JSON of a successful answer.
    ///
    /// # Errors
    /// [`Refusal::BadGateway`] if the answer does not have the runtime's form: it could show anything.
    pub fn apply(&self, answer: Vec<u8>, policy: &Policy, keys: Option<&ThreadKeys>) -> Result<Vec<u8>, Refusal> {
        match self {
            Self::Info(filter) => filter.apply(answer, policy),
            Self::Events(filter) => filter.filter_list(answer),
            Self::Threads(caller) => {
                let mut answer = Object::parse_strictly(answer).map_err(|_| Refusal::BadGateway)?;
                let threads = keys.ok_or(Refusal::BadGateway)?.of(caller)?;
                let list = answer.get("threads").ok_or(Refusal::BadGateway)?;
                let ends_in_own = Cell::new(false);
                let is_own = |thread: Part<'_>| {
                    let id = thread.member("id").and_then(Part::string);
                    let is_own = id.is_some_and(|id| threads.owns(&id));
                    ends_in_own.set(is_own);
                    is_own
                };
                let kept = list.filter(is_own).ok_or(Refusal::BadGateway)?;
                answer.set_json("threads", kept);
                // A cursor tells of the last thread of its page: its id, its name or when it was changed.
                if !ends_in_own.get() {
                    answer.rewrite(&mut |name, value| {
                        let is_cursor = fold(name) == fold(CURSOR) && !value.is_null();
                        if is_cursor { Fate::Remove } else { Fate::Keep }
                    });
                }
                Ok(answer.into_bytes())
            }
        }
    }
}
