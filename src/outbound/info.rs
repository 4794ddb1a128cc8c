//! `/info`: the runtime's description of itself, reduced to the parts that the gate serves to one caller in one dialect.

use serde_json::Value;

use crate::auth::caller::Caller;
use crate::base::json::{Json, Part};
use crate::call::body::object::{MemberValue, Object};
use crate::call::dialect::Dialect;
use crate::call::kind::Kind;
use crate::call::operations::Promise;
use crate::policy::Policy;
use crate::wire::refusal::Refusal;

/// The member by which a runtime offers the microphone.
const VOICE: &str = "audioFileTranscriptionEnabled";

/// The changes to an answer to `/info`.
pub struct InfoFilter {
    caller: Caller,
    hides_agents: bool,
    upstream: Dialect,
    client: Dialect,
}

impl InfoFilter {
    /// The filter for an answer to `caller`, who asked in the dialect `client`; `None` where it would change nothing.
    pub(super) fn new(caller: &Caller, policy: &Policy, upstream: Dialect, client: Dialect) -> Option<Self> {
        let filter = Self {
            caller: caller.clone(),
            hides_agents: policy.hides_agents(caller),
            upstream,
            client,
        };
        let speaks_rest = (upstream, client) == (Dialect::MultiRoute, Dialect::MultiRoute);
        let mut keeps_promises = true;
        filter.each_broken_promise(policy, &mut |_| keeps_promises = false);
        let changes_nothing = speaks_rest && keeps_promises && !filter.hides_agents;
        (!changes_nothing).then_some(filter)
    }

    /// Whether some agents may not be seen.
    pub(super) fn hides(&self) -> bool {
        self.hides_agents
    }

    /// Changes the JSON of a successful answer.
    ///
    /// # Errors
    /// [`Refusal::BadGateway`] if agents have to be hidden in an answer that does not have the runtime's form.
    pub(super) fn apply(&self, answer: Vec<u8>, policy: &Policy) -> Result<Vec<u8>, Refusal> {
        let mut info = match Object::parse_strictly(answer.clone()) {
            Ok(info) => info,
            Err(_) if self.hides_agents => return Err(Refusal::BadGateway),
            // There is nothing to hide in it, and what is not of this form promises nothing.
            Err(_) => return Ok(answer),
        };
        if self.hides_agents {
            self.hide_agents(&mut info, policy)?;
        }
        self.promise_threads(&mut info, policy);
        self.each_broken_promise(policy, &mut |promise| {
            if promise == Promise::Voice && info.get(VOICE).is_some() {
                info.set(VOICE, &Value::Bool(false));
            }
        });
        Ok(info.into_bytes())
    }

    /// Takes out the agents that the caller may not run, also where they are listed again for A2UI.
    fn hide_agents(&self, info: &mut Object, policy: &Policy) -> Result<(), Refusal> {
        let shows = policy.shows(&self.caller);
        info.edit("agents", &mut |agents| agents.remove_if(&mut |name| !shows(name)));
        let is_shown = |item: Part<'_>| item.string().is_some_and(|name| shows(&name));
        info.edit("a2ui", &mut |a2ui| {
            let kept = a2ui.get("agents").map(|agents| agents.filter(is_shown));
            if let Some(kept) = kept {
                a2ui.set_json("agents", kept.unwrap_or_else(|| Json::from(&Value::Array(Vec::new()))));
            }
        });
        let is_object = info.get("agents").is_none_or(MemberValue::is_object);
        if is_object { Ok(()) } else { Err(Refusal::BadGateway) }
    }

    /// Tells the client which thread endpoints there are for this caller. The gate translates them between the dialects, and
    /// the runtime behind knows only what it serves itself.
    fn promise_threads(&self, info: &mut Object, policy: &Policy) {
        let opens = |route: &MemberValue<'_>| route.member("resourceOperations").is_some_and(MemberValue::is_true);
        let single_route = info.get("singleRoute").filter(opens);
        let served = match (self.upstream, single_route) {
            (Dialect::SingleRoute, Some(single_route)) => single_route.member("threadEndpoints"),
            _ => info.get("threadEndpoints"),
        };
        let Some(mut endpoints) = served.and_then(MemberValue::to_object) else {
            return;
        };
        let has_single_route = single_route.is_some();
        self.each_broken_promise(policy, &mut |promise| {
            if let Promise::Endpoint(name) = promise {
                endpoints.set(name, &Value::Bool(false));
            }
        });
        info.set_object("threadEndpoints", endpoints.clone());
        // A runtime of REST paths does not know that the gate opens `resource/request`; one that is older than that
        // operation could not serve it.
        let opens_resources = match self.upstream {
            Dialect::MultiRoute => self.client == Dialect::SingleRoute,
            Dialect::SingleRoute => has_single_route,
        };
        if opens_resources {
            let mut single_route = Object::empty();
            single_route.set("resourceOperations", &Value::Bool(true));
            single_route.set_object("threadEndpoints", endpoints);
            info.set_object("singleRoute", single_route);
        }
    }

    /// Calls `act` with each promise about an operation that the caller may not use, but for those about agents. A stranger is
    /// told what every verified caller may do, as with agents: the page asks once, before it signs in.
    #[inline(never)]
    fn each_broken_promise(&self, policy: &Policy, act: &mut dyn FnMut(Promise)) {
        for kind in Kind::known() {
            let is_promised = matches!(kind.promise, Promise::Endpoint(_) | Promise::Voice);
            if is_promised && !policy.promises(&self.caller, &kind) {
                act(kind.promise);
            }
        }
    }
}
