//! `Rule`: one entry of the setting `RULES`, and what it makes of a caller.

use serde_json::{Map, Value};

use super::{Caller, Subject};
use crate::base::glob::Glob;
use crate::identity::ClaimPath;
use crate::route::{Kind, Operation};
use crate::wire::refusal::{ClaimFault, MissingToken, Refusal};

/// One rule. The first that matches an operation decides.
pub struct Rule {
    /// The agents it is about; `None`: every operation, whether it names an agent or not.
    pub agents: Option<Vec<Glob>>,
    /// The operations it is about.
    pub operations: Vec<Kind>,
    /// What it decides.
    pub verdict: Verdict,
    /// The tools that a client may declare or call through the runtime; `None`: all.
    pub tools: Option<Vec<Glob>>,
}

/// What a rule decides.
pub enum Verdict {
    /// Also callers without a credential.
    Anyone,
    /// Every verified caller.
    Authenticated,
    /// No one.
    Nobody,
    /// Verified callers who meet all of this.
    Require(Box<Requirements>),
}

/// What a rule may demand of the claims.
pub struct Requirements {
    /// At least one of these roles, where any are listed.
    pub roles: Vec<String>,
    /// At least one of these permissions, where any are listed.
    pub permissions: Vec<String>,
    /// At least one of these scopes, where any are listed.
    pub scopes: Vec<String>,
    /// Every one of these scopes.
    pub all_scopes: Vec<String>,
    /// For each claim one of the values.
    pub claims: Vec<(ClaimPath, Vec<Value>)>,
    /// Where roles stand.
    pub role_paths: Vec<ClaimPath>,
    /// Where permissions stand.
    pub permission_paths: Vec<ClaimPath>,
}

impl Rule {
    /// Whether the rule is about `operation` on `agent`.
    pub fn is_about(&self, kind: Kind, agent: Option<&str>) -> bool {
        let agent_fits = |agents: &Vec<Glob>| agents.iter().any(|glob| glob.matches(agent.unwrap_or_default()));
        self.operations.contains(&kind) && self.agents.as_ref().is_none_or(agent_fits)
    }

    /// Whether nothing that `later` is about is left for it after this rule.
    pub fn shadows(&self, later: &Self) -> bool {
        let covers_agents = match (&self.agents, &later.agents) {
            (None, _) => true,
            (Some(own), None) => own.iter().any(|own| own.covers(&Glob::new("*"))),
            (Some(own), Some(theirs)) => theirs.iter().all(|their| own.iter().any(|own| own.covers(their))),
        };
        covers_agents && later.operations.iter().all(|kind| self.operations.contains(kind))
    }

    /// Whether some operation could fall under the rule: one that names no agent never matches a list of agents.
    pub fn can_match(&self) -> bool {
        let takes_no_agent = |agents: &Vec<Glob>| agents.iter().any(|glob| glob.matches(""));
        self.agents.as_ref().is_none_or(takes_no_agent) || self.operations.iter().any(|kind| kind.may_name_agent())
    }

    /// Judges `caller`.
    pub fn judge(&self, caller: &Caller) -> Result<(), Refusal> {
        match (&self.verdict, caller) {
            (Verdict::Anyone, _) | (Verdict::Authenticated, Caller::Verified(_)) => Ok(()),
            (Verdict::Require(requirements), Caller::Verified(subject)) => requirements.judge(subject),
            (Verdict::Nobody, Caller::Verified(_) | Caller::Anonymous) => Err(Refusal::RuleDenied),
            (_, Caller::Anonymous | Caller::Stranger) => Err(Refusal::MissingToken(MissingToken::Absent)),
        }
    }
}

impl Requirements {
    fn judge(&self, subject: &Subject) -> Result<(), Refusal> {
        let claims = subject.accepted.claims();
        let holds = |listed: &[String], paths: &[ClaimPath]| -> Result<bool, ClaimFault> {
            let mut held = Vec::new();
            for path in paths {
                held.extend(path.find(claims).map_or(Ok(Vec::new()), texts)?);
            }
            Ok(listed.is_empty() || listed.iter().any(|wanted| held.contains(&wanted.as_str())))
        };
        let role_holds = holds(&self.roles, &self.role_paths)?;
        let permission_holds = holds(&self.permissions, &self.permission_paths)?;
        let claims_hold = self.claims.iter().all(|(path, values)| {
            path.find(claims).is_some_and(|claim| match claim {
                Value::Array(list) => list.iter().any(|item| values.contains(item)),
                claim => values.contains(claim),
            })
        });
        if !(role_holds && permission_holds && claims_hold) {
            return Err(Refusal::RuleDenied);
        }
        if self.scopes.is_empty() && self.all_scopes.is_empty() {
            return Ok(());
        }
        let granted = scopes(claims)?;
        let is_granted = |scope: &String| granted.contains(&scope.as_str());
        let any_holds = self.scopes.is_empty() || self.scopes.iter().any(is_granted);
        if any_holds && self.all_scopes.iter().all(is_granted) {
            return Ok(());
        }
        let lacking = if any_holds { &self.all_scopes } else { &self.scopes };
        Err(Refusal::InsufficientScope {
            scope: lacking.join(" "),
        })
    }
}

/// `scope` (RFC 8693 section 4.2) and `scp`: texts separated by spaces or, as some providers write both, a list.
fn scopes(claims: &Map<String, Value>) -> Result<Vec<&str>, ClaimFault> {
    let mut granted = Vec::new();
    for name in ["scope", "scp"] {
        match claims.get(name) {
            None => {}
            Some(Value::String(text)) => granted.extend(text.split(' ')),
            Some(list) => granted.extend(texts(list).map_err(|_| ClaimFault::Type(name))?),
        }
    }
    Ok(granted)
}

/// One text or a list of texts.
fn texts(value: &Value) -> Result<Vec<&str>, ClaimFault> {
    match value {
        Value::String(text) => Ok(vec![text]),
        Value::Array(list) => list
            .iter()
            .map(Value::as_str)
            .collect::<Option<_>>()
            .ok_or(ClaimFault::Identity),
        Value::Null => Ok(Vec::new()),
        _ => Err(ClaimFault::Identity),
    }
}

/// Whether any rule bears on `operation` at all.
pub(super) fn first<'r>(rules: &'r [Rule], kind: Kind, agent: Option<&str>) -> Option<&'r Rule> {
    rules.iter().find(|rule| rule.is_about(kind, agent))
}

impl Operation {
    /// Which rule of `rules` decides about this operation.
    pub(super) fn rule<'r>(&self, rules: &'r [Rule]) -> Option<&'r Rule> {
        first(rules, self.kind(), self.agent())
    }
}
