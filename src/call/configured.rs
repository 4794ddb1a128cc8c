//! Operations of the setting `OPERATIONS`: routes that the runtime has and the gate does not know.
//!
//! The gate cannot know what such an operation shows or changes, so each column of its row has the strictest answer that
//! fits its path and body, and only a rule that names it in full opens it.

use std::borrow::Cow;
use std::rc::Rc;

use super::envelope::RESOURCE;
use super::kind::{Kind, Operations};
use super::operations::{AnswerKind, Body, Callers, EnvelopeForm, Opened, Promise, Row, Runtimes};
use super::path_pattern::PathPattern;
use crate::wire::methods::Methods;
use crate::wire::request::Method;

/// One operation of the setting `OPERATIONS`.
pub struct ConfiguredOperation {
    /// `name`.
    pub name: String,
    /// `method`, with HEAD beside GET.
    pub methods: Methods,
    /// `path`.
    pub path: PathPattern,
    /// `query`.
    pub query: Vec<String>,
    /// `body`.
    pub body: Body,
}

/// Why an operation cannot be added to those that the gate knows. Each names the other operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// They have the same name.
    Name(String),
    /// They have the same path and a method in common.
    Request(String),
    /// Its path ends in the other's: the runtime would take it for that one.
    EndsIn(String),
    /// The other's path ends in its path: the runtime could take that one for it.
    IsEndOf(String),
}

impl Operations {
    /// Adds an operation of the settings.
    ///
    /// # Errors
    /// The runtime could take it for another operation, or another for it.
    pub fn add(&mut self, operation: ConfiguredOperation) -> Result<(), Conflict> {
        let name = operation.name.as_str();
        if name == RESOURCE {
            return Err(Conflict::Name(name.to_owned()));
        }
        for other in self.all() {
            let conflict = if other.name == name {
                Conflict::Name
            } else if other.path == operation.path {
                if !other.methods.overlaps(operation.methods) {
                    continue;
                }
                Conflict::Request
            } else if other.path.end_of(operation.path.as_str()).is_some() {
                Conflict::EndsIn
            } else if operation.path.end_of(other.path.as_str()).is_some() {
                Conflict::IsEndOf
            } else {
                continue;
            };
            return Err(conflict(other.name.to_string()));
        }
        self.push(Rc::new(operation.into_row()));
        Ok(())
    }
}

impl ConfiguredOperation {
    fn into_row(self) -> Row {
        let family = self.path.segments().next();
        let relatives = || Kind::known().filter(|kind| kind.path.segments().next() == family);
        let is_named_alike = |kind: &Kind| kind.name.split('/').next() == self.name.split('/').next();
        let is_personal = self.path.has_thread()
            || self.body == Body::AgentInput
            || relatives().any(|kind| kind.callers == Callers::Verified)
            || Kind::known().any(|kind| is_named_alike(&kind) && kind.callers == Callers::Verified);
        // An envelope that names an operation has no place for a method.
        let has_one_method = self.methods.iter().filter(|method| *method != Method::Head).count() == 1;
        let is_resource = relatives().any(|kind| kind.envelope == EnvelopeForm::Resource) || !has_one_method;
        Row {
            opened: Opened::ByName,
            callers: if is_personal { Callers::Verified } else { Callers::Any },
            answer: AnswerKind::Unfiltered,
            envelope: if is_resource {
                EnvelopeForm::Resource
            } else {
                EnvelopeForm::Method
            },
            promise: Promise::Nothing,
            runtimes: Runtimes::Newer,
            name: Cow::Owned(self.name),
            methods: self.methods,
            path: self.path,
            query: Cow::Owned(self.query.join("&")),
            body: self.body,
        }
    }
}
