//! How things stand with a router: its state, and how old its data is.

use std::time::Duration;

use lalin_stats::{RouterState, Timing};
use tokio::time::Instant;

/// A router's state, and how old its data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The state.
    pub state: RouterState,
    /// The newest sample's moment: on the monotonic clock, and in ms since 1970-01-01 UTC.
    pub newest: Option<(Instant, u64)>,
    /// How long reads take, as far as the source has learned.
    pub timing: Timing,
    /// The time between two samples.
    pub interval: Duration,
    /// Whether the newest two samples make a line between which counters can be interpolated.
    pub(crate) has_line: bool,
}

impl Status {
    /// Subscribers are told when this changes: the time limit, and roughly how far apart samples are.
    pub(crate) fn pace(&self) -> (Option<Duration>, Duration, u64) {
        let needed = self.timing.needed.unwrap_or_default();
        (self.timing.limit, self.interval, self.interval.max(needed).as_secs())
    }

    /// The newest sample's age, if there ever was one.
    pub fn age(&self) -> Option<Duration> {
        self.newest.map(|(at, _)| at.elapsed())
    }
}
