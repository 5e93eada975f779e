//! How much is run, and how long things may take on a busy machine.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// So many routers.
pub(crate) fn routers() -> usize {
    number("LALIN_CLUSTER_ROUTERS").unwrap_or(12)
}

/// Each kind of process is killed so often.
pub(crate) fn rounds() -> usize {
    number("LALIN_CLUSTER_ROUNDS").unwrap_or(3)
}

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

/// The longest that anything here may take that has no bar of its own.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until the answer is yes; how long that took. The answer that was no is said where it never is.
pub(crate) async fn until<W: std::fmt::Debug>(
    what: &str,
    limit: Duration,
    mut asked: impl AsyncFnMut() -> Result<(), W>,
) -> Duration {
    let begun = Instant::now();
    loop {
        let Err(wrong) = asked().await else { return begun.elapsed() };
        assert!(begun.elapsed() < limit, "not within {limit:?}: {what}: {wrong:?}");
        sleep(Duration::from_millis(50)).await;
    }
}
