//! `PathPattern`: the path of an operation, with a place for each of its ids.

use std::borrow::Cow;

/// A path below the base path, such as `/agent/{agent}/stop/{thread}`. Each segment is a name, which the runtime compares
/// byte for byte, or the place of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern(Cow<'static, str>);

/// One segment of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment<'p> {
    /// This name.
    Fixed(&'p str),
    /// An agent's id.
    Agent,
    /// A thread's id.
    Thread,
    /// A memory's id.
    Memory,
}

const AGENT: &str = "{agent}";
const THREAD: &str = "{thread}";
const MEMORY: &str = "{memory}";

impl PathPattern {
    pub(super) const fn new(pattern: &'static str) -> Self {
        Self(Cow::Borrowed(pattern))
    }

    /// Reads a path with `{agent}` and `{thread}` as whole segments, each at most once. The others are names of unreserved
    /// characters (RFC 3986 section 2.3) that do not begin with a dot, as the gate's own endpoints do.
    pub fn parse(pattern: &str) -> Option<Self> {
        let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        let is_name = |name: &str| !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_unreserved);
        let is_segment = |segment: &str| matches!(segment, AGENT | THREAD) || is_name(segment);
        let occurs_twice = |id: &str| pattern.matches(id).count() > 1;
        let fits =
            pattern.strip_prefix('/')?.split('/').all(is_segment) && !occurs_twice(AGENT) && !occurs_twice(THREAD);
        fits.then(|| Self(Cow::Owned(pattern.to_owned())))
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments, in order.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.0.split('/').skip(1).map(|segment| match segment {
            AGENT => Segment::Agent,
            THREAD => Segment::Thread,
            MEMORY => Segment::Memory,
            name => Segment::Fixed(name),
        })
    }

    /// Whether there is a place for an id.
    pub(super) fn has_ids(&self) -> bool {
        self.0.contains('{')
    }

    /// Whether there is a place for an agent.
    pub fn has_agent(&self) -> bool {
        self.0.contains(AGENT)
    }

    /// Whether there is a place for a thread.
    pub fn has_thread(&self) -> bool {
        self.0.contains(THREAD)
    }

    /// Whether the whole of `path` has this pattern. Ids are not looked at.
    pub(super) fn fits(&self, path: &str) -> bool {
        self.end_of(path) == Some(0)
    }

    /// Where in `path` the end starts that has this pattern, in bytes: the runtime looks at no more than the end.
    ///
    /// It is asked of every pattern for every request, and most differ in their last byte.
    pub(super) fn end_of(&self, path: &str) -> Option<usize> {
        let mut given = path.bytes().rev().peekable();
        let mut pattern = self.0.bytes().rev();
        while let Some(byte) = pattern.next() {
            if byte == b'}' {
                pattern.find(|byte| *byte == b'{');
                while given.next_if(|byte| *byte != b'/').is_some() {}
            } else if given.next() != Some(byte) {
                return None;
            }
        }
        Some(given.len())
    }
}
