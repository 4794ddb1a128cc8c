//! `Gate`: the whole decision, readable from top to bottom.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use crate::answer::Filter;
use crate::assertion::{self, Signer};
use crate::bearer::{self, Bearer, Place};
use crate::call::{BodySource, Call};
use crate::claims::Accepted;
use crate::config::Config;
use crate::issuer;
use crate::keys::{KeySource, Keys};
use crate::outbound::Outbound;
use crate::policy::{ANONYMOUS, Caller, Policy, Subject};
use crate::record::Record;
use crate::revocation::{RevocationStore, Revocations};
use crate::token::Untrusted;
use crate::verdict::{self, TokenHash, Verdicts};
use crate::verify::{Verifier, verify};
use crate::wire::refusal::{ClaimFault, MissingToken, Refusal, TokenFault};
use crate::wire::reply::Reply;
use crate::wire::request::{Head, Method};

/// Limits on how often somebody may ask.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait Limiter {
    /// Whether one more request under `key` is within the limit; also where there is no limit, and then `key` is not asked.
    async fn admits(&self, key: impl FnOnce() -> String) -> bool;
}

/// What the gate needs of the platform while it decides.
pub trait Platform: KeySource + Verifier + BodySource + RevocationStore + Signer + Limiter {}

impl<P: KeySource + Verifier + BodySource + RevocationStore + Signer + Limiter> Platform for P {}

/// The gate of one isolate: its settings and what it has learnt.
pub struct Gate {
    config: Config,
    policy: Policy,
    keys: Keys,
    verdicts: Verdicts,
    revocations: Revocations,
}

/// What becomes of a request.
pub enum Outcome {
    /// It goes on to the origin.
    Forward(Box<Outbound>),
    /// The gate answers.
    Reply(Reply),
}

impl Gate {
    /// A gate with these settings that knows nothing yet.
    pub fn new(mut config: Config) -> Self {
        let keys = Keys::new(config.issuers.len(), config.jwks_stale_limit);
        let policy = Policy::new(std::mem::take(&mut config.rules), config.thread_key.is_some());
        Self {
            config,
            policy,
            keys,
            verdicts: Verdicts::default(),
            revocations: Revocations::default(),
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
    /// Why it does not go on; [`Refusal::RateLimited`] instead, where refusals to this address have become too many.
    pub async fn decide(
        &self,
        head: &Head<'_>,
        platform: &impl Platform,
        record: &mut Record,
    ) -> Result<Outcome, Refusal> {
        let outcome = self.judge(head, platform, record).await;
        if let Err(refusal) = &outcome
            && refusal.is_the_callers()
        {
            let key = || format!("address:{}", head.fields.get("cf-connecting-ip").unwrap_or_default());
            if !platform.admits(key).await {
                return Err(Refusal::RateLimited);
            }
        }
        outcome
    }

    /// Takes out of an answer what the caller may not see.
    pub fn filter(&self, filter: &Filter, answer: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        filter.apply(answer, &self.policy, self.config.thread_key.as_ref())
    }

    async fn judge(&self, head: &Head<'_>, platform: &impl Platform, record: &mut Record) -> Result<Outcome, Refusal> {
        let path = self.below_base(head.path).ok_or(Refusal::NotFound)?;
        let request_id = record.request_id().to_owned();
        if let Some(answer) = self.config.origins.preflight(head, &self.config.identity) {
            return answer.map(Outcome::Reply);
        }
        if let Some(reply) = self.public_endpoint(head, path) {
            return Ok(Outcome::Reply(reply));
        }

        // A body is read before the token is known only where it may hold the token, or say that none is needed.
        let mut credential = bearer::read(head, self.config.token_cookie.as_deref());
        let mut call = None;
        if matches!(credential, Err(Refusal::MissingToken(MissingToken::Absent))) && self.may_need_call_first() {
            let read = Call::read(head, path, &self.config, platform).await;
            let property = read
                .as_ref()
                .ok()
                .filter(|_| self.config.token_property)
                .and_then(Call::token_property);
            if let Some(property) = property {
                credential = bearer::from_property(&property).map(|bearer| (bearer, Place::Property));
            }
            call = Some(read);
        }
        let caller = self.identify(head, &credential, platform, record).await?;
        if path == "/.gate/whoami" && matches!(head.method, Method::Get | Method::Head) {
            return who_am_i(&caller).map(Outcome::Reply);
        }

        // From here on the caller is known; only a stranger, who is still to be let in by a rule, learns 401 and no more.
        let call = match call {
            Some(call) => call,
            None => Call::read(head, path, &self.config, platform).await,
        };
        let call = call.map_err(|refusal| match caller {
            Caller::Stranger => Refusal::MissingToken(MissingToken::Absent),
            _ => refusal,
        })?;
        record.operation(call.operation(), call.thread());
        self.config.origins.judge_upgrade(head)?;
        let permit = self.policy.permit(caller, call)?;
        if let Caller::Verified(subject) = permit.caller() {
            let accepted = &subject.accepted;
            let key = || format!("subject:{}:{}", accepted.iss(), accepted.sub().unwrap_or_default());
            if !platform.admits(key).await {
                return Err(Refusal::RateLimited);
            }
        }

        let token = match &credential {
            Ok((bearer, Place::Cookie | Place::Property)) => Some(bearer.as_str()),
            _ => None,
        };
        let mut outbound = Outbound::new(permit, token, head, (&self.config, &self.policy), &request_id)?;
        record.thread(outbound.thread.as_deref());
        if let Some(keys) = &self.config.assertion_keys {
            let subject = assertion::Subject {
                gate: format!("{}{}", head.origin, self.config.base_path),
                audience: self.config.origin_url.as_str(),
                outbound: &outbound,
                request_id: &request_id,
                identity: &self.config.identity,
            };
            let assertion = keys.assert(&subject, platform, platform.now()).await?;
            outbound.assertion = Some(assertion);
        }
        Ok(Outcome::Forward(Box::new(outbound)))
    }

    /// Who asks. A credential that is there must be good; one that is absent makes an anonymous caller or a stranger.
    async fn identify(
        &self,
        head: &Head<'_>,
        credential: &Result<(Bearer, Place), Refusal>,
        platform: &impl Platform,
        record: &mut Record,
    ) -> Result<Caller, Refusal> {
        let (bearer, place) = match credential {
            Ok(found) => found,
            Err(Refusal::MissingToken(MissingToken::Absent)) if self.config.anonymous => return Ok(Caller::Anonymous),
            Err(Refusal::MissingToken(MissingToken::Absent)) if self.policy.admits_strangers() => {
                return Ok(Caller::Stranger);
            }
            Err(refusal) => return Err(refusal.clone()),
        };
        if *place == Place::Cookie {
            self.config.origins.judge_ambient_credential(head)?;
        }
        let subject = self.authenticate(bearer, platform, record).await?;
        self.revocations
            .judge(&subject.accepted, platform, platform.now())
            .await?;
        Ok(Caller::Verified(subject))
    }

    async fn authenticate(
        &self,
        bearer: &Bearer,
        platform: &impl Platform,
        record: &mut Record,
    ) -> Result<Rc<Subject>, Refusal> {
        let hash = verdict::hash(bearer);
        if let Some(subject) = self.recall(&hash, platform, record) {
            subject.accepted.times().judge(platform.now())?;
            return Ok(subject);
        }
        let untrusted = Untrusted::parse(bearer.as_str())?;
        let iss = untrusted.issuer_hint().ok_or(TokenFault::UnknownIssuer)?;
        let (index, issuer) = issuer::choose(&self.config.issuers, iss).ok_or(TokenFault::UnknownIssuer)?;
        if !issuer.algorithms.contains(&untrusted.alg()) {
            return Err(TokenFault::Algorithm.into());
        }
        let key = self.keys.select(index, issuer, &untrusted, platform).await?;
        // Taken with the key: a set that arrives while the signature is checked must void this verdict as well.
        let generation = self.keys.generation(index);
        let verified = verify(untrusted, &key, platform).await?;
        record.token(&verified, "miss");
        let now = platform.now();
        let accepted = Accepted::judge(verified, issuer, now)?;
        // Nobody who signs in may pass for those who did not.
        if (self.config.anonymous || self.policy.admits_strangers()) && accepted.sub() == Some(ANONYMOUS) {
            return Err(ClaimFault::Identity.into());
        }
        let headers = self.config.identity.headers(accepted.claims())?;
        let subject = Rc::new(Subject { accepted, headers });
        self.verdicts.remember(hash, bearer, &subject, (index, generation), now);
        Ok(subject)
    }

    /// The bearer of a token that was verified a moment ago, as long as its issuer's keys may still be used.
    fn recall(&self, hash: &TokenHash, platform: &impl Platform, record: &mut Record) -> Option<Rc<Subject>> {
        let verdict = self
            .verdicts
            .recall(hash, platform.now(), |index| self.keys.generation(index))?;
        let issuer = self.config.issuers.get(verdict.issuer)?;
        if !self.keys.vouch(verdict.issuer, issuer, platform) {
            return None;
        }
        record.token(verdict.subject.accepted.verified(), "hit");
        Some(verdict.subject)
    }

    fn may_need_call_first(&self) -> bool {
        self.config.token_property || self.policy.admits_strangers()
    }

    /// The path below `BASE_PATH`, on a segment boundary: empty, or starting with `/`.
    fn below_base<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.config.base_path.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }

    /// `health` and `jwks.json`, which need no token.
    fn public_endpoint(&self, head: &Head<'_>, path: &str) -> Option<Reply> {
        if !matches!(head.method, Method::Get | Method::Head) {
            return None;
        }
        match path {
            "/.gate/health" => {
                let status = if self.keys.is_degraded() { "degraded" } else { "ok" };
                Some(Reply::json(200, json!({ "status": status }).to_string()))
            }
            "/.gate/jwks.json" => {
                let jwks = self.config.assertion_keys.as_ref()?.jwks();
                let fields = vec![
                    ("content-type", "application/jwk-set+json".to_owned()),
                    ("cache-control", "public, max-age=300".to_owned()),
                ];
                Some(Reply {
                    status: 200,
                    fields,
                    body: Some(jwks),
                })
            }
            _ => None,
        }
    }
}

/// The identity headers that the origin would get, as JSON.
fn who_am_i(caller: &Caller) -> Result<Reply, Refusal> {
    if matches!(caller, Caller::Stranger) {
        return Err(Refusal::MissingToken(MissingToken::Absent));
    }
    let headers: Map<_, _> = caller
        .headers()
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    Ok(Reply::json(200, Value::Object(headers).to_string()))
}
