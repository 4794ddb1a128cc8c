//! What lives as long as the isolate: the gate, the source of request ids, and the log.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Env;

use super::vars::EnvVars;
use crate::config::{Config, Misconfigured};
use crate::gate::Gate;

#[wasm_bindgen]
extern "C" {
    /// `console.log`: one line of the Worker's log.
    #[wasm_bindgen(js_namespace = console)]
    pub(super) fn log(line: &str);
}

thread_local! {
    static GATE: OnceCell<Result<Rc<Gate>, Misconfigured>> = const { OnceCell::new() };
    static SAID: Cell<bool> = const { Cell::new(false) };
    static IDS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

/// The gate of this isolate. The settings are parsed at the first request; `None`, and a log line for every request, when
/// they are wrong.
pub(super) fn gate(env: &Env) -> Option<Rc<Gate>> {
    GATE.with(|gate| {
        let gate = gate.get_or_init(|| Config::parse(&EnvVars(env)).map(|config| Rc::new(Gate::new(config))));
        match gate {
            Ok(gate) => Some(Rc::clone(gate)),
            Err(Misconfigured { setting, fault, remedy }) => {
                let line = json!({ "event": "misconfigured", "setting": setting, "fault": fault, "remedy": remedy });
                log(&line.to_string());
                None
            }
        }
    })
}

/// An id for a request: random per isolate, counted within it, so that it costs no call out of wasm.
pub(super) fn next_request_id() -> String {
    IDS.with(|ids| {
        let (mut isolate, count) = ids.get();
        if isolate == 0 {
            isolate = random() | 1;
        }
        ids.set((isolate, count.wrapping_add(1)));
        format!("{isolate:016x}-{count:08x}")
    })
}

/// 64 random bits; WebCrypto's source does not fail.
pub(super) fn random() -> u64 {
    getrandom::u64().unwrap_or_default()
}

/// Says once per isolate that key sets are kept in its memory alone.
pub(super) fn log_once_without_store() {
    SAID.with(|said| {
        if !said.replace(true) {
            log(r#"{"event":"keys","outcome":"no_shared_copy","remedy":"bind a KV namespace as JWKS_CACHE"}"#);
        }
    });
}
