//! `Policy`: who may do what. It alone makes a [`Grant`], only a grant makes a [`Permit`], and nothing goes upstream without
//! one.

pub mod rule;

use serde::Serialize;

use crate::auth::caller::Caller;
use crate::call::body::tools::ToolList;
use crate::call::kind::Kind;
use crate::call::operation::Operation;
use crate::call::operations::{Callers, Promise};
use crate::call::{Call, Content};
use crate::wire::fault::MissingToken;
use crate::wire::refusal::Refusal;
use rule::{Access, Mode, Rule};

/// The rules in force.
pub struct Policy {
    rules: Vec<Rule>,
    threads_are_isolated: bool,
}

/// That one caller may ask for one operation. Its fields are private and only [`Policy::decide`] makes it.
pub struct Grant {
    caller: Caller,
    operation: Operation,
    tools: Option<ToolList>,
    limit: Option<String>,
}

/// Permission for one caller to make one call. Its fields are private and only [`Grant::permit`] makes it.
pub struct Permit {
    caller: Caller,
    call: Call,
    tools: Option<ToolList>,
}

/// How the rules decided, for the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The position of the rule that decided; `None` for a default.
    pub rule: Option<usize>,
    /// Its name, where it has one.
    pub rule_name: Option<String>,
    /// The decision that the first rule with `mode = "report"` would have made.
    pub report: Option<Report>,
}

/// The decision that a rule that only reports would have made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The position of the rule.
    pub rule: usize,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_name: Option<String>,
    /// `allow` or `deny`.
    pub outcome: &'static str,
    /// The exact reason.
    pub reason: &'static str,
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
        self.enforced().any(|(_, rule)| matches!(rule.access, Access::Anyone))
    }

    /// Whether a caller without a credential could make a difference: some rule, also one that only reports, is about them.
    pub fn regards_strangers(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule.access, Access::Anyone))
    }

    /// The rule at `index`.
    pub fn rule(&self, index: usize) -> Option<&Rule> {
        self.rules.get(index)
    }

    /// The rate limit bindings that rules name.
    pub fn limits(&self) -> impl Iterator<Item = &str> {
        let limits = self.rules.iter().filter_map(|rule| rule.limit.as_ref());
        limits.map(|limit| limit.binding.as_str())
    }

    /// The period of the rate limit binding `binding` in seconds, if a rule has it.
    pub fn period_of(&self, binding: &str) -> Option<i64> {
        let mut limits = self.rules.iter().filter_map(|rule| rule.limit.as_ref());
        limits.find_map(|limit| limit.period.filter(|_| limit.binding == binding))
    }

    /// Decides whether `caller` may ask for `operation`, and notes in `trace` how.
    pub fn decide(&self, caller: Caller, operation: Operation, trace: &mut Trace) -> Result<Grant, Refusal> {
        let (kind, agent) = (operation.kind(), operation.agent());
        trace.report = self.report(&caller, kind, agent);
        let deciding = self.first_match(kind, agent);
        let rule = deciding.map(|(_, rule)| rule);
        trace.rule = deciding.map(|(index, _)| index);
        trace.rule_name = rule.and_then(|rule| rule.name.clone());
        self.authorise(&caller, kind, agent)?;
        Ok(Grant {
            tools: rule.and_then(|rule| rule.tools.clone()).map(ToolList::new),
            limit: rule.and_then(|rule| Some(rule.limit.as_ref()?.binding.clone())),
            caller,
            operation,
        })
    }

    /// Whether `/info` promises an operation of this kind, which names no agent, to `caller`. Strangers are told what every
    /// verified caller may do.
    pub fn promises(&self, caller: &Caller, kind: &Kind) -> bool {
        match (caller, self.first_match(kind, None)) {
            (Caller::Stranger, None) => !kind.is_denied_by_default(self.threads_are_isolated),
            (Caller::Stranger, Some((_, rule))) => matches!(rule.access, Access::Anyone | Access::Authenticated),
            (caller, _) => self.authorise(caller, kind, None).is_ok(),
        }
    }

    /// Whether `/info` shows an agent to `caller`: only what they may run. A stranger, who may run nothing before signing
    /// in, is shown what every verified caller may run: the page asks once and never again.
    pub fn shows<'p>(&'p self, caller: &Caller) -> impl Fn(&str) -> bool + use<'p> {
        let lets_in = |rule: &Rule| match caller {
            Caller::Stranger => matches!(rule.access, Access::Anyone | Access::Authenticated),
            Caller::Anonymous | Caller::Verified(_) => rule.authorise(caller).is_ok(),
        };
        // A rule admits the same callers to all of its agents, of which there may be many.
        let rules = self
            .enforced()
            .filter_map(|(_, rule)| Some((rule, about_agents(rule)?)));
        let verdicts: Vec<_> = rules.map(|(rule, kind)| (rule, kind, lets_in(rule))).collect();
        move |agent| {
            let mut verdicts = verdicts.iter();
            let deciding = verdicts.find(|(rule, kind, _)| rule.is_about(kind, Some(agent), self.threads_are_isolated));
            deciding.is_none_or(|(.., lets_in)| *lets_in)
        }
    }

    /// Whether [`Policy::shows`] could refuse `caller`.
    pub fn hides_agents(&self, caller: &Caller) -> bool {
        let hides = |access: &Access| match access {
            Access::Anyone => false,
            Access::Authenticated => matches!(caller, Caller::Anonymous),
            Access::Nobody | Access::Require(_) => true,
        };
        self.enforced()
            .any(|(_, rule)| about_agents(rule).is_some() && hides(&rule.access))
    }

    fn authorise(&self, caller: &Caller, kind: &Kind, agent: Option<&str>) -> Result<(), Refusal> {
        let has_no_identity = matches!(caller, Caller::Anonymous | Caller::Stranger);
        // All callers without a credential share one identity: any of them could read and change what another wrote.
        if has_no_identity && kind.callers == Callers::Verified {
            return Err(Refusal::MissingToken(MissingToken::Absent));
        }
        if let Some((_, rule)) = self.first_match(kind, agent) {
            return rule.authorise(caller);
        }
        match caller {
            Caller::Stranger => Err(Refusal::MissingToken(MissingToken::Absent)),
            _ if kind.is_denied_by_default(self.threads_are_isolated) => Err(Refusal::RuleDenied),
            Caller::Anonymous | Caller::Verified(_) => Ok(()),
        }
    }

    /// The decision of the first rule that only reports, if it would decide.
    fn report(&self, caller: &Caller, kind: &Kind, agent: Option<&str>) -> Option<Report> {
        let mut rules = self.rules.iter().enumerate();
        let (rule, first) = rules.find(|(_, rule)| rule.is_about(kind, agent, self.threads_are_isolated))?;
        if first.mode == Mode::Enforce {
            return None;
        }
        let (outcome, reason) = match first.authorise(caller) {
            Ok(()) => ("allow", "ok"),
            Err(refusal) => ("deny", refusal.reason()),
        };
        Some(Report {
            rule,
            rule_name: first.name.clone(),
            outcome,
            reason,
        })
    }

    /// The first rule that decides about `kind` on `agent`, with its position.
    fn first_match(&self, kind: &Kind, agent: Option<&str>) -> Option<(usize, &Rule)> {
        self.enforced()
            .find(|(_, rule)| rule.is_about(kind, agent, self.threads_are_isolated))
    }

    fn enforced(&self) -> impl Iterator<Item = (usize, &Rule)> {
        self.rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.mode == Mode::Enforce)
    }
}

/// The operation of the rule by which `/info` shows agents.
fn about_agents(rule: &Rule) -> Option<&Kind> {
    rule.operations.iter().find(|kind| kind.promise == Promise::Agents)
}

impl Grant {
    /// The caller.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The operation.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The rate limit binding under which the request counts, where the rule that let it through names one.
    pub fn limit(&self) -> Option<&str> {
        self.limit.as_deref()
    }

    /// Permission to make the call, with what it carries.
    pub fn permit(self, content: Content) -> Permit {
        Permit {
            caller: self.caller,
            tools: self.tools,
            call: Call {
                operation: self.operation,
                content,
            },
        }
    }
}

impl Permit {
    /// The parts.
    pub fn into_parts(self) -> (Caller, Call, Option<ToolList>) {
        (self.caller, self.call, self.tools)
    }
}
