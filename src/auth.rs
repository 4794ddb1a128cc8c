//! Authentication: from a credential in a request to a caller whose token was verified.

pub mod caller;
pub mod claim_path;
pub mod claim_source;
pub mod claims;
pub mod cookies;
pub mod credential;
pub mod identity;
pub mod issuer;
pub mod keys;
pub mod parties;
pub mod progress;
mod purpose;
pub mod revocation;
pub mod tenant;
pub mod times;
pub mod token;
pub mod token_cache;
pub mod verify;

use std::rc::Rc;

use crate::base::cold::cold;
use crate::base::header_name::normalise;
use crate::wire::client_fields::{is_reserved, names_the_user};
use crate::wire::excerpt::Excerpt;
use crate::wire::fault::{ClaimFault, MissingToken, TokenFault};
use crate::wire::refusal::Refusal;
use crate::wire::step::Step;
use caller::{Caller, Principal};
use claims::Accepted;
use credential::{BearerToken, Credential, TokenHash};
use identity::{ANONYMOUS, IdentityMap};
use issuer::{Issuer, IssuerIndex, Issuers};
use keys::{KeySource, Keys};
use progress::Progress;
use revocation::{RevocationStore, Revocations};
use token::Untrusted;
use token_cache::TokenCache;
use verify::{Proof, Verified, Verifier, prove};

/// The settings of this stage.
pub struct AuthSettings {
    /// `ISSUERS`; at least one.
    pub issuers: Issuers,
    /// `IDENTITY`.
    pub identity: IdentityMap,
    /// `KEEP_HEADERS`, normalised.
    pub kept_headers: Vec<String>,
    /// `TOKEN_COOKIE`.
    pub token_cookie: Option<String>,
    /// `TOKEN_HEADERS`, in lower case.
    pub token_headers: Vec<String>,
    /// `TOKEN_PROPERTY`.
    pub token_property: bool,
    /// `ANONYMOUS`.
    pub anonymous: bool,
    /// `JWKS_STALE_LIMIT`, in seconds.
    pub jwks_stale_limit: i64,
}

impl AuthSettings {
    /// Whether a client's header field never goes upstream: it carries identity here or elsewhere, may contain the token, belongs
    /// to the gate, or to the connection. Case, and `_` or `.` for `-`, make no difference.
    pub fn strips(&self, name: &str) -> bool {
        let name = normalise(name);
        let is_kept = || self.kept_headers.iter().any(|kept| *kept == name);
        let may_hold_token = || self.token_headers.iter().any(|own| normalise(own) == name);
        is_reserved(&name) || self.identity.has(&name) || may_hold_token() || (names_the_user(&name) && !is_kept())
    }

    /// The ways in which a token may come under these settings, as a caller without one is told.
    fn token_ways(&self) -> String {
        let mut ways = "Authorization: Bearer <token>".to_owned();
        let mut add = |parts: [&str; 2]| {
            for part in [", or "].into_iter().chain(parts) {
                ways.push_str(part);
            }
        };
        if let Some(name) = &self.token_cookie {
            add(["the cookie ", name]);
        }
        for name in &self.token_headers {
            add(["the header ", name]);
        }
        if self.token_property {
            add(["forwardedProps.authorization", ""]);
        }
        ways
    }
}

/// Verifies credentials, and remembers what it has learnt.
pub struct Authenticator {
    settings: AuthSettings,
    keys: Keys,
    cache: TokenCache,
    revocations: Revocations,
    /// Whether some rule may let callers in without a credential.
    regards_strangers: bool,
    token_ways: String,
}

impl Authenticator {
    /// An authenticator that knows no key and no token yet. `regards_strangers`: some rule is about callers without a
    /// credential.
    pub fn new(settings: AuthSettings, regards_strangers: bool) -> Self {
        Self {
            keys: Keys::new(&settings.issuers, settings.jwks_stale_limit),
            cache: TokenCache::default(),
            revocations: Revocations::default(),
            regards_strangers,
            token_ways: settings.token_ways(),
            settings,
        }
    }

    /// The settings.
    pub fn settings(&self) -> &AuthSettings {
        &self.settings
    }

    /// The ways in which a token may come here, such as `Authorization: Bearer <token>, or the cookie session`.
    pub fn token_ways(&self) -> &str {
        &self.token_ways
    }

    /// The keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The caller that presents `credential`.
    pub async fn authenticate<P>(
        &self,
        credential: &Credential,
        platform: &P,
        progress: &mut impl Progress,
    ) -> Result<Caller, Refusal>
    where
        P: KeySource + Verifier + RevocationStore,
    {
        cold(async {
            let principal = self.principal(&credential.token, platform, progress).await?;
            if platform.has_revocations() {
                progress.at(Step::Revocation);
                self.revocations
                    .check(&principal.accepted, platform, platform.now())
                    .await?;
            }
            Ok(Caller::Verified(principal))
        })
        .await
    }

    /// The caller of a request without a credential, if a rule or setting admits such callers.
    pub fn without_credential(&self) -> Result<Caller, Refusal> {
        if self.settings.anonymous {
            Ok(Caller::Anonymous)
        } else if self.regards_strangers {
            Ok(Caller::Stranger)
        } else {
            Err(Refusal::MissingToken(MissingToken::Absent))
        }
    }

    async fn principal<P: KeySource + Verifier>(
        &self,
        token: &BearerToken,
        platform: &P,
        progress: &mut impl Progress,
    ) -> Result<Rc<Principal>, Refusal> {
        let hash = token_cache::hash(token);
        if let Some(principal) = self.recall(&hash, platform) {
            progress.token(principal.accepted.seen());
            progress.at(Step::Claims);
            principal.accepted.times().check(platform.now())?;
            return Ok(principal);
        }
        self.verify_new(hash, token, platform, progress).await
    }

    /// The bearer of a token that is not remembered, by its signature and its claims.
    async fn verify_new<P: KeySource + Verifier>(
        &self,
        hash: TokenHash,
        token: &BearerToken,
        platform: &P,
        progress: &mut impl Progress,
    ) -> Result<Rc<Principal>, Refusal> {
        cold(async {
            let untrusted = Untrusted::parse(token.as_str(), progress)?;
            progress.at(Step::Issuer);
            let (index, issuer) = self.choose_issuer(&untrusted)?;
            progress.at(Step::Algorithm);
            if !issuer.algorithms.contains(&untrusted.alg()) {
                return Err(TokenFault::Algorithm(Excerpt::of(untrusted.alg_name())).into());
            }
            let (proof, generation) = self.prove(&untrusted, index, platform, progress).await?;
            progress.at(Step::Claims);
            let verified = Verified::new(untrusted, &proof)?;
            progress.token(claims::seen(&verified, issuer));
            let now = platform.now();
            let accepted = Accepted::validate(verified, issuer, now)?;
            let identity = &self.settings.identity;
            if identity.needs_subject(&issuer.subject) {
                accepted.owner()?;
            }
            progress.at(Step::Identity);
            // Nobody who signs in may pass for a caller without a credential.
            if accepted.sub() == Some(ANONYMOUS) {
                return Err(ClaimFault::Identity(issuer.subject.to_string()).into());
            }
            let headers = identity.headers(accepted.claims())?;
            let principal = Rc::new(Principal {
                accepted,
                headers,
                token: hash,
            });
            self.cache.remember(hash, token, &principal, (index, generation), now);
            Ok(principal)
        })
        .await
    }

    /// The evidence that a key of the issuer at `index` signed `token`, with the generation of the keys: a set that arrives
    /// while the signature is verified must invalidate what is remembered of the token.
    async fn prove<'t, P: KeySource + Verifier>(
        &self,
        token: &Untrusted<'t>,
        index: IssuerIndex,
        platform: &P,
        progress: &mut impl Progress,
    ) -> Result<(Proof<'t>, u64), Refusal> {
        if token.has_impossible_signature() {
            progress.at(Step::Signature);
            return Err(TokenFault::SignatureLength.into());
        }
        progress.at(Step::Key);
        let keys = self.keys.select(index, token, platform).await?;
        let generation = self.keys.generation(index);
        progress.at(Step::Signature);
        let fault = match prove(token, keys.iter(), platform).await {
            Ok(proof) => return Ok((proof, generation)),
            Err(fault) => fault,
        };
        let others = self
            .keys
            .select_again(index, token, &keys, platform)
            .await?
            .ok_or(fault)?;
        let generation = self.keys.generation(index);
        Ok((prove(token, others.iter(), platform).await?, generation))
    }

    /// The trusted issuer that `token` names.
    fn choose_issuer(&self, token: &Untrusted<'_>) -> Result<(IssuerIndex, &Issuer), TokenFault> {
        let issuers = &self.settings.issuers;
        issuers.choose(token).map_err(|fault| match fault {
            TokenFault::UnknownIssuer { .. } => TokenFault::UnknownIssuer {
                meant: token
                    .issuer_hint()
                    .and_then(|iss| issuers.meant(iss))
                    .map(str::to_owned),
            },
            fault => fault,
        })
    }

    /// The bearer of a token that was verified before, as long as its issuer's keys may still be used.
    fn recall(&self, hash: &TokenHash, source: &impl KeySource) -> Option<Rc<Principal>> {
        let cached = self
            .cache
            .recall(hash, source.now(), |index| self.keys.generation(index))?;
        self.keys.vouch(cached.issuer, source).then_some(cached.principal)
    }
}
