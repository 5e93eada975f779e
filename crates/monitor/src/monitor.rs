//! All routers that can be watched. Each has a sampling task of its own, so one that hangs delays no other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use lalin_stats::{RouterId, StatsSource};
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

use crate::engine::Engine;
use crate::memory_budget::MemoryBudget;
use crate::shared::Shared;
use crate::stagger::Stagger;
use crate::{Feed, Label, Renamed, Router, Settings};

/// What the recent windows of all routers may take beyond [`Settings::window`], bytes.
const WINDOWS_BYTES: usize = 64 << 20;
/// What they may take with it.
const MOST_WINDOWS_BYTES: usize = 160 << 20;
/// How many renames a listener may be behind.
const RENAMES: usize = 256;
/// A router that is added within this time was there before the program started.
const STARTING: Duration = Duration::from_secs(30);

/// The routers that can be watched.
#[derive(Debug)]
pub struct Monitor {
    settings: Settings,
    routers: DashMap<RouterId, (usize, Arc<Router>)>,
    added: AtomicUsize,
    budget: Arc<MemoryBudget>,
    /// Counts what was added or removed.
    changes: watch::Sender<u64>,
    renames: broadcast::Sender<Renamed>,
    begun: Instant,
}

impl Monitor {
    /// A monitor without routers; each one added is sampled with these settings, unless it has its own.
    ///
    /// Their recent windows share 64 MiB, and each keeps at least [`Settings::window`], unless all together take more than
    /// 160 MiB: then the largest reach less far back.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            routers: DashMap::new(),
            added: AtomicUsize::new(0),
            budget: Arc::new(MemoryBudget::new(WINDOWS_BYTES, MOST_WINDOWS_BYTES)),
            changes: watch::Sender::new(0),
            renames: broadcast::Sender::new(RENAMES),
            begun: Instant::now(),
        }
    }

    /// What the recent windows of all routers take, bytes: their points, and what is known of their lines.
    pub fn window_bytes(&self) -> usize {
        self.budget.used()
    }

    /// The settings of routers that have none of their own.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Adds a router, or replaces the one of this id. Nothing is sent to it until somebody watches.
    ///
    /// Must be called inside a tokio runtime: the router's sampling is a task of it.
    pub fn add(&self, id: RouterId, label: Label, source: Arc<dyn StatsSource>) -> Arc<Router> {
        self.add_with(id, label, self.settings, source)
    }

    /// [`Monitor::add`] with settings of its own. The subscriptions of one that is replaced end.
    pub fn add_with(
        &self,
        id: RouterId,
        label: Label,
        settings: Settings,
        source: Arc<dyn StatsSource>,
    ) -> Arc<Router> {
        let known = self.routers.get(&id).map(|old| old.0);
        let engine = Engine::new(id, settings, self.budget.clone(), self.renames.clone());
        let engine = if known.is_none() && self.begun.elapsed() < STARTING { engine.restarted() } else { engine };
        let router = self.put(engine, |shared| Router::new(label, shared));
        router.start(source);
        router
    }

    /// Adds a router that another machine asks, or replaces the one of this id: its frames come through the feed. See
    /// [`Router::sample`].
    ///
    /// Must be called inside a tokio runtime.
    pub fn add_followed(&self, id: RouterId, label: Label, settings: Settings) -> (Arc<Router>, Feed) {
        let engine = Engine::new(id, settings, self.budget.clone(), self.renames.clone()).of_a_cluster();
        let router = self.put(engine, |shared| Router::new(label, shared));
        let feed = router.begin_to_follow();
        (router, feed)
    }

    fn put(&self, engine: Engine, router: impl FnOnce(Shared) -> Router) -> Arc<Router> {
        let id = engine.router().clone();
        let known = self.routers.get(&id).map(|old| old.0);
        let place = known.unwrap_or_else(|| self.added.fetch_add(1, Ordering::Relaxed));
        let router = Arc::new(router(Shared::new(engine, Stagger::of(place))));
        let old = self.routers.insert(id, (place, router.clone()));
        self.budget.set_routers(self.routers.len());
        if let Some((_, old)) = old {
            old.close();
        }
        self.changes.send_modify(|changes| *changes += 1);
        router
    }

    /// Changes a router's label and settings. Its recent window, subscriptions and source stay; a new interval takes
    /// effect with the next sample. False if there is no such router.
    pub fn change(&self, id: &RouterId, label: Label, settings: Settings) -> bool {
        let router = self.get(id);
        if let Some(router) = &router {
            router.change(label, settings);
        }
        router.is_some()
    }

    /// The lines that get other names from now on. Whoever is too slow for them loses the oldest.
    pub fn renames(&self) -> broadcast::Receiver<Renamed> {
        self.renames.subscribe()
    }

    /// A number that changes whenever a router is added, replaced or removed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The router of this id, as soon as there is one.
    pub async fn added(&self, id: &RouterId) -> Arc<Router> {
        let mut changes = self.changes();
        loop {
            changes.borrow_and_update();
            if let Some(router) = self.get(id) {
                return router;
            }
            // The sender lives in `self`, so the channel cannot close.
            let _ = changes.changed().await;
        }
    }

    /// Forgets a router: its sampling ends, and so do the subscriptions. False if there was none.
    pub fn remove(&self, id: &RouterId) -> bool {
        let removed = self.routers.remove(id);
        self.budget.set_routers(self.routers.len());
        if let Some((_, (_, router))) = &removed {
            router.close();
            self.changes.send_modify(|changes| *changes += 1);
        }
        removed.is_some()
    }

    /// The router of this id.
    pub fn get(&self, id: &RouterId) -> Option<Arc<Router>> {
        self.routers.get(id).map(|router| router.1.clone())
    }

    /// The only router, or the one added first.
    pub fn default_router(&self) -> Option<Arc<Router>> {
        self.routers.iter().min_by_key(|router| router.0).map(|router| router.1.clone())
    }

    /// Every router, in the order they were added.
    pub fn routers(&self) -> Vec<Arc<Router>> {
        let mut routers: Vec<_> = self.routers.iter().map(|router| (router.0, router.1.clone())).collect();
        routers.sort_by_key(|(place, _)| *place);
        routers.into_iter().map(|(_, router)| router).collect()
    }
}
