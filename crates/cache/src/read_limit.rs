//! A time limit that a source which watches over its own reads may outlast.

use std::pin::pin;
use std::time::Duration;

use lalin_stats::{ReadError, Reading, Source};
use tokio::time::{Instant, timeout_at};

/// Reads `source`, for at most `limit`, or what [`Timing::longest`](lalin_stats::Timing::longest) allows and `beyond`,
/// where that is more; it is asked when the limit is over, because a session may have come up on the way.
pub(crate) async fn read_within<S: Source + ?Sized>(
    source: &S,
    limit: Duration,
    beyond: Duration,
) -> Result<Reading<S::Data, S::Error>, S::Error> {
    let begun = Instant::now();
    let mut read = pin!(source.read());
    let mut allowed = limit;
    loop {
        if let Ok(outcome) = timeout_at(begun + allowed, &mut read).await {
            return outcome;
        }
        let longest = source.timing().longest.map_or(limit, |longest| longest.saturating_add(beyond));
        if longest <= allowed {
            return Err(S::Error::timed_out(allowed));
        }
        allowed = longest;
    }
}
