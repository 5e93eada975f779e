//! The fleet's state: its routers and what their tasks share. It does nothing by itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use dashmap::DashMap;
use lalin_config::{RouterSettings, Sampling};
use lalin_mikrotik::{ConnectLimit, RouterSource, SystemInfo};
use lalin_monitor::Monitor;
use lalin_stats::RouterId;
use lalin_store::Store;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use crate::discovery::DiscoveryOnDemand;

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
}

pub(crate) struct Entry {
    /// Where it is in the list.
    pub(crate) place: usize,
    pub(crate) settings: RouterSettings,
    /// `None` while it is switched off.
    pub(crate) source: Option<Arc<RouterSource>>,
    /// What the router last told of itself, and when it was last asked.
    pub(crate) system_info: Option<SystemInfo>,
    pub(crate) asked: Option<Instant>,
    /// These end with the entry.
    pub(crate) asking: Option<AbortOnDropHandle<()>>,
    pub(crate) _pinning: Option<AbortOnDropHandle<()>>,
}

/// Shows how many routers there are, and no password.
impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet").field("routers", &self.entries.len()).finish_non_exhaustive()
    }
}
