//! Ids in a path or a query: decoded once, and refused where the runtime could read them as something else.

/// Longest id, in bytes: room for every id in use, and a bound on what is logged.
const MAX_BYTES: usize = 256;

/// Members of every JavaScript object: a runtime that looks an agent up in an object would find them.
const OBJECT_MEMBERS: [&str; 12] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// An agent, thread or memory id that means the same to gate and runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id(String);

impl Id {
    /// Takes a decoded agent id.
    pub fn new_agent(id: &str) -> Option<Self> {
        Self::new(id).filter(|id| !OBJECT_MEMBERS.contains(&id.as_str()))
    }

    /// Takes a decoded id that is neither blank nor a dot segment, and contains no `/`, `\`, `%` or control character.
    pub fn new(id: &str) -> Option<Self> {
        let is_invalid = |c: char| matches!(c, '/' | '\\' | '%') || c.is_control();
        // JavaScript's `trim` also takes the byte order mark.
        let is_blank = id.chars().all(|c| c.is_whitespace() || c == '\u{feff}');
        let fits = !is_blank && !matches!(id, "." | "..") && id.len() <= MAX_BYTES && !id.contains(is_invalid);
        fits.then(|| Self(id.to_owned()))
    }

    /// The decoded id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
