//! Threads: ids sealed to their owner, recognised without any store.
//!
//! A sealed id is a UUID of version 8 (RFC 9562 section 5.8). Of its 122 free bits the first 61 are a tag over issuer,
//! subject and the id that the client chose, and the other 61 a tag over issuer, subject and the first half, both under
//! `THREAD_KEY`. So the same caller gets the same id for the same choice; their own id passes unchanged when it comes
//! back; and anybody else's fails the second tag, counts as a choice like any other, and becomes a thread of the caller's.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::auth::caller::Caller;
use crate::wire::fault::{BodyFault, ClaimFault};
use crate::wire::refusal::Refusal;

/// Longest thread id that a client may choose, in bytes.
const MAX_CHOICE_BYTES: usize = 256;
/// The bits of half an id.
const HALF: u64 = (1 << 61) - 1;

/// One key of the setting `THREAD_KEY`: at least 32 random bytes.
pub struct ThreadKey(Vec<u8>);

/// The setting `THREAD_KEY`: the first key seals, and ids that any of them has sealed are recognised.
pub struct ThreadKeys(Vec<ThreadKey>);

/// The threads of one caller.
pub struct Threads<'k> {
    keys: &'k [ThreadKey],
    issuer: String,
    subject: String,
}

impl ThreadKeys {
    /// Takes at least one key.
    pub fn new(keys: Vec<ThreadKey>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The threads of `caller`. Callers without a credential share theirs.
    ///
    /// # Errors
    /// [`Refusal::ClaimsRejected`] for a token without `sub`: a thread must belong to somebody.
    pub fn of(&self, caller: &Caller) -> Result<Threads<'_>, Refusal> {
        let (issuer, subject) = match caller {
            Caller::Verified(principal) => {
                let accepted = &principal.accepted;
                let sub = accepted.sub().ok_or(ClaimFault::missing("sub"))?;
                (accepted.iss().to_owned(), sub.to_owned())
            }
            // No issuer is empty, so no token's threads are these.
            Caller::Anonymous | Caller::Stranger => (String::new(), String::new()),
        };
        Ok(Threads {
            keys: &self.0,
            issuer,
            subject,
        })
    }
}

impl ThreadKey {
    /// Shortest key, in bytes.
    pub const MIN_BYTES: usize = 32;

    /// Takes a key of at least [`ThreadKey::MIN_BYTES`].
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= Self::MIN_BYTES).then_some(Self(bytes))
    }

    /// 61 bits of HMAC-SHA-256 over the parts, each with its length in front, so that no two lists of parts look alike.
    fn tag(&self, parts: [&[u8]; 4]) -> u64 {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return 0;
        };
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let bytes = mac.finalize().into_bytes();
        let first = bytes.first_chunk::<8>().copied().unwrap_or_default();
        u64::from_be_bytes(first) & HALF
    }
}

impl Threads<'_> {
    /// The id that the upstream sees for the id `choice`: itself where it is a sealed id of this caller's, else sealed.
    pub fn seal(&self, choice: &str) -> Result<String, Refusal> {
        if choice.is_empty() || choice.len() > MAX_CHOICE_BYTES {
            return Err(Refusal::MalformedBody(BodyFault::ThreadId));
        }
        if self.owns(choice) {
            return Ok(choice.to_owned());
        }
        let key = self.keys.first().ok_or(Refusal::Misconfigured)?;
        let first = key.tag([
            b"choice",
            self.issuer.as_bytes(),
            self.subject.as_bytes(),
            choice.as_bytes(),
        ]);
        Ok(write(first, self.owner_tag(key, first)))
    }

    /// Whether `id` is a sealed id of this caller's, under any of the keys.
    pub fn owns(&self, id: &str) -> bool {
        let Some((first, second)) = read(id) else { return false };
        self.keys
            .iter()
            .any(|key| self.owner_tag(key, first).ct_eq(&second).into())
    }

    fn owner_tag(&self, key: &ThreadKey, first: u64) -> u64 {
        key.tag([
            b"owner",
            self.issuer.as_bytes(),
            self.subject.as_bytes(),
            &first.to_be_bytes(),
        ])
    }
}

/// Lays two halves out around the version and variant of a UUID.
fn write(first: u64, second: u64) -> String {
    let free = (u128::from(first) << 61) | u128::from(second);
    let uuid = (free >> 74 << 80)
        | (0x8 << 76)
        | (((free >> 62) & 0xfff) << 64)
        | (0b10 << 62)
        | (free & 0x3fff_ffff_ffff_ffff);
    let hex = format!("{uuid:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// The halves of a UUID of version 8, written the one way in which [`write`] does.
fn read(id: &str) -> Option<(u64, u64)> {
    let hex: String = id.split('-').collect();
    let uuid = u128::from_str_radix(&hex, 16).ok()?;
    let free = (uuid >> 80 << 74) | (((uuid >> 64) & 0xfff) << 62) | (uuid & 0x3fff_ffff_ffff_ffff);
    let halves = (
        u64::try_from(free >> 61).ok()?,
        u64::try_from(free & u128::from(HALF)).ok()?,
    );
    (write(halves.0, halves.1) == id).then_some(halves)
}
