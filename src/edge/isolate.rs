//! The state of the isolate: the gate, the source of request ids, and the log.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use js_sys::Date;
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Env;

use super::bindings::Bindings;
use super::vars::{EnvVars, member};
use super::{clock, secret_store, task};
use crate::base::cold::cold;
use crate::base::json::value::write;
use crate::base::saved::{Reader, Saved};
use crate::config::Config;
use crate::config::read::Misconfigured;
use crate::gate::Gate;

/// How long all secrets together may take, in milliseconds.
const SECRETS_MS: f64 = 5000.0;

#[wasm_bindgen]
extern "C" {
    /// `console.log`: one line of the Worker's log.
    #[wasm_bindgen(js_namespace = console)]
    pub(super) fn log(line: &str);
}

/// The gate with its bindings.
pub(super) struct Isolate {
    pub(super) gate: Gate,
    pub(super) bindings: Bindings,
}

thread_local! {
    static ISOLATE: OnceCell<Result<Rc<Isolate>, Misconfigured>> = const { OnceCell::new() };
    static SAVED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static SAID: Cell<bool> = const { Cell::new(false) };
    static IDS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

/// The isolate's state. The settings are parsed at the first request, once secrets have come from the Secrets Store; `None`, and
/// a log line for every request, if they are wrong.
pub(super) async fn isolate(env: &Env) -> Option<Rc<Isolate>> {
    let isolate = match ISOLATE.with(|isolate| isolate.get().cloned()) {
        Some(known) => known,
        None => first(env).await,
    };
    isolate.inspect_err(|fault| log_setting("misconfigured", fault)).ok()
}

/// The isolate's state, if it has one.
pub(super) fn known() -> Option<Rc<Isolate>> {
    ISOLATE.with(|isolate| isolate.get()?.clone().ok())
}

/// Keeps the state of the previous instance until there is a gate.
pub(super) fn keep(saved: Vec<u8>) {
    SAVED.set(saved);
}

impl Isolate {
    /// Writes the state that the next instance takes over.
    pub(super) fn save(&self, to: &mut Saved) {
        to.number(Some(SAID.get().into()));
        self.gate.save(to);
    }

    /// Takes over the state of the previous instance.
    #[inline(never)] // so that a cold start does not compile it
    fn restore(&self, saved: &[u8]) {
        let mut from = Reader::new(saved);
        SAID.set(from.number() == Some(1));
        self.gate.restore(&mut from, clock::now());
    }
}

async fn first(env: &Env) -> Result<Rc<Isolate>, Misconfigured> {
    cold(async {
        let since = Date::now();
        loop {
            // Read meanwhile by another request, perhaps.
            if let Some(known) = ISOLATE.with(|isolate| isolate.get().cloned()) {
                return known;
            }
            if let Some(fault) = secret_store::failure() {
                return Err(fault);
            }
            let vars = EnvVars::new(env);
            let config = Config::parse(&vars);
            let Some(secret) = vars.into_unread() else {
                let isolate = config.map(|config| set_up(env, config));
                return ISOLATE.with(|known| known.get_or_init(|| isolate).clone());
            };
            #[expect(clippy::cast_possible_truncation, reason = "between 0 and a few thousand")]
            let left = (SECRETS_MS - (Date::now() - since)).max(0.0) as i32;
            secret_store::read(member(env, &secret).unwrap_or_default(), &secret, left).await;
        }
    })
    .await
}

fn set_up(env: &Env, mut config: Config) -> Rc<Isolate> {
    let notices = std::mem::take(&mut config.notices);
    let gate = Gate::new(config);
    let bindings = Bindings::new(env, &gate.rate_limits(), &gate.provider_services());
    let timeouts = gate.timeouts();
    task::bound(timeouts.body.saturating_add(timeouts.upstream.saturating_mul(2)));
    let isolate = Rc::new(Isolate { gate, bindings });
    let saved = SAVED.take();
    if !saved.is_empty() {
        isolate.restore(&saved);
        return isolate;
    }
    for notice in &notices {
        log_setting("notice", notice);
    }
    isolate
}

/// Logs the fault of a setting.
pub(super) fn log_setting(event: &str, what: &Misconfigured) {
    let Misconfigured { setting, fault, remedy } = what;
    log(&write(
        &json!({ "event": event, "setting": setting, "fault": fault, "remedy": remedy }),
    ));
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

/// Logs once per isolate that key sets are kept in its memory only.
pub(super) fn log_once_without_store() {
    SAID.with(|said| {
        if !said.replace(true) {
            log(r#"{"event":"keys","outcome":"no_shared_copy","remedy":"bind a KV namespace as JWKS_CACHE"}"#);
        }
    });
}
