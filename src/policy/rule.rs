//! `Rule`: one entry of the setting `RULES`, and how it decides about a caller.

use serde_json::{Map, Value};

use crate::auth::caller::{Caller, Principal};
use crate::auth::claim_path::ClaimPath;
use crate::base::glob::Glob;
use crate::call::shapes::Kind;
use crate::wire::fault::{ClaimFault, MissingToken};
use crate::wire::refusal::Refusal;

/// One rule. The first that matches an operation decides.
pub struct Rule {
    /// The agents it is about; `None`: every operation, whether it names an agent or not.
    pub agents: Option<Vec<Glob>>,
    /// The operations it is about.
    pub operations: Vec<Kind>,
    /// Whom it lets in.
    pub access: Access,
    /// The tools that a client may declare or call through the runtime; `None`: all.
    pub tools: Option<Vec<Glob>>,
}

/// Whom a rule lets in.
pub enum Access {
    /// Everybody, callers without a credential included.
    Anyone,
    /// Every verified caller.
    Authenticated,
    /// No one.
    Nobody,
    /// Verified callers who meet these requirements.
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
    /// Whether the rule is about operations of this `kind` on `agent`.
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

    /// Decides about `caller`.
    pub fn authorise(&self, caller: &Caller) -> Result<(), Refusal> {
        match (&self.access, caller) {
            (Access::Anyone, _) | (Access::Authenticated, Caller::Verified(_)) => Ok(()),
            (Access::Require(requirements), Caller::Verified(principal)) => requirements.check(principal),
            (Access::Nobody, Caller::Verified(_) | Caller::Anonymous) => Err(Refusal::RuleDenied),
            (_, Caller::Anonymous | Caller::Stranger) => Err(Refusal::MissingToken(MissingToken::Absent)),
        }
    }
}

impl Requirements {
    fn check(&self, principal: &Principal) -> Result<(), Refusal> {
        let claims = principal.accepted.claims();
        let holds = |listed: &[String], paths: &[ClaimPath]| -> Result<bool, ClaimFault> {
            let mut held = Vec::new();
            for path in paths {
                held.extend(path.find(claims).map_or(Ok(Vec::new()), strings)?);
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

/// `scope` (RFC 8693 section 4.2) and `scp`: strings separated by spaces or, as some providers write both, a list.
fn scopes(claims: &Map<String, Value>) -> Result<Vec<&str>, ClaimFault> {
    let mut granted = Vec::new();
    for name in ["scope", "scp"] {
        match claims.get(name) {
            None => {}
            Some(Value::String(scopes)) => granted.extend(scopes.split(' ')),
            Some(list) => granted.extend(strings(list).map_err(|_| ClaimFault::Type(name))?),
        }
    }
    Ok(granted)
}

/// One string or a list of strings.
fn strings(value: &Value) -> Result<Vec<&str>, ClaimFault> {
    match value {
        Value::String(value) => Ok(vec![value]),
        Value::Array(list) => list
            .iter()
            .map(Value::as_str)
            .collect::<Option<_>>()
            .ok_or(ClaimFault::Identity),
        Value::Null => Ok(Vec::new()),
        _ => Err(ClaimFault::Identity),
    }
}
