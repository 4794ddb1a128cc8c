//! The setting `IDENTITY_BODY`: verified values for backends that can only read the caller from the agent's input.

use serde_json::{Map, Value};

use crate::auth::caller::Caller;
use crate::auth::claim_path::ClaimPath;
use crate::auth::credential::BearerToken;
use crate::call::body::Input;

const STATE: &str = "state";
const PROPERTIES: &str = "forwardedProps";

/// Where verified values go in the agent's input. Pointers do not lie inside each other.
#[derive(Default)]
pub struct IdentityBody(Vec<(BodyPointer, BodyValue)>);

/// A place in the agent's input: below `state` or `forwardedProps`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyPointer(Vec<String>);

/// What the gate writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyValue {
    /// The value of a claim.
    Claim(ClaimPath),
    /// The verified token itself.
    Token,
}

impl IdentityBody {
    /// Takes pairs of place and value.
    pub fn new(pairs: Vec<(BodyPointer, BodyValue)>) -> Self {
        Self(pairs)
    }

    /// Writes the verified values into `input`, in place of what the client sent. A member whose claim is absent is
    /// removed. `token`: the caller's, if there is one.
    ///
    /// `ag-ui-langgraph` merges `forwardedProps` into a graph's state: what the client sent under the same name in the
    /// other of the two would stand there for a claim that is absent, and is removed as well.
    pub(super) fn write(&self, input: &mut Input, caller: &Caller, token: Option<&BearerToken>) {
        let none = Map::new();
        let claims = match caller {
            Caller::Verified(principal) => principal.accepted.claims(),
            Caller::Anonymous | Caller::Stranger => &none,
        };
        for (pointer, _) in &self.0 {
            input.put(&pointer.twin(), None);
        }
        for (pointer, value) in &self.0 {
            match value {
                BodyValue::Claim(path) => input.put(&pointer.0, path.find(claims).filter(|value| !value.is_null())),
                BodyValue::Token => input.put(&pointer.0, token.map(|token| Value::from(token.as_str())).as_ref()),
            }
        }
    }
}

impl BodyPointer {
    /// Reads a JSON Pointer (RFC 6901) that starts with `/state/` or `/forwardedProps/`; `None` for any other.
    pub fn parse(pointer: &str) -> Option<Self> {
        let steps = ClaimPath::parse(pointer)
            .filter(|_| pointer.starts_with('/'))?
            .into_steps();
        let is_inside = steps.len() > 1 && matches!(steps.first()?.as_str(), STATE | PROPERTIES);
        is_inside.then_some(Self(steps))
    }

    /// The member of the same name in the other of the two places.
    fn twin(&self) -> Vec<String> {
        let other = match self.0.first().map(String::as_str) {
            Some(STATE) => PROPERTIES,
            _ => STATE,
        };
        let name = self.0.get(1).cloned();
        [other.to_owned()].into_iter().chain(name).collect()
    }

    /// Whether one of the two lies inside the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }
}
