//! The Secrets Store: secrets whose bindings reveal their values only when asked. An isolate reads them before it decides about
//! its first request, and keeps them.

use std::cell::RefCell;

use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::clock::now;
use super::wait::Wait;
use crate::auth::keys::pause_after;
use crate::base::clock::Seconds;
use crate::base::saved::{Reader, Saved};
use crate::config::read::Misconfigured;

#[wasm_bindgen]
extern "C" {
    type StoredSecret;

    #[wasm_bindgen(method, catch)]
    fn get(this: &StoredSecret) -> Result<Promise, JsValue>;
}

/// A secret that could not be read.
struct Failure {
    fault: Misconfigured,
    at: Seconds,
    /// How many there were in a row.
    count: usize,
}

thread_local! {
    static VALUES: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
    static FAILURE: RefCell<Option<Failure>> = const { RefCell::new(None) };
}

/// Whether `binding` is asked for its value.
pub(super) fn is_stored(binding: &JsValue) -> bool {
    binding.is_object() && Reflect::get(binding, &"get".into()).is_ok_and(|method| method.is_function())
}

/// The value of the secret `name`, if it was read.
pub(super) fn value(name: &str) -> Option<String> {
    VALUES.with_borrow(|values| {
        let known = values.iter().find(|(known, _)| known == name);
        known.map(|(_, value)| value.clone())
    })
}

/// Writes the secrets that were read.
pub(super) fn save(to: &mut Saved) {
    VALUES.with_borrow(|values| {
        to.number(i64::try_from(values.len()).ok());
        for (name, value) in values {
            to.bytes(name.as_bytes());
            to.bytes(value.as_bytes());
        }
    });
}

/// Takes over the secrets that the instance before has read.
pub(super) fn restore(from: &mut Reader<'_>) {
    let count = from.number().unwrap_or_default();
    let mut text = || String::from_utf8_lossy(from.bytes()).into_owned();
    VALUES.set((0..count).map(|_| (text(), text())).collect());
}

/// The last failure, until it is time to try again: after as long as a failure to get keys.
pub(super) fn failure() -> Option<Misconfigured> {
    FAILURE.with_borrow(|failure| {
        let Failure { fault, at, count } = failure.as_ref()?;
        (0..pause_after(*count))
            .contains(&now().since(*at))
            .then(|| fault.clone())
    })
}

/// Reads the secret `name` through its binding, within a time in milliseconds. What comes of it, [`value`] and [`failure`] tell.
pub(super) async fn read(binding: JsValue, name: &str, milliseconds: i32) {
    let secret: StoredSecret = binding.unchecked_into();
    let value = match secret.get() {
        Ok(promise) => Wait::of_within(&promise, milliseconds).await,
        Err(error) => Err(error),
    };
    match value.ok().and_then(|value| value.as_string()) {
        Some(value) => {
            VALUES.with_borrow_mut(|values| values.push((name.to_owned(), value)));
            FAILURE.set(None);
        }
        None => fail(name),
    }
}

fn fail(name: &str) {
    // Of requests that fail together, the first counts.
    if failure().is_some() {
        return;
    }
    FAILURE.with_borrow_mut(|failure| {
        let before = failure.as_ref().map_or(0, |failure| failure.count);
        *failure = Some(Failure {
            fault: Misconfigured {
                setting: name.to_owned(),
                fault: "is bound to the Secrets Store and cannot be read".to_owned(),
                remedy: "the name of a secret that is in the store, with the scope Workers".to_owned(),
            },
            at: now(),
            count: before.saturating_add(1),
        });
    });
}
