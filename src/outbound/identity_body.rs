//! The setting `IDENTITY_BODY`: verified values for backends that can only read the caller from the agent's input.

use serde_json::{Map, Value};

use crate::auth::caller::Caller;
use crate::auth::claim_path::ClaimPath;
use crate::auth::credential::BearerToken;
use crate::call::body::Input;
use crate::wire::refusal::Refusal;

const STATE: &str = "state";
const PROPERTIES: &str = "forwardedProps";

/// Where verified values go in the agent's input. Pointers do not lie inside each other.
#[derive(Default)]
pub struct IdentityBody(Vec<(BodyPointer, BodyValue)>);

/// A place in the agent's input: below `state` or `forwardedProps`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyPointer(Vec<String>);

/// The values that the gate writes.
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
    /// Adapters merge the places of an input into each other: `ag-ui-langgraph` puts `forwardedProps` into a graph's state.
    /// Members of the same name that the client sent in another place are removed as well.
    ///
    /// # Errors
    /// None that a body which was read strictly could cause.
    pub(super) fn write(&self, input: &mut Input, caller: &Caller, token: Option<&BearerToken>) -> Result<(), Refusal> {
        let none = Map::new();
        let claims = match caller {
            Caller::Verified(principal) => principal.accepted.claims(),
            Caller::Anonymous | Caller::Stranger => &none,
        };
        for (pointer, _) in &self.0 {
            pointer.remove_twins(input)?;
        }
        for (pointer, value) in &self.0 {
            match value {
                BodyValue::Claim(path) => input.put(&pointer.0, path.find(claims).filter(|value| !value.is_null())),
                BodyValue::Token => input.put(&pointer.0, token.map(|token| Value::from(token.as_str())).as_ref()),
            }
        }
        Ok(())
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

    /// Whether a step could be meant as the index of an item: the gate writes into objects alone.
    pub fn has_index(&self) -> bool {
        let is_index = |step: &String| step == "-" || step.bytes().all(|byte| byte.is_ascii_digit());
        self.0.iter().any(is_index)
    }

    /// Removes what the client sent under the same name in another place.
    fn remove_twins(&self, input: &mut Input) -> Result<(), Refusal> {
        let steps: Vec<&str> = self.0.iter().map(String::as_str).collect();
        let (place, name) = match *steps {
            [PROPERTIES, "config", "configurable", name, ..] => ("forwardedProps.config.configurable", name),
            [PROPERTIES, "config", name, ..] => ("forwardedProps.config", name),
            [PROPERTIES, "configurable", name, ..] => ("forwardedProps.configurable", name),
            [PROPERTIES, "context", name, ..] => ("forwardedProps.context", name),
            [place, name, ..] => (place, name),
            _ => return Ok(()),
        };
        if let [PROPERTIES, outer, ..] = *steps {
            input.put(&[STATE.to_owned(), outer.to_owned()], None);
        }
        input.remove_twins(name, place)
    }

    /// Whether one of the two lies inside the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }
}
