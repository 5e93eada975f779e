//! Deadlines that a clock can hold.

use std::time::Duration;

use tokio::time::Instant;

/// `time` after `moment`, or in thirty years.
pub(super) fn later(moment: Instant, time: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(30 * 365 * 86_400);
    moment + time.min(FAR)
}
