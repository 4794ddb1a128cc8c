//! `Rule`: one entry of the setting `RULES`, and how it decides about a caller.

use serde_json::{Map, Value};

use crate::auth::caller::{Caller, Principal};
use crate::auth::claim_path::ClaimPath;
use crate::auth::claim_source::ClaimSource;
use crate::auth::claims::has_value;
use crate::base::glob::Glob;
use crate::call::kind::Kind;
use crate::call::operations::Opened;
use crate::wire::fault::{ClaimFault, MissingToken};
use crate::wire::refusal::Refusal;

/// One rule. The first that matches an operation decides.
pub struct Rule {
    /// Its name in the log, beside its position: 1 to 64 ASCII letters, digits and `-`.
    pub name: Option<String>,
    /// The agents it is about, and then only operations that name an agent; `None`: every operation.
    pub agents: Option<Vec<Glob>>,
    /// The operations it is about.
    pub operations: Vec<Kind>,
    /// The operations that it names in full and not by a glob.
    pub named: Vec<Kind>,
    /// Whether it lists operations at all; without a list it is about every one.
    pub lists_operations: bool,
    /// Whether it decides.
    pub mode: Mode,
    /// The callers that it admits.
    pub access: Access,
    /// The tools that a client may declare or call through the runtime; `None`: all.
    pub tools: Option<Vec<Glob>>,
    /// The limit under which the requests count that it lets through.
    pub limit: Option<Limit>,
}

/// A rate limit of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The name of the rate limit binding.
    pub binding: String,
    /// The period of the binding in seconds, one of [`Limit::PERIODS`], if the rule has one.
    pub period: Option<i64>,
}

impl Limit {
    /// The periods that Cloudflare's rate limit bindings may have, in seconds.
    pub const PERIODS: [i64; 2] = [Self::SHORTEST_PERIOD, 60];
    /// The shorter of them.
    pub const SHORTEST_PERIOD: i64 = 10;
}

/// Whether a rule decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It decides.
    Enforce,
    /// It only tells the log how it would have decided.
    Report,
}

/// The callers that a rule admits.
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

/// A rule's demands on the claims.
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
    /// Mappings that must find a value.
    pub sources: Vec<ClaimSource>,
    /// The claims with roles.
    pub role_sources: Vec<ClaimSource>,
    /// The claims with permissions.
    pub permission_sources: Vec<ClaimSource>,
}

/// The part of a rule's demands that a caller's claims do not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmet<'r> {
    /// None of its roles.
    Roles,
    /// None of its permissions.
    Permissions,
    /// No listed value at this claim path.
    Claim(&'r ClaimPath),
    /// None, or not all, of these scopes.
    Scopes(&'r [String]),
}

impl Rule {
    /// Whether the rule is about operations of this `kind` on `agent`.
    pub fn is_about(&self, kind: &Kind, agent: Option<&str>, threads_are_isolated: bool) -> bool {
        let agent_fits = |agents: &Vec<Glob>| agent.is_some_and(|agent| agents.iter().any(|glob| glob.matches(agent)));
        self.concerns(kind, threads_are_isolated) && self.agents.as_ref().is_none_or(agent_fits)
    }

    /// Whether the rule is about operations of this `kind` on some agent. What is denied by default is opened only by a
    /// rule that says so: `threads/clear`, `cpk-debug-events` and operations of the settings by their full names, and the
    /// threads of a runtime without owners by `operations` that name threads. A rule that closes needs no such care.
    fn concerns(&self, kind: &Kind, threads_are_isolated: bool) -> bool {
        let says_so = match kind.opened {
            Opened::ByName => self.named.contains(kind),
            Opened::WithOwners | Opened::Always => self.lists_operations,
        };
        let may_decide =
            !kind.is_denied_by_default(threads_are_isolated) || says_so || matches!(self.access, Access::Nobody);
        may_decide && self.operations.contains(kind)
    }

    /// Whether nothing that `later` is about is left for it after this rule.
    pub fn shadows(&self, later: &Self, threads_are_isolated: bool) -> bool {
        let covers_agents = |kind: &Kind| match (&self.agents, &later.agents) {
            (None, _) => true,
            (Some(own), None) => kind.names_agent() && own.iter().any(|own| own.covers(&Glob::new("*"))),
            (Some(own), Some(theirs)) => theirs.iter().all(|their| own.iter().any(|own| own.covers(their))),
        };
        // A rule that does not name an operation of the settings cannot open it, and leaves it to the others.
        let decides = |rule: &Self, kind: &Kind| {
            rule.operations.contains(kind) && (!kind.is_configured() || rule.concerns(kind, threads_are_isolated))
        };
        let mut left = later
            .operations
            .iter()
            .filter(|kind| decides(later, kind) && later.may_fit_agent(kind));
        self.mode == Mode::Enforce && left.all(|kind| decides(self, kind) && covers_agents(kind))
    }

    /// Whether the rule could decide about some operation.
    pub fn can_decide(&self, threads_are_isolated: bool) -> bool {
        self.operations
            .iter()
            .any(|kind| self.concerns(kind, threads_are_isolated) && self.may_fit_agent(kind))
    }

    fn may_fit_agent(&self, kind: &Kind) -> bool {
        self.agents.is_none() || kind.may_name_agent()
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
        match self.unmet(principal)? {
            None => Ok(()),
            Some(Unmet::Scopes(scopes)) => Err(Refusal::InsufficientScope {
                scope: scopes.join(" "),
            }),
            Some(_) => Err(Refusal::RuleDenied),
        }
    }

    /// The first requirement that the claims of `principal` do not meet.
    ///
    /// # Errors
    /// A claim that is to be compared has a type that cannot be.
    pub fn unmet(&self, principal: &Principal) -> Result<Option<Unmet<'_>>, ClaimFault> {
        let claims = principal.accepted.claims();
        // A claim of another shape has no role in it; under a mapping of the deployer's own, its token was refused before.
        let has_one = |listed: &[String], sources: &[ClaimSource]| {
            let found = sources.iter().filter_map(|source| source.find(claims).ok()?);
            listed.is_empty() || found.into_iter().any(|value| has_text(&value, listed))
        };
        if !has_one(&self.roles, &self.role_sources) {
            return Ok(Some(Unmet::Roles));
        }
        if !has_one(&self.permissions, &self.permission_sources) {
            return Ok(Some(Unmet::Permissions));
        }
        for (path, values) in &self.claims {
            if !has_value(path.find(claims), values, path)? {
                return Ok(Some(Unmet::Claim(path)));
            }
        }
        let finds_nothing = |source: &&ClaimSource| {
            let found = source.find(claims).ok().flatten();
            !found.is_some_and(|value| has_content(&value))
        };
        if let Some(source) = self.sources.iter().find(finds_nothing) {
            return Ok(Some(Unmet::Claim(&source.path)));
        }
        if self.scopes.is_empty() && self.all_scopes.is_empty() {
            return Ok(None);
        }
        let granted = scopes(claims)?;
        let is_granted = |scope: &String| granted.contains(&scope.as_str());
        if !self.scopes.is_empty() && !self.scopes.iter().any(is_granted) {
            return Ok(Some(Unmet::Scopes(&self.scopes)));
        }
        if !self.all_scopes.iter().all(is_granted) {
            return Ok(Some(Unmet::Scopes(&self.all_scopes)));
        }
        Ok(None)
    }
}

/// Whether `value` is a text that is not empty, a number or a boolean, or a list of such values that is not empty.
fn has_content(value: &Value) -> bool {
    let is_value = |item: &Value| match item {
        Value::String(text) => !text.is_empty(),
        Value::Number(_) | Value::Bool(_) => true,
        _ => false,
    };
    match value {
        Value::Array(list) => !list.is_empty() && list.iter().all(is_value),
        single => is_value(single),
    }
}

/// Whether `value` is one of `listed`, or a list of texts of which one is.
fn has_text(value: &Value, listed: &[String]) -> bool {
    let texts = strings(value).unwrap_or_default();
    texts.iter().any(|text| listed.iter().any(|wanted| wanted == text))
}

/// `scope` (RFC 8693 section 4.2) and `scp`: strings separated by spaces or, as some providers write both, a list.
fn scopes(claims: &Map<String, Value>) -> Result<Vec<&str>, ClaimFault> {
    let mut granted = Vec::new();
    for name in ["scope", "scp"] {
        match claims.get(name) {
            None => {}
            Some(Value::String(scopes)) => granted.extend(scopes.split(' ')),
            Some(list) => granted.extend(strings(list).ok_or(ClaimFault::Type(name))?),
        }
    }
    Ok(granted)
}

/// One string or a list of strings; `None` for anything else.
fn strings(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(value) => Some(vec![value]),
        Value::Array(list) => list.iter().map(Value::as_str).collect(),
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}
