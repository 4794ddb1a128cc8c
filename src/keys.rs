//! Keys: from an issuer and a `kid` to the one key that may verify, through isolate memory, the shared copy and the
//! provider, in that order.

mod jwk;
mod load;
mod ring;
mod set;
mod source;

use std::cell::RefCell;
use std::rc::Rc;

pub use jwk::{Jwk, JwkFault, Material, Rsa};
pub(crate) use load::discovery_url;
pub use ring::{Force, KeyRing, Plan};
pub use set::{Digest, KeySet, MAX_SET_BYTES, SetFault};
pub use source::{Fetched, KeyEvent, KeySource, SourceFault};

use crate::issuer::{Issuer, KeysFrom};
use crate::token::Untrusted;
use crate::wire::refusal::{Refusal, TokenFault};

/// How a request without its key waits for a refresh that another has claimed: by looking again, on its own timer.
const LOOK_AGAIN_MS: [i32; 9] = [10, 20, 40, 80, 160, 320, 640, 1280, 2560];

/// The key rings of all issuers, in the order of the settings.
pub struct Keys {
    rings: Vec<RefCell<KeyRing>>,
}

impl Keys {
    /// Empty rings for `issuers` issuers; sets stay usable for `stale_limit` seconds after they were fetched.
    pub fn new(issuers: usize, stale_limit: i64) -> Self {
        Self {
            rings: (0..issuers).map(|_| RefCell::new(KeyRing::new(stale_limit))).collect(),
        }
    }

    /// The key that `token` of the issuer at `index` needs.
    ///
    /// # Errors
    /// [`Refusal::KeysUnavailable`] when no usable set is to be had, else why no key of the set fits.
    pub async fn select(
        &self,
        index: usize,
        issuer: &Issuer,
        token: &Untrusted<'_>,
        source: &impl KeySource,
    ) -> Result<Rc<Jwk>, Refusal> {
        let choose = |set: &KeySet| set.select(token.issuer_hint().unwrap_or_default(), token.kid(), token.alg());
        if let KeysFrom::Secret(set) = &issuer.keys {
            return Ok(choose(set)?);
        }
        let ring = self.rings.get(index).ok_or(Refusal::Misconfigured)?;
        let current = current(ring, index, issuer, source).await?;
        match choose(&current.set) {
            Err(TokenFault::UnknownKey) if !current.just_fetched => {}
            decided => return Ok(decided?),
        }
        // Two rounds: whoever waited for a refresh that began before the rotation may still ask for one.
        for _ in 0..2 {
            let force = ring.borrow_mut().force(source.now());
            match force {
                Force::CoolingDown => break,
                Force::InFlight => wait_for_refresh(ring, source).await,
                Force::Refresh => {
                    load::take_copy(ring, issuer, source).await;
                    if choose(usable(ring, source)?.as_ref()).is_ok() {
                        ring.borrow_mut().release();
                    } else {
                        // A failure is logged and backs off; the held set decides below.
                        let _ = load::ask_provider(ring, issuer, source).await;
                    }
                }
            }
            match choose(usable(ring, source)?.as_ref()) {
                Err(TokenFault::UnknownKey) => {}
                decided => return Ok(decided?),
            }
        }
        Err(TokenFault::UnknownKey.into())
    }

    /// Whether the keys of the issuer at `index` may still be used, so that a verdict of theirs stands. Asks for a refresh
    /// where one is due, as [`Keys::select`] does: a gate that lives on verdicts must notice a withdrawn key all the same.
    pub fn vouch(&self, index: usize, issuer: &Issuer, source: &impl KeySource) -> bool {
        if matches!(issuer.keys, KeysFrom::Secret(_)) {
            return true;
        }
        let Some(ring) = self.rings.get(index) else {
            return false;
        };
        let plan = ring.borrow_mut().decide(source.now());
        match plan {
            Plan::Serve(_) => true,
            Plan::ServeAndRefresh(_) => {
                source.refresh_later(index);
                true
            }
            Plan::Load | Plan::Unavailable { .. } => false,
        }
    }

    /// Brings the set of the issuer at `index` up to date: from the shared copy, if another isolate or the schedule has
    /// renewed that, else from the provider.
    pub async fn refresh(&self, index: usize, issuer: &Issuer, source: &impl KeySource) -> Result<(), SourceFault> {
        let Some(ring) = self
            .rings
            .get(index)
            .filter(|_| !matches!(issuer.keys, KeysFrom::Secret(_)))
        else {
            return Ok(());
        };
        load::take_copy(ring, issuer, source).await;
        if ring.borrow().is_fresh(source.now()) {
            ring.borrow_mut().release();
            return Ok(());
        }
        load::ask_provider(ring, issuer, source).await
    }

    /// Asks the provider of the issuer at `index`, whatever is known: the schedule does, so that no request ever has to.
    pub async fn renew(&self, index: usize, issuer: &Issuer, source: &impl KeySource) -> Result<(), SourceFault> {
        match (self.rings.get(index), &issuer.keys) {
            (_, KeysFrom::Secret(_)) | (None, _) => Ok(()),
            (Some(ring), _) => load::ask_provider(ring, issuer, source).await,
        }
    }

    /// Changes whenever the keys of the issuer at `index` do.
    pub fn generation(&self, index: usize) -> u64 {
        self.rings.get(index).map_or(0, |ring| ring.borrow().generation())
    }

    /// Whether the last attempt to reach some provider failed.
    pub fn is_degraded(&self) -> bool {
        self.rings.iter().any(|ring| ring.borrow().is_failing())
    }
}

/// A usable set.
struct Current {
    set: Rc<KeySet>,
    /// It came from the provider for this request: no newer one can be had.
    just_fetched: bool,
}

async fn current(
    ring: &RefCell<KeyRing>,
    index: usize,
    issuer: &Issuer,
    source: &impl KeySource,
) -> Result<Current, Refusal> {
    let mut copy_read = false;
    loop {
        let plan = ring.borrow_mut().decide(source.now());
        match plan {
            Plan::Serve(set) => {
                return Ok(Current {
                    set,
                    just_fetched: false,
                });
            }
            Plan::ServeAndRefresh(set) => {
                source.refresh_later(index);
                return Ok(Current {
                    set,
                    just_fetched: false,
                });
            }
            Plan::Unavailable { until } => return Err(Refusal::keys_unavailable(until, source.now())),
            // Whatever the store gave or did not give, another request may have brought a set meanwhile: decide anew.
            Plan::Load if !copy_read => {
                load::take_copy(ring, issuer, source).await;
                copy_read = true;
            }
            Plan::Load => {
                let _ = load::ask_provider(ring, issuer, source).await;
                return Ok(Current {
                    set: usable(ring, source)?,
                    just_fetched: true,
                });
            }
        }
    }
}

/// The held set, or 503 until the next attempt.
fn usable(ring: &RefCell<KeyRing>, source: &impl KeySource) -> Result<Rc<KeySet>, Refusal> {
    let now = source.now();
    let ring = ring.borrow();
    ring.usable(now)
        .ok_or_else(|| Refusal::keys_unavailable(ring.backing_off_until(now).unwrap_or(now), now))
}

async fn wait_for_refresh(ring: &RefCell<KeyRing>, source: &impl KeySource) {
    for pause in LOOK_AGAIN_MS {
        source.pause(pause).await;
        if !ring.borrow().is_in_flight(source.now()) {
            return;
        }
    }
}
