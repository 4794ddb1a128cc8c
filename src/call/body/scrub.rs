//! The parts of an agent's input that a browser may not send: the caller's identity, steering of a backend, and twins of
//! either.

use serde_json::Value;

use super::attachments::AttachmentUrls;
use super::dropped::Dropped;
use super::edit::Fate;
use super::identity_members::{is_identity, is_user_id};
use super::list::Item;
use super::messages::{self, MESSAGES, MessageRoles};
use super::object::{MemberValue, Object};
use super::places::{self, CONTEXT, PROPERTIES, STATE};
use super::properties::Properties;
use super::stream_modes;
use crate::base::fold::fold;
use crate::base::json::Json;
use crate::wire::fault::BodyFault;
use crate::wire::refusal::Refusal;

/// Members of a `RunAgentInput` (AG-UI), which some adapters also read under other spellings, and prefer those.
const MEMBERS: [&str; 10] = [
    "threadId",
    "runId",
    "state",
    "messages",
    "tools",
    "context",
    "forwardedProps",
    "parentRunId",
    "resume",
    "protocolVersion",
];

/// The settings by which an input is scrubbed.
#[derive(Default)]
pub struct ScrubSettings {
    /// `PROPERTIES`.
    pub properties: Properties,
    /// `MESSAGE_ROLES`.
    pub message_roles: MessageRoles,
    /// `ATTACHMENT_URLS`.
    pub attachment_urls: AttachmentUrls,
}

/// The inputs of scrubbing, besides the settings.
pub struct ScrubContext<'a> {
    /// The replacement for a user id that the client sent.
    pub user: Option<&'a Value>,
    /// Whether `forwardedProps.authorization` is where a client of this gate sends its token.
    pub takes_token: bool,
}

/// Removes from an agent's input every member that a backend would believe, and notes it.
pub(super) fn scrub(
    input: &mut Object,
    settings: &ScrubSettings,
    context: &ScrubContext<'_>,
    dropped: &mut Dropped,
) -> Result<(), Refusal> {
    remove_twins_of_members(input, dropped);
    check_types(input)?;
    let mut outcome = Ok(());
    input.edit(PROPERTIES, &mut |props| {
        outcome = settings.properties.filter(props, context.takes_token, dropped);
    });
    outcome?;
    scrub_places(input, context.user, dropped)?;
    if !messages::all_pass(input, &settings.message_roles) {
        messages::filter(input, (&settings.message_roles, &settings.attachment_urls), dropped);
    }
    Ok(())
}

fn remove_twins_of_members(input: &mut Object, dropped: &mut Dropped) {
    input.remove_if(&mut |name| {
        if MEMBERS.contains(&name) {
            return false;
        }
        let folded = fold(name);
        let is_twin = MEMBERS.iter().any(|member| fold(member) == folded);
        if is_twin {
            dropped.add("", name);
        }
        is_twin
    });
}

/// Some backends parse a text that contains JSON.
fn check_types(input: &Object) -> Result<(), Refusal> {
    let is_object = |value: MemberValue<'_>| value.is_object() || value.is_null();
    let all_fit = input.get(STATE).is_none_or(is_object)
        && input.get(PROPERTIES).is_none_or(is_object)
        && input
            .get(CONTEXT)
            .is_none_or(|value| is_object(value) || value.is_list())
        && input.get(MESSAGES).is_none_or(MemberValue::is_list);
    if all_fit {
        Ok(())
    } else {
        Err(Refusal::MalformedBody(BodyFault::MemberType))
    }
}

/// Removes what carries identity wherever backends look for it, and replaces the user's id.
fn scrub_places(input: &mut Object, user: Option<&Value>, dropped: &mut Dropped) -> Result<(), Refusal> {
    places::each(input, &mut |place, object| {
        object.rewrite(&mut |name, value| {
            let folded = fold(name);
            if is_identity(&folded) {
                dropped.add(place, name);
                Fate::Remove
            } else if is_user_id(&folded) {
                user.map_or(Fate::Remove, |user| Fate::Replace(Json::from(user)))
            } else if stream_modes::is_stream_mode(&folded) {
                stream_modes::filter(place, name, value, dropped)
            } else {
                Fate::Keep
            }
        });
    });
    places::each_description(input, &mut |place, folded, item| {
        if is_identity(folded) {
            dropped.add(place, folded);
            Item::Remove
        } else if is_user_id(folded) {
            let replaced = user.and_then(|user| Some((user, MemberValue::Json(item).to_object()?)));
            replaced.map_or(Item::Remove, |(user, mut item)| {
                item.set("value", user);
                Item::Replace(item.to_bytes())
            })
        } else {
            Item::Keep
        }
    })?;
    Ok(())
}
