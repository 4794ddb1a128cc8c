//! Keys: finds the key for an issuer and a `kid` in isolate memory, in the shared copy or at the provider, in that order.

mod jwk;
mod published;
mod ring;
mod saved;
mod set;
mod source;

use std::cell::RefCell;
use std::rc::Rc;

pub use jwk::{Jwk, JwkFault, Material, Rsa};
pub use ring::{Force, KeyRing, Plan, pause_after};
pub use set::{Digest, KeySet, MAX_SET_BYTES, SetDocument, SetFault, UnusableKey};
pub use source::{DocumentRequest, Fetched, KeyEvent, KeySource, MAX_ERROR_BYTES, REQUEST_FIELDS, SourceFault};

use crate::auth::issuer::{Issuer, IssuerIndex, Issuers, KeysFrom};
use crate::auth::token::Untrusted;
use crate::base::clock::Seconds;
use crate::base::saved::{Reader, Saved};
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
    Secrets(KeySet),
    /// Several entries of one issuer share what it publishes.
    Published(Rc<Published>),
}

/// The keys that may verify a token.
pub struct Candidates {
    /// One to four keys, all different.
    keys: Vec<Rc<Jwk>>,
    /// No newer keys are available to this request.
    are_latest: bool,
}

impl Keys {
    /// The keys of `issuers`, none of them known yet; a set remains usable for `stale_limit` seconds after it was fetched.
    pub fn new(issuers: &Issuers, stale_limit: i64) -> Self {
        let mut all: Vec<IssuerKeys> = Vec::new();
        for (_, issuer) in issuers.iter() {
            let keys = IssuerKeys::new(issuer, &all, stale_limit);
            all.push(keys);
        }
        Self { issuers: all }
    }

    /// The keys that may verify `token` of the issuer at `index`.
    ///
    /// # Errors
    /// [`Refusal::KeysUnavailable`] when no usable set is available, else why no key of the set fits.
    pub async fn select(
        &self,
        index: IssuerIndex,
        token: &Untrusted<'_>,
        source: &impl KeySource,
    ) -> Result<Candidates, Refusal> {
        let published = match self.issuers.get(index.get()).ok_or(Refusal::Misconfigured)? {
            IssuerKeys::Secrets(set) => return Ok(Candidates::latest(choose(set, token)?)),
            IssuerKeys::Published(published) => published,
        };
        let current = published.current(index, source).await?;
        let fault = match choose(&current.set, token) {
            Ok(keys) => {
                return Ok(Candidates {
                    keys,
                    are_latest: current.just_fetched,
                });
            }
            Err(fault) if current.just_fetched || !may_be_mended(&fault) => return Err(fault.into()),
            Err(fault) => fault,
        };
        match published.renewed(token, &[], source).await? {
            Some(keys) => Ok(Candidates::latest(keys)),
            // The newest set may lack the key for another reason.
            None => Err(choose(published.usable(source)?.as_ref(), token)
                .err()
                .unwrap_or(fault)
                .into()),
        }
    }

    /// Other keys for `token`, whose signature `tried` did not verify: a provider may have put a new key under an old `kid`.
    /// At most one refresh per issuer and 30 seconds, as for unknown key ids. `None` where there is no other key.
    pub async fn select_again(
        &self,
        index: IssuerIndex,
        token: &Untrusted<'_>,
        tried: &Candidates,
        source: &impl KeySource,
    ) -> Result<Option<Candidates>, Refusal> {
        match self.published(index) {
            Some(published) if !tried.are_latest => {
                let keys = published.renewed(token, &tried.keys, source).await?;
                Ok(keys.map(Candidates::latest))
            }
            _ => Ok(None),
        }
    }

    /// Whether the keys of the issuer at `index` may still be used, so that a token verified under them remains valid.
    /// Starts a refresh if one is due, as [`Keys::select`] does: a withdrawn key must be noticed even if every token is
    /// cached.
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
        let published = self.issuers.iter().filter_map(IssuerKeys::published);
        published
            .into_iter()
            .any(|published| published.ring.borrow().is_failing())
    }

    /// Whether the entry at `index` is the first that has its keys: the schedule renews each set once.
    pub fn is_first(&self, index: IssuerIndex) -> bool {
        let own = self.issuers.get(index.get()).and_then(IssuerKeys::published);
        let earlier = self.issuers.iter().take(index.get()).filter_map(IssuerKeys::published);
        own.is_some_and(|own| earlier.into_iter().all(|known| !Rc::ptr_eq(known, own)))
    }

    /// Writes the state of all rings.
    pub fn save(&self, to: &mut Saved) {
        for published in self.issuers.iter().filter_map(IssuerKeys::published) {
            published.ring.borrow().save(to);
        }
    }

    /// Reads the state that keys of the same settings have written, at `now`.
    pub fn restore(&self, from: &mut Reader<'_>, now: Seconds) {
        for published in self.issuers.iter().filter_map(IssuerKeys::published) {
            published.ring.borrow_mut().restore(from, now);
        }
    }

    fn published(&self, index: IssuerIndex) -> Option<&Rc<Published>> {
        self.issuers.get(index.get())?.published()
    }
}

impl IssuerKeys {
    /// The keys of `issuer`, after those of earlier entries: what is published at one place is fetched once.
    fn new(issuer: &Issuer, earlier: &[Self], stale_limit: i64) -> Self {
        let place = match &issuer.keys {
            KeysFrom::Secrets(secrets) => return Self::Secrets(KeySet::of_secrets(secrets)),
            KeysFrom::Discovery(urls) => PublishedAt::Discovery(urls.clone()),
            KeysFrom::JwksUri(url) => PublishedAt::JwksUri(url.clone()),
        };
        let names: Vec<String> = issuer.names.iter().map(|name| name.as_str().to_owned()).collect();
        let published = earlier.iter().filter_map(Self::published);
        let is_same =
            |known: &&Rc<Published>| known.place == place && known.service == issuer.service && known.names == names;
        if let Some(known) = published.clone().find(is_same) {
            return Self::Published(Rc::clone(known));
        }
        Self::Published(Rc::new(Published {
            names,
            place,
            service: issuer.service.clone(),
            ring: RefCell::new(KeyRing::new(stale_limit)),
        }))
    }

    fn published(&self) -> Option<&Rc<Published>> {
        match self {
            Self::Secrets(_) => None,
            Self::Published(published) => Some(published),
        }
    }
}

impl Candidates {
    /// The keys, in the order of the set.
    pub fn iter(&self) -> impl Iterator<Item = &Jwk> {
        self.keys.iter().map(Rc::as_ref)
    }

    fn latest(keys: Vec<Rc<Jwk>>) -> Self {
        Self { keys, are_latest: true }
    }
}

fn choose(set: &KeySet, token: &Untrusted<'_>) -> Result<Vec<Rc<Jwk>>, TokenFault> {
    set.select(token.issuer_hint().unwrap_or_default(), token.kid(), token.alg())
}

/// Whether a newer set could have the key that is missing.
fn may_be_mended(fault: &TokenFault) -> bool {
    matches!(
        fault,
        TokenFault::UnknownKey | TokenFault::UnfitKey | TokenFault::AmbiguousKey
    )
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
                // Another request may have loaded a set in the meantime: decide again.
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

    /// Keys for `token` that are not all among `tried`, after at most one refresh within the cool-down. `None` where there
    /// are none.
    ///
    /// Two rounds: a request that waited for a refresh that began before the rotation may still ask for one.
    async fn renewed(
        &self,
        token: &Untrusted<'_>,
        tried: &[Rc<Jwk>],
        source: &impl KeySource,
    ) -> Result<Option<Vec<Rc<Jwk>>>, Refusal> {
        let is_new = |key: &Rc<Jwk>| tried.iter().all(|known| known.material() != key.material());
        let newer = |set: &KeySet| choose(set, token).ok().filter(|keys| keys.iter().any(is_new));
        for _ in 0..2 {
            let force = self.ring.borrow_mut().force(source.now());
            match force {
                Force::CoolingDown => break,
                Force::InFlight => self.wait_for_refresh(source).await,
                Force::Refresh => {
                    self.take_copy(source).await;
                    if newer(self.usable(source)?.as_ref()).is_some() {
                        self.ring.borrow_mut().release();
                    } else {
                        // A failure is logged and backs off; the keys of before decide.
                        let _ = self.ask_provider(source).await;
                    }
                }
            }
            if let Some(keys) = newer(self.usable(source)?.as_ref()) {
                return Ok(Some(keys));
            }
        }
        Ok(None)
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
