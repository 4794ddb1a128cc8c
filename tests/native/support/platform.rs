//! A platform that exists only in the test: virtual time, scripted documents, a store in memory, recorded work.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use copilotkit_gate::auth::issuer::IssuerIndex;
use copilotkit_gate::auth::keys::{DocumentRequest, Fetched, Jwk, KeyEvent, KeySource, SourceFault};
use copilotkit_gate::auth::revocation::RevocationStore;
use copilotkit_gate::auth::verify::Verifier;
use copilotkit_gate::base::alg::Alg;
use copilotkit_gate::base::clock::Seconds;
use copilotkit_gate::call::BodySource;
use copilotkit_gate::config::read::Misconfigured;
use copilotkit_gate::gate::limit::Limiter;
use copilotkit_gate::gate::notice::NoticeLog;
use copilotkit_gate::outbound::assertion::{Signer, SigningKey};
use copilotkit_gate::wire::fault::SizeFault;
use copilotkit_gate::wire::refusal::Refusal;
use rsa::signature::Signer as _;

use super::keys::from_base64url;
use super::verifier::Native;

/// When the tests play, unless they say otherwise.
pub const NOW: i64 = 1_800_000_000;
/// One turn of the virtual scheduler.
const TICK_MS: i64 = 10;
/// How long one request may wait for keys in all.
const PATIENCE_MS: i64 = 7000;

/// What a URL gives: a document with its `Cache-Control`, or a failure.
type Script = Result<(Vec<u8>, Option<String>), SourceFault>;

/// The platform as one request sees it: everything is shared but the body.
pub struct FakePlatform {
    shared: Rc<Shared>,
    body: Vec<u8>,
    waiting_since: Cell<Option<i64>>,
}

/// What all requests of all isolates share.
pub struct Shared {
    millis: Cell<i64>,
    /// Milliseconds that the scheduler has let pass; no test moves it.
    turned: Cell<i64>,
    documents: RefCell<BTreeMap<String, Script>>,
    /// How long a fetch takes, in milliseconds.
    pub latency: Cell<i64>,
    /// The field `Age` of every answer.
    pub age: RefCell<Option<String>>,
    /// Every document that a fetch brought, with the second it was asked for.
    pub served: RefCell<Vec<(i64, String)>>,
    /// Every URL that was fetched.
    pub fetches: RefCell<Vec<String>>,
    pub store: Store,
    /// The issuers whose refresh is to run after the answer.
    pub background: RefCell<Vec<IssuerIndex>>,
    /// How often somebody waited for somebody else's refresh.
    pub pauses: Cell<usize>,
    /// How many signatures were verified.
    pub verified: Cell<usize>,
    /// The log lines about keys.
    pub log: RefCell<Vec<String>>,
    /// The notices that were told.
    pub notices: RefCell<Vec<Misconfigured>>,
    /// How many bodies were read.
    pub bodies: Cell<usize>,
    /// The entries of the store of revocations; `None`: no store is bound.
    pub revoked: RefCell<Option<BTreeMap<String, String>>>,
    /// The store of revocations fails.
    pub revocations_fail: Cell<bool>,
    pub revocation_reads: Cell<usize>,
    /// Every key that a limit was asked about.
    pub limited: RefCell<Vec<String>>,
    /// Keys that start so are over their limit.
    pub over_limit: RefCell<Option<String>>,
}

/// The shared copies.
#[derive(Default)]
pub struct Store {
    pub entries: RefCell<BTreeMap<String, Vec<u8>>>,
    pub ttls: RefCell<Vec<i64>>,
    pub reads: Cell<usize>,
    pub writes: Cell<usize>,
    /// How long a read takes, in milliseconds; at least one turn.
    pub latency: Cell<i64>,
    /// Reads fail with this.
    pub fault: Cell<Option<SourceFault>>,
}

impl Deref for FakePlatform {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl FakePlatform {
    pub fn new() -> Self {
        Self {
            shared: Rc::new(Shared::new()),
            body: Vec::new(),
            waiting_since: Cell::new(None),
        }
    }

    /// The same platform, for a request with this body.
    #[must_use]
    pub fn with_body(&self, body: &[u8]) -> Self {
        Self {
            shared: Rc::clone(&self.shared),
            body: body.to_vec(),
            waiting_since: Cell::new(None),
        }
    }

    /// What is left of the time that one request may wait, and at most `wish`: what `KeySource` demands.
    fn patience(&self, wish: i64) -> i64 {
        let since = self.waiting_since.get().unwrap_or(self.turned.get());
        self.waiting_since.set(Some(since));
        (PATIENCE_MS - (self.turned.get() - since)).clamp(0, wish)
    }

    /// Waits as long as it takes, or as long as there is patience. Whether it was enough.
    async fn wait_patiently(&self, milliseconds: i64) -> bool {
        let patience = self.patience(milliseconds);
        self.wait(patience).await;
        patience == milliseconds
    }
}

impl Shared {
    fn new() -> Self {
        Self {
            millis: Cell::new(NOW * 1000),
            turned: Cell::new(0),
            documents: RefCell::default(),
            age: RefCell::default(),
            latency: Cell::new(0),
            served: RefCell::default(),
            fetches: RefCell::default(),
            store: Store::default(),
            background: RefCell::default(),
            pauses: Cell::new(0),
            verified: Cell::new(0),
            log: RefCell::default(),
            notices: RefCell::default(),
            bodies: Cell::new(0),
            revoked: RefCell::default(),
            revocations_fail: Cell::new(false),
            revocation_reads: Cell::new(0),
            limited: RefCell::default(),
            over_limit: RefCell::default(),
        }
    }

    /// From now on `url` gives this document.
    pub fn publish(&self, url: &str, body: &str, cache_control: Option<&str>) {
        let document = (body.as_bytes().to_vec(), cache_control.map(str::to_owned));
        self.documents.borrow_mut().insert(url.to_owned(), Ok(document));
    }

    /// From now on `url` fails.
    pub fn fail(&self, url: &str, fault: SourceFault) {
        self.documents.borrow_mut().insert(url.to_owned(), Err(fault));
    }

    /// How often `url` was fetched.
    pub fn fetched(&self, url: &str) -> usize {
        self.fetches.borrow().iter().filter(|fetched| *fetched == url).count()
    }

    pub fn millis(&self) -> i64 {
        self.millis.get()
    }

    pub fn seconds(&self) -> i64 {
        self.millis.get().div_euclid(1000)
    }

    /// Moves the clock, back if negative.
    pub fn pass(&self, seconds: i64) {
        self.millis.set(self.millis.get() + seconds * 1000);
    }

    pub fn set_seconds(&self, seconds: i64) {
        self.millis.set(seconds * 1000);
    }

    /// How many fetches there were.
    pub fn fetch_count(&self) -> usize {
        self.fetches.borrow().len()
    }

    /// The recorded background work, taken off the list.
    pub fn take_background(&self) -> Vec<IssuerIndex> {
        self.background.take()
    }

    /// The same, by the positions of the issuers in the settings.
    pub fn take_due_refreshes(&self) -> Vec<usize> {
        self.take_background().into_iter().map(IssuerIndex::get).collect()
    }

    /// Runs `future`; time passes while it waits.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        self.run_all(vec![future]).pop().unwrap()
    }

    /// Runs `futures` side by side, each polled once per turn; time passes between the turns.
    pub fn run_all<F: Future>(&self, futures: Vec<F>) -> Vec<F::Output> {
        let mut context = Context::from_waker(Waker::noop());
        let mut running: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
        let mut outputs: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
        for _ in 0..100_000 {
            for (future, output) in running.iter_mut().zip(&mut outputs) {
                if output.is_none()
                    && let Poll::Ready(ready) = future.as_mut().poll(&mut context)
                {
                    *output = Some(ready);
                }
            }
            if outputs.iter().all(Option::is_some) {
                return outputs.into_iter().flatten().collect();
            }
            self.millis.set(self.millis.get() + TICK_MS);
            self.turned.set(self.turned.get() + TICK_MS);
        }
        panic!("a future waits for ever");
    }

    /// Waits in virtual time, by turns and not by the clock: a clock that is set back does not stretch it.
    pub async fn wait(&self, milliseconds: i64) {
        let mut turns = milliseconds.div_euclid(TICK_MS);
        poll_fn(|_| {
            if turns <= 0 {
                return Poll::Ready(());
            }
            turns -= 1;
            Poll::Pending
        })
        .await;
    }
}

impl Verifier for FakePlatform {
    async fn holds(&self, key: &Jwk, alg: Alg, input: &[u8], signature: &[u8]) -> bool {
        self.verified.set(self.verified.get() + 1);
        Native.holds(key, alg, input, signature).await
    }
}

impl KeySource for FakePlatform {
    async fn fetch(&self, request: DocumentRequest<'_>) -> Result<Fetched, SourceFault> {
        let DocumentRequest { url, limit, .. } = request;
        let asked = self.seconds();
        self.fetches.borrow_mut().push(url.as_str().to_owned());
        // As it stands when it is asked for, which may be long before it arrives.
        let answer = self.documents.borrow().get(url.as_str()).cloned();
        if !self.wait_patiently(self.latency.get()).await {
            return Err(SourceFault::TimedOut);
        }
        let (body, cache_control) = answer.unwrap_or(Err(SourceFault::Status(404)))?;
        if body.len() > limit {
            return Err(SourceFault::TooLarge);
        }
        self.served
            .borrow_mut()
            .push((asked, String::from_utf8_lossy(&body).into_owned()));
        Ok(Fetched {
            status: 200,
            body,
            cache_control,
            age: self.age.borrow().clone(),
        })
    }

    async fn read_copy(&self, key: &str) -> Result<Option<Vec<u8>>, SourceFault> {
        self.store.reads.set(self.store.reads.get() + 1);
        // Never at once: a real store does not answer within the turn either.
        if !self.wait_patiently(self.store.latency.get().max(TICK_MS)).await {
            return Err(SourceFault::TimedOut);
        }
        match self.store.fault.get() {
            Some(fault) => Err(fault),
            None => Ok(self.store.entries.borrow().get(key).cloned()),
        }
    }

    fn write_copy(&self, key: &str, copy: String, ttl: i64) {
        self.store.writes.set(self.store.writes.get() + 1);
        self.store.ttls.borrow_mut().push(ttl);
        self.store
            .entries
            .borrow_mut()
            .insert(key.to_owned(), copy.into_bytes());
    }

    fn refresh_later(&self, index: IssuerIndex) {
        self.background.borrow_mut().push(index);
    }

    async fn pause(&self, milliseconds: i32) {
        self.pauses.set(self.pauses.get() + 1);
        self.wait_patiently(milliseconds.into()).await;
    }

    fn now(&self) -> Seconds {
        Seconds(self.seconds())
    }

    fn log(&self, event: KeyEvent<'_>) {
        self.log.borrow_mut().push(serde_json::to_string(&event).unwrap());
    }
}

impl BodySource for FakePlatform {
    async fn read_body(&self, limit: usize) -> Result<Vec<u8>, Refusal> {
        self.bodies.set(self.bodies.get() + 1);
        if self.body.len() > limit {
            return Err(Refusal::PayloadTooLarge(SizeFault::Bytes));
        }
        Ok(self.body.clone())
    }
}

impl RevocationStore for FakePlatform {
    fn has_revocations(&self) -> bool {
        self.revoked.borrow().is_some()
    }

    async fn read_revocations(&self, names: &[String]) -> Result<Vec<Option<String>>, ()> {
        self.revocation_reads.set(self.revocation_reads.get() + 1);
        if self.revocations_fail.get() {
            return Err(());
        }
        let revoked = self.revoked.borrow();
        Ok(names.iter().map(|name| revoked.as_ref()?.get(name).cloned()).collect())
    }
}

impl Signer for FakePlatform {
    async fn sign(&self, key: &SigningKey, input: &[u8]) -> Option<Vec<u8>> {
        let d = from_base64url(key.jwk.get("d")?.as_str()?);
        Some(match key.alg {
            Alg::ES256 => {
                let signature: p256::ecdsa::Signature = p256::ecdsa::SigningKey::from_slice(&d).ok()?.sign(input);
                signature.to_vec()
            }
            Alg::EdDSA => ed25519_dalek::SigningKey::from_bytes(&d.try_into().ok()?)
                .sign(input)
                .to_vec(),
            _ => return None,
        })
    }

    fn unique(&self) -> String {
        format!("unique-{}", self.millis.get())
    }
}

impl NoticeLog for FakePlatform {
    fn notice(&self, notice: &Misconfigured) {
        self.notices.borrow_mut().push(notice.clone());
    }
}

impl Limiter for FakePlatform {
    async fn admits(&self, name: &str, key: impl FnOnce() -> String) -> bool {
        // What counts under the limit of a rule is told apart by its name.
        let key = if name == "RATE_LIMIT" {
            key()
        } else {
            format!("{name}:{}", key())
        };
        self.limited.borrow_mut().push(key.clone());
        !self
            .over_limit
            .borrow()
            .as_ref()
            .is_some_and(|start| key.starts_with(start))
    }
}
