//! `Caller`: the sender of a request.

use std::borrow::Cow;
use std::rc::Rc;

use super::claims::Accepted;
use super::identity::{ANONYMOUS, IdentityHeaders};

/// The sender of a request.
#[derive(Clone)]
pub enum Caller {
    /// The bearer of an accepted token.
    Verified(Rc<Principal>),
    /// A caller without a credential, whom the setting `ANONYMOUS` admits.
    Anonymous,
    /// A caller without a credential, whom only a rule with `allow = "anyone"` admits.
    Stranger,
}

/// An accepted token with the identity headers made from its claims.
pub struct Principal {
    /// The token.
    pub accepted: Accepted,
    /// The headers.
    pub headers: IdentityHeaders,
}

impl Caller {
    /// The identity headers that the upstream gets.
    pub fn headers(&self) -> Cow<'_, IdentityHeaders> {
        match self {
            Self::Verified(principal) => Cow::Borrowed(&principal.headers),
            Self::Anonymous | Self::Stranger => Cow::Owned(IdentityHeaders::anonymous()),
        }
    }

    /// The user id that replaces the one in a client's body: the header `x-user-id`, or the subject.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Verified(principal) => principal.headers.get("x-user-id").or(principal.accepted.sub()),
            Self::Anonymous | Self::Stranger => Some(ANONYMOUS),
        }
    }
}
