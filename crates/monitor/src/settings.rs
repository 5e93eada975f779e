//! The numbers by which a router is sampled. The defaults are those of the first system, and they are minimums: all but
//! the interval grow with the interval and with the time that the router needs to answer.

use std::time::Duration;

use lalin_stats::{RateLimits, Timing};

use crate::demand::Pace;

/// How a router is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The time between two samples.
    pub interval: Duration,
    /// The time between two samples while nobody watches and samples are recorded; never less than `interval`.
    pub recording_interval: Duration,
    /// How far back the recent window reaches in any case.
    pub window: Duration,
    /// How far back it may reach while the memory for it lasts; see [`Monitor::new`](crate::Monitor::new).
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
            recording_interval: Duration::from_secs(10),
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
    /// These settings, with limits that fit the interval and the time the source needs: a router that is read every 30
    /// s, or takes 4 s to answer, is neither stale nor unreachable because its newest sample is older than that of
    /// others.
    #[must_use]
    pub fn scaled(&self, timing: Timing) -> Self {
        let (needed, limit) = (timing.needed.unwrap_or_default(), timing.limit.unwrap_or_default());
        let cycle = self.cycle(timing);
        Self {
            // A lease that ended between two samples would end the sampling of somebody who polls.
            poll_lease: self.poll_lease.max(cycle * 2),
            fresh_for: self.fresh_for.max(cycle + cycle / 2 + needed),
            // One failed read, which is known only after its limit, is not enough.
            unreachable_after: self.unreachable_after.max(cycle * 3).max(cycle + limit * 2),
            // A little longer than the read, whose own reason is better than a time-out of the poll.
            first_sample: self.first_sample.max(limit + limit / 30),
            ..*self
        }
    }

    /// These settings with the interval of this pace.
    #[must_use]
    pub(crate) fn at(&self, pace: Pace) -> Self {
        match pace {
            Pace::Live => *self,
            Pace::Recording => Self { interval: self.recording_interval.max(self.interval), ..*self },
        }
    }

    /// The time from one sample to the next one, where nothing fails.
    pub(crate) fn cycle(&self, timing: Timing) -> Duration {
        self.interval.max(timing.needed.unwrap_or_default())
    }

    /// The longest life a cache between the engine and the router may have without repeating a sample.
    pub fn longest_cache_life(&self) -> Duration {
        self.interval.min(self.warm_up) / 2
    }

    /// Without a limit on the elapsed time: gaps are found by [`crate::ReadTimes`], from the times of the requests and
    /// not from how long answers took.
    pub(crate) fn rate_limits(&self) -> RateLimits {
        RateLimits { longest: Duration::MAX, ..RateLimits::default() }
    }

    /// The most points the recent window may have, whatever the clock does.
    pub(crate) fn most_points(&self) -> usize {
        let millis = self.interval.as_millis().max(1);
        usize::try_from(self.longest_window.max(self.window).as_millis() / millis)
            .unwrap_or(usize::MAX)
            .saturating_add(8)
            .min(100_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_quick_router_at_the_usual_interval_has_the_usual_limits() {
        let timing = Timing { needed: Some(seconds(1)), limit: Some(seconds(3)), longest: None };
        assert_eq!(Settings::default().scaled(timing), Settings::default());
        assert_eq!(Settings::default().scaled(Timing::default()), Settings::default());
    }

    #[test]
    fn a_long_interval_makes_every_limit_longer() {
        let settings = Settings { interval: seconds(30), ..Settings::default() };
        let scaled = settings.scaled(Timing { limit: Some(seconds(3)), ..Timing::default() });
        assert_eq!((scaled.poll_lease, scaled.fresh_for), (seconds(60), seconds(45)));
        assert_eq!(scaled.unreachable_after, seconds(90));
        assert_eq!(scaled.first_sample, settings.first_sample);
    }

    #[test]
    fn a_router_that_needs_longer_than_the_interval_is_not_late() {
        let settings = Settings { interval: seconds(1), ..Settings::default() };
        let timing = Timing { needed: Some(seconds(8)), limit: Some(seconds(16)), longest: None };
        let scaled = settings.scaled(timing);
        assert!(scaled.first_sample >= seconds(16) && scaled.poll_lease >= seconds(16));
        assert!(scaled.fresh_for >= seconds(16) && scaled.unreachable_after >= seconds(40));
        assert_eq!(scaled.interval, seconds(1), "it is asked as often as was said");
    }
}
