//! `Json`: a document that the strict reader has accepted.

use serde_json::Value;

use crate::fault::JsonFault;
use crate::outline::{Outline, check};
use crate::watch::Watch;

/// JSON that was read strictly, or written by this crate: every [`Part`](crate::Part) comes from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(Vec<u8>);

impl Json {
    /// Reads any value in UTF-8, and nothing else (RFC 8259), with unique member names at every level, after their escapes
    /// are undone; nested no deeper than `serde_json` reads, and of no more than [`MAX_MEMBERS`](crate::MAX_MEMBERS)
    /// members.
    ///
    /// Values are checked and not decoded, so that half of a surrogate pair, which `JSON.stringify` writes for a cut emoji,
    /// passes here as it does in JavaScript.
    ///
    /// # Errors
    /// Its fault.
    pub fn read(json: Vec<u8>) -> Result<Self, JsonFault> {
        check(&json)?;
        Ok(Self(json))
    }

    /// Reads an object as [`Json::read`] does, and notes the places of its members in the same pass, and those of members
    /// that are objects.
    ///
    /// # Errors
    /// [`JsonFault::NotAnObject`] for other JSON, or what else is wrong with it.
    pub fn read_object(json: Vec<u8>) -> Result<(Self, Outline), JsonFault> {
        let outline = Outline::read(&json, None)?;
        Ok((Self(json), outline))
    }

    /// As [`Json::read_object`]; of the items of each list that is a noted member, what `watch` names is counted.
    ///
    /// # Errors
    /// As [`Json::read_object`].
    pub fn read_watching(json: Vec<u8>, watch: &'static Watch) -> Result<(Self, Outline), JsonFault> {
        let outline = Outline::read(&json, Some(watch))?;
        Ok((Self(json), outline))
    }

    /// JSON that this crate has written from checked parts.
    pub(crate) fn written(json: Vec<u8>) -> Self {
        Self(json)
    }

    /// Its text, as it came, with the space around it.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its text, as [`Json::as_bytes`].
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl From<&Value> for Json {
    /// Writes `value`, whose member names are unique.
    fn from(value: &Value) -> Self {
        Self(serde_json::to_vec(value).unwrap_or_default())
    }
}
