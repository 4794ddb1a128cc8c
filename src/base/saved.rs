//! `Saved`: state that one instance of the gate hands to the next, as bytes. Both are of the same build, so a reader reads the
//! values in the order in which they were written.

/// The bytes written so far.
#[derive(Default)]
pub struct Saved(Vec<u8>);

/// The bytes that are not yet read.
pub struct Reader<'s>(&'s [u8]);

impl Saved {
    /// Writes a number; `None` is written as the least of all.
    #[inline(never)]
    pub fn number(&mut self, number: Option<i64>) {
        self.0.extend_from_slice(&number.unwrap_or(i64::MIN).to_le_bytes());
    }

    /// Writes bytes, after their length.
    #[inline(never)]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(i64::try_from(bytes.len()).ok());
        self.0.extend_from_slice(bytes);
    }

    /// All that was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl<'s> Reader<'s> {
    /// Of these bytes.
    pub fn new(saved: &'s [u8]) -> Self {
        Self(saved)
    }

    /// All that is left.
    pub fn rest(&self) -> &'s [u8] {
        self.0
    }

    /// The next number; `None` also where nothing is left.
    #[inline(never)]
    pub fn number(&mut self) -> Option<i64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i64::from_le_bytes(*number)).filter(|number| *number != i64::MIN)
    }

    /// The next bytes; none where nothing is left.
    #[inline(never)]
    pub fn bytes(&mut self) -> &'s [u8] {
        let length = self.number().and_then(|length| usize::try_from(length).ok());
        let (bytes, rest) = self.0.split_at_checked(length.unwrap_or_default()).unwrap_or_default();
        self.0 = rest;
        bytes
    }
}
