//! A time limit that a source which watches over its own reads may outlast.

use std::pin::pin;
use std::time::Duration;

use lalin_stats::{Failure, Reading, StatsSource};
use tokio::time::{Instant, timeout_at};

/// Reads `source`, for at most `limit`, or what [`Timing::longest`](lalin_stats::Timing::longest) allows and `beyond`,
/// where that is more; it is asked when the limit is over, as a session may have come up on the way. The error is the
/// time after which it was given up.
pub(crate) async fn read_within(
    source: &dyn StatsSource,
    limit: Duration,
    beyond: Duration,
) -> Result<Result<Reading, Failure>, Duration> {
    let begun = Instant::now();
    let mut read = pin!(source.read());
    let mut allowed = limit;
    loop {
        if let Ok(outcome) = timeout_at(begun + allowed, &mut read).await {
            return Ok(outcome);
        }
        let longest = source.timing().longest.map_or(limit, |longest| longest.saturating_add(beyond));
        if longest <= allowed {
            return Err(allowed);
        }
        allowed = longest;
    }
}
