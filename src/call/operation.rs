//! `Operation`: one request to the CopilotKit V2 runtime, read from method and path.
//!
//! The runtime matches paths from their *end* and ignores their beginning, so a gate that decides by prefix can be
//! bypassed. Here a path has exactly the pattern of one row of [`super::operations`] or is no operation; and what goes
//! upstream is written anew from the parsed operation, so that policy and runtime cannot see two different requests.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::id::Id;
use super::kind::{AGENT_MEMBER, Kind, Operations};
use super::path_pattern::{PathPattern, Segment};
use crate::base::percent::{decode, decode_form};
use crate::wire::fault::RequestFault;
use crate::wire::methods::Methods;
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

/// Query members that the operation has, decoded: names and values.
pub type Query = Vec<(String, String)>;

/// The ids in a path.
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
    /// [`Refusal::UnknownOperation`] for any other path, [`Refusal::NotFound`] for a known path with ids that none can be,
    /// [`Refusal::MethodNotAllowed`] for a known path with another method,
    /// [`Refusal::MalformedRequest`] for a query member that the operation has but that occurs twice.
    pub fn parse(operations: &Operations, method: Method, path: &str, query: Option<&str>) -> Result<Self, Refusal> {
        let mut allow = Methods::default();
        let mut found = None;
        let mut otherwise = None;
        for kind in operations.all().filter(|kind| kind.path.fits(path)) {
            otherwise = Some(Refusal::NotFound);
            let ids = Ids::read(&kind.path, path).filter(|ids| operations.dispatches(&ids.path(&kind.path), &kind));
            let Some(ids) = ids else { continue };
            allow = allow.union(kind.methods);
            if kind.methods.contains(method) {
                found = Some((kind, ids));
            }
        }
        match found {
            Some((kind, ids)) => {
                let query = read_query(&kind, query)?;
                Self::new(kind, method, ids, query)
            }
            None if allow.is_empty() => Err(otherwise.unwrap_or_else(|| Refusal::unknown_operation(method, path))),
            None => Err(Refusal::MethodNotAllowed { allow }),
        }
    }

    /// An operation that an envelope names.
    pub(super) fn enveloped(operations: &Operations, kind: Kind, ids: Ids, query: Query) -> Result<Self, Refusal> {
        if !operations.dispatches(&ids.path(&kind.path), &kind) {
            return Err(Refusal::NotFound);
        }
        let method = kind.method();
        Self::new(kind, method, ids, query)
    }

    /// An operation of these parts; without an agent in its path, the one that its query names.
    fn new(kind: Kind, method: Method, mut ids: Ids, query: Query) -> Result<Self, Refusal> {
        if ids.agent.is_none()
            && let Some((_, agent)) = query.iter().find(|(name, _)| name == AGENT_MEMBER)
        {
            Id::new(agent).ok_or(Refusal::MalformedRequest(RequestFault::Query))?;
            ids.agent = Some(Id::new_agent(agent).ok_or(Refusal::NotFound)?);
        }
        Ok(Self {
            kind,
            method,
            ids,
            query,
        })
    }

    /// Which operation this is.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The method it was asked with.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The name of the operation, e.g. `agent/run`: what rules and the log call it.
    pub fn name(&self) -> &str {
        &self.kind.name
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
        for segment in self.kind.path.segments() {
            target.push('/');
            target.extend(utf8_percent_encode(self.ids.in_place_of(segment), RESERVED));
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
    /// Reads the ids of a path that has this pattern; `None` when one of them is not an id.
    fn read(pattern: &PathPattern, path: &str) -> Option<Self> {
        let mut ids = Self::default();
        for (segment, given) in pattern.segments().zip(path.split('/').skip(1)) {
            match segment {
                Segment::Fixed(_) => {}
                Segment::Agent => ids.agent = Some(Id::new_agent(&decode(given)?)?),
                Segment::Thread => ids.thread = Some(Id::new(&decode(given)?)?),
                Segment::Memory => ids.memory = Some(Id::new(&decode(given)?)?),
            }
        }
        Some(ids)
    }

    /// The path of this pattern with these ids, decoded: no id contains a slash.
    fn path(&self, pattern: &PathPattern) -> String {
        let mut path = String::new();
        for segment in pattern.segments() {
            path.push('/');
            path.push_str(self.in_place_of(segment));
        }
        path
    }

    /// The segment of a path where its pattern has `segment`.
    fn in_place_of<'s>(&'s self, segment: Segment<'s>) -> &'s str {
        let id = match segment {
            Segment::Fixed(name) => return name,
            Segment::Agent => &self.agent,
            Segment::Thread => &self.thread,
            Segment::Memory => &self.memory,
        };
        id.as_ref().map_or("", Id::as_str)
    }
}

/// The query members that the operation has, decoded once; others are dropped, a repeated one is an error.
fn read_query(kind: &Kind, query: Option<&str>) -> Result<Query, Refusal> {
    let malformed = || Refusal::MalformedRequest(RequestFault::Query);
    let mut members = Query::new();
    for pair in query.unwrap_or_default().split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode_form(name).ok_or_else(malformed)?;
        if !kind.query_members().any(|known| known == name) {
            continue;
        }
        if members.iter().any(|(seen, _)| *seen == name) {
            return Err(malformed());
        }
        members.push((name, decode_form(value).ok_or_else(malformed)?));
    }
    Ok(members)
}
