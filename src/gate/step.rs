//! `Step`: the steps of a decision, in their order, and the one at which a request was refused.

use serde::Serialize;

use crate::wire::fault::{ClaimFault, TokenFault};
use crate::wire::refusal::Refusal;

/// A step of [`super::Gate::decide`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Exactly one credential, where one may stand.
    Credential,
    /// The token's form and header.
    Token,
    /// A trusted issuer.
    Issuer,
    /// An algorithm that the gate and the issuer accept.
    Algorithm,
    /// The key that the token names.
    Key,
    /// The signature.
    Signature,
    /// The claims that every token, and those that the issuer's settings demand.
    Claims,
    /// The identity headers that the claims make.
    Identity,
    /// The store of revocations.
    Revocation,
    /// A known operation.
    Operation,
    /// The rules and limits.
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

    /// The step of a refusal before the signature was verified.
    pub(super) fn before_claims(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::InvalidToken(fault) => match fault {
                TokenFault::Syntax | TokenFault::TooLong => Self::Credential,
                TokenFault::Structure | TokenFault::Header | TokenFault::Payload(_) | TokenFault::CriticalHeader => {
                    Self::Token
                }
                TokenFault::UnknownIssuer => Self::Issuer,
                TokenFault::Algorithm => Self::Algorithm,
                TokenFault::UnknownKey | TokenFault::UnfitKey | TokenFault::AmbiguousKey => Self::Key,
                TokenFault::Signature => Self::Signature,
            },
            Refusal::KeysUnavailable { .. } => Self::Key,
            Refusal::MissingToken(_) | Refusal::MultipleCredentials | Refusal::OriginNotAllowed => Self::Credential,
            // A date that cannot be read is noticed together with the signature.
            Refusal::ClaimsRejected(_) => Self::Claims,
            _ => Self::Operation,
        }
    }

    /// The step of a refusal after the signature was verified and before the rules were asked.
    pub(super) fn after_signature(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::ClaimsRejected(ClaimFault::Identity(_)) => Self::Identity,
            Refusal::RevokedToken
            | Refusal::RevocationUnavailable
            | Refusal::ClaimsRejected(ClaimFault::Unrevocable(_)) => Self::Revocation,
            Refusal::TokenExpired
            | Refusal::TokenNotYetValid
            | Refusal::WrongAudience
            | Refusal::WrongIssuer
            | Refusal::ClaimsRejected(_) => Self::Claims,
            _ => Self::Operation,
        }
    }
}
