//! All routers, each with its own sampling: one that hangs delays none of the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use lalin_stats::{RouterId, StatsSource};

use crate::room::Room;
use crate::{Label, Router, Settings};

/// So many routers are read as soon as somebody watches; each one more has its own turn within the interval.
const AT_ONCE: usize = 8;
/// So many turns an interval has.
const TURNS: u32 = 64;
/// What the past of all routers may take beyond [`Settings::window`], bytes.
const PAST: usize = 64 << 20;

/// The routers that can be watched.
#[derive(Debug)]
pub struct Monitor {
    settings: Settings,
    routers: DashMap<RouterId, (usize, Arc<Router>)>,
    added: AtomicUsize,
    room: Arc<Room>,
}

impl Monitor {
    /// A monitor without routers; each one added is sampled with these settings, unless it has its own.
    ///
    /// All of them together keep 64 MiB of the past, and each at least [`Settings::window`].
    pub fn new(settings: Settings) -> Self {
        Self { settings, routers: DashMap::new(), added: AtomicUsize::new(0), room: Arc::new(Room::new(PAST)) }
    }

    /// The settings of routers that have no others.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Adds a router, or puts another one in its place. Nothing is asked of it until somebody watches.
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
        let place = known.unwrap_or_else(|| self.added.fetch_add(1, Ordering::Relaxed));
        let turn = turn(place, settings.interval);
        let router = Arc::new(Router::new(id.clone(), label, settings, source, (self.room.clone(), turn)));
        let old = self.routers.insert(id, (place, router.clone()));
        self.room.share(self.routers.len());
        if let Some((_, old)) = old {
            old.close();
        }
        router
    }

    /// Forgets a router: its sampling ends, and so do the subscriptions. False if there was none.
    pub fn remove(&self, id: &RouterId) -> bool {
        let removed = self.routers.remove(id);
        self.room.share(self.routers.len());
        if let Some((_, (_, router))) = &removed {
            router.close();
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

fn turn(place: usize, interval: Duration) -> Duration {
    match place.checked_sub(AT_ONCE) {
        // The remainder is below the number of turns.
        Some(late) => interval / TURNS * u32::try_from(late % TURNS as usize).unwrap_or(0),
        None => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_routers_are_read_at_once_and_many_one_after_the_other() {
        let interval = Duration::from_secs(2);
        assert!((0..AT_ONCE).all(|place| turn(place, interval).is_zero()));
        let turns: std::collections::HashSet<_> = (8..1_000).map(|place| turn(place, interval)).collect();
        assert_eq!(turns.len(), 64);
        assert!(turns.iter().all(|turn| *turn < interval));
    }
}
