//! Threads: ids that are sealed to their owner and recognised without a store.
//!
//! A sealed id is a UUID of version 8 (RFC 9562 section 5.8). Of its 122 free bits the first 61 are a tag over issuer,
//! subject and the id that the client chose, and the other 61 a tag over issuer, subject and the first half, both under
//! `THREAD_KEY`. So the same caller gets the same id for the same choice, and a caller's own sealed id passes unchanged. The
//! id of another caller fails the second tag: it is sealed like any other choice, and names a thread of the caller.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::auth::caller::Caller;
use crate::wire::fault::BodyFault;
use crate::wire::refusal::Refusal;

/// The bits of half an id.
const HALF: u64 = (1 << 61) - 1;
/// The version, 8, at its place in the first half of a UUID.
const VERSION: u64 = 0x8000;
/// The variant, binary 10, at its place in the second half.
const VARIANT: u64 = 0b10 << 62;

/// HMAC-SHA-256 under one of our keys, over the parts so far.
#[derive(Clone)]
struct Tag(Hmac<Sha256>);

/// One key of the setting `THREAD_KEY`: at least 32 random bytes, ready to be used.
pub struct ThreadKey(Tag);

/// The setting `THREAD_KEY`: the first key seals, and ids that any key has sealed are recognised.
pub struct ThreadKeys(Vec<ThreadKey>);

/// The threads of one caller: for each key the tags over issuer and subject, which still lack one part.
pub struct Threads(Vec<CallersTags>);

struct CallersTags {
    choice: Tag,
    owner: Tag,
}

impl ThreadKeys {
    /// A list of at least one key.
    pub fn new(keys: Vec<ThreadKey>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The threads of `caller`. Callers without a credential share theirs.
    ///
    /// # Errors
    /// [`Refusal::ClaimsRejected`] for a token without a subject: a thread needs an owner.
    pub fn of(&self, caller: &Caller) -> Result<Threads, Refusal> {
        let (issuer, subject) = match caller {
            Caller::Verified(principal) => {
                let accepted = &principal.accepted;
                (accepted.iss(), accepted.owner()?)
            }
            // No issuer is empty, so no token has these threads.
            Caller::Anonymous | Caller::Stranger => ("", ""),
        };
        let tags = |ThreadKey(key): &ThreadKey| {
            let over = |purpose: &[u8]| key.over(purpose).over(issuer.as_bytes()).over(subject.as_bytes());
            CallersTags {
                choice: over(b"choice"),
                owner: over(b"owner"),
            }
        };
        Ok(Threads(self.0.iter().map(tags).collect()))
    }
}

impl ThreadKey {
    /// Shortest key, in bytes.
    pub const MIN_BYTES: usize = 32;

    /// A key of at least [`ThreadKey::MIN_BYTES`].
    pub fn new(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < Self::MIN_BYTES {
            return None;
        }
        Hmac::new_from_slice(bytes).ok().map(Tag).map(Self)
    }
}

impl Tag {
    /// The tag over one more part. Each part is preceded by its length, so that no two lists of parts are equal.
    fn over(&self, part: &[u8]) -> Self {
        let mut mac = self.0.clone();
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
        Self(mac)
    }

    /// The first 61 bits of the tag that `part` completes.
    fn complete(&self, part: &[u8]) -> u64 {
        let bytes = self.over(part).0.finalize().into_bytes();
        let first = bytes.first_chunk::<8>().copied().unwrap_or_default();
        u64::from_be_bytes(first) & HALF
    }
}

impl Threads {
    /// The id that the upstream gets for the id `choice`: the same if it is a sealed id of this caller, else sealed.
    pub fn seal(&self, choice: &str) -> Result<String, Refusal> {
        if choice.is_empty() {
            return Err(Refusal::MalformedBody(BodyFault::ThreadId));
        }
        if self.owns(choice) {
            return Ok(choice.to_owned());
        }
        let tags = self.0.first().ok_or(Refusal::Misconfigured)?;
        let first = tags.choice.complete(choice.as_bytes());
        Ok(write(first, tags.owner.complete(&first.to_be_bytes())))
    }

    /// Whether `id` is a sealed id of this caller, under any of the keys.
    pub fn owns(&self, id: &str) -> bool {
        let Some((first, second)) = read(id) else { return false };
        self.0
            .iter()
            .any(|tags| tags.owner.complete(&first.to_be_bytes()).ct_eq(&second).into())
    }
}

/// Writes two halves as a UUID, around its version and variant.
fn write(first: u64, second: u64) -> String {
    let high = (first >> 13 << 16) | VERSION | ((first >> 1) & 0xfff);
    let low = VARIANT | ((first & 1) << 61) | second;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// The halves of a UUID of version 8 in exactly the form of [`write`].
fn read(id: &str) -> Option<(u64, u64)> {
    let mut words = [0_u64; 2];
    let mut digits = 0_usize;
    for (at, byte) in id.bytes().enumerate() {
        let digit = match (byte, at) {
            (b'-', 8 | 13 | 18 | 23) => continue,
            (_, 8 | 13 | 18 | 23) => return None,
            (b'0'..=b'9', _) => byte.wrapping_sub(b'0'),
            (b'a'..=b'f', _) => byte.wrapping_sub(b'a').wrapping_add(10),
            _ => return None,
        };
        let word = words.get_mut(digits / 16)?;
        *word = *word << 4 | u64::from(digit);
        digits = digits.wrapping_add(1);
    }
    let [high, low] = words;
    let is_ours = digits == 32 && high & 0xf000 == VERSION && low >> 62 << 62 == VARIANT;
    let first = (high >> 16 << 13) | ((high & 0xfff) << 1) | ((low >> 61) & 1);
    is_ours.then_some((first, low & HALF))
}
