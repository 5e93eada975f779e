//! The fleet: every router with its settings, and what runs for it.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use dashmap::DashMap;
use lalin_config::{RouterSettings, Sampling};
use lalin_mikrotik::{ConnectLimit, RouterSource};
use lalin_monitor::{Label, Monitor};
use lalin_stats::RouterId;
use lalin_store::Store;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Semaphore};
use tracing::error_span;

use crate::discovery::DiscoveryOnDemand;
use crate::other_nodes::OtherNodes;
use crate::shared::{Entry, Shared};
use crate::unwritten::Unwritten;
use crate::{CacheCounts, UnusableRouter, certificate_pinning, naming, source_stack, system_info};

/// How many connections to routers are opened at once: a restart with a thousand of them storms nothing. Routers that do
/// not answer share a quarter of these places, so that any number of dead ones does not hold up one that lives.
const CONNECTS: usize = 128;

/// The routers that are watched. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Fleet(pub(crate) Arc<Shared>);

impl Fleet {
    /// A fleet without routers, whose tasks run on the runtime it is made on.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(sampling: Sampling, store: Option<Store>) -> Self {
        Self::with(sampling, store, None)
    }

    /// A fleet without routers, one of several that share a store. Its routers are asked here only while
    /// [`Fleet::hold`] says so; those that [`Fleet::apply`] brings from a configuration file always.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn among(sampling: Sampling, store: Store, others: Arc<dyn OtherNodes>) -> Self {
        Self::with(sampling, Some(store), Some(others))
    }

    fn with(sampling: Sampling, store: Option<Store>, others: Option<Arc<dyn OtherNodes>>) -> Self {
        Self(Arc::new(Shared {
            monitor: Arc::new(Monitor::new(source_stack::monitor_settings(&sampling, None))),
            sampling,
            store,
            entries: DashMap::new(),
            discovery: DiscoveryOnDemand::default(),
            runtime: Handle::current(),
            connects: ConnectLimit::new(CONNECTS),
            changes: Mutex::new(()),
            asking: Arc::new(Semaphore::new(system_info::AT_ONCE)),
            next_place: AtomicUsize::new(0),
            cache_counters: Arc::default(),
            others,
            holds: DashMap::new(),
            taking: std::sync::Mutex::default(),
            unwritten_names: Unwritten::new("the name of a router"),
            unwritten_certificates: Unwritten::new("the certificate of a router"),
        }))
    }

    /// The monitor that watches them.
    pub fn monitor(&self) -> Arc<Monitor> {
        self.0.monitor.clone()
    }

    /// How the caches in front of the routers answered, all together.
    pub fn cache_counts(&self) -> CacheCounts {
        self.0.cache_counters.now()
    }

    /// Adds the routers of the store, after those of the configuration, whose ids come first. Returns those that cannot
    /// be used.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn add_stored(&self) -> Result<Vec<UnusableRouter>, lalin_store::Error> {
        let Some(store) = &self.0.store else { return Ok(Vec::new()) };
        let mut unusable = Vec::new();
        for router in store.routers().await? {
            let id = router.as_ref().map_or_else(|unreadable| &unreadable.id, |router| &router.settings.id);
            let added = if self.0.entries.contains_key(id) {
                let detail = "the configuration file has a router of this id".to_owned();
                Err(UnusableRouter { id: id.clone(), detail })
            } else {
                match router {
                    Ok(router) => self.apply(router.settings),
                    Err(unreadable) => Err(UnusableRouter { id: unreadable.id, detail: unreadable.reason }),
                }
            };
            unusable.extend(added.err());
        }
        Ok(unusable)
    }

    /// Begins to watch a router with these settings, in place of those that its id had before. Where the router is
    /// reached as before (only a name, a note or an interval is new), the session, the recent window and the streams go
    /// on.
    ///
    /// # Errors
    /// [`UnusableRouter`] where the certificate of its authority cannot be read; nothing has changed then.
    pub fn apply(&self, settings: RouterSettings) -> Result<(), UnusableRouter> {
        let shared = &self.0;
        let id = settings.id.clone();
        let (_on, _in) = (shared.runtime.enter(), error_span!("router", router = %id).entered());
        let Some(settings) = self.apply_in_place(settings) else { return Ok(()) };
        if let Some(others) = shared.others_of(&settings) {
            return self.apply_shared(settings, others);
        }
        let session = source_stack::session_settings(&settings, &shared.sampling, Some(&shared.connects))?;
        let pinning = certificate_pinning::start(shared, &settings, session.tls.clone());
        let source = settings.enabled.then(|| Arc::new(RouterSource::new(session)));
        let naming = naming::start(shared, &settings, source.as_ref());
        match &source {
            Some(source) => {
                let sampled = source_stack::monitor_settings(&shared.sampling, Some(&settings));
                let stack =
                    source_stack::stack(source.clone(), &shared.sampling, &sampled, shared.cache_counters.clone());
                shared.monitor.add_with(id.clone(), label(&settings), sampled, stack);
            }
            None => drop(shared.monitor.remove(&id)),
        }
        let entry = Entry { source, pinning, naming, ..Entry::new(shared.place_of(&id), settings) };
        shared.entries.insert(id, entry);
        Ok(())
    }

    /// Changes what runs, if the router is reached as before; otherwise gives the settings back.
    fn apply_in_place(&self, settings: RouterSettings) -> Option<RouterSettings> {
        let shared = &self.0;
        let known = shared.entries.get_mut(&settings.id);
        let known = known.filter(|entry| entry.source.is_some() && settings.enabled);
        let Some(mut entry) = known.filter(|entry| is_reached_alike(&entry.settings, &settings)) else {
            return Some(settings);
        };
        let sampled = source_stack::monitor_settings(&shared.sampling, Some(&settings));
        if !shared.monitor.change(&settings.id, label(&settings), sampled) {
            return Some(settings);
        }
        entry.settings = settings;
        drop(entry);
        if let Some(others) = &shared.others {
            others.changed();
        }
        None
    }

    /// Stops watching a router.
    pub(crate) fn forget(&self, id: &RouterId) {
        self.0.monitor.remove(id);
        self.0.entries.remove(id);
        if let Some(others) = &self.0.others {
            others.forget(id);
            others.changed();
        }
    }
}

/// Whether a session with one router is a session with the other.
fn is_reached_alike(one: &RouterSettings, other: &RouterSettings) -> bool {
    let way = |settings: &RouterSettings| {
        let RouterSettings { host, port, user, tls, tls_ca, .. } = settings;
        (host.clone(), *port, user.clone(), *tls, tls_ca.clone())
    };
    way(one) == way(other) && one.password == other.password
}

pub(crate) fn label(settings: &RouterSettings) -> Label {
    Label::new(settings.label(), &settings.address())
}
