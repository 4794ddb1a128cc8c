//! The settings that say what a browser hears of an agent: `HIDE_EVENTS`, `ERROR_MESSAGES`.

use std::rc::Rc;

use super::defaults;
use super::read::{Misconfigured, Setting};
use crate::base::glob::Glob;
use crate::call::body::messages::MessageRoles;
use crate::outbound::events::settings::EventSettings;

/// Most types and globs that `HIDE_EVENTS` lists: each event is compared with all of them.
const MAX_LISTED: usize = 64;

/// What is taken out of events; `None` where nothing is.
pub(super) fn parse(
    hidden: &Setting,
    errors: &Setting,
    roles: &MessageRoles,
) -> Result<Option<Rc<EventSettings>>, Misconfigured> {
    let (mut types, mut names) = (Vec::new(), Vec::new());
    let listed = hidden.list()?.unwrap_or_default();
    if listed.len() > MAX_LISTED {
        return Err(hidden.invalid("lists too many events", "at most 64"));
    }
    for event in listed {
        if event.starts_with("RUN_") {
            return Err(hidden.invalid(
                "would hide how a run ends",
                "another type; ERROR_MESSAGES = \"hide\" hides what a RUN_ERROR tells",
            ));
        }
        match event.strip_prefix("CUSTOM:") {
            Some(glob) if !glob.is_empty() => names.push(Glob::new(glob)),
            None if is_type(&event) => types.push(event),
            _ => {
                let right = "a type in capitals such as RAW, or CUSTOM: with a glob such as CUSTOM:system:*";
                return Err(hidden.invalid("contains an invalid type", right));
            }
        }
    }
    let errors = errors.one_of(&["forward", "hide"])?;
    let settings = EventSettings {
        types,
        names,
        hides_errors: errors.unwrap_or(defaults::ERROR_MESSAGES) == "hide",
        roles: roles.clone(),
    };
    Ok(settings.hide_anything().then(|| Rc::new(settings)))
}

fn is_type(event: &str) -> bool {
    !event.is_empty() && event.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}
