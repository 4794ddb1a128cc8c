//! The settings `HIDE_EVENTS` and `ERROR_MESSAGES`.

use crate::base::glob::Glob;
use crate::call::body::messages::MessageRoles;

/// The type of an event that passes on one of the framework's own.
const RAW: &str = "RAW";

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
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.types.iter().position(|hidden| hidden == name)
    }

    /// Whether the framework's own events are hidden, in whatever event they are.
    pub(super) fn hide_raw(&self) -> bool {
        self.position(RAW).is_some()
    }
}
