//! `Policy`: who may do what. It alone makes a [`Permit`], and nothing goes upstream without one.

pub mod rule;

use crate::auth::caller::Caller;
use crate::call::Call;
use crate::call::body::tools::ToolList;
use crate::call::shapes::Kind;
use crate::wire::fault::MissingToken;
use crate::wire::refusal::Refusal;
use rule::{Access, Rule};

/// Permission for one caller to make one call. Its fields are private and only [`Policy::permit`] makes it.
pub struct Permit {
    caller: Caller,
    call: Call,
    tools: Option<ToolList>,
}

/// The rules in force.
pub struct Policy {
    rules: Vec<Rule>,
    threads_are_isolated: bool,
}

impl Policy {
    /// A policy of these rules over the defaults, which depend on whether threads are isolated.
    pub fn new(rules: Vec<Rule>, threads_are_isolated: bool) -> Self {
        Self {
            rules,
            threads_are_isolated,
        }
    }

    /// Whether some rule lets callers in who bring no credential.
    pub fn admits_strangers(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule.access, Access::Anyone))
    }

    /// Decides whether `caller` may make `call`.
    pub fn permit(&self, caller: Caller, call: Call) -> Result<Permit, Refusal> {
        let (kind, agent) = (call.operation().kind(), call.operation().agent());
        self.authorise(&caller, kind, agent)?;
        let tools = self
            .first_match(kind, agent)
            .and_then(|rule| rule.tools.clone())
            .map(ToolList::new);
        Ok(Permit { caller, call, tools })
    }

    /// Whether `/info` shows `agent` to `caller`: only what they may run. A stranger, who may run nothing before signing
    /// in, is shown what every verified caller may run: the page asks once and never again.
    pub fn shows(&self, caller: &Caller, agent: &str) -> bool {
        match (caller, self.first_match(Kind::AgentRun, Some(agent))) {
            (Caller::Stranger, None) => true,
            (Caller::Stranger, Some(rule)) => matches!(rule.access, Access::Anyone | Access::Authenticated),
            (caller, _) => self.authorise(caller, Kind::AgentRun, Some(agent)).is_ok(),
        }
    }

    /// Whether [`Policy::shows`] could ever say no.
    pub fn hides_agents(&self) -> bool {
        self.rules.iter().any(|rule| {
            rule.operations.contains(&Kind::AgentRun) && matches!(rule.access, Access::Nobody | Access::Require(_))
        })
    }

    fn authorise(&self, caller: &Caller, kind: Kind, agent: Option<&str>) -> Result<(), Refusal> {
        if let Some(rule) = self.first_match(kind, agent) {
            return rule.authorise(caller);
        }
        match caller {
            Caller::Stranger => Err(Refusal::MissingToken(MissingToken::Absent)),
            _ if self.is_denied_by_default(kind) => Err(Refusal::RuleDenied),
            // All callers without a credential share one identity: any of them could list and read what another wrote.
            Caller::Anonymous if kind.is_threads() => Err(Refusal::MissingToken(MissingToken::Absent)),
            Caller::Anonymous | Caller::Verified(_) => Ok(()),
        }
    }

    /// The first rule that is about `kind` on `agent`: it decides.
    fn first_match(&self, kind: Kind, agent: Option<&str>) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.is_about(kind, agent))
    }

    /// `cpk-debug-events` streams everybody's runs and `threads/clear` wipes everybody's history; the other `threads/*`
    /// of a runtime without owners show and change anybody's, unless ids are sealed to their owners.
    fn is_denied_by_default(&self, kind: Kind) -> bool {
        matches!(kind, Kind::DebugEvents | Kind::ThreadsClear) || (kind.is_threads() && !self.threads_are_isolated)
    }
}

impl Permit {
    /// The caller.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The parts.
    pub fn into_parts(self) -> (Caller, Call, Option<ToolList>) {
        (self.caller, self.call, self.tools)
    }
}
