//! The treatment of an upstream's answer: two are filtered, everything else passes as a stream.

use std::cell::Cell;

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
use crate::wire::refusal::Refusal;

/// The member of a list by which a client asks for what follows.
const CURSOR: &str = "nextCursor";

/// The facts about an answer that are known before it arrives.
pub struct AnswerPlan {
    /// The kind of answer.
    pub kind: AnswerKind,
    /// The filter for a successful answer.
    pub filter: Option<Filter>,
    /// The web origin of the page that asks.
    pub page: Option<String>,
    /// The names of what was taken out of the request's body.
    pub dropped: Dropped,
}

impl AnswerPlan {
    /// The filter for an answer of this status. An answer without success or without a body reveals nothing.
    pub fn filter_for(&self, status: u16) -> Option<&Filter> {
        let shows = (200..300).contains(&status) && status != 204;
        self.filter.as_ref().filter(|_| shows)
    }
}

/// The changes to an answer.
pub enum Filter {
    /// `/info` lists only what the gate serves to this caller.
    Info(InfoFilter),
    /// `threads/list`: the threads of others are taken out, and a cursor that tells of one.
    Threads(Caller),
}

impl Filter {
    /// Filters the JSON of a successful answer.
    ///
    /// # Errors
    /// [`Refusal::BadGateway`] if the answer does not have the runtime's form: it could show anything.
    pub fn apply(&self, answer: Vec<u8>, policy: &Policy, keys: Option<&ThreadKeys>) -> Result<Vec<u8>, Refusal> {
        match self {
            Self::Info(filter) => filter.apply(answer, policy),
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
                Ok(answer.to_bytes())
            }
        }
    }
}
