//! Members of `forwardedProps` that steer a backend. Names are compared folded, since backends read several spellings
//! (`ag-ui-langgraph` turns `camelCase` into `snake_case`).

use super::identity_members::names_the_caller;

/// Members of `forwardedProps` that steer a run. `@ag-ui/langgraph` spreads all of them into the run it creates
/// (`RunsStreamPayload` of `@langchain/langgraph-sdk`), `ag-ui-crewai` restores checkpoints by them,
/// `ag-ui-claude-sdk` resumes sessions by them, and CopilotKit's V1 runtime calls the MCP servers that they name.
const STEERING: [&str; 27] = [
    "afterseconds",
    "assistantid",
    "context",
    "durability",
    "feedbackkeys",
    "forksession",
    "ifnotexists",
    "input",
    "interruptafter",
    "interruptbefore",
    "langsmithtracer",
    "mcpendpoints",
    "mcpservers",
    "metadata",
    "multitaskstrategy",
    "nodename",
    "oncompletion",
    "ondisconnect",
    "onruncreated",
    "restorefrom",
    "resume",
    "resumesessionat",
    "signal",
    "streamresumable",
    "strictresume",
    "threadmetadata",
    "webhook",
];
/// The start of `checkpoint`, `checkpointId`, `checkpointDuring`, …
const STEERING_PREFIX: &str = "checkpoint";

/// Members of `config` that a client may choose.
const CONFIG: [&str; 3] = ["configurable", "recursionlimit", "tags"];
/// Members of `config.configurable` by which a backend would run something else than was asked for.
const CONFIGURABLE: [&str; 6] = ["assistantid", "copilotkit", "cronid", "graphid", "runid", "threadid"];
/// The starts of LangGraph's own, such as `langgraph_request_id`.
const CONFIGURABLE_PREFIXES: [&str; 3] = ["langgraph", "langsmith", "pregel"];
/// The start of what LangGraph's server notes for itself, such as `__after_seconds__`, unfolded.
const CONFIGURABLE_PRIVATE: &str = "__";
/// The members of `command`, LangGraph's `Command`, that remain; the others choose where a run resumes and with which state.
/// A client has to resume an interrupted run, and no more.
const COMMAND: [&str; 2] = ["interruptEvent", "resume"];

/// The meaning of an object of `forwardedProps` to a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// `forwardedProps` itself.
    Properties,
    /// LangGraph's `config`.
    Config,
    /// LangGraph's `config.configurable`. `useCoAgent` of `CopilotKit` puts an app's into `forwardedProps` itself.
    Configurable,
    /// LangGraph's `command`.
    Command,
    /// `crewai`.
    Crew,
    /// LangGraph's `context`.
    Context,
    /// An app's own.
    Own,
}

impl Container {
    /// The meaning of the member whose folded name is `folded`.
    pub(super) fn of_member(self, folded: &str) -> Self {
        match (self, folded) {
            (Self::Properties, "config") => Self::Config,
            (Self::Properties | Self::Config, "configurable") => Self::Configurable,
            (Self::Properties, "command") => Self::Command,
            (Self::Properties, "crewai") => Self::Crew,
            (Self::Properties, "context") => Self::Context,
            _ => Self::Own,
        }
    }

    /// Whether it must be an object or `null`. Some backends parse a text that contains JSON.
    pub(super) fn must_be_object(self) -> bool {
        matches!(self, Self::Config | Self::Configurable | Self::Command)
    }

    /// Whether the member `name` is forwarded only if `PROPERTIES` names it in full. `folded` is its name, too.
    pub(super) fn steers(self, name: &str, folded: &str) -> bool {
        match self {
            Self::Properties => steers_a_run(folded) || names_the_caller(folded),
            Self::Crew => steers_a_run(folded),
            Self::Config => !CONFIG.contains(&folded),
            Self::Configurable => {
                CONFIGURABLE.contains(&folded)
                    || folded.starts_with(STEERING_PREFIX)
                    || CONFIGURABLE_PREFIXES.iter().any(|prefix| folded.starts_with(prefix))
                    || name.starts_with(CONFIGURABLE_PRIVATE)
                    || names_the_caller(folded)
            }
            Self::Context => names_the_caller(folded),
            Self::Command | Self::Own => false,
        }
    }

    /// Whether the member `name` is never forwarded, whatever `PROPERTIES` lists.
    pub(super) fn excludes(self, name: &str) -> bool {
        self == Self::Command && !COMMAND.contains(&name)
    }
}

fn steers_a_run(folded: &str) -> bool {
    STEERING.contains(&folded) || folded.starts_with(STEERING_PREFIX)
}
