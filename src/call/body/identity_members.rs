//! Members by which a browser would name its user. Names are compared folded, since backends read several spellings.

/// Members that backends take for the caller's identity or credentials, wherever they are in `state`, `forwardedProps`,
/// `config.configurable` and `context`.
const IDENTITY: [&str; 5] = [
    "authorization",              // the runtime would store a credential, and show it with the thread
    "authuser",                   // AG2, LangGraph behind FastAPI
    "copilotkitauth",             // LangGraph by CopilotKit's older guides
    "copilotkitforwardedheaders", // CopilotKit's Python middleware
    "headers", // Google ADK's adapter fills `state.headers` from the request, and the client's value wins
];
/// The start of LangGraph Platform's own: `langgraph_auth_user`, `langgraph_auth_user_id`, `langgraph_auth_permissions`.
const IDENTITY_PREFIX: &str = "langgraphauth";

/// Members of `forwardedProps` that name the caller, and that a glob does not let on.
const CALLER: [&str; 10] = [
    "email",
    "groups",
    "owner",
    "permissions",
    "role",
    "roles",
    "scopes",
    "sub",
    "user",
    "username",
];
/// The starts of others: `tenant_id`, `organization`, `org`.
const CALLER_PREFIXES: [&str; 2] = ["org", "tenant"];

/// Whether a member never goes upstream. `folded` is its name.
#[inline(never)]
pub(super) fn is_identity(folded: &str) -> bool {
    IDENTITY.contains(&folded) || folded.starts_with(IDENTITY_PREFIX)
}

/// Whether a member is the credential itself. `folded` is its name.
pub(super) fn is_credential(folded: &str) -> bool {
    folded == "authorization"
}

/// Whether a member is the user's id, which the gate writes: Agno and others read `forwardedProps.user_id`. `folded` is its
/// name.
pub(super) fn is_user_id(folded: &str) -> bool {
    folded == "userid"
}

/// Whether a member names the caller. `folded` is its name.
pub(super) fn names_the_caller(folded: &str) -> bool {
    CALLER.contains(&folded) || CALLER_PREFIXES.iter().any(|prefix| folded.starts_with(prefix))
}
