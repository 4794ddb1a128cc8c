//! `Operation`: the closed list of what the CopilotKit V2 runtime can be asked, read from method and path.
//!
//! The runtime matches paths from their *end* and ignores what stands in front, so a gate that judges by prefix is walked
//! around. Here a path is one of the exact shapes below or nothing; and what goes on to the origin is written anew from
//! the parsed operation, so that policy and runtime cannot see two different requests.

pub mod envelope;
mod id;
mod shapes;

use crate::base::percent::decode_form;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::threads::Threads;
use crate::wire::refusal::{Refusal, RequestFault};
use crate::wire::request::Method;
pub use id::Id;
pub use shapes::Kind;
use shapes::{SHAPES, Segment, Shape};

/// One request to the runtime: what is asked, with which ids. Made only by [`Operation::parse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    kind: Kind,
    method: Method,
    ids: Ids,
    query: Vec<(&'static str, String)>,
}

/// The ids that a path holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Ids {
    agent: Option<Id>,
    thread: Option<Id>,
    memory: Option<Id>,
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
        let mut operation = Self {
            kind: shape.kind,
            method,
            ids,
            query: read_query(shape, query)?,
        };
        operation.take_agent_from_query()?;
        Ok(operation)
    }

    fn take_agent_from_query(&mut self) -> Result<(), Refusal> {
        if self.ids.agent.is_none()
            && let Some((_, agent)) = self.query.iter().find(|(name, _)| *name == "agentId")
        {
            self.ids.agent = Some(Id::from_text(agent).ok_or(Refusal::MalformedRequest(RequestFault::Query))?);
        }
        Ok(())
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

    /// Puts the caller's own thread in place of the one that the path names.
    pub fn seal_thread(&mut self, threads: &Threads<'_>) -> Result<(), Refusal> {
        if let Some(choice) = self.thread() {
            let sealed = threads.seal(choice)?;
            self.ids.thread = Id::from_text(&sealed);
        }
        Ok(())
    }

    /// The canonical path and query below the origin's base path, e.g. `/agent/default/run`.
    pub fn target(&self) -> String {
        let mut target = String::new();
        for segment in self.kind.segments() {
            target.push('/');
            let id = match segment {
                Segment::Fixed(text) => {
                    target.push_str(text);
                    continue;
                }
                Segment::Agent => &self.ids.agent,
                Segment::Thread => &self.ids.thread,
                Segment::Memory => &self.ids.memory,
            };
            target.extend(utf8_percent_encode(id.as_ref().map_or("", Id::as_str), RESERVED));
        }
        for (position, (name, value)) in self.query.iter().enumerate() {
            target.push(if position == 0 { '?' } else { '&' });
            target.push_str(name);
            target.push('=');
            target.extend(utf8_percent_encode(value, RESERVED));
        }
        target
    }
}

impl Ids {
    /// Reads the ids of a path that fits `shape`; `None` when one of them is none.
    fn read(shape: &Shape, segments: &[&str]) -> Option<Self> {
        let mut ids = Self::default();
        let last = segments.len().saturating_sub(1);
        for (position, (segment, text)) in shape.segments.iter().zip(segments).enumerate() {
            let slot = match segment {
                Segment::Fixed(_) => continue,
                Segment::Agent => &mut ids.agent,
                Segment::Thread => &mut ids.thread,
                Segment::Memory => &mut ids.memory,
            };
            *slot = Some(Id::from_segment(text, position == last)?);
        }
        Some(ids)
    }
}

/// The query members that the operation has, decoded once; others are dropped, a repeated one is an error.
fn read_query(shape: &Shape, query: Option<&str>) -> Result<Vec<(&'static str, String)>, Refusal> {
    let mut members: Vec<(&'static str, String)> = Vec::new();
    for pair in query.unwrap_or_default().split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode_form(name).ok_or(Refusal::MalformedRequest(RequestFault::Query))?;
        let Some(known) = shape.query.iter().find(|known| **known == name) else {
            continue;
        };
        if members.iter().any(|(seen, _)| seen == known) {
            return Err(Refusal::MalformedRequest(RequestFault::Query));
        }
        members.push((
            known,
            decode_form(value).ok_or(Refusal::MalformedRequest(RequestFault::Query))?,
        ));
    }
    Ok(members)
}
