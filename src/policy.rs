//! Policy: who may do what. It alone makes a [`Permit`], and nothing goes on to the origin without one.

mod rule;
mod tools;

use std::rc::Rc;

use crate::call::Call;
use crate::claims::Accepted;
use crate::identity::IdentityHeaders;
use crate::route::Kind;
use crate::wire::refusal::{MissingToken, Refusal};
pub use rule::{Requirements, Rule, Verdict};
pub use tools::ToolList;

/// Who callers without a credential are to the origin.
pub const ANONYMOUS: &str = "anonymous";

/// Who asks.
#[derive(Clone)]
pub enum Caller {
    /// The bearer of an accepted token.
    Verified(Rc<Subject>),
    /// Nobody in particular, where the setting `ANONYMOUS` lets them in.
    Anonymous,
    /// Nobody in particular, let in by a rule with `allow = "anyone"` or not at all.
    Stranger,
}

/// An accepted token with the identity headers that its claims make.
pub struct Subject {
    /// The token.
    pub accepted: Accepted,
    /// The headers.
    pub headers: IdentityHeaders,
}

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
        self.rules.iter().any(|rule| matches!(rule.verdict, Verdict::Anyone))
    }

    /// Decides whether `caller` may make `call`.
    pub fn permit(&self, caller: Caller, call: Call) -> Result<Permit, Refusal> {
        let operation = call.operation();
        self.judge(&caller, operation.kind(), operation.agent())?;
        let tools = operation
            .rule(&self.rules)
            .and_then(|rule| rule.tools.clone())
            .map(ToolList::new);
        Ok(Permit { caller, call, tools })
    }

    /// Whether `/info` shows `agent` to `caller`: only what they may run. A stranger, who may run nothing before signing
    /// in, is shown what every verified caller may run: the page asks once and never again.
    pub fn shows(&self, caller: &Caller, agent: &str) -> bool {
        match (caller, rule::first(&self.rules, Kind::AgentRun, Some(agent))) {
            (Caller::Stranger, None) => true,
            (Caller::Stranger, Some(rule)) => matches!(rule.verdict, Verdict::Anyone | Verdict::Authenticated),
            (caller, _) => self.judge(caller, Kind::AgentRun, Some(agent)).is_ok(),
        }
    }

    /// Whether [`Policy::shows`] could ever say no.
    pub fn hides_agents(&self) -> bool {
        self.rules.iter().any(|rule| {
            rule.operations.contains(&Kind::AgentRun) && matches!(rule.verdict, Verdict::Nobody | Verdict::Require(_))
        })
    }

    fn judge(&self, caller: &Caller, kind: Kind, agent: Option<&str>) -> Result<(), Refusal> {
        if let Some(rule) = rule::first(&self.rules, kind, agent) {
            return rule.judge(caller);
        }
        match caller {
            Caller::Stranger => Err(Refusal::MissingToken(MissingToken::Absent)),
            _ if self.is_denied_by_default(kind) => Err(Refusal::RuleDenied),
            // Everybody without a credential is the same caller: what they wrote would be everybody's to list and read.
            Caller::Anonymous if kind.is_threads() => Err(Refusal::MissingToken(MissingToken::Absent)),
            Caller::Anonymous | Caller::Verified(_) => Ok(()),
        }
    }

    /// `cpk-debug-events` streams everybody's runs and `threads/clear` wipes everybody's history; the other `threads/*`
    /// of a runtime without owners show and change anybody's, unless ids are sealed to their owners.
    fn is_denied_by_default(&self, kind: Kind) -> bool {
        matches!(kind, Kind::DebugEvents | Kind::ThreadsClear) || (kind.is_threads() && !self.threads_are_isolated)
    }
}

impl Caller {
    /// The identity headers that the origin gets.
    pub fn headers(&self) -> IdentityHeaders {
        match self {
            Self::Verified(subject) => subject.headers.clone(),
            Self::Anonymous | Self::Stranger => vec![("x-user-id".to_owned(), ANONYMOUS.to_owned())],
        }
    }

    /// The user id that stands in for one that a client sent: the header `x-user-id`, or the subject.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Verified(subject) => {
                let header = subject.headers.iter().find(|(name, _)| name == "x-user-id");
                header.map(|(_, value)| value.as_str()).or(subject.accepted.sub())
            }
            Self::Anonymous | Self::Stranger => Some(ANONYMOUS),
        }
    }
}

impl Permit {
    /// Who may.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The parts.
    pub fn into_parts(self) -> (Caller, Call, Option<ToolList>) {
        (self.caller, self.call, self.tools)
    }
}
