//! `Config`: every setting, parsed once per isolate into types. A wrong one closes the gate and names itself.

mod issuers;
mod read;
mod rules;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;

use crate::assertion::AssertionKeys;
use crate::base::web_url::WebUrl;
use crate::cors::{Origins, is_field_name};
use crate::identity::{ClaimPath, IdentityMap, normalise};
use crate::issuer::Issuer;
use crate::policy::Rule;
use crate::threads::ThreadKey;
use read::Setting;

/// Where settings come from: the Worker's bindings, or a map in a test.
pub trait Vars {
    /// The value of a var or secret; `None` when it is not set.
    fn get(&self, name: &str) -> Option<Value>;

    /// Whether a binding (a service, a KV namespace) of this name exists.
    fn is_bound(&self, name: &str) -> bool;
}

/// The settings.
pub struct Config {
    /// `ORIGIN_URL`, without a slash at its end.
    pub origin_url: WebUrl,
    /// `ORIGIN_MODE`.
    pub origin_mode: OriginMode,
    /// `BASE_PATH`.
    pub base_path: String,
    /// `ISSUERS`; at least one.
    pub issuers: Vec<Issuer>,
    /// `IDENTITY`.
    pub identity: IdentityMap,
    /// `RULES`.
    pub rules: Vec<Rule>,
    /// `ALLOWED_ORIGINS`.
    pub origins: Origins,
    /// `TOKEN_COOKIE`.
    pub token_cookie: Option<String>,
    /// `TOKEN_PROPERTY`.
    pub token_property: bool,
    /// `THREAD_KEY`, when `THREADS` is `isolated`.
    pub thread_key: Option<ThreadKey>,
    /// `ASSERTION_KEY`.
    pub assertion_keys: Option<AssertionKeys>,
    /// `ANONYMOUS`.
    pub anonymous: bool,
    /// `FORWARD_AUTHORIZATION`.
    pub forward_authorization: Authorization,
    /// `MAX_BODY_BYTES`.
    pub max_body_bytes: usize,
    /// `JWKS_STALE_LIMIT`, in seconds.
    pub jwks_stale_limit: i64,
    /// `ORIGIN_TIMEOUT_SECONDS`: how long the origin may take to start its answer.
    pub origin_timeout: i64,
}

/// What the runtime behind the gate speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginMode {
    /// REST paths.
    MultiRoute,
    /// One JSON envelope.
    SingleRoute,
}

/// What becomes of the client's `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// The origin gets it, for backends that verify it again.
    Keep,
    /// It ends at the gate.
    Strip,
}

/// A setting that is wrong or missing. It never holds the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misconfigured {
    /// The setting, with the place inside it: `ISSUERS[0].audience`.
    pub setting: String,
    /// What is wrong.
    pub fault: String,
    /// What would be right.
    pub remedy: String,
}

/// Most that `MAX_BODY_BYTES` may be: a body is held about three times in 128 MB of memory.
const MAX_BODY_LIMIT: i64 = 32 * 1024 * 1024;

impl Config {
    /// Reads every setting.
    pub fn parse(vars: &impl Vars) -> Result<Self, Misconfigured> {
        let setting = |name: &str| Setting::new(name, vars.get(name));
        let identity = identity(&setting("IDENTITY"))?;
        Ok(Self {
            origin_mode: match setting("ORIGIN_MODE").one_of(&["multi-route", "single-route"])? {
                Some("single-route") => OriginMode::SingleRoute,
                _ => OriginMode::MultiRoute,
            },
            rules: rules::parse(&setting("RULES"), &identity)?,
            origins: origins(&setting("ALLOWED_ORIGINS"))?,
            token_cookie: token_cookie(&setting("TOKEN_COOKIE"))?,
            token_property: setting("TOKEN_PROPERTY").flag()?.unwrap_or(false),
            thread_key: thread_key(&setting("THREADS"), &setting("THREAD_KEY"))?,
            assertion_keys: assertion_keys(&setting("ASSERTION_KEY"))?,
            origin_url: origin_url(&setting("ORIGIN_URL"), vars.is_bound("ORIGIN"))?,
            base_path: base_path(&setting("BASE_PATH"))?,
            issuers: issuers::parse(&setting("ISSUERS"), vars)?,
            identity,
            anonymous: setting("ANONYMOUS").flag()?.unwrap_or(false),
            forward_authorization: match setting("FORWARD_AUTHORIZATION").one_of(&["keep", "strip"])? {
                Some("strip") => Authorization::Strip,
                _ => Authorization::Keep,
            },
            max_body_bytes: setting("MAX_BODY_BYTES")
                .integer(1..=MAX_BODY_LIMIT)?
                .and_then(|bytes| usize::try_from(bytes).ok())
                .unwrap_or(10 * 1024 * 1024),
            jwks_stale_limit: setting("JWKS_STALE_LIMIT")
                .integer(0..=30 * 24 * 60 * 60)?
                .unwrap_or(24 * 60 * 60),
            origin_timeout: setting("ORIGIN_TIMEOUT_SECONDS").integer(1..=600)?.unwrap_or(100),
        })
    }
}

fn origin_url(setting: &Setting, is_service: bool) -> Result<WebUrl, Misconfigured> {
    let remedy = "the URL of the runtime's base path, https (or http to a loopback host), such as \
                  https://runtime.example.com/api/copilotkit";
    let text = setting.text()?.ok_or_else(|| setting.missing(remedy))?;
    let text = text.trim_end_matches('/');
    let url = if is_service {
        WebUrl::parse_plain(text)
    } else {
        WebUrl::parse(text)
    };
    url.map_err(|_| setting.wrong("is not such a URL", remedy))
}

fn base_path(setting: &Setting) -> Result<String, Misconfigured> {
    let path = setting.text()?.unwrap_or_else(|| "/api/copilotkit".to_owned());
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    let segment_fits = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(plain);
    let fits = path
        .strip_prefix('/')
        .is_some_and(|rest| rest.split('/').all(segment_fits));
    let remedy = "a path such as /api/copilotkit: a slash before each segment, none at the end, no escapes";
    if fits {
        Ok(path)
    } else {
        Err(setting.wrong("is not a plain path", remedy))
    }
}

/// Exact origins, as browsers write them (RFC 6454 section 6.2).
fn origins(setting: &Setting) -> Result<Origins, Misconfigured> {
    let listed = setting.list()?.unwrap_or_default();
    let default_port = |origin: &str| {
        (origin.starts_with("https://") && origin.ends_with(":443"))
            || (origin.starts_with("http://") && origin.ends_with(":80"))
    };
    let fits = |origin: &String| {
        let is_bare = origin.split('/').count() == 3 && !default_port(origin);
        is_bare && WebUrl::parse_plain(origin).is_ok()
    };
    let remedy =
        "exact origins such as https://app.example.com: scheme, host, a port that is not the default, no slash";
    if listed.iter().all(fits) {
        Ok(Origins::new(listed))
    } else {
        Err(setting.wrong("lists what is no origin", remedy))
    }
}

fn token_cookie(setting: &Setting) -> Result<Option<String>, Misconfigured> {
    match setting.text()? {
        Some(name) if !is_field_name(&name) => Err(setting.wrong("is no cookie name", "a name such as __Host-token")),
        name => Ok(name),
    }
}

fn thread_key(mode: &Setting, key: &Setting) -> Result<Option<ThreadKey>, Misconfigured> {
    let remedy = "a secret of at least 32 random bytes, base64url without padding";
    let parsed = match key.text()? {
        None => None,
        Some(text) => {
            let bytes = Base64UrlUnpadded::decode_vec(text.trim()).ok();
            Some(
                bytes
                    .and_then(ThreadKey::new)
                    .ok_or_else(|| key.wrong("is no usable key", remedy))?,
            )
        }
    };
    match (mode.one_of(&["isolated", "shared"])?, parsed) {
        (Some("isolated"), None) => Err(key.wrong("is missing, and THREADS is isolated", remedy)),
        (Some("shared"), _) => Ok(None),
        (_, parsed) => Ok(parsed),
    }
}

fn assertion_keys(setting: &Setting) -> Result<Option<AssertionKeys>, Misconfigured> {
    // A secret may be bound as JSON as well as text.
    let Some(text) = setting.json_text() else {
        return Ok(None);
    };
    let remedy =
        "a secret that holds a private JWK for ES256 (EC, P-256) or Ed25519 (OKP), or a JWK Set that starts with one";
    AssertionKeys::parse(&text)
        .map(Some)
        .ok_or_else(|| setting.wrong("is no usable private key", remedy))
}

fn identity(setting: &Setting) -> Result<IdentityMap, Misconfigured> {
    let Some(members) = setting.table()? else {
        let defaults = [
            ("x-user-id", "sub"),
            ("x-user-role", "role"),
            ("x-user-permissions", "permissions"),
        ];
        let pairs = defaults
            .into_iter()
            .filter_map(|(name, path)| Some((name.to_owned(), ClaimPath::parse(path)?)));
        return Ok(IdentityMap::new(pairs.collect()));
    };
    let mut pairs: Vec<(String, ClaimPath)> = Vec::new();
    for (name, path) in members {
        let member = setting.member(&name, Some(path));
        let name = name.to_ascii_lowercase();
        if !may_carry_identity(&name) {
            let remedy = "a header of its own, such as x-user-id; not one that HTTP or the gate uses otherwise";
            return Err(member.wrong("cannot carry identity", remedy));
        }
        if pairs.iter().any(|(known, _)| normalise(known) == normalise(&name)) {
            return Err(member.wrong(
                "names the same header twice",
                "each header once; case and _ for - do not matter",
            ));
        }
        let remedy = "a claim path such as realm_access.roles, or a JSON Pointer such as /https:~1~1example.com~1role";
        let path = member.text()?.ok_or_else(|| member.missing(remedy))?;
        let path = ClaimPath::parse(&path).ok_or_else(|| member.wrong("is not a claim path", remedy))?;
        pairs.push((name, path));
    }
    Ok(IdentityMap::new(pairs))
}

/// Whether `name` is a field name (RFC 9110 section 5.1) that means nothing to HTTP, browsers, Cloudflare or the gate.
fn may_carry_identity(name: &str) -> bool {
    const TAKEN: [&str; 30] = [
        "accept",
        "age",
        "allow",
        "alt-svc",
        "authorization",
        "cdn-loop",
        "connection",
        "cookie",
        "date",
        "dnt",
        "etag",
        "expect",
        "forwarded",
        "from",
        "host",
        "keep-alive",
        "origin",
        "range",
        "referer",
        "set-cookie",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "warning",
        "x-request-id",
    ];
    const TAKEN_PREFIXES: [&str; 10] = [
        "accept-",
        "access-control-",
        "cf-",
        "content-",
        "if-",
        "proxy-",
        "sec-",
        "x-forwarded-",
        "x-gate-",
        "x-middleware-",
    ];
    let plain = normalise(name);
    is_field_name(name) && !TAKEN.contains(&&*plain) && !TAKEN_PREFIXES.iter().any(|prefix| plain.starts_with(prefix))
}
