//! LangGraph's `streamMode`, which selects the kinds of events that a run sends to its page.

use super::dropped::Dropped;
use super::edit::Fate;
use super::list::{self, Item};
use super::object::MemberValue;
use crate::base::fold::fold;
use crate::base::json::Part;

/// Modes that nothing lets on. With `events` beside them, a run tells the page its whole `configurable`, in which its server
/// keeps the request's header fields: the gate's assertion, the identity headers, and what the server's own handler put
/// there.
const REVEALING: [&str; 3] = ["checkpoints", "debug", "tasks"];

/// Whether a member selects a run's kinds of events. `folded` is its name.
pub(super) fn is_stream_mode(folded: &str) -> bool {
    folded == "streammode"
}

/// The fate of the member `name` at `place`: a text, or a list of texts.
pub(super) fn filter(place: &str, name: &str, value: MemberValue<'_>, dropped: &mut Dropped) -> Fate {
    let mut passes = |mode: Part<'_>| {
        let mode = mode.string();
        let revealing = mode.as_deref().map(fold).filter(|mode| REVEALING.contains(&&**mode));
        match &revealing {
            Some(revealing) => dropped.add(&format!("{place}.{name}"), revealing),
            None if mode.is_none() => dropped.add(place, name),
            None => {}
        }
        mode.is_some() && revealing.is_none()
    };
    match value.unedited() {
        Some(list) if value.is_list() => {
            let mut decide = |mode: Part<'_>| if passes(mode) { Item::Keep } else { Item::Remove };
            list::rewrite(list, &mut decide).map_or(Fate::Remove, |kept| kept.map_or(Fate::Keep, Fate::Replace))
        }
        Some(text) if value.is_null() || passes(text) => Fate::Keep,
        Some(_) => Fate::Remove,
        None => {
            dropped.add(place, name);
            Fate::Remove
        }
    }
}
