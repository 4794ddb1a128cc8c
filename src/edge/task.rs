//! Tasks: what an event does, from its start to its answer, waiting as often as it must.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::Request;

use super::clock::{now, tick};
use super::pending::Pending;
use crate::base::clock::Seconds;

#[wasm_bindgen]
extern "C" {
    /// A promise with what settles it.
    type Deferred;

    #[wasm_bindgen(js_namespace = Promise, js_name = withResolvers)]
    fn with_resolvers() -> Deferred;

    #[wasm_bindgen(method, getter)]
    fn promise(this: &Deferred) -> Promise;

    #[wasm_bindgen(method)]
    fn resolve(this: &Deferred, value: &JsValue);

    #[wasm_bindgen(method)]
    fn reject(this: &Deferred, error: &JsValue);
}

#[wasm_bindgen(module = "/src/edge/wait.js")]
extern "C" {
    #[wasm_bindgen(js_name = whenGone)]
    fn when_gone(request: &Request, gone: &Closure<dyn Fn(u32)>, id: u32);
}

type JsResult = Result<JsValue, JsValue>;

/// The time that a task may spend on keys, revocations and background work, in seconds; the settings bound the rest.
pub(super) const SLACK: i64 = 60;

/// A task that waits.
struct Task {
    work: Pin<Box<dyn Future<Output = JsResult>>>,
    waker: Waker,
    /// Where its outcome goes.
    deferred: Deferred,
    since: Seconds,
}

thread_local! {
    static WAITING: Pending<Task> = const { Pending::new() };
    static WOKEN: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    /// How long a task may wait, in seconds.
    static LONGEST: Cell<i64> = const { Cell::new(i64::MAX) };
    /// Lets go of the task whose client is gone: nothing will ever wake it.
    static GONE: Closure<dyn Fn(u32)> = Closure::new(|id| enter(|| drop(WAITING.with(|waiting| waiting.take(id)))));
}

/// Sets how long a task may wait at most by the settings, in seconds.
pub(super) fn bound(seconds: i64) {
    LONGEST.set(seconds.saturating_add(SLACK));
}

/// Wakes the task with this id.
struct WakesTask(u32);

impl Wake for WakesTask {
    fn wake(self: Arc<Self>) {
        WOKEN.with_borrow_mut(|woken| woken.push(self.0));
    }
}

/// Runs `entry`, which is all that JavaScript has called for: time has moved on since it called last, and the tasks that
/// `entry` wakes go on before it has its answer.
pub(super) fn enter<T>(entry: impl FnOnce() -> T) -> T {
    tick();
    let answer = entry();
    run_woken();
    answer
}

/// Runs `work` as far as it gets without waiting. Gives its outcome when that is the end, or else a promise of it: a
/// promise costs more than the gate's decision. When the client of `request` is gone, `work` is dropped.
pub(super) fn start(work: impl Future<Output = JsResult> + 'static, request: Option<&Request>) -> JsResult {
    let (id, waker) = new_id();
    let mut work = Box::pin(work);
    match work.as_mut().poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => {
            if let Some(request) = request {
                GONE.with(|gone| when_gone(request, gone, id));
            }
            Ok(keep(id, work, waker).into())
        }
    }
}

/// A promise of the result of `work`. It begins after the caller has come to a wait or to its end.
pub(super) fn later(work: impl Future<Output = JsResult> + 'static) -> Promise {
    let (id, waker) = new_id();
    waker.wake_by_ref();
    keep(id, Box::pin(work), waker)
}

/// Whether no task waits.
pub(super) fn is_idle() -> bool {
    WAITING.with(Pending::is_empty)
}

/// Runs every task that was woken.
fn run_woken() {
    while let Some(id) = WOKEN.with_borrow_mut(Vec::pop) {
        // Woken twice, or gone: nothing is left to do.
        let Some(mut task) = WAITING.with(|waiting| waiting.take(id)) else {
            continue;
        };
        match task.work.as_mut().poll(&mut Context::from_waker(&task.waker)) {
            Poll::Ready(Ok(value)) => task.deferred.resolve(&value),
            Poll::Ready(Err(error)) => task.deferred.reject(&error),
            Poll::Pending => WAITING.with(|waiting| waiting.put(id, task)),
        }
    }
}

fn new_id() -> (u32, Waker) {
    let id = WAITING.with(Pending::number);
    (id, Arc::new(WakesTask(id)).into())
}

fn keep(id: u32, work: Pin<Box<dyn Future<Output = JsResult>>>, waker: Waker) -> Promise {
    let deferred = with_resolvers();
    let promise = deferred.promise();
    let since = now();
    let task = Task {
        work,
        waker,
        deferred,
        since,
    };
    sweep(since);
    WAITING.with(|waiting| waiting.put(id, task));
    promise
}

/// Lets go of tasks that can no longer be waiting for anything: the platform tears some requests down without a word.
fn sweep(now: Seconds) {
    let longest = LONGEST.get();
    let is_lost = |task: &Task| now.since(task.since) > longest;
    while let Some(lost) = WAITING.with(|waiting| waiting.take_oldest_if(is_lost)) {
        drop(lost);
    }
}
