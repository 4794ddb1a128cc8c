//! `Kind`: which operation it is, and `Operations`: all that a gate knows.

use std::fmt;
use std::ops::Deref;
use std::ptr;
use std::rc::Rc;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, Serializer};

use super::operations::{Opened, ROWS, Row};
use super::path_pattern::Segment;
use crate::wire::methods::Methods;
use crate::wire::request::Method;

/// Which operation it is: one row, of the table or of the settings.
#[derive(Clone)]
pub enum Kind {
    /// An operation of the table.
    Known(&'static Row),
    /// An operation of the setting `OPERATIONS`.
    Configured(Rc<Row>),
}

/// The operations that a gate knows: those of the table, then those of the setting `OPERATIONS`.
#[derive(Clone, Default)]
pub struct Operations {
    configured: Vec<Rc<Row>>,
}

impl Operations {
    /// Every operation, in the order in which the runtime tries them.
    pub fn all(&self) -> impl Iterator<Item = Kind> {
        Kind::known().chain(self.configured())
    }

    /// Those of the setting `OPERATIONS`, in its order.
    pub fn configured(&self) -> impl Iterator<Item = Kind> {
        self.configured.iter().map(|row| Kind::Configured(Rc::clone(row)))
    }

    /// The operation with this name.
    pub fn named(&self, name: &str) -> Option<Kind> {
        self.all().find(|kind| kind.name == name)
    }

    pub(super) fn push(&mut self, row: Rc<Row>) {
        self.configured.push(row);
    }

    /// Every method that some operation has.
    pub fn methods(&self) -> Methods {
        self.all().fold(Methods::default(), |all, kind| all.union(kind.methods))
    }

    /// Whether the runtime takes `path`, whose ids are decoded, for an operation of this kind. It looks at the *end* of a
    /// path, and takes the first row that has it: `/agent/agent/stop/run` would run the agent `stop`. An end without ids
    /// always counts, and so does every one of the settings: their order in the runtime is not known.
    pub(super) fn dispatches(&self, path: &str, kind: &Kind) -> bool {
        let has_end = |row: &&Row| row.path.end_of(path).is_some();
        let is_same = |row: &Row| row.path == kind.path;
        let mut known = ROWS.iter().filter(has_end).peekable();
        let is_first = match (kind, known.peek()) {
            (Kind::Known(_), first) => first.is_some_and(|first| is_same(first)),
            (Kind::Configured(_), first) => first.is_none_or(|first| is_same(first)),
        };
        let mut configured = self.configured.iter().map(|row| &**row).filter(has_end);
        is_first && known.all(|row| row.path.has_ids() || is_same(row)) && configured.all(is_same)
    }
}

impl Kind {
    /// The operations of the table.
    pub fn known() -> impl Iterator<Item = Self> {
        ROWS.iter().map(Self::Known)
    }

    /// Whether it is an operation of the setting `OPERATIONS`.
    pub fn is_configured(&self) -> bool {
        matches!(self, Self::Configured(_))
    }

    /// Whether its path names an agent.
    pub fn names_agent(&self) -> bool {
        self.path.has_agent()
    }

    /// Whether its path or query may name an agent.
    pub fn may_name_agent(&self) -> bool {
        self.names_agent() || self.query_members().any(|name| name == AGENT_MEMBER)
    }

    /// The members of its query that go upstream.
    pub fn query_members(&self) -> impl Iterator<Item = &str> {
        self.query.split('&').filter(|name| !name.is_empty())
    }

    /// Whether no caller may ask for it unless a rule opens it.
    pub fn is_denied_by_default(&self, threads_are_isolated: bool) -> bool {
        match self.opened {
            Opened::Always => false,
            Opened::WithOwners => !threads_are_isolated,
            Opened::ByName => true,
        }
    }

    /// A request for it in the REST dialect: method, and path below the base path with these ids. An id that the path has
    /// no place for is left out.
    pub fn request(&self, agent: &str, thread: &str) -> (Method, String) {
        let mut path = String::new();
        for segment in self.path.segments() {
            path.push('/');
            match segment {
                Segment::Fixed(name) => path.push_str(name),
                Segment::Agent => path.extend(utf8_percent_encode(agent, NON_ALPHANUMERIC)),
                Segment::Thread | Segment::Memory => path.extend(utf8_percent_encode(thread, NON_ALPHANUMERIC)),
            }
        }
        (self.method(), path)
    }

    /// The first of its methods, which most have alone but for HEAD.
    pub fn method(&self) -> Method {
        self.methods.iter().next().unwrap_or(Method::Other)
    }
}

/// The member of a query or of an envelope's parameters that names an agent.
pub const AGENT_MEMBER: &str = "agentId";
/// The member of an envelope's parameters that names a thread.
pub const THREAD_MEMBER: &str = "threadId";

impl Deref for Kind {
    type Target = Row;

    fn deref(&self) -> &Row {
        match self {
            Self::Known(row) => row,
            Self::Configured(row) => row,
        }
    }
}

/// Two kinds are the same if they are the same row.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        let (row, others): (&Row, &Row) = (self, other);
        ptr::eq(row, others)
    }
}

impl Eq for Kind {}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// As its name.
impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}
