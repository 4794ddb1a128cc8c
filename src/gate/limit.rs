//! Rate limits: each request is counted once, before its body is read.

use std::net::IpAddr;

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::auth::caller::{Caller, Principal};
use crate::base::cold::cold;
use crate::base::percent::last_part;
use crate::policy::rule::Limit;
use crate::policy::{Grant, Policy};
use crate::wire::refusal::Refusal;
use crate::wire::request::Head;

/// The setting `RATE_LIMIT`.
pub(super) const GENERAL: &str = "RATE_LIMIT";

/// The rate limits of the platform.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait Limiter {
    /// Whether one more request under `key` is within the limit of the binding `name`. Without such a binding it always is,
    /// and `key` is not called.
    async fn admits(&self, name: &str, key: impl FnOnce() -> String) -> bool;
}

/// The count of one request.
pub(super) struct Count<'r> {
    head: &'r Head<'r>,
    policy: &'r Policy,
    counted: Counted,
}

/// The key under which a request has been counted.
#[derive(PartialEq, Eq)]
enum Counted {
    Not,
    ByAddress,
    BySubject,
}

impl<'r> Count<'r> {
    /// The count of the request `head`; `policy` knows the periods of the bindings.
    pub(super) fn new(head: &'r Head<'r>, policy: &'r Policy) -> Self {
        Self {
            head,
            policy,
            counted: Counted::Not,
        }
    }

    /// Counts a request whose caller is known: by subject, or by address if there is none.
    pub(super) async fn caller(&mut self, caller: &Caller, limiter: &impl Limiter) -> Result<(), Refusal> {
        let by = match caller {
            Caller::Verified(_) => Counted::BySubject,
            Caller::Anonymous | Caller::Stranger => Counted::ByAddress,
        };
        if self.counted == by {
            return Ok(());
        }
        self.counted = by;
        self.admit(limiter, GENERAL, || self.key(caller)).await
    }

    /// Counts a request whose caller is not known until its body has been read.
    pub(super) async fn address(&mut self, limiter: &impl Limiter) -> Result<(), Refusal> {
        cold(async {
            self.counted = Counted::ByAddress;
            self.admit(limiter, GENERAL, || address_key(self.head)).await
        })
        .await
    }

    /// Counts a refused request that was not counted before.
    pub(super) async fn refused(&mut self, limiter: &impl Limiter) -> Result<(), Refusal> {
        cold(async {
            if self.counted == Counted::Not {
                self.address(limiter).await
            } else {
                Ok(())
            }
        })
        .await
    }

    /// Counts a request under the limit of the rule that let it through.
    pub(super) async fn grant(&self, grant: &Grant, limiter: &impl Limiter) -> Result<(), Refusal> {
        match grant.limit() {
            Some(name) => self.admit(limiter, name, || self.key(grant.caller())).await,
            None => Ok(()),
        }
    }

    /// Counts under the binding `name`. The refusal of a caller over its limit has the period from the settings, or else the
    /// shortest period of a binding, because the binding itself does not reveal its period.
    async fn admit(&self, limiter: &impl Limiter, name: &str, key: impl FnOnce() -> String) -> Result<(), Refusal> {
        if limiter.admits(name, key).await {
            return Ok(());
        }
        let retry_after = self.policy.period_of(name).unwrap_or(Limit::SHORTEST_PERIOD);
        Err(Refusal::RateLimited { retry_after })
    }

    fn key(&self, caller: &Caller) -> String {
        match caller {
            Caller::Verified(principal) => principal_key(principal),
            Caller::Anonymous | Caller::Stranger => address_key(self.head),
        }
    }
}

/// The subject; without one, the user id that the upstream sees; without that, the token itself. No two callers share a key:
/// only its last part can be chosen by a caller, and that contains no `:`.
fn principal_key(principal: &Principal) -> String {
    let accepted = &principal.accepted;
    let user = || principal.headers.get("x-user-id").map(|user| ("user", user));
    match accepted.sub().map(|sub| ("subject", sub)).or_else(user) {
        Some((kind, name)) => format!("{kind}:{}:{}", accepted.iss(), last_part(name)),
        None => format!("token:{}", Base64UrlUnpadded::encode_string(&principal.token)),
    }
}

/// The client's address as Cloudflare writes it; for IPv6 only its first 64 bits, because a client chooses the others itself
/// (RFC 4291 section 2.5.4).
fn address_key(head: &Head<'_>) -> String {
    let address = head.fields.get("cf-connecting-ip").unwrap_or_default();
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("address:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(address)) => format!("address:{address}"),
        Err(_) => format!("address:{address}"),
    }
}
