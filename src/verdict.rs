//! Verdicts: tokens that were verified a moment ago, so that a page's next call costs a hash and not a signature.
//!
//! An entry is found by the SHA-256 of the whole token, never by a part of it, and only good verdicts are kept: the
//! memory can neither be poisoned nor asked what it knows. An entry counts until the token's own end, five minutes, or a
//! change of its issuer's keys, whichever comes first; its times are judged again on every hit, and revocation comes
//! after it. Settings and rules need no mention here: they live exactly as long as the isolate.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use sha2::{Digest, Sha256};

use crate::base::clock::Seconds;
use crate::bearer::Bearer;
use crate::policy::Subject;

/// Longest life of an entry, in seconds.
const LIFETIME: i64 = 300;
/// Most entries of one half of the memory.
const MAX_ENTRIES: usize = 4096;
/// Most bytes of tokens behind the entries of one half. What is kept of a token takes a small multiple of its length.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A token's name in the memory.
pub type TokenHash = [u8; 32];

/// The memory of one isolate: two halves. A full young half becomes the old one, and what is asked for again moves back,
/// so the size is bounded, forgetting is cheap, and tokens in use stay.
#[derive(Default)]
pub struct Verdicts(RefCell<Halves>);

#[derive(Default)]
struct Halves {
    young: BTreeMap<TokenHash, Verdict>,
    old: BTreeMap<TokenHash, Verdict>,
    young_bytes: usize,
}

/// A verified token.
#[derive(Clone)]
pub struct Verdict {
    /// Who presented it.
    pub subject: Rc<Subject>,
    /// The position of its issuer in the settings.
    pub issuer: usize,
    generation: u64,
    since: Seconds,
    bytes: usize,
}

/// The SHA-256 of the whole of `token`.
pub fn hash(token: &Bearer) -> TokenHash {
    Sha256::digest(token.as_str()).into()
}

impl Verdicts {
    /// What is remembered of the token `hash` at `now`, if its issuer's keys (`generation` tells) are still the same.
    pub fn recall(&self, hash: &TokenHash, now: Seconds, generation: impl Fn(usize) -> u64) -> Option<Verdict> {
        let mut halves = self.0.borrow_mut();
        let verdict = match halves.young.get(hash) {
            Some(verdict) => verdict.clone(),
            None => {
                let verdict = halves.old.remove(hash)?;
                halves.keep(*hash, verdict.clone());
                verdict
            }
        };
        let age = now.since(verdict.since);
        if (0..LIFETIME).contains(&age) && generation(verdict.issuer) == verdict.generation {
            return Some(verdict);
        }
        halves.forget(hash);
        None
    }

    /// Remembers a token that was verified under keys of `generation`.
    pub fn remember(
        &self,
        hash: TokenHash,
        token: &Bearer,
        subject: &Rc<Subject>,
        (issuer, generation): (usize, u64),
        now: Seconds,
    ) {
        let bytes = token.as_str().len();
        let verdict = Verdict {
            subject: Rc::clone(subject),
            issuer,
            generation,
            since: now,
            bytes,
        };
        self.0.borrow_mut().keep(hash, verdict);
    }
}

impl Halves {
    fn keep(&mut self, hash: TokenHash, verdict: Verdict) {
        if self.young.len() >= MAX_ENTRIES || self.young_bytes.saturating_add(verdict.bytes) > MAX_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes = self.young_bytes.saturating_add(verdict.bytes);
        if let Some(replaced) = self.young.insert(hash, verdict) {
            self.young_bytes = self.young_bytes.saturating_sub(replaced.bytes);
        }
    }

    fn forget(&mut self, hash: &TokenHash) {
        if let Some(verdict) = self.young.remove(hash) {
            self.young_bytes = self.young_bytes.saturating_sub(verdict.bytes);
        }
    }
}
