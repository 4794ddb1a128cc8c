//! Keys: finds the key for an issuer and a `kid` in isolate memory, in the shared copy or at the provider, in that order.

mod jwk;
mod published;
mod ring;
mod set;
mod source;

use std::cell::RefCell;
use std::rc::Rc;

pub use jwk::{Jwk, JwkFault, Material, Rsa};
pub use ring::{Force, KeyRing, Plan};
pub use set::{Digest, KeySet, MAX_SET_BYTES, SetDocument, SetFault};
pub use source::{Fetched, KeyEvent, KeySource, SourceFault};

use crate::auth::issuer::{Issuer, IssuerIndex, Issuers, KeysFrom};
use crate::auth::token::Untrusted;
use crate::wire::fault::TokenFault;
use crate::wire::refusal::Refusal;
use published::{Published, PublishedAt};

/// The delays, in milliseconds, after which a request whose key is missing checks again while another request refreshes.
const LOOK_AGAIN_MS: [i32; 9] = [10, 20, 40, 80, 160, 320, 640, 1280, 2560];

/// The keys of all issuers.
pub struct Keys {
    /// In the order of the settings.
    issuers: Vec<IssuerKeys>,
}

enum IssuerKeys {
    /// Shared with the issuer: there is nothing to fetch.
    Secret(Rc<KeySet>),
    Published(Box<Published>),
}

impl Keys {
    /// The keys of `issuers`, none of them known yet; a set remains usable for `stale_limit` seconds after it was fetched.
    pub fn new(issuers: &Issuers, stale_limit: i64) -> Self {
        Self {
            issuers: issuers
                .iter()
                .map(|(_, issuer)| IssuerKeys::new(issuer, stale_limit))
                .collect(),
        }
    }

    /// The key that `token` of the issuer at `index` needs.
    ///
    /// # Errors
    /// [`Refusal::KeysUnavailable`] if there is no usable set; otherwise, the reason why no key of the set fits.
    pub async fn select(
        &self,
        index: IssuerIndex,
        token: &Untrusted<'_>,
        source: &impl KeySource,
    ) -> Result<Rc<Jwk>, Refusal> {
        let choose = |set: &KeySet| set.select(token.issuer_hint().unwrap_or_default(), token.kid(), token.alg());
        let published = match self.issuers.get(index.get()).ok_or(Refusal::Misconfigured)? {
            IssuerKeys::Secret(set) => return Ok(choose(set)?),
            IssuerKeys::Published(published) => published,
        };
        let current = published.current(index, source).await?;
        match choose(&current.set) {
            Err(TokenFault::UnknownKey) if !current.just_fetched => {}
            chosen => return Ok(chosen?),
        }
        // Two rounds: a request that waited for a refresh that began before the rotation may still ask for one.
        for _ in 0..2 {
            let force = published.ring.borrow_mut().force(source.now());
            match force {
                Force::CoolingDown => break,
                Force::InFlight => published.wait_for_refresh(source).await,
                Force::Refresh => {
                    published.take_copy(source).await;
                    if choose(published.usable(source)?.as_ref()).is_ok() {
                        published.ring.borrow_mut().release();
                    } else {
                        // A failure is logged and delays the next attempt; the current set decides below.
                        let _ = published.ask_provider(source).await;
                    }
                }
            }
            match choose(published.usable(source)?.as_ref()) {
                Err(TokenFault::UnknownKey) => {}
                chosen => return Ok(chosen?),
            }
        }
        Err(TokenFault::UnknownKey.into())
    }

    /// Whether the keys of the issuer at `index` may still be used, so that a token verified under them remains valid.
    /// Starts a refresh if one is due, as [`Keys::select`] does: a withdrawn key must be noticed even if every token is cached.
    pub fn vouch(&self, index: IssuerIndex, source: &impl KeySource) -> bool {
        let Some(issuer) = self.issuers.get(index.get()) else {
            return false;
        };
        let IssuerKeys::Published(published) = issuer else {
            return true;
        };
        let plan = published.ring.borrow_mut().decide(source.now());
        match plan {
            Plan::Serve(_) => true,
            Plan::ServeAndRefresh(_) => {
                source.refresh_later(index);
                true
            }
            Plan::Load | Plan::Unavailable { .. } => false,
        }
    }

    /// Updates the set of the issuer at `index`: from the shared copy, if another isolate or the schedule has renewed it,
    /// else from the provider.
    pub async fn refresh(&self, index: IssuerIndex, source: &impl KeySource) -> Result<(), SourceFault> {
        let Some(published) = self.published(index) else {
            return Ok(());
        };
        published.take_copy(source).await;
        if published.ring.borrow().is_fresh(source.now()) {
            published.ring.borrow_mut().release();
            return Ok(());
        }
        published.ask_provider(source).await
    }

    /// Asks the provider of the issuer at `index` in any case. The schedule does this, so that requests do not have to.
    pub async fn renew(&self, index: IssuerIndex, source: &impl KeySource) -> Result<(), SourceFault> {
        let Some(published) = self.published(index) else {
            return Ok(());
        };
        // Reads the copy first: an unchanged set is not written again.
        published.take_copy(source).await;
        published.ask_provider(source).await
    }

    /// Changes whenever the keys of the issuer at `index` do.
    pub fn generation(&self, index: IssuerIndex) -> u64 {
        self.published(index)
            .map_or(0, |published| published.ring.borrow().generation())
    }

    /// Whether the last attempt to reach one of the providers failed.
    pub fn is_degraded(&self) -> bool {
        self.issuers.iter().any(|issuer| match issuer {
            IssuerKeys::Secret(_) => false,
            IssuerKeys::Published(published) => published.ring.borrow().is_failing(),
        })
    }

    fn published(&self, index: IssuerIndex) -> Option<&Published> {
        match self.issuers.get(index.get())? {
            IssuerKeys::Secret(_) => None,
            IssuerKeys::Published(published) => Some(published),
        }
    }
}

impl IssuerKeys {
    fn new(issuer: &Issuer, stale_limit: i64) -> Self {
        let place = match &issuer.keys {
            KeysFrom::Secret(secret) => return Self::Secret(Rc::new(KeySet::of_secret(secret.clone()))),
            KeysFrom::Discovery(url) => PublishedAt::Discovery(url.clone()),
            KeysFrom::JwksUri(url) => PublishedAt::JwksUri(url.clone()),
        };
        Self::Published(Box::new(Published {
            issuer: issuer.template.as_str().to_owned(),
            place,
            ring: RefCell::new(KeyRing::new(stale_limit)),
        }))
    }
}

/// A usable set.
struct Current {
    set: Rc<KeySet>,
    /// It was fetched for this request: there is no newer one.
    just_fetched: bool,
}

impl Published {
    async fn current(&self, index: IssuerIndex, source: &impl KeySource) -> Result<Current, Refusal> {
        let mut copy_read = false;
        loop {
            let plan = self.ring.borrow_mut().decide(source.now());
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
                // Another request may have loaded a set in the meantime, whatever the store returned: decide again.
                Plan::Load if !copy_read => {
                    self.take_copy(source).await;
                    copy_read = true;
                }
                Plan::Load => {
                    let _ = self.ask_provider(source).await;
                    return Ok(Current {
                        set: self.usable(source)?,
                        just_fetched: true,
                    });
                }
            }
        }
    }

    /// The current set, or 503 until the next attempt.
    fn usable(&self, source: &impl KeySource) -> Result<Rc<KeySet>, Refusal> {
        let now = source.now();
        let ring = self.ring.borrow();
        ring.usable(now)
            .ok_or_else(|| Refusal::keys_unavailable(ring.backing_off_until(now).unwrap_or(now), now))
    }

    async fn wait_for_refresh(&self, source: &impl KeySource) {
        for pause in LOOK_AGAIN_MS {
            source.pause(pause).await;
            if !self.ring.borrow().is_in_flight(source.now()) {
                return;
            }
        }
    }
}
