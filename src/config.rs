//! `Config`: every setting, parsed once per isolate into the types of the stages that use them. A wrong one closes the
//! gate and is named in the log.

mod body;
mod claims;
pub mod defaults;
mod events;
mod identity;
mod issuer_keys;
mod issuers;
mod operations;
pub mod read;
mod rules;
mod secrets;
mod upstream;

use crate::auth::AuthSettings;
use crate::base::header_name::is_field_name;
use crate::base::origin_pattern::OriginPattern;
use crate::base::web_url::WebUrl;
use crate::browser::origins::AllowedOrigins;
use crate::call::body::scrub::ScrubSettings;
use crate::call::{BodyLimits, CallSettings};
use crate::outbound::OutboundSettings;
use crate::policy::rule::Rule;
use read::{BindingKind, Misconfigured, Setting, Vars, is_bound};

/// The settings, by stage.
pub struct Config {
    /// `BASE_PATH`.
    pub base_path: String,
    /// The trusted issuers.
    pub auth: AuthSettings,
    /// `ALLOWED_ORIGINS`.
    pub origins: AllowedOrigins,
    /// How requests are read.
    pub call: CallSettings,
    /// `RULES`.
    pub rules: Vec<Rule>,
    /// The settings of the upstream request.
    pub outbound: OutboundSettings,
    /// `LOG`.
    pub log: LogLevel,
    /// How long the platform waits, in seconds.
    pub timeouts: Timeouts,
    /// Settings that are valid but likely not meant; the gate logs them once.
    pub notices: Vec<Misconfigured>,
}

/// How long the platform waits, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// `BODY_TIMEOUT_SECONDS`: for a body that the gate must read.
    pub body: i64,
    /// `ORIGIN_TIMEOUT_SECONDS`: for the upstream to start its answer.
    pub upstream: i64,
}

/// Which decisions write a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Every one.
    All,
    /// Refusals only.
    Denied,
}

impl Config {
    /// Reads every setting.
    pub fn parse(vars: &impl Vars) -> Result<Self, Misconfigured> {
        let setting = |name: &str| Setting::new(name, vars.get(name));
        let secret = |name: &str| Setting::new(name, vars.secret(name));
        let is_service = is_bound(vars, "ORIGIN", BindingKind::Service)?;
        for (name, kind) in [
            ("JWKS_CACHE", BindingKind::KvNamespace),
            ("REVOKED", BindingKind::KvNamespace),
            ("RATE_LIMIT", BindingKind::RateLimit),
            ("AUDIT", BindingKind::Dataset),
        ] {
            is_bound(vars, name, kind)?;
        }
        let identity = identity::parse(&setting("IDENTITY"))?;
        let mut notices = Vec::new();
        let issuers = issuers::parse(&setting("ISSUERS"), vars, &mut notices)?;
        let dialect = upstream::dialect(&setting("ORIGIN_MODE"))?;
        let thread_keys = secrets::thread_keys(&setting("THREADS"), &secret("THREAD_KEY"))?;
        let threads_are_isolated = thread_keys.is_some();
        let bytes = |name: &str, number| -> Result<usize, Misconfigured> {
            let bytes = setting(name).number(number)?;
            Ok(usize::try_from(bytes).unwrap_or_default())
        };
        let operations = operations::parse(&setting("OPERATIONS"))?;
        if issuers.iter().count() > 1 && !identity.tells_issuer() {
            let fault =
                "maps no header to iss, although there are several issuers: two users with the same sub look the same";
            notices
                .push(setting("IDENTITY").invalid(fault, "a header for the issuer, such as x-user-issuer = \"iss\""));
        }
        let message_roles = body::message_roles(&setting("MESSAGE_ROLES"))?;
        let rules = rules::parse(&setting("RULES"), &operations, &identity, threads_are_isolated, vars)?;
        notices.extend(operations::unopened(&setting("OPERATIONS"), &operations, &rules));
        Ok(Self {
            base_path: base_path(&setting("BASE_PATH"))?,
            rules,
            origins: allowed_origins(&setting("ALLOWED_ORIGINS"))?,
            call: CallSettings {
                operations,
                dialect,
                limits: BodyLimits {
                    known: bytes("MAX_BODY_BYTES", &defaults::MAX_BODY_BYTES)?,
                    stranger: bytes("MAX_STRANGER_BODY_BYTES", &defaults::MAX_STRANGER_BODY_BYTES)?,
                },
                threads_are_isolated,
            },
            outbound: OutboundSettings {
                events: events::parse(&setting("HIDE_EVENTS"), &setting("ERROR_MESSAGES"), &message_roles)?,
                upstream: upstream::url(&setting("ORIGIN_URL"), is_service)?,
                dialect,
                authorization: upstream::authorization(&setting("FORWARD_AUTHORIZATION"))?,
                origin_headers: upstream::headers(&secret("ORIGIN_HEADERS"), &identity)?,
                scrub: ScrubSettings {
                    properties: body::properties(&setting("PROPERTIES"))?,
                    message_roles,
                    attachment_urls: body::attachment_urls(&setting("ATTACHMENT_URLS"))?,
                },
                identity_body: upstream::identity_body(&setting("IDENTITY_BODY"))?,
                thread_keys,
                assertion_keys: secrets::assertion_keys(&secret("ASSERTION_KEY"))?,
            },
            auth: AuthSettings {
                issuers,
                kept_headers: identity::kept_headers(&setting("KEEP_HEADERS"), &identity)?,
                token_headers: identity::token_headers(&setting("TOKEN_HEADERS"), &identity)?,
                identity,
                token_cookie: token_cookie(&setting("TOKEN_COOKIE"))?,
                token_property: setting("TOKEN_PROPERTY").flag()?.unwrap_or(defaults::TOKEN_PROPERTY),
                anonymous: setting("ANONYMOUS").flag()?.unwrap_or(defaults::ANONYMOUS),
                jwks_stale_limit: setting("JWKS_STALE_LIMIT").number(&defaults::JWKS_STALE_LIMIT)?,
            },
            log: log_level(&setting("LOG"))?,
            timeouts: Timeouts {
                body: setting("BODY_TIMEOUT_SECONDS").number(&defaults::BODY_TIMEOUT_SECONDS)?,
                upstream: setting("ORIGIN_TIMEOUT_SECONDS").number(&defaults::ORIGIN_TIMEOUT_SECONDS)?,
            },
            notices,
        })
    }
}

fn log_level(setting: &Setting) -> Result<LogLevel, Misconfigured> {
    let level = setting.one_of(&["all", "denied"])?;
    Ok(match level.unwrap_or(defaults::LOG) {
        "denied" => LogLevel::Denied,
        _ => LogLevel::All,
    })
}

fn base_path(setting: &Setting) -> Result<String, Misconfigured> {
    let path = setting.string()?.unwrap_or_else(|| defaults::BASE_PATH.to_owned());
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    let segment_fits = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(is_allowed);
    let fits = path
        .strip_prefix('/')
        .is_some_and(|rest| rest.split('/').all(segment_fits));
    let remedy = "a path such as /api/copilotkit: a slash before each segment, none at the end, no escapes";
    if fits {
        Ok(path)
    } else {
        Err(setting.invalid("is not a plain path", remedy))
    }
}

/// Web origins, as browsers write them (RFC 6454 section 6.2), and patterns of them.
fn allowed_origins(setting: &Setting) -> Result<AllowedOrigins, Misconfigured> {
    let listed = setting.list()?.unwrap_or_default();
    let has_default_port = |origin: &str| {
        (origin.starts_with("https://") && origin.ends_with(":443"))
            || (origin.starts_with("http://") && origin.ends_with(":80"))
    };
    let is_origin = |origin: &String| {
        let is_bare = origin.split('/').count() == 3 && !has_default_port(origin);
        is_bare && WebUrl::parse_plain(origin).is_ok()
    };
    let is_exact =
        |origin: &str| !origin.contains('*') && (origin.starts_with("https:") || origin.starts_with("http:"));
    let (mut exact, mut patterns) = (Vec::new(), Vec::new());
    let remedy = "origins such as https://app.example.com: scheme, host, a port that is not the default, no slash; * only as \
                  the whole first label above at least two more, as in https://*.app.example.com";
    for origin in listed {
        if !is_exact(&origin) {
            let pattern = OriginPattern::parse(&origin);
            patterns.push(pattern.ok_or_else(|| setting.invalid("contains an invalid origin", remedy))?);
        } else if is_origin(&origin) {
            exact.push(origin);
        } else {
            return Err(setting.invalid("contains an invalid origin", remedy));
        }
    }
    Ok(AllowedOrigins::new(exact, patterns))
}

fn token_cookie(setting: &Setting) -> Result<Option<String>, Misconfigured> {
    match setting.string()? {
        Some(name) if !is_field_name(&name) => {
            Err(setting.invalid("is not a valid cookie name", "a name such as __Host-token"))
        }
        name => Ok(name),
    }
}
