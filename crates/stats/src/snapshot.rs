//! All interfaces of a router with their counters at one moment.

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
    /// A row of these.
    pub fn new(interface: Arc<Interface>, counters: Counters) -> Self {
        Self { interface, counters }
    }
}

/// What a router's interfaces counted at one moment, which lies between the question and the end of the answer.
///
/// A source that knows the moment itself makes one with [`Snapshot::at`].
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When the router was asked, on the monotonic clock.
    pub asked: Instant,
    /// When its answer had come whole.
    pub answered: Instant,
    /// The wall clock at `answered`, ms since 1970-01-01 UTC.
    pub unix_ms: u64,
    /// The interfaces, in the router's order.
    pub rows: Vec<Row>,
}

impl Snapshot {
    /// One whose counters were read at exactly this moment.
    pub fn at(moment: Instant, unix_ms: u64, rows: Vec<Row>) -> Self {
        Self { asked: moment, answered: moment, unix_ms, rows }
    }

    /// How long the answer took.
    pub fn took(&self) -> Duration {
        self.answered.saturating_duration_since(self.asked)
    }

    /// The middle between question and answer. The counters' own moment is at most half of [`Snapshot::took`] away.
    pub fn middle(&self) -> Instant {
        self.asked + self.took() / 2
    }

    /// How old this is at `now`, counted from [`Snapshot::middle`].
    pub fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.middle())
    }
}
