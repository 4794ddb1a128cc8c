//! `Published`: the key set that an issuer publishes, and its two ways into the ring: from the provider and from the shared
//! copy. Only a usable set enters the ring.

use std::cell::RefCell;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::ring::KeyRing;
use super::set::{KeySet, MAX_SET_BYTES, SetDocument, UnusableKey, object, without_bom};
use super::source::{DocumentRequest, Fetched, KeyEvent, KeySource, SourceFault, StoredCopy, fresh_for};
use crate::base::clock::Seconds;
use crate::base::json::value;
use crate::base::web_url::WebUrl;
use crate::wire::excerpt::Excerpt;

/// Largest discovery document, in bytes.
const MAX_DISCOVERY_BYTES: usize = 64 * 1024;
/// Largest overhead of the shared copy over the document, in bytes.
const MAX_COPY_BYTES: usize = MAX_SET_BYTES + 1024;
/// How far in the future the time of a copy may be, in seconds: the clocks of two machines differ a little.
const CLOCK_SKEW: i64 = 60;
/// Shortest lifetime of a copy, in seconds: the minimum of KV.
const MIN_COPY_TTL: i64 = 60;

/// The key set that one issuer publishes: its place, and the state of it in this isolate.
pub(super) struct Published {
    /// The issuer's names, as its discovery document may have them; the first is the canonical one.
    pub(super) names: Vec<String>,
    /// Where its key set is.
    pub(super) place: PublishedAt,
    /// The service binding to ask in place of the network.
    pub(super) service: Option<String>,
    /// The facts about it.
    pub(super) ring: RefCell<KeyRing>,
}

/// Where an issuer publishes its key set.
#[derive(PartialEq, Eq)]
pub(super) enum PublishedAt {
    /// The first discovery document that exists at one of these URLs names it.
    Discovery(Vec<WebUrl>),
    /// At this URL.
    JwksUri(WebUrl),
}

struct SetAnswer {
    document: SetDocument,
    body: Vec<u8>,
    fresh_for: i64,
}

/// A failure at a provider, with its place.
struct Failure {
    fault: SourceFault,
    url: String,
    /// The issuer that the discovery document names, where that is another.
    found: Option<Excerpt>,
    unusable: Vec<UnusableKey>,
}

impl Published {
    /// Reads the shared copy into the ring, if it is usable and not older than the set in the ring.
    pub(super) async fn take_copy(&self, source: &impl KeySource) {
        let copy = match source.read_copy(&self.copy_key()).await {
            Ok(None) => return self.ring.borrow_mut().note_copy(None),
            Ok(Some(copy)) => copy,
            Err(fault) => return self.log_copy(source, fault),
        };
        let now = source.now();
        match read_copy(&copy) {
            Ok((document, fetched, fresh_for)) if fetched <= now.plus(CLOCK_SKEW) => {
                let digest = document.digest;
                let unusable = document.set.unusable().to_vec();
                let mut ring = self.ring.borrow_mut();
                let generation = ring.generation();
                ring.install(document, fetched, fresh_for, now);
                ring.note_copy(Some((digest, fetched)));
                if ring.generation() != generation && !unusable.is_empty() {
                    source.log(KeyEvent {
                        unusable: &unusable,
                        ..self.event("copy_read")
                    });
                }
            }
            // With the current time instead, a copy from the future would be new each time it is read.
            unusable => {
                self.ring.borrow_mut().note_copy(None);
                self.log_copy(source, unusable.err().unwrap_or(SourceFault::BadCopy));
            }
        }
    }

    /// Asks the provider. A usable set enters the ring and the store; any other answer changes neither.
    pub(super) async fn ask_provider(&self, source: &impl KeySource) -> Result<(), SourceFault> {
        // The set dates from the request, so that of two answers the one to the later request counts.
        let asked = source.now();
        let outcome = self.fetch(source, asked).await;
        let now = source.now();
        match outcome {
            Ok(SetAnswer {
                document,
                body,
                fresh_for,
            }) => {
                let unusable = document.set.unusable().to_vec();
                let mut ring = self.ring.borrow_mut();
                ring.install(document, asked, fresh_for, now);
                ring.succeeded();
                if let Some(copy) = ring
                    .copy_due(now)
                    .then(|| write_copy(&body, asked, fresh_for))
                    .flatten()
                {
                    source.write_copy(&self.copy_key(), copy, ring.lifetime(fresh_for).max(MIN_COPY_TTL));
                }
                source.log(KeyEvent {
                    unusable: &unusable,
                    ..self.event("refreshed")
                });
                Ok(())
            }
            Err(failure) => {
                self.ring.borrow_mut().failed(now);
                source.log(KeyEvent {
                    fault: Some(failure.fault),
                    url: Some(&failure.url),
                    found: failure.found,
                    remedy: failure.fault.remedy(),
                    unusable: &failure.unusable,
                    ..self.event("refresh_failed")
                });
                Err(failure.fault)
            }
        }
    }

    async fn fetch(&self, source: &impl KeySource, now: Seconds) -> Result<SetAnswer, Failure> {
        let discovered;
        let url = match &self.place {
            PublishedAt::JwksUri(url) => url,
            PublishedAt::Discovery(urls) => {
                let known = self.ring.borrow().jwks_uri(now);
                discovered = match known {
                    Some(url) => url,
                    None => {
                        let found = self.discover(urls, source).await?;
                        self.ring.borrow_mut().keep_jwks_uri(found.clone(), now);
                        found
                    }
                };
                &discovered
            }
        };
        let answer = self.get(url, MAX_SET_BYTES, source).await?;
        let document = SetDocument::parse(&answer.body).map_err(|fault| Failure {
            unusable: KeySet::unusable_in(&answer.body),
            ..Failure::at(url, fault.into())
        })?;
        Ok(SetAnswer {
            document,
            fresh_for: fresh_for(&answer),
            body: answer.body,
        })
    }

    async fn get(&self, url: &WebUrl, limit: usize, source: &impl KeySource) -> Result<Fetched, Failure> {
        let service = self.service.as_deref();
        let answer = source.fetch(DocumentRequest { url, limit, service }).await;
        answer
            .and_then(Fetched::document)
            .map_err(|fault| Failure::at(url, fault))
    }

    /// Reads the discovery document, whose `issuer` must be one of our names to the letter (`OpenID` Connect Discovery 1.0
    /// section 4.3). Where the provider has none, RFC 8414 section 3 is asked for its own.
    async fn discover(&self, urls: &[WebUrl], source: &impl KeySource) -> Result<WebUrl, Failure> {
        let mut first_failure = None;
        for url in urls {
            match self.get(url, MAX_DISCOVERY_BYTES, source).await {
                Ok(answer) => return self.read_discovery(url, &answer.body),
                Err(failure) if failure.fault == SourceFault::Status(404) => {
                    first_failure.get_or_insert(failure);
                }
                Err(failure) => return Err(failure),
            }
        }
        Err(first_failure.unwrap_or_else(|| Failure {
            fault: SourceFault::Unreachable,
            url: String::new(),
            found: None,
            unusable: Vec::new(),
        }))
    }

    fn read_discovery(&self, url: &WebUrl, document: &[u8]) -> Result<WebUrl, Failure> {
        let members =
            value::parse_object(without_bom(document)).map_err(|_| Failure::at(url, SourceFault::DiscoveryNotJson))?;
        let member = |name| members.get(name).and_then(Value::as_str);
        let named = member("issuer");
        if named.is_none_or(|named| self.names.iter().all(|own| own != named)) {
            return Err(Failure {
                found: named.map(Excerpt::of),
                ..Failure::at(url, SourceFault::IssuerDiffers)
            });
        }
        let uri = member("jwks_uri").ok_or_else(|| Failure::at(url, SourceFault::NoJwksUri))?;
        WebUrl::parse_with_query(uri).map_err(|_| Failure::at(url, SourceFault::InsecureJwksUri))
    }

    /// The canonical name of the issuer.
    fn issuer(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// The name of the shared copy: a hash, because issuers may be longer than KV's names, and settings may change.
    fn copy_key(&self) -> String {
        let url = match &self.place {
            PublishedAt::JwksUri(url) => Some(url),
            PublishedAt::Discovery(urls) => urls.first(),
        };
        let digest = Sha256::new()
            .chain_update(self.issuer())
            .chain_update([0])
            .chain_update(url.map_or("", WebUrl::as_str))
            .finalize();
        format!("jwks:1:{}", Base64UrlUnpadded::encode_string(&digest))
    }

    fn log_copy(&self, source: &impl KeySource, fault: SourceFault) {
        source.log(KeyEvent {
            fault: Some(fault),
            ..self.event("copy_failed")
        });
    }

    fn event(&self, outcome: &'static str) -> KeyEvent<'_> {
        KeyEvent {
            event: "keys",
            issuer: self.issuer(),
            outcome,
            fault: None,
            url: None,
            found: None,
            remedy: None,
            unusable: &[],
        }
    }
}

impl Failure {
    fn at(url: &WebUrl, fault: SourceFault) -> Self {
        Self {
            fault,
            url: url.as_str().to_owned(),
            found: None,
            unusable: Vec::new(),
        }
    }
}

fn write_copy(body: &[u8], fetched: Seconds, fresh_for: i64) -> Option<String> {
    let jwks = serde_json::from_slice(without_bom(body)).ok()?;
    serde_json::to_string(&StoredCopy {
        fetched,
        fresh_for,
        jwks,
    })
    .ok()
}

fn read_copy(copy: &[u8]) -> Result<(SetDocument, Seconds, i64), SourceFault> {
    if copy.len() > MAX_COPY_BYTES {
        return Err(SourceFault::TooLarge);
    }
    let copy = object(copy).ok_or(SourceFault::BadCopy)?;
    let copy: StoredCopy<'_> = serde_json::from_slice(copy).map_err(|_| SourceFault::BadCopy)?;
    Ok((
        SetDocument::parse(copy.jwks.get().as_bytes())?,
        copy.fetched,
        copy.fresh_for,
    ))
}
