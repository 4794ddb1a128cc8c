//! Answers: the two that are filtered. Everything else passes as a stream.

use super::threads::ThreadKey;
use crate::auth::caller::Caller;
use crate::call::body::object::{Object, filter_list};
use crate::policy::Policy;
use crate::wire::refusal::Refusal;

/// What is taken out of an answer.
pub enum Filter {
    /// `/info`: the agents that the caller may not run, also where they are listed again for A2UI.
    Agents(Caller),
    /// `threads/list`: the threads of others.
    Threads(Caller),
}

impl Filter {
    /// Filters the JSON of a successful answer.
    ///
    /// # Errors
    /// [`Refusal::BadGateway`] where the answer does not have the form that the runtime gives it: it could show anything.
    pub fn apply(&self, answer: Vec<u8>, policy: &Policy, key: Option<&ThreadKey>) -> Result<Vec<u8>, Refusal> {
        let mut answer = Object::parse_strictly(answer).map_err(|_| Refusal::BadGateway)?;
        match self {
            Self::Agents(caller) => {
                let shows = |name: &str| policy.shows(caller, name);
                answer.edit("agents", |agents| agents.remove_if(|name| !shows(name)));
                let listed = |item: &[u8]| serde_json::from_slice::<String>(item).is_ok_and(|name| shows(&name));
                answer.edit("a2ui", |a2ui| {
                    if let Some(kept) = a2ui.get("agents").map(|agents| filter_list(agents, listed)) {
                        a2ui.set_raw("agents", kept.unwrap_or_else(|| b"[]".to_vec()));
                    }
                });
                let is_object = answer.get("agents").is_none_or(|agents| agents.first() == Some(&b'{'));
                if !is_object {
                    return Err(Refusal::BadGateway);
                }
            }
            Self::Threads(caller) => {
                let threads = key.ok_or(Refusal::BadGateway)?.of(caller)?;
                let list = answer.get("threads").ok_or(Refusal::BadGateway)?;
                let kept = filter_list(list, |thread| {
                    let id = Object::parse(thread.to_vec())
                        .and_then(|t| serde_json::from_slice::<String>(t.get("id")?).ok());
                    id.is_some_and(|id| threads.owns(&id))
                });
                answer.set_raw("threads", kept.ok_or(Refusal::BadGateway)?);
            }
        }
        Ok(answer.into_bytes())
    }
}
