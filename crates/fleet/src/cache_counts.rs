//! What the routers' caches do, counted for all routers together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lalin_cache::{Event, Observer, ReadLog};
use lalin_stats::{Failure, Snapshot};

/// How questions for data were answered, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheCounts {
    /// From memory.
    pub hits: u64,
    /// By a read of the router.
    pub misses: u64,
    /// By the read that another question had begun.
    pub shared: u64,
    /// By the failure of just before.
    pub held: u64,
    /// With stale data, because a read failed; these are among the others too.
    pub stale: u64,
}

#[derive(Debug, Default)]
pub(crate) struct CacheCounters {
    hits: AtomicU64,
    misses: AtomicU64,
    shared: AtomicU64,
    held: AtomicU64,
    stale: AtomicU64,
}

impl CacheCounters {
    pub(crate) fn now(&self) -> CacheCounts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheCounts {
            hits: of(&self.hits),
            misses: of(&self.misses),
            shared: of(&self.shared),
            held: of(&self.held),
            stale: of(&self.stale),
        }
    }
}

/// Counts and writes what happens at one router's cache.
pub(crate) struct CacheObserver {
    pub(crate) log: ReadLog,
    pub(crate) counters: Arc<CacheCounters>,
}

impl Observer<Snapshot, Failure> for CacheObserver {
    fn on_event(&self, event: &Event<'_, Snapshot, Failure>) {
        let counter = match event {
            Event::Hit { .. } => Some(&self.counters.hits),
            Event::Miss => Some(&self.counters.misses),
            Event::SharedRead => Some(&self.counters.shared),
            Event::HeldFailure { .. } => Some(&self.counters.held),
            Event::StaleServed { .. } => Some(&self.counters.stale),
            _ => None,
        };
        if let Some(counter) = counter {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.log.on_event(event);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_answer_is_counted_once() {
        let observer = CacheObserver { log: ReadLog::default(), counters: Arc::default() };
        observer.on_event(&Event::Miss);
        observer.on_event(&Event::Hit { age: Duration::ZERO });
        observer.on_event(&Event::Hit { age: Duration::ZERO });
        observer.on_event(&Event::SharedRead);
        let counted = observer.counters.now();
        assert_eq!((counted.misses, counted.hits, counted.shared, counted.held, counted.stale), (1, 2, 1, 0, 0));
    }
}
