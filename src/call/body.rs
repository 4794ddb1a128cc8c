//! `Input`: the body of an agent run, and what is taken out of it because backends would trust it.
//!
//! A body is read strictly, rewritten in the few members that the gate is responsible for, and otherwise passed on as the
//! slices it came in: numbers, escapes and the order of members survive, and messages are not rebuilt.

pub mod attachments;
pub mod dropped;
pub mod edit;
mod identity_members;
pub mod list;
pub mod messages;
mod name;
pub mod object;
mod pieces;
mod places;
pub mod properties;
pub mod scrub;
mod steering;
mod stream_modes;
pub mod tools;

use std::borrow::Cow;

use serde_json::Value;

use crate::base::fold::fold;
use crate::wire::fault::BodyFault;
use crate::wire::refusal::Refusal;
use dropped::Dropped;
use list::Item;
use object::{MemberValue, Object};
use scrub::{ScrubContext, ScrubSettings};
use tools::ToolList;

/// Longest thread id, in bytes.
const MAX_THREAD_BYTES: usize = 256;

/// A body with a `threadId`: a `RunAgentInput` (AG-UI), or an annotation.
pub struct Input {
    object: Object,
    thread: Option<String>,
    dropped: Dropped,
}

impl Input {
    /// Reads a JSON object with unique member names at every level. `threadId`, where it is present, is a string.
    pub fn parse(body: Vec<u8>) -> Result<Self, Refusal> {
        Self::of(Object::parse_watching(body, messages::WATCH)?)
    }

    /// The input that is `object`, which has been read strictly.
    pub(super) fn of(object: Object) -> Result<Self, Refusal> {
        let thread = match object.get("threadId") {
            None => None,
            Some(value) => Some(read_thread(value).ok_or(Refusal::MalformedBody(BodyFault::ThreadId))?),
        };
        Ok(Self {
            object,
            thread,
            dropped: Dropped::default(),
        })
    }

    /// The thread it is about.
    pub fn thread(&self) -> Option<&str> {
        self.thread.as_deref()
    }

    /// `forwardedProps.authorization`, where it is a string.
    pub fn token_property(&self) -> Option<String> {
        let token = self.object.get("forwardedProps")?.member("authorization")?;
        token.string().map(Cow::into_owned)
    }

    /// Puts another thread in place of the one that was named.
    pub fn set_thread(&mut self, thread: String) {
        self.object.set("threadId", &Value::from(thread.as_str()));
        self.thread = Some(thread);
    }

    /// Removes the members that a client may not send; see [`scrub`].
    ///
    /// # Errors
    /// [`BodyFault::MemberType`] where a member has a type that a backend could read as another.
    pub fn scrub(&mut self, settings: &ScrubSettings, context: &ScrubContext<'_>) -> Result<(), Refusal> {
        scrub::scrub(&mut self.object, settings, context, &mut self.dropped)
    }

    /// Puts `value` at the end of `path`, making objects on the way, or removes what is there or in the way.
    pub fn put(&mut self, path: &[String], value: Option<&Value>) {
        let first = path.first().and_then(|first| self.object.get(first));
        // There is nothing in it, and AG-UI wants a state.
        if value.is_some() || !first.is_some_and(MemberValue::is_null) {
            self.object.put(path, value);
        }
    }

    /// Removes what is called `name` from every place in which backends look for the caller, but for the place `own`.
    pub fn remove_twins(&mut self, name: &str, own: &str) -> Result<(), Refusal> {
        let (object, dropped) = (&mut self.object, &mut self.dropped);
        let name = fold(name);
        places::each(object, &mut |place, object| {
            if place == own {
                return;
            }
            object.remove_if(&mut |known| {
                let is_twin = fold(known) == name;
                if is_twin {
                    dropped.add(place, known);
                }
                is_twin
            });
        });
        places::each_description(object, &mut |place, folded, _| {
            if folded == name {
                dropped.add(place, folded);
                Item::Remove
            } else {
                Item::Keep
            }
        })?;
        Ok(())
    }

    /// Takes out the declared tools that are not on `list`, and refuses a proxied MCP call that is not.
    pub fn restrict_tools(&mut self, list: &ToolList) -> Result<(), Refusal> {
        tools::restrict(&mut self.object, list, &mut self.dropped)
    }

    /// The names of what was taken out so far.
    pub fn dropped(&self) -> &Dropped {
        &self.dropped
    }

    /// The body as it is forwarded.
    pub fn into_bytes(self) -> Vec<u8> {
        self.object.into_bytes()
    }
}

fn read_thread(value: MemberValue<'_>) -> Option<String> {
    let thread = value.string()?;
    (thread.len() <= MAX_THREAD_BYTES).then(|| thread.into_owned())
}
