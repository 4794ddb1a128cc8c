//! `TokenCache`: tokens that were verified before, so that a page's next call costs a hash and not a signature.
//!
//! The key of an entry is the SHA-256 of the whole token, never of a part of it, and only accepted tokens are kept: the
//! cache can neither be poisoned nor probed. An entry is valid until the token expires, for five minutes, or until its
//! issuer's keys change, whichever comes first. Its times are checked again on every hit, and revocation is checked afterwards.
//! Entries do not depend on settings and rules, which live exactly as long as the isolate.

use std::cell::RefCell;
use std::rc::Rc;

use sha2::{Digest, Sha256};

use super::caller::Principal;
use super::credential::{BearerToken, TokenHash};
use super::issuer::IssuerIndex;
use crate::base::clock::Seconds;
use crate::base::memory::Memory;

/// Longest lifetime of an entry, in seconds.
const LIFETIME: i64 = 300;
/// Largest number of entries in one generation of the cache.
const MAX_ENTRIES: usize = 4096;
/// Largest total length, in bytes, of the tokens in one generation. An entry takes a small multiple of that of its token.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The verified tokens that this isolate remembers.
pub struct TokenCache(RefCell<Memory<TokenHash, CachedToken>>);

/// A token that was verified before.
#[derive(Clone)]
pub struct CachedToken {
    /// Its caller.
    pub principal: Rc<Principal>,
    /// Its issuer.
    pub issuer: IssuerIndex,
    generation: u64,
    since: Seconds,
}

/// The SHA-256 of the whole of `token`.
pub fn hash(token: &BearerToken) -> TokenHash {
    Sha256::digest(token.as_str()).into()
}

impl TokenCache {
    /// The entry of the token `hash` at `now`, if its issuer's keys are still of this `generation`.
    pub fn recall(
        &self,
        hash: &TokenHash,
        now: Seconds,
        generation: impl Fn(IssuerIndex) -> u64,
    ) -> Option<CachedToken> {
        let mut memory = self.0.borrow_mut();
        let token = memory.get(hash)?;
        let age = now.since(token.since);
        if (0..LIFETIME).contains(&age) && generation(token.issuer) == token.generation {
            return Some(token);
        }
        memory.remove(hash);
        None
    }

    /// Remembers a token that was verified under keys of `generation`.
    pub fn remember(
        &self,
        hash: TokenHash,
        token: &BearerToken,
        principal: &Rc<Principal>,
        (issuer, generation): (IssuerIndex, u64),
        now: Seconds,
    ) {
        let cached = CachedToken {
            principal: Rc::clone(principal),
            issuer,
            generation,
            since: now,
        };
        self.0.borrow_mut().insert(hash, cached, token.as_str().len());
    }
}

impl Default for TokenCache {
    fn default() -> Self {
        Self(RefCell::new(Memory::new(MAX_ENTRIES, MAX_BYTES)))
    }
}
