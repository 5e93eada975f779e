//! Moments between samples, rounded so that many who ask at nearly the same time are given the same counters.

use std::sync::Arc;
use std::time::Duration;

use lalin_stats::Frame;
use tokio::time::Instant;

/// How far apart the moments are that counters are given for. A page that polls every 2 s and divides by 2 s is promised the
/// truth within 2 %: what rounding adds to the difference of two answers is less than this, 1 % of 2 s.
pub const MOMENTS_APART: Duration = Duration::from_millis(20);

/// A moment is counted from this long before the first one that is asked about, because it lies before the question.
const BEFORE: Duration = Duration::from_secs(3_600);

/// The moment whose counters answer a question.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The newest sample.
    pub frame: Arc<Frame>,
    /// The moment.
    pub at: Instant,
    /// Its number: with the same frame, questions with the same number have the same answer.
    pub number: u64,
    /// How long before the question the moment is, before it is rounded.
    pub delay: Duration,
    /// When the next moment begins to be asked about.
    pub until: Instant,
}

impl Moment {
    /// The first time at which a question is answered with this moment.
    pub fn asked(&self) -> Instant {
        self.at + self.delay
    }
}

/// The moments of one router.
#[derive(Debug)]
pub(crate) struct Moments {
    begun: Instant,
}

impl Moments {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now() }
    }

    /// The last moment that is at least `delay` before `asked`: never later, so that it lies between two samples.
    pub(crate) fn of(&self, frame: Arc<Frame>, asked: Instant, delay: Duration) -> Moment {
        let since = (asked + BEFORE).saturating_duration_since(self.begun).saturating_sub(delay).as_nanos();
        let apart = MOMENTS_APART.as_nanos();
        let beyond = Duration::from_nanos(u64::try_from(since % apart).unwrap_or_default());
        let at = asked.checked_sub(delay + beyond).unwrap_or(asked);
        let number = u64::try_from(since / apart).unwrap_or(u64::MAX);
        Moment { frame, at, number, delay, until: asked + (MOMENTS_APART - beyond) }
    }
}
