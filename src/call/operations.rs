//! The table of operations: one row for each that the runtime has. All that the gate knows of an operation is in its row.

use std::borrow::Cow;

use super::path_pattern::PathPattern;
use crate::wire::methods::Methods;
use crate::wire::request::Method::{Delete, Get, Head, Patch, Post};

/// One row of the table.
pub struct Row {
    /// The runtime's name of the operation: what rules and the log call it.
    pub name: Cow<'static, str>,
    /// The methods it has. GET includes HEAD.
    pub methods: Methods,
    /// The path below the base path.
    pub path: PathPattern,
    /// The members of the query that go upstream, separated by `&`. `agentId` names an agent.
    pub query: Cow<'static, str>,
    /// Its kind of body.
    pub body: Body,
    /// The condition to open it.
    pub opened: Opened,
    /// The callers that rules may let in.
    pub callers: Callers,
    /// The owners of the data in its answer.
    pub answer: AnswerKind,
    /// How an envelope names it.
    pub envelope: EnvelopeForm,
    /// Which promise of `/info` depends on it.
    pub promise: Promise,
    /// The runtimes that have it.
    pub runtimes: Runtimes,
}

/// A kind of body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// There is none; if one is sent, it ends here.
    Nothing,
    /// A `RunAgentInput` (AG-UI): it names a thread, and backends trust some of its members.
    AgentInput,
    /// JSON that names a thread.
    Annotation,
    /// Speech, as JSON or as a form. It passes unread but for a form that must go into an envelope, which must have it.
    Speech,
    /// JSON or nothing. It passes unread.
    Json,
    /// Anything. It passes unread.
    Opaque,
}

/// The condition to open an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Nothing: verified callers may use it unless a rule decides otherwise.
    Always,
    /// Thread ids that are sealed to their owners. Without them it shows or changes everyone's, and a rule must list it.
    WithOwners,
    /// A rule that names it in full: it shows or changes everybody's at once, or the gate cannot know what it does.
    ByName,
}

/// The callers that rules may let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Also those without a credential.
    Any,
    /// Verified callers only. All others share one identity, and each of them would see and change what another wrote.
    Verified,
}

/// The owners of the data in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// It passes as a stream.
    Unfiltered,
    /// The agents and thread endpoints that the gate serves to the caller.
    Info,
    /// The caller's own threads.
    ThreadList,
    /// Events of an agent, as a stream.
    Events,
    /// Events of an agent, as a list in JSON.
    EventList,
}

/// How an envelope names an operation. The ids of the path and the members of the query are its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeForm {
    /// Its `method` is the operation's name.
    Method,
    /// Its `method` is `resource/request`, which contains a path.
    Resource,
    /// Not at all.
    Absent,
}

/// The promises of `/info` about an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Nothing.
    Nothing,
    /// The agents: those that the caller may use it with.
    Agents,
    /// This member of `threadEndpoints`.
    Endpoint(&'static str),
    /// The microphone.
    Voice,
}

/// The runtimes that have an operation, of `@copilotkit/runtime` 1.69 to 1.75.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtimes {
    /// All.
    All,
    /// Those on the Intelligence platform.
    Intelligence,
    /// Those on the Intelligence platform from 1.70.2 on.
    Intelligence170,
    /// Those that expose memories.
    Memories,
    /// Those that expose debugging.
    Debugging,
    /// The settings name it: the runtime is newer than the gate.
    Newer,
}

const READ: Methods = Methods::of([Get, Head]);
const POST: Methods = Methods::of([Post]);
const CHANGE: Methods = Methods::of([Patch, Delete]);
const READ_OR_POST: Methods = Methods::of([Get, Head, Post]);

/// In the order in which the runtime tries them (`matchSegments`, `@copilotkit/runtime` 1.75): a path that has the pattern
/// of two rows is the first.
#[rustfmt::skip]
pub(super) static ROWS: &[Row] = {
    use AnswerKind::{EventList, Events, Info, ThreadList, Unfiltered};
    use Body::{AgentInput, Annotation, Json, Nothing, Speech};
    use Callers::{Any, Verified};
    use EnvelopeForm::{Absent, Method, Resource};
    use Opened::{Always, ByName, WithOwners};
    use Promise::{Agents, Endpoint};
    use Runtimes::{All, Debugging, Intelligence, Intelligence170, Memories};
    const NONE: Promise = Promise::Nothing;
    const VOICE: Promise = Promise::Voice;
    const LIST: Promise = Endpoint("list");
    const INSPECT: Promise = Endpoint("inspect");
    const MUTATIONS: Promise = Endpoint("mutations");
    const REALTIME: Promise = Endpoint("realtimeMetadata");
    &[
        //  name                  methods       path                            query                                   body 
        //       opened      callers   answer      envelope  promise    runtimes
        row("info",               READ,         "/info",                        "",                                     Nothing,    Always,     Any,      Info,       Method,   NONE,      All),
        row("inspector/metadata", READ,         "/inspector-metadata",          "",                                     Nothing,    Always,     Any,      Unfiltered, Method,   NONE,      Intelligence),
        row("inspector/learning", READ,         "/inspector-learning",          "agentId&skillsPage&insightsPage",      Nothing,    Always,     Any,      Unfiltered, Method,   NONE,      Intelligence170),
        row("transcribe",         POST,         "/transcribe",                  "",                                     Speech,     Always,     Any,      Unfiltered, Method,   VOICE,     All),
        row("cpk-debug-events",   READ,         "/cpk-debug-events",            "",                                     Nothing,    ByName,     Any,      Unfiltered, Absent,   NONE,      Debugging),
        row("agent/run",          POST,         "/agent/{agent}/run",           "",                                     AgentInput, Always,     Any,      Events,     Method,   Agents,    All),
        row("agent/suggest",      POST,         "/agent/{agent}/suggest",       "",                                     AgentInput, Always,     Any,      Events,     Method,   NONE,      All),
        row("agent/connect",      POST,         "/agent/{agent}/connect",       "",                                     AgentInput, Always,     Any,      Events,     Method,   NONE,      All),
        row("agent/stop",         POST,         "/agent/{agent}/stop/{thread}", "",                                     Json,       Always,     Any,      Unfiltered, Method,   NONE,      All),
        row("threads/subscribe",  POST,         "/threads/subscribe",           "",                                     Json,       WithOwners, Verified, Unfiltered, Resource, REALTIME,  Intelligence),
        row("threads/messages",   READ,         "/threads/{thread}/messages",   "",                                     Nothing,    WithOwners, Verified, Unfiltered, Resource, INSPECT,   All),
        row("threads/events",     READ,         "/threads/{thread}/events",     "",                                     Nothing,    WithOwners, Verified, EventList,  Resource, INSPECT,   All),
        row("threads/state",      READ,         "/threads/{thread}/state",      "",                                     Nothing,    WithOwners, Verified, Unfiltered, Resource, INSPECT,   All),
        row("threads/archive",    POST,         "/threads/{thread}/archive",    "",                                     Json,       WithOwners, Verified, Unfiltered, Resource, MUTATIONS, Intelligence),
        row("threads/clear",      POST,         "/threads/clear",               "",                                     Json,       ByName,     Verified, Unfiltered, Resource, NONE,      All),
        row("threads/update",     CHANGE,       "/threads/{thread}",            "",                                     Json,       WithOwners, Verified, Unfiltered, Resource, MUTATIONS, Intelligence),
        row("threads/list",       READ,         "/threads",                     "agentId&limit&cursor&includeArchived", Nothing,    WithOwners, Verified, ThreadList, Resource, LIST,      All),
        row("memories/recall",    POST,         "/memories/recall",             "",                                     Json,       Always,     Verified, Unfiltered, Resource, NONE,      Memories),
        row("memories/subscribe", POST,         "/memories/subscribe",          "",                                     Json,       Always,     Verified, Unfiltered, Resource, NONE,      Memories),
        row("memories/mutate",    CHANGE,       "/memories/{memory}",           "",                                     Json,       Always,     Verified, Unfiltered, Resource, NONE,      Memories),
        row("memories/list",      READ_OR_POST, "/memories",                    "includeInvalidated",                   Json,       Always,     Verified, Unfiltered, Resource, NONE,      Memories),
        row("annotate",           POST,         "/annotate",                    "",                                     Annotation, Always,     Any,      Unfiltered, Resource, NONE,      Intelligence),
    ]
};

#[expect(clippy::too_many_arguments, reason = "one for each column: none has a default")]
const fn row(
    name: &'static str,
    methods: Methods,
    path: &'static str,
    query: &'static str,
    body: Body,
    opened: Opened,
    callers: Callers,
    answer: AnswerKind,
    envelope: EnvelopeForm,
    promise: Promise,
    runtimes: Runtimes,
) -> Row {
    Row {
        name: Cow::Borrowed(name),
        methods,
        path: PathPattern::new(path),
        query: Cow::Borrowed(query),
        body,
        opened,
        callers,
        answer,
        envelope,
        promise,
        runtimes,
    }
}
