//! A list of events in JSON: the answer to `threads/events`.

use super::event::{EventFilter, Verdict};
use crate::call::body::list::{self, Item};
use crate::call::body::object::{MemberValue, Object};
use crate::wire::refusal::Refusal;

impl EventFilter {
    /// Filters the JSON that answers `threads/events`: an object with a list `events`.
    ///
    /// # Errors
    /// [`Refusal::BadGateway`] where the answer has another form: it could show anything.
    pub fn filter_list(&self, answer: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let mut answer = Object::parse_strictly(answer).map_err(|_| Refusal::BadGateway)?;
        let events = answer.get("events").filter(|events| events.is_list());
        let events = events.and_then(MemberValue::unedited).ok_or(Refusal::BadGateway)?;
        let filtered = list::rewrite(events, &mut |event| match self.judge(event.as_bytes().to_vec()) {
            Verdict::Passes if !self.is_leak(event.as_bytes()) => Item::Keep,
            Verdict::Changed(event) if !self.is_leak(&event) => Item::Replace(event),
            _ => Item::Remove,
        })
        .map_err(|_| Refusal::BadGateway)?;
        if let Some(filtered) = filtered {
            answer.set_json("events", filtered);
        }
        Ok(answer.into_bytes())
    }
}
