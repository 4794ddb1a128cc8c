//! `KeySource`: the effects that keys need, and what came of them.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::set::{SetFault, UnusableKey};
use crate::auth::issuer::IssuerIndex;
use crate::base::clock::Seconds;
use crate::base::web_url::WebUrl;
use crate::wire::excerpt::Excerpt;

/// Shortest time a set counts as fresh, in seconds, even under a shorter `Cache-Control`.
pub(super) const MIN_FRESH: i64 = 60;
/// Longest time a set counts as fresh, in seconds.
pub(super) const MAX_FRESH: i64 = 24 * 60 * 60;
/// How long a set without `Cache-Control` counts as fresh, in seconds.
const DEFAULT_FRESH: i64 = 10 * 60;

/// Fetching, the shared copy and time, as the platform offers them. It decides nothing. All waits of one request together
/// end within 7 s.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait KeySource {
    /// Gets a document with the header fields [`REQUEST_FIELDS`]: no redirect followed, at most
    /// [`DocumentRequest::limit`] bytes of a 200 and [`MAX_ERROR_BYTES`] of any other status, and all fetches of one request
    /// together within 5 s.
    async fn fetch(&self, request: DocumentRequest<'_>) -> Result<Fetched, SourceFault>;

    /// Reads the shared copy under `key`, within 2 s. `None` when there is none, or no store is bound.
    async fn read_copy(&self, key: &str) -> Result<Option<Vec<u8>>, SourceFault>;

    /// Writes the shared copy under `key`, to be kept for `ttl` seconds, after the answer was returned.
    fn write_copy(&self, key: &str, copy: String, ttl: i64);

    /// Has the key set of the issuer at `index` refreshed beside this request, which does not wait for it.
    fn refresh_later(&self, index: IssuerIndex);

    /// Lets `milliseconds` pass.
    async fn pause(&self, milliseconds: i32);

    /// The time now; I/O may have taken a while.
    fn now(&self) -> Seconds;

    /// Logs what happened to an issuer's keys. No key material is in it.
    fn log(&self, event: KeyEvent<'_>);
}

/// The header fields of the gate's own requests: some providers' firewalls refuse requests without `User-Agent`.
pub const REQUEST_FIELDS: [(&str, &str); 2] = [
    ("user-agent", concat!("copilotkit-gate/", env!("CARGO_PKG_VERSION"))),
    ("accept", "application/json, application/jwk-set+json"),
];

/// Most bytes that the platform reads of an answer with another status than 200.
pub const MAX_ERROR_BYTES: usize = 1024;

/// A document of a provider's that the gate wants.
#[derive(Clone, Copy)]
pub struct DocumentRequest<'a> {
    /// Its address.
    pub url: &'a WebUrl,
    /// Most bytes of it.
    pub limit: usize,
    /// The service binding to ask instead of the network, where the issuer's settings name one.
    pub service: Option<&'a str>,
}

/// An answer to a [`DocumentRequest`].
pub struct Fetched {
    /// The HTTP status.
    pub status: u16,
    /// The bytes.
    pub body: Vec<u8>,
    /// The value of the field `Cache-Control`, if there is one.
    pub cache_control: Option<String>,
    /// The value of the field `Age`, if there is one.
    pub age: Option<String>,
}

impl Fetched {
    /// An answer, with the header fields that `field` looks up by their names.
    pub fn new(status: u16, body: Vec<u8>, field: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            status,
            body,
            cache_control: field("cache-control"),
            age: field("age"),
        }
    }

    /// The answer, if it is a document.
    ///
    /// # Errors
    /// Why it is none.
    pub fn document(self) -> Result<Self, SourceFault> {
        match self.status {
            200 => Ok(self),
            status @ 300..=399 => Err(SourceFault::Redirect(status)),
            _ if self.body.starts_with(b"error code: 1042") => Err(SourceFault::SameAccount),
            status => Err(SourceFault::Status(status)),
        }
    }
}

/// Why an attempt gave no usable set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceFault {
    /// No connection, or the transport failed.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// A status other than 200 that is no redirect.
    Status(u16),
    /// A redirect, which the gate does not follow.
    Redirect(u16),
    /// Cloudflare's error 1042: a Worker fetched another Worker of its own account by URL.
    SameAccount,
    /// More bytes than the bound allows.
    TooLarge,
    /// The discovery document is not a JSON object with unique member names.
    DiscoveryNotJson,
    /// The discovery document names another issuer.
    IssuerDiffers,
    /// The discovery document has no `jwks_uri`.
    NoJwksUri,
    /// The discovery document's `jwks_uri` is not a secure URL.
    InsecureJwksUri,
    /// The document is not a key set.
    NotAKeySet,
    /// The set has no key that may verify anything.
    NoUsableKey,
    /// The shared copy does not have the form that the gate writes.
    BadCopy,
    /// The store failed.
    Store,
}

impl SourceFault {
    /// The remedy, if the settings can mend it.
    pub fn remedy(self) -> Option<&'static str> {
        match self {
            Self::Status(404)
            | Self::Redirect(_)
            | Self::DiscoveryNotJson
            | Self::NoJwksUri
            | Self::InsecureJwksUri => Some("set jwks_uri = \"<URL of the provider's JWK Set>\""),
            Self::IssuerDiffers => {
                Some("set issuer to the name that the document has, if its tokens have it too; or set jwks_uri")
            }
            Self::SameAccount => Some("bind that Worker as a service and set service = \"<name of the binding>\""),
            _ => None,
        }
    }
}

impl From<SetFault> for SourceFault {
    fn from(fault: SetFault) -> Self {
        match fault {
            SetFault::Malformed => Self::NotAKeySet,
            SetFault::TooLarge => Self::TooLarge,
            SetFault::NothingUsable => Self::NoUsableKey,
        }
    }
}

/// A log line about keys.
#[derive(Serialize)]
pub struct KeyEvent<'a> {
    /// Always `keys`.
    pub event: &'static str,
    /// The issuer.
    pub issuer: &'a str,
    /// `refreshed`, `refresh_failed`, `copy_read` or `copy_failed`.
    pub outcome: &'static str,
    /// The cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<SourceFault>,
    /// The address that was asked, where something went wrong there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<&'a str>,
    /// The issuer that the discovery document names, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Excerpt>,
    /// The remedy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<&'static str>,
    /// The keys of the set that was read which the gate does not use.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub unusable: &'a [UnusableKey],
}

/// The shared copy of a key set: the document as it was received, when, and for how long it is fresh.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredCopy<'a> {
    pub(super) fetched: Seconds,
    pub(super) fresh_for: i64,
    #[serde(borrow)]
    pub(super) jwks: &'a RawValue,
}

/// Seconds that a document is fresh: its `max-age` less its `Age`, within bounds (RFC 9111 section 4.2). `no-store` and
/// `no-cache` override `max-age` in any order.
pub(super) fn fresh_for(fetched: &Fetched) -> i64 {
    let directives = fetched
        .cache_control
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let directives = || directives.split(',').map(str::trim);
    if directives().any(|directive| matches!(directive, "no-store" | "no-cache")) {
        return MIN_FRESH;
    }
    let max_age = directives()
        .filter_map(|directive| directive.strip_prefix("max-age="))
        .find_map(|age| seconds(age.trim_matches('"')));
    match max_age {
        Some(max_age) => {
            let age = fetched.age.as_deref().and_then(seconds).unwrap_or(0);
            max_age.saturating_sub(age).clamp(MIN_FRESH, MAX_FRESH)
        }
        None => DEFAULT_FRESH,
    }
}

/// `delta-seconds` (RFC 9111 section 1.2.2); a number beyond the range counts as its end.
fn seconds(digits: &str) -> Option<i64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(i64::MAX))
}
