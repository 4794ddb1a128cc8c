//! `Config`: every setting, parsed once per isolate into the types of the stages that use them. A wrong one closes the
//! gate and is named in the log.

pub mod defaults;
mod identity;
mod issuers;
pub mod read;
mod rules;

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::auth::AuthSettings;
use crate::base::header_name::is_field_name;
use crate::base::web_url::WebUrl;
use crate::browser::origins::AllowedOrigins;
use crate::call::CallSettings;
use crate::call::dialect::Dialect;
use crate::outbound::OutboundSettings;
use crate::outbound::assertion::AssertionKeys;
use crate::outbound::fields::Authorization;
use crate::outbound::threads::ThreadKey;
use crate::policy::rule::Rule;
use read::{BindingKind, Misconfigured, Setting, Vars, is_bound};

/// The settings, by stage.
pub struct Config {
    /// `BASE_PATH`.
    pub base_path: String,
    /// Whom to believe.
    pub auth: AuthSettings,
    /// `ALLOWED_ORIGINS`.
    pub origins: AllowedOrigins,
    /// How requests are read.
    pub call: CallSettings,
    /// `RULES`.
    pub rules: Vec<Rule>,
    /// What goes upstream, and how.
    pub outbound: OutboundSettings,
    /// `ORIGIN_TIMEOUT_SECONDS`: how long the upstream may take to start its answer.
    pub upstream_timeout: i64,
}

impl Config {
    /// Reads every setting.
    pub fn parse(vars: &impl Vars) -> Result<Self, Misconfigured> {
        let setting = |name: &str| Setting::new(name, vars.get(name));
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
        let dialect = dialect(&setting("ORIGIN_MODE"))?;
        let thread_key = thread_key(&setting("THREADS"), &setting("THREAD_KEY"))?;
        let max_body_bytes = setting("MAX_BODY_BYTES").number(&defaults::MAX_BODY_BYTES)?;
        Ok(Self {
            base_path: base_path(&setting("BASE_PATH"))?,
            rules: rules::parse(&setting("RULES"), &identity)?,
            auth: AuthSettings {
                issuers: issuers::parse(&setting("ISSUERS"), vars)?,
                identity,
                token_cookie: token_cookie(&setting("TOKEN_COOKIE"))?,
                token_property: setting("TOKEN_PROPERTY").flag()?.unwrap_or(defaults::TOKEN_PROPERTY),
                anonymous: setting("ANONYMOUS").flag()?.unwrap_or(defaults::ANONYMOUS),
                jwks_stale_limit: setting("JWKS_STALE_LIMIT").number(&defaults::JWKS_STALE_LIMIT)?,
            },
            origins: allowed_origins(&setting("ALLOWED_ORIGINS"))?,
            call: CallSettings {
                dialect,
                max_body_bytes: usize::try_from(max_body_bytes).unwrap_or_default(),
                threads_are_isolated: thread_key.is_some(),
            },
            outbound: OutboundSettings {
                upstream: upstream(&setting("ORIGIN_URL"), is_service)?,
                dialect,
                authorization: authorization(&setting("FORWARD_AUTHORIZATION"))?,
                thread_key,
                assertion_keys: assertion_keys(&setting("ASSERTION_KEY"))?,
            },
            upstream_timeout: setting("ORIGIN_TIMEOUT_SECONDS").number(&defaults::ORIGIN_TIMEOUT_SECONDS)?,
        })
    }
}

fn dialect(setting: &Setting) -> Result<Dialect, Misconfigured> {
    let mode = setting.one_of(&["multi-route", "single-route"])?;
    Ok(match mode.unwrap_or(defaults::ORIGIN_MODE) {
        "single-route" => Dialect::SingleRoute,
        _ => Dialect::MultiRoute,
    })
}

fn authorization(setting: &Setting) -> Result<Authorization, Misconfigured> {
    let choice = setting.one_of(&["keep", "strip"])?;
    Ok(match choice.unwrap_or(defaults::FORWARD_AUTHORIZATION) {
        "strip" => Authorization::Strip,
        _ => Authorization::Keep,
    })
}

fn upstream(setting: &Setting, is_service: bool) -> Result<WebUrl, Misconfigured> {
    let remedy = "the URL of the runtime's base path, https (or http to a loopback host), such as \
                  https://runtime.example.com/api/copilotkit";
    let url = setting.string()?.ok_or_else(|| setting.missing(remedy))?;
    let url = url.trim_end_matches('/');
    let url = if is_service {
        WebUrl::parse_plain(url)
    } else {
        WebUrl::parse(url)
    };
    url.map_err(|_| setting.invalid("is not such a URL", remedy))
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

/// Exact web origins, as browsers write them (RFC 6454 section 6.2).
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
    let remedy =
        "exact origins such as https://app.example.com: scheme, host, a port that is not the default, no slash";
    if listed.iter().all(is_origin) {
        Ok(AllowedOrigins::new(listed))
    } else {
        Err(setting.invalid("contains an invalid origin", remedy))
    }
}

fn token_cookie(setting: &Setting) -> Result<Option<String>, Misconfigured> {
    match setting.string()? {
        Some(name) if !is_field_name(&name) => {
            Err(setting.invalid("is not a valid cookie name", "a name such as __Host-token"))
        }
        name => Ok(name),
    }
}

fn thread_key(mode: &Setting, key: &Setting) -> Result<Option<ThreadKey>, Misconfigured> {
    let remedy = "a secret of at least 32 random bytes, base64url without padding";
    let parsed = match key.string()? {
        None => None,
        Some(encoded) => {
            let bytes = Base64UrlUnpadded::decode_vec(encoded.trim()).ok();
            Some(
                bytes
                    .and_then(ThreadKey::new)
                    .ok_or_else(|| key.invalid("is not a usable key", remedy))?,
            )
        }
    };
    match (mode.one_of(&["isolated", "shared"])?, parsed) {
        (Some("isolated"), None) => Err(key.invalid("is missing, although THREADS is isolated", remedy)),
        (Some("shared"), _) => Ok(None),
        (_, parsed) => Ok(parsed),
    }
}

fn assertion_keys(setting: &Setting) -> Result<Option<AssertionKeys>, Misconfigured> {
    // A secret may be bound as JSON as well as a string.
    let Some(json) = setting.json() else {
        return Ok(None);
    };
    let remedy =
        "a secret that holds a private JWK for ES256 (EC, P-256) or Ed25519 (OKP), or a JWK Set that starts with one";
    AssertionKeys::parse(&json)
        .map(Some)
        .ok_or_else(|| setting.invalid("is not a usable private key", remedy))
}
