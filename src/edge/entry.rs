//! `Entry`: the line that a request leaves in the log, and its point in the audit data, whatever becomes of the request.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::Response;

use super::isolate::Isolate;
use super::{audit, isolate, respond};
use crate::browser::origins::AllowedOrigins;
use crate::gate::record::Record;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;

/// What is to be written of one request. It is written when the request is decided or, at the latest, when this is dropped:
/// then the client was gone before it had an answer.
pub(super) struct Entry {
    record: Record,
    isolate: Option<Rc<Isolate>>,
    is_written: bool,
}

impl Entry {
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

    /// Writes what became of the request, and gives the answer as the page at `origin` may have it.
    pub(super) fn answer(
        mut self,
        outcome: Result<Response, Refusal>,
        origins: &AllowedOrigins,
        origin: Option<&str>,
    ) -> Result<JsValue, JsValue> {
        let response = match outcome {
            Ok(response) => {
                self.record.allow(response.status());
                self.write();
                response
            }
            Err(refusal) => self.refuse(&refusal)?,
        };
        respond::for_browsers(&response, origins, origin)?;
        Ok(response.into())
    }

    /// Writes that the request was refused, and gives the answer that says so.
    pub(super) fn refuse(&mut self, refusal: &Refusal) -> Result<Response, JsValue> {
        self.record.deny(refusal);
        self.write();
        let request_id = self.record.request_id();
        respond::reply(Reply::refusal(refusal, request_id), request_id)
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

impl Drop for Entry {
    fn drop(&mut self) {
        if !self.is_written {
            self.record.gone();
            self.write();
        }
    }
}
