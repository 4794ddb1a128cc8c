//! The settings that select what is forwarded of an agent's input: `PROPERTIES`, `MESSAGE_ROLES`, `ATTACHMENT_URLS`.

use super::read::{Misconfigured, Setting};
use crate::call::body::attachments::AttachmentUrls;
use crate::call::body::messages::MessageRoles;
use crate::call::body::properties::Properties;

pub(super) fn properties(setting: &Setting) -> Result<Properties, Misconfigured> {
    let patterns = setting.list()?.unwrap_or_default();
    let has_empty_step = |pattern: &String| pattern.split('.').any(str::is_empty);
    if patterns.iter().any(has_empty_step) {
        let right = "names of properties, globs over them, or paths such as config.configurable.model";
        return Err(setting.invalid("contains an empty pattern or an empty step", right));
    }
    Ok(Properties::new(&patterns))
}

pub(super) fn message_roles(setting: &Setting) -> Result<MessageRoles, Misconfigured> {
    let Some(roles) = setting.list()? else {
        return Ok(MessageRoles::default());
    };
    MessageRoles::parse(&roles)
        .ok_or_else(|| setting.invalid("contains an unknown role", &MessageRoles::known().join(", ")))
}

pub(super) fn attachment_urls(setting: &Setting) -> Result<AttachmentUrls, Misconfigured> {
    let origins = setting.list()?.unwrap_or_default();
    AttachmentUrls::parse(&origins).ok_or_else(|| {
        let right =
            "origins such as https://files.example.com or https://*.files.example.com, without a slash, or \"*\"";
        setting.invalid("contains an invalid origin", right)
    })
}
