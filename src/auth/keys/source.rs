//! `KeySource`: the effects that keys need, and what came of them.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::set::SetFault;
use crate::auth::issuer::IssuerIndex;
use crate::base::clock::Seconds;
use crate::base::web_url::WebUrl;

/// Shortest time a set counts as fresh, in seconds, whatever its `Cache-Control` says.
pub(super) const MIN_FRESH: i64 = 60;
/// Longest time a set counts as fresh, in seconds.
pub(super) const MAX_FRESH: i64 = 24 * 60 * 60;
/// How long a set counts as fresh when its publisher does not say, in seconds.
const DEFAULT_FRESH: i64 = 10 * 60;

/// Fetching, the shared copy and time, as the platform offers them. It decides nothing. All waits of one request together
/// end within 7 s.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait KeySource {
    /// Gets `url`: no redirect followed, only status 200 counts, at most `limit` bytes, and all fetches of one request
    /// together within 5 s.
    async fn fetch(&self, url: &WebUrl, limit: usize) -> Result<Fetched, SourceFault>;

    /// Reads the shared copy under `key`, within 2 s. `None` when there is none, or no store is bound.
    async fn read_copy(&self, key: &str) -> Result<Option<Vec<u8>>, SourceFault>;

    /// Writes the shared copy under `key`, to be kept for `ttl` seconds, after the answer has been given.
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

/// A document and how fresh it is.
pub struct Fetched {
    /// The bytes.
    pub body: Vec<u8>,
    /// The value of the field `Cache-Control`, if there is one.
    pub cache_control: Option<String>,
    /// The value of the field `Age`, if there is one.
    pub age: Option<String>,
}

impl Fetched {
    /// A document with the header fields of its answer, which `field` looks up by their names.
    pub fn new(body: Vec<u8>, field: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            body,
            cache_control: field("cache-control"),
            age: field("age"),
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
    /// A status other than 200, a redirect included.
    Status(u16),
    /// More bytes or keys than the bounds allow.
    TooLarge,
    /// Not a discovery document, or that of another issuer.
    Discovery,
    /// The document is not a key set.
    NotAKeySet,
    /// The set has no key that may verify anything.
    NoUsableKey,
    /// The shared copy does not have the form that the gate writes.
    BadCopy,
    /// The store failed.
    Store,
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
    /// `refreshed` or `refresh_failed` or `copy_failed`.
    pub outcome: &'static str,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<SourceFault>,
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
/// `no-cache` win over `max-age`, wherever they stand.
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
