//! The engine's numbers; the defaults are those of the first system.

use std::time::Duration;

use lalin_stats::RateLimits;

/// How a router is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The time between two samples.
    pub interval: Duration,
    /// How much of the past is kept in memory in any case.
    pub window: Duration,
    /// How much of it is kept while it fits into the monitor's bound; see [`Monitor::new`](crate::Monitor::new).
    pub longest_window: Duration,
    /// How long a poll counts as a viewer.
    pub poll_lease: Duration,
    /// A sample up to this age answers a poll as it is.
    pub fresh_for: Duration,
    /// When reads fail and the last sample is older than this, the router is called unreachable.
    pub unreachable_after: Duration,
    /// The longest a poll waits for the first sample.
    pub first_sample: Duration,
    /// After the first sample of a run the second one follows this soon, so that there are rates at once.
    pub warm_up: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(2),
            window: Duration::from_secs(600),
            longest_window: Duration::from_secs(6 * 3_600),
            poll_lease: Duration::from_secs(10),
            fresh_for: Duration::from_secs(5),
            unreachable_after: Duration::from_secs(10),
            first_sample: Duration::from_millis(3_100),
            warm_up: Duration::from_secs(1),
        }
    }
}

impl Settings {
    /// How far in the past [`crate::Router::counters`] looks: far enough that the moment lies between two samples
    /// even when one is half an interval late.
    pub fn delay(&self) -> Duration {
        self.interval + self.interval / 2
    }

    /// The longest life a cache between the engine and the router may have without repeating a sample.
    pub fn longest_cache_life(&self) -> Duration {
        self.interval.min(self.warm_up) / 2
    }

    /// Whether there is a gap between two samples is told by when they were asked for, and not by how long the answers
    /// took: see [`crate::ReadTimes`].
    pub(crate) fn rate_limits(&self) -> RateLimits {
        RateLimits { longest: Duration::MAX, ..RateLimits::default() }
    }

    /// How many frames the moment of [`Settings::delay`] can need; the warm-up adds two.
    pub(crate) fn recent_frames(&self) -> usize {
        6
    }

    /// The bound of the window's points, whatever the clock does.
    pub(crate) fn most_points(&self) -> usize {
        let millis = self.interval.as_millis().max(1);
        usize::try_from(self.longest_window.max(self.window).as_millis() / millis)
            .unwrap_or(usize::MAX)
            .saturating_add(8)
            .min(100_000)
    }
}
