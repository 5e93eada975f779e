//! When the router last sent something. The driver records it at next to no cost; whoever waits for a reply reads it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// When something last came, and the longest time that nothing did.
#[derive(Clone, Debug)]
pub(crate) struct Arrivals(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    begun: Instant,
    /// Since `begun`, ns.
    last: AtomicU64,
    /// Between two arrivals, ns.
    longest: AtomicU64,
}

impl Arrivals {
    /// Begins now, as if something had just come.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { begun: Instant::now(), last: AtomicU64::new(0), longest: AtomicU64::new(0) }))
    }

    /// Something came. There is one writer, so that the two numbers need not change together.
    pub(crate) fn note(&self, now: Instant) {
        let now = nanos(now.saturating_duration_since(self.0.begun));
        let last = self.0.last.swap(now, Ordering::Relaxed);
        self.0.longest.fetch_max(now.saturating_sub(last), Ordering::Relaxed);
    }

    /// When something last came.
    pub(crate) fn last(&self) -> Instant {
        self.0.begun + Duration::from_nanos(self.0.last.load(Ordering::Relaxed))
    }

    /// The longest time that nothing came, up to the last arrival.
    pub(crate) fn longest_silence(&self) -> Duration {
        Duration::from_nanos(self.0.longest.load(Ordering::Relaxed))
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
