//! All interfaces of a router at one moment.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::{Counters, Interface};

/// One interface in a [`Snapshot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The facts; shared from snapshot to snapshot while they do not change.
    pub interface: Arc<Interface>,
    /// The counters at the snapshot's moment.
    pub counters: Counters,
}

impl Row {
    /// A row of these two parts.
    pub fn new(interface: Arc<Interface>, counters: Counters) -> Self {
        Self { interface, counters }
    }
}

/// What a router's interfaces counted at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When the counters were read, on the monotonic clock: the difference of two is what rates divide by.
    pub at: Instant,
    /// The same moment on the wall clock, ms since 1970-01-01 UTC.
    pub unix_ms: u64,
    /// By how much `at` may be wrong, either way: half of the time between the question and the answer's end.
    pub doubt: Duration,
    /// The interfaces, in the router's order.
    pub rows: Vec<Row>,
}

impl Snapshot {
    /// How old this is at `now`.
    pub fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.at)
    }
}
