//! `LogEntry`: the line that a request leaves in the log, and its point in the audit data, for every outcome.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::isolate::Isolate;
use super::{audit, isolate, respond};
use crate::gate::Gate;
use crate::gate::record::Record;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;

/// The log line of one request. It is written when the request is decided or, at the latest, when this is dropped:
/// then the client was gone before it had an answer.
pub(super) struct LogEntry {
    record: Record,
    isolate: Option<Rc<Isolate>>,
    is_written: bool,
}

impl LogEntry {
    /// The entry of a new request; `isolate`: `None` where the settings are wrong.
    pub(super) fn new(isolate: Option<Rc<Isolate>>) -> Self {
        Self {
            record: Record::new(&isolate::next_request_id()),
            isolate,
            is_written: false,
        }
    }

    pub(super) fn isolate(&self) -> Option<&Rc<Isolate>> {
        self.isolate.as_ref()
    }

    pub(super) fn record(&mut self) -> &mut Record {
        &mut self.record
    }

    /// Writes that the request was answered with this status.
    pub(super) fn allow(mut self, status: u16) {
        self.record.allow(status);
        self.write();
    }

    /// Logs the refusal and returns its answer for the page at `page`.
    pub(super) fn refuse(mut self, refusal: &Refusal, page: Option<&str>) -> Result<JsValue, JsValue> {
        self.record.deny(refusal);
        self.write();
        // Without settings no token is asked for.
        let isolate = self.isolate.as_ref();
        let ways = isolate.map_or("", |isolate| isolate.gate.auth().token_ways());
        self.answer(Reply::refusal(refusal, self.record.request_id(), ways), page)
    }

    /// Logs that the gate answered the request itself and returns that answer for the page at `page`.
    pub(super) fn reply(self, reply: Reply, page: Option<&str>) -> Result<JsValue, JsValue> {
        let status = reply.status;
        let answer = self.answer(reply, page)?;
        self.allow(status);
        Ok(answer)
    }

    fn answer(&self, reply: Reply, page: Option<&str>) -> Result<JsValue, JsValue> {
        let request_id = self.record.request_id();
        let changes = match &self.isolate {
            Some(isolate) => isolate.gate.reply_changes(page, request_id),
            None => Gate::misconfigured_changes(request_id),
        };
        respond::reply(reply, &changes).map(JsValue::from)
    }

    fn write(&mut self) {
        self.is_written = true;
        let Some(isolate) = &self.isolate else {
            return isolate::log(&self.record.line());
        };
        if isolate.gate.logs(&self.record) {
            isolate::log(&self.record.line());
        }
        audit::write(isolate.bindings.audit.as_ref(), &self.record);
    }
}

impl Drop for LogEntry {
    fn drop(&mut self) {
        if !self.is_written {
            self.record.gone();
            self.write();
        }
    }
}
