//! `Refusal`: every way in which the gate refuses a request, and the one place where each becomes HTTP.
//!
//! A refusal has two faces. The caller sees a status, a stable `error` and `code` and a readable `message`; until the
//! signature verifies, callers see only `invalid_token`. The log sees the exact `reason`. Neither can hold a token, the
//! value of a claim or key material, because no variant has a field for one.

use std::borrow::Cow;

use serde::Serialize;

use super::excerpt::Excerpt;
use super::fault::{BodyFault, ClaimFault, MissingToken, RequestFault, SizeFault, TokenFault};
use super::methods::Methods;
use super::request::Method;
use crate::base::clip::clip;
use crate::base::clock::Seconds;
use crate::base::json::fault::JsonFault;

/// Seconds after which it makes sense to read the store of revocations again.
const REVOCATION_RETRY: i64 = 5;

/// Longest path in the log. Any token that the gate accepts is longer, so that the log cannot show one that was put into a path.
const MAX_PATH_BYTES: usize = 96;

/// The reason why a request is refused. The list is closed; a new way to refuse is a new variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 500: a setting is wrong or missing; the log names it.
    Misconfigured,
    /// 404: outside the base path, one of the gate's own paths, or a known path with an id that none can be.
    NotFound,
    /// 404: no operation that the gate knows has this path or name. The runtime may be newer than the gate.
    UnknownOperation {
        /// The request's method, or that of the request in a `resource/request`.
        method: Method,
        /// The beginning of the path below the base path; of an envelope, its `method`.
        path: String,
    },
    /// 405: the operation exists, but not with this method.
    MethodNotAllowed {
        /// The methods it has.
        allow: Methods,
    },
    /// 400: the request line or a query cannot be read in one way only.
    MalformedRequest(RequestFault),
    /// 400: more than one credential, or a credential in more than one place (RFC 6750 section 3.1).
    MultipleCredentials,
    /// 401: no credential that the gate takes.
    MissingToken(MissingToken),
    /// 401: a credential was presented and is wrong before or at its signature.
    InvalidToken(TokenFault),
    /// 401, signature verified: past `exp`, or older than the issuer's `max_age`.
    TokenExpired,
    /// 401, signature verified: before `nbf`, or issued in the future.
    TokenNotYetValid,
    /// 401, signature verified: `aud` does not name this gate. Its values, for the log; `None` where there is no `aud`.
    WrongAudience(Option<Vec<Excerpt>>),
    /// 401, signature verified: the issuer's template matches, but this tenant is not listed.
    WrongIssuer,
    /// 401, signature verified: the token or its subject was revoked.
    RevokedToken,
    /// 401, signature verified: a claim is missing, of the wrong type, or not what the issuer's settings demand.
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
    /// 403: a page of another site, with a credential that the browser attached by itself, or a WebSocket.
    OriginNotAllowed,
    /// 408: a body that the gate must read did not arrive within `BODY_TIMEOUT_SECONDS`.
    RequestTimeout,
    /// 413: a body that the gate must read is longer than `MAX_BODY_BYTES` or, while the caller is not known,
    /// `MAX_STRANGER_BODY_BYTES`; or it has too many members.
    PayloadTooLarge(SizeFault),
    /// 415: a body that must be JSON is declared as another type.
    UnsupportedMediaType,
    /// 429: too many requests of this caller: by subject, or by address where the caller has none or was refused.
    RateLimited {
        /// Seconds after which another attempt makes sense.
        retry_after: i64,
    },
    /// 503: the store of revocations cannot be read.
    RevocationUnavailable,
    /// 500: the platform would not sign the assertion.
    AssertionFailed,
    /// 503: no usable key set for the issuer of this token.
    KeysUnavailable {
        /// Seconds after which another attempt makes sense.
        retry_after: i64,
    },
    /// 502: the upstream cannot be reached.
    BadGateway,
    /// 502: the upstream's answer is neither events nor JSON, so that the gate cannot remove the parts that a browser may not see.
    UnreadableAnswer,
    /// 502: an answer in which something must be hidden has this coding, which the platform does not undo.
    CodedAnswer(Excerpt),
    /// 504: the upstream did not start to answer in time.
    GatewayTimeout,
}

/// The log's fields besides the reason: excerpts of a refused token, which tell a deployer which setting to look at, or of an answer.
#[derive(Default, Serialize)]
pub struct Details {
    /// With `wrong_audience`: at most four values of `aud`; `null` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Option<Vec<Excerpt>>>,
    /// With `authorized_party_not_listed`: the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<Excerpt>,
    /// With `algorithm_not_allowed`: the algorithm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<Excerpt>,
    /// With `coded_answer`: the coding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coding: Option<Excerpt>,
    /// With `unknown_issuer`: the configured issuer that is probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meant: Option<String>,
    /// With `unknown_operation`: the method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<&'static str>,
    /// With `unknown_operation`: the beginning of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// The body of a refusal.
struct Face {
    status: u16,
    /// One per kind of answer: what applications branch on.
    error: &'static str,
    /// Finer than `error`; equal to it if there is no finer code.
    code: &'static str,
    /// For a person: the fault and, if it helps, the remedy.
    message: &'static str,
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
    /// That no known operation has this path, below the base path, or is this `method` of an envelope.
    #[cold]
    pub fn unknown_operation(method: Method, path: &str) -> Self {
        Self::UnknownOperation {
            method,
            path: clip(path, MAX_PATH_BYTES),
        }
    }

    fn face(&self) -> Face {
        #[rustfmt::skip]
        let (status, error, code, message) = match self {
            Self::MalformedRequest(_) => (400, "invalid_request", "malformed_request", "The request cannot be read."),
            Self::MultipleCredentials => (400, "invalid_request", "multiple_credentials", "Send exactly one credential, in one Authorization header."),
            Self::MalformedBody(BodyFault::ThreadId) => (400, "invalid_request", "malformed_body", "threadId must be a string of 1 to 256 bytes."),
            Self::MalformedBody(BodyFault::MemberType) => (400, "invalid_request", "malformed_body", "state, forwardedProps, config, configurable and command must be objects or null, messages a list, and context a list or an object."),
            Self::MalformedBody(BodyFault::Form) => (400, "invalid_request", "malformed_body", "The form cannot be read: send one file, called audio."),
            Self::MalformedBody(_) => (400, "invalid_request", "malformed_body", "The body cannot be read: send one JSON object with unique member names."),
            Self::MissingToken(_) => (401, "unauthorized", "missing_token", "Sign in first"),
            Self::InvalidToken(_) => (401, "unauthorized", "invalid_token", "The token is not valid."),
            Self::TokenExpired => (401, "unauthorized", "token_expired", "The token has expired; sign in again."),
            Self::TokenNotYetValid => (401, "unauthorized", "token_not_yet_valid", "The token is not valid yet."),
            Self::WrongAudience(_) => (401, "unauthorized", "wrong_audience", "The token is meant for another audience."),
            Self::WrongIssuer => (401, "unauthorized", "wrong_issuer", "Tokens of this issuer are not accepted here."),
            Self::RevokedToken => (401, "unauthorized", "revoked_token", "The token has been revoked; sign in again."),
            Self::ClaimsRejected(_) => (401, "unauthorized", "claims_rejected", "The token's claims are not acceptable here."),
            Self::InsufficientScope { .. } => (403, "forbidden", "insufficient_scope", "The token lacks a scope that this operation needs."),
            Self::RuleDenied => (403, "forbidden", "rule_denied", "You may not do this."),
            Self::ToolDenied => (403, "forbidden", "rule_denied", "You may not call this tool."),
            Self::OriginNotAllowed => (403, "forbidden", "origin_not_allowed", "This page may not call the gate."),
            Self::NotFound | Self::UnknownOperation { .. } => (404, "not_found", "not_found", "There is no such operation here."),
            Self::MethodNotAllowed { .. } => (405, "method_not_allowed", "method_not_allowed", "This operation does not have that method; see Allow."),
            Self::RequestTimeout => (408, "request_timeout", "request_timeout", "The body did not arrive in time."),
            Self::PayloadTooLarge(_) => (413, "payload_too_large", "payload_too_large", "The body is too large."),
            Self::UnsupportedMediaType => (415, "unsupported_media_type", "unsupported_media_type", "Send application/json."),
            Self::RateLimited { .. } => (429, "rate_limited", "rate_limited", "Too many requests; try again later."),
            Self::Misconfigured => (500, "misconfigured", "misconfigured", "The gate is not configured correctly; its log names the setting."),
            Self::AssertionFailed => (500, "misconfigured", "misconfigured", "The gate cannot sign assertions; its log names the cause."),
            Self::BadGateway => (502, "bad_gateway", "bad_gateway", "The runtime behind the gate cannot be reached."),
            Self::UnreadableAnswer => (502, "bad_gateway", "bad_gateway", "The runtime's answer cannot be read; it is neither events nor JSON."),
            Self::CodedAnswer(_) => (502, "bad_gateway", "bad_gateway", "The runtime's answer cannot be read; its coding is not supported."),
            Self::KeysUnavailable { .. } => (503, "unavailable", "keys_unavailable", "The token cannot be verified at the moment; try again later."),
            Self::RevocationUnavailable => (503, "unavailable", "revocation_unavailable", "The token cannot be verified at the moment; try again later."),
            Self::GatewayTimeout => (504, "gateway_timeout", "gateway_timeout", "The runtime behind the gate did not answer in time."),
        };
        Face {
            status,
            error,
            code,
            message,
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.face().status
    }

    /// The exact reason, for the log alone.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::MalformedRequest(fault) => fault.reason(),
            Self::MissingToken(missing) => missing.reason(),
            Self::MalformedBody(fault) => fault.reason(),
            Self::InvalidToken(fault) => fault.reason(),
            Self::ClaimsRejected(fault) => fault.reason(),
            Self::PayloadTooLarge(fault) => fault.reason(),
            Self::ToolDenied => "tool_denied",
            Self::UnknownOperation { .. } => "unknown_operation",
            Self::CodedAnswer(_) => "coded_answer",
            Self::AssertionFailed => "assertion_failed",
            Self::UnreadableAnswer => "unreadable_answer",
            _ => self.face().code,
        }
    }

    /// The name of the claim that is wrong, for the log alone.
    pub fn claim(&self) -> Option<&str> {
        match self {
            Self::ClaimsRejected(fault) => fault.claim(),
            _ => None,
        }
    }

    /// The log's fields besides the reason.
    pub fn details(&self) -> Details {
        let mut details = Details::default();
        match self {
            Self::WrongAudience(aud) => details.aud = Some(aud.clone()),
            Self::CodedAnswer(coding) => details.coding = Some(coding.clone()),
            Self::InvalidToken(TokenFault::Algorithm(alg)) => details.alg = Some(alg.clone()),
            Self::InvalidToken(TokenFault::UnknownIssuer { meant }) => details.meant.clone_from(meant),
            Self::ClaimsRejected(ClaimFault::AuthorizedParty { party, .. }) => details.party = Some(party.clone()),
            Self::UnknownOperation { method, path } => {
                details.method = Some(method.name());
                details.path = Some(path.clone());
            }
            _ => {}
        }
        details
    }

    /// The `WWW-Authenticate` challenge (RFC 6750 section 3), where the status calls for one.
    pub fn challenge(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::MissingToken(_) => Some(r#"Bearer realm="copilotkit""#.into()),
            Self::MultipleCredentials => Some(r#"Bearer realm="copilotkit", error="invalid_request""#.into()),
            // The settings admit only scopes that fit into a quoted string.
            Self::InsufficientScope { scope } => {
                Some(format!(r#"Bearer realm="copilotkit", error="insufficient_scope", scope="{scope}""#).into())
            }
            _ if self.status() == 401 => Some(r#"Bearer realm="copilotkit", error="invalid_token""#.into()),
            _ => None,
        }
    }

    /// Whether the caller is the cause, and not the gate, the provider, the upstream, or a limit that has counted already.
    pub fn is_the_callers(&self) -> bool {
        self.status() < 500 && !matches!(self, Self::RateLimited { .. })
    }

    /// Whether the upstream failed, and nothing was refused.
    pub fn is_the_upstreams(&self) -> bool {
        matches!(
            self,
            Self::BadGateway | Self::CodedAnswer(_) | Self::UnreadableAnswer | Self::GatewayTimeout
        )
    }

    /// `Retry-After` in whole seconds, at least 1.
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::KeysUnavailable { retry_after } | Self::RateLimited { retry_after } => Some((*retry_after).max(1)),
            Self::RevocationUnavailable => Some(REVOCATION_RETRY),
            _ => None,
        }
    }

    /// The `Allow` field of a 405.
    pub fn allow(&self) -> Option<String> {
        match self {
            Self::MethodNotAllowed { allow } => Some(allow.to_string()),
            _ => None,
        }
    }

    /// The JSON body. `ways` are those in which a token may come here, such as `Authorization: Bearer <token>`.
    pub fn body(&self, request_id: &str, ways: &str) -> String {
        let Face {
            error, code, message, ..
        } = self.face();
        let message: Cow<'_, str> = match self {
            Self::MissingToken(_) => format!("{message}: send {ways}.").into(),
            _ => message.into(),
        };
        let body = Body {
            error,
            code,
            message: &message,
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
            ("x-content-type-options", "nosniff".to_owned()),
        ];
        fields.extend(
            self.challenge()
                .map(|challenge| ("www-authenticate", challenge.into_owned())),
        );
        fields.extend(self.retry_after().map(|seconds| ("retry-after", seconds.to_string())));
        fields.extend(self.allow().map(|allow| ("allow", allow)));
        fields
    }

    /// No usable keys until `until`, as seen at `now`.
    pub fn keys_unavailable(until: Seconds, now: Seconds) -> Self {
        Self::KeysUnavailable {
            retry_after: until.since(now).max(1),
        }
    }
}

impl From<JsonFault> for Refusal {
    /// The refusal for a fault in a body.
    fn from(fault: JsonFault) -> Self {
        match fault {
            JsonFault::TooManyMembers => Self::PayloadTooLarge(SizeFault::Members),
            fault => Self::MalformedBody(BodyFault::Json(fault)),
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
