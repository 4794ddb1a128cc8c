//! `Methods`: a set of request methods.

use std::fmt;

use super::request::Method;

/// Some of the methods that operations have. It displays as the field `Allow` lists them (RFC 9110 section 10.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Methods(u8);

/// In the order in which a set lists them.
const LISTED: [Method; 6] = [
    Method::Get,
    Method::Head,
    Method::Post,
    Method::Put,
    Method::Patch,
    Method::Delete,
];

impl Methods {
    /// A set of these methods. What no operation can have is left out.
    pub const fn of<const N: usize>(methods: [Method; N]) -> Self {
        let mut set = Self(0);
        let mut rest = methods.as_slice();
        while let [first, others @ ..] = rest {
            set.0 |= bit(*first);
            rest = others;
        }
        set
    }

    /// Whether `method` is one of them.
    pub const fn contains(self, method: Method) -> bool {
        self.0 & bit(method) != 0
    }

    /// Whether the two sets have a method in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The methods that are in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The methods, GET first.
    pub fn iter(self) -> impl Iterator<Item = Method> {
        LISTED.into_iter().filter(move |method| self.contains(*method))
    }
}

const fn bit(method: Method) -> u8 {
    match method {
        Method::Get => 1,
        Method::Head => 2,
        Method::Post => 4,
        Method::Put => 8,
        Method::Patch => 16,
        Method::Delete => 32,
        Method::Options | Method::Other => 0,
    }
}

impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, method) in self.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { ", " })?;
            f.write_str(method.name())?;
        }
        Ok(())
    }
}
