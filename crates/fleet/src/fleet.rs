//! The fleet: every router that was said, its stack, and what it told of itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use lalin_config::{Sampling, TlsPolicy};
use lalin_http::{KeeperError, Source};
use lalin_mikrotik::{ConnectLimit, Fingerprint, RouterSource};
use lalin_monitor::{Label, Monitor, Settings};
use lalin_stats::{RouterId, RouterState};
use lalin_store::{Store, Timestamp};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, error_span};

use crate::about::{self, Told};
use crate::hearing::Hearing;
use crate::{NotThis, Said, stack};

/// So many connections to routers are opened at once: a restart with a thousand of them storms nothing. Routers that do
/// not answer share a quarter of these places, so that any number of dead ones does not hold up one that lives.
const CONNECTS: usize = 128;
/// A certificate that is trusted because it is the first is looked for this often until it was seen.
const LOOK: Duration = Duration::from_secs(5);
/// What could not be written down is tried again after this.
const PIN_AGAIN: Duration = Duration::from_secs(60);

/// The routers that are watched. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Fleet(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) monitor: Arc<Monitor>,
    pub(crate) sampling: Sampling,
    /// Without one nothing can be added: a demonstration.
    pub(crate) store: Option<Store>,
    pub(crate) entries: DashMap<RouterId, Entry>,
    pub(crate) hearing: Hearing,
    /// Where the routers' tasks run, wherever somebody adds one: the threads of a web server have other work.
    pub(crate) runtime: Handle,
    connects: ConnectLimit,
    /// One change at a time: the store and what runs must not come apart.
    pub(crate) changes: Mutex<()>,
    asking: Arc<Semaphore>,
    places: AtomicUsize,
}

pub(crate) struct Entry {
    place: usize,
    pub(crate) said: Said,
    /// Absent while it is switched off.
    pub(crate) source: Option<Arc<RouterSource>>,
    pub(crate) told: Told,
    /// Ends with the entry.
    _pinning: Option<AbortOnDropHandle<()>>,
    asking: Option<AbortOnDropHandle<()>>,
}

impl Fleet {
    /// A fleet without routers, whose tasks run on the runtime it is made on.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(sampling: Sampling, store: Option<Store>) -> Self {
        Self(Arc::new(Inner {
            monitor: Arc::new(Monitor::new(stack::settings(&sampling, None))),
            sampling,
            store,
            entries: DashMap::new(),
            hearing: Hearing::default(),
            runtime: Handle::current(),
            connects: ConnectLimit::new(CONNECTS),
            changes: Mutex::new(()),
            asking: Arc::new(Semaphore::new(about::AT_ONCE)),
            places: AtomicUsize::new(0),
        }))
    }

    /// The monitor that watches them.
    pub fn monitor(&self) -> Arc<Monitor> {
        self.0.monitor.clone()
    }

    /// Adds what is in the store, after those of the configuration, whose ids come first. Returns what cannot be used.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn add_stored(&self) -> Result<Vec<NotThis>, lalin_store::Error> {
        let Some(store) = &self.0.store else { return Ok(Vec::new()) };
        let mut unusable = Vec::new();
        for router in store.routers().await? {
            let taken = self.0.entries.contains_key(&router.id);
            let added = match Said::stored(&router) {
                _ if taken => {
                    let detail = "the configuration file has a router of this id".to_owned();
                    Err(NotThis { id: router.id.clone(), detail })
                }
                Ok(said) => self.add_said(said),
                Err(error) => Err(error),
            };
            unusable.extend(added.err());
        }
        Ok(unusable)
    }

    /// Begins to watch what was said, in place of what was said before under this id. Where only what does not change
    /// the way to the router is new (a name, a note, an interval), the session, the past and the streams go on.
    ///
    /// # Errors
    /// [`NotThis`] where its certificate's authority cannot be read; nothing has changed then.
    pub fn add_said(&self, said: Said) -> Result<(), NotThis> {
        let inner = &self.0;
        let id = said.id.clone();
        let (_on, _in) = (inner.runtime.enter(), error_span!("router", router = %id).entered());
        let Some(said) = self.goes_on(said) else { return Ok(()) };
        let session = stack::session(&said, &inner.sampling, Some(&inner.connects));
        let session = session.map_err(|detail| NotThis { id: id.clone(), detail })?;
        let pinning = self.pinning(&said, session.tls.clone());
        let place = inner.entries.get(&id).map(|entry| entry.place);
        let place = place.unwrap_or_else(|| inner.places.fetch_add(1, Ordering::Relaxed));
        let source = said.enabled.then(|| Arc::new(RouterSource::new(session)));
        match &source {
            Some(source) => {
                let settings: Settings = stack::settings(&inner.sampling, Some(&said));
                let stack = stack::stack(source.clone(), &inner.sampling, &settings);
                inner.monitor.add_with(id.clone(), Label::new(said.label(), &said.address()), settings, stack);
            }
            None => drop(inner.monitor.remove(&id)),
        }
        let entry = Entry { place, said, source, told: Told::default(), _pinning: pinning, asking: None };
        inner.entries.insert(id, entry);
        Ok(())
    }

    /// Changes what runs where the router is reached as before; otherwise gives back what was said.
    fn goes_on(&self, said: Said) -> Option<Said> {
        let inner = &self.0;
        let known = inner.entries.get_mut(&said.id);
        let Some(mut entry) = known.filter(|entry| entry.source.is_some() && said.enabled) else { return Some(said) };
        if !entry.said.is_reached_as(&said) {
            return Some(said);
        }
        let settings = stack::settings(&inner.sampling, Some(&said));
        if !inner.monitor.change(&said.id, Label::new(said.label(), &said.address()), settings) {
            return Some(said);
        }
        entry.said = said;
        None
    }

    pub(crate) fn forget(&self, id: &RouterId) {
        self.0.monitor.remove(id);
        self.0.entries.remove(id);
    }

    /// Every entry's, in the order in which they were added.
    pub(crate) fn in_order<T>(&self, of: impl Fn(&Entry) -> T) -> Vec<T> {
        let mut all: Vec<(usize, T)> = self.0.entries.iter().map(|entry| (entry.place, of(&entry))).collect();
        all.sort_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, one)| one).collect()
    }

    /// What was trusted because it came first is written down, so that it is the only one after a restart too.
    fn pinning(&self, said: &Said, tls: Option<lalin_mikrotik::Tls>) -> Option<AbortOnDropHandle<()>> {
        let stored = said.source == Source::Stored && said.tls == TlsPolicy::FirstUse && said.enabled;
        let tls = tls.filter(|_| stored && self.0.store.is_some())?;
        let (id, fleet) = (said.id.clone(), Arc::downgrade(&self.0));
        let pinning = async move {
            let fingerprint = loop {
                match tls.fingerprint() {
                    Some(fingerprint) => break fingerprint,
                    None => sleep(LOOK).await,
                }
            };
            while let Some(fleet) = fleet.upgrade().map(Fleet) {
                if fleet.pin(&id, fingerprint).await {
                    return;
                }
                drop(fleet);
                sleep(PIN_AGAIN).await;
            }
        };
        Some(AbortOnDropHandle::new(tokio::spawn(pinning.in_current_span())))
    }

    /// Writes a fingerprint down; false where that is to be tried again.
    async fn pin(&self, id: &RouterId, fingerprint: Fingerprint) -> bool {
        let _turn = self.0.changes.lock().await;
        // As it is now: it may have been changed while the turn was waited for.
        let said = self.0.entries.get(id).map(|entry| entry.said.clone());
        let said = said.filter(|said| said.tls == TlsPolicy::FirstUse);
        let (Some(said), Some(store)) = (said, &self.0.store) else { return true };
        let tls = TlsPolicy::Pin(lalin_config::Fingerprint(*fingerprint.as_bytes()));
        let pinned = Said { tls, ..said };
        if let Err(error) = store.change_router(id.clone(), pinned.to_store(), Timestamp::now()).await {
            tracing::error!(%error, "the certificate is not written down");
            return false;
        }
        if let Some(mut entry) = self.0.entries.get_mut(id) {
            entry.said.tls = tls;
        }
        tracing::info!(%fingerprint, "the router's certificate is trusted from now on");
        true
    }

    /// Asks each live router what it is, where that is long ago.
    pub(crate) fn ask(&self) {
        for mut entry in self.0.entries.iter_mut() {
            let Some(source) = entry.source.clone() else { continue };
            let live =
                self.0.monitor.get(&entry.said.id).is_some_and(|router| router.status().state == RouterState::Live);
            if !live || !entry.told.is_old() {
                continue;
            }
            entry.told.asked = Some(tokio::time::Instant::now());
            let (fleet, id, turn) = (Arc::downgrade(&self.0), entry.said.id.clone(), self.0.asking.clone());
            let asking = async move {
                let _turn = turn.acquire().await;
                let Ok(about) = source.system_info().await else { return };
                let Some(fleet) = fleet.upgrade() else { return };
                if let Some(mut entry) = fleet.entries.get_mut(&id) {
                    entry.told.about = Some(about::view(about));
                }
            };
            let asking = asking.instrument(error_span!("router", router = %entry.said.id));
            entry.asking = Some(AbortOnDropHandle::new(self.0.runtime.spawn(asking)));
        }
    }
}

impl From<NotThis> for KeeperError {
    fn from(error: NotThis) -> Self {
        Self::Field { field: "tls", detail: error.detail }
    }
}

/// Says how many there are, and no password.
impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet").field("routers", &self.entries.len()).finish_non_exhaustive()
    }
}
