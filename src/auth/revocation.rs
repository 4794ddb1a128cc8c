//! Revocation: tokens by `jti`, subjects by `sub` and sessions by `sid` or `session_id`, looked up in a store and remembered for a
//! minute.

use std::cell::RefCell;

use serde_json::{Map, Value};

use super::claims::Accepted;
use crate::base::clock::Seconds;
use crate::base::cold::cold;
use crate::base::json::value;
use crate::base::memory::Memory;
use crate::base::percent::last_part;
use crate::wire::fault::ClaimFault;
use crate::wire::refusal::Refusal;

/// How long an answer of the store is valid, in seconds.
const LIFETIME: i64 = 60;
/// Largest number of answers in one generation of the memory.
const MAX_ENTRIES: usize = 8192;
/// Largest total length of the names in one generation, in bytes.
const MAX_BYTES: usize = 1024 * 1024;
/// Longest name in KV, in bytes.
const MAX_NAME_BYTES: usize = 512;

/// The store of revocations.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait RevocationStore {
    /// Whether a store is bound. Without one, nothing is revoked.
    fn has_revocations(&self) -> bool;

    /// Reads the entries of these names at once, within a second: their values, in the same order. `Err` if the store failed or
    /// was too slow.
    async fn read_revocations(&self, names: &[String]) -> Result<Vec<Option<String>>, ()>;
}

/// The content of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RevocationEntry {
    None,
    /// Revokes all tokens.
    All,
    /// Revokes tokens that were issued before this time, and those without `iat`.
    Before(Seconds),
}

/// The answers of the store that this isolate remembers, each with the time of reading.
pub struct Revocations(RefCell<Memory<String, (RevocationEntry, Seconds)>>);

impl Revocations {
    /// Checks that `token` was not revoked, in a bound `store`. A store that cannot be read means 503, never a pass.
    pub async fn check(&self, token: &Accepted, store: &impl RevocationStore, now: Seconds) -> Result<(), Refusal> {
        cold(async {
            let iat = token.times().iat();
            let mut unknown = Vec::new();
            for name in names_of(token)? {
                match self.recall(&name, now) {
                    Some(entry) if entry.voids(iat) => return Err(Refusal::RevokedToken),
                    Some(_) => {}
                    None => unknown.push(name),
                }
            }
            if unknown.is_empty() {
                return Ok(());
            }
            let found = store.read_revocations(&unknown).await;
            let found = found.map_err(|()| Refusal::RevocationUnavailable)?;
            let mut is_void = false;
            for (name, value) in unknown.into_iter().zip(found) {
                let entry = RevocationEntry::read(value.as_deref());
                is_void |= entry.voids(iat);
                self.remember(name, entry, now);
            }
            if is_void { Err(Refusal::RevokedToken) } else { Ok(()) }
        })
        .await
    }

    fn recall(&self, name: &str, now: Seconds) -> Option<RevocationEntry> {
        let (entry, read) = self.0.borrow_mut().get(name)?;
        (0..LIFETIME).contains(&now.since(read)).then_some(entry)
    }

    fn remember(&self, name: String, entry: RevocationEntry, now: Seconds) {
        let bytes = name.len();
        self.0.borrow_mut().insert(name, (entry, now), bytes);
    }
}

impl Default for Revocations {
    fn default() -> Self {
        Self(RefCell::new(Memory::new(MAX_ENTRIES, MAX_BYTES)))
    }
}

impl RevocationEntry {
    /// Parses an entry. An invalid entry revokes everything, because its author meant to revoke.
    fn read(value: Option<&str>) -> Self {
        let Some(value) = value else { return Self::None };
        let before = value::parse_object(value.as_bytes())
            .ok()
            .and_then(|entry| entry.get("before")?.as_i64());
        before.map_or(Self::All, |before| Self::Before(Seconds(before)))
    }

    fn voids(self, iat: Option<Seconds>) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Before(before) => iat.is_none_or(|iat| iat < before),
        }
    }
}

/// The names of the entries that `token` may have.
fn names_of(token: &Accepted) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::new();
    let jti = token.claims().get("jti").and_then(Value::as_str);
    for (claim, value) in [("jti", jti), ("sub", token.sub())] {
        let Some(value) = value else { continue };
        let part = last_part(value);
        names.push(name(claim, token, &part)?);
        // As it was written before, which an issuer that contains `:` makes ambiguous.
        if part != value {
            names.push(format!("{claim}:{}:{value}", token.iss()));
        }
    }
    if let (claim, Some(session)) = session(token.claims())? {
        names.push(name("sid", token, &last_part(&session)).map_err(|_| unrevocable(claim))?);
    }
    Ok(names)
}

/// The name of an entry; `part` is a value with its `%` and `:` encoded.
///
/// # Errors
/// A value that is too long for a name of the store could never be revoked: it is refused.
fn name(kind: &'static str, token: &Accepted, part: &str) -> Result<String, Refusal> {
    let name = format!("{kind}:{}:{part}", token.iss());
    if name.len() > MAX_NAME_BYTES {
        return Err(unrevocable(kind));
    }
    Ok(name)
}

/// The session of a token with the claim that names it: `sid` (OpenID Connect Front-Channel Logout 1.0 section 3), else Supabase's
/// and Clerk's `session_id`.
///
/// # Errors
/// A session that is neither text nor a number could never be revoked.
fn session(claims: &Map<String, Value>) -> Result<(&'static str, Option<String>), Refusal> {
    for claim in ["sid", "session_id"] {
        match claims.get(claim) {
            None | Some(Value::Null) => {}
            Some(Value::String(session)) => return Ok((claim, Some(session.clone()))),
            Some(Value::Number(session)) => return Ok((claim, Some(session.to_string()))),
            Some(_) => return Err(unrevocable(claim)),
        }
    }
    Ok(("sid", None))
}

fn unrevocable(claim: &'static str) -> Refusal {
    ClaimFault::Unrevocable(claim).into()
}
