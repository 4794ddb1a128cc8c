//! `Operation`: the closed list of what the CopilotKit V2 runtime can be asked, read from method and path.
//!
//! The runtime matches paths from their *end* and ignores what stands in front, so a gate that decides by prefix can be
//! bypassed. Here a path is one of the exact shapes of [`super::shapes`] or nothing; and what goes upstream is written anew
//! from the parsed operation, so that policy and runtime cannot see two different requests.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::id::Id;
use super::operations::{Kind, SHAPES, Segment, Shape, read_by_runtime};
use crate::base::percent::{decode, decode_form};
use crate::wire::fault::RequestFault;
use crate::wire::refusal::Refusal;
use crate::wire::request::Method;

/// One request to the runtime: what is asked, with which ids. Made only by [`Operation::parse`] and by the envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    kind: Kind,
    method: Method,
    ids: Ids,
    query: Query,
}

/// Query members that the operation has, decoded.
pub type Query = Vec<(&'static str, String)>;

/// The ids that a path holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ids {
    pub(super) agent: Option<Id>,
    pub(super) thread: Option<Id>,
    pub(super) memory: Option<Id>,
}

/// Everything but the unreserved characters of RFC 3986 section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Operation {
    /// Reads the operation from a request's method, the path *below* the base path (starting with `/`) and the query.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for any other shape, [`Refusal::MethodNotAllowed`] for a known shape with another method,
    /// [`Refusal::MalformedRequest`] for a query member that the operation has but that occurs twice.
    pub fn parse(method: Method, path: &str, query: Option<&str>) -> Result<Self, Refusal> {
        let segments: Vec<&str> = path.strip_prefix('/').ok_or(Refusal::NotFound)?.split('/').collect();
        // A fixed path wins over one with ids: `threads/clear` is never the thread named `clear`.
        let fixed = SHAPES.iter().any(|shape| shape.is_fixed() && shape.fits(&segments));
        let fitting = SHAPES
            .iter()
            .filter(|shape| shape.is_fixed() == fixed && shape.fits(&segments));
        let mut readings = fitting
            .filter_map(|shape| Some((shape, Ids::read(shape, &segments)?)))
            .peekable();
        let allow = readings.peek().ok_or(Refusal::NotFound)?.0.allow;
        let (shape, ids) = readings
            .find(|(shape, _)| shape.methods.contains(&method))
            .ok_or(Refusal::MethodNotAllowed { allow })?;
        Self::new(shape.kind, method, ids, read_query(shape, query)?)
    }

    /// An operation of these parts; without an agent in its path, the one that its query names.
    pub(super) fn new(kind: Kind, method: Method, mut ids: Ids, query: Query) -> Result<Self, Refusal> {
        if ids.agent.is_none()
            && let Some((_, agent)) = query.iter().find(|(name, _)| *name == "agentId")
        {
            Id::new(agent).ok_or(Refusal::MalformedRequest(RequestFault::Query))?;
            ids.agent = Some(Id::new_agent(agent).ok_or(Refusal::NotFound)?);
        }
        let operation = Self {
            kind,
            method,
            ids,
            query,
        };
        // `/agent/agent/stop/run` would run the agent `stop`.
        match read_by_runtime(&operation.path()) {
            Some(shape) if shape.kind == kind => Ok(operation),
            _ => Err(Refusal::NotFound),
        }
    }

    /// Which operation this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The method it was asked with.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The runtime's own name for it, e.g. `agent/run`: what rules and the log call it.
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// The agent that the path or the query names.
    pub fn agent(&self) -> Option<&str> {
        self.ids.agent.as_ref().map(Id::as_str)
    }

    /// The thread that the path names.
    pub fn thread(&self) -> Option<&str> {
        self.ids.thread.as_ref().map(Id::as_str)
    }

    /// The query members.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Puts another thread in place of the one that the path names.
    pub fn set_thread(&mut self, thread: &str) {
        self.ids.thread = Id::new(thread);
    }

    /// The canonical path and query below the upstream's base path, e.g. `/agent/default/run`.
    pub fn target(&self) -> String {
        let mut target = String::new();
        for segment in self.path() {
            target.push('/');
            target.extend(utf8_percent_encode(segment, RESERVED));
        }
        for (position, (name, value)) in self.query.iter().enumerate() {
            target.push(if position == 0 { '?' } else { '&' });
            target.push_str(name);
            target.push('=');
            target.extend(utf8_percent_encode(value, RESERVED));
        }
        target
    }

    /// The segments of the canonical path, decoded.
    fn path(&self) -> Vec<&str> {
        let segments = self.kind.segments().iter().map(|segment| {
            let id = match segment {
                Segment::Fixed(name) => return *name,
                Segment::Agent => &self.ids.agent,
                Segment::Thread => &self.ids.thread,
                Segment::Memory => &self.ids.memory,
            };
            id.as_ref().map_or("", Id::as_str)
        });
        segments.collect()
    }
}

impl Ids {
    /// Reads the ids of a path that fits `shape`; `None` when one of them is not an id.
    fn read(shape: &Shape, segments: &[&str]) -> Option<Self> {
        let mut ids = Self::default();
        let last = segments.len().saturating_sub(1);
        for (position, (segment, given)) in shape.segments.iter().zip(segments).enumerate() {
            let slot = match segment {
                Segment::Fixed(_) => continue,
                Segment::Agent => {
                    ids.agent = Some(Id::new_agent(&decode(given)?)?);
                    continue;
                }
                Segment::Thread => &mut ids.thread,
                Segment::Memory => &mut ids.memory,
            };
            let new = if position == last { Id::new_last } else { Id::new };
            *slot = Some(new(&decode(given)?)?);
        }
        Some(ids)
    }
}

/// The query members that the operation has, decoded once; others are dropped, a repeated one is an error.
fn read_query(shape: &Shape, query: Option<&str>) -> Result<Query, Refusal> {
    let malformed = || Refusal::MalformedRequest(RequestFault::Query);
    let mut members = Query::new();
    for pair in query.unwrap_or_default().split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode_form(name).ok_or_else(malformed)?;
        let Some(known) = shape.query.iter().find(|known| **known == name) else {
            continue;
        };
        if members.iter().any(|(seen, _)| seen == known) {
            return Err(malformed());
        }
        members.push((known, decode_form(value).ok_or_else(malformed)?));
    }
    Ok(members)
}
