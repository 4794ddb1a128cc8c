//! `Step`: the steps of a decision, in their order. Each stage records the step that it begins, so that the step of a
//! refusal is known.

use serde::Serialize;

/// A step of a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Exactly one credential, in a place for one.
    #[default]
    Credential,
    /// The token's form and header, with an algorithm that the gate knows.
    Token,
    /// A trusted issuer.
    Issuer,
    /// An algorithm that the issuer's settings accept.
    Algorithm,
    /// The key that the token names.
    Key,
    /// The signature.
    Signature,
    /// The claims that every token must have, and those that the issuer's settings require.
    Claims,
    /// The identity headers that the claims make.
    Identity,
    /// The store of revocations.
    Revocation,
    /// A known operation.
    Operation,
    /// The rules and limits, and what they leave of the body.
    Rules,
    /// The request that goes upstream.
    Upstream,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 12] = [
        Self::Credential,
        Self::Token,
        Self::Issuer,
        Self::Algorithm,
        Self::Key,
        Self::Signature,
        Self::Claims,
        Self::Identity,
        Self::Revocation,
        Self::Operation,
        Self::Rules,
        Self::Upstream,
    ];
}
