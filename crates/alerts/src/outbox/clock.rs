//! The wall clock, so that a test with paused time has one that goes with it.

use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

/// What time it is, ms since 1970.
#[derive(Clone)]
pub struct WallClock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl WallClock {
    /// The system's.
    pub fn system() -> Self {
        Self(Arc::new(|| jiff::Timestamp::now().as_millisecond()))
    }

    /// One that begins at a time and goes as tokio's does.
    pub fn starting_at(start_ms: i64) -> Self {
        let began = Instant::now();
        Self(Arc::new(move || start_ms + i64::try_from(began.elapsed().as_millis()).unwrap_or(0)))
    }

    /// Now.
    pub fn now_ms(&self) -> i64 {
        (self.0)()
    }
}

impl fmt::Debug for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WallClock").field(&self.now_ms()).finish()
    }
}
