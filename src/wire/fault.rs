//! The exact faults, for the log: callers see only the [`super::refusal::Refusal`] that contains the fault.
//!
//! No fault has a field for a token. Of foreign values only an [`Excerpt`] of the algorithm, the audience and the
//! client is kept, for the log.

use std::borrow::Cow;

use super::excerpt::Excerpt;
use crate::base::json::fault::JsonFault;

/// The reason why a request cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestFault {
    /// The gate cannot parse the URL.
    Url,
    /// A query member occurs twice, or is not properly encoded.
    Query,
    /// The platform cannot build the request to the upstream (for example a GET with a body).
    Unforwardable,
}

/// The reason why a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// Not strict JSON, or not an object.
    Json(JsonFault),
    /// A member is missing or has the wrong type.
    Member,
    /// A member of an agent's input has a type that some backend could read as another: a text that contains JSON, for
    /// example.
    MemberType,
    /// `threadId` is missing, empty, longer than 256 bytes or not a string.
    ThreadId,
    /// An uploaded form that cannot be read in one way only, or without one file called `audio`.
    Form,
    /// The client disconnected.
    Incomplete,
}

/// The reason why there is no credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingToken {
    /// There is none.
    Absent,
    /// `Authorization` has another scheme than `Bearer`.
    Scheme,
    /// The token is in the query (RFC 6750 section 2.3), where the gate never accepts it: URLs end up in logs.
    InQuery,
}

/// A fault of a token, up to and including its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// Empty, or characters outside b64token (RFC 6750 section 2.1).
    Syntax,
    /// Longer than the bound.
    TooLong,
    /// Not three strictly base64url encoded parts with a JSON header (RFC 7515 section 7.1).
    Structure,
    /// The header is not strict JSON, or a member of it has the wrong type.
    Header,
    /// The payload is not strict JSON.
    Payload(JsonFault),
    /// The header has `crit` or `b64`: the gate supports no extension.
    CriticalHeader,
    /// Five parts, or `enc` in the header: a JWE (RFC 7516), which only its recipient can read.
    Encrypted,
    /// `cty` declares that the payload is itself a token (RFC 7519 section 5.2).
    Nested,
    /// `alg`, which this is, is not one that the gate and this issuer accept.
    Algorithm(Excerpt),
    /// There is no `iss`.
    MissingIssuer,
    /// `iss` is not a string, or not a trusted issuer.
    UnknownIssuer {
        /// The configured issuer from which it differs only by a slash at its end, case, scheme or default port.
        meant: Option<String>,
    },
    /// The signature has a length that its algorithm cannot have.
    SignatureLength,
    /// No key of the issuer has this `kid` (or, without one, fits).
    UnknownKey,
    /// The key with this `kid` is in the set, but the gate does not use it; a `keys` event has the reason.
    UnusableKey,
    /// The key with this `kid` must not be used for this `alg`.
    UnfitKey,
    /// The key with this `kid` belongs to another issuer, according to its publisher.
    KeyOfAnotherIssuer,
    /// More than four different keys fit.
    AmbiguousKey,
    /// No key verifies the signature.
    Signature,
}

/// The fault of claims whose signature has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimFault {
    /// A registered claim has the wrong type.
    Type(&'static str),
    /// A claim that the gate or the settings require is absent. The name comes from the code or the settings, never from
    /// the token.
    Missing(Cow<'static, str>),
    /// `typ` of the header is not one of the issuer's `typ`.
    TokenType,
    /// The client that the token names is not one of the issuer's `authorized_parties`.
    AuthorizedParty {
        /// The claim that names it.
        claim: &'static str,
        /// The client.
        party: Excerpt,
    },
    /// The token names no client, and the issuer has `authorized_parties`.
    AuthorizedPartyMissing,
    /// A claim is present that the issuer's `forbidden_claims` list.
    Forbidden(String),
    /// The token calls itself a refresh token.
    RefreshToken,
    /// The token's subject is its own client, named by this claim, and the issuer has `machines = false`.
    Machine(&'static str),
    /// A time is so late that it must be in milliseconds.
    Milliseconds(&'static str),
    /// A claim that becomes an identity header, or that a rule reads, is an object or a nested list, or is `anonymous`.
    Identity(String),
    /// A claim has none of the values that the issuer's `claims` require.
    Value(String),
    /// `cnf`: the token is bound to a key that the gate does not check (RFC 7800, RFC 8705, RFC 9449).
    Bound,
    /// `events`: the token is a security event (RFC 8417), such as a logout, and not a credential.
    Event,
    /// `jti`, `sub` or the session is too long to be looked up in the store of revocations, or the session is no text.
    Unrevocable(&'static str),
}

/// The limit that a body exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeFault {
    /// Too many bytes.
    Bytes,
    /// Too many members of objects.
    Members,
}

impl SizeFault {
    /// The reason in the log.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Bytes => "payload_too_large",
            Self::Members => "too_many_members",
        }
    }
}

impl RequestFault {
    /// The reason in the log.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Url => "malformed_url",
            Self::Query => "malformed_query",
            Self::Unforwardable => "unforwardable_request",
        }
    }
}

impl BodyFault {
    /// The reason in the log.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Json(JsonFault::RepeatedName) => "repeated_member",
            Self::Json(JsonFault::NotAnObject) => "body_not_an_object",
            Self::Json(JsonFault::Malformed | JsonFault::TooManyMembers) => "malformed_json",
            Self::Member | Self::MemberType => "body_member",
            Self::ThreadId => "body_thread_id",
            Self::Form => "body_form",
            Self::Incomplete => "body_incomplete",
        }
    }
}

impl MissingToken {
    /// The reason in the log.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Absent => "missing_token",
            Self::Scheme => "unsupported_scheme",
            Self::InQuery => "token_in_query",
        }
    }
}

impl TokenFault {
    /// The reason in the log.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Syntax => "token_syntax",
            Self::TooLong => "token_too_long",
            Self::Structure => "token_structure",
            Self::Header => "token_header",
            Self::Payload(JsonFault::RepeatedName) => "repeated_claim",
            Self::Payload(_) => "token_payload",
            Self::CriticalHeader => "critical_header",
            Self::Encrypted => "encrypted_token",
            Self::Nested => "nested_token",
            Self::Algorithm(_) => "algorithm_not_allowed",
            Self::MissingIssuer => "missing_issuer",
            Self::UnknownIssuer { .. } => "unknown_issuer",
            Self::SignatureLength => "signature_length",
            Self::UnknownKey => "unknown_key",
            Self::UnusableKey => "unusable_key",
            Self::UnfitKey => "unfit_key",
            Self::KeyOfAnotherIssuer => "key_of_another_issuer",
            Self::AmbiguousKey => "ambiguous_key",
            Self::Signature => "bad_signature",
        }
    }
}

impl ClaimFault {
    /// The claim `name` is absent.
    pub fn missing(name: impl Into<Cow<'static, str>>) -> Self {
        Self::Missing(name.into())
    }

    /// The reason in the log.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Type(claim) => match *claim {
                "iss" => "claim_type_iss",
                "sub" => "claim_type_sub",
                "aud" => "claim_type_aud",
                "exp" => "claim_type_exp",
                "nbf" => "claim_type_nbf",
                "iat" => "claim_type_iat",
                "jti" => "claim_type_jti",
                _ => "claim_type",
            },
            Self::Missing(_) => "claim_missing",
            Self::TokenType => "token_type_not_listed",
            Self::AuthorizedParty { .. } => "authorized_party_not_listed",
            Self::AuthorizedPartyMissing => "authorized_party_missing",
            Self::Forbidden(_) => "claim_forbidden",
            Self::RefreshToken => "refresh_token",
            Self::Machine(_) => "machine_token",
            Self::Milliseconds(_) => "time_in_milliseconds",
            Self::Identity(_) => "identity_claim_type",
            Self::Value(_) => "claim_value_not_listed",
            Self::Bound => "bound_token",
            Self::Event => "event_token",
            Self::Unrevocable(_) => "unrevocable_token",
        }
    }

    /// The claim at fault, if it is a single claim.
    pub fn claim(&self) -> Option<&str> {
        match self {
            Self::Type(name) | Self::Unrevocable(name) | Self::Machine(name) | Self::Milliseconds(name) => Some(name),
            Self::Missing(name) => Some(name),
            Self::Identity(path) | Self::Value(path) | Self::Forbidden(path) => Some(path),
            Self::AuthorizedParty { claim, .. } => Some(claim),
            Self::Bound => Some("cnf"),
            Self::Event => Some("events"),
            Self::TokenType | Self::AuthorizedPartyMissing | Self::RefreshToken => None,
        }
    }
}
