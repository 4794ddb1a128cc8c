//! Loading: the two ways in which a set comes into a ring, and the rule that only a usable set ever does.

use std::cell::RefCell;

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest as _, Sha256};

use super::ring::KeyRing;
use super::set::{Digest, KeySet, MAX_SET_BYTES};
use super::source::{Copy, KeyEvent, KeySource, SourceFault, fresh_for};
use crate::base::clock::Seconds;
use crate::base::json;
use crate::base::web_url::WebUrl;
use crate::issuer::{Issuer, KeysFrom, TENANT};

/// Largest discovery document, in bytes.
const MAX_DISCOVERY_BYTES: usize = 64 * 1024;
/// Room that the shared copy needs around the document, in bytes.
const MAX_COPY_BYTES: usize = MAX_SET_BYTES + 1024;
/// How far in the future a copy may say it was fetched, in seconds: clocks of two machines differ a little.
const CLOCK_SKEW: i64 = 60;
/// Shortest lifetime of a copy, in seconds: what KV allows.
const MIN_COPY_TTL: i64 = 60;

/// Reads the shared copy into `ring`, if there is a usable one that is not older than what the ring holds.
pub(super) async fn take_copy(ring: &RefCell<KeyRing>, issuer: &Issuer, source: &impl KeySource) {
    let copy = match source.read_copy(&copy_key(issuer)).await {
        Ok(None) => return,
        Ok(Some(copy)) => copy,
        Err(fault) => return log(source, issuer, "copy_failed", Some(fault)),
    };
    let now = source.now();
    match read_copy(&copy) {
        // Taken as of now, such a copy would be new again each time it is read.
        Ok((_, fetched, _)) if fetched > now.plus(CLOCK_SKEW) => {
            log(source, issuer, "copy_failed", Some(SourceFault::BadCopy));
        }
        Ok((document, fetched, fresh_for)) => ring.borrow_mut().install(document, fetched, fresh_for, now),
        Err(fault) => log(source, issuer, "copy_failed", Some(fault)),
    }
}

/// Asks the provider. A usable set is taken over and copied to the store; anything else leaves what there is.
pub(super) async fn ask_provider(
    ring: &RefCell<KeyRing>,
    issuer: &Issuer,
    source: &impl KeySource,
) -> Result<(), SourceFault> {
    // The set is as old as the question, so that of two answers the one asked for later wins.
    let asked = source.now();
    let outcome = fetch(ring, issuer, source, asked).await;
    let now = source.now();
    let result = match outcome {
        Ok(Answer {
            document,
            text,
            fresh_for,
        }) => {
            let mut ring = ring.borrow_mut();
            ring.install(document, asked, fresh_for, now);
            ring.succeeded();
            if let Some(copy) = ring
                .copy_due(now)
                .then(|| write_copy(&text, asked, fresh_for))
                .flatten()
            {
                source.write_copy(&copy_key(issuer), copy, ring.lifetime(fresh_for).max(MIN_COPY_TTL));
            }
            Ok(())
        }
        Err(fault) => {
            ring.borrow_mut().failed(now);
            Err(fault)
        }
    };
    log(
        source,
        issuer,
        if result.is_ok() { "refreshed" } else { "refresh_failed" },
        result.err(),
    );
    result
}

/// A key set with the text it was read from.
pub(super) struct Document {
    pub(super) set: KeySet,
    pub(super) digest: Digest,
}

struct Answer {
    document: Document,
    text: Vec<u8>,
    fresh_for: i64,
}

impl Document {
    fn parse(text: &[u8]) -> Result<Self, SourceFault> {
        Ok(Self {
            set: KeySet::parse(text)?,
            digest: Sha256::digest(text).into(),
        })
    }
}

async fn fetch(
    ring: &RefCell<KeyRing>,
    issuer: &Issuer,
    source: &impl KeySource,
    now: Seconds,
) -> Result<Answer, SourceFault> {
    let discovered;
    let url = match &issuer.keys {
        KeysFrom::JwksUri(url) => url,
        KeysFrom::Secret(_) => return Err(SourceFault::Discovery),
        KeysFrom::Discovery(document) => {
            let known = ring.borrow().jwks_uri(now);
            discovered = match known {
                Some(url) => url,
                None => discover(document, issuer, source).await?,
            };
            ring.borrow_mut().keep_jwks_uri(discovered.clone(), now);
            &discovered
        }
    };
    let answer = source.fetch(url, MAX_SET_BYTES).await?;
    let document = Document::parse(&answer.body)?;
    Ok(Answer {
        document,
        text: answer.body,
        fresh_for: fresh_for(answer.cache_control.as_deref()),
    })
}

/// Reads the discovery document, whose `issuer` must be ours to the letter (`OpenID` Connect Discovery 1.0, section 4.3).
async fn discover(url: &WebUrl, issuer: &Issuer, source: &impl KeySource) -> Result<WebUrl, SourceFault> {
    let document = source.fetch(url, MAX_DISCOVERY_BYTES).await?;
    let members = json::parse_object(&document.body).map_err(|_| SourceFault::Discovery)?;
    let text = |name| members.get(name).and_then(serde_json::Value::as_str);
    if text("issuer") != Some(issuer.template.as_str()) {
        return Err(SourceFault::Discovery);
    }
    text("jwks_uri")
        .and_then(|uri| WebUrl::parse_with_query(uri).ok())
        .ok_or(SourceFault::Discovery)
}

/// The URL of the discovery document of the issuer `template`. Entra ID serves its template's under `common`.
pub(crate) fn discovery_url(template: &str) -> String {
    let base = template.replace(TENANT, "common");
    format!("{}/.well-known/openid-configuration", base.trim_end_matches('/'))
}

/// The name of the shared copy: a hash, since issuers may be longer than KV's names, and settings may change.
fn copy_key(issuer: &Issuer) -> String {
    let place = match &issuer.keys {
        KeysFrom::Discovery(url) | KeysFrom::JwksUri(url) => url.as_str(),
        KeysFrom::Secret(_) => "",
    };
    let digest = Sha256::new()
        .chain_update(issuer.template.as_str())
        .chain_update([0])
        .chain_update(place)
        .finalize();
    format!("jwks:1:{}", Base64UrlUnpadded::encode_string(&digest))
}

fn write_copy(text: &[u8], fetched: Seconds, fresh_for: i64) -> Option<String> {
    let jwks = serde_json::from_slice(text).ok()?;
    serde_json::to_string(&Copy {
        fetched,
        fresh_for,
        jwks,
    })
    .ok()
}

fn read_copy(text: &[u8]) -> Result<(Document, Seconds, i64), SourceFault> {
    if text.len() > MAX_COPY_BYTES {
        return Err(SourceFault::TooLarge);
    }
    let copy: Copy<'_> = serde_json::from_slice(text).map_err(|_| SourceFault::BadCopy)?;
    Ok((
        Document::parse(copy.jwks.get().as_bytes())?,
        copy.fetched,
        copy.fresh_for,
    ))
}

fn log(source: &impl KeySource, issuer: &Issuer, outcome: &'static str, fault: Option<SourceFault>) {
    source.log(KeyEvent {
        event: "keys",
        issuer: issuer.template.as_str(),
        outcome,
        fault,
    });
}
