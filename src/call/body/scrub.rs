//! What a browser may not say in an agent's input: who the caller is, and how a backend runs.
//!
//! Backends read members of the input under several spellings (`ag-ui-langgraph` turns `camelCase` into `snake_case`), so
//! names are compared without case, `_` and `-`.

use serde_json::Value;

use super::fold::fold;
use super::object::{Fate, Object};
use crate::base::glob::Glob;
use crate::base::json::Part;

/// Members that backends take for the caller's identity, wherever they stand in `state` and `forwardedProps`.
const IDENTITY: [&str; 3] = [
    "authuser",                   // AG2, LangGraph behind FastAPI
    "copilotkitauth",             // LangGraph by CopilotKit's older guides
    "copilotkitforwardedheaders", // CopilotKit's Python middleware
];
/// The start of LangGraph Platform's own: `langgraph_auth_user`, `langgraph_auth_user_id`, `langgraph_auth_permissions`.
const IDENTITY_PREFIX: &str = "langgraphauth";

/// Members of `forwardedProps` that steer a run. `@ag-ui/langgraph` spreads all of them into the run it creates
/// (`RunsStreamPayload` of `@langchain/langgraph-sdk`), `ag-ui-crewai` restores checkpoints by them, and CopilotKit's V1
/// runtime calls the MCP servers that they name.
const STEERING: [&str; 22] = [
    "afterseconds",
    "assistantid",
    "context",
    "durability",
    "feedbackkeys",
    "ifnotexists",
    "interruptafter",
    "interruptbefore",
    "langsmithtracer",
    "mcpendpoints",
    "mcpservers",
    "metadata",
    "multitaskstrategy",
    "oncompletion",
    "ondisconnect",
    "onruncreated",
    "restorefrom",
    "signal",
    "streamresumable",
    "strictresume",
    "threadmetadata",
    "webhook",
];
/// The start of `checkpoint`, `checkpointId`, `checkpointDuring`, …
const STEERING_PREFIX: &str = "checkpoint";

/// The folded name of LangGraph's `streamMode`, which says of what a run tells the page that started it. CopilotKit's clients
/// never send it.
const STREAM_MODE: &str = "streammode";
/// Modes that nothing lets on. With `events` beside them, a run tells the page its whole `configurable`, in which its server
/// keeps the request's header fields: the gate's assertion, the identity headers, and what the server's own handler put there.
const REVEALING_MODES: [&str; 3] = ["checkpoints", "debug", "tasks"];

/// Members of `forwardedProps.command`, LangGraph's `Command`, that say where a run goes on and with what state. A client has
/// to resume an interrupted run (`resume`), and no more; `update` would write what `state` may not.
const COMMAND_STEERING: [&str; 3] = ["goto", "graph", "update"];

/// Members of `forwardedProps.config` that a client may choose.
const CONFIG: [&str; 4] = ["configurable", "recursion_limit", "recursionLimit", "tags"];
/// Members of `forwardedProps.config.configurable` by which a backend would run something else than was asked for.
const CONFIGURABLE_STEERING: [&str; 4] = ["assistantid", "graphid", "runid", "threadid"];

/// The setting `PROPERTIES`: which members of `forwardedProps` go on.
#[derive(Default)]
pub struct Properties {
    /// `None`: all that do not steer, but for `streamMode`.
    listed: Option<Vec<Glob>>,
    /// Names given in full.
    named: Vec<String>,
}

impl Properties {
    /// Only members that match one of `patterns`; one that is a name in full lets it on even if it steers a backend.
    pub fn new(patterns: &[String]) -> Self {
        Self {
            listed: Some(patterns.iter().map(|pattern| Glob::new(pattern)).collect()),
            named: patterns
                .iter()
                .filter(|pattern| !pattern.contains('*'))
                .cloned()
                .collect(),
        }
    }

    fn passes(&self, name: &str) -> bool {
        let is_listed = match &self.listed {
            Some(globs) => globs.iter().any(|glob| glob.matches(name)),
            None => fold(name) != STREAM_MODE,
        };
        self.names(name) || (is_listed && !steers(name))
    }

    fn names(&self, name: &str) -> bool {
        self.named.iter().any(|named| named == name)
    }
}

/// Takes out of an agent's input whatever a backend would believe. `user` replaces `forwardedProps.user_id` where the
/// client sent one.
pub(super) fn scrub(input: &mut Object, user: Option<&str>, properties: &Properties) {
    input.edit("forwardedProps", |props| {
        // A credential would be stored and shown with the thread.
        props.remove_if(|name| {
            name.eq_ignore_ascii_case("authorization") || is_identity(name) || !properties.passes(name)
        });
        replace_user(props, user);
        props.rewrite(|name, value| match fold(name).as_ref() {
            STREAM_MODE => value.map_or(Fate::Remove, without_revealing_modes),
            _ => Fate::Keep,
        });
        props.edit("context", |context| context.remove_if(is_identity));
        props.edit("command", |command| {
            command.remove_if(|name| COMMAND_STEERING.contains(&fold(name).as_ref()));
        });
        props.edit("config", |config| scrub_config(config, properties.names("config")));
        props.edit("crewai", |crewai| crewai.remove_if(steers));
    });
    // ADK reads the user from `state.headers`, which its adapter fills from the request, and in which the client's wins.
    input.edit("state", |state| {
        state.remove_if(|name| is_identity(name) || fold(name) == "headers");
    });
}

fn scrub_config(config: &mut Object, passes_whole: bool) {
    if !passes_whole {
        config.remove_if(|name| !CONFIG.contains(&name));
    }
    config.edit("configurable", |values| {
        values.remove_if(|name| is_identity(name) || (!passes_whole && steers_configurable(name)));
    });
}

/// Agno and others take the user from `forwardedProps.user_id`.
fn replace_user(props: &mut Object, user: Option<&str>) {
    let is_user = |name: &str| fold(name) == "userid";
    match user {
        Some(user) => props.replace_if(is_user, &Value::from(user)),
        None => props.remove_if(is_user),
    }
}

/// `streamMode` is a text or a list of texts.
fn without_revealing_modes(value: Part<'_>) -> Fate {
    let may_pass = |mode: Part<'_>| {
        let mode = mode.string();
        mode.is_some_and(|mode| !REVEALING_MODES.contains(&fold(&mode).as_ref()))
    };
    match value.filter(may_pass) {
        Some(_) if value.items().all(may_pass) => Fate::Keep,
        Some(kept) => Fate::Replace(kept),
        None if may_pass(value) => Fate::Keep,
        None => Fate::Remove,
    }
}

fn is_identity(name: &str) -> bool {
    let name = fold(name);
    IDENTITY.contains(&&*name) || name.starts_with(IDENTITY_PREFIX)
}

fn steers(name: &str) -> bool {
    let folded = fold(name);
    // Only `config` itself is looked into.
    let is_config_misspelt = folded == "config" && name != "config";
    STEERING.contains(&&*folded) || folded.starts_with(STEERING_PREFIX) || is_config_misspelt
}

fn steers_configurable(name: &str) -> bool {
    let name = fold(name);
    CONFIGURABLE_STEERING.contains(&&*name) || name.starts_with(STEERING_PREFIX)
}
