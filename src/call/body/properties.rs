//! `Properties`: the members of `forwardedProps` that are forwarded. By default those that `CopilotKit`'s clients write by
//! themselves.

use super::dropped::Dropped;
use super::edit::Fate;
use super::identity_members::{is_credential, is_identity, names_the_caller};
use super::object::{MemberValue, Object};
use super::steering::Container;
use crate::base::fold::fold;
use crate::base::glob::Glob;
use crate::base::json::Part;
use crate::wire::fault::BodyFault;
use crate::wire::refusal::Refusal;

/// The members that `CopilotKit`'s clients write by themselves, from 1.69 to 1.74, seen in a browser: `docs/origin.md` has
/// the feature that needs each.
const SENT_BY_CLIENTS: [&str; 5] = [
    "__proxiedMCPRequest",
    "a2uiAction",
    "a2uiCatalogAvailable",
    "command",
    "toolChoice",
];

/// The setting `PROPERTIES`.
pub struct Properties {
    /// As the settings list them.
    patterns: Vec<String>,
    /// The rules of the patterns, and of the members that are forwarded without one.
    paths: Vec<Path>,
}

/// A path into `forwardedProps`, of at least one step.
struct Path(Vec<Step>);

/// A step of a path.
enum Step {
    /// A name in full.
    Name(String),
    /// A glob over names.
    Glob(Glob),
}

/// The members of an object that are forwarded.
struct Scope<'p> {
    /// The members that are forwarded whether a path names them or not.
    reach: Reach,
    /// The rest of the paths that lead into the object.
    paths: Vec<&'p [Step]>,
}

/// The members of an object that are forwarded without a path of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Nothing,
    /// All members that neither carry identity nor steer: a glob selected the object.
    Harmless,
    /// All members that do not carry identity: the object is named in full.
    All,
}

impl Default for Properties {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl Properties {
    /// Lets members on that match one of `patterns`, besides those that `CopilotKit`'s clients write: names, globs, and
    /// paths of them with dots.
    pub fn new(patterns: &[String]) -> Self {
        let own = patterns.iter().map(String::as_str);
        Self {
            patterns: patterns.to_vec(),
            paths: SENT_BY_CLIENTS.into_iter().chain(own).map(Path::parse).collect(),
        }
    }

    /// The members that `CopilotKit`'s clients write by themselves, which are forwarded without a setting.
    pub fn sent_by_clients() -> &'static [&'static str] {
        &SENT_BY_CLIENTS
    }

    /// The patterns, as the settings list them.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// The patterns that admit, by its full name, a member that names the caller.
    pub fn callers(&self) -> impl Iterator<Item = &str> {
        let last = |pattern: &str| pattern.rsplit('.').next().map(|name| names_the_caller(&fold(name)));
        let patterns = self.patterns.iter().map(String::as_str);
        patterns.filter(move |pattern| !pattern.contains('*') && last(pattern) == Some(true))
    }

    /// Removes from `forwardedProps`, which is `props`, the members that may not be forwarded, and notes them.
    /// `takes_token`: whether the gate has taken a token from here.
    pub(super) fn filter(&self, props: &mut Object, takes_token: bool, dropped: &mut Dropped) -> Result<(), Refusal> {
        let scope = Scope {
            reach: Reach::Nothing,
            paths: self.paths.iter().map(|path| path.0.as_slice()).collect(),
        };
        let is_taken = |folded: &str| takes_token && is_credential(folded);
        scope.filter(props, Container::Properties, "forwardedProps", &is_taken, dropped)
    }
}

impl Path {
    fn parse(pattern: &str) -> Self {
        let step = |step: &str| {
            if step.contains('*') {
                Step::Glob(Glob::new(step))
            } else {
                Step::Name(step.to_owned())
            }
        };
        Self(pattern.split('.').map(step).collect())
    }
}

impl Scope<'_> {
    /// Removes from `object`, which is at `place`, the members that may not be forwarded.
    fn filter(
        &self,
        object: &mut Object,
        container: Container,
        place: &str,
        is_taken: &dyn Fn(&str) -> bool,
        dropped: &mut Dropped,
    ) -> Result<(), Refusal> {
        let mut outcome = Ok(());
        object.rewrite(&mut |name, value| {
            let folded = fold(name);
            let member = container.of_member(&folded);
            if !has_right_types(value, member) {
                outcome = Err(Refusal::MalformedBody(BodyFault::MemberType));
            }
            let passes = !is_identity(&folded) && !container.excludes(name);
            match self.of_member(name, container.steers(name, &folded)).filter(|_| passes) {
                // A path that leads on leads nowhere in anything else.
                Some(scope) if scope.reach > Reach::Nothing || value.is_object() => Fate::Keep,
                _ => {
                    if !is_taken(&folded) {
                        dropped.add(place, name);
                    }
                    Fate::Remove
                }
            }
        });
        let is_opened = |name: &str| {
            let is_own = container.of_member(&fold(name)) == Container::Own;
            !is_own
                || self
                    .of_member(name, false)
                    .is_some_and(|scope| scope.reach == Reach::Nothing)
        };
        object.edit_if(&is_opened, &mut |name, inner| {
            let folded = fold(name);
            let member = container.of_member(&folded);
            let scope = self.of_member(name, container.steers(name, &folded));
            if let (Some(mut scope), Ok(())) = (scope, &outcome) {
                if member == Container::Crew {
                    // Its name in full does not let on what steers in it: a path does.
                    scope.reach = scope.reach.min(Reach::Harmless);
                }
                outcome = scope.filter(inner, member, &format!("{place}.{name}"), &|_| false, dropped);
            }
        });
        outcome
    }

    /// The part of the member `name` that is forwarded; `None` for nothing. `steers`: only its name in full admits it.
    fn of_member(&self, name: &str, steers: bool) -> Option<Self> {
        let passes = self.reach == Reach::All || (self.reach == Reach::Harmless && !steers);
        let mut reach = if passes { self.reach } else { Reach::Nothing };
        let mut inner = Vec::new();
        for path in &self.paths {
            let (is_match, ends_in) = match path.first() {
                Some(Step::Name(named)) => (named == name, Reach::All),
                Some(Step::Glob(glob)) => (!steers && glob.matches(name), Reach::Harmless),
                None => (false, Reach::Nothing),
            };
            match path.get(1..) {
                Some([]) if is_match => reach = reach.max(ends_in),
                Some(rest) if is_match => inner.push(rest),
                _ => {}
            }
        }
        (reach > Reach::Nothing || !inner.is_empty()).then_some(Self { reach, paths: inner })
    }
}

/// Checks that a member that must be an object is one, whether it is forwarded or not.
fn has_right_types(value: MemberValue<'_>, container: Container) -> bool {
    let is_object = value.is_object() || value.is_null();
    let holds_objects = || {
        let members = value.unedited().into_iter().flat_map(Part::members);
        let mut objects = members.filter(|(name, _)| {
            let name = name.string().unwrap_or_default();
            container.of_member(&fold(&name)).must_be_object()
        });
        objects.all(|(_, value)| value.is_object() || value.as_bytes() == b"null")
    };
    !container.must_be_object() || (is_object && holds_objects())
}
