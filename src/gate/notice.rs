//! Notices about the identity of callers: what works, but probably not as intended. Each is told once per isolate.

use std::cell::Cell;

use crate::auth::caller::Caller;
use crate::auth::identity::MAX_COMFORTABLE_BYTES;
use crate::base::saved::{Reader, Saved};
use crate::config::read::Misconfigured;
use crate::wire::field_changes::{FieldChange, FieldChanges};

/// The log of the platform, as far as notices go.
pub trait NoticeLog {
    /// Writes a notice.
    fn notice(&self, notice: &Misconfigured);
}

/// The notices that an isolate has still to tell.
#[derive(Default)]
pub(super) struct Notices {
    has_told_omitted: Cell<bool>,
    has_told_large: Cell<bool>,
}

impl Notices {
    /// Writes which of them were logged.
    pub(super) fn save(&self, to: &mut Saved) {
        for told in [&self.has_told_omitted, &self.has_told_large] {
            to.number(Some(told.get().into()));
        }
    }

    /// Reads which of them a previous instance logged.
    pub(super) fn restore(&self, from: &mut Reader<'_>) {
        for told in [&self.has_told_omitted, &self.has_told_large] {
            told.set(from.number() == Some(1));
        }
    }

    /// Tells which identity headers `caller` does not get, since their claims have another shape than the default mapping takes.
    pub(super) fn omitted(&self, caller: &Caller, log: &impl NoticeLog) {
        let Caller::Verified(principal) = caller else { return };
        let omitted = principal.headers.omitted();
        if !omitted.is_empty() && !self.has_told_omitted.replace(true) {
            tell_omitted(omitted, log);
        }
    }

    /// Tells how much the gate adds to a request, where that is more than servers take for granted.
    pub(super) fn size(&self, fields: &FieldChanges, log: &impl NoticeLog) {
        // With the names of what is removed, so this is the most that it can be.
        if fields.bytes() > MAX_COMFORTABLE_BYTES && !self.has_told_large.get() {
            self.count(fields, log);
        }
    }

    #[inline(never)] // apart from what a usual request compiles
    fn count(&self, fields: &FieldChanges, log: &impl NoticeLog) {
        let (mut total, mut largest) = (0_usize, ("", 0_usize));
        for change in fields.iter() {
            if let FieldChange::Set(name, value) | FieldChange::Append(name, value) = change
                // The client's own token and cookies, in another place or without one of them.
                && !matches!(name, "authorization" | "cookie")
            {
                let bytes = name.len().saturating_add(value.len());
                total = total.saturating_add(bytes);
                if bytes > largest.1 {
                    largest = (name, bytes);
                }
            }
        }
        if total <= MAX_COMFORTABLE_BYTES {
            return;
        }
        self.has_told_large.set(true);
        let (name, bytes) = largest;
        log.notice(&Misconfigured {
            setting: "IDENTITY".to_owned(),
            fault: format!("makes a request larger by {total} bytes of header fields, {name} alone by {bytes}"),
            remedy: "only = [...] in the mapping of a long list; see docs/origin for the limits of servers".to_owned(),
        });
    }
}

#[inline(never)] // apart from what a usual request compiles
fn tell_omitted(omitted: &[String], log: &impl NoticeLog) {
    let names = omitted.join(", ");
    log.notice(&Misconfigured {
        setting: "IDENTITY".to_owned(),
        fault: format!("leaves out {names}, whose claim is an object or a nested list in some tokens"),
        remedy: "a mapping of your own, such as { claim = \"…\", take = \"keys\" }".to_owned(),
    });
}
