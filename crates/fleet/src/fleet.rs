//! The fleet: every router that was said, its stack, and what it told of itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use lalin_config::{Sampling, TlsPolicy};
use lalin_http::{KeeperError, Source};
use lalin_mikrotik::RouterSource;
use lalin_monitor::{Label, Monitor, Settings};
use lalin_stats::{RouterId, RouterState};
use lalin_store::{Moment, Store};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use crate::about::{self, Told};
use crate::hearing::Hearing;
use crate::{NotThis, Said, stack};

/// So many connections to routers are opened at once: a restart with a thousand of them storms nothing.
const CONNECTS: usize = 128;
/// A certificate that is trusted because it is the first is looked for this often until it was seen.
const LOOK: Duration = Duration::from_secs(5);

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
    pub(crate) connects: Arc<Semaphore>,
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
    /// A fleet without routers.
    pub fn new(sampling: Sampling, store: Option<Store>) -> Self {
        Self(Arc::new(Inner {
            monitor: Arc::new(Monitor::new(stack::settings(&sampling, None))),
            sampling,
            store,
            entries: DashMap::new(),
            hearing: Hearing::default(),
            connects: Arc::new(Semaphore::new(CONNECTS)),
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

    /// Begins to watch what was said, in place of what was said before under this id. Needs a runtime.
    ///
    /// # Errors
    /// [`NotThis`] where its certificate's authority cannot be read; nothing has changed then.
    pub fn add_said(&self, said: Said) -> Result<(), NotThis> {
        let inner = &self.0;
        let id = said.id.clone();
        let session = stack::session(&said, &inner.sampling, &inner.connects);
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
        let (store, tls) = (self.0.store.clone().filter(|_| stored)?, tls?);
        let (said, fleet) = (said.clone(), Arc::downgrade(&self.0));
        Some(AbortOnDropHandle::new(tokio::spawn(async move {
            let fingerprint = loop {
                match tls.fingerprint() {
                    Some(fingerprint) => break fingerprint,
                    None => sleep(LOOK).await,
                }
            };
            if let Some(mut entry) = fleet.upgrade().as_ref().and_then(|fleet| fleet.entries.get_mut(&said.id)) {
                entry.said.tls = TlsPolicy::Pin(*fingerprint.as_bytes());
            }
            let pinned = Said { tls: TlsPolicy::Pin(*fingerprint.as_bytes()), ..said };
            match store.change_router(pinned.id.clone(), pinned.to_store(), Moment::now()).await {
                Ok(_) => {
                    tracing::info!(router = %pinned.id, %fingerprint, "the router's certificate is trusted from now on")
                }
                Err(error) => tracing::error!(router = %pinned.id, %error, "the certificate is not written down"),
            }
        })))
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
            entry.asking = Some(AbortOnDropHandle::new(tokio::spawn(async move {
                let _turn = turn.acquire().await;
                let Ok(about) = source.about().await else { return };
                let Some(fleet) = fleet.upgrade() else { return };
                if let Some(mut entry) = fleet.entries.get_mut(&id) {
                    entry.told.about = Some(about::view(about));
                }
            })));
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
