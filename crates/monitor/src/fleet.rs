//! All routers, each with its own sampling: one that hangs delays none of the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use lalin_stats::{RouterId, StatsSource};
use tokio::sync::watch;

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
    /// Counts what was added.
    arrivals: watch::Sender<u64>,
}

/// A router's part of the interval: where many routers are sampled, not all of them are at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn(u32);

impl Turn {
    /// Of the router that was added as this one.
    fn of(place: usize) -> Self {
        // The remainder is below the number of turns.
        Self(place.checked_sub(AT_ONCE).map_or(0, |late| u32::try_from(late % TURNS as usize).unwrap_or(0)))
    }

    /// How long after the interval's beginning it is.
    pub(crate) fn within(self, interval: Duration) -> Duration {
        interval / TURNS * self.0
    }
}

impl Monitor {
    /// A monitor without routers; each one added is sampled with these settings, unless it has its own.
    ///
    /// All of them together keep 64 MiB of the past, and each at least [`Settings::window`].
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            routers: DashMap::new(),
            added: AtomicUsize::new(0),
            room: Arc::new(Room::new(PAST)),
            arrivals: watch::Sender::new(0),
        }
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
        let place_and_room = (self.room.clone(), Turn::of(place));
        let router = Arc::new(Router::new(id.clone(), label, settings, source, place_and_room));
        let old = self.routers.insert(id, (place, router.clone()));
        self.room.share(self.routers.len());
        if let Some((_, old)) = old {
            old.close();
        }
        self.arrivals.send_modify(|arrivals| *arrivals += 1);
        router
    }

    /// Gives a router another label and other settings. Its past, its subscriptions and its source stay; an interval
    /// holds from the next sample on. False if there is none.
    pub fn change(&self, id: &RouterId, label: Label, settings: Settings) -> bool {
        let router = self.get(id);
        if let Some(router) = &router {
            router.change(label, settings);
        }
        router.is_some()
    }

    /// The router of this id, as soon as there is one.
    pub async fn added(&self, id: &RouterId) -> Arc<Router> {
        let mut arrivals = self.arrivals.subscribe();
        loop {
            arrivals.borrow_and_update();
            if let Some(router) = self.get(id) {
                return router;
            }
            // The sender lives in `self`, so the channel cannot close.
            let _ = arrivals.changed().await;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_routers_are_read_at_once_and_many_one_after_the_other() {
        let interval = Duration::from_secs(2);
        assert!((0..AT_ONCE).all(|place| Turn::of(place).within(interval).is_zero()));
        let turns: std::collections::HashSet<_> = (8..1_000).map(|place| Turn::of(place).within(interval)).collect();
        assert_eq!(turns.len(), 64);
        assert!(turns.iter().all(|turn| *turn < interval));
    }
}
