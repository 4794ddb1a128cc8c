//! `Gate`: the whole decision, readable from top to bottom.

use std::rc::Rc;

use serde_json::json;

use crate::bearer;
use crate::claims::Accepted;
use crate::config::Config;
use crate::issuer;
use crate::keys::{KeySource, Keys};
use crate::outbound::Outbound;
use crate::policy::{Caller, Permit, Policy, Subject};
use crate::record::Record;
use crate::refusal::{MissingToken, Refusal, TokenFault};
use crate::reply::Reply;
use crate::request::{Head, Method};
use crate::route::Operation;
use crate::token::Untrusted;
use crate::verify::{Verifier, verify};

/// What the gate needs of the platform while it decides.
pub trait Platform: KeySource + Verifier {}

impl<P: KeySource + Verifier> Platform for P {}

/// The gate of one isolate: its settings and what it has learnt.
pub struct Gate {
    config: Config,
    policy: Policy,
    keys: Keys,
}

/// What becomes of a request.
pub enum Outcome {
    /// It goes on to the origin.
    Forward(Outbound),
    /// The gate answers.
    Reply(Reply),
}

impl Gate {
    /// A gate with these settings that knows nothing yet.
    pub fn new(config: Config) -> Self {
        let keys = Keys::new(config.issuers.len(), config.jwks_stale_limit);
        Self {
            config,
            policy: Policy {},
            keys,
        }
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Decides what becomes of a request, and notes in `record` what was learnt on the way.
    ///
    /// # Errors
    /// Why it does not go on.
    pub async fn decide(
        &self,
        head: &Head<'_>,
        platform: &impl Platform,
        record: &mut Record,
    ) -> Result<Outcome, Refusal> {
        let path = self.below_base(head.path).ok_or(Refusal::NotFound)?;
        if path == "/.gate/health" && matches!(head.method, Method::Get | Method::Head) {
            return Ok(Outcome::Reply(self.health(record.request_id())));
        }
        let permit = self.admit(head, path, platform, record).await?;
        Ok(Outcome::Forward(Outbound::new(
            &permit,
            head,
            &self.config,
            record.request_id(),
        )))
    }

    /// Authenticates, then authorises. Routing waits for the token: a stranger learns 401 before anything else.
    async fn admit(
        &self,
        head: &Head<'_>,
        path: &str,
        platform: &impl Platform,
        record: &mut Record,
    ) -> Result<Permit, Refusal> {
        let caller = self.authenticate(head, platform, record).await?;
        let operation = Operation::parse(head.method, path, head.query)?;
        record.operation(&operation);
        self.policy.decide(caller, operation)
    }

    async fn authenticate(
        &self,
        head: &Head<'_>,
        platform: &impl Platform,
        record: &mut Record,
    ) -> Result<Caller, Refusal> {
        let bearer = match bearer::read(head) {
            Err(Refusal::MissingToken(MissingToken::Absent)) if self.config.anonymous => return Ok(Caller::Anonymous),
            credential => credential?,
        };
        let untrusted = Untrusted::parse(bearer.as_str())?;
        let iss = untrusted.issuer_hint().ok_or(TokenFault::UnknownIssuer)?;
        let (index, issuer) = issuer::choose(&self.config.issuers, iss).ok_or(TokenFault::UnknownIssuer)?;
        if !issuer.algorithms.contains(&untrusted.alg()) {
            return Err(TokenFault::Algorithm.into());
        }
        let key = self.keys.select(index, issuer, &untrusted, platform).await?;
        let verified = verify(untrusted, &key, platform).await?;
        record.token(&verified);
        let accepted = Accepted::judge(verified, issuer, platform.now())?;
        let headers = self.config.identity.headers(accepted.claims())?;
        Ok(Caller::Verified(Rc::new(Subject { accepted, headers })))
    }

    /// The path below `BASE_PATH`, on a segment boundary: empty, or starting with `/`.
    fn below_base<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.config.base_path.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }

    fn health(&self, request_id: &str) -> Reply {
        let status = if self.keys.is_degraded() { "degraded" } else { "ok" };
        Reply::json(200, json!({ "status": status }).to_string(), request_id)
    }
}
