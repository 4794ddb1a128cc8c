//! `KeyRing`: the state of one issuer's keys in this isolate, and the next action of a request.
//!
//! Everything is decided synchronously, from timestamps. No request waits for another's promise: the platform cancels a
//! request without I/O of its own, so a shared future would hang all requests that wait for it. Instead, one request
//! *claims* a refresh, the others use the set that exists, and a claim that gets too old counts as abandoned, because the
//! request that made it may have been cancelled.

use std::rc::Rc;

use super::set::{Digest, KeySet, SetDocument};
use super::source::{MAX_FRESH, MIN_FRESH};
use crate::base::clock::Seconds;
use crate::base::web_url::WebUrl;

/// Seconds between two refreshes because of unknown key ids, successful or not.
const FORCE_COOL_DOWN: i64 = 30;
/// Seconds after which a refresh counts as abandoned: no request waits longer than 8 s for keys.
const CLAIM_LIFETIME: i64 = 10;
/// Seconds for which a discovered `jwks_uri` is used before it is looked up again.
const JWKS_URI_LIFETIME: i64 = 24 * 60 * 60;
/// How often the copy of an unchanged set is written during its lifetime: often enough that a cold isolate that reads it can
/// use it for nearly the whole stale limit.
const COPIES_PER_LIFE: i64 = 24;
/// Seconds to wait after one, two, … failed attempts in a row.
const BACK_OFF: [i64; 4] = [5, 10, 20, 30];

/// The state of one issuer's keys.
#[derive(Default)]
pub struct KeyRing {
    pub(super) held: Option<Held>,
    pub(super) claimed: Option<Seconds>,
    pub(super) forced: Option<Seconds>,
    pub(super) failures: usize,
    pub(super) failed: Option<Seconds>,
    pub(super) copied: Option<Seconds>,
    pub(super) jwks_uri: Option<(WebUrl, Seconds)>,
    generation: u64,
    stale_limit: i64,
}

pub(super) struct Held {
    set: Rc<KeySet>,
    digest: Digest,
    pub(super) text: Box<[u8]>,
    pub(super) fetched: Seconds,
    pub(super) fresh_for: i64,
}

/// The next action of a request.
pub enum Plan {
    /// The set is fresh: use it.
    Serve(Rc<KeySet>),
    /// The set is stale but usable: use it, and refresh after the answer. Only one request gets this.
    ServeAndRefresh(Rc<KeySet>),
    /// There is no usable set: load one, on this request's own I/O.
    Load,
    /// Loading failed, and the next attempt is not due.
    Unavailable {
        /// When the next attempt will be made.
        until: Seconds,
    },
}

/// The reaction to an unknown key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// Refresh now; the claim belongs to this request.
    Refresh,
    /// Another request is refreshing.
    InFlight,
    /// The last forced refresh was less than [`FORCE_COOL_DOWN`] ago: the key id is unknown.
    CoolingDown,
}

/// Seconds between the last of so many failures in a row and the next attempt.
pub fn pause_after(failures: usize) -> i64 {
    let pause = BACK_OFF.get(failures.saturating_sub(1)).or(BACK_OFF.last());
    pause.copied().unwrap_or_default()
}

impl KeyRing {
    /// An empty ring whose sets stay usable until `stale_limit` seconds after they were fetched (or as long as they are
    /// fresh, if that is longer).
    pub fn new(stale_limit: i64) -> Self {
        Self {
            stale_limit,
            ..Self::default()
        }
    }

    /// The next action of a request at `now`.
    pub fn decide(&mut self, now: Seconds) -> Plan {
        self.follow_clock_back(now);
        let backing_off_until = self.backing_off_until(now);
        let in_flight = self.is_in_flight(now);
        match &self.held {
            Some(held) if held.is_fresh(now) => Plan::Serve(Rc::clone(&held.set)),
            Some(held) if held.fetched.plus(self.lifetime(held.fresh_for)) > now => {
                let set = Rc::clone(&held.set);
                if in_flight || backing_off_until.is_some() {
                    return Plan::Serve(set);
                }
                self.claimed = Some(now);
                Plan::ServeAndRefresh(set)
            }
            _ => match backing_off_until {
                Some(until) => Plan::Unavailable { until },
                None => Plan::Load,
            },
        }
    }

    /// The reaction to a key id that is not in the current set.
    pub fn force(&mut self, now: Seconds) -> Force {
        self.follow_clock_back(now);
        if self.is_in_flight(now) {
            return Force::InFlight;
        }
        if self.forced.is_some_and(|forced| now.since(forced) < FORCE_COOL_DOWN) {
            return Force::CoolingDown;
        }
        self.forced = Some(now);
        self.claimed = Some(now);
        Force::Refresh
    }

    /// Whether a refresh is under way that has not been abandoned.
    pub fn is_in_flight(&self, now: Seconds) -> bool {
        self.claimed.is_some_and(|claimed| now.since(claimed) < CLAIM_LIFETIME)
    }

    /// Adopts a set that was fetched at `fetched`, unless the current one is newer or this one is past its stale limit.
    /// The same document again only renews the time: the keys and the generation remain.
    pub(super) fn install(&mut self, document: SetDocument, fetched: Seconds, fresh_for: i64, now: Seconds) {
        // A clock ahead of ours must not keep a set fresh for ever.
        let fetched = fetched.min(now);
        let fresh_for = fresh_for.clamp(MIN_FRESH, MAX_FRESH);
        if fetched.plus(self.lifetime(fresh_for)) <= now {
            return;
        }
        match &mut self.held {
            Some(held) if held.fetched > fetched => {}
            Some(held) if held.digest == document.digest => {
                held.fetched = fetched;
                held.fresh_for = fresh_for;
            }
            _ => {
                self.held = Some(Held {
                    set: Rc::new(document.set),
                    digest: document.digest,
                    text: document.text,
                    fetched,
                    fresh_for,
                });
                self.generation = self.generation.wrapping_add(1);
                self.copied = None;
            }
        }
    }

    /// Records that the provider returned a usable set.
    pub fn succeeded(&mut self) {
        self.claimed = None;
        self.failed = None;
        self.failures = 0;
    }

    /// Records that the provider returned no usable set. The current set remains.
    pub fn failed(&mut self, now: Seconds) {
        self.claimed = None;
        // Fifty cold requests that fail together are one failure.
        if self.backing_off_until(now).is_none() {
            self.failures = self.failures.saturating_add(1);
        }
        self.failed = Some(now);
        self.jwks_uri = None;
    }

    /// Releases a claim without having asked the provider.
    pub fn release(&mut self) {
        self.claimed = None;
    }

    /// Whether there is a set that does not need a refresh yet.
    pub fn is_fresh(&self, now: Seconds) -> bool {
        self.held.as_ref().is_some_and(|held| held.is_fresh(now))
    }

    /// The current set, if it may still be used.
    pub fn usable(&self, now: Seconds) -> Option<Rc<KeySet>> {
        let held = self.held.as_ref()?;
        (held.fetched.plus(self.lifetime(held.fresh_for)) > now).then(|| Rc::clone(&held.set))
    }

    /// Seconds after its fetch at which a set that is fresh for `fresh_for` is no longer used.
    pub fn lifetime(&self, fresh_for: i64) -> i64 {
        self.stale_limit.max(fresh_for)
    }

    /// Records the content of the shared copy: the document `digest`, fetched at `fetched`, or nothing usable. If it is not
    /// the current document, the copy is due for writing: another isolate has overwritten it with an older set.
    pub(super) fn note_copy(&mut self, copy: Option<(Digest, Seconds)>) {
        let held = self.held.as_ref().map(|held| held.digest);
        self.copied = match copy {
            Some((digest, fetched)) if held == Some(digest) => self.copied.max(Some(fetched)),
            _ => None,
        };
    }

    /// Whether the shared copy must be written now: if it is another document, or if a part of its lifetime has passed. A
    /// provider whose sets are fresh for a minute must not cause a write in every isolate each minute.
    pub fn copy_due(&mut self, now: Seconds) -> bool {
        let life = self.held.as_ref().map_or(0, |held| self.lifetime(held.fresh_for));
        let pause = life.checked_div(COPIES_PER_LIFE).unwrap_or(0).max(1);
        let due = self.copied.is_none_or(|copied| now.since(copied) >= pause);
        if due {
            self.copied = Some(now);
        }
        due
    }

    /// The `jwks_uri` that discovery has found, while it is valid.
    pub fn jwks_uri(&self, now: Seconds) -> Option<WebUrl> {
        let (url, found) = self.jwks_uri.as_ref()?;
        (now.since(*found) < JWKS_URI_LIFETIME).then(|| url.clone())
    }

    /// Stores the result of discovery.
    pub fn keep_jwks_uri(&mut self, url: WebUrl, now: Seconds) {
        self.jwks_uri = Some((url, now));
    }

    /// Whether the last attempt to ask the provider failed.
    pub fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// Changes with every adopted set: conclusions from another generation are no longer valid.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The time of the next attempt after a failure; `None` if that is now.
    pub fn backing_off_until(&self, now: Seconds) -> Option<Seconds> {
        let until = self.failed?.plus(pause_after(self.failures));
        (until > now).then_some(until)
    }

    /// A clock that was set back must not stretch any waiting time or any set's life.
    fn follow_clock_back(&mut self, now: Seconds) {
        let marks = [&mut self.claimed, &mut self.forced, &mut self.failed, &mut self.copied];
        for mark in marks
            .into_iter()
            .flatten()
            .chain(self.held.as_mut().map(|held| &mut held.fetched))
        {
            *mark = (*mark).min(now);
        }
    }
}

impl Held {
    fn is_fresh(&self, now: Seconds) -> bool {
        now.since(self.fetched) < self.fresh_for
    }
}
