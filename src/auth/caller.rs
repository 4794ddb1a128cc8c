//! `Caller`: the sender of a request.

use std::borrow::Cow;
use std::rc::Rc;

use serde_json::Value;

use super::claims::Accepted;
use super::credential::TokenHash;
use super::identity::{ANONYMOUS, IdentityHeaders, IdentityMap};

/// The sender of a request.
#[derive(Clone)]
pub enum Caller {
    /// The bearer of an accepted token.
    Verified(Rc<Principal>),
    /// A caller without a credential that the setting `ANONYMOUS` admits.
    Anonymous,
    /// A caller without a credential that only a rule with `allow = "anyone"` admits.
    Stranger,
}

/// An accepted token with the identity headers made from its claims.
pub struct Principal {
    /// The token.
    pub accepted: Accepted,
    /// The headers.
    pub headers: IdentityHeaders,
    /// The hash of the whole token.
    pub token: TokenHash,
}

impl Caller {
    /// The identity headers that the upstream gets.
    pub fn headers(&self) -> Cow<'_, IdentityHeaders> {
        match self {
            Self::Verified(principal) => Cow::Borrowed(&principal.headers),
            Self::Anonymous | Self::Stranger => Cow::Owned(IdentityHeaders::anonymous()),
        }
    }

    /// The user id that replaces one that a client sent: the claim behind `x-user-id` as the token has it, or the subject.
    pub fn user(&self, identity: &IdentityMap) -> Option<Value> {
        let Self::Verified(principal) = self else {
            return Some(Value::from(ANONYMOUS));
        };
        let Some(header) = principal.headers.get("x-user-id") else {
            return principal.accepted.sub().map(Value::from);
        };
        let claim = identity.source_of("x-user-id")?.find(principal.accepted.claims());
        let is_scalar = |claim: &Value| claim.is_string() || claim.is_number() || claim.is_boolean();
        let claim = claim.ok().flatten().map(Cow::into_owned).filter(is_scalar);
        Some(claim.unwrap_or_else(|| Value::from(header)))
    }
}
