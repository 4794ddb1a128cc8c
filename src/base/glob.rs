//! `Glob`: the pattern language of rules, in which `*` matches any number of characters and every other character itself.

/// A pattern over names of agents, operations or tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// A glob of `pattern`; every text is one.
    pub fn new(pattern: &str) -> Self {
        Self(pattern.to_owned())
    }

    /// Whether the whole of `name` matches.
    pub fn matches(&self, name: &str) -> bool {
        let mut pieces = self.0.split('*');
        let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let mut pieces: Vec<&str> = pieces.collect();
        // Without a star, the prefix must be the whole name.
        let Some(last) = pieces.pop() else {
            return rest.is_empty();
        };
        for piece in pieces {
            let Some(at) = rest.find(piece) else { return false };
            rest = rest.get(at.saturating_add(piece.len())..).unwrap_or_default();
        }
        rest.len() >= last.len() && rest.ends_with(last)
    }

    /// Whether this glob matches everything that `other` matches. May be `false` although it does.
    pub fn covers(&self, other: &Self) -> bool {
        self == other || self.matches(&other.0)
    }
}
