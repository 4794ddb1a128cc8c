//! Messages of an agent's input: who may write them. What stays is copied byte for byte.

use super::attachments::{self, AttachmentUrls, Unfit};
use super::dropped::Dropped;
use super::edit::Edited;
use super::list::is_list;
use super::object::Object;
use crate::base::json::{Part, Watch};

/// The member of an input that contains them.
pub(super) const MESSAGES: &str = "messages";
/// Every role that `MESSAGE_ROLES` may name: those of AG-UI.
const ROLES: [&str; 7] = [
    "user",
    "assistant",
    "tool",
    "activity",
    "reasoning",
    "system",
    "developer",
];
/// The number of roles that are forwarded without a setting: those that do not write the agent's instructions.
const DEFAULT: usize = 5;

/// The setting `MESSAGE_ROLES`: the roles of messages that are forwarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRoles(Vec<&'static str>);

impl Default for MessageRoles {
    fn default() -> Self {
        Self(ROLES.into_iter().take(DEFAULT).collect())
    }
}

impl MessageRoles {
    /// Takes names of roles; `None` where one is none of AG-UI's.
    pub fn parse(names: &[String]) -> Option<Self> {
        let known = |name: &String| ROLES.into_iter().find(|role| role == name);
        names.iter().map(known).collect::<Option<_>>().map(Self)
    }

    /// Every role that there is.
    pub fn known() -> &'static [&'static str] {
        &ROLES
    }

    /// The roles that are forwarded.
    pub fn names(&self) -> &[&'static str] {
        &self.0
    }

    /// Whether messages of `role` are forwarded.
    pub fn allows(&self, role: &str) -> bool {
        self.0.contains(&role)
    }
}

/// The counts taken while messages are read: messages of each role, and whether one may have parts.
pub const WATCH: &Watch = &Watch {
    name: "role",
    values: &ROLES,
    list: "content",
};

/// Whether all `messages` of `input` may be forwarded, as the counts of its reading show: no message is read again.
pub(super) fn all_pass(input: &Object, roles: &MessageRoles) -> bool {
    let Some(list) = input.counted(MESSAGES) else {
        return false;
    };
    let counts = ROLES.iter().zip(list.counts).filter(|(role, _)| roles.allows(role));
    let passing = counts.fold(0_usize, |sum, (_, count)| sum.saturating_add(count as usize));
    !list.is_doubtful && passing == list.items
}

/// Removes the `messages` of `input` that may not be forwarded, and their parts.
#[inline(never)]
pub(super) fn filter(input: &mut Object, (roles, urls): (&MessageRoles, &AttachmentUrls), dropped: &mut Dropped) {
    input.edit_items(MESSAGES, &mut |message, json| {
        let (role, content) = role_and_content(message);
        let role = role.and_then(Part::string).unwrap_or_default();
        if !roles.allows(&role) {
            let kind = match &*role {
                "system" => "system",
                "developer" => "developer",
                _ => "other",
            };
            dropped.add(MESSAGES, kind);
            return Edited::Remove;
        }
        match content {
            Some(parts) if is_list(parts) => match Object::part(json, message.place()) {
                Some(message) => with_fit_parts(message, urls, dropped),
                None => Edited::Remove,
            },
            _ => Edited::Keep,
        }
    });
}

fn role_and_content(message: Part<'_>) -> (Option<Part<'_>>, Option<Part<'_>>) {
    let (mut role, mut content) = (None, None);
    for (name, value) in message.members() {
        match name.string().as_deref() {
            Some("role") => role = Some(value),
            Some("content") => content = Some(value),
            _ => {}
        }
    }
    (role, content)
}

/// The message with the parts that may be forwarded, if one remains or there never was one.
fn with_fit_parts(mut message: Object, urls: &AttachmentUrls, dropped: &mut Dropped) -> Edited {
    let remains = message.edit_items("content", &mut |part, _| {
        let unfit = match attachments::check(part, urls) {
            Ok(()) => return Edited::Keep,
            Err(Unfit::Url) => "url",
            Err(Unfit::Part) => "part",
        };
        dropped.add(MESSAGES, unfit);
        Edited::Remove
    });
    match (message.is_changed, remains) {
        (false, _) => Edited::Keep,
        (true, Some(true)) => Edited::Replace(message),
        (true, _) => Edited::Remove,
    }
}
