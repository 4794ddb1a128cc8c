//! `Gate`: the whole decision, readable from top to bottom.

pub mod own;
pub mod record;

use crate::auth::Authenticator;
use crate::auth::caller::Caller;
use crate::auth::credential::{self, Credential, Location};
use crate::auth::keys::KeySource;
use crate::auth::revocation::RevocationStore;
use crate::auth::verify::Verifier;
use crate::browser::origins::AllowedOrigins;
use crate::browser::{cors, cross_site};
use crate::call::{BodySource, Call, CallSettings};
use crate::config::Config;
use crate::outbound::answer::Filter;
use crate::outbound::assertion::{Signer, Statement};
use crate::outbound::{self, Outbound, OutboundSettings};
use crate::policy::Policy;
use crate::wire::fault::MissingToken;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::request::Head;
use own::OwnEndpoint;
use record::Record;

/// Limits on how often a caller may ask.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait Limiter {
    /// Whether one more request under `key` is within the limit. Where there is no limit it always is, and `key` is not
    /// called.
    async fn admits(&self, key: impl FnOnce() -> String) -> bool;
}

/// What the gate needs of the platform while it decides.
pub trait Platform: KeySource + Verifier + BodySource + RevocationStore + Signer + Limiter {}

impl<P: KeySource + Verifier + BodySource + RevocationStore + Signer + Limiter> Platform for P {}

/// The gate of one isolate: its settings and what it has learnt.
pub struct Gate {
    base_path: String,
    auth: Authenticator,
    origins: AllowedOrigins,
    call: CallSettings,
    policy: Policy,
    outbound: OutboundSettings,
    upstream_timeout: i64,
}

/// What becomes of a request that is not refused.
pub enum Decision {
    /// It goes upstream.
    Forward(Box<Outbound>),
    /// The gate answers.
    Reply(Reply),
}

/// A credential, or why there is none.
type Presented = Result<Credential, Refusal>;

impl Gate {
    /// A gate with these settings that knows no key and no token yet.
    pub fn new(config: Config) -> Self {
        let policy = Policy::new(config.rules, config.call.threads_are_isolated);
        Self {
            auth: Authenticator::new(config.auth, policy.admits_strangers()),
            policy,
            base_path: config.base_path,
            origins: config.origins,
            call: config.call,
            outbound: config.outbound,
            upstream_timeout: config.upstream_timeout,
        }
    }

    /// The stage that verifies credentials.
    pub fn auth(&self) -> &Authenticator {
        &self.auth
    }

    /// The web origins whose pages may use the gate.
    pub fn origins(&self) -> &AllowedOrigins {
        &self.origins
    }

    /// How long the upstream may take to start its answer, in seconds.
    pub fn upstream_timeout(&self) -> i64 {
        self.upstream_timeout
    }

    /// Most bytes of an answer that is filtered.
    pub fn max_answer_bytes(&self) -> usize {
        self.call.max_body_bytes
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
    ) -> Result<Decision, Refusal> {
        let decision = self.run(head, platform, record).await;
        if let Err(refusal) = &decision
            && refusal.is_the_callers()
        {
            let key = || format!("address:{}", head.fields.get("cf-connecting-ip").unwrap_or_default());
            if !platform.admits(key).await {
                return Err(Refusal::RateLimited);
            }
        }
        decision
    }

    /// Takes out of an answer what the caller may not see.
    pub fn filter(&self, filter: &Filter, answer: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        filter.apply(answer, &self.policy, self.outbound.thread_key.as_ref())
    }

    async fn run(&self, head: &Head<'_>, platform: &impl Platform, record: &mut Record) -> Result<Decision, Refusal> {
        let path = self.below_base(head.path).ok_or(Refusal::NotFound)?;
        if let Some(answer) = cors::preflight(&self.origins, head, &self.auth.settings().identity) {
            return answer.map(Decision::Reply);
        }
        let endpoint = OwnEndpoint::of(head, path);
        match (endpoint, &self.outbound.assertion_keys) {
            (Some(OwnEndpoint::Health), _) => return Ok(Decision::Reply(own::health(self.auth.keys()))),
            (Some(OwnEndpoint::Jwks), Some(keys)) => return Ok(Decision::Reply(own::jwks(keys))),
            _ => {}
        }

        let (credential, read_early) = self.find_credential(head, path, platform).await;
        let caller = self.identify(head, &credential, platform, record).await?;
        if endpoint == Some(OwnEndpoint::WhoAmI) {
            return own::who_am_i(&caller).map(Decision::Reply);
        }

        // From here on the caller is known; only a stranger, who is still to be let in by a rule, learns 401 and no more.
        let call = match read_early {
            Some(call) => call,
            None => Call::read(head, path, &self.call, platform).await,
        };
        let call = call.map_err(|refusal| match caller {
            Caller::Stranger => Refusal::MissingToken(MissingToken::Absent),
            _ => refusal,
        })?;
        record.operation(call.operation(), call.thread());
        cross_site::check_upgrade(&self.origins, head)?;
        let permit = self.policy.permit(caller, call)?;
        limit(permit.caller(), platform).await?;

        let request_id = record.request_id().to_owned();
        let mut outbound = Outbound::new(
            permit,
            &outbound::Context {
                settings: &self.outbound,
                auth: self.auth.settings(),
                policy: &self.policy,
                head,
                token: credential.as_ref().ok().and_then(Credential::outside_header),
                request_id: &request_id,
            },
        )?;
        record.thread(outbound.thread.as_deref());
        outbound.assertion = self.assert(head, &outbound, platform).await?;
        Ok(Decision::Forward(Box::new(outbound)))
    }

    /// The credential of the request, and the call, where that had to be read first: a body is read before the token is
    /// known only where it may hold the token, or say that none is needed.
    async fn find_credential(
        &self,
        head: &Head<'_>,
        path: &str,
        body: &impl BodySource,
    ) -> (Presented, Option<Result<Call, Refusal>>) {
        let settings = self.auth.settings();
        let credential = credential::read(head, settings.token_cookie.as_deref());
        let may_need_call = settings.token_property || self.policy.admits_strangers();
        if !may_need_call || !matches!(credential, Err(Refusal::MissingToken(MissingToken::Absent))) {
            return (credential, None);
        }
        let call = Call::read(head, path, &self.call, body).await;
        let property = match &call {
            Ok(call) if settings.token_property => call.token_property(),
            _ => None,
        };
        let credential = property.map_or(credential, |property| credential::from_property(&property));
        (credential, Some(call))
    }

    /// Who asks. A credential that is present must be good; one that is absent makes an anonymous caller or a stranger.
    async fn identify(
        &self,
        head: &Head<'_>,
        credential: &Presented,
        platform: &impl Platform,
        record: &mut Record,
    ) -> Result<Caller, Refusal> {
        let credential = match credential {
            Ok(credential) => credential,
            Err(Refusal::MissingToken(MissingToken::Absent)) => return self.auth.without_credential(),
            Err(refusal) => return Err(refusal.clone()),
        };
        if credential.location == Location::Cookie {
            cross_site::check_ambient_credential(&self.origins, head)?;
        }
        let mut seen = None;
        let caller = self.auth.authenticate(credential, platform, &mut seen).await;
        record.token(seen);
        caller
    }

    /// The signed statement that goes along, where the settings have a key for it.
    async fn assert(
        &self,
        head: &Head<'_>,
        outbound: &Outbound,
        platform: &impl Platform,
    ) -> Result<Option<String>, Refusal> {
        let Some(keys) = &self.outbound.assertion_keys else {
            return Ok(None);
        };
        let statement = Statement {
            gate: format!("{}{}", head.origin, self.base_path),
            audience: self.outbound.upstream.as_str(),
            caller: &outbound.caller,
            identity: &self.auth.settings().identity,
            operation: &outbound.operation,
            thread: outbound.thread.as_deref(),
            method: outbound.method,
            url: &outbound.url,
            request_id: &outbound.request_id,
        };
        keys.assert(&statement, platform, platform.now()).await.map(Some)
    }

    /// The path below `BASE_PATH`, on a segment boundary: empty, or starting with `/`.
    fn below_base<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.base_path.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }
}

/// Counts a request of a verified caller.
async fn limit(caller: &Caller, limiter: &impl Limiter) -> Result<(), Refusal> {
    let Caller::Verified(principal) = caller else {
        return Ok(());
    };
    let accepted = &principal.accepted;
    let key = || format!("subject:{}:{}", accepted.iss(), accepted.sub().unwrap_or_default());
    if limiter.admits(key).await {
        Ok(())
    } else {
        Err(Refusal::RateLimited)
    }
}
