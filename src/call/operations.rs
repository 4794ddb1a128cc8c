//! The table of operations: each with its path, methods and query members. It parses, writes and lists `Allow`.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::wire::request::Method;

/// What can be asked of the runtime (`@copilotkit/runtime` 1.69 to 1.75).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the runtime's own names; see Kind::name")]
pub enum Kind {
    Info,
    AgentRun,
    AgentSuggest,
    AgentConnect,
    AgentStop,
    Transcribe,
    ThreadsList,
    ThreadsMessages,
    ThreadsEvents,
    ThreadsState,
    ThreadsClear,
    ThreadsUpdate,
    ThreadsArchive,
    ThreadsSubscribe,
    MemoriesList,
    MemoriesRecall,
    MemoriesSubscribe,
    MemoriesMutate,
    Annotate,
    InspectorMetadata,
    InspectorLearning,
    DebugEvents,
}

/// One segment of a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Segment {
    /// This name, byte for byte: the runtime neither decodes it nor folds its case.
    Fixed(&'static str),
    Agent,
    Thread,
    Memory,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) segments: &'static [Segment],
    pub(super) methods: &'static [Method],
    /// `methods` as an `Allow` field, with those of other rows on the same path.
    pub(super) allow: &'static str,
    pub(super) query: &'static [&'static str],
}

use Method::{Delete, Get, Head, Patch, Post};
use Segment::{Agent, Fixed, Memory, Thread};

const fn get(kind: Kind, segments: &'static [Segment], query: &'static [&'static str]) -> Shape {
    Shape {
        kind,
        segments,
        methods: &[Get, Head],
        allow: "GET, HEAD",
        query,
    }
}

const fn post(kind: Kind, segments: &'static [Segment]) -> Shape {
    Shape {
        kind,
        segments,
        methods: &[Post],
        allow: "POST",
        query: &[],
    }
}

const fn change(kind: Kind, segments: &'static [Segment]) -> Shape {
    Shape {
        kind,
        segments,
        methods: &[Patch, Delete],
        allow: "PATCH, DELETE",
        query: &[],
    }
}

/// In the order in which the runtime tries them (`matchSegments`, `@copilotkit/runtime` 1.75).
pub(super) const SHAPES: &[Shape] = &[
    get(Kind::Info, &[Fixed("info")], &[]),
    get(Kind::InspectorMetadata, &[Fixed("inspector-metadata")], &[]),
    get(
        Kind::InspectorLearning,
        &[Fixed("inspector-learning")],
        &["agentId", "skillsPage", "insightsPage"],
    ),
    post(Kind::Transcribe, &[Fixed("transcribe")]),
    get(Kind::DebugEvents, &[Fixed("cpk-debug-events")], &[]),
    post(Kind::AgentRun, &[Fixed("agent"), Agent, Fixed("run")]),
    post(Kind::AgentSuggest, &[Fixed("agent"), Agent, Fixed("suggest")]),
    post(Kind::AgentConnect, &[Fixed("agent"), Agent, Fixed("connect")]),
    post(Kind::AgentStop, &[Fixed("agent"), Agent, Fixed("stop"), Thread]),
    post(Kind::ThreadsSubscribe, &[Fixed("threads"), Fixed("subscribe")]),
    get(
        Kind::ThreadsMessages,
        &[Fixed("threads"), Thread, Fixed("messages")],
        &[],
    ),
    get(Kind::ThreadsEvents, &[Fixed("threads"), Thread, Fixed("events")], &[]),
    get(Kind::ThreadsState, &[Fixed("threads"), Thread, Fixed("state")], &[]),
    post(Kind::ThreadsArchive, &[Fixed("threads"), Thread, Fixed("archive")]),
    post(Kind::ThreadsClear, &[Fixed("threads"), Fixed("clear")]),
    change(Kind::ThreadsUpdate, &[Fixed("threads"), Thread]),
    get(
        Kind::ThreadsList,
        &[Fixed("threads")],
        &["agentId", "limit", "cursor", "includeArchived"],
    ),
    post(Kind::MemoriesRecall, &[Fixed("memories"), Fixed("recall")]),
    post(Kind::MemoriesSubscribe, &[Fixed("memories"), Fixed("subscribe")]),
    change(Kind::MemoriesMutate, &[Fixed("memories"), Memory]),
    Shape {
        kind: Kind::MemoriesList,
        segments: &[Fixed("memories")],
        methods: &[Get, Head, Post],
        allow: "GET, HEAD, POST",
        query: &["includeInvalidated"],
    },
    post(Kind::Annotate, &[Fixed("annotate")]),
];

/// The row by which the runtime reads a path of these segments: the first that fits its *end*.
pub(super) fn read_by_runtime(segments: &[&str]) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| {
        let end = segments.len().checked_sub(shape.segments.len());
        end.and_then(|start| segments.get(start..))
            .is_some_and(|end| shape.fits(end))
    })
}

impl Shape {
    /// Whether a path of these segments may be this shape; ids are not looked at yet.
    pub(super) fn fits(&self, segments: &[&str]) -> bool {
        self.segments.len() == segments.len()
            && self
                .segments
                .iter()
                .zip(segments)
                .all(|(segment, given)| match segment {
                    Segment::Fixed(name) => name == given,
                    _ => true,
                })
    }

    /// Whether the path holds no id.
    pub(super) fn is_fixed(&self) -> bool {
        self.segments.iter().all(|segment| matches!(segment, Segment::Fixed(_)))
    }
}

impl Kind {
    /// The runtime's name of the operation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::AgentRun => "agent/run",
            Self::AgentSuggest => "agent/suggest",
            Self::AgentConnect => "agent/connect",
            Self::AgentStop => "agent/stop",
            Self::Transcribe => "transcribe",
            Self::ThreadsList => "threads/list",
            Self::ThreadsMessages => "threads/messages",
            Self::ThreadsEvents => "threads/events",
            Self::ThreadsState => "threads/state",
            Self::ThreadsClear => "threads/clear",
            Self::ThreadsUpdate => "threads/update",
            Self::ThreadsArchive => "threads/archive",
            Self::ThreadsSubscribe => "threads/subscribe",
            Self::MemoriesList => "memories/list",
            Self::MemoriesRecall => "memories/recall",
            Self::MemoriesSubscribe => "memories/subscribe",
            Self::MemoriesMutate => "memories/mutate",
            Self::Annotate => "annotate",
            Self::InspectorMetadata => "inspector/metadata",
            Self::InspectorLearning => "inspector/learning",
            Self::DebugEvents => "cpk-debug-events",
        }
    }

    /// Whether all callers without a credential would share what this shows and changes: threads and memories.
    pub fn is_personal(self) -> bool {
        let name = self.name();
        name.starts_with("threads/") || name.starts_with("memories/")
    }

    /// Whether this shows or changes everybody's: only a rule that names it in full opens it.
    pub fn is_everybodys(self) -> bool {
        matches!(self, Self::ThreadsClear | Self::DebugEvents)
    }

    /// Whether this is one of `threads/*`.
    pub fn is_threads(self) -> bool {
        self.name().starts_with("threads/")
    }

    /// The operation with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        SHAPES.iter().map(|shape| shape.kind).find(|kind| kind.name() == name)
    }

    /// Every operation.
    pub fn all() -> impl Iterator<Item = Self> {
        SHAPES.iter().map(|shape| shape.kind)
    }

    /// Whether its path names an agent.
    pub fn names_agent(self) -> bool {
        self.segments().iter().any(|segment| matches!(segment, Segment::Agent))
    }

    /// Whether its path or query may name an agent.
    pub fn may_name_agent(self) -> bool {
        self.names_agent()
            || SHAPES
                .iter()
                .any(|shape| shape.kind == self && shape.query.contains(&"agentId"))
    }

    /// Whether its body is a `RunAgentInput`, which the gate reads: threads and what backends trust stand in it.
    pub fn has_agent_input(self) -> bool {
        matches!(self, Self::AgentRun | Self::AgentSuggest | Self::AgentConnect)
    }

    /// Whether a single-route runtime takes it through `resource/request`.
    pub fn is_resource(self) -> bool {
        self.is_personal() || self == Self::Annotate
    }

    /// A request for it in the REST dialect: method, and path below the base path with these ids. An id that the path has
    /// no place for is left out.
    pub fn request(self, agent: &str, thread: &str) -> (Method, String) {
        let segments = self.segments().iter().map(|segment| match segment {
            Segment::Fixed(name) => (*name).to_owned(),
            Segment::Agent => utf8_percent_encode(agent, NON_ALPHANUMERIC).to_string(),
            Segment::Thread | Segment::Memory => utf8_percent_encode(thread, NON_ALPHANUMERIC).to_string(),
        });
        (self.method(), format!("/{}", segments.collect::<Vec<_>>().join("/")))
    }

    /// The method of an operation that has one only.
    pub(super) fn method(self) -> Method {
        let methods = SHAPES
            .iter()
            .find(|shape| shape.kind == self)
            .map(|shape| shape.methods);
        methods
            .and_then(|methods| methods.first().copied())
            .unwrap_or(Method::Other)
    }

    pub(super) fn query(self) -> &'static [&'static str] {
        SHAPES
            .iter()
            .find(|shape| shape.kind == self)
            .map_or(&[], |shape| shape.query)
    }

    pub(super) fn segments(self) -> &'static [Segment] {
        SHAPES
            .iter()
            .find(|shape| shape.kind == self)
            .map_or(&[], |shape| shape.segments)
    }
}
