//! All routers, each with its own sampling: one that hangs delays none of the others.

use std::sync::Arc;

use dashmap::DashMap;
use lalin_stats::{RouterId, StatsSource};

use crate::{Label, Router, Settings};

/// The routers that can be watched.
#[derive(Debug)]
pub struct Monitor {
    settings: Settings,
    routers: DashMap<RouterId, (usize, Arc<Router>)>,
}

impl Monitor {
    /// A monitor without routers; each one added is sampled with these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, routers: DashMap::new() }
    }

    /// Adds a router, or puts another one in its place. Nothing is asked of it until somebody watches.
    ///
    /// Must be called inside a tokio runtime: the router's sampling is a task of it.
    pub fn add(&self, id: RouterId, label: Label, source: Arc<dyn StatsSource>) -> Arc<Router> {
        let router = Arc::new(Router::new(id.clone(), label, self.settings, source));
        let place = self.routers.get(&id).map_or(self.routers.len(), |old| old.0);
        self.routers.insert(id, (place, router.clone()));
        router
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
