//! `AnswerHead`: all that the core may know of an upstream's answer before its body.

use super::fields::FieldList;

/// Status and header fields of an answer.
pub struct AnswerHead {
    /// The HTTP status.
    pub status: u16,
    /// The fields named in [`AnswerHead::SEEN`], as far as the answer has them.
    pub fields: FieldList,
}

impl AnswerHead {
    /// The header fields on which the core decides. The platform brings no other.
    pub const SEEN: [&'static str; 2] = ["cache-control", "content-encoding"];
}
