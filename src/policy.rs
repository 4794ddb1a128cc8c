//! Policy: who may do what. It alone makes a [`Permit`], and nothing goes on to the origin without one.

use std::rc::Rc;

use crate::claims::Accepted;
use crate::identity::IdentityHeaders;
use crate::refusal::Refusal;
use crate::route::{Kind, Operation};

/// Who asks.
#[derive(Clone)]
pub enum Caller {
    /// The bearer of an accepted token.
    Verified(Rc<Subject>),
    /// Nobody in particular; only where the setting `ANONYMOUS` allows it.
    Anonymous,
}

/// An accepted token with the identity headers that its claims make.
pub struct Subject {
    /// The token.
    pub accepted: Accepted,
    /// The headers.
    pub headers: IdentityHeaders,
}

/// Permission for one caller to do one operation. Its fields are private and only [`Policy::decide`] makes it.
pub struct Permit {
    caller: Caller,
    operation: Operation,
}

/// The rules in force.
pub struct Policy {}

impl Policy {
    /// Decides whether `caller` may do `operation`.
    pub fn decide(&self, caller: Caller, operation: Operation) -> Result<Permit, Refusal> {
        if is_denied_by_default(operation.kind()) {
            return Err(Refusal::RuleDenied);
        }
        Ok(Permit { caller, operation })
    }
}

impl Permit {
    /// Who may.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What they may.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }
}

/// `cpk-debug-events` streams everybody's runs, `threads/clear` wipes everybody's history, and the other `threads/*` of
/// a runtime without owners show and change anybody's: none of them goes through unasked.
fn is_denied_by_default(kind: Kind) -> bool {
    kind == Kind::DebugEvents || kind.is_threads()
}
