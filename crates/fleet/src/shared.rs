//! The fleet's state: its routers and what their tasks share. It does nothing by itself.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use dashmap::DashMap;
use lalin_config::{RouterSettings, Sampling};
use lalin_mikrotik::{ConnectLimit, RouterSource, SystemInfo};
use lalin_monitor::Monitor;
use lalin_stats::{Interface, InterfaceId, RouterId};
use lalin_store::{Store, Timestamp};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use crate::Wan;
use crate::cache_counts::CacheCounters;
use crate::discovery::DiscoveryOnDemand;
use crate::other_nodes::{Hold, OtherNodes};
use crate::unwritten::Unwritten;

pub(crate) struct Shared {
    pub(crate) monitor: Arc<Monitor>,
    pub(crate) sampling: Sampling,
    /// Without one nothing can be added: a demonstration.
    pub(crate) store: Option<Store>,
    pub(crate) entries: DashMap<RouterId, Entry>,
    pub(crate) discovery: DiscoveryOnDemand,
    /// Where the routers' tasks run, whoever adds one: the threads of a web server have other work.
    pub(crate) runtime: Handle,
    pub(crate) connects: ConnectLimit,
    /// One change at a time: the store and what runs must not come apart.
    pub(crate) changes: Mutex<()>,
    /// How many routers are asked for their system info at once.
    pub(crate) asking: Arc<Semaphore>,
    pub(crate) next_place: AtomicUsize,
    pub(crate) cache_counters: Arc<CacheCounters>,
    /// The other machines of a cluster, and what of it this one holds.
    pub(crate) others: Option<Arc<dyn OtherNodes>>,
    pub(crate) holds: DashMap<RouterId, Hold>,
    pub(crate) taking: std::sync::Mutex<()>,
    pub(crate) unwritten_names: Unwritten,
    pub(crate) unwritten_certificates: Unwritten,
}

impl Shared {
    /// Where a router is in the list: a new one is the last.
    pub(crate) fn place_of(&self, id: &RouterId) -> usize {
        let known = self.entries.get(id).map(|entry| entry.place);
        known.unwrap_or_else(|| self.next_place.fetch_add(1, Ordering::Relaxed))
    }

    /// The settings that a change begins with, and when they were changed last where that matters. What runs here may be
    /// a moment behind what another node changed, so in a cluster they are those of the store.
    pub(crate) async fn stored(
        &self,
        store: &Store,
        id: &RouterId,
    ) -> Result<Option<(RouterSettings, Option<Timestamp>)>, lalin_store::Error> {
        if !store.is_shared() {
            return Ok(self.entries.get(id).map(|entry| (entry.settings.clone(), None)));
        }
        Ok(store.router(id).await?.map(|stored| (stored.settings, Some(stored.changed))))
    }
}

pub(crate) struct Entry {
    /// Where it is in the list.
    pub(crate) place: usize,
    pub(crate) settings: RouterSettings,
    /// In a cluster: whose machines ask it; none are those of the centre.
    pub(crate) site: Option<String>,
    /// `None` while it is switched off, or another machine asks it.
    pub(crate) source: Option<Arc<RouterSource>>,
    /// What the router last told of itself, and when it was last asked.
    pub(crate) system_info: Option<SystemInfo>,
    pub(crate) wan: std::sync::Mutex<Option<KnownWan>>,
    pub(crate) asked: Option<Instant>,
    /// When it told what `system_info` holds.
    pub(crate) told: Option<Instant>,
    /// These end with the entry.
    pub(crate) asking: Option<AbortOnDropHandle<()>>,
    pub(crate) pinning: Option<AbortOnDropHandle<()>>,
    pub(crate) naming: Option<AbortOnDropHandle<()>>,
    /// The way to the internet as the machine that asks the router knows it.
    pub(crate) told_gateways: Option<Arc<[InterfaceId]>>,
}

/// The ways to the internet as they were found last, and what they were found from.
pub(crate) struct KnownWan {
    chosen: Vec<String>,
    gateways: Option<Arc<[InterfaceId]>>,
    interfaces: Option<Arc<[Arc<Interface>]>>,
    wan: Arc<Wan>,
}

impl Entry {
    /// A router that is not asked yet.
    pub(crate) fn new(place: usize, settings: RouterSettings) -> Self {
        Self {
            place,
            settings,
            site: None,
            source: None,
            system_info: None,
            wan: std::sync::Mutex::default(),
            asked: None,
            told: None,
            asking: None,
            pinning: None,
            naming: None,
            told_gateways: None,
        }
    }

    /// The router's ways to the internet; the same allocation while they stay the same.
    pub(crate) fn wan(&self, monitor: &Monitor) -> Arc<Wan> {
        let gateways = match &self.source {
            Some(source) => source.gateways(),
            None => self.told_gateways.clone(),
        };
        let frame = monitor.get(&self.settings.id).and_then(|router| router.newest());
        let interfaces = frame.as_ref().map(|frame| frame.interfaces.clone());
        let mut known = self.wan.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |known: &KnownWan| {
            known.chosen == self.settings.wan
                && is_same(known.gateways.as_ref(), gateways.as_ref())
                && is_same(known.interfaces.as_ref(), interfaces.as_ref())
        };
        if let Some(known) = known.as_ref().filter(|known| same(known)) {
            return known.wan.clone();
        }
        let found = Wan::of(&self.settings.wan, gateways.as_deref(), frame.as_deref());
        let before = known.as_ref().map(|known| known.wan.clone()).filter(|before| **before == found);
        let wan = before.unwrap_or_else(|| Arc::new(found));
        *known = Some(KnownWan { chosen: self.settings.wan.clone(), gateways, interfaces, wan: wan.clone() });
        wan
    }
}

fn is_same<T: ?Sized>(one: Option<&Arc<T>>, other: Option<&Arc<T>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

/// Shows how many routers there are, and no password.
impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet").field("routers", &self.entries.len()).finish_non_exhaustive()
    }
}
