//! `Published`: the key set that an issuer publishes, and its two ways into the ring: from the provider and from the shared
//! copy. Only a usable set enters the ring.

use std::cell::RefCell;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::ring::KeyRing;
use super::set::{MAX_SET_BYTES, SetDocument};
use super::source::{KeyEvent, KeySource, SourceFault, StoredCopy, fresh_for};
use crate::base::clock::Seconds;
use crate::base::json::value;
use crate::base::web_url::WebUrl;

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
    /// The issuer as written in the settings.
    pub(super) issuer: String,
    /// The place of its key set.
    pub(super) place: PublishedAt,
    /// Its state in this isolate.
    pub(super) ring: RefCell<KeyRing>,
}

/// The place where an issuer publishes its key set.
pub(super) enum PublishedAt {
    /// Named by the discovery document at this URL.
    Discovery(WebUrl),
    /// At this URL.
    JwksUri(WebUrl),
}

struct SetAnswer {
    document: SetDocument,
    body: Vec<u8>,
    fresh_for: i64,
}

impl Published {
    /// Reads the shared copy into the ring, if it is usable and not older than the set in the ring.
    pub(super) async fn take_copy(&self, source: &impl KeySource) {
        let copy = match source.read_copy(&self.copy_key()).await {
            Ok(None) => return self.ring.borrow_mut().note_copy(None),
            Ok(Some(copy)) => copy,
            Err(fault) => return self.log(source, "copy_failed", Some(fault)),
        };
        let now = source.now();
        match read_copy(&copy) {
            Ok((document, fetched, fresh_for)) if fetched <= now.plus(CLOCK_SKEW) => {
                let digest = document.digest;
                let mut ring = self.ring.borrow_mut();
                ring.install(document, fetched, fresh_for, now);
                ring.note_copy(Some((digest, fetched)));
            }
            // With the current time instead, a copy from the future would be new each time it is read.
            unusable => {
                self.ring.borrow_mut().note_copy(None);
                self.log(
                    source,
                    "copy_failed",
                    Some(unusable.err().unwrap_or(SourceFault::BadCopy)),
                );
            }
        }
    }

    /// Asks the provider. A usable set enters the ring and the store; any other answer changes neither.
    pub(super) async fn ask_provider(&self, source: &impl KeySource) -> Result<(), SourceFault> {
        // The set dates from the request, so that of two answers the one to the later request counts.
        let asked = source.now();
        let outcome = self.fetch(source, asked).await;
        let now = source.now();
        let result = match outcome {
            Ok(SetAnswer {
                document,
                body,
                fresh_for,
            }) => {
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
                Ok(())
            }
            Err(fault) => {
                self.ring.borrow_mut().failed(now);
                Err(fault)
            }
        };
        let outcome = if result.is_ok() { "refreshed" } else { "refresh_failed" };
        self.log(source, outcome, result.err());
        result
    }

    async fn fetch(&self, source: &impl KeySource, now: Seconds) -> Result<SetAnswer, SourceFault> {
        let discovered;
        let url = match &self.place {
            PublishedAt::JwksUri(url) => url,
            PublishedAt::Discovery(url) => {
                let known = self.ring.borrow().jwks_uri(now);
                discovered = match known {
                    Some(url) => url,
                    None => {
                        let found = self.discover(url, source).await?;
                        self.ring.borrow_mut().keep_jwks_uri(found.clone(), now);
                        found
                    }
                };
                &discovered
            }
        };
        let answer = source.fetch(url, MAX_SET_BYTES).await?;
        Ok(SetAnswer {
            document: SetDocument::parse(&answer.body)?,
            fresh_for: fresh_for(&answer),
            body: answer.body,
        })
    }

    /// Reads the discovery document, whose `issuer` must equal ours exactly (`OpenID` Connect Discovery 1.0, section 4.3).
    async fn discover(&self, url: &WebUrl, source: &impl KeySource) -> Result<WebUrl, SourceFault> {
        let document = source.fetch(url, MAX_DISCOVERY_BYTES).await?;
        let members = value::parse_object(&document.body).map_err(|_| SourceFault::Discovery)?;
        let member = |name| members.get(name).and_then(Value::as_str);
        if member("issuer") != Some(&self.issuer) {
            return Err(SourceFault::Discovery);
        }
        member("jwks_uri")
            .and_then(|uri| WebUrl::parse_with_query(uri).ok())
            .ok_or(SourceFault::Discovery)
    }

    /// The name of the shared copy: a hash, because issuers may be longer than KV's names, and settings may change.
    fn copy_key(&self) -> String {
        let (PublishedAt::Discovery(url) | PublishedAt::JwksUri(url)) = &self.place;
        let digest = Sha256::new()
            .chain_update(&self.issuer)
            .chain_update([0])
            .chain_update(url.as_str())
            .finalize();
        format!("jwks:1:{}", Base64UrlUnpadded::encode_string(&digest))
    }

    fn log(&self, source: &impl KeySource, outcome: &'static str, fault: Option<SourceFault>) {
        source.log(KeyEvent {
            event: "keys",
            issuer: &self.issuer,
            outcome,
            fault,
        });
    }
}

fn write_copy(body: &[u8], fetched: Seconds, fresh_for: i64) -> Option<String> {
    let jwks = serde_json::from_slice(body).ok()?;
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
    let copy: StoredCopy<'_> = serde_json::from_slice(copy).map_err(|_| SourceFault::BadCopy)?;
    Ok((
        SetDocument::parse(copy.jwks.get().as_bytes())?,
        copy.fetched,
        copy.fresh_for,
    ))
}
