//! Waiting for something with a limit, and making sure that something stays.

use std::fmt::Debug;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(60);

/// Looks until there is something to see. `look` says what it sees instead, for the failure's text.
pub async fn eventually<T>(limit: Duration, what: &str, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let begun = Instant::now();
    loop {
        match look().await {
            Ok(seen) => return seen,
            Err(seen) => assert!(begun.elapsed() < limit, "not within {limit:?}: {what}; instead: {seen}"),
        }
        sleep(PAUSE).await;
    }
}

/// Looks all the time and demands to see the same.
pub async fn stays<T: PartialEq + Debug>(time: Duration, what: &str, mut look: impl AsyncFnMut() -> T) {
    let begun = Instant::now();
    let first = look().await;
    while begun.elapsed() < time {
        sleep(PAUSE).await;
        assert_eq!(look().await, first, "changed after {:?}: {what}", begun.elapsed());
    }
}

/// `Ok` where the condition holds, and otherwise what is seen.
pub fn when<T: Debug>(seen: T, holds: impl FnOnce(&T) -> bool) -> Result<T, String> {
    if holds(&seen) { Ok(seen) } else { Err(format!("{seen:?}")) }
}

/// So many seconds.
pub const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
