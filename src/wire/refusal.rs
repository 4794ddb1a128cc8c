//! `Refusal`: every way in which the gate says no, and the one place where each becomes HTTP.
//!
//! A refusal has two faces. The caller sees a status, a stable `error` and `code` and a readable `message`, and before
//! a signature has held never more than `invalid_token`: the gate is no oracle. The log sees the exact `reason`.
//! Neither can hold a token, a claim or key material, because no variant has a field for one.

use std::borrow::Cow;

use serde::Serialize;

use crate::base::clock::Seconds;
use crate::base::json::JsonFault;

/// The longer of the two periods that a rate limit binding may have, in seconds: it does not tell which it has.
const RATE_PERIOD: i64 = 60;

/// Why a request does not go on. The list is closed; a new way to refuse is a new variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 500: a setting is wrong or missing; the log names it.
    Misconfigured,
    /// 404: outside the base path, or no operation of the runtime has this shape.
    NotFound,
    /// 405: the operation exists, but not with this method.
    MethodNotAllowed {
        /// The methods it has, as the `Allow` field lists them.
        allow: &'static str,
    },
    /// 400: the request line or a query cannot be read in one way only.
    MalformedRequest(RequestFault),
    /// 400: more than one credential, or more than one place that holds one (RFC 6750 section 3.1).
    MultipleCredentials,
    /// 401: no credential that the gate takes.
    MissingToken(MissingToken),
    /// 401: a credential was presented and is wrong before or at its signature.
    InvalidToken(TokenFault),
    /// 401, signature held: past `exp`, or older than the issuer's `max_age`.
    TokenExpired,
    /// 401, signature held: before `nbf`, or issued in the future.
    TokenNotYetValid,
    /// 401, signature held: `aud` names nobody here.
    WrongAudience,
    /// 401, signature held: the issuer's template matches, but this tenant may not enter.
    WrongIssuer,
    /// 401, signature held: the token or its subject was revoked.
    RevokedToken,
    /// 401, signature held: a claim is missing, of the wrong type, or not what the issuer's settings demand.
    ClaimsRejected(ClaimFault),
    /// 400: a body that the gate must read cannot be read in one way only.
    MalformedBody(BodyFault),
    /// 403: the token lacks scopes that a rule requires.
    InsufficientScope {
        /// The scopes, separated by spaces.
        scope: String,
    },
    /// 403: a rule or a default denies the operation to this caller.
    RuleDenied,
    /// 403: a proxied MCP call that the `tools` of the rule do not list.
    ToolDenied,
    /// 403: a browser page of another site, with a credential that the browser adds by itself, or a WebSocket.
    OriginNotAllowed,
    /// 413: a body that the gate must read is longer than `MAX_BODY_BYTES`.
    PayloadTooLarge,
    /// 415: a body that must be JSON says that it is something else.
    UnsupportedMediaType,
    /// 429: too many requests of this subject, or refused ones from this address.
    RateLimited,
    /// 503: the store of revocations cannot be read.
    RevocationUnavailable,
    /// 500: the platform would not sign the assertion.
    AssertionFailed,
    /// 503: no usable key set for the issuer of this token.
    KeysUnavailable {
        /// Seconds after which another attempt makes sense.
        retry_after: i64,
    },
    /// 502: the origin cannot be reached.
    BadGateway,
    /// 504: the origin did not start to answer in time.
    GatewayTimeout,
}

/// What makes a request unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestFault {
    /// The URL is not one that the gate can take apart.
    Url,
    /// A query member occurs twice, or is not properly encoded.
    Query,
    /// The platform would not build the request that goes on (for example a GET with a body).
    Unforwardable,
}

/// What makes a body unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// Not strict JSON, or not an object.
    Json(JsonFault),
    /// A member is missing or has the wrong type.
    Member,
    /// `threadId` is missing, empty, too long or no text.
    ThreadId,
    /// The client broke off.
    Incomplete,
}

/// In which way a credential is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingToken {
    /// There is none.
    Absent,
    /// `Authorization` holds another scheme than `Bearer`.
    Scheme,
    /// The query holds a token (RFC 6750 section 2.3), which the gate never takes: URLs end up in logs.
    InQuery,
}

/// What is wrong with a token up to and including its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The header has `crit` or `b64`: the gate knows no extension.
    CriticalHeader,
    /// `alg` is none that the gate or this issuer accepts.
    Algorithm,
    /// `iss` is absent, no string, or names nobody that is trusted.
    UnknownIssuer,
    /// No key of the issuer has this `kid` (or, without one, fits).
    UnknownKey,
    /// The key with this `kid` must not be used for this `alg`.
    UnfitKey,
    /// More than one key fits.
    AmbiguousKey,
    /// The signature has the wrong length or does not verify.
    Signature,
}

/// What is wrong with claims whose signature held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimFault {
    /// A registered claim has the wrong type.
    Type(&'static str),
    /// A claim that the gate or the issuer's settings demand is absent.
    Missing,
    /// `typ` of the header is none of the issuer's `typ`.
    TokenType,
    /// `azp` or `client_id` is none of the issuer's `authorized_parties`.
    AuthorizedParty,
    /// A claim that becomes an identity header, or that a rule reads, is an object or nested list.
    Identity,
    /// `jti` or `sub` is too long to be looked up in the store of revocations.
    Unrevocable,
}

/// The body of a refusal.
#[derive(Serialize)]
struct Body<'a> {
    error: &'static str,
    code: &'static str,
    message: &'a str,
    request_id: &'a str,
}

impl Refusal {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::MalformedRequest(_) | Self::MalformedBody(_) | Self::MultipleCredentials => 400,
            Self::MissingToken(_)
            | Self::InvalidToken(_)
            | Self::TokenExpired
            | Self::TokenNotYetValid
            | Self::WrongAudience
            | Self::WrongIssuer
            | Self::RevokedToken
            | Self::ClaimsRejected(_) => 401,
            Self::InsufficientScope { .. } | Self::RuleDenied | Self::ToolDenied | Self::OriginNotAllowed => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed { .. } => 405,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::RateLimited => 429,
            Self::Misconfigured | Self::AssertionFailed => 500,
            Self::BadGateway => 502,
            Self::KeysUnavailable { .. } | Self::RevocationUnavailable => 503,
            Self::GatewayTimeout => 504,
        }
    }

    /// The stable `error` member: one per kind of answer, what applications branch on.
    pub fn error(&self) -> &'static str {
        match self.status() {
            400 => "invalid_request",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "not_found",
            405 => "method_not_allowed",
            413 => "payload_too_large",
            415 => "unsupported_media_type",
            429 => "rate_limited",
            502 => "bad_gateway",
            503 => "unavailable",
            504 => "gateway_timeout",
            _ => "misconfigured",
        }
    }

    /// The stable `code` member: finer than `error`; equal to it where there is nothing finer to say.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MalformedRequest(_) => "malformed_request",
            Self::MultipleCredentials => "multiple_credentials",
            Self::MissingToken(_) => "missing_token",
            Self::InvalidToken(_) => "invalid_token",
            Self::TokenExpired => "token_expired",
            Self::TokenNotYetValid => "token_not_yet_valid",
            Self::WrongAudience => "wrong_audience",
            Self::WrongIssuer => "wrong_issuer",
            Self::RevokedToken => "revoked_token",
            Self::ClaimsRejected(_) => "claims_rejected",
            Self::MalformedBody(_) => "malformed_body",
            Self::InsufficientScope { .. } => "insufficient_scope",
            Self::RuleDenied | Self::ToolDenied => "rule_denied",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::RevocationUnavailable => "revocation_unavailable",
            Self::KeysUnavailable { .. } => "keys_unavailable",
            _ => self.error(),
        }
    }

    /// What a person reads: what was wrong and, where it helps, what would be right.
    pub fn message(&self) -> &'static str {
        match self {
            Self::Misconfigured => "The gate is not configured correctly; its log names the setting.",
            Self::NotFound => "There is no such operation here.",
            Self::MethodNotAllowed { .. } => "This operation does not have that method; see Allow.",
            Self::MalformedRequest(_) => "The request cannot be read.",
            Self::MultipleCredentials => "Send exactly one credential, in one Authorization header.",
            Self::MissingToken(_) => "Sign in first: send Authorization: Bearer <token>.",
            Self::InvalidToken(_) => "The token is not valid.",
            Self::TokenExpired => "The token has expired; sign in again.",
            Self::TokenNotYetValid => "The token is not valid yet.",
            Self::WrongAudience => "The token is meant for another audience.",
            Self::WrongIssuer => "The token's issuer may not enter here.",
            Self::RevokedToken => "The token has been revoked; sign in again.",
            Self::ClaimsRejected(_) => "The token's claims are not acceptable here.",
            Self::MalformedBody(_) => "The body cannot be read: one JSON object with unique member names is wanted.",
            Self::InsufficientScope { .. } => "The token lacks a scope that this needs.",
            Self::RuleDenied => "You may not do this.",
            Self::ToolDenied => "You may not call this tool.",
            Self::OriginNotAllowed => "This page may not call the gate.",
            Self::PayloadTooLarge => "The body is too large.",
            Self::UnsupportedMediaType => "Send application/json.",
            Self::RateLimited => "Too many requests; try again later.",
            Self::AssertionFailed => "The gate cannot sign; its log says why.",
            Self::KeysUnavailable { .. } | Self::RevocationUnavailable => {
                "The token cannot be checked at the moment; try again later."
            }
            Self::BadGateway => "The runtime behind the gate cannot be reached.",
            Self::GatewayTimeout => "The runtime behind the gate did not answer in time.",
        }
    }

    /// The exact reason, for the log alone.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::MalformedRequest(fault) => match fault {
                RequestFault::Url => "malformed_url",
                RequestFault::Query => "malformed_query",
                RequestFault::Unforwardable => "unforwardable_request",
            },
            Self::MissingToken(missing) => match missing {
                MissingToken::Absent => "missing_token",
                MissingToken::Scheme => "unsupported_scheme",
                MissingToken::InQuery => "token_in_query",
            },
            Self::MalformedBody(fault) => match fault {
                BodyFault::Json(JsonFault::RepeatedName) => "repeated_member",
                BodyFault::Json(JsonFault::NotAnObject) => "body_not_an_object",
                BodyFault::Json(JsonFault::Malformed) => "malformed_json",
                BodyFault::Member => "body_member",
                BodyFault::ThreadId => "body_thread_id",
                BodyFault::Incomplete => "body_incomplete",
            },
            Self::ToolDenied => "tool_denied",
            Self::AssertionFailed => "assertion_failed",
            Self::InvalidToken(fault) => fault.reason(),
            Self::ClaimsRejected(fault) => match fault {
                ClaimFault::Type(claim) => match *claim {
                    "iss" => "claim_type_iss",
                    "sub" => "claim_type_sub",
                    "aud" => "claim_type_aud",
                    "exp" => "claim_type_exp",
                    "nbf" => "claim_type_nbf",
                    "iat" => "claim_type_iat",
                    "jti" => "claim_type_jti",
                    _ => "claim_type",
                },
                ClaimFault::Missing => "claim_missing",
                ClaimFault::TokenType => "token_type_not_listed",
                ClaimFault::AuthorizedParty => "authorized_party_not_listed",
                ClaimFault::Identity => "identity_claim_type",
                ClaimFault::Unrevocable => "unrevocable_token",
            },
            _ => self.code(),
        }
    }

    /// The `WWW-Authenticate` challenge (RFC 6750 section 3), where the status calls for one.
    pub fn challenge(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::MissingToken(_) => Some(r#"Bearer realm="copilotkit""#.into()),
            Self::MultipleCredentials => Some(r#"Bearer realm="copilotkit", error="invalid_request""#.into()),
            // The settings admit no scope that a quoted string could not hold.
            Self::InsufficientScope { scope } => {
                Some(format!(r#"Bearer realm="copilotkit", error="insufficient_scope", scope="{scope}""#).into())
            }
            _ if self.status() == 401 => Some(r#"Bearer realm="copilotkit", error="invalid_token""#.into()),
            _ => None,
        }
    }

    /// Whether the caller is the cause, and not the gate, the provider, the origin, or a limit that has counted already.
    pub fn is_the_callers(&self) -> bool {
        self.status() < 500 && *self != Self::RateLimited
    }

    /// `Retry-After` in whole seconds, at least 1.
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::KeysUnavailable { retry_after } => Some((*retry_after).max(1)),
            Self::RevocationUnavailable => Some(5),
            Self::RateLimited => Some(RATE_PERIOD),
            _ => None,
        }
    }

    /// The `Allow` field of a 405.
    pub fn allow(&self) -> Option<&'static str> {
        match self {
            Self::MethodNotAllowed { allow } => Some(allow),
            _ => None,
        }
    }

    /// The JSON body.
    pub fn body(&self, request_id: &str) -> String {
        let body = Body {
            error: self.error(),
            code: self.code(),
            message: self.message(),
            request_id,
        };
        serde_json::to_string(&body).unwrap_or_default()
    }

    /// Every header field of the answer except `x-request-id` and those of CORS, which depend on the request and not on the
    /// refusal.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("content-type", "application/json".to_owned()),
            ("cache-control", "no-store".to_owned()),
        ];
        fields.extend(
            self.challenge()
                .map(|challenge| ("www-authenticate", challenge.into_owned())),
        );
        fields.extend(self.retry_after().map(|seconds| ("retry-after", seconds.to_string())));
        fields.extend(self.allow().map(|allow| ("allow", allow.to_owned())));
        fields
    }

    /// No usable keys until `until`, as seen at `now`.
    pub fn keys_unavailable(until: Seconds, now: Seconds) -> Self {
        Self::KeysUnavailable {
            retry_after: until.since(now).max(1),
        }
    }
}

impl TokenFault {
    fn reason(self) -> &'static str {
        match self {
            Self::Syntax => "token_syntax",
            Self::TooLong => "token_too_long",
            Self::Structure => "token_structure",
            Self::Header => "token_header",
            Self::Payload(JsonFault::RepeatedName) => "repeated_claim",
            Self::Payload(_) => "token_payload",
            Self::CriticalHeader => "critical_header",
            Self::Algorithm => "algorithm_not_allowed",
            Self::UnknownIssuer => "unknown_issuer",
            Self::UnknownKey => "unknown_key",
            Self::UnfitKey => "unfit_key",
            Self::AmbiguousKey => "ambiguous_key",
            Self::Signature => "bad_signature",
        }
    }
}

impl From<TokenFault> for Refusal {
    fn from(fault: TokenFault) -> Self {
        Self::InvalidToken(fault)
    }
}

impl From<ClaimFault> for Refusal {
    fn from(fault: ClaimFault) -> Self {
        Self::ClaimsRejected(fault)
    }
}
