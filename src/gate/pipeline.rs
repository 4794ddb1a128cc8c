//! `Pipeline`: the steps of a decision, in their order.

use super::limit::{Count, Limiter};
use super::notice::{NoticeLog, Notices};
use super::own::{self, OwnEndpoint};
use super::record::Record;
use crate::auth::Authenticator;
use crate::auth::caller::Caller;
use crate::auth::credential::{self, Credential};
use crate::auth::keys::KeySource;
use crate::auth::progress::Progress;
use crate::auth::revocation::RevocationStore;
use crate::auth::verify::Verifier;
use crate::base::cold::cold;
use crate::browser::origins::AllowedOrigins;
use crate::browser::{cors, cross_site};
use crate::call::dialect::Dialect;
use crate::call::operation::Operation;
use crate::call::{Asked, BodySource, Call, CallSettings, Content};
use crate::outbound::assertion::{AssertionKeys, Signer, Statement};
use crate::outbound::{self, Outbound, OutboundSettings};
use crate::policy::{Grant, Permit, Policy, Trace};
use crate::wire::fault::MissingToken;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::request::Head;
use crate::wire::step::Step;

/// The services of the platform that a decision needs.
pub trait Platform: KeySource + Verifier + BodySource + RevocationStore + Signer + Limiter + NoticeLog {}

impl<P: KeySource + Verifier + BodySource + RevocationStore + Signer + Limiter + NoticeLog> Platform for P {}

/// The stages, with their settings and what they have learnt.
pub(super) struct Pipeline {
    pub(super) base_path: String,
    pub(super) auth: Authenticator,
    pub(super) origins: AllowedOrigins,
    pub(super) call: CallSettings,
    pub(super) policy: Policy,
    pub(super) outbound: OutboundSettings,
    pub(super) notices: Notices,
}

/// The outcome of a request that is not refused.
pub enum Decision {
    /// It goes upstream.
    Forward(Box<Outbound>),
    /// The gate answers.
    Reply(Reply),
}

/// The caller of a request, and the part of the request that is unread.
struct Visitor {
    caller: Caller,
    credential: Option<Credential>,
    unread: Result<Unread, Refusal>,
}

/// The unread part of a request whose caller is known.
enum Unread {
    /// The body of this operation.
    Body(Operation),
    /// The envelope, which names the operation.
    Envelope,
    /// Nothing: the body was read because it may contain the token.
    Nothing(Call),
}

/// One request, while it is decided.
pub(super) struct Turn<'r, P> {
    pub(super) head: &'r Head<'r>,
    pub(super) platform: &'r P,
    pub(super) record: &'r mut Record,
    pub(super) count: Count<'r>,
}

impl Unread {
    /// The unread part of `asked`, if `call` was read from it to find the token.
    fn of(asked: Result<Asked, Refusal>, call: Option<Result<Call, Refusal>>) -> Result<Self, Refusal> {
        if let Some(call) = call {
            return call.map(Self::Nothing);
        }
        Ok(match asked? {
            Asked::Operation(operation) => Self::Body(operation),
            Asked::Envelope => Self::Envelope,
        })
    }
}

const NO_TOKEN: Refusal = Refusal::MissingToken(MissingToken::Absent);

impl Pipeline {
    /// Everything but the count of refusals.
    pub(super) async fn run<P: Platform>(&self, turn: &mut Turn<'_, P>) -> Result<Decision, Refusal> {
        let head = turn.head;
        let path = self.below_base(head.path).ok_or(Refusal::NotFound)?;
        if let Some(answer) = cors::preflight(
            &self.origins,
            head,
            self.auth.settings(),
            self.call.operations.methods(),
        ) {
            return answer.map(Decision::Reply);
        }
        let endpoint = OwnEndpoint::of(head, path);
        match (endpoint, &self.outbound.assertion_keys) {
            (Some(OwnEndpoint::Health), _) => return Ok(Decision::Reply(own::health(self.auth.keys()))),
            (Some(OwnEndpoint::Jwks), Some(keys)) => return Ok(Decision::Reply(own::jwks(keys))),
            (Some(OwnEndpoint::Discovery), Some(keys)) => {
                return Ok(Decision::Reply(own::discovery(keys, &self.base_url(head))));
            }
            _ => {}
        }

        let asked = if own::is_own(path) {
            Err(Refusal::NotFound)
        } else {
            Asked::read(&self.call.operations, head, path)
        };
        let client = match asked {
            Ok(Asked::Envelope) => Dialect::SingleRoute,
            _ => Dialect::MultiRoute,
        };
        let Visitor {
            caller,
            credential,
            unread,
        } = self.identify(asked, turn).await?;
        if endpoint == Some(OwnEndpoint::WhoAmI) {
            return own::who_am_i(&caller).map(Decision::Reply);
        }
        turn.record.at(Step::Operation);
        let permit = self.authorise(caller, unread, turn).await?;

        let request_id = turn.record.request_id().to_owned();
        let mut outbound = Outbound::new(
            permit,
            &outbound::OutboundContext {
                settings: &self.outbound,
                auth: self.auth.settings(),
                policy: &self.policy,
                head,
                trusts_page: self.origins.keeps_cookies_of(head.page()),
                client,
                credential: credential.as_ref(),
                request_id: &request_id,
            },
        )?;
        turn.record.thread(outbound.thread.as_deref());
        turn.record.dropped(&outbound.answer.dropped);
        if let Some(keys) = &self.outbound.assertion_keys {
            let assertion = self.assert(keys, head, &outbound, &request_id, turn.platform).await?;
            outbound.fields.set("x-gate-assertion", &assertion);
            outbound.answer.hide_assertion(&assertion);
        }
        self.notices.size(&outbound.fields, turn.platform);
        // Before this step, nothing can have happened upstream.
        turn.record.at(Step::Upstream);
        Ok(Decision::Forward(Box::new(outbound)))
    }

    /// The caller. A credential that is present must be valid; without one, the caller is anonymous or a stranger. A body
    /// is read before the caller is known only if it may contain the token.
    async fn identify<P: Platform>(
        &self,
        asked: Result<Asked, Refusal>,
        turn: &mut Turn<'_, P>,
    ) -> Result<Visitor, Refusal> {
        turn.record.at(Step::Credential);
        let settings = self.auth.settings();
        let mut call = None;
        let credential = match credential::read(turn.head, settings.token_cookie.as_deref(), &settings.token_headers) {
            Ok(credential) => Some(credential),
            Err(NO_TOKEN) => match &asked {
                Ok(asked) if settings.token_property && asked.may_hold_token() => {
                    turn.count.address(turn.platform).await?;
                    let read = self.read_call(asked, turn).await;
                    let property = read.as_ref().ok().and_then(Call::token_property);
                    call = Some(read);
                    property
                        .map(|property| credential::from_property(&property))
                        .transpose()?
                }
                _ => None,
            },
            Err(refusal) => return Err(refusal),
        };
        let caller = match &credential {
            None => self.auth.without_credential()?,
            Some(credential) => {
                if credential.location.is_ambient() {
                    cross_site::check_ambient_credential(&self.origins, turn.head)?;
                }
                self.auth.authenticate(credential, turn.platform, turn.record).await?
            }
        };
        self.notices.omitted(&caller, turn.platform);
        Ok(Visitor {
            caller,
            credential,
            unread: Unread::of(asked, call),
        })
    }

    /// Permission to make the call: an operation is granted before its body is read, and an envelope is opened before its
    /// call is granted. A stranger learns nothing but 401 of a request that cannot be read.
    async fn authorise<P: Platform>(
        &self,
        caller: Caller,
        unread: Result<Unread, Refusal>,
        turn: &mut Turn<'_, P>,
    ) -> Result<Permit, Refusal> {
        cold(async {
            let is_stranger = matches!(caller, Caller::Stranger);
            let hide = |refusal| if is_stranger { NO_TOKEN } else { refusal };
            let limit = self.call.limits.of(&caller);
            match unread.map_err(hide)? {
                Unread::Body(operation) => {
                    let grant = self.grant(caller, operation, None, turn).await?;
                    let content = Content::read(grant.operation(), turn.head, &self.call, limit, turn.platform).await?;
                    Ok(grant.permit(content))
                }
                Unread::Envelope if is_stranger && !self.policy.admits_strangers() => Err(NO_TOKEN),
                Unread::Envelope => {
                    turn.count.caller(&caller, turn.platform).await?;
                    let call = Call::read_envelope(&self.call.operations, limit, turn.platform)
                        .await
                        .map_err(hide)?;
                    self.permit(caller, call, turn).await
                }
                Unread::Nothing(call) => self.permit(caller, call, turn).await,
            }
        })
        .await
    }

    /// Permission to make a call that was read.
    async fn permit<P: Platform>(&self, caller: Caller, call: Call, turn: &mut Turn<'_, P>) -> Result<Permit, Refusal> {
        let thread = call.thread().map(str::to_owned);
        let grant = self.grant(caller, call.operation, thread.as_deref(), turn).await?;
        Ok(grant.permit(call.content))
    }

    /// That `caller` may ask for `operation`, by the rules and within the limits.
    async fn grant<P: Platform>(
        &self,
        caller: Caller,
        operation: Operation,
        thread: Option<&str>,
        turn: &mut Turn<'_, P>,
    ) -> Result<Grant, Refusal> {
        turn.record.at(Step::Rules);
        turn.record.operation(&operation, thread);
        cross_site::check_upgrade(&self.origins, turn.head)?;
        let mut trace = Trace::default();
        let grant = self.policy.decide(caller, operation, &mut trace);
        turn.record.policy(trace);
        let grant = grant?;
        turn.count.caller(grant.caller(), turn.platform).await?;
        turn.count.grant(&grant, turn.platform).await?;
        Ok(grant)
    }

    /// Reads a call before its caller is known.
    async fn read_call<P: Platform>(&self, asked: &Asked, turn: &Turn<'_, P>) -> Result<Call, Refusal> {
        cold(async {
            let limit = self.call.limits.stranger;
            match asked {
                Asked::Envelope => Call::read_envelope(&self.call.operations, limit, turn.platform).await,
                Asked::Operation(operation) => Ok(Call {
                    content: Content::read(operation, turn.head, &self.call, limit, turn.platform).await?,
                    operation: operation.clone(),
                }),
            }
        })
        .await
    }

    /// The gate's base URL, as the client knows it.
    fn base_url(&self, head: &Head<'_>) -> String {
        format!("{}{}", head.origin, self.base_path)
    }

    /// The signed statement that goes along.
    async fn assert(
        &self,
        keys: &AssertionKeys,
        head: &Head<'_>,
        outbound: &Outbound,
        request_id: &str,
        platform: &impl Platform,
    ) -> Result<String, Refusal> {
        cold(async {
            let statement = Statement {
                gate: self.base_url(head),
                audience: self.outbound.upstream.as_str(),
                caller: &outbound.caller,
                identity: &self.auth.settings().identity,
                operation: &outbound.operation,
                thread: outbound.thread.as_deref(),
                method: outbound.method,
                url: &outbound.url,
                request_id,
            };
            keys.assert(&statement, platform, platform.now()).await
        })
        .await
    }

    /// The path below `BASE_PATH`, on a segment boundary: empty, or starting with `/`.
    fn below_base<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.base_path.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }
}
